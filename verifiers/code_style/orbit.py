"""Is there one text that all formatters leave alone? Follows them until that is clear."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Formatter: TypeAlias = Callable[[str], str]
"""A text in, the formatted text out; the same for the same text."""

MOST_ORDERS = 24
"""Orders tried before a cycle is called one: all of up to four formatters."""

OrbitKind: TypeAlias = Literal["fixed", "cycle", "open"]
"""``fixed``: every formatter leaves the last text alone. ``cycle``: they undo each other for ever.
``open``: neither showed within the steps allowed."""


@dataclass(frozen=True, slots=True)
class Orbit:
    """What becomes of a text as formatters take turns on it."""

    kind: OrbitKind
    texts: tuple[str, ...]
    """``fixed``: the one text. ``cycle``: each text of the cycle once. ``open``: the last text."""
    by: tuple[str, ...] = ()
    """``cycle``: the formatter that turns each text into the next, the last into the first."""
    order: tuple[str, ...] = ()
    """The order in which the formatters ran."""
    steps: int = 0
    """Formatter runs, over all orders tried."""


def follow(source: str, formatters: Sequence[tuple[str, Formatter]], most_steps: int) -> Orbit:
    """The orbit of `source`: in the given order first, in others if that cycles.

    A fixed point reached in any order is a text that all accept, so a cycle is only called one
    when every order tried ends in one. Says nothing of texts that no order reaches.

    Args:
        source: A program.
        formatters: Name and function, in order; at least one.
        most_steps: Formatter runs allowed in one order.
    """
    first: Orbit | None = None
    steps = 0
    for order in itertools.islice(itertools.permutations(formatters), MOST_ORDERS):
        orbit = _follow(source, order, most_steps)
        steps += orbit.steps
        if orbit.kind != "cycle" or first is None:
            first = replace(orbit, steps=steps)
        if orbit.kind == "fixed":
            return first
    assert first is not None  # there is at least one order
    return replace(first, steps=steps)


def _follow(source: str, order: Sequence[tuple[str, Formatter]], most_steps: int) -> Orbit:
    names = tuple(name for name, _ in order)
    path: list[tuple[str, str]] = []  # each change: the text, and who changed it
    seen: dict[tuple[str, int], int] = {}  # a text before a formatter's turn -> place in the path
    text, unchanged, turn = source, 0, 0
    for step in range(most_steps):
        if unchanged == len(order):
            return Orbit("fixed", (text,), (), names, step)
        state = (text, turn)
        if state in seen and seen[state] < len(path):
            loop = path[seen[state] :]
            return Orbit("cycle", tuple(t for t, _ in loop), tuple(b for _, b in loop), names, step)
        seen.setdefault(state, len(path))
        name, function = order[turn]
        after = function(text)
        if after == text:
            unchanged += 1
        else:
            path.append((text, name))
            text, unchanged = after, 0
        turn = (turn + 1) % len(order)
    if unchanged == len(order):
        return Orbit("fixed", (text,), (), names, most_steps)
    return Orbit("open", (text,), (), names, most_steps)
