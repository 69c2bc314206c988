"""Does a suite ask objects of the program's whether they agree with what is expected?

``assert Money(3) == 3`` hands the expected value to the class's own ``__eq__``, and believes it;
so does ``parse(text) == Tree(1)``, whose `Tree` the program has just seen built. That is what such
suites test, and what a proxy refuses: they need ``trust="operators"``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from assay.verifiers.code_tests.suites.imports.modules import plain
from assay.verifiers.code_tests.suites.trust.needs import PROXY, Needs, few

_ORDERS = (ast.Eq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ASSERTS = {
    "assertEqual", "assertEquals", "assertLess", "assertLessEqual", "assertGreater",
    "assertGreaterEqual", "assertListEqual", "assertTupleEqual", "assertSequenceEqual",
    "assertCountEqual", "assertDictEqual", "assertSetEqual",
}  # fmt: skip
_NEAR = {"assertAlmostEqual", "assertNotAlmostEqual", "isclose", "allclose", "approx"}
_NUMBERS = {"abs", "round", "int", "float", "complex", "divmod", "pow", "sum", "min", "max"}


def operators(
    tree: ast.Module, names: Collection[str], classes: Collection[str], maybe: Collection[str]
) -> Needs:
    """What of a suite needs the operators of classes to be believed.

    Args:
        tree: The suite, in which the program's names stand for themselves.
        names: What it asks the program for.
        classes: Those that are classes to it.
        maybe: Those that may be classes, by their capital letter.
    """
    classes = [x for x in classes if plain(x).lstrip("_")[:1].isupper()]  # others may be functions
    objects = _Objects(tree, names, {*classes, *maybe})
    sure = {*classes, *(x for x in maybe if x in objects.with_members)}
    found = {
        f"line {line} {why}": None for line, why in sorted(_asked(tree, objects, classes, sure))
    }
    return Needs("operators", few(found)) if found else PROXY


class _Objects:
    """Which expressions of a suite are objects that it constructed, or results of functions."""

    def __init__(self, tree: ast.Module, names: Collection[str], classes: Collection[str]) -> None:
        self._classes = set(classes)
        self._functions = set(names) - self._classes
        self._made: dict[str, str] = {}
        self._results: set[str] = set()
        self.with_members: set[str] = set()
        """Classes of whose objects the suite uses an attribute."""
        for _ in range(2):  # once more for what is assigned from a variable
            for item in ast.walk(tree):
                if isinstance(item, ast.Assign):
                    for target in item.targets:
                        self._assigned(target, item.value)
        for item in ast.walk(tree):
            if isinstance(item, ast.Attribute) and (of := self.object(item.value)):
                self.with_members.add(of)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=False):
                self._assigned(one, its)
        elif of := self.object(value):
            self._made[ast.unparse(target)] = of
        elif self.is_result(value):
            self._results.add(ast.unparse(target))

    def object(self, expr: ast.expr) -> str:
        """The class of an object that the suite constructed; else nothing."""
        if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name):
            return expr.func.id if expr.func.id in self._classes else ""
        if isinstance(expr, ast.Name | ast.Attribute):
            return self._made.get(ast.unparse(expr), "")
        if isinstance(expr, ast.UnaryOp) and not isinstance(expr.op, ast.Not):
            return self.object(expr.operand)
        if isinstance(expr, ast.BinOp):
            return self.object(expr.left) or self.object(expr.right)
        return ""

    def within(self, expr: ast.expr) -> str:
        """The same, also of what stands in a list, a tuple, a set or a dict."""
        if isinstance(expr, ast.List | ast.Tuple | ast.Set):
            return next(filter(None, map(self.within, expr.elts)), "")
        if isinstance(expr, ast.Dict):
            return next(filter(None, map(self.within, expr.values)), "")
        return self.object(expr)

    def is_result(self, expr: ast.expr) -> bool:
        """Whether a function of the program's gave it."""
        if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name):
            return expr.func.id in self._functions
        if isinstance(expr, ast.Subscript):
            return self.is_result(expr.value)
        if isinstance(expr, ast.List | ast.Tuple | ast.Set):
            return any(map(self.is_result, expr.elts))
        return ast.unparse(expr) in self._results if isinstance(expr, ast.Name) else False

    def scaled(self, expr: ast.expr) -> str:
        """The class in ``x - 3.5``, of which a number is made: ``abs(x - 3.5)``."""
        if not (isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)):
            return ""
        if expr.func.id not in _NUMBERS:
            return ""
        if expr.func.id in ("divmod", "pow") and any(is_plain(x) for x in expr.args):
            return next(filter(None, map(self.object, expr.args)), "")
        for x in expr.args:
            if isinstance(x, ast.BinOp) and (is_plain(x.left) or is_plain(x.right)):
                return self.object(x)
        return ""


def is_plain(expr: ast.expr) -> bool:
    """Whether it is a value written out, and not None."""
    if isinstance(expr, ast.Constant):
        return expr.value is not None
    if isinstance(expr, ast.UnaryOp):
        return is_plain(expr.operand)
    if isinstance(expr, ast.BinOp):
        return is_plain(expr.left) and is_plain(expr.right)
    if isinstance(expr, ast.List | ast.Tuple | ast.Set):
        return all(map(is_plain, expr.elts))
    if isinstance(expr, ast.Dict):
        return all(map(is_plain, expr.values))
    return isinstance(expr, ast.JoinedStr)


def _asked(
    tree: ast.Module, objects: _Objects, classes: Collection[str], sure: Collection[str]
) -> Iterator[tuple[int, str]]:
    for item in ast.walk(tree):
        if isinstance(item, ast.Compare) and len(item.ops) == 1:
            sides, op = (item.left, item.comparators[0]), item.ops[0]
            if isinstance(op, ast.In | ast.NotIn):
                yield from _contained(item.lineno, sides[1], objects, classes)
            elif isinstance(op, _ORDERS):
                yield from _compared(item.lineno, sides, objects, sure)
        elif isinstance(item, ast.Call) and len(item.args) >= 2:
            name = ast.unparse(item.func).rpartition(".")[2]
            sides = (item.args[0], item.args[1])
            if name in ("assertIn", "assertNotIn"):
                yield from _contained(item.lineno, sides[1], objects, classes)
            elif name in _ASSERTS:
                yield from _compared(item.lineno, sides, objects, sure)
            elif name in _NEAR and (of := objects.object(sides[0]) or objects.object(sides[1])):
                yield item.lineno, f"asks whether an object of {plain(of)} is near to a value"


def _contained(
    line: int, container: ast.expr, objects: _Objects, classes: Collection[str]
) -> Iterator[tuple[int, str]]:
    of = objects.object(container)
    if of and of not in classes:
        yield line, f"asks an object of {plain(of)} what it contains"


def _compared(
    line: int, sides: tuple[ast.expr, ast.expr], objects: _Objects, sure: Collection[str]
) -> Iterator[tuple[int, str]]:
    for this, other in (sides, sides[::-1]):
        of = objects.object(this)
        of = of if of in sure else objects.scaled(this)
        if of and is_plain(other):
            yield line, f"compares an object of {plain(of)} with a plain value"
        if (of := objects.within(this)) and objects.is_result(other):
            yield line, f"compares what a function returned with an object of {plain(of)}"
