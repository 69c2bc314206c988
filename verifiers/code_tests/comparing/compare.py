"""Is what a program returned what was expected? Runs outside the sandbox, on decoded nodes.

What was got is a stranger's: no hash table is keyed by it (keys are canonical text, whose hash
is seeded), no recursion is deeper than `wire.MAX_DEPTH`, and no number is expanded.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any, Literal

from assay.verifiers.code_tests.sandbox.wire import codec, decoded
from assay.verifiers.code_tests.sandbox.wire.decoded import (
    DecodedDict,
    DecodedOpaque,
    Relative,
    Seq,
    SetOf,
)

_NUMBERS = (int, float, complex, Decimal, Fraction)
_HUGE_BITS = 100_000
_EQUAL_BY_EQUALITY = frozenset((int, float, str, bool))
"""Of one and the same of these types, ``==`` is the whole comparison where it holds."""
_ONE_KIND = ({int}, {str}, {bool})
_LISTS_IN_TURN = ("iterator", "range", "array")
"""What stands for a list if `Rules.iterators` says so, and to ``==`` is none."""
_MATCHING = 500  # unordered and with tolerance is quadratic
_TRUE = ("re.Match",)
"""Objects that no program can make false. To claim to be one gains no more than True would."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How to compare; see `CodeTestsParams` for each."""

    rel_tol: float = 1e-9
    abs_tol: float = 0.0
    exact_types: bool = False
    unordered: bool = False
    nan_equal: bool = False
    iterators: bool = True
    """A generator (or map, dict view, ...) stands for the list of what it gives."""
    as_type: Literal["true", "false"] | None = None
    """From the text of an assertion: ask for the truth of the value only."""
    true_is_one: bool = False
    """True equals 1 and False 0, as Python's ``==`` has it; never where types are exact."""

    def of(self, own: Rules | None) -> Rules:
        """An assertion's own rules, or these; where these tell types apart, so do its own."""
        if own is None:
            return self
        return replace(own, true_is_one=own.true_is_one and not self.exact_types)


def node(value: Any) -> Any:
    """A Python value of ours (an expected one) as a node."""
    return decoded.decode(codec.encode(value))


def difference(got: Any, want: Any, rules: Rules) -> str | None:
    """Where and how `got` differs from `want`, in short; None if it does not."""
    if rules.as_type == "true":
        return None if truth(got) is True else f"got {show(got)}, wanted something true"
    if rules.as_type == "false":
        return None if truth(got) is False else f"got {show(got)}, wanted something false"
    if rules.unordered:
        got, want = _plain(got, rules), _plain(want, rules)
        got = _beside(got, want, rules)
        if isinstance(got, Seq) and isinstance(want, Seq):
            return _unordered(got, want, rules)
    return _differs(got, want, rules, "")


def is_match(value: Any) -> bool:
    """Whether it is a match of `re`: no plain value, but certainly there."""
    return isinstance(value, DecodedOpaque) and value.name in _TRUE


def truth(value: Any) -> bool | None:
    """What ``bool(value)`` would say of a plain value, or a match of `re`; None for an object."""
    while isinstance(value, Relative):
        value = value.value
    if isinstance(value, DecodedOpaque):
        return True if is_match(value) else None
    if isinstance(value, Seq | SetOf):
        return bool(value.items)
    if isinstance(value, DecodedDict):
        return bool(value.pairs)
    return bool(value)


def _plain(value: Any, rules: Rules) -> Any:
    while isinstance(value, Relative) and not rules.exact_types:
        if value.name in _LISTS_IN_TURN and not rules.iterators:
            return value
        if value.name == "range":
            return value
        value = value.value
    return value


def written_out(value: Relative, most: int) -> Seq | None:
    """What a range gives, as a list; None: it is longer than `most`."""
    found = range(*value.value.items)
    if found and (found[-1] - found[0]) // found.step >= most:
        return None
    return Seq("list", tuple(found))


def _beside(value: Any, other: Any, rules: Rules) -> Any:
    """`value`; a range as the list that it stands for, where `other` is a list as long."""
    if not (isinstance(value, Relative) and value.name == "range" and isinstance(other, Seq)):
        return value
    if rules.exact_types or not rules.iterators:
        return value
    return written_out(value, len(other.items)) or value


