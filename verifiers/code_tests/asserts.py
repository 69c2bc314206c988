"""Assert suites (HumanEval, MBPP, unittest) as call cases, as far as their text allows.

``assert f(1, 2) == 3`` says a call and a value: it becomes a case, whose expected value stays
outside the sandbox. What says more than that (loops, computed inputs, exceptions) is left as
code, for a second sandbox. The suite is the data set's own text and is parsed here, never run.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.compare import Rules, node
from assay.verifiers.code_tests.corrections import CORRECTIONS
from assay.verifiers.code_tests.literals import NoLiteral, literal
from assay.verifiers.code_tests.sandbox.codec import encode
from assay.verifiers.code_tests.suite import Case, Rest

EXACT = Rules(rel_tol=0.0, abs_tol=0.0, iterators=False)

_EQUALS = {"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertSetEqual",
           "assertTupleEqual", "assertSequenceEqual", "assertMultiLineEqual"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Converted:
    """A suite, in two parts."""

    cases: tuple[Case, ...]
    rest: Rest | None
    names: tuple[str, ...]
    self_comparisons: int


class _NotACase(Exception):
    """The assertion says more than a call and a value."""


class _SelfComparison(Exception):
    """Both sides are the program's: it proves nothing."""


@dataclass(slots=True)
class _State:
    aliases: set[str]
    """Names by which the suite calls the program."""
    entry: str | None
    cases: list[Case]
    has_reference: bool
    corrected: dict[str, Any]
    dropped: int = 0


def convert(
    code: str, names: Sequence[str], before: str = "", *, has_reference: bool = False
) -> Converted:
    """The cases of an assert suite, and what must run as code.

    Args:
        code: The suite.
        names: What the program is asked for; none: what the suite calls and does not define.
        before: Code that the suite may use: the prompt's helpers.
        has_reference: A comparison of the program with itself becomes a case, for which the
            reference solution gives the value; without, it is left out and counted.

    Raises:
        ReferenceUnreadable: no Python, or it uses names that nobody defines.
    """
    tree = _parsed(code)
    check = _check_function(tree)
    names = tuple(names) or _called(tree, before)
    if not names:
        _refuse("the suite calls nothing that a program could define", "give `entry_point`")
    aliases = set(names)
    if check is not None and check.args.args:
        aliases.add(check.args.args[0].arg)
    state = _State(aliases, names[0] if len(names) == 1 else None, [], has_reference, {})
    correction = CORRECTIONS.get(hashlib.sha256(code.strip().encode()).hexdigest())
    if correction is not None:
        state.corrected = dict(correction.expected)
    rest_body = _body(tree.body, state, check)
    rest = None
    asserts = sum(_checks(x) for x in rest_body)
    if asserts:
        rest = _rest(rest_body, names, check, before, asserts, tree)
    return Converted(tuple(state.cases), rest, names, state.dropped)


def _refuse(why: str, fix: str) -> NoReturn:
    raise ReferenceUnreadable(f"tests.code: {why}\nfix: {fix}")


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        _refuse(f"no Python: {err}", "an assert suite is Python code")


def _check_function(tree: ast.Module) -> ast.FunctionDef | None:
    """HumanEval's ``def check(candidate)``, which the harness calls."""
    for item in tree.body:
        if isinstance(item, ast.FunctionDef) and item.name == "check":
            return item
    return None


def _called(tree: ast.Module, before: str) -> tuple[str, ...]:
    """Names that are called in assertions and that nobody here defines."""
    known = set(dir(builtins)) | _defined(tree)
    if before:
        known |= _defined(_parsed(before)) - _stubs(before)
    found: dict[str, None] = {}
    for item in ast.walk(tree):
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


def _stubs(before: str) -> set[str]:
    """Functions of the prompt that consist of a docstring: what a completion is to write."""
    out = set()
    for item in _parsed(before).body:
        if isinstance(item, ast.FunctionDef) and all(map(_says_nothing, item.body)):
            out.add(item.name)
    return out


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


def _used(tree: ast.AST) -> set[str]:
    return {x.id for x in ast.walk(tree) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}


# -- statements ------------------------------------------------------------------------------


def _body(body: Sequence[ast.stmt], state: _State, check: ast.FunctionDef | None) -> list[ast.stmt]:
    """The statements that stay code; converts the others into cases."""
    rest: list[ast.stmt] = []
    rebound = _rebound(body, state)
    for item in body:
        if item is check:
            inside = _body(item.body, state, None)
            rest.append(_with_body(item, inside))
        elif isinstance(item, ast.ClassDef) and _is_test_case(item):
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


