"""One assertion of a suite as a case: a call, what of its value is looked at, what is wanted.

Read off the text; nothing is run. An assertion that says more raises `NotACase`.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, replace
from typing import Any

from assay.verifiers.code_tests.comparing.assert_views import TEXT_METHODS, TYPES, Relation, View
from assay.verifiers.code_tests.comparing.compare import Rules, node
from assay.verifiers.code_tests.sandbox.wire.codec import encode
from assay.verifiers.code_tests.suites.cases.classes import is_capital
from assay.verifiers.code_tests.suites.cases.literals import literal
from assay.verifiers.code_tests.suites.imports.modules import plain
from assay.verifiers.code_tests.suites.suite import Case

EXACT = Rules(rel_tol=0.0, abs_tol=0.0, iterators=False, true_is_one=True)
"""Python's ``==``."""
_SAME = replace(EXACT, true_is_one=False)
"""Its ``is``, of None, True and False."""

_EQUALS = {"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertSetEqual",
           "assertTupleEqual", "assertSequenceEqual", "assertMultiLineEqual"}  # fmt: skip


class NotACase(Exception):
    """The assertion says more than a call and a value."""


class SelfComparison(Exception):
    """Both sides are the program's: it proves nothing."""


@dataclass(slots=True)
class SuiteState:
    """A suite while it is being read."""

    aliases: set[str]
    """Names by which the suite calls the program."""
    entry: str | None
    cases: list[Case]
    has_reference: bool
    corrected: dict[str, Any]
    shadowed: frozenset[str]
    """Names of builtins to which the suite, or the prompt, gives another meaning."""
    classes: frozenset[str]
    """Names that the suite takes for classes: what a call of them gives is not a plain value."""
    believed: bool = False
    """Operators of classes are: what is asked of their objects is not a case."""
    names: frozenset[str] = frozenset()
    """What the suite calls by a name of the program's own; other aliases mean `entry`."""
    dropped: int = 0


def used(tree: ast.AST) -> set[str]:
    """Names that are read in it."""
    return {x.id for x in ast.walk(tree) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}


def unittest_call(call: ast.Call, state: SuiteState) -> Case | None:
    """The case in ``self.assertEqual(f(1), 2)`` and its relatives.

    Raises:
        NotACase, SelfComparison, NoLiteral: there is none.
    """
    function = call.func
    if not (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "self"
    ):
        raise NotACase
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
        return _equal(args[0], args[1], state, _within(0.0, tolerance))
    if name in ("assertTrue", "assertFalse") and args:
        test: ast.expr = args[0]
        if name == "assertFalse":
            test = ast.UnaryOp(ast.Not(), test)
        return assertion(test, state)
    if name == "assertIsNone" and args:
        return _equal(args[0], ast.Constant(None), state, EXACT)
    if name == "assertIsNotNone" and args:
        return _compared(args[0], ast.NotEq(), ast.Constant(None), state)
    if name in _COMPARES and len(args) >= 2:
        return _compared(args[0], _COMPARES[name], args[1], state)
    if name == "assertIsInstance" and len(args) >= 2:
        return _case(args[0], _types(args[1], state), state, EXACT, "isinstance")
    raise NotACase


_COMPARES: dict[str, ast.cmpop] = {
    "assertNotEqual": ast.NotEq(), "assertIn": ast.In(), "assertNotIn": ast.NotIn(),
    "assertLess": ast.Lt(), "assertLessEqual": ast.LtE(), "assertGreater": ast.Gt(),
    "assertGreaterEqual": ast.GtE(),
}  # fmt: skip


def assertion(test: ast.expr, state: SuiteState) -> Case | None:
    """The case in what an ``assert`` asserts; None: it asserts nothing.

    Raises:
        NotACase, SelfComparison, NoLiteral: there is none.
    """
    if isinstance(test, ast.Constant) and test.value:
        return None  # HumanEval's ``assert True, "..."``: nothing to judge
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _case(test.operand, [None], state, replace(EXACT, as_type="false"))
    if isinstance(test, ast.Call):
        if ast.unparse(test.func) == "isinstance" and len(test.args) == 2:
            return _case(test.args[0], _types(test.args[1], state), state, EXACT, "isinstance")
        if ast.unparse(test.func) in ("math.isclose", "isclose", "np.isclose", "np.allclose"):
            return _isclose(test, state)
        return _case(test, [None], state, replace(EXACT, as_type="true"))
    if isinstance(test, ast.Subscript):
        return _case(test, [None], state, replace(EXACT, as_type="true"))
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        raise NotACase
    left, op, right = test.left, test.ops[0], test.comparators[0]
    if _is_type_of(left, state) and isinstance(op, ast.Eq | ast.Is | ast.In):
        assert isinstance(left, ast.Call)
        return _case(left.args[0], _types(right, state), state, EXACT, "type")
    if isinstance(op, ast.Eq):
        return _equal(left, right, state, EXACT)
    if isinstance(op, ast.Is) and isinstance(right, ast.Constant):
        return _equal(left, right, state, _SAME)
    if isinstance(op, ast.Lt | ast.LtE):
        try:
            return _near(left, right, state)
        except NotACase:
            pass
    return _compared(left, op, right, state)


