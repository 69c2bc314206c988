"""The weights of a rubric that is not a sum, turned one at a time, and what each breaks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.groups import Groups
from assay.audit.recomposing.matching import together
from assay.audit.recomposing.recompose import Recomposer, rows_of
from assay.audit.stats.right_over_wrong import EQUAL, every_so_many, right_over_wrong
from assay.errors import AssayError
from assay.rubrics import BoundRubric, Gate, Priority, Process, Rubric, Weighted
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.written.number import Number
from assay.rubrics.written.reading import Ordered

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame

ROWS = 20_000
"""Rows on which weights are turned: each turn is a recomposition."""

TRIED = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Relative changes that are tried, up and down; where the first order breaks is then bisected."""

HALVINGS = 16
"""Of the interval in which the first order breaks: to a 65,536th."""


@dataclasses.dataclass
class Knob:
    """One weight, and what turning it does to the orders of the log."""

    name: str
    weight: float
    low: float
    """Relative change below 0 at which the first order breaks; -inf where none did."""
    high: float
    halved: float
    """Orders that are broken with half the weight."""
    doubled: float
    breaks: Floats
    """(p,) the smallest change, of those tried, that breaks each order; inf: none."""


def linear(bound: BoundRubric) -> bool:
    """Whether the reward is a sum of contributions, however the switches stand."""
    plans = bound.plans().values()
    found = [p.linear if isinstance(p, Plan) else p.outcome.linear for p in plans]
    return all(found) and bool(found)