def _rebound(body: Sequence[ast.stmt], state: _State) -> bool:
    """Whether the suite gives a name of the program a meaning of its own."""
    return any(
        isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store) and x.id in state.aliases
        for item in body
        for x in ast.walk(item)
    )


def _is_test_case(item: ast.ClassDef) -> bool:
    return any("TestCase" in ast.unparse(base) for base in item.bases)


def _taken(item: ast.stmt, state: _State) -> bool:
    """Whether the statement became a case, or needs none."""
    try:
        if isinstance(item, ast.Assert):
            case = _assertion(item.test, state)
        elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            case = _unittest(item.value, state)
        else:
            return False
    except (_NotACase, NoLiteral):
        return False
    except _SelfComparison:
        state.dropped += 1
        return True
    if case is not None:
        label = f"line {item.lineno}"
        state.cases.append(replace(case, label=label))
    return True


def _checks(item: ast.stmt) -> int:
    """How many assertions a statement holds."""
    total = 0
    for x in ast.walk(item):
        if isinstance(x, ast.Assert | ast.Raise):
            total += 1
        elif isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute):
            total += x.func.attr.startswith(("assert", "fail"))
    return total


# -- assertions ------------------------------------------------------------------------------


def _unittest(call: ast.Call, state: _State) -> Case | None:
    function = call.func
    if not (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "self"
    ):
        raise _NotACase
    name, args = function.attr, call.args
    given = {k.arg: k.value for k in call.keywords if k.arg}
    if name in _EQUALS and len(args) >= 2:
        return _equal(args[0], args[1], state, EXACT)
    if name == "assertCountEqual" and len(args) >= 2:
        return _equal(args[0], args[1], state, replace(EXACT, unordered=True))
    if name == "assertAlmostEqual" and len(args) >= 2:
        if "delta" in given:
            tolerance = float(literal(given["delta"]))
        else:
            places = literal(given["places"]) if "places" in given else 7
            places = literal(args[2]) if len(args) > 2 else places
            tolerance = 0.5 * 10.0 ** -int(places)
        return _equal(args[0], args[1], state, Rules(0.0, tolerance))
    if name in ("assertTrue", "assertFalse") and args:
        test: ast.expr = args[0]
        if name == "assertFalse":
            test = ast.UnaryOp(ast.Not(), test)
        return _assertion(test, state)
    if name == "assertIsNone" and args:
        return _equal(args[0], ast.Constant(None), state, EXACT)
    raise _NotACase


def _assertion(test: ast.expr, state: _State) -> Case | None:
    if isinstance(test, ast.Constant) and test.value:
        return None  # HumanEval's ``assert True, "..."``: nothing to judge
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _case(test.operand, None, state, replace(EXACT, as_type="false"))
    if isinstance(test, ast.Call):
        if ast.unparse(test.func) in ("math.isclose", "isclose", "np.isclose", "np.allclose"):
            return _isclose(test, state)
        return _case(test, None, state, replace(EXACT, as_type="true"))
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        raise _NotACase
    left, op, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(op, ast.Eq):
        return _equal(left, right, state, EXACT)
    if isinstance(op, ast.Is) and isinstance(right, ast.Constant):
        return _equal(left, right, state, EXACT)
    if isinstance(op, ast.Lt | ast.LtE):
        return _near(left, right, state)
    raise _NotACase


def _near(left: ast.expr, right: ast.expr, state: _State) -> Case:
    """``abs(f(x) - 3.5) < 1e-6``."""
    call = isinstance(left, ast.Call) and ast.unparse(left.func) in ("abs", "math.fabs")
    if not (call and isinstance(left, ast.Call) and len(left.args) == 1):
        raise _NotACase
    inner = left.args[0]
    if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)):
        raise _NotACase
    tolerance = float(literal(right))
    return _equal(inner.left, inner.right, state, Rules(0.0, tolerance))


def _isclose(test: ast.Call, state: _State) -> Case:
    if len(test.args) < 2:
        raise _NotACase
    given = {k.arg: float(literal(k.value)) for k in test.keywords if k.arg}
    if ast.unparse(test.func).startswith("np."):
        rules = Rules(given.pop("rtol", 1e-5), given.pop("atol", 1e-8))
    else:
        rules = Rules(given.pop("rel_tol", 1e-9), given.pop("abs_tol", 0.0))
    if given or len(test.args) > 2:
        raise _NotACase
    return _equal(test.args[0], test.args[1], state, rules)


def _equal(left: ast.expr, right: ast.expr, state: _State, rules: Rules) -> Case:
    mine = [bool(_used(x) & state.aliases) for x in (left, right)]
    if all(mine):
        return _itself(left, right, state, rules)
    if mine[1]:
        left, right = right, left
    return _case(left, literal(right), state, rules)


