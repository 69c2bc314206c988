"""Values that can be read off an expression, without running anything."""

from __future__ import annotations

import ast
import collections
import decimal
import fractions
from collections.abc import Callable
from typing import Any

_SIZE = 100_000
"""Longest text or list, and most bits of a number, that arithmetic may make."""


class NoLiteral(ValueError):
    """The expression is more than a value."""


def literal(expr: ast.expr) -> Any:
    """The value of an expression of constants, displays, arithmetic and plain constructors.

    Raises:
        NoLiteral: it names a variable, calls something else, or would be absurdly large.

    >>> literal(ast.parse("[1, 2] * 2 + [10**3]", mode="eval").body)
    [1, 2, 1, 2, 1000]
    """
    try:
        return _value(expr)
    except NoLiteral:
        raise
    except (TypeError, ValueError, ArithmeticError, RecursionError, LookupError) as err:
        raise NoLiteral(str(err)) from None


def _value(e: ast.expr) -> Any:
    if isinstance(e, ast.Constant):
        if e.value is Ellipsis:
            raise NoLiteral("...")
        return e.value
    if isinstance(e, ast.List):
        return [_value(x) for x in e.elts]
    if isinstance(e, ast.Tuple):
        return tuple(_value(x) for x in e.elts)
    if isinstance(e, ast.Set):
        return {_value(x) for x in e.elts}
    if isinstance(e, ast.Dict):
        if any(k is None for k in e.keys):
            raise NoLiteral("**")
        return {
            _value(k): _value(v) for k, v in zip(e.keys, e.values, strict=True) if k is not None
        }
    if isinstance(e, ast.UnaryOp):
        return _unary(e)
    if isinstance(e, ast.BinOp):
        return _arithmetic(e.op, _value(e.left), _value(e.right))
    if isinstance(e, ast.Call):
        return _constructed(e)
    if isinstance(e, ast.Attribute) and ast.unparse(e) in ("math.inf", "np.inf"):
        return float("inf")
    raise NoLiteral(type(e).__name__)


def _unary(e: ast.UnaryOp) -> Any:
    value = _value(e.operand)
    if isinstance(e.op, ast.USub):
        return -value
    if isinstance(e.op, ast.UAdd):
        return +value
    if isinstance(e.op, ast.Not):
        return not value
    return ~value


_OPS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


def _arithmetic(op: ast.operator, a: Any, b: Any) -> Any:
    if isinstance(op, ast.Pow):
        if not isinstance(a, int | float) or not isinstance(b, int) or abs(b) > 10_000:
            raise NoLiteral("a power")
        if isinstance(a, int) and a.bit_length() * abs(b) > _SIZE:
            raise NoLiteral("a large power")
        return a**b
    if isinstance(op, ast.Mult):
        for x, y in ((a, b), (b, a)):
            if isinstance(x, str | list | tuple | bytes) and isinstance(y, int):
                if len(x) * max(y, 0) > _SIZE:
                    raise NoLiteral("a long repetition")
                return x * y
        return _number(a) * _number(b)
    if isinstance(op, ast.Mod) and isinstance(a, str):
        raise NoLiteral("formatting")
    function = _OPS.get(type(op))
    if function is None:
        raise NoLiteral(type(op).__name__)
    return function(a, b)


def _number(x: Any) -> Any:
    if not isinstance(x, int | float | complex):
        raise NoLiteral("no number")
    return x


_CONSTRUCTORS: dict[str, Callable[..., Any]] = {
    "set": set, "frozenset": frozenset, "list": list, "tuple": tuple, "dict": dict,
    "complex": complex, "sorted": sorted, "bytes": bytes, "bytearray": bytearray,
    "Fraction": fractions.Fraction, "Decimal": decimal.Decimal,
    "fractions.Fraction": fractions.Fraction, "decimal.Decimal": decimal.Decimal,
    "Counter": collections.Counter, "collections.Counter": collections.Counter,
    "OrderedDict": collections.OrderedDict, "deque": collections.deque,
    "copy.deepcopy": lambda x: x, "deepcopy": lambda x: x, "copy.copy": lambda x: x,
    "float": float, "int": int, "str": str, "len": len, "abs": abs, "min": min, "max": max,
    "sum": sum,
}  # fmt: skip


def _constructed(e: ast.Call) -> Any:
    name = ast.unparse(e.func)
    if name == "range":
        found = range(*(_value(a) for a in e.args))
        if len(found) > _SIZE:
            raise NoLiteral("a long range")
        return found
    function = _CONSTRUCTORS.get(name)
    if function is None or any(k.arg is None for k in e.keywords):
        raise NoLiteral(f"a call of {name}")
    args = [_value(a) for a in e.args]
    if name in ("bytes", "bytearray") and args and isinstance(args[0], int):
        raise NoLiteral("bytes of a length")
    return function(*args, **{str(k.arg): _value(k.value) for k in e.keywords})