def sampled(groups: Groups) -> Groups:
    """Whole groups, evenly over the log, of about `ROWS` rows."""
    return every_so_many(groups, max(1, -(-len(groups.rows) // ROWS)))


def held(frame: Frame, groups: Groups, outcome: Floats) -> tuple[Codes, Codes]:
    """Places of the better and the worse, of every pair that is paid in the right order."""
    paid = frame.reward[groups.rows]
    found: list[tuple[Codes, Codes]] = []
    for better, worse in right_over_wrong(groups, outcome):
        right = paid[better] - paid[worse] > EQUAL * (np.abs(paid[better]) + np.abs(paid[worse]))
        found.append((better[right], worse[right]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def turn(
    bound: BoundRubric,
    frame: Frame,
    context: Context,
    groups: Groups,
    better: Codes,
    worse: Codes,
) -> list[Knob] | str:
    """What turning each weight breaks; or what is lacking.

    Args:
        bound: The log's rubric.
        frame: The log.
        context: As of the analysis.
        groups: A sample of the log.
        better: (p,) places in ``groups.rows``, of orders that hold.
        worse: (p,) the same.
    """
    there = rows_of(frame, groups.rows)
    recomposer = Recomposer(bound, there, dataclasses.replace(context, rows=None))
    if not recomposer.vector:
        return (
            "scores that this rubric's weights can be changed over: it reads parts of verdicts, or "
            "fields that are not columns"
        )

    def broken(rubric: Rubric) -> Floats | None:
        """(p,) 1 where the order is lost; None where there can be no such rubric."""
        try:
            changed = BoundRubric(rubric, bound.offers, bound.params, bound.levels, {})
        except AssayError:
            return None
        rewards = recomposer.like(changed).rewards
        one, other = rewards[better], rewards[worse]
        size = np.abs(one) + np.abs(other)
        return (~(one - other > EQUAL * size)).astype(float)

    first = broken(bound.rubric)
    if first is None or first.any():
        return "rewards that are those of --rubric: composed again, some orders differ"
    found = [
        _turned(name, float(weight), build, broken, len(better))
        for name, weight, build in _joined(bound)
    ]
    return found or "weights: this rubric has none to change"


def _turned(
    name: str,
    weight: float,
    build: Callable[[Fraction], Rubric | None],
    broken: Callable[[Rubric], Floats | None],
    orders: int,
) -> Knob:
    knob = Knob(name, weight, -np.inf, np.inf, 0.0, 0.0, np.full(orders, np.inf))

    def at(change: float) -> Floats | None:
        rubric = build(Fraction(repr(1.0 + change)))
        return None if rubric is None else broken(rubric)

    for sign in (-1, 1):
        safe, first = 0.0, None
        for change in TRIED:
            lost = at(sign * change)
            if lost is None:
                break
            knob.breaks = np.where((lost > 0) & np.isinf(knob.breaks), change, knob.breaks)
            if sign * change == -0.5:
                knob.halved = float(lost.sum())
            elif sign * change == 1.0:
                knob.doubled = float(lost.sum())
            if first is None and lost.any():
                first = change
            elif first is None:
                safe = change
        if first is None:
            continue
        for _ in range(HALVINGS):
            middle = (safe + first) / 2
            lost = at(sign * middle)
            if lost is None or lost.any():
                first = middle
            else:
                safe = middle
        if sign < 0:
            knob.low = -first
        else:
            knob.high = first
    return knob


Build = Callable[[Fraction], "Rubric | None"]


def _joined(bound: BoundRubric) -> list[tuple[str, Fraction, Build]]:
    """The weights to turn: those of one verifier under several keys together, as one."""
    single = {name: (value, build) for name, value, build in knobs(bound.rubric)}
    keys = list(bound.rubric.leaves())
    of_key = {keys[j]: [keys[i] for i in js] for js in together(bound, keys) for j in js}
    found: dict[str, tuple[str, Fraction, Build]] = {}
    for name, (value, build) in single.items():
        mine = [key for key in of_key.get(name, [name]) if key in single]
        if len(mine) == 1:
            found[name] = (name, value.exact, build)
        elif name == mine[0]:
            total = sum((single[key][0].exact for key in mine), Fraction(0))
            found[name] = (" + ".join(mine), total, _each(bound.rubric, mine))
    return list(found.values())


def _each(rubric: Rubric, names: list[str]) -> Build:
    """The rubric with each of these weights multiplied."""

    def build(factor: Fraction) -> Rubric | None:
        changed: Rubric | None = rubric
        for name in names:
            if changed is not None:
                changed = {n: turn for n, _, turn in _of(changed)}[name](factor)
        return changed

    return build


def knobs(rubric: Rubric) -> Iterator[tuple[str, Number, Build]]:
    """Each weight of the tree: its name, its value, and the rubric with it multiplied.

    Weights of sums and of tiers above a threshold, a gate's `floor`, the `alpha` of steps. Tiers
    of a lexicographic order have none: theirs follow from the levels. A weight of 0 stays 0.
    """
    for name, value, build in _of(rubric):
        if value.exact != 0:
            yield name, value, build


def _of(rubric: Rubric) -> Iterator[tuple[str, Number, Build]]:
    def own(field: str, value: Number) -> Build:
        def build(factor: Fraction) -> Rubric | None:
            changed = value.exact * factor
            if not 0 <= changed <= 1:
                return None
            return rubric.model_copy(update={field: Number(changed)})

        return build

    if isinstance(rubric, Gate):
        yield "(gate) floor", rubric.floor, own("floor", rubric.floor)
    elif isinstance(rubric, Process):
        yield "(process) alpha", rubric.alpha, own("alpha", rubric.alpha)
    elif isinstance(rubric, Priority) and rubric.mode == "threshold" and rubric.weights is not None:
        for place, (name, weight) in enumerate(zip(rubric.criteria, rubric.weights, strict=True)):

            def tier(factor: Fraction, place: int = place) -> Rubric:
                weights = list(rubric.weights or ())
                weights[place] = Number(weights[place].exact * factor)
                return rubric.model_copy(update={"weights": tuple(weights)})

            yield name, weight, tier
    weighs = isinstance(rubric, Weighted) or (
        isinstance(rubric, Priority) and rubric.mode == "threshold" and rubric.weights is None
    )
    for name, part in rubric.parts().items():
        if weighs:

            def weigh(factor: Fraction, name: str = name, part: Any = part) -> Rubric:
                weight = Number(part.weight.exact * factor)
                return _with(rubric, name, part.model_copy(update={"weight": weight}))

            yield name, part.weight, weigh
        if isinstance(part, Rubric):
            for below, value, build in _of(part):

                def inner(
                    factor: Fraction, name: str = name, build: Build = build
                ) -> Rubric | None:
                    changed = build(factor)
                    return None if changed is None else _with(rubric, name, changed)

                yield f"{name}/{below}", value, inner


def _with(rubric: Rubric, name: str, part: Any) -> Rubric:
    """The rubric with one part replaced."""
    for field in ("criteria", "cases"):
        table = getattr(rubric, field, None)
        if isinstance(table, Ordered) and name in table:
            return rubric.model_copy(update={field: Ordered({**table, name: part})})
        if field == "cases" and isinstance(table, tuple):  # phases
            names = list(rubric.parts())
            cases = list(table)
            place = names.index(name)
            cases[place] = cases[place].model_copy(update={"rubric": part})
            return rubric.model_copy(update={"cases": tuple(cases)})
    return rubric.model_copy(update={name: part})
