"""An audit as JSON: what `assay audit --json` prints. Keys stay; new ones may come.

``version``
    Of this form: 1.
``assay``, ``seed``
    The version of Assay, and the seed of its draws.
``log``
    What was read: ``files``; ``rows`` analysed, of ``total``; ``groups`` and ``prompts``;
    ``criteria`` in order; ``key``, null where not known; ``rubric``, as the log says;
    ``signatures`` with the number of rows of each; ``scored``, ``unscored`` and ``invalid`` rows;
    ``reward``: its ``mean``, ``low`` and ``high``; ``steps``: the first and the last. ``whole``:
    the same counts over all ``total`` rows, where they were counted, else null: ``row_status``,
    and ``statuses`` of each criterion.
``findings``
    Worst first: ``id``, ``severity``, ``title``, ``value``, ``interval`` (two numbers, or null
    where the value is exact), ``n``, ``source``, ``suggestion``, ``subject``, and ``rollouts``:
    each with its ``file``, ``line`` and ``row`` of the analysed rows.
``analyses``
    In the order of the report: ``name``, the ``tables`` by name (``title``, ``columns``, ``rows``,
    ``note``), ``lacks``, ``notes``, and ``failed``: the exception that ended it, else null. A cell
    that is a row is ``file:line``.

A number that is not finite is null.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from assay import __version__
from assay.arguments import of_kind
from assay.audit.frame import ROW_STATUSES
from assay.audit.run import Audit
from assay.findings import RowCell

if TYPE_CHECKING:
    from assay.audit.frame import Floats, Frame
    from assay.findings import Cell, Finding, Outcome, ReportTable

VERSION = 1


def to_json(audit: Audit) -> dict[str, Any]:
    """The audit as JSON values; `json.dumps` with ``allow_nan=False`` takes them."""
    of_kind(audit, Audit, "audit", "what assay.audit.audit(...) gave")
    return {
        "version": VERSION,
        "assay": __version__,
        "seed": audit.seed,
        "log": _log(audit.frame),
        "findings": [_finding(finding, audit.frame) for finding in audit.findings],
        "analyses": [_outcome(outcome, audit.frame) for outcome in audit.outcomes],
    }


def _log(frame: Frame) -> dict[str, Any]:
    statuses = {name: int((frame.row_status == i).sum()) for i, name in enumerate(ROW_STATUSES)}
    signatures: dict[str, int] = {}
    if frame.signature is not None:
        for i, name in enumerate(frame.signature.names):
            signatures[name] = int((frame.signature.codes == i).sum())
    return {
        "files": list(frame.files),
        "rows": frame.n,
        "total": frame.total,
        "groups": len(frame.groups),
        "prompts": len(np.unique(frame.prompt[frame.prompt >= 0])),
        "criteria": list(frame.criteria),
        "key": frame.key,
        "rubric": frame.rubric,
        "signatures": signatures,
        **statuses,
        "reward": _reach(frame.reward, mean=True),
        "steps": _reach(frame.step),
        "whole": None
        if frame.totals is None
        else {
            "row_status": dict(frame.totals.row_status),
            "statuses": {key: dict(of) for key, of in frame.totals.statuses.items()},
        },
    }


def _reach(values: Floats, *, mean: bool = False) -> dict[str, Cell] | None:
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return None
    found: dict[str, Cell] = {"low": float(known.min()), "high": float(known.max())}
    return {"mean": _cell(float(known.mean())), **found} if mean else found


def _finding(finding: Finding, frame: Frame) -> dict[str, Any]:
    interval = finding.interval
    return {
        "id": finding.id,
        "severity": finding.severity,
        "title": finding.title,
        "value": _cell(finding.value),
        "interval": None if interval is None else [_cell(end) for end in interval],
        "n": finding.n,
        "source": finding.source,
        "suggestion": finding.suggestion,
        "subject": list(finding.subject),
        "rollouts": [
            {
                "file": frame.files[frame.file[row]] if len(frame.files) else None,
                "line": int(frame.line[row]),
                "row": row,
            }
            for row in finding.rollouts
        ],
    }


def _outcome(outcome: Outcome, frame: Frame) -> dict[str, Any]:
    return {
        "name": outcome.analysis,
        "tables": {name: _table(table, frame) for name, table in outcome.tables.items()},
        "failed": outcome.failed or None,
        "lacks": list(outcome.lacks),
        "notes": list(outcome.notes),
    }


def _table(table: ReportTable, frame: Frame) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[_cell(_placed(cell, frame)) for cell in row] for row in table.rows],
        "note": table.note,
    }


def _placed(cell: Cell, frame: Frame) -> Cell:
    """A row as ``file:line``, which is what its reader can look up; else the cell."""
    if not isinstance(cell, RowCell):
        return cell
    if not frame.files:
        return int(cell)
    return f"{frame.files[frame.file[cell]]}:{int(frame.line[cell])}"


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, np.generic):
        cell = cell.item()
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
