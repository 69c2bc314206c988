"""Regions of the real line: unions of intervals, whose endpoints are in a certain order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key

from assay.verifiers.math_answer.arithmetic import exact, numerics
from assay.verifiers.math_answer.tree import App, Node, Sym, symbols

INFINITY = Sym("infinity")
MINUS = App("neg", (INFINITY,))


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; a point is closed on both sides."""

    low: Node
    low_closed: bool
    high: Node
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A union of intervals, and the name of the variable where there is one."""

    parts: tuple[Interval, ...]
    name: str = ""


EVERYTHING = Interval(MINUS, False, INFINITY, False)


def point(node: Node) -> Interval:
    """The one number."""
    return Interval(node, True, node, True)


def without(node: Node) -> Region:
    """All numbers but one."""
    return Region((Interval(MINUS, False, node, False), Interval(node, False, INFINITY, False)))


def order(a: Node, b: Node) -> int | None:
    """-1, 0 or 1 as `a` is less than, equal to or greater than `b`; None: not certain."""
    if a == b:
        return 0
    if a == MINUS or b == INFINITY:
        return -1
    if b == MINUS or a == INFINITY:
        return 1
    left, right = exact.rational(a), exact.rational(b)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    difference = App("add", (a, App("neg", (b,))))
    if symbols(difference):
        return 0 if numerics.same(a, b).equal else None
    found = numerics.sign(difference)
    if found is None and numerics.same(a, b).equal:
        return 0
    return found


def meet(a: Region | None, b: Region | None) -> Region | None:
    """The intersection; None where the order of endpoints is not known."""
    if a is None or b is None:
        return None
    if len(a.parts) * len(b.parts) > 400:  # each pair asks for the order of four endpoints
        return None
    out: list[Interval] = []
    for x in a.parts:
        for y in b.parts:
            lows, highs = order(x.low, y.low), order(x.high, y.high)
            if lows is None or highs is None:
                return None
            low, low_closed = (x.low, x.low_closed) if lows > 0 else (y.low, y.low_closed)
            if lows == 0:
                low_closed = x.low_closed and y.low_closed
            high, high_closed = (x.high, x.high_closed) if highs < 0 else (y.high, y.high_closed)
            if highs == 0:
                high_closed = x.high_closed and y.high_closed
            span = order(low, high)
            if span is None:
                if symbols(low) | symbols(high):
                    out.append(Interval(low, low_closed, high, high_closed))
                    continue
                return None
            if span < 0 or (span == 0 and low_closed and high_closed):
                out.append(Interval(low, low_closed, high, high_closed))
    return Region(tuple(out), a.name or b.name)


def normal(region: Region) -> Region | None:
    """Sorted, empty parts dropped, touching parts joined; None where the order is not known."""
    parts = []
    for part in region.parts:
        span = order(part.low, part.high)
        if span is None:
            return None
        if span < 0 or (span == 0 and part.low_closed and part.high_closed):
            parts.append(part)
    unknown = False

    def by_low(x: Interval, y: Interval) -> int:
        nonlocal unknown
        found = order(x.low, y.low)
        if found is None:
            unknown = True
            return 0
        return found or (y.low_closed - x.low_closed)

    parts.sort(key=cmp_to_key(by_low))
    if unknown:
        return None
    out: list[Interval] = []
    for part in parts:
        if out:
            last = out[-1]
            gap = order(last.high, part.low)
            if gap is None:
                return None
            if gap > 0 or (gap == 0 and (last.high_closed or part.low_closed)):
                ends = order(last.high, part.high)
                if ends is None:
                    return None
                if ends < 0:
                    out[-1] = Interval(last.low, last.low_closed, part.high, part.high_closed)
                elif ends == 0:
                    closed = last.high_closed or part.high_closed
                    out[-1] = Interval(last.low, last.low_closed, last.high, closed)
                continue
        out.append(part)
    return Region(tuple(out), region.name)


def complement(region: Region) -> Region | None:
    """All numbers that are not in it; None where the order of endpoints is not known."""
    sorted_ = normal(region)
    if sorted_ is None:
        return None
    out: list[Interval] = []
    low: Node = MINUS
    closed = False
    for part in sorted_.parts:
        if part.low != MINUS:
            out.append(Interval(low, closed, part.low, not part.low_closed))
        low, closed = part.high, not part.high_closed
    if low != INFINITY:
        out.append(Interval(low, closed, INFINITY, False))
    return Region(tuple(out), region.name)
