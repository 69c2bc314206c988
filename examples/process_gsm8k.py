"""What a reward for steps changes: the order of answers within a group, on real rollouts.

Four models answered each question of GSM8K. Right or wrong alone ties most answers with another
of their group; a process reward tells them apart, and never puts a wrong answer above a right
one, which is proved before anything is scored. K, the number of steps of a whole solution, is
counted in the reference solution, so the model cannot choose it.

    python examples/process_gsm8k.py [ROLLOUTS.jsonl]
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import defaultdict
from pathlib import Path

from assay import Engine, Reward, Sample, load_rubric

ROLLOUTS = Path(__file__).parent / "data" / "gsm8k_solutions_200.jsonl"

OUTCOME = {"kind": "weighted", "criteria": {"math.answer": 1}}
PROCESS = {
    "kind": "process",
    "outcome": "math.answer",
    "steps": "math.steps",
    "agg": "mean",
    "k": "info.k",
    "alpha": 0.7,
}


def read(path: Path) -> list[Sample]:
    """Samples, each with the number of calculations of its reference solution as ``info.k``."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        row["k"] = max(1, row["reference_solution"].count("<<"))
        found.append(Sample.from_row(row))
    return found


def compared(samples: list[Sample], rewards: list[Reward]) -> dict[str, int]:
    """Pairs of a group: how many are ordered, tied, or put a wrong answer above a right one."""
    groups: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for sample, reward in zip(samples, rewards, strict=True):
        if reward.value is not None:
            groups[str(sample.group_id)].append((reward.value, bool(sample.label)))
    found = {"pairs": 0, "tied": 0, "ordered": 0, "wrong above right": 0}
    for members in groups.values():
        for (x, x_right), (y, y_right) in itertools.combinations(members, 2):
            found["pairs"] += 1
            found["tied" if x == y else "ordered"] += 1
            found["wrong above right"] += (x > y and y_right and not x_right) or (
                y > x and x_right and not y_right
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rollouts", nargs="?", type=Path, default=ROLLOUTS)
    samples = read(parser.parse_args().rollouts)
    certificate = load_rubric(PROCESS).prove()
    print(f"process rubric: {certificate.verdict}, margin {certificate.margin}\n")
    rows = {}
    for name, rubric in (("outcome", OUTCOME), ("process", PROCESS)):
        with Engine(rubric) as engine:
            rows[name] = compared(samples, engine.verify_batch(samples))
    columns = list(rows["outcome"])
    print(f"{'':<10}" + "".join(f"{c:>20}" for c in columns))
    for name, row in rows.items():
        print(f"{name:<10}" + "".join(f"{row[c]:>20,}" for c in columns))


if __name__ == "__main__":
    main()
