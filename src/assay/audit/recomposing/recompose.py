"""What the rollouts of a log are worth under a rubric: from stored scores, no verifier run.

Rewards come out as `BoundRubric.compose` gives them, bit for bit, by the same formulas over
columns instead of over numbers. A rubric that reads more than scores (parts of verdicts, fields
of the sample that are not columns) is composed row by row, from whole rows, for as many as may be
read. Nothing is invented: a row that lacks a verdict has no reward, and `lacks` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.recomposing.matching import identities, sources
from assay.audit.recomposing.whole_rows import WholeRows
from assay.errors import AssayError, SampleError
from assay.model import Sample
from assay.rubrics import Phases, Schedule, Switch
from assay.rubrics.compiled.columns import evaluated
from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.written.criterion import Criterion

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame
    from assay.rubrics import BoundRubric
    from assay.rubrics.written.rubric import RubricPart

COLUMN_NAMES = (
    *("reward", "scores", "contributions", "statuses", "row_status"),
    *("group", "prompt", "step", "label", "length", "file", "line"),
)
"""Of `Frame`, as long as there are rows."""


class Recomposer:
    """A rubric over the columns of one log.

    Args:
        bound: The rubric.
        frame: The log.
        context: `rubric` tells what the columns measure; `rows` brings what is not a column.
    """

    def __init__(self, bound: BoundRubric, frame: Frame, context: Context) -> None:
        self.bound, self.frame, self.context = bound, frame, context
        self.columns = sources(bound, frame.criteria, context.rubric)
        """Criterion's key -> the log's criteria that have its scores, the likeliest first."""
        self._identities = identities(bound)
        self._lacks: dict[str, None] = {}
        self._none: Counter[str] = Counter()
        """Criterion's key -> rows of the log without a verdict for it."""

    @cached_property
    def rewards(self) -> Floats:
        """(n,) as the log's scores stand."""
        found = np.full(self.frame.n, np.nan)
        byhand = np.zeros(self.frame.n, bool)
        whole_rows = WholeRows(self.bound, self.frame, self.context, self._identities, self._lack)
        for way, rows in self._ways:
            if way is None:
                byhand[rows] = True
                continue
            plan = _scored(way)
            absent = [leaf for leaf in plan.leaves if not self._there(leaf)]
            if not absent:
                found[rows] = self._valued(plan, self.frame.scores[rows], rows, self._none)
            elif all(whole_rows.readable(leaf.key) for leaf in absent):
                byhand[rows] = True
            else:
                for leaf in absent:
                    if not whole_rows.readable(leaf.key):
                        self._lack(
                            f"verdicts for {leaf.key!r} ({leaf.criterion.use}): no criterion of "
                            "the log has that verifier with those params"
                        )
        if byhand.any():
            whole_rows.compose(np.flatnonzero(byhand), found)
        return found

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the log lacks for this rubric, in the words of `Outcome.lacks`."""
        _ = self.rewards
        rows = [
            f"verdicts for {key!r} in {count:,} of {self.frame.n:,} rows"
            for key, count in self._none.items()
            if count
        ]
        return (*self._lacks, *rows)

    def like(self, bound: BoundRubric) -> Recomposer:
        """The same log under a rubric that differs in numbers alone: of the same criteria."""
        other = Recomposer.__new__(Recomposer)
        other.bound, other.frame, other.context = bound, self.frame, self.context
        other.columns, other._identities = self.columns, self._identities
        other._lacks, other._none = {}, Counter()
        return other

    @property
    def vector(self) -> bool:
        """Whether rewards are a function of the columns alone, so that `of` may be called."""
        return all(
            way is not None and all(self._there(leaf) for leaf in _scored(way).leaves)
            for way, _ in self._ways
        )

    def of(self, scores: Floats, rows: Codes | None = None) -> Floats:
        """The rewards of other scores: of what-ifs, such as one criterion held at its mean.

        Args:
            scores: (m, k) in the order of the frame's criteria; NaN: missing.
            rows: (m,) whose rows they stand for, which tells the case of a switch; by default
                all rows.

        Raises:
            ValueError: not `vector`.
        """
        if not self.vector:
            raise ValueError("this rubric reads more than the log's scores")
        rows = np.arange(self.frame.n) if rows is None else rows
        if len(self._ways) == 1 and len(self._ways[0][1]) == self.frame.n:
            return self._valued(_scored(self._ways[0][0]), scores, rows)
        found = np.full(len(rows), np.nan)
        code = np.full(self.frame.n, -1)
        for number, (_, members) in enumerate(self._ways):
            code[members] = number
        for number, (way, _) in enumerate(self._ways):
            here = np.flatnonzero(code[rows] == number)
            found[here] = self._valued(_scored(way), scores[here], rows[here])
        return found

    def shares(self) -> dict[str, Floats]:
        """Criterion's key -> (n,) its line of the receipts: weight times score; NaN where unscored.

        What a composer that is not a sum adds or takes is not in them. Only where `vector`.
        """
        found: dict[str, Floats] = {}
        unscored = ~np.isfinite(self.rewards)
        for way, rows in self._ways:
            for leaf in _scored(way).leaves:
                if leaf.by_step:  # a weight that follows the step is not a criterion
                    continue
                column, _ = self._column(leaf.key, self.frame.scores[rows], rows)
                column = np.where(np.isfinite(column), column, leaf.stand_in)
                line = found.setdefault(leaf.key, np.zeros(self.frame.n))
                line[rows] = leaf.coefficient * column
        for line in found.values():
            line[unscored] = np.nan
        return found

    # -- by columns -----------------------------------------------------------------------------

    def _valued(
        self, plan: Plan, scores: Floats, rows: Codes, none: Counter[str] | None = None
    ) -> Floats:
        """The rewards of scores; `none` counts rows that have no verdict where one is due."""
        values: dict[str, Floats] = {}
        lost = np.zeros(len(rows), bool)
        absent = np.zeros(len(rows), bool)
        for leaf in plan.leaves:
            column, never = self._column(leaf.key, scores, rows)
            if self._identities[leaf.key].reading and leaf.coefficient and self._own:
                column = self._earned(leaf, column, rows)
            if never.any():
                absent |= never
                if none is not None:
                    none[leaf.key] += int((never & (self.frame.row_status[rows] != 2)).sum())
            missing = ~np.isfinite(column)
            if leaf.is_key:
                lost |= missing
            values[leaf.key] = np.where(missing, leaf.stand_in, column)
        found = evaluated(plan, values)
        found[lost | absent] = np.nan
        return found

    def _there(self, leaf: Leaf) -> bool:
        """Whether the log has the criterion's scores, or the step that its weight follows."""
        return leaf.key in self.columns or (
            leaf.by_step and bool(np.isfinite(self.frame.step).any())
        )

    @cached_property
    def _schedules(self) -> dict[str, Schedule]:
        """Key of a weight that moves with the step -> its schedule."""
        found: dict[str, Schedule] = {}
        for plan in self.bound.plans().values():
            found.update(_scored(plan).schedules)
        return found

    @cached_property
    def _own(self) -> bool:
        """Whether the log's receipts are this rubric's."""
        own = self.context.rubric
        return own is not None and own.signature == self.bound.signature

    def _earned(self, leaf: Leaf, column: Floats, rows: Codes) -> Floats:
        """(m,) scores of steps or turns, where some of them were not judged.

        Such a criterion has a status that is not ``judged``, hence no score of its own, though
        the others earned something: the receipt tells how much.
        """
        place = self.frame.criteria.index(self.columns[leaf.key][0])
        line = self.frame.contributions[rows, place]
        known = ~np.isfinite(column) & np.isfinite(line)
        return np.where(known, line / leaf.coefficient, column)

    def _column(
        self, key: str, scores: Floats, rows: Codes
    ) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """(m,) the scores of a criterion, and where the log has no verdict for it at all."""
        if key in self._schedules:
            steps, where = np.unique(self.frame.step[rows], return_inverse=True)
            weights = [
                float(self._schedules[key].weight_at(s)) if np.isfinite(s) else np.nan
                for s in steps
            ]
            column = np.array(weights)[where.reshape(-1)]
            return column, ~np.isfinite(column)
        noted = "statuses" in self.frame.has
        column, never = np.full(len(rows), np.nan), np.ones(len(rows), bool)
        for name in self.columns[key]:
            place = self.frame.criteria.index(name)
            column = np.where(never, scores[:, place], column)
            never &= noted & ~np.isfinite(column) & (self.frame.statuses[rows, place] < 0)
            if not never.any():
                break
        return column, never

    @cached_property
    def _ways(self) -> list[tuple[Plan | TurnsPlan | None, Codes]]:
        """How the switches stand, and for which rows; None: only whole rows can tell."""
        n = self.frame.n
        fields = sorted(_fields(self.bound.rubric))
        if not fields:
            try:
                return [(self.bound.plan(None), np.arange(n))]
            except AssayError:  # a stranger's composer that chooses
                return [(None, np.arange(n))]
        noted = [self._field(name) for name in fields]
        if any(column is None for column in noted):
            return [(None, np.arange(n))]
        codes = np.stack([column[0] for column in noted if column is not None], axis=1)
        distinct, where = np.unique(codes, axis=0, return_inverse=True)
        where = where.reshape(-1)
        found: dict[int, tuple[Plan | TurnsPlan, list[int]]] = {}
        for number, code in enumerate(distinct):
            given: dict[str, Any] = {}
            for name, column, at in zip(fields, noted, code, strict=True):
                if column is not None and at >= 0:
                    given[name] = column[1][int(at)]
            try:
                plan = self.bound.plan(_sample(given))
            except SampleError as err:
                self._lack(str(err).partition("\n")[0])
                continue
            found.setdefault(id(plan), (plan, []))[1].append(number)
        return [(plan, np.flatnonzero(np.isin(where, numbers))) for plan, numbers in found.values()]

    def _field(self, name: str) -> tuple[Codes, Sequence[Any]] | None:
        """A field of the sample as codes and their values; -1 where it is not said."""
        if name == "step":
            known = np.isfinite(self.frame.step)
            values, where = np.unique(self.frame.step[known], return_inverse=True)
            codes = np.full(self.frame.n, -1)
            codes[known] = where
            return codes, [int(v) for v in values]
        for stratum in (name, name.removeprefix("info.")):
            if stratum in self.frame.strata:
                found = self.frame.strata[stratum]
                return np.asarray(found.codes, np.int64), found.names
        return None

    def _lack(self, what: str) -> None:
        self._lacks[what] = None