def _differs(got: Any, want: Any, rules: Rules, where: str) -> str | None:
    ordered = _is_ordered(got) and _is_ordered(want)
    got, want = _plain(got, rules), _plain(want, rules)
    got, want = _beside(got, want, rules), _beside(want, got, rules)
    if ordered and isinstance(got, DecodedDict) and isinstance(want, DecodedDict):
        keys = [_keys([k for k, _ in x.pairs], _ones(rules)) for x in (got, want)]
        if keys[0] != keys[1]:
            return _say(where, f"got {show(got)}, wanted {show(want)}, in that order")
    if isinstance(got, Seq) and isinstance(want, Seq):
        if rules.exact_types and got.kind != want.kind:
            return _say(where, f"got a {got.kind}, wanted a {want.kind}")
        if len(got.items) != len(want.items):
            return _say(where, f"got {len(got.items)} items, wanted {len(want.items)}")
        if _all_equal(got.items, want.items):
            return None
        for i, (a, b) in enumerate(zip(got.items, want.items, strict=True)):
            kind = type(a)
            if kind in _EQUAL_BY_EQUALITY and kind is type(b) and a == b:
                continue  # most of a long list, and under every rule
            found = _differs(a, b, rules, f"{where}[{i}]")
            if found is not None:
                return found
        return None
    if isinstance(got, DecodedDict) and isinstance(want, DecodedDict):
        return _pairs(got, want, rules, where)
    if isinstance(got, SetOf) and isinstance(want, SetOf):
        same = not rules.exact_types or got.kind == want.kind
        ones = _ones(rules)
        mine, theirs = (Counter(_keys(set_items(x, ones), ones)) for x in (got, want))
        if same and mine == theirs:
            return None
        return _say(where, f"got {show(got)}, wanted {show(want)}")
    both = isinstance(got, Relative) and isinstance(want, Relative)
    if both and got.name == want.name == "range":
        same = range(*got.value.items) == range(*want.value.items)
        return None if same else _say(where, f"got {show(got)}, wanted {show(want)}")
    if both and got.name == want.name != "iterator":
        return _differs(got.value, want.value, rules, where)
    if _same_scalar(got, want, rules):
        return None
    return _say(where, f"got {show(got)}, wanted {show(want)}")


def _is_ordered(value: Any) -> bool:
    """Whether it is a dict that to ``==`` with its like has an order."""
    return isinstance(value, Relative) and value.name == "OrderedDict"


def _all_equal(got: tuple[Any, ...], want: tuple[Any, ...]) -> bool:
    """Whether they are the same numbers, or texts, of one type: most long lists, at once."""
    kinds = set(map(type, got))
    return kinds in _ONE_KIND and kinds == set(map(type, want)) and got == want


def _ones(rules: Rules) -> bool:
    return rules.true_is_one and not rules.exact_types


def set_items(value: SetOf, true_is_one: bool = False) -> Sequence[Any]:
    """The members, repeats taken out."""
    seen: dict[str, Any] = {}
    for item in value.items:
        seen.setdefault(canonical(item, true_is_one), item)
    return list(seen.values())


def _same_scalar(got: Any, want: Any, rules: Rules) -> bool:
    if (isinstance(got, bool) or isinstance(want, bool)) and not _ones(rules):
        return got is want  # True is not 1
    if isinstance(got, _NUMBERS) and isinstance(want, _NUMBERS):
        if rules.exact_types and type(got) is not type(want):
            return False
        return same_number(got, want, rules)
    kinds = (type(None), str, bytes)
    return isinstance(got, kinds) and type(got) is type(want) and bool(got == want)


def same_number(got: Any, want: Any, rules: Rules) -> bool:
    """Equal, or close where a float, complex or decimal is involved."""
    nan = (_is_nan(got), _is_nan(want))
    if any(nan):
        return all(nan) and rules.nan_equal
    if isinstance(got, int) and isinstance(want, Decimal) and got.bit_length() > _HUGE_BITS:
        return False  # turning it into a decimal takes quadratic time
    if got == want:
        return True
    inexact = (float, complex, Decimal)
    if not (isinstance(got, inexact) or isinstance(want, inexact)):
        return False
    if not (rules.rel_tol or rules.abs_tol):
        return False
    try:
        a, b = complex(got), complex(want)
        if not all(map(math.isfinite, (a.real, a.imag, b.real, b.imag))):
            return False
        # relative to what was expected alone: a wild answer must not widen its own tolerance
        return abs(a - b) <= max(rules.abs_tol, rules.rel_tol * abs(b))
    except OverflowError:  # of a conversion; abs() of a finite complex number raises it, too
        return False


def _is_nan(x: Any) -> bool:
    if isinstance(x, Decimal):
        return x.is_nan()
    if isinstance(x, complex):
        return math.isnan(x.real) or math.isnan(x.imag)
    return isinstance(x, float) and math.isnan(x)


def _pairs(got: DecodedDict, want: DecodedDict, rules: Rules, where: str) -> str | None:
    if len(got.pairs) != len(want.pairs):
        return _say(where, f"got {len(got.pairs)} keys, wanted {len(want.pairs)}")
    ones = _ones(rules)
    mine = {canonical(k, ones): v for k, v in got.pairs}
    for key, value in want.pairs:
        name = canonical(key, ones)
        if name not in mine:
            return _say(where, f"the key {show(key)} is missing")
        found = _differs(mine[name], value, rules, f"{where}[{show(key, 20)}]")
        if found is not None:
            return found
    return None


