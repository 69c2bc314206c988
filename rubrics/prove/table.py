"""Every corner of a rubric with its reward, and the bands of correct and wrong completions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from assay.model import JSON
from assay.printable import printable
from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.turns import TurnsPlan
from assay.rubrics.prove.certificate import shown
from assay.rubrics.prove.floats import corner_states
from assay.rubrics.written.faults import Fault

if TYPE_CHECKING:
    from assay.rubrics.compiled.bound import BoundRubric

MOST = 4096
"""Most corners of one case."""

WIDTH = 60
"""Characters of the plot."""


@dataclass(frozen=True, slots=True)
class Row:
    """One corner."""

    scores: tuple[Fraction, ...]
    reward: Fraction
    correct: bool
    """The key is at its top."""


@dataclass(frozen=True, slots=True)
class Table:
    """The corners of one case, highest reward first."""

    case: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def band(self, correct: bool) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest reward of the correct, or of the wrong, corners."""
        found = [r.reward for r in self.rows if r.correct is correct]
        return (min(found), max(found)) if found else None

    def to_json(self) -> dict[str, JSON]:
        """As JSON values; fractions as text."""
        return {
            "case": self.case,
            "key": self.key,
            "columns": list(self.columns),
            "rows": [
                {
                    "scores": [str(s) for s in r.scores],
                    "reward": str(r.reward),
                    "correct": r.correct,
                }
                for r in self.rows
            ],
        }

    def __str__(self) -> str:
        """The table, then the plot."""
        head = [*self.columns, "reward", ""]
        body = [
            [*(shown(s) for s in r.scores), shown(r.reward), "correct" if r.correct else "wrong"]
            for r in self.rows
        ]
        widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
        lines = [
            "  ".join(f"{printable(c):<{w}}" for c, w in zip(row, widths, strict=True)).rstrip()
            for row in [head, *body]
        ]
        return "\n".join([*([f"case {self.case}"] if self.case else []), *lines, "", self.plot()])

    def plot(self) -> str:
        """The bands of rewards on one axis, as text."""
        low = min(r.reward for r in self.rows)
        high = max(r.reward for r in self.rows)
        lines = []
        for name, correct in (("correct", True), ("wrong", False)):
            band = self.band(correct)
            if band is None:
                continue
            cells = [" "] * WIDTH
            for i in range(_cell(band[0], low, high), _cell(band[1], low, high) + 1):
                cells[i] = "-"
            for row in self.rows:
                if row.correct is correct:
                    cells[_cell(row.reward, low, high)] = "#"
            lines.append(f"{name:<8}|{''.join(cells)}|")
        ends = f"{shown(low)}{shown(high):>{max(1, WIDTH - len(shown(low)))}}"
        return "\n".join([*lines, f"{'':<9}{ends}"])


def _cell(value: Fraction, low: Fraction, high: Fraction) -> int:
    return 0 if high == low else round((value - low) / (high - low) * (WIDTH - 1))


def table(bound: BoundRubric) -> tuple[Table, ...]:
    """A table for each case of a rubric (one where it has no switch); see `Rubric.table`.

    Raises:
        RubricError: more than 4,096 corners.
    """
    return tuple(_tables(bound))


def _tables(bound: BoundRubric) -> Iterator[Table]:
    for names, plan in bound.plans().items():
        inner: Plan = plan.outcome if isinstance(plan, TurnsPlan) else plan
        states = corner_states(inner)
        count = math.prod(len(s) for s in states)
        if count > MOST:
            raise Fault(
                f"{count} corners are more than a table shows ({MOST})",
                fix="`prove` needs no table",
            )
        keys = tuple(leaf.key for leaf in inner.leaves)
        key = next(leaf for leaf in inner.leaves if leaf.is_key)
        top = key.ends[1]
        rows = []
        for corner in itertools.product(*states):
            scores = {k: v for state in corner for k, v in state.items()}
            reward = Fraction(evaluate(inner, scores))
            rows.append(Row(tuple(scores[k] for k in keys), reward, scores[key.key] == top))
        rows.sort(key=lambda r: (r.reward, r.scores), reverse=True)
        yield Table("/".join(names), key.key, keys, tuple(rows))
