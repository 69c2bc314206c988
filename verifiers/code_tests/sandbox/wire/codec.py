"""Values as JSON, distinguished by exact type. No pickle, no hook, nothing that could execute.

Spoken by both sides. An encoder inside the sandbox may have been tampered with, so whatever it
emits is only a claim about a value; the parent decodes it with `wire.decode`, which trusts
nothing. An object with one key is a tag; plain JSON stands for itself:

====================  ==================================================================
``null true 1 "a"``   None, bool, int up to 64 bits, str; ``1.0`` a finite float
``[...]``             list
``{"t": [...]}``      tuple; ``s`` set; ``z`` frozenset
``{"d": [[k, v]]}``   dict, in its order
``{"I": "-ff"}``      a longer int, in hex (linear to read, and no limit of 4300 digits)
``{"F": "nan"}``      nan, inf, -inf
``{"c": [re, im]}``   complex
``{"b": "00ff"}``     bytes; ``B`` bytearray
``{"r": [a, b, c]}``  range
``{"D": "1.50"}``     Decimal; ``{"Q": [n, d]}`` Fraction
``{"k": [name, v]}``  a known relative of the value v: Counter, deque, numpy.float64, ...;
                      ``iterator``: a generator, map, dict view, ..., run to its end
``{"N": [names, [..]]}``  a named tuple
``{"o": name}``       anything else: it equals nothing
``{"!": [what, ..]}`` between test and program: what stays on its own side (`proxy`)
====================  ==================================================================
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import functools
import itertools
import math
import sys
import types
from collections.abc import Callable
from typing import Any

MAX_DEPTH = 100
MAX_NODES = 500_000

_MAPPINGS = {
    collections.Counter: "Counter",
    collections.OrderedDict: "OrderedDict",
    collections.defaultdict: "defaultdict",
}
_DATES = {
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
}


_VIEWS: tuple[Any, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_ITERATORS: tuple[Any, ...] = (
    types.GeneratorType, map, filter, zip, reversed, enumerate, itertools.chain, itertools.islice,
    type(iter([])), type(iter(())), *_VIEWS,
)  # fmt: skip


class Unencodable(ValueError):
    """The value is too deep (a cycle, perhaps) or too large to be reported."""


def encode(value: Any, other: Callable[[Any], Any] | None = None) -> Any:
    """`value` as tagged JSON values.

    Args:
        value: Anything.
        other: What to say of what is not a plain value, if it says anything; for use in a sandbox.

    Raises:
        Unencodable: nested deeper than 100, or of more than 500,000 pieces.
    """
    return _encode(value, 0, [MAX_NODES, other])


def _encode(v: Any, depth: int, left: list[Any]) -> Any:
    left[0] -= 1
    if depth > MAX_DEPTH:
        raise Unencodable(f"nested deeper than {MAX_DEPTH} levels")
    if left[0] < 0:
        raise Unencodable(f"more than {MAX_NODES} pieces")
    kind = type(v)
    if v is None or kind is bool or kind is str:
        return v
    if kind is int:
        return v if -(1 << 63) <= v < 1 << 63 else {"I": f"{v:x}"}
    if kind is float:
        return v if math.isfinite(v) else {"F": repr(v)}
    depth += 1
    if kind is list:
        return _items(v, depth, left)
    if kind is tuple:
        return {"t": _items(v, depth, left)}
    if kind is dict:
        return _pairs(v, depth, left)
    if kind is set or kind is frozenset:
        return {"s" if kind is set else "z": [_encode(x, depth, left) for x in v]}
    if kind is complex:
        return {"c": [_encode(v.real, depth, left), _encode(v.imag, depth, left)]}
    if kind is bytes or kind is bytearray:
        return {"b" if kind is bytes else "B": v.hex()}
    if kind is range:
        return {"r": [_encode(x, depth, left) for x in (v.start, v.stop, v.step)]}
    if kind is decimal.Decimal:
        return {"D": str(v)}
    if kind is fractions.Fraction:
        return {"Q": [_encode(v.numerator, depth, left), _encode(v.denominator, depth, left)]}
    return _relative(v, kind, depth, left)


def _items(v: Any, depth: int, left: list[Any]) -> list[Any]:
    """The items of a list or tuple; of one with nothing but numbers, or texts, all at once."""
    kind = type(v[0]) if v else None
    # by identity: a class of the program's may have a metaclass with an ``==`` of its own
    if (
        (kind is int or kind is float or kind is str or kind is bool)
        and depth <= MAX_DEPTH
        and len(v) <= left[0]
        and all(type(x) is kind for x in v)
        and (kind is not int or (min(v) >= -(1 << 63) and max(v) < 1 << 63))
        and (kind is not float or all(map(math.isfinite, v)))
    ):
        left[0] -= len(v)
        return list(v)
    return [_encode(x, depth, left) for x in v]


def _pairs(v: Any, depth: int, left: list[Any]) -> Any:
    # dict.items: a relative of dict may have overridden its own
    return {"d": [[_encode(k, depth, left), _encode(x, depth, left)] for k, x in dict.items(v)]}


def _exhausted(v: Any, depth: int, left: list[Any]) -> list[Any]:
    """What an iterator still holds; an endless one meets the cap, or the time limit."""
    return [_encode(x, depth, left) for x in v]


def is_iterator(value: Any) -> bool:
    """Whether `encode` would use `value` up."""
    return type(value) in _ITERATORS


def is_view(value: Any) -> bool:
    """Whether it is a view of a dict, which has a length and can be gone through again."""
    return type(value) in _VIEWS


def _relative(v: Any, kind: type, depth: int, left: list[Any]) -> Any:
    """Types of the standard library and numpy that stand for a plain value; else opaque."""
    if kind in _MAPPINGS:
        return {"k": [_MAPPINGS[kind], _pairs(v, depth, left)]}
    if kind in _ITERATORS:
        return {"k": ["iterator", _exhausted(v, depth, left)]}
    if kind is collections.deque:
        return {"k": ["deque", [_encode(x, depth, left) for x in v]]}
    if kind is memoryview and v.format == "B" and v.ndim == 1:
        return {"k": ["memoryview", _encode(bytes(v), depth, left)]}
    if kind is array.array:
        return {"k": ["array", [_encode(x, depth, left) for x in v]]}
    if kind in _DATES:
        return {"k": [_DATES[kind], v.isoformat()]}
    if kind is datetime.timedelta:
        return {"k": ["timedelta", [v.days, v.seconds, v.microseconds]]}
    if kind.__base__ is tuple and isinstance(getattr(kind, "_fields", None), tuple):
        fields = [x for x in kind._fields if type(x) is str]  # type: ignore[attr-defined]
        return {"N": [fields, [_encode(x, depth, left) for x in tuple.__iter__(v)]]}
    module = getattr(kind, "__module__", "")
    if module == "numpy":
        if kind.__name__ == "ndarray" and v.dtype.kind in "biufcSUO":
            if v.size > left[0]:
                raise Unencodable(f"more than {MAX_NODES} pieces")
            return {"k": ["numpy.ndarray", _encode(v.tolist(), depth, left)]}
        if any(c.__name__ == "generic" for c in kind.__mro__):  # numpy's scalars
            plain = v.item()
            if type(plain) is not kind:
                return {"k": [f"numpy.{kind.__name__}"[:40], _encode(plain, depth, left)]}
    noted = left[1](v) if left[1] is not None else None
    return noted or {"o": f"{module}.{getattr(kind, '__qualname__', '?')}"[:120]}


def decode(value: Any, other: Callable[[Any], Any] | None = None) -> Any:
    """The value that tagged JSON stands for, as Python objects. For use *inside* a sandbox.

    Builds hash tables of what it is given, so a stranger's value may make it slow; the parent
    uses `wire.decode`.

    Args:
        value: What `encode` made.
        other: What a ``{"!": ...}`` stands for.

    Raises:
        ValueError: not what `encode` makes.
    """
    if other is not None:
        _others.append(other)
        try:
            return decode(value)
        finally:
            _others.pop()
    kind = type(value)
    if kind is list:
        return [decode(x) for x in value]
    if kind is not dict:
        return value
    if len(value) != 1:
        raise ValueError("a tag has one key")
    ((tag, v),) = value.items()
    return _DECODERS[tag](v)


class Opaque:
    """Stands for an object that could not cross. Equal to nothing, true of nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError(f"a {self._name} object could not leave the sandbox")

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _known(v: Any) -> Any:
    name, inner = v
    plain = decode(inner)
    if name == "Counter":
        return collections.Counter(plain)
    if name == "OrderedDict":
        return collections.OrderedDict(plain)
    if name == "deque":
        return collections.deque(plain)
    if name == "datetime":
        return datetime.datetime.fromisoformat(plain)
    if name == "date":
        return datetime.date.fromisoformat(plain)
    if name == "time":
        return datetime.time.fromisoformat(plain)
    if name == "timedelta":
        return datetime.timedelta(*plain)
    return _in_numpy(name[6:], plain) if name.startswith("numpy.") else plain