_RELATIONS: dict[type[ast.cmpop], Relation] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_FLIPPED: dict[Relation, Relation] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, state: SuiteState) -> Case:
    """``f(x) != 3``, ``3 in f(x)``, ``f(x) in (3, 4)``, ``len(f(x)) > 3``, either way round."""
    mine = [bool(used(x) & state.aliases) for x in (left, right)]
    if mine[0] == mine[1]:
        raise NotACase
    value = literal(right if mine[0] else left)
    asked = left if mine[0] else right
    if isinstance(op, ast.NotEq) or (isinstance(op, ast.IsNot) and _is_singleton(value)):
        rules = EXACT if isinstance(op, ast.NotEq) else _SAME
        return _case(asked, [value], state, rules, "!=")
    if isinstance(op, ast.In | ast.NotIn) and mine[1]:
        return _case(
            asked, [value], state, EXACT, "contains" if isinstance(op, ast.In) else "lacks"
        )
    if isinstance(op, ast.In | ast.NotIn):
        positive = isinstance(op, ast.In)
        if isinstance(value, str) and positive:
            return _case(asked, [value], state, EXACT, "in")
        if not isinstance(value, list | tuple | set | frozenset | dict | range) or not value:
            raise NotACase
        return _case(asked, list(value), state, EXACT, "==" if positive else "!=")
    order = _RELATIONS.get(type(op))
    if order is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotACase
    return _case(asked, [value], state, EXACT, order if mine[0] else _FLIPPED[order])


def _is_singleton(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _is_type_of(expr: ast.expr, state: SuiteState) -> bool:
    called = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
    return (
        called
        and expr.func.id == "type"  # type: ignore[attr-defined]
        and "type" not in state.shadowed
        and len(expr.args) == 1  # type: ignore[attr-defined]
    )


def _types(expr: ast.expr, state: SuiteState) -> list[str]:
    """Names of builtin types in ``list`` or ``(int, float)``."""
    out = []
    for item in expr.elts if isinstance(expr, ast.Tuple | ast.List) else [expr]:
        name = "NoneType" if ast.unparse(item) == "type(None)" else ast.unparse(item)
        if name not in TYPES or name in state.shadowed:
            raise NotACase
        out.append(name)
    if not out:
        raise NotACase
    return out


def _near(left: ast.expr, right: ast.expr, state: SuiteState) -> Case:
    """``abs(f(x) - 3.5) < 1e-6``."""
    call = isinstance(left, ast.Call) and ast.unparse(left.func) in ("abs", "math.fabs")
    if not (call and isinstance(left, ast.Call) and len(left.args) == 1):
        raise NotACase
    inner = left.args[0]
    if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)):
        raise NotACase
    tolerance = float(literal(right))
    return _equal(inner.left, inner.right, state, _within(0.0, tolerance))


def _within(rel_tol: float, abs_tol: float) -> Rules:
    return Rules(rel_tol, abs_tol, true_is_one=True)


def _isclose(test: ast.Call, state: SuiteState) -> Case:
    if len(test.args) < 2:
        raise NotACase
    given = {k.arg: float(literal(k.value)) for k in test.keywords if k.arg}
    if ast.unparse(test.func).startswith("np."):
        rules = _within(given.pop("rtol", 1e-5), given.pop("atol", 1e-8))
    else:
        rules = _within(given.pop("rel_tol", 1e-9), given.pop("abs_tol", 0.0))
    if given or len(test.args) > 2:
        raise NotACase
    return _equal(test.args[0], test.args[1], state, rules)


def _equal(left: ast.expr, right: ast.expr, state: SuiteState, rules: Rules) -> Case:
    mine = [bool(used(x) & state.aliases) for x in (left, right)]
    if all(mine):
        if used(left) & state.classes or any(map(is_capital, used(left) & state.aliases)):
            raise NotACase  # two objects: their class's equality is what is tested
        return _itself(left, right, state, rules)
    if mine[1]:
        left, right = right, left
    return _case(left, [literal(right)], state, rules)


def _itself(left: ast.expr, right: ast.expr, state: SuiteState, rules: Rules) -> Case:
    (mine, done), (theirs, _) = _peeled(left, state), _peeled(right, state)
    if not {name for name, _ in done} <= _CONTAINERS:
        raise NotACase
    if list(map(ast.unparse, _arguments(mine))) != list(map(ast.unparse, _arguments(theirs))):
        raise NotACase  # f(a) == f(b): says something, if little
    corrected = state.corrected.get(ast.unparse(mine))
    if corrected is not None:
        return _case(left, [corrected], state, rules)
    if not state.has_reference:
        raise SelfComparison
    return replace(_case(left, [None], state, rules), expected=())


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords)]