def rows_of(frame: Frame, rows: Codes) -> Frame:
    """Some rows of a log, as a log; without its turns."""
    cut: dict[str, Any] = {name: getattr(frame, name)[rows] for name in COLUMN_NAMES}
    cut["strata"] = {
        name: replace(stratum, codes=stratum.codes[rows]) for name, stratum in frame.strata.items()
    }
    for name in ("signature", "truncated"):
        column = getattr(frame, name)
        if column is not None:
            cut[name] = (
                column[rows] if name == "truncated" else replace(column, codes=column.codes[rows])
            )
    return replace(frame, turns=None, **cut)


def phi_of(bound: BoundRubric, frame: Frame) -> Floats | str:
    """The potential after each turn, from the log's scores of turns; or what is lacking.

    Args:
        bound: A rubric of turns with potential shaping; no switch or phases above it.
        frame: A log with turns.

    Returns:
        (m,) in the order of ``frame.turns``; of a last turn it has no meaning: phi is 0 there.
    """
    try:
        plan = bound.plan(None)
    except AssayError as err:
        return (
            f"the case of phi's switch, to check the differences: {str(err).partition(chr(10))[0]}"
        )
    if not isinstance(plan, TurnsPlan) or plan.phi is None or frame.turns is None:
        raise ValueError("no rubric of turns with a potential, or no turns")
    there = frame.turns.scores
    absent = [leaf.key for leaf in plan.phi.leaves if leaf.key not in there]
    if absent or not plan.phi.simple:
        return f"scores of {', '.join(absent) or 'phi'} for each turn, to check the differences"
    values: dict[str, Floats] = {}
    lost = np.zeros(len(frame.turns.rewards), bool)
    for leaf in plan.phi.leaves:
        missing = ~np.isfinite(there[leaf.key])
        if leaf.is_key:
            lost |= missing
        values[leaf.key] = np.where(missing, leaf.stand_in, there[leaf.key])
    return np.where(lost, plan.low, evaluated(plan.phi, values))


def _scored(way: Plan | TurnsPlan | None) -> Plan:
    """The plan of a reward's value: of turns, the outcome's."""
    if way is None:
        raise ValueError("only whole rows can tell the case of this rubric")
    return way.outcome if isinstance(way, TurnsPlan) else way


def _fields(part: RubricPart) -> set[str]:
    """Fields of the sample by which the switches and phases choose."""
    if isinstance(part, Criterion):
        return set()
    found = set().union(*(_fields(child) for child in part.parts().values()))
    if isinstance(part, Switch):
        found.add(part.on)
    elif isinstance(part, Phases):
        found.add(part.by)
    return found


def _sample(given: Mapping[str, Any]) -> Sample:
    """A sample that is nothing but the fields a choice is made by."""
    info = {k.removeprefix("info."): v for k, v in given.items() if k.startswith("info.")}
    plain = {k: v for k, v in given.items() if not k.startswith("info.")}
    return Sample(completion="", info=info, **plain)
