"""What an analysis or a board of probes says: findings for people, tables for reports.

Below both `audit` and `probes`, which make them, and `fit`, which makes none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, Self, TypeAlias

from assay.plugins.spec import SEVERITIES, Severity

Cell: TypeAlias = str | float | int | bool | None


class RowCell(int):
    """A cell that is a row of the frame: shown as its place in the log, linked where it can be."""


ROLLOUTS = 5
"""Rollouts that a finding names at most."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A fault that an analysis can find: what it means, how it is measured, what to do.

    The reference page of findings is made of these, so they are written for the reader who has
    just met one.
    """

    id: str
    """``analysis.fault``, e.g. ``signal.dead_groups``; unique, stable, to be searched for."""
    title: str
    """What it is called, in a few words."""
    meaning: str
    """What a run with this fault will learn, and why that is not what was meant."""
    formula: str
    """The measure, in plain text, with every symbol named."""
    source: str
    """Where the formula is from; ``own`` with a reason where it is from nowhere else."""
    action: str
    """What to change, most effective first."""


class Measured(Protocol):
    """A size with its interval, such as `assay.audit.stats.intervals.Estimate`."""

    @property
    def value(self) -> float:
        """The size."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the size, at the confidence of the audit; None where it is exact."""

    @property
    def n(self) -> int:
        """How many independent units it rests on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one log."""

    id: str
    """Of its `FindingKind`."""
    severity: Severity
    """``error``: the run will learn, or has learnt, something else than was meant; ``warning``:
    it may; ``info``: worth knowing."""
    title: str
    """One line that says what was found and how large it is; the first thing that is read."""
    value: float
    """The measured size, in the unit of the kind's formula."""
    interval: tuple[float, float] | None
    """Of `value`, at the audit's confidence (95%); None where the value is exact for the log."""
    n: int
    """How many independent units the interval rests on: groups, prompts, rows."""
    source: str
    """Of the formula."""
    suggestion: str
    """What to change, for this log: an edit where one can be named."""
    rollouts: tuple[int, ...] = ()
    """Up to five rows of the frame to read, the most telling first."""
    subject: tuple[str, ...] = ()
    """What it is about, where there can be several: a criterion, a pair, a probe."""

    @classmethod
    def of(
        cls,
        kind: FindingKind,
        severity: Severity,
        title: str,
        found: Measured,
        rollouts: Iterable[int] = (),
        subject: tuple[str, ...] = (),
    ) -> Self:
        """A finding of this kind with its formula's source and its usual advice.

        Args:
            kind: Of the fault.
            severity: See the field.
            title: See the field.
            found: The size, with its interval at the audit's confidence.
            rollouts: Rows to read, the most telling first; the first five are kept.
            subject: See the field.
        """
        return cls(
            kind.id,
            severity,
            title,
            found.value,
            found.interval,
            found.n,
            kind.source,
            kind.action,
            tuple(int(row) for row in islice(rollouts, ROLLOUTS)),
            subject,
        )

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"finding {self.id!r}: no severity {self.severity!r}")
        if len(self.rollouts) > ROLLOUTS:
            raise ValueError(f"finding {self.id!r}: names more than {ROLLOUTS} rollouts")


@dataclass(frozen=True, slots=True)
class AnalysisSpec:
    """What an analysis is."""

    name: str
    """Of its module; the first piece of its findings' ids."""
    title: str
    question: str
    """What it answers, as a user would ask it."""
    needs: tuple[str, ...]
    """Facts of `Frame.has`, without which it cannot run at all. What only a part of it needs, it
    tells in `Outcome.lacks`."""
    kinds: tuple[FindingKind, ...]
    """Every finding it can raise."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Figures of an analysis, for the report and for JSON."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """As given; a number that is not finite becomes None, "not known"."""
    note: str = ""
    """What the reader must know to read it rightly: units, what was left out."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.title!r}: a row of {len(row)} cells")
        object.__setattr__(self, "rows", tuple(tuple(map(_known, row)) for row in self.rows))


def _known(cell: Cell) -> Cell:
    """None for NaN and for the infinite: an end of an interval that nobody knows."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one analysis found in one log."""

    analysis: str
    findings: tuple[Finding, ...] = ()
    tables: Mapping[str, ReportTable] = field(default_factory=dict)
    """By a name that the report's charts know."""
    lacks: tuple[str, ...] = ()
    """What the log lacks for this analysis, or for a part of it, and how to provide it."""
    notes: tuple[str, ...] = ()
    """What was found in order, or what limits a claim; one sentence each."""
    failed: str = ""
    """The exception that ended the analysis, with its place; empty where it ran to its end."""


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """By severity, errors first; within one, in the order given."""
    return sorted(findings, key=lambda f: -SEVERITIES.index(f.severity))
