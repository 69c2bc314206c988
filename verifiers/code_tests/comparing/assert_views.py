"""What an assertion asks of a returned value beyond ``==``: ``3 in f(x)``, ``len(f(x)) == 2``.

Worked out here, outside the sandbox, on decoded nodes: of a value that is none of the plain ones
nothing is asked at all, so an object cannot agree to everything. Only assertions ask, so keys are
Python's: True is 1.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from assay.verifiers.code_tests.comparing.compare import (
    Rules,
    canonical,
    difference,
    is_match,
    set_items,
    show,
    written_out,
)
from assay.verifiers.code_tests.sandbox.wire.decoded import (
    DecodedDict,
    DecodedOpaque,
    Relative,
    Seq,
    SetOf,
)

Relation: TypeAlias = Literal[
    "==", "!=", "in", "contains", "lacks", "<", "<=", ">", ">=", "isinstance", "type"
]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_REAL = (bool, int, float, Fraction)
_LIKE_A_LIST = ("iterator", "deque", "namedtuple", "numpy.ndarray", "array", "memoryview")
_MAPPINGS = ("Counter", "OrderedDict", "defaultdict")
_MOST = 200_000
"""Longest text that is made of a value."""

TYPES = {
    "int", "float", "str", "bool", "list", "tuple", "dict", "set", "frozenset", "bytes",
    "complex", "NoneType",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What of a value is looked at, and how it must relate to what is expected."""

    steps: tuple[tuple[str, Any], ...] = ()
    """``("len", None)``, ``("item", 0)``, ``("round", 2)``, ...; in the order of evaluation."""
    relation: Relation = "=="


class _Unanswerable(ValueError):
    """The value has no length, no such item, ...: Python would raise."""


def unmet(got: Any, wanted: tuple[Any, ...], view: View | None, rules: Rules) -> str | None:
    """Why `got` is not what is wanted, in short; None if it is.

    Args:
        got: A stranger's.
        wanted: Nodes, any of which will do (for ``!=`` and ``lacks``: none of which may be).
        view: What to look at; None: the value itself, to be equal.
        rules: How to compare.
    """
    if view is None:
        return _equal(got, wanted, rules)
    try:
        return _related(seen(got, view), wanted, view.relation, rules)
    except _Unanswerable as err:
        return str(err)
    except (ArithmeticError, ValueError, TypeError) as err:  # NaN, infinity, too large, no order
        return f"got {show(got)}: {type(err).__name__}"


def seen(value: Any, view: View) -> Any:
    """What is looked at of a value.

    Raises:
        ValueError, ArithmeticError, TypeError: it has no length, no such item, ...
    """
    for name, argument in view.steps:
        value = _STEPS[name](value, argument)
    return value


def _equal(got: Any, wanted: tuple[Any, ...], rules: Rules) -> str | None:
    found: str | None = ""
    for want in wanted:
        found = difference(got, want, rules)
        if found is None:
            return None
    return found or ""


def _related(got: Any, wanted: tuple[Any, ...], relation: Relation, rules: Rules) -> str | None:
    if relation in ("==", "in"):
        if relation == "in" and len(wanted) == 1 and isinstance(wanted[0], str):
            held = isinstance(got, str) and got in wanted[0]
            return None if held else f"got {show(got)}, which is not in {show(wanted[0])}"
        return _equal(got, wanted, rules)
    if relation == "!=":
        if isinstance(got, DecodedOpaque) and not is_match(got):
            raise _Unanswerable(f"got {show(got)}")
        same = any(difference(got, want, rules) is None for want in wanted)
        return f"got {show(got)}" if same else None
    if relation in ("contains", "lacks"):
        held = _contains(got, wanted[0], rules)
        if held is (relation == "contains"):
            return None
        return f"{show(wanted[0])} is {'' if held else 'not '}in {show(got)}"
    if relation in ("type", "isinstance"):
        kinds = _kinds(got, exact=relation == "type")
        names = {w for w in wanted if isinstance(w, str)}
        return None if kinds & names else f"got {show(got)}, no {' or '.join(sorted(names))}"
    a, b = _scalar(got), wanted[0]
    comparable = isinstance(a, str) and isinstance(b, str)
    comparable |= isinstance(a, (*_REAL, Decimal)) and isinstance(b, (*_REAL, Decimal))
    held = comparable and _ORDER[relation](a, b)
    return None if held else f"got {show(got)}, wanted {relation} {show(b)}"


def _contains(got: Any, want: Any, rules: Rules) -> bool:
    if isinstance(got, str):
        return isinstance(want, str) and want in got
    if isinstance(got, bytes):
        return isinstance(want, bytes) and want in got
    return any(difference(x, want, rules) is None for x in _items(got))


def _kinds(got: Any, *, exact: bool) -> set[str]:
    if isinstance(got, Relative):
        base = {"namedtuple": "tuple", "Counter": "dict", "OrderedDict": "dict",
                "defaultdict": "dict"}.get(got.name)  # fmt: skip
        base = base or {"numpy.float64": "float", "numpy.str_": "str"}.get(got.name)
        return {base} if base and not exact else set()
    if isinstance(got, Seq | SetOf):
        return {got.kind}
    if isinstance(got, DecodedDict):
        return {"dict"}
    kind = type(got).__name__
    return {kind, "int"} if kind == "bool" and not exact else {kind}