def _unordered(got: Seq, want: Seq, rules: Rules) -> str | None:
    if len(got.items) != len(want.items):
        return f"got {len(got.items)} items, wanted {len(want.items)}"
    ones = _ones(rules)
    left = Counter(_keys(want.items, ones))
    extra = []
    for item, key in zip(got.items, _keys(got.items, ones), strict=True):
        if left[key] > 0:
            left[key] -= 1
        else:
            extra.append(item)
    if not extra:
        return None
    missing = []
    for item, key in zip(want.items, _keys(want.items, ones), strict=True):
        if left[key] > 0:
            left[key] -= 1
            missing.append(item)
    if len(extra) <= _MATCHING:
        for item in list(extra):
            for i, other in enumerate(missing):
                if _differs(item, other, rules, "") is None:
                    extra.remove(item)
                    del missing[i]
                    break
    return f"{show(extra[0])} is not among what was wanted" if extra else None


def _keys(items: Sequence[Any], true_is_one: bool) -> list[str]:
    return [canonical(x, true_is_one) for x in items]


_serial = count()


def canonical(value: Any, true_is_one: bool = False) -> str:
    """Text that two values share exactly if Python's ``==`` holds; True is 1 only if said so."""
    while isinstance(value, Relative):
        if value.name == "range":
            return _range(range(*value.value.items))
        value = value.value
    if isinstance(value, bool) and true_is_one:
        value = int(value)
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return f"{len(value)}:{value}"
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, _NUMBERS):
        return _number(value)
    if isinstance(value, Seq):
        return "(" + ",".join(canonical(x, true_is_one) for x in value.items) + ")"
    if isinstance(value, SetOf):
        return "{" + ",".join(sorted({canonical(x, true_is_one) for x in value.items})) + "}"
    if isinstance(value, DecodedDict):
        pairs = sorted(
            f"{canonical(k, true_is_one)}={canonical(v, true_is_one)}" for k, v in value.pairs
        )
        return "<" + ",".join(pairs) + ">"
    return f"?{next(_serial)}"  # equal to nothing


def _range(value: range) -> str:
    if not value:
        return "r"
    step = value.step if value[0] != value[-1] else 0
    return f"r{value[0]:x},{value[-1]:x},{step:x}"


def _number(value: Any) -> str:
    if _is_nan(value):
        return f"?{next(_serial)}"
    if isinstance(value, complex):
        if value.imag:
            return f"c{value.real.hex()},{value.imag.hex()}"
        value = value.real
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return f"n{float(value)}"
        value = Fraction(value)
    if isinstance(value, Fraction):
        if value.denominator != 1:
            return f"q{value.numerator:x}/{value.denominator:x}"
        value = value.numerator
    return f"n{value:x}"


def _say(where: str, what: str) -> str:
    return f"at {where}: {what}" if where else what


def show(value: Any, limit: int = 80) -> str:
    """A node for a person, cut short; looks at no more of it than it shows."""
    return _show(value, limit)[:limit]


def _show(v: Any, limit: int) -> str:
    if isinstance(v, Relative):
        return f"{v.name}({_show(v.value, limit)})"
    if isinstance(v, DecodedOpaque):
        return f"an object of type {v.name}"
    if isinstance(v, str):
        return repr(v[:limit]) + ("..." if len(v) > limit else "")
    if isinstance(v, bytes):
        return repr(v[:limit])
    if isinstance(v, int) and not isinstance(v, bool) and v.bit_length() > 250:
        return f"an integer of {v.bit_length()} bits"
    if isinstance(v, Fraction | Decimal):
        return f"{v!r}" if canonical(v).__len__() < 200 else f"a long {type(v).__name__}"
    if isinstance(v, Seq | SetOf):
        marks = {"list": "[]", "tuple": "()", "set": "{}", "frozenset": "{}"}[v.kind]
        return marks[0] + _several(v.items, limit) + marks[1]
    if isinstance(v, DecodedDict):
        shown = [f"{_show(k, limit)}: {_show(x, limit)}" for k, x in v.pairs[:12]]
        return "{" + ", ".join(shown)[:limit] + ("..." if len(v.pairs) > 12 else "") + "}"
    return repr(v)


def _several(items: tuple[Any, ...], limit: int) -> str:
    out, length = [], 0
    for item in items:
        out.append(_show(item, limit))
        length += len(out[-1]) + 2
        if length > limit:
            out.append("...")
            break
    return ", ".join(out)
