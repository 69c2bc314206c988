"""Programs on which formatters undo each other, from the verdicts of ``style.joint``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.context import Context
from assay.audit.stats.intervals import share
from assay.findings import ROLLOUTS, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Frame

CYCLES = 0.02
"""A share of programs without a layout that all formatters accept."""

LOOKED = 2000
"""Rows whose verdicts are read, at equal strides."""

TRIED = 50
"""Rows that are read to see whether the log has such verdicts at all."""

VERIFIER = "style.joint@"

TEXT = 60
"""Characters of a rule that are shown."""

CYCLES_KIND = FindingKind(
    id="relations.cycles",
    title="formatters that undo each other",
    meaning="For these programs no layout satisfies all formatters, whatever the model writes: "
    "the style criteria contradict by configuration, and what the policy can learn is to write "
    "around the construct on which they quarrel.",
    formula="programs on which style.joint found a cycle / programs on which it found a cycle or "
    "a fixed point",
    source="own: style.joint follows the formatters until a text repeats",
    action="Give the formatters the configuration that the verdict names (it ends most quarrels), "
    "or set `reconciled` in the parameters of style.joint.",
)


def cycles(frame: Frame, context: Context) -> Outcome | None:
    """What the log's verdicts tell; None where it has none of ``style.joint``."""
    likely = any("style.joint" in name for name in frame.criteria)
    if context.rows is None:
        if not likely:
            return None
        lack = "verdicts of style.joint, for formatters that undo each other: audit files"
        return Outcome("relations", lacks=(lack,))
    whole = np.arange(frame.n)
    found = _orbits(context, whole[_strides(frame.n, TRIED)])
    if not found:
        return None
    rows = whole[_strides(frame.n, LOOKED)]
    found = _orbits(context, rows)
    numbers = np.array([row for row, _ in found], np.int64)
    turning = np.array([details["orbit"] == "cycle" for _, details in found], float)
    ones = np.ones(len(found))
    noted = share(turning, ones, frame.prompt[numbers])
    quarrels = Counter[str]()
    mended = Counter[str]()
    for _, details in found:
        if details["orbit"] == "cycle":
            name = _quarrel(details)
            quarrels[name] += 1
            mended[name] += _mended(details)
    cells: list[tuple[Cell, ...]] = [
        (name, count, mended[name]) for name, count in quarrels.most_common(20)
    ]
    table = ReportTable(
        "Formatters that undo each other",
        ("quarrel", "programs", "ended by the reconciling configuration"),
        tuple(cells),
        f"Of {len(found):,} programs that style.joint followed to an end, in {len(rows):,} rows "
        "at equal strides.",
    )
    findings: tuple[Finding, ...] = ()
    if share(turning, ones, frame.prompt[numbers], context.alarm()).low > CYCLES:
        first = quarrels.most_common(1)[0][0]
        findings = (
            Finding(
                id=CYCLES_KIND.id,
                severity="warning",
                title=f"{noted.value:.0%} of the programs have no layout that all formatters "
                f"accept; most often {first}",
                value=noted.value,
                interval=noted.interval,
                n=noted.n,
                source=CYCLES_KIND.source,
                suggestion=f"{CYCLES_KIND.action} It would end {sum(mended.values())} of "
                f"{sum(quarrels.values())}.",
                rollouts=tuple(int(n) for n in numbers[turning > 0][:ROLLOUTS]),
                subject=(first,),
            ),
        )
    note = f"Formatters undo each other on {noted.value:.1%} of {len(found):,} programs."
    return Outcome("relations", findings, {"cycles": table}, (), (note,))


def _strides(n: int, most: int) -> Codes:
    count = min(n, most)
    places: Codes = np.unique(np.linspace(0, n - 1, count).astype(np.int64))
    return places


def _orbits(context: Context, rows: Codes) -> list[tuple[int, Mapping[str, Any]]]:
    """Row and details of every verdict that followed the formatters to an end."""
    assert context.rows is not None
    numbers = rows.tolist()
    found = []
    for number, row in zip(numbers, context.rows(numbers), strict=True):
        verdicts = row.get("verdicts")
        if not isinstance(verdicts, Mapping):
            continue
        for verdict in verdicts.values():
            if not isinstance(verdict, Mapping):
                continue
            details = verdict.get("details")
            if not str(verdict.get("verifier", "")).startswith(VERIFIER):
                continue
            if isinstance(details, Mapping) and details.get("orbit") in ("cycle", "fixed"):
                found.append((number, details))
    return found


def _conflict(details: Mapping[str, Any]) -> Mapping[str, Any]:
    conflict = details.get("conflict")
    return conflict if isinstance(conflict, Mapping) else {}


def _quarrel(details: Mapping[str, Any]) -> str:
    """``autopep8 (E203 ...) against black (...)``."""
    sides = _conflict(details).get("sides")
    if not isinstance(sides, Sequence) or isinstance(sides, str):
        return "not reported"
    names = [
        f"{str(side.get('formatter', '?'))[:TEXT]} ({str(side.get('rule', '?'))[:TEXT]})"
        for side in sides
        if isinstance(side, Mapping)
    ]
    return " against ".join(dict.fromkeys(names)) or "not reported"


def _mended(details: Mapping[str, Any]) -> bool:
    return _conflict(details).get("reconciled") is True