def _itself(left: ast.expr, right: ast.expr, state: _State, rules: Rules) -> Case:
    mine, theirs = _call(left, state, rules)[0], _call(right, state, rules)[0]
    if list(map(ast.unparse, _arguments(mine))) != list(map(ast.unparse, _arguments(theirs))):
        raise _NotACase  # f(a) == f(b): says something, if little
    corrected = state.corrected.get(ast.unparse(mine))
    if corrected is not None:
        return _case(left, corrected, state, rules)
    if not state.has_reference:
        raise _SelfComparison
    return replace(_case(left, None, state, rules), expected=())


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords)]


def _case(expr: ast.expr, expected: Any, state: _State, rules: Rules) -> Case:
    call, rules = _call(expr, state, rules)
    if any(isinstance(a, ast.Starred) for a in call.args):
        raise _NotACase
    if any(k.arg is None for k in call.keywords):
        raise _NotACase
    function = ast.unparse(call.func)
    first, _, tail = function.partition(".")
    if state.entry is not None:
        first = state.entry
    elif first not in state.aliases:
        raise _NotACase
    if rules.unordered:
        expected = list(expected)
    return Case(
        "",
        entry_point=f"{first}.{tail}" if tail else first,
        args=tuple(encode(literal(a)) for a in call.args),
        kwargs={str(k.arg): encode(literal(k.value)) for k in call.keywords},
        expected=(node(expected),),
        public=False,
        rules=rules,
    )


def _call(expr: ast.expr, state: _State, rules: Rules) -> tuple[ast.Call, Rules]:
    """The call to the program in ``f(...)``, ``sorted(f(...))``, ``set(f(...))``, ..."""
    if not isinstance(expr, ast.Call) or _used(expr) - state.aliases - set(dir(builtins)):
        raise _NotACase
    if isinstance(expr.func, ast.Name) and expr.func.id not in state.aliases:
        if len(expr.args) != 1 or expr.keywords:
            raise _NotACase
        rules = replace(rules, iterators=True)
        if expr.func.id == "sorted":
            rules = replace(rules, unordered=True)
        elif expr.func.id in ("set", "frozenset"):
            rules = replace(rules, as_type="set")
        elif expr.func.id not in ("list", "tuple"):
            raise _NotACase
        return _call(expr.args[0], state, rules)
    target: ast.expr = expr.func
    while isinstance(target, ast.Attribute):
        target = target.value
    if not isinstance(target, ast.Name) or target.id not in state.aliases:
        raise _NotACase  # Class(1).method(2), f(x)(y)
    return expr, rules


# -- the rest --------------------------------------------------------------------------------


def _rest(
    body: list[ast.stmt],
    names: tuple[str, ...],
    check: ast.FunctionDef | None,
    before: str,
    asserts: int,
    tree: ast.Module,
) -> Rest:
    known = set(dir(builtins)) | _defined(tree) | set(names) | {"__name__", "__file__"}
    if before:
        known |= _defined(_parsed(before))
    for item in body:
        foreign = _used(item) - known
        if foreign:
            name = min(foreign)
            _refuse(
                f"{name!r} is defined neither by the suite nor by the prompt; were it the"
                " program's, a program could make the tests pass by redefining it",
                f"give the code that defines it as `prompt`, or add {name!r} to `entry_point`",
            )
    text = ast.unparse(ast.fix_missing_locations(ast.Module(list(body), [])))
    tests = [x.name for x in body if isinstance(x, ast.ClassDef) and _is_test_case(x)]
    if check is not None and not _calls(body, "check"):
        text += f"\ncheck({names[0]})\n"
    elif tests:
        text += _RUN_UNITTEST.format(classes=", ".join(tests))
    else:
        functions = [
            x.name for x in body
            if isinstance(x, ast.FunctionDef) and x.name.startswith("test") and not x.args.args
        ]  # fmt: skip
        text += "".join(f"\n{f}()" for f in functions if not _calls(body, f)) + "\n"
    return Rest(text, names, asserts)


_RUN_UNITTEST = """
import io as _io, unittest as _unittest
_suite = _unittest.TestSuite()
for _case in ({classes},):
    _suite.addTests(_unittest.defaultTestLoader.loadTestsFromTestCase(_case))
_result = _unittest.TextTestRunner(stream=_io.StringIO()).run(_suite)
assert _result.wasSuccessful() and _result.testsRun and not _result.skipped, "a test failed"
"""


def _calls(body: Sequence[ast.stmt], name: str) -> bool:
    return any(
        isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id == name
        for item in body
        for x in ast.walk(item)
    )
