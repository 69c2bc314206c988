"""The parent's reading of what a sandbox says. Everything in it may be a lie or a bomb.

Values are decoded into the frozen nodes of this module rather than into dicts and sets: those
would be hash tables of a stranger's keys, which a stranger can make quadratic.
"""

from __future__ import annotations

import builtins
import json
import keyword
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, TypeAlias

MAX_DEPTH = 110
MAX_NODES = 500_000
_HEX = re.compile(r"-?[0-9a-f]+")
_DECIMAL_CHARS = 2_000
_FRACTION_BITS = 100_000
_RANGE_BITS = 4_096
_EXPONENT_A_PIECE = 10
"""A decimal's digits that are not written, but are worked with, count as pieces of a value."""
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_KINDS = re.compile(r"[A-Za-z_.0-9]{1,60}")

Value: TypeAlias = (
    "bool | int | float | str | complex | bytes | Decimal | Fraction | DecodedNode | None"
)


@dataclass(frozen=True, slots=True)
class Seq:
    """A list, a tuple, or a relative of one."""

    kind: Literal["list", "tuple"]
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set or frozenset; the members in no order, perhaps with repeats (a liar's)."""

    kind: Literal["set", "frozenset"]
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DecodedDict:
    """A dict, as its pairs."""

    pairs: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """A value of a type that stands for a plain one: ``Counter``, ``numpy.int64``, ..."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class DecodedOpaque:
    """An object that could not cross. It equals nothing."""

    name: str


DecodedNode: TypeAlias = Seq | SetOf | DecodedDict | Relative | DecodedOpaque


class Garbled(ValueError):
    """Not a message, or not a value, of this protocol."""


def parse(body: bytes) -> dict[str, Any]:
    """A frame's body as a JSON object.

    Raises:
        Garbled: no JSON, no object, nested too deep, or with numbers too long to read.
    """
    # a value of MAX_NODES pieces needs fewer brackets; each costs the reader some 100 bytes
    if body.count(b"[") + body.count(b"{") > 4 * MAX_NODES:
        raise Garbled("of too many pieces")
    try:
        message = _load(body.decode("utf-8", "strict"))
    except (ValueError, RecursionError) as err:
        raise Garbled(f"no JSON: {type(err).__name__}") from None
    if type(message) is not dict:
        raise Garbled("no JSON object")
    return message


def _refuse(name: str) -> float:
    raise ValueError(name)


_load = json.JSONDecoder(parse_constant=_refuse).decode


def decode(value: Any) -> Any:
    """The value that tagged JSON stands for, as nodes of this module.

    Raises:
        Garbled: an unknown tag, a wrong shape, too deep, too many pieces.
    """
    return _decode(value, 0, [MAX_NODES])


def _decode(v: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise Garbled("nested too deep, or of too many pieces")
    kind = type(v)
    if v is None or kind is bool or kind is str or kind is int:
        return v
    if kind is float:
        if not math.isfinite(v):  # 1e999 is JSON, and infinite
            raise Garbled("a number out of range")
        return v
    depth += 1
    if kind is list:
        return Seq("list", _items(v, depth, left))
    if kind is not dict or len(v) != 1:
        raise Garbled("neither a value nor a tag")
    ((tag, inner),) = v.items()
    return _tagged(tag, inner, depth, left)


def _tagged(tag: str, v: Any, depth: int, left: list[int]) -> Any:
    if tag == "t":
        return Seq("tuple", _items(v, depth, left))
    if tag == "d":
        pairs = tuple(_items(pair, depth, left, 2) for pair in _list(v))
        return DecodedDict(tuple((k, x) for k, x in pairs))
    if tag == "s":
        return SetOf("set", _items(v, depth, left))
    if tag == "z":
        return SetOf("frozenset", _items(v, depth, left))
    if tag == "k":
        name, inner = _list(v, 2)
        if type(name) is not str or _KINDS.fullmatch(name) is None:
            raise Garbled("a relative without a name")
        return Relative(name, _decode(inner, depth, left))
    if tag == "N":
        fields, inner = _list(v, 2)
        items = _items(inner, depth, left, len(_list(fields)))
        named = (
            type(x) is str and _FIELD.fullmatch(x) and not keyword.iskeyword(x) for x in fields
        )
        if not all(named):
            raise Garbled("fields of a named tuple that are not names")
        if len(set(fields)) < len(fields):
            raise Garbled("fields of a named tuple that are alike")
        return Relative("namedtuple", Seq("tuple", items))
    if tag == "c":
        real, imag = _items(v, depth, left, 2)
        if type(real) is not float or type(imag) is not float:
            raise Garbled("a complex number of other things than floats")
        return complex(real, imag)
    if tag == "r":
        ends = _items(v, depth, left, 3)
        if any(type(x) is not int for x in ends):
            raise Garbled("a range of other things than integers")
        if ends[2] == 0:
            raise Garbled("a range of no step")
        if max(x.bit_length() for x in ends) > _RANGE_BITS:
            return DecodedOpaque("range")  # its length is a quotient, which takes quadratic time
        return Relative("range", Seq("tuple", ends))
    if tag == "Q":
        top, bottom = _items(v, depth, left, 2)
        if type(top) is not int or type(bottom) is not int or bottom == 0:
            raise Garbled("a fraction of other things than integers")
        if max(top.bit_length(), bottom.bit_length()) > _FRACTION_BITS:
            return DecodedOpaque("fractions.Fraction")  # reducing it takes quadratic time
        return Fraction(top, bottom)
    if tag == "!":
        return _elsewhere(v)
    if type(v) is not str:
        raise Garbled("a tag's text is not text")
    found = _text(tag, v)
    if isinstance(found, Decimal) and found.is_finite():
        left[0] -= abs(found.adjusted()) // _EXPONENT_A_PIECE
    return found


def _elsewhere(v: Any) -> DecodedOpaque:
    """What stays with the test or the program: here an object like any other.

    ``["h", number, class, abilities]`` is one of the program's, ``["f", number]`` a function of
    the test's that it was given, ``["b", name]`` a builtin type.
    """
    what, *numbers = _list(v) or [None]
    if what == "b" and len(numbers) == 1 and isinstance(vars(builtins).get(str(numbers[0])), type):
        return DecodedOpaque("type")
    able = numbers.pop() if what == "h" and len(numbers) == 3 else []
    fits = (what, len(numbers)) in (("h", 2), ("f", 1)) and all(type(x) is int for x in numbers)
    if not fits or not all(type(x) is str for x in _list(able)):
        raise Garbled("neither an object nor a function")
    return DecodedOpaque("object")


def _text(tag: str, v: str) -> Any:
    if tag == "I" and _HEX.fullmatch(v) is not None:
        return int(v, 16)  # linear, unlike decimal
    if tag == "F" and v in ("nan", "inf", "-inf"):
        return float(v)
    if tag == "o":
        return DecodedOpaque(v[:120])
    if tag in ("b", "B"):
        try:
            raw = bytes.fromhex(v)
        except ValueError:
            raise Garbled("bytes that are not hex") from None
        return raw if tag == "b" else Relative("bytearray", raw)
    if tag == "D" and len(v) <= _DECIMAL_CHARS:
        try:
            number = Decimal(v)
        except InvalidOperation:
            raise Garbled("a decimal that is none") from None
        if number.is_finite() and abs(number.adjusted()) > _DECIMAL_CHARS:
            return DecodedOpaque(
                "decimal.Decimal"
            )  # an exponent that would fill memory if expanded
        return number
    raise Garbled(f"unknown tag {tag[:10]!r}")


def _list(v: Any, length: int | None = None) -> list[Any]:
    if type(v) is not list or (length is not None and len(v) != length):
        raise Garbled("a tag's list is none, or of the wrong length")
    return v


_AS_THEY_ARE = frozenset((bool, str, int, type(None)))


def _items(v: Any, depth: int, left: list[int], length: int | None = None) -> tuple[Any, ...]:
    """The items of a list, decoded; of one that holds nothing but plain values, all at once."""
    items = _list(v, length)
    kinds = set(map(type, items))
    plain = kinds <= _AS_THEY_ARE or (kinds == {float} and all(map(math.isfinite, items)))
    if not plain or depth > MAX_DEPTH or len(items) > left[0]:
        return tuple([_decode(x, depth, left) for x in items])
    left[0] -= len(items)
    return tuple(items)
