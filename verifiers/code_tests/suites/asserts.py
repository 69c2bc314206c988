"""Assert suites (HumanEval, MBPP, unittest) as call cases, as far as their text allows.

``assert f(1, 2) == 3`` says a call and a value: it becomes a case, whose expected value stays
outside the sandbox. What says more than that (loops, computed inputs, exceptions) is left as
code, for a second sandbox. The suite is the data set's own text and is parsed here, never run.
"""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.suites.argument_changes import trusts_arguments
from assay.verifiers.code_tests.suites.assert_forms import (
    NotACase,
    SelfComparison,
    State,
    assertion,
    unittest_call,
    used,
)
from assay.verifiers.code_tests.suites.classes import classes, constants, constructed
from assay.verifiers.code_tests.suites.corrections import CORRECTIONS
from assay.verifiers.code_tests.suites.identity_rewrites import asking
from assay.verifiers.code_tests.suites.literals import NoLiteral
from assay.verifiers.code_tests.suites.modules import OFFERED, USUAL, from_program
from assay.verifiers.code_tests.suites.needs import Needs
from assay.verifiers.code_tests.suites.operators import operators
from assay.verifiers.code_tests.suites.prepare import (
    caught,
    import_assumed,
    method,
    started,
)
from assay.verifiers.code_tests.suites.suite import Case, Rest
from assay.verifiers.code_tests.suites.test_runners import (
    calls,
    check_function,
    checked,
    tests_in,
    unittest_classes,
)


@dataclass(frozen=True, slots=True)
class Converted:
    """A suite, in two parts."""

    cases: tuple[Case, ...]
    rest: Rest | None
    names: tuple[str, ...]
    self_comparisons: int
    needs: Needs
    """What of it a proxy refuses to believe."""


def convert(
    code: str,
    names: Sequence[str],
    before: str = "",
    modules: Sequence[str] = USUAL,
    *,
    has_reference: bool = False,
) -> Converted:
    """The cases of an assert suite, and what must run as code.

    Args:
        code: The suite.
        names: What the program is asked for; none: what the suite calls and does not define.
        before: Code that the suite may use: the prompt's helpers.
        modules: Those by which it imports the program.
        has_reference: A comparison of the program with itself becomes a case, for which the
            reference solution gives the value; without, it is left out and counted.

    Raises:
        ReferenceUnreadable: no Python, or it uses names that nobody defines.
    """
    tree = parsed(code)
    imported = from_program(tree, modules)
    started(tree)
    import_assumed(tree, _defined(tree) | _defined(parsed(before)) | set(names))
    check = check_function(tree)
    given = checked(tree, check) if check is not None else None
    if given and (not names or names == (given.partition("(")[0],)):
        names = (given,)
    of_class = method(names[0]) if len(names) == 1 else None
    entry = ".".join(of_class) if of_class is not None else names[0] if len(names) == 1 else None
    names = tuple(names) if of_class is None else of_class[:1]
    names = names or tuple(dict.fromkeys([*_called(tree, before), *imported]))
    exceptions = caught(tree, {*names, *imported}) - set(dir(builtins))
    foreign = exceptions - _defined(tree) - _defined(parsed(before))
    names = tuple(x for x in names if x not in foreign)
    names = names or _like_a_builtin(tree, before)
    if not names:
        _refuse("the suite calls nothing that a program could define", "give `entry_point`")
    aliases = set(names)
    if check is not None and check.args.args and given != "":
        aliases.add(check.args.args[0].arg)
    shadowed = frozenset(dir(builtins)) & (_defined(tree) | _defined(parsed(before)))
    entry = entry or (names[0] if len(names) == 1 else None)
    meant = classes(tree, names, before)
    need = operators(tree, names, meant, constructed(tree, names, before))
    believed = need.trust == "operators"
    state = State(
        aliases, entry, [], has_reference, {}, shadowed, frozenset(meant), believed=believed
    )
    correction = CORRECTIONS.get(hashlib.sha256(code.strip().encode()).hexdigest())
    if correction is not None:
        state.corrected = dict(correction.expected)
    rest_body = _body(tree.body, state, check)
    rest = None
    asserts = sum(_checks(x) for x in rest_body)
    if asserts:
        _must_be_runnable(rest_body, names)
        candidate = names[0] if of_class is None else f"{of_class[0]}().{of_class[1]}"
        rest = _rest(
            rest_body, names, check, before, asserts, tree, candidate, tuple(sorted(exceptions))
        )
        known = used(tree) | used(parsed(before))
        made = tuple(x for x in _records(before) if x not in names and x in known)
        rest = replace(rest, names=(*rest.names, *made))
    return Converted(tuple(state.cases), rest, names, state.dropped, need)


def _refuse(why: str, fix: str) -> NoReturn:
    raise ReferenceUnreadable(f"tests.code: {why}\nfix: {fix}")


def parsed(code: str) -> ast.Module:
    """The tree of a suite.

    Raises:
        ReferenceUnreadable: it is not Python.
    """
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        _refuse(f"no Python: {err}", "an assert suite is Python code")


