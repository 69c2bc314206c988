"""Times of day: ``4:30 p.m.``, ``16:30``, ``4 pm``."""

from __future__ import annotations

from typing import NamedTuple

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.equality_result import EqualityResult, different
from assay.verifiers.math_answer.tree import App, Node, Quantity

_HALVES = {
    ("am",): "am", ("pm",): "pm", ("in", "the", "morning"): "am", ("in", "the", "afternoon"): "pm",
    ("in", "the", "evening"): "pm", ("morning",): "am", ("afternoon",): "pm", ("evening",): "pm",
}  # fmt: skip
"""What follows a time, and the half of the day that it means."""


def _half(unit: tuple[str, ...]) -> str | None:
    return _HALVES.get(tuple(w.lower() for w in unit))


class _Time(NamedTuple):
    seconds: int
    """As written: since midnight, or since noon where `half` says so."""
    half: str | None

    @property
    def of_day(self) -> int:
        """Seconds since midnight; without a half, read on a 24-hour clock."""
        if self.half is None:
            return self.seconds
        return self.seconds % 43_200 + (43_200 if self.half == "pm" else 0)


def is_marked(node: Node) -> bool:
    """Whether `node` says a.m. or p.m., so that it can be nothing but a time of day."""
    last = node.args[-1] if isinstance(node, App) and node.op == "ratio" else node
    return isinstance(last, Quantity) and _half(last.unit) is not None


def compare(r: Node, a: Node) -> EqualityResult:
    """Two times of day, at least one of them marked; the other may leave the mark out."""
    time_r, time_a = _read(r), _read(a)
    if time_r is None or time_a is None:
        return different("only one is a time of day", "kind")
    if time_r.half is not None and time_a.half is not None:
        same = time_r.of_day == time_a.of_day
    else:
        same = time_r.of_day == time_a.of_day or time_r.seconds == time_a.seconds
    if not same:
        return different("another time of day", "exact")
    return EqualityResult(True, "exact", "proved", "the same time of day")


def without_seconds(r: App, a: App) -> EqualityResult | None:
    """``16:30:00`` against ``16:30``: a ratio has no part that is 0; None: they are not such."""
    longer, shorter = (r, a) if len(r.args) > len(a.args) else (a, r)
    if len(longer.args) != 3 or exact.whole(longer.args[2]) != 0:
        return None
    if _read(longer) is None or longer.args[:2] != shorter.args:
        return None
    return EqualityResult(True, "exact", "proved", "the same time of day")


def _parts(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, App) and node.op == "ratio" else (node,)


def _read(node: Node) -> _Time | None:
    half = None
    parts = _parts(node)
    if is_marked(node):
        *front, last = parts
        if isinstance(last, Quantity):
            half = _half(last.unit)
            parts = (*front, *_parts(last.value))
    numbers = [exact.whole(part) for part in parts]
    if len(numbers) > 3:
        return None
    h, m, s = (*numbers, 0, 0)[:3]
    if h is None or m is None or s is None:
        return None
    if not (0 <= h <= (24 if half is None else 12) and 0 <= m < 60 and 0 <= s < 60):
        return None
    return _Time(h * 3600 + m * 60 + s, half)
