"""What composing and proving cost, as times and as ratios within this run.

python benchmarks/rubrics.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from assay.model import Reward, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric

LEVELS = {"levels": [0, 1]}


def criteria(count: int) -> dict[str, Any]:
    return {f"c.v{i}": {"weight": 1 if i else count, **LEVELS} for i in range(count)}


RUBRICS: dict[str, Any] = {
    "weighted, 1 criterion": {"kind": "weighted", "criteria": criteria(1)},
    "weighted, 2 criteria": {"kind": "weighted", "criteria": criteria(2)},
    "weighted, 5 criteria": {"kind": "weighted", "criteria": criteria(5)},
    "gate, 4 criteria behind it": {
        "kind": "gate",
        "gate": {"use": "c.key", **LEVELS},
        "then": {"kind": "weighted", "criteria": {f"c.v{i}": 0.25 for i in range(4)}},
    },
}


def best(function: Callable[[], object], count: int) -> float:
    """Seconds of CPU a call: the best of nine rounds, since others use the machine too."""
    rounds = []
    for _ in range(9):
        start = time.process_time()
        for _ in range(count):
            function()
        rounds.append((time.process_time() - start) / count)
    return min(rounds)


def main() -> None:
    empty = best(lambda: Reward(1.0, "scored"), 20_000)
    print(f"{'an empty Reward':<40}{empty * 1e6:>9.2f} us")
    for name, table in RUBRICS.items():
        rubric = load_rubric(table)
        verdicts = {
            key: Verdict.judged(f"{leaf.use}@1", 1.0 - i / 7, "because")
            for i, (key, leaf) in enumerate(rubric.leaves().items())
        }
        spent = best(lambda r=rubric, v=verdicts: r.compose(v), 5_000)  # type: ignore[misc]
        print(f"{'compose: ' + name:<40}{spent * 1e6:>9.2f} us {spent / empty:>6.1f} empty rewards")
    host = Host()
    for count in (5, 12, 20):
        rubric = load_rubric({"kind": "weighted", "criteria": criteria(count)})
        spent = best(lambda r=rubric: r.prove(host=host), 5)  # type: ignore[misc]
        print(f"{f'prove: weighted, {count} criteria':<40}{spent * 1e3:>9.2f} ms")


if __name__ == "__main__":
    main()
