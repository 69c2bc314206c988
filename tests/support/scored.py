"""Rows as `assay verify` writes them, and the frame of them: for tests of what reads both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import assay
from assay.audit.frame import ROW_STATUSES, STATUSES, Frame, Stratum
from assay.audit.run import Audit

DATA = Path(__file__).parents[2] / "examples" / "data" / "gsm8k_solutions_200.jsonl"
"""Solutions of four models to 50 problems; see `examples/data/README.md`."""


class Written(NamedTuple):
    """A report on the disk, and what it was made of."""

    path: Path
    audit: Audit
    rows: list[dict[str, Any]]


def solutions(rubric: Any, n: int = 200) -> list[dict[str, Any]]:
    """The first rows of `DATA` with rewards, ten prompts to a step."""
    with DATA.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file][:n]
    rewards = assay.verify_batch(rows, rubric=rubric)
    return [
        row | reward.to_json() | {"step": i // 40}
        for i, (row, reward) in enumerate(zip(rows, rewards, strict=True))
    ]


def frame_of(rows: Sequence[Mapping[str, Any]], **columns: Any) -> Frame:
    """The frame of rows in memory; what a row lacks is "not there"."""
    n = len(rows)
    criteria = tuple(rows[0]["terms"]) if n else ()
    groups: dict[Any, int] = {}
    prompts: dict[Any, int] = {}
    names: dict[str, int] = {}

    def column(name: str) -> Any:
        return np.array([np.nan if r.get(name) is None else float(r[name]) for r in rows])

    def of_terms(name: str) -> Any:
        found = [[r["terms"][c].get(name) for c in criteria] for r in rows]
        return np.array(found, float).reshape(n, len(criteria))

    given: dict[str, Any] = {
        "criteria": criteria,
        "key": criteria[0] if criteria else None,
        "reward": column("reward"),
        "scores": of_terms("score"),
        "contributions": of_terms("contribution"),
        "statuses": np.array(
            [[STATUSES.index(r["verdicts"][c]["status"]) for c in criteria] for r in rows], np.int8
        ).reshape(n, len(criteria)),
        "row_status": np.array([ROW_STATUSES.index(r["status"]) for r in rows], np.int8),
        "group": np.array([groups.setdefault(r["group_id"], len(groups)) for r in rows]),
        "prompt": np.array([prompts.setdefault(r["prompt_id"], len(prompts)) for r in rows]),
        "step": column("step"),
        "label": column("label"),
        "length": np.array([float(len(str(r["completion"]))) for r in rows]),
        "file": np.zeros(n, np.int32),
        "line": np.arange(1, n + 1),
        "files": ("rewards.jsonl",),
        "signature": Stratum(
            tuple(dict.fromkeys(r["signature"] for r in rows)),
            np.array([names.setdefault(r["signature"], len(names)) for r in rows]),
        ),
        "weights": {c: float(rows[0]["terms"][c]["weight"]) for c in criteria} if n else {},
    }
    return Frame(**given | columns)
