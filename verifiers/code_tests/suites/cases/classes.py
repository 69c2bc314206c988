"""Which of the names that a suite asks a program for does the suite take for classes?

It matters for whom a test believes (`sandbox.proxy`): an object that the test made by calling a
class is asked for its operators, which are under test; one that a *function* returned is not.
The program has no say in it: it could call any function a class.
"""

from __future__ import annotations

import ast
import collections
import datetime
import decimal
import fractions
import io
import re
import types
from collections.abc import Sequence

from assay import syntax
from assay.verifiers.code_tests.suites.imports.modules import plain

_VALUES: tuple[type, ...] = (
    str, bytes, bytearray, int, float, complex, bool, list, tuple, dict, set, frozenset, range,
    type(None), collections.deque, collections.Counter, collections.OrderedDict,
    collections.defaultdict, datetime.datetime, datetime.date, datetime.time, datetime.timedelta,
    decimal.Decimal, fractions.Fraction, types.GeneratorType, types.FunctionType, type(iter([])),
    io.StringIO, io.BytesIO, re.Match, type({}.keys()), slice,
)  # fmt: skip
_ARRAYS = frozenset({
    "shape", "dtype", "tolist", "size", "ndim", "T", "astype", "all", "any", "sum", "mean", "max",
    "min", "std", "var", "columns", "iloc", "loc", "at", "iat", "values", "empty", "equals",
    "to_dict", "flatten", "ravel", "reshape", "item", "argmax", "argmin", "dot", "round", "name",
    "cumsum", "prod", "sort_values", "reset_index", "head", "tail", "to_list", "nunique", "unique",
})  # fmt: skip
_OF_VALUES = frozenset(x for t in _VALUES for x in dir(t)) | _ARRAYS
_CAPITAL = re.compile(r"_*[A-Z][A-Za-z0-9]*")
_CAP_WORDS = re.compile(r"_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


def classes(tree: ast.Module, names: Sequence[str], before: str = "") -> tuple[str, ...]:
    """Those of `names` that the suite treats as classes.

    The prompt decides where it defines the name. Else a name is a class if the suite derives from
    it or asks ``isinstance``, or uses what a call of it gives as an object of no standard type
    (``s.push(1)``). Written in CapWords, as PEP 8 has it for classes but not everybody keeps it
    for them, it is one if the suite handles what it gives as one does an object: changes it
    (``s.append(1)``, ``s[0] = 1``), enters it, or sets two of them against each other.
    """
    said = _said(before)
    use = _Use(tree)
    return tuple(
        name for name in names
        if said.get(name, name in use.surely or (name in use.handled and is_cap_words(name)))
    )  # fmt: skip


def constructed(tree: ast.Module, names: Sequence[str], before: str = "") -> tuple[str, ...]:
    """Those of `names` that can be meant for classes by their capital letter alone, and are called.

    What their call gives is asked for what it claims (``repr``, ``len``, ``[i]``, ``-p``), each of
    which is a guess, as a value would be; not whether it contains what is expected.
    """
    said = _said(before)
    called = {_callee(x) for x in ast.walk(tree) if isinstance(x, ast.Call)}
    return tuple(
        x for x in names if said.get(x, True) and x in called and _CAPITAL.fullmatch(plain(x))
    )


def constants(tree: ast.Module, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that are neither called nor used as classes: values of the program's."""
    used: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.Call):
            used.add(_callee(item))
            asks = ast.unparse(item.func).rpartition(".")[2]
            if (
                asks in ("isinstance", "issubclass", "map", "filter", "reduce", "check")
                or "aise" in asks
            ):
                used |= {x.id for x in item.args if isinstance(x, ast.Name)}
        elif isinstance(item, ast.ClassDef | ast.FunctionDef):
            bases = item.bases if isinstance(item, ast.ClassDef) else item.decorator_list
            used |= {x.id for x in bases if isinstance(x, ast.Name)}
    read = {x.id for x in ast.walk(tree) if isinstance(x, ast.Name)}
    return tuple(x for x in names if x in read and x not in used)


def is_capital(name: str) -> bool:
    """Whether it may be a class's."""
    return _CAPITAL.fullmatch(plain(name)) is not None


def is_cap_words(name: str) -> bool:
    """Whether it is written as PEP 8 has it for classes."""
    return _CAP_WORDS.fullmatch(plain(name)) is not None


def _said(before: str) -> dict[str, bool]:
    out: dict[str, bool] = {}
    try:
        body = syntax.parsed(before).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return out
    for item in body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            out[item.name] = False
        elif isinstance(item, ast.ClassDef):
            out[item.name] = True
    return out


class _Use:
    """How a suite uses what calls of names give."""

    def __init__(self, tree: ast.Module) -> None:
        self.surely: set[str] = set()
        """Names that can only be classes."""
        self.handled: set[str] = set()
        """Names whose values are handled as objects with a state or operators are."""
        self._made: dict[str, str] = {}
        items = list(ast.walk(tree))
        for item in items:
            if isinstance(item, ast.Assign) and (name := self._maker(item.value)):
                for target in item.targets:
                    self._made[ast.unparse(target)] = name
            elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Tuple):
                for target in item.targets:  # a, b = Vector(1, 2), Vector(3, 4)
                    if isinstance(target, ast.Tuple):
                        for one, value in zip(target.elts, item.value.elts, strict=False):
                            if name := self._maker(value):
                                self._made[ast.unparse(one)] = name
        for item in items:
            self._look(item)

    def _maker(self, expr: ast.expr | None) -> str:
        """The name whose call made what an expression goes out from; else nothing."""
        while expr is not None:
            name = _callee(expr) or self._made.get(ast.unparse(expr), "")
            if name:
                return name
            if isinstance(expr, ast.Attribute):
                expr = expr.value
            elif isinstance(expr, ast.Call) and isinstance(expr.func, ast.Attribute):
                expr = expr.func.value
            else:
                return ""
        return ""

    def _look(self, item: ast.AST) -> None:
        if isinstance(item, ast.ClassDef):
            self.surely |= {base.id for base in item.bases if isinstance(base, ast.Name)}
        elif isinstance(item, ast.Attribute) and item.attr not in _OF_VALUES:
            self.surely.add(self._maker(item.value))
        elif isinstance(item, ast.Call):
            self._look_at_call(item)
        elif isinstance(item, ast.withitem):
            self.handled.add(self._maker(item.context_expr))
        elif isinstance(item, ast.Subscript) and not isinstance(item.ctx, ast.Load):
            self.handled.add(self._maker(item.value))
        elif isinstance(item, ast.BinOp):
            self._against(item.left, item.right)
        elif isinstance(item, ast.Compare):
            self._against(item.left, item.comparators[0])
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            called = item.value.func  # for its effect
            if isinstance(called, ast.Attribute):
                self.handled.add(self._maker(called.value))

    def _look_at_call(self, call: ast.Call) -> None:
        if len(call.args) < 2:
            return
        if isinstance(call.func, ast.Name) and call.func.id == "isinstance":
            if isinstance(call.args[1], ast.Name):
                self.surely.add(call.args[1].id)
        elif isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert"):
            self._against(call.args[0], call.args[1])

    def _against(self, left: ast.expr, right: ast.expr) -> None:
        """Two of them: equal, added, ..."""
        if self._maker(left) == self._maker(right):
            self.handled.add(self._maker(left))


def _callee(expr: ast.expr) -> str:
    """``f`` of ``f(...)``; else nothing."""
    called = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
    return expr.func.id if called else ""  # type: ignore[attr-defined]
