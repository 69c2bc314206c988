"""What the first seed wrote, as a log that `assay audit` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from task import PLANS, PROMPTS

from assay import Engine, Rubric, Sample


def write_log(
    rubric: Rubric, samples: Sequence[Sample], drawn: NDArray[np.int64], path: Path
) -> None:
    """One JSON line a rollout, with its receipt.

    Args:
        rubric: What it was trained on.
        samples: By size, prompt and plan.
        drawn: (kept steps, sizes, group, 2), prompt and plan.
        path: Written anew.
    """
    rows, info = [], []
    for step, sizes in enumerate(drawn):
        for size, group in enumerate(sizes):
            for prompt, plan in group:
                at = (size * PROMPTS + prompt) * len(PLANS) + plan
                rows.append(replace(samples[at], group_id=f"{step}-{samples[at].group_id}"))
                info.append({"step": step, "size": size})
    with Engine(rubric) as engine:
        rewards = engine.verify_batch(rows)
    with path.open("w", encoding="utf-8") as out:
        for row, about, reward in zip(rows, info, rewards, strict=True):
            line = {
                **about,
                "group_id": row.group_id,
                "prompt": row.prompt,
                "completion": row.completion,
                "reference": row.reference,
                **reward.to_json(),
            }
            out.write(json.dumps(line) + "\n")