def _scalar(value: Any) -> Any:
    """A numpy scalar's plain value."""
    inside = isinstance(value, Relative) and value.name.startswith("numpy.")
    return value.value if inside and value.name != "numpy.ndarray" else value


def _items(value: Any) -> tuple[Any, ...] | list[Any]:
    """What going through a container gives."""
    if isinstance(value, str | bytes):
        return tuple(value)
    if isinstance(value, Seq):
        return value.items
    if isinstance(value, SetOf):
        return list(set_items(value, True))
    if isinstance(value, DecodedDict):
        return list({canonical(k, True): k for k, _ in value.pairs}.values())
    if isinstance(value, Relative):
        if value.name == "range":
            found = written_out(value, _MOST)
            if found is None:
                raise _Unanswerable(f"got {show(value)}, which is too long")
            return found.items
        if value.name == "bytearray":
            return _items(value.value)
        if value.name in (*_LIKE_A_LIST, *_MAPPINGS) and not isinstance(value.value, str):
            return _items(value.value)
    raise _Unanswerable(f"got {show(value)}, which is not a container")


def _len(value: Any, _: Any) -> Any:
    return len(value) if isinstance(value, str | bytes) else len(_items(value))


def _item(value: Any, key: Any) -> Any:
    inner = value
    while isinstance(inner, Relative) and inner.name in (*_LIKE_A_LIST, *_MAPPINGS):
        if inner.name == "iterator":
            raise _Unanswerable(f"got {show(value)}, which has no {show(key)}")
        inner = inner.value
    if isinstance(inner, DecodedDict):
        wanted = canonical(key, True)
        for k, v in reversed(inner.pairs):
            if canonical(k, True) == wanted:
                return v
        if isinstance(value, Relative) and value.name == "Counter":
            return 0
    elif type(key) is int and isinstance(inner, str | bytes | Seq):
        items = inner.items if isinstance(inner, Seq) else inner
        if -len(items) <= key < len(items):
            return items[key]
    raise _Unanswerable(f"got {show(value)}, which has no {show(key)}")


def _numbers(value: Any) -> list[Any]:
    found = [_scalar(x) for x in _items(value)]
    if not all(isinstance(x, bool | int | float) for x in found):  # a sum of fractions can explode
        raise _Unanswerable(f"got {show(value)}, which is not all numbers")
    return found


def _extreme(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def step(value: Any, _: Any) -> Any:
        items = list(_items(value))
        if not items or not all(isinstance(x, str) for x in items):
            items = _numbers(value)
        if not items:
            raise _Unanswerable("got nothing to choose from")
        return function(items)

    return step


def _number(value: Any) -> Any:
    value = _scalar(value)
    if not isinstance(value, _REAL):
        raise _Unanswerable(f"got {show(value)}, which is not a number")
    return value


def _abs(value: Any, _: Any) -> Any:
    value = _scalar(value)
    if not isinstance(value, complex):
        return abs(_number(value))
    try:
        return abs(value)
    except OverflowError:
        raise _Unanswerable(f"got {show(value)}, which is too large") from None


def _text(value: Any, _: Any) -> str:
    value = _scalar(value)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, Decimal | Fraction) else _repr(value, [_MOST])


def _repr(v: Any, left: list[int]) -> str:
    """What Python's ``repr`` gives of a plain value."""
    if isinstance(v, Seq):
        parts = [_repr(x, left) for x in v.items]
        if v.kind == "list":
            return "[" + ", ".join(parts) + "]"
        return "(" + ", ".join(parts) + (",)" if len(parts) == 1 else ")")
    if isinstance(v, DecodedDict):
        return "{" + ", ".join(f"{_repr(k, left)}: {_repr(x, left)}" for k, x in v.pairs) + "}"
    if isinstance(v, SetOf) and v.kind == "set" and len(v.items) == 1:
        return "{" + _repr(v.items[0], left) + "}"  # of more the order is anybody's guess
    long = isinstance(v, int) and v.bit_length() > 14_000  # Python refuses to write it, too
    if long or not isinstance(v, bool | int | float | complex | str | bytes | None):
        raise _Unanswerable(f"got {show(v)}, which has no plain text")
    text = repr(v)
    left[0] -= len(text)
    if left[0] < 0:
        raise _Unanswerable("got a value whose text is too long")
    return text


def _of_text(name: str) -> Callable[[Any, Any], Any]:
    def step(value: Any, _: Any) -> Any:
        if not isinstance(value, str):
            raise _Unanswerable(f"got {show(value)}, which is not text")
        return getattr(str, name)(value)

    return step


TEXT_METHODS = ("lower", "upper", "strip", "title", "casefold")

_STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "len": _len,
    "item": _item,
    "str": _text,
    "repr": lambda v, _: _repr(v, [_MOST]),
    "set": lambda v, _: SetOf("set", tuple(_items(v))),
    "frozenset": lambda v, _: SetOf("frozenset", tuple(_items(v))),
    "list": lambda v, _: Seq("list", tuple(_items(v))),
    "sorted": lambda v, _: Seq("list", tuple(_items(v))),  # compared in any order
    "tuple": lambda v, _: Seq("tuple", tuple(_items(v))),
    "sum": lambda v, _: sum(_numbers(v)),
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": _abs,
    "round": lambda v, n: round(_number(v), n),
    **{name: _of_text(name) for name in TEXT_METHODS},
}
