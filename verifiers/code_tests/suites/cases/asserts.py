"""Assert suites (HumanEval, MBPP, unittest) as call cases, as far as their text allows.

``assert f(1, 2) == 3`` says a call and a value: it becomes a case, whose expected value stays
outside the sandbox. What says more than that (loops, computed inputs, exceptions) is left as
code, for a second sandbox. The suite is the data set's own text and is parsed here, never run.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.suites.cases.argument_changes import trusts_arguments
from assay.verifiers.code_tests.suites.cases.assert_forms import (
    NotACase,
    SelfComparison,
    SuiteState,
    assertion,
    unittest_call,
    used,
)
from assay.verifiers.code_tests.suites.cases.classes import classes, constants, constructed
from assay.verifiers.code_tests.suites.cases.literals import NoLiteral
from assay.verifiers.code_tests.suites.imports.modules import USUAL, from_program, told_apart
from assay.verifiers.code_tests.suites.imports.runnable import (
    defined,
    must_be_runnable,
    parsed,
    records,
    refuse_suite,
    stubs,
)
from assay.verifiers.code_tests.suites.rewriting.corrections import CORRECTIONS
from assay.verifiers.code_tests.suites.rewriting.identity_rewrites import asking
from assay.verifiers.code_tests.suites.rewriting.prepare import (
    caught,
    import_assumed,
    method,
    started,
)
from assay.verifiers.code_tests.suites.rewriting.test_runners import (
    calls,
    check_function,
    checked,
    unittest_classes,
)
from assay.verifiers.code_tests.suites.suite import Case, Rest
from assay.verifiers.code_tests.suites.trust.needs import Needs
from assay.verifiers.code_tests.suites.trust.operators import operators


@dataclass(frozen=True, slots=True)
class Converted:
    """A suite, in two parts."""

    cases: tuple[Case, ...]
    rest: Rest | None
    names: tuple[str, ...]
    self_comparisons: int
    needs: Needs
    """What of it a proxy refuses to believe."""
    whole: Rest | None = None
    """Both parts as one, where there are two."""


def convert(
    code: str,
    names: Sequence[str],
    before: str = "",
    modules: Sequence[str] = USUAL,
    helpers: Collection[str] = (),
    *,
    has_reference: bool = False,
) -> Converted:
    """The cases of an assert suite, and what must run as code.

    Args:
        code: The suite.
        names: What the program is asked for; none: what the suite calls and does not define.
        before: Code that the suite may use: the prompt's helpers.
        modules: Those by which it imports the program.
        helpers: Modules that are given beside it.
        has_reference: A comparison of the program with itself becomes a case, for which the
            reference solution gives the value; without, it is left out and counted.

    Raises:
        ReferenceUnreadable: no Python, or it uses names that nobody defines.
    """
    tree = parsed(code)
    imported = from_program(tree, modules)
    started(tree)
    import_assumed(tree, defined(tree) | defined(parsed(before)) | set(names))
    check = check_function(tree)
    given = checked(tree, check) if check is not None else None
    if given and (not names or names == (given.partition("(")[0],)):
        names = (given,)
    of_class = method(names[0]) if len(names) == 1 else None
    entry = ".".join(of_class) if of_class is not None else names[0] if len(names) == 1 else None
    names = tuple(names) if of_class is None else of_class[:1]
    # what the suite imports from the program is the program's, whatever `entry_point` names
    names = tuple(dict.fromkeys([*(names or _called(tree, before)), *imported]))
    # `sum` is Python's to a suite that has the program's by another name
    names = tuple(x for x in names if told_apart(x) not in imported)
    exceptions = caught(tree, {*names, *imported}) - set(dir(builtins))
    foreign = exceptions - defined(tree) - defined(parsed(before))
    names = tuple(x for x in names if x not in foreign)
    names = names or _like_a_builtin(tree, before)
    if not names:
        refuse_suite("the suite calls nothing that a program could define", "give `entry_point`")
    aliases = set(names)
    if check is not None and check.args.args and given != "":
        aliases.add(check.args.args[0].arg)
    shadowed = frozenset(dir(builtins)) & (defined(tree) | defined(parsed(before)))
    entry = entry or (names[0] if len(names) == 1 else None)
    meant = classes(tree, names, before)
    need = operators(tree, names, meant, constructed(tree, names, before))
    believed = need.trust == "operators"
    state = SuiteState(
        aliases,
        entry,
        [],
        has_reference,
        {},
        shadowed,
        frozenset(meant),
        believed=believed,
        names=frozenset(names),
    )
    correction = CORRECTIONS.get(hashlib.sha256(code.strip().encode()).hexdigest())
    if correction is not None:
        state.corrected = dict(correction.expected)
    rest_body = _body(tree.body, state, check)
    rest = None
    asserts = sum(_checks(x) for x in rest_body)
    if asserts:
        must_be_runnable(rest_body, names, helpers)
        candidate = names[0] if of_class is None else f"{of_class[0]}().{of_class[1]}"
        rest = _rest(
            rest_body, names, check, before, asserts, tree, candidate, tuple(sorted(exceptions))
        )
        known = used(tree) | used(parsed(before))
        made = tuple(x for x in records(before) if x not in names and x in known)
        rest = replace(rest, names=(*rest.names, *made))
    whole = None
    if rest is not None and state.cases and not state.dropped and correction is None:
        with contextlib.suppress(ReferenceUnreadable):  # what became a case needs nothing to run
            must_be_runnable(tree.body, names, helpers)
            whole = _rest(
                tree.body, names, check, before, asserts, tree, candidate, rest.exceptions
            )
            whole = replace(whole, names=rest.names)
    return Converted(tuple(state.cases), rest, names, state.dropped, need, whole)


def _called(tree: ast.Module, before: str) -> tuple[str, ...]:
    """Names that are called in assertions and that nobody here defines."""
    known = set(dir(builtins)) | defined(tree)
    if before:
        known |= defined(parsed(before)) - stubs(before)
    found: dict[str, None] = {}
    for item in ast.walk(tree):
        for name in _passed(item):
            if name not in known:
                found[name] = None
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
            if item.func.id not in known:
                found[item.func.id] = None
        elif (
            isinstance(item, ast.Attribute)
            and isinstance(item.value, ast.Name)
            and item.value.id not in known
        ):
            found[item.value.id] = None
    return tuple(found)


def _like_a_builtin(tree: ast.Module, before: str) -> tuple[str, ...]:
    """The one builtin whose call every assertion is about, where no other name is asked for.

    A task may well ask for a function of its own called `sum`.
    """
    found: set[str] | None = None
    for item in (x.test for x in ast.walk(tree) if isinstance(x, ast.Assert)):
        test = item.operand if isinstance(item, ast.UnaryOp) else item
        sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else (test,)
        called = {
            x.func.id for x in sides if isinstance(x, ast.Call) and isinstance(x.func, ast.Name)
        }
        found = called if found is None else found & called
    names = (found or set()) - defined(tree)
    if before:
        names -= defined(parsed(before)) - stubs(before)
    return tuple(names) if len(names) == 1 else ()


def _passed(item: ast.AST) -> list[str]:
    """Names of functions and classes that are handed on: ``check(f)``, ``map(f, xs)``, ``@f``."""
    if isinstance(item, ast.FunctionDef):
        return [x.id for x in item.decorator_list if isinstance(x, ast.Name)]
    if not isinstance(item, ast.Call) or ast.unparse(item.func).lower().find("raises") >= 0:
        return []  # an exception of the program's would have to be caught here
    return [x.id for x in item.args if isinstance(x, ast.Name)]


# -- statements ------------------------------------------------------------------------------


def _body(
    body: Sequence[ast.stmt], state: SuiteState, check: ast.FunctionDef | None
) -> list[ast.stmt]:
    """The statements that stay code; converts the others into cases."""
    rest: list[ast.stmt] = []
    rebound = _rebound(body, state)
    cases = unittest_classes(body)
    for item in body:
        if item is check:
            inside = _body(item.body, state, None)
            rest.append(_with_body(item, inside))
        elif isinstance(item, ast.ClassDef) and item in cases:
            inside = []
            for method in item.body:
                if _is_plain_test(method) and not item.decorator_list:
                    assert isinstance(method, ast.FunctionDef)
                    inside.append(_with_body(method, _body(method.body, state, None)))
                else:
                    inside.append(method)
            rest.append(_with_body(item, inside))
        elif rebound or not _taken(item, state):
            rest.append(item)
    return rest


def _is_plain_test(item: ast.stmt) -> bool:
    """Whether no decorator says that it is skipped, expected to fail, patched, ..."""
    return (
        isinstance(item, ast.FunctionDef)
        and item.name.startswith("test")
        and not item.decorator_list
    )


def _with_body(item: Any, body: Sequence[ast.stmt]) -> Any:
    fields = {name: getattr(item, name, None) for name in item._fields}
    fields["body"] = list(body) or [ast.Pass()]
    return ast.copy_location(type(item)(**fields), item)


def _rebound(body: Sequence[ast.stmt], state: SuiteState) -> bool:
    """Whether the suite gives a name of the program a meaning of its own."""
    return any(
        isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store) and x.id in state.aliases
        for item in body
        for x in ast.walk(item)
    )


def _taken(item: ast.stmt, state: SuiteState) -> bool:
    """Whether the statement became a case, or needs none."""
    try:
        if isinstance(item, ast.Assert):
            tests = [item.test]
            if isinstance(item.test, ast.BoolOp) and isinstance(item.test.op, ast.And):
                tests = item.test.values
            found = [assertion(test, state) for test in tests]
        elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            found = [unittest_call(item.value, state)]
        else:
            return False
    except (NotACase, NoLiteral):
        return False
    except SelfComparison:
        state.dropped += 1
        return True
    label = f"line {item.lineno}"
    state.cases += [replace(case, label=label) for case in found if case is not None]
    return True


def _checks(item: ast.stmt) -> int:
    """How many assertions a statement holds."""
    total = 0
    for x in ast.walk(item):
        if isinstance(x, ast.Assert | ast.Raise):
            total += 1
        elif isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute):
            total += x.func.attr.startswith(("assert", "fail", "raises"))
    return total


# -- the rest --------------------------------------------------------------------------------


def _rest(
    body: list[ast.stmt],
    names: tuple[str, ...],
    check: ast.FunctionDef | None,
    before: str,
    asserts: int,
    tree: ast.Module,
    candidate: str,
    exceptions: tuple[str, ...],
) -> Rest:
    known = set(dir(builtins)) | defined(tree) | {*names, *exceptions} | {"__name__", "__file__"}
    if before:
        known |= defined(parsed(before))
    for item in body:
        foreign = used(item) - known
        if foreign:
            name = min(foreign)
            refuse_suite(
                f"{name!r} is defined neither by the suite nor by the prompt; were it the"
                " program's, a program could make the tests pass by redefining it",
                f"give the code that defines it as `prompt`, or add {name!r} to `entry_point`",
            )
    module = asking(copy.deepcopy(ast.Module(list(body), [])))
    text = ast.unparse(ast.fix_missing_locations(module))
    text += calls(body, candidate)
    aliases = {*names, *(x.arg for x in check.args.args[:1])} if check is not None else {*names}
    return Rest(
        text,
        names,
        asserts,
        classes=classes(tree, names, before),
        exceptions=exceptions,
        constructed=constructed(tree, names, before),
        constants=constants(tree, names),
        in_place=not trusts_arguments(tree, aliases),
    )
