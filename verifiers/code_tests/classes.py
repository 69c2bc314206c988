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
_CAP_WORDS = re.compile(r"_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


def classes(tree: ast.Module, names: Sequence[str], before: str = "") -> tuple[str, ...]:
    """Those of `names` that the suite treats as classes.

    The prompt decides where it defines the name. Else a name is a class if it is written in
    CapWords, as PEP 8 has it for classes; if the suite derives from it or asks ``isinstance``;
    or if it uses what a call of it gives as an object of no standard type (``s.push(1)``).
    """
    said = _said(before)
    used = _used_as_class(tree)
    return tuple(
        name for name in names
        if said.get(name, name in used or _CAP_WORDS.fullmatch(name) is not None)
    )  # fmt: skip


def _said(before: str) -> dict[str, bool]:
    out: dict[str, bool] = {}
    try:
        body = ast.parse(before).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return out
    for item in body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            out[item.name] = False
        elif isinstance(item, ast.ClassDef):
            out[item.name] = True
    return out


def _used_as_class(tree: ast.Module) -> set[str]:
    out: set[str] = set()
    made: dict[str, str] = {}
    for item in ast.walk(tree):
        if isinstance(item, ast.ClassDef):
            out |= {base.id for base in item.bases if isinstance(base, ast.Name)}
        elif isinstance(item, ast.Call) and len(item.args) == 2:
            asked = isinstance(item.func, ast.Name) and item.func.id == "isinstance"
            if asked and isinstance(item.args[1], ast.Name):
                out.add(item.args[1].id)
        elif isinstance(item, ast.Assign) and _callee(item.value):
            for target in item.targets:
                made[ast.unparse(target)] = _callee(item.value)
    for item in ast.walk(tree):
        if isinstance(item, ast.Attribute) and item.attr not in _OF_VALUES:
            name = _callee(item.value) or made.get(ast.unparse(item.value), "")
            if name:
                out.add(name)
    return out


def _callee(expr: ast.expr) -> str:
    """``f`` of ``f(...)``; else nothing."""
    called = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
    return expr.func.id if called else ""  # type: ignore[attr-defined]
