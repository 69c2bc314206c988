"""Preferences with known weights, to see what `assay fit` can find out from how many of them.

An annotator who follows Bradley-Terry compares two answers to each of a number of maths problems,
four times a problem. What is drawn is the scores, so no text stands in the rows.

    python examples/simulate_preferences.py 200 > preferences.jsonl
"""

from __future__ import annotations

import json
import math
import random
import sys
from typing import Any

WEIGHTS = {
    "math.answer": 3.0,
    "math.steps": 1.5,
    "format.boxed": 0.5,
    "format.tags": 0.3,
    "length.overlong": -0.4,
}
"""Log-odds of being preferred, per unit of score."""

A_PROBLEM = 4
"""Pairs of one problem."""


def answer(rng: random.Random, difficulty: float) -> dict[str, float]:
    """Scores of one answer; right ones have more of their steps right."""
    right = rng.random() > difficulty
    steps = 1.0 if right else rng.choice([0.0, 0.25, 0.5, 0.75])
    if right and rng.random() < 0.3:
        steps = 0.75
    return {
        "math.answer": float(right),
        "math.steps": steps,
        "format.boxed": float(rng.random() < 0.7),
        "format.tags": rng.choice([0.0, 0.5, 1.0]),
        "length.overlong": round(min(1.0, rng.random() * 1.5), 2),
    }


def simulated(pairs: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows for `assay fit`, as an annotator with `WEIGHTS` would have chosen."""
    rng = random.Random(seed)
    rows: list[dict[str, Any]] = []
    difficulty = 0.5
    for i in range(pairs):
        if i % A_PROBLEM == 0:
            difficulty = rng.uniform(0.2, 0.8)
        first, second = answer(rng, difficulty), answer(rng, difficulty)
        lead = math.fsum(w * (first[k] - second[k]) for k, w in WEIGHTS.items())
        if rng.random() > 1.0 / (1.0 + math.exp(-lead)):
            first, second = second, first
        rows.append({"prompt_id": f"problem-{i // A_PROBLEM}", "chosen": first, "rejected": second})
    return rows


if __name__ == "__main__":
    for row in simulated(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(json.dumps(row))
