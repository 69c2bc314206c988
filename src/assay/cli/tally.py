"""What `assay verify` counts as rows go by, and the table it prints at the end."""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.cli.console import plain, with_fix
from assay.cli.crashes import Crashes
from assay.engine.calls.unscored import Doubts
from assay.printable import one_line

SLOWEST = 5
PLACE_CHARS = 36

PLACES = 3
"""How many places of invalid rows are listed."""


@dataclass(slots=True)
class CriterionTally:
    """One criterion over all rows."""

    scores: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """Figures of a run; rows taken over from an earlier run count, their time does not."""

    n: int = 0
    resumed: int = 0
    rewards: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[str] = field(default_factory=Counter)
    criteria: dict[str, CriterionTally] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)
    """``place: error`` of the first invalid rows; how to mend it, where no earlier one says so."""
    unscored_causes: Counter[str] = field(default_factory=Counter)
    replaced: set[str] = field(default_factory=set)
    """Columns of rows in whose values ours have replaced."""
    tops: Mapping[str, float] = field(default_factory=dict)
    """Each criterion that is the key of some case of the rubric -> its top level."""
    keys: set[str] = field(default_factory=set)
    """Those that were compared with labels."""
    labelled: int = 0
    agreeing: int = 0
    crashes: Crashes = field(default_factory=Crashes)
    doubts: Doubts = field(default_factory=Doubts)
    seconds: float = 0.0
    """Wall clock of this run."""
    _slowest: list[tuple[float, int, str, str]] = field(default_factory=list)

    def add(self, place: str, row: Mapping[str, Any], *, resumed: bool = False) -> None:
        """Count one row out, as it is written."""
        self.n += 1
        self.resumed += resumed
        status = str(row["status"])
        self.statuses[status] += 1
        if status == "invalid" and len(self.invalid) < PLACES:
            what, fix = with_fix(str(row.get("error", "")))
            known = any(said.endswith(f"\n{fix}") for said in self.invalid)
            self.invalid.append(
                f"{place}: {what}\n{fix}" if fix and not known else f"{place}: {what}"
            )
        if row["reward"] is not None:
            self.rewards.append(row["reward"])
            self._compare(row)
        seconds = 0.0
        self.doubts.n += 1
        for key, verdict in row["verdicts"].items():
            criterion = self.criteria.setdefault(key, CriterionTally())
            criterion.statuses[str(verdict["status"])] += 1
            if verdict["status"] == "crashed":
                self.crashes.add(key, verdict, place)
            self.doubts.add(
                key,
                str(verdict["status"]),
                verdict["score"],
                (verdict.get("details") or {}).get("limit"),
                str(verdict["because"]),
                row["reward"] is not None,
            )
            if verdict["score"] is not None:
                criterion.scores.append(verdict["score"])
            elif status == "unscored":
                self.unscored_causes[f"{one_line(key)}: {verdict['status']}"] += 1
            seconds += verdict["seconds"]
        if not resumed and seconds > 0:
            why = "; ".join(str(v["because"]) for v in row["verdicts"].values())
            heapq.heappush(self._slowest, (seconds, -self.n, place, why[:200]))
            if len(self._slowest) > SLOWEST:
                heapq.heappop(self._slowest)

    def _compare(self, row: Mapping[str, Any]) -> None:
        """Whether a row's key criterion agrees with its label.

        Not the reward, which also holds what form and length are worth.
        """
        keys = [key for key in row["verdicts"] if key in self.tops]
        if len(keys) != 1 or not isinstance(row.get("label"), bool):
            return
        (key,) = keys
        score = row["verdicts"][key]["score"]
        if score is None:
            return
        self.keys.add(key)
        self.labelled += 1
        self.agreeing += (score >= self.tops[key]) == row["label"]

    @property
    def mean(self) -> float | None:
        """Mean reward of the scored rows; None where there is none."""
        return math.fsum(self.rewards) / len(self.rewards) if self.rewards else None

    @property
    def unscored_share(self) -> float:
        """Share of the rows that could have a reward and have none; in [0, 1]."""
        valid = self.n - self.statuses["invalid"]
        return self.statuses["unscored"] / valid if valid else 0.0

    @property
    def slowest(self) -> list[tuple[float, str, str]]:
        """Up to `SLOWEST` of (seconds, place, because), slowest first."""
        return [(s, place, why) for s, _, place, why in sorted(self._slowest, reverse=True)]

    def figures(self) -> list[tuple[str, str]]:
        """The lines of the summary, as (what, figure)."""
        scored = self.n - self.resumed
        lines = [("rows", f"{self.n:,}")]
        if self.resumed:
            lines.append(("  of an earlier run", f"{self.resumed:,}"))
        lines.append(("mean reward", "-" if self.mean is None else f"{self.mean:.4f}"))
        for status in ("scored", "unscored", "invalid"):
            count = self.statuses[status]
            if count or status == "scored":
                lines.append((status, f"{count:,} ({_share(count, self.n)})"))
        if self.labelled:
            tops = {self.tops[key] for key in self.keys}
            what = next(iter(self.keys)) if len(self.keys) == 1 else "the key criterion"
            level = f"{tops.pop():g}" if len(tops) == 1 else "its top level"
            lines.append(
                (
                    f"{what} == {level} agrees with label",
                    f"{self.agreeing:,} of {self.labelled:,} "
                    f"({_share(self.agreeing, self.labelled)})",
                )
            )
        for key, criterion in self.criteria.items():
            scores = criterion.scores
            mean = f"mean {math.fsum(scores) / len(scores):.4f}" if scores else "no score"
            others = [f"{s} {n:,}" for s, n in criterion.statuses.items() if s != "judged"]
            lines.append((key, ", ".join([mean, f"judged {len(scores):,}", *others])))
        lines.append(("seconds", f"{self.seconds:.2f}"))
        rate = scored / self.seconds if self.seconds > 0 else 0.0
        lines.append(("samples/s", f"{rate:,.0f}"))
        return lines

    def table(self) -> Group:
        """The summary for a terminal."""
        figures = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
        figures.add_column(style="bold", no_wrap=True)
        figures.add_column(justify="left")
        for what, figure in self.figures():
            figures.add_row(plain(what, 60), plain(figure))
        if not self.slowest:
            return Group(figures)
        lines = [("slowest", "row", "because")]
        lines += [(_seconds(s), _tail(place), why) for s, place, why in self.slowest]
        wide = max(len(place) for _, place, _ in lines)
        slow = [
            Text(f"{seconds:>9}  {place:<{wide}}  ", no_wrap=True, overflow="ellipsis")
            + plain(why, 200)
            for seconds, place, why in lines
        ]
        slow[0].stylize("bold")
        return Group(figures, Text(), *slow)

    def markdown(self, title: str) -> str:
        """The summary as a Markdown file."""
        lines = [f"# {_cell(title)}", "", "| | |", "|---|---|"]
        lines += [f"| {_cell(what)} | {_cell(figure)} |" for what, figure in self.figures()]
        if self.slowest:
            lines += ["", "| slowest | row | because |", "|---|---|---|"]
            lines += [
                f"| {_seconds(seconds)} | {_cell(place)} | {_cell(why)} |"
                for seconds, place, why in self.slowest
            ]
        if self.invalid:
            lines += ["", f"Invalid rows: {self.statuses['invalid']:,}, the first of them:", ""]
            lines += [f"- {_cell(place)}" for place in self.invalid]
        return "\n".join(lines) + "\n"


def _tail(place: str) -> str:
    """The end of ``file:line``, which says most, in at most `PLACE_CHARS`."""
    shown = str(plain(place))
    return shown if len(shown) <= PLACE_CHARS else "..." + shown[3 - PLACE_CHARS :]


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}%" if of else "-"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.2f} ms"


_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>()#+!|$~"})


def _cell(text: str) -> str:
    """Text out of data as Markdown shows it: one line, nothing in it means anything."""
    return str(plain(text, 200)).translate(_MARKDOWN)