def _case(
    expr: ast.expr, wanted: list[Any], state: SuiteState, rules: Rules, relation: Relation = "=="
) -> Case:
    """A case of what an assertion asks of a call; any of `wanted` will do."""
    view = View((), relation) if relation != "==" else None
    call, steps = _peeled(expr, state)
    if rules.unordered:
        steps = (*steps, ("list", None))  # assertCountEqual takes whatever gives items
    if steps:
        view = View(steps, relation)
    if ("sorted", None) in steps:
        rules = _as_sorted(steps, relation, rules)
    if (view is not None or rules.as_type is not None or state.believed) and (
        used(call.func) & state.classes or any(map(is_capital, used(call.func)))
    ):
        raise NotACase  # its operators are under test, and it is not a plain value
    if any(isinstance(a, ast.Starred) for a in call.args):
        raise NotACase
    if any(k.arg is None for k in call.keywords):
        raise NotACase
    if any(used(a) & state.aliases for a in _arguments(call)):
        raise NotACase  # f(f(1)); also where f has the name of a builtin
    function = ast.unparse(call.func)
    first, _, tail = function.partition(".")
    if state.entry is not None and first not in state.names:
        first = state.entry
    elif first not in state.aliases:
        raise NotACase
    if rules.unordered:
        wanted = [list(x) for x in wanted]
    return Case(
        "",
        entry_point=plain(f"{first}.{tail}" if tail else first),
        args=tuple(encode(literal(a)) for a in call.args),
        kwargs={str(k.arg): encode(literal(k.value)) for k in call.keywords},
        expected=tuple(node(x) for x in wanted),
        public=False,
        rules=rules,
        view=view,
    )


def _call(expr: ast.expr, state: SuiteState) -> ast.Call:
    """``f(...)`` as a call of the program."""
    if not isinstance(expr, ast.Call) or used(expr) - state.aliases - set(dir(builtins)):
        raise NotACase
    if not _is_the_programs(expr, state):
        raise NotACase  # Class(1).method(2), f(x)(y)
    return expr


def _is_the_programs(expr: ast.expr, state: SuiteState) -> bool:
    """``f(...)``, ``Class.method(...)``."""
    target = expr.func if isinstance(expr, ast.Call) else None
    while isinstance(target, ast.Attribute):
        target = target.value
    return isinstance(target, ast.Name) and target.id in state.aliases


def _as_sorted(steps: tuple[tuple[str, Any], ...], relation: Relation, rules: Rules) -> Rules:
    """``sorted(f(x)) == [1, 2]``: whatever order they are in, which takes no sorting.

    Raises:
        NotACase: something is done that depends on the order.
    """
    after = steps[steps.index(("sorted", None)) + 1 :]
    if relation != "==" or any(name not in ("list", "tuple", "sorted") for name, _ in after):
        raise NotACase
    return replace(rules, unordered=True)


_CONTAINERS = {"set", "frozenset", "list", "tuple", "sorted"}
_WRAPPERS = {"len", "str", "repr", "round", "abs", "sum", "min", "max", *_CONTAINERS}


def _peeled(expr: ast.expr, state: SuiteState) -> tuple[ast.Call, tuple[tuple[str, Any], ...]]:
    """The call to the program in ``len(f(...))``, ``f(...)[0]``, ``round(f(...), 2)``, ...

    Returns:
        The call, and what is done to what it gives, in that order.
    """
    if _is_the_programs(expr, state):
        return _call(expr, state), ()
    if isinstance(expr, ast.Subscript):
        key = literal(expr.slice)
        call, steps = _peeled(expr.value, state)
        return call, (*steps, ("item", node(key)))
    if not isinstance(expr, ast.Call) or expr.keywords:
        raise NotACase
    if isinstance(expr.func, ast.Attribute) and expr.func.attr in TEXT_METHODS and not expr.args:
        call, steps = _peeled(expr.func.value, state)
        return call, (*steps, (expr.func.attr, None))
    if not isinstance(expr.func, ast.Name) or expr.func.id in state.shadowed:
        raise NotACase
    name, args = expr.func.id, expr.args
    if name not in _WRAPPERS or not 1 <= len(args) <= 1 + (name == "round"):
        raise NotACase
    argument = literal(args[1]) if len(args) == 2 else None
    if argument is not None and (type(argument) is not int or abs(argument) > 300):
        raise NotACase
    call, steps = _peeled(args[0], state)
    return call, (*steps, (name, argument))
