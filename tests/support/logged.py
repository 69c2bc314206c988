"""Frames of rows that `assay verify` wrote, with nothing but what recomposing reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from assay.audit.frame import ROW_STATUSES, STATUSES, Frame, Stratum


def frame_of(rows: Sequence[Mapping[str, Any]], key: str | None = None) -> Frame:
    """Scores and contributions of the terms, statuses of the verdicts."""
    criteria = tuple(
        dict.fromkeys(c for row in rows for c, term in row["terms"].items() if c[-1] != ")")
    )

    def column(of: Callable[[Mapping[str, Any]], Any]) -> Any:
        return np.array([math.nan if of(r) is None else float(of(r)) for r in rows])

    def matrix(field: str) -> Any:
        return np.stack(
            [column(lambda r, c=c: r["terms"].get(c, {}).get(field)) for c in criteria], axis=1
        )

    def status(row: Mapping[str, Any], name: str) -> int:
        last = [v for k, v in row["verdicts"].items() if k.partition("#")[0] == name]
        return STATUSES.index(last[-1]["status"]) if last else -1

    def codes(name: str) -> Any:
        names = [r.get(name) for r in rows]
        known = list(dict.fromkeys(x for x in names if x is not None))
        return np.array([-1 if x is None else known.index(x) for x in names]), tuple(known)

    n = len(rows)
    prompts, _ = codes("prompt_id")
    source, sources = codes("data_source")
    return Frame(
        criteria=criteria,
        key=key or criteria[0],
        reward=column(lambda r: r["reward"]),
        scores=matrix("score"),
        contributions=matrix("contribution"),
        statuses=np.array([[status(r, c) for c in criteria] for r in rows], np.int8),
        row_status=np.array([ROW_STATUSES.index(r["status"]) for r in rows], np.int8),
        group=prompts,
        prompt=prompts,
        step=column(lambda r: r.get("step")),
        label=column(lambda r: r.get("label")),
        length=np.array([float(len(str(r["completion"]))) for r in rows]),
        file=np.zeros(n, np.int32),
        line=np.arange(1, n + 1),
        files=("rewards.jsonl",),
        strata={"data_source": Stratum(sources, source)} if sources else {},
    )