def _in_numpy(kind: str, plain: Any) -> Any:
    """`plain` as an array, or a scalar of that kind, where numpy is loaded; of the usual dtypes."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return plain
    try:
        if kind == "ndarray":
            return numpy.array(plain)
        cls = getattr(numpy, kind, None)
        known = (numpy.number, numpy.bool_, numpy.str_)
        return cls(plain) if isinstance(cls, type) and issubclass(cls, known) else plain
    except (TypeError, ValueError, OverflowError):
        return plain


@functools.lru_cache(maxsize=64)
def _named(fields: tuple[str, ...]) -> Any:
    return collections.namedtuple("Named", fields)


_others: list[Callable[[Any], Any]] = []
"""For the `decode` under way."""

_DECODERS: dict[str, Callable[[Any], Any]] = {
    "!": lambda v: _others[-1](v),
    "t": lambda v: tuple(decode(x) for x in v),
    "s": lambda v: {decode(x) for x in v},
    "z": lambda v: frozenset(decode(x) for x in v),
    "d": lambda v: {decode(k): decode(x) for k, x in v},
    "I": lambda v: int(v, 16),
    "F": float,
    "c": lambda v: complex(decode(v[0]), decode(v[1])),
    "b": bytes.fromhex,
    "B": bytearray.fromhex,
    "r": lambda v: range(*(decode(x) for x in v)),
    "D": decimal.Decimal,
    "Q": lambda v: fractions.Fraction(decode(v[0]), decode(v[1])),
    "k": _known,
    "N": lambda v: _named(tuple(v[0]))(*(decode(x) for x in v[1])),
    "o": lambda v: Opaque(str(v)),
}