def _called(tree: ast.Module, before: str) -> tuple[str, ...]:
    """Names that are called in assertions and that nobody here defines."""
    known = set(dir(builtins)) | _defined(tree)
    if before:
        known |= _defined(parsed(before)) - _stubs(before)
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
    names = (found or set()) - _defined(tree)
    if before:
        names -= _defined(parsed(before)) - _stubs(before)
    return tuple(names) if len(names) == 1 else ()


def _passed(item: ast.AST) -> list[str]:
    """Names of functions and classes that are handed on: ``check(f)``, ``map(f, xs)``, ``@f``."""
    if isinstance(item, ast.FunctionDef):
        return [x.id for x in item.decorator_list if isinstance(x, ast.Name)]
    if not isinstance(item, ast.Call) or ast.unparse(item.func).lower().find("raises") >= 0:
        return []  # an exception of the program's would have to be caught here
    return [x.id for x in item.args if isinstance(x, ast.Name)]


def _stubs(before: str) -> set[str]:
    """What the prompt only sketches, with docstrings: what a completion is to write."""
    return {x.name for x in parsed(before).body if _is_stub(x)}  # type: ignore[attr-defined]


def _records(before: str) -> list[str]:
    """Classes of the prompt's that hold attributes and define no operator: ListNode, TreeNode.

    The program makes them, so that it can be handed them; nothing is asked of them but attributes
    and methods.
    """
    plain = {"__init__", "__repr__", "__str__"}
    return [
        x.name for x in parsed(before).body
        if isinstance(x, ast.ClassDef) and not x.bases and not _is_stub(x)
        and not any(
            y.name.startswith("__") and y.name not in plain
            for y in x.body if isinstance(y, ast.FunctionDef)
        )
    ]  # fmt: skip


_MODULES = frozenset(sys.stdlib_module_names) | OFFERED


def _must_be_runnable(body: Sequence[ast.stmt], names: Sequence[str]) -> None:
    """What cannot run here is the row's fault, not the program's.

    Raises:
        ReferenceUnreadable: it imports what is not there, derives from a class of the program's,
            or needs pytest's fixtures.
    """
    tried = {id(y) for item in body for x in ast.walk(item) if isinstance(x, ast.Try)
             for y in ast.walk(x)}  # fmt: skip
    for item in (x for statement in body for x in ast.walk(statement) if id(x) not in tried):
        modules = []
        if isinstance(item, ast.Import):
            modules = [a.name for a in item.names]
        elif isinstance(item, ast.ImportFrom):
            modules = [item.module or "."]
        for module in modules:
            if module.partition(".")[0] not in _MODULES:
                _refuse(f"imports {module!r}, which the sandbox lacks", "import it no more")
    for item in (x for statement in body for x in ast.walk(statement)):
        if isinstance(item, ast.ClassDef) and {ast.unparse(x) for x in item.bases} & set(names):
            _refuse(f"{item.name} derives from the program's class", "use the class itself")
    for test in tests_in(body):
        if test.args.args and not test.decorator_list:
            _refuse(f"{test.name} takes arguments (fixtures?)", "have it make what it needs")


def _is_stub(item: ast.stmt) -> bool:
    if isinstance(item, ast.FunctionDef):
        return all(map(_says_nothing, item.body))
    return isinstance(item, ast.ClassDef) and all(
        _says_nothing(x) or _is_stub(x) for x in item.body
    )


def _says_nothing(item: ast.stmt) -> bool:
    constant = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    return constant or isinstance(item, ast.Pass)


def _defined(tree: ast.AST) -> set[str]:
    out: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            out.add(item.name)
        elif isinstance(item, ast.Import | ast.ImportFrom):
            out |= {(a.asname or a.name).partition(".")[0] for a in item.names}
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            out.add(item.id)
        elif isinstance(item, ast.arg):
            out.add(item.arg)
        elif isinstance(item, ast.ExceptHandler) and item.name:
            out.add(item.name)
    return out


# -- statements ------------------------------------------------------------------------------


def _body(body: Sequence[ast.stmt], state: State, check: ast.FunctionDef | None) -> list[ast.stmt]:
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
                if isinstance(method, ast.FunctionDef) and method.name.startswith("test"):
                    inside.append(_with_body(method, _body(method.body, state, None)))
                else:
                    inside.append(method)
            rest.append(_with_body(item, inside))
        elif rebound or not _taken(item, state):
            rest.append(item)
    return rest


def _with_body(item: Any, body: Sequence[ast.stmt]) -> Any:
    fields = {name: getattr(item, name, None) for name in item._fields}
    fields["body"] = list(body) or [ast.Pass()]
    return ast.copy_location(type(item)(**fields), item)


def _rebound(body: Sequence[ast.stmt], state: State) -> bool:
    """Whether the suite gives a name of the program a meaning of its own."""
    return any(
        isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store) and x.id in state.aliases
        for item in body
        for x in ast.walk(item)
    )


def _taken(item: ast.stmt, state: State) -> bool:
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
    known = set(dir(builtins)) | _defined(tree) | {*names, *exceptions} | {"__name__", "__file__"}
    if before:
        known |= _defined(parsed(before))
    for item in body:
        foreign = used(item) - known
        if foreign:
            name = min(foreign)
            _refuse(
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
