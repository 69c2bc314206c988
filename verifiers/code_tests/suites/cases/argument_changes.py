"""May a program change the arguments that a suite keeps and looks at again?

A test of ``sort(xs)`` needs to see `xs` changed. A test of ``assert f(xs) == sorted(xs)`` must not:
``def f(xs): xs.clear(); return []`` would pass it. Read off the suite: where a result is set
against what is left of an argument, a call that returns something leaves its arguments alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

_ARGUMENT, _RESULT = 1, 2


def trusts_arguments(tree: ast.Module, names: Iterable[str]) -> bool:
    """Whether an assertion sets a result of the program's against an argument it was given.

    Names are taken for one variable throughout the suite, so it errs to yes.
    """
    suite = _Suite(tree, set(names))
    return any(suite.mixes(sides) for sides in _comparisons(tree))


def _comparisons(tree: ast.Module) -> Iterable[Sequence[ast.expr]]:
    for item in ast.walk(tree):
        if isinstance(item, ast.Compare):
            if not all(isinstance(op, ast.Is | ast.IsNot) for op in item.ops):  # looks into neither
                yield (item.left, *item.comparators)
        elif isinstance(item, ast.Call) and len(item.args) >= 2:
            name = item.func.attr if isinstance(item.func, ast.Attribute) else ""
            if name in ("assertIs", "assertIsNot"):
                continue
            if name.startswith("assert") or ast.unparse(item.func).endswith(
                ("isclose", "allclose")
            ):
                yield item.args[:2]


class _Suite:
    """Which variables hold arguments of the program's, or what it returned."""

    def __init__(self, tree: ast.Module, names: set[str]) -> None:
        self._items = list(ast.walk(tree))
        self._program = names
        self._with_helpers()
        self._colours: dict[str, int] = {}
        self._called_at = 1 << 30
        for item in self._items:
            if isinstance(item, ast.Call) and self._is_the_programs(item):
                self._called_at = min(self._called_at, item.lineno)
                for argument in (*item.args, *(k.value for k in item.keywords)):
                    for name in _roots(argument):
                        if name not in self._program:
                            self._colours[name] = _ARGUMENT
        while self._spread():
            pass

    def _with_helpers(self) -> None:
        """Functions of the suite that call the program count as the program's."""
        grew = True
        while grew:
            grew = False
            for item in self._items:
                if isinstance(item, ast.FunctionDef) and item.name not in self._program:
                    inside = {x.id for x in ast.walk(item) if isinstance(x, ast.Name)}
                    if inside & self._program and not item.name.startswith(("test", "check")):
                        self._program.add(item.name)
                        grew = True

    def _is_the_programs(self, call: ast.Call) -> bool:
        """``f(...)``, or ``map(f, ...)``."""
        passed = [x.id for x in call.args if isinstance(x, ast.Name)]
        return _root(call.func) in self._program or any(x in self._program for x in passed)

    def _spread(self) -> bool:
        """Colour what is assigned from coloured things; whether there was any."""
        grew = False
        for item in self._items:
            if isinstance(item, ast.Assign):
                pairs = [(target, item.value) for target in item.targets]
                # a copy made before the first call is one of the argument as it was
                early = item.lineno < self._called_at and not _root(item.value)
            elif isinstance(item, ast.For | ast.comprehension):
                pairs, early = [(item.target, item.iter)], False
            else:
                continue
            for target, value in pairs:
                colour = self._colour(value)
                if early:
                    colour &= _RESULT
                for x in ast.walk(target):
                    if isinstance(x, ast.Name) and colour & ~self._colours.get(x.id, 0):
                        self._colours[x.id] = self._colours.get(x.id, 0) | colour
                        grew = True
        return grew

    def _colour(self, expr: ast.expr) -> int:
        """What of the program's is in an expression."""
        if isinstance(expr, ast.Call) and self._is_the_programs(expr):
            return _RESULT
        found = self._colours.get(expr.id, 0) if isinstance(expr, ast.Name) else 0
        for child in ast.iter_child_nodes(expr):
            if isinstance(child, ast.expr):
                found |= self._colour(child)
            elif isinstance(child, ast.comprehension):
                found |= self._colour(child.iter)
        return found

    def mixes(self, sides: Sequence[ast.expr]) -> bool:
        """Whether one side has a result in it, and another an argument."""
        colours = [self._colour(side) for side in sides]
        return any(
            a & _RESULT and b & _ARGUMENT
            for i, a in enumerate(colours) for j, b in enumerate(colours) if i != j
        )  # fmt: skip


def _roots(expr: ast.expr) -> list[str]:
    """Of what is passed, also of each in a list that ``map`` goes through."""
    if isinstance(expr, ast.List | ast.Tuple | ast.Set):
        return [name for x in expr.elts for name in _roots(x)]
    name = _root(expr.value if isinstance(expr, ast.Starred) else expr)
    return [name] if name else []


def _root(expr: ast.expr) -> str:
    """``x`` of ``x``, ``x[0]``, ``x.y``: what may be the same object; else nothing."""
    while isinstance(expr, ast.Subscript | ast.Attribute):
        if isinstance(expr, ast.Subscript) and isinstance(expr.slice, ast.Slice):
            return ""
        expr = expr.value
    return expr.id if isinstance(expr, ast.Name) else ""
