"""Every corner of a rubric with its reward, and the bands of correct and wrong completions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from assay.model import JSON
from assay.printable import printable
from assay.rubrics.results.certificate import shown

WIDTH = 60
"""Characters of the plot."""


@dataclass(frozen=True, slots=True)
class Corner:
    """One corner."""

    scores: tuple[Fraction, ...]
    reward: Fraction
    correct: bool
    """The key is at its top."""


@dataclass(frozen=True, slots=True)
class CornerTable:
    """The corners of one case, highest reward first."""

    case: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[Corner, ...]

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
