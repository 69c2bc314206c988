"""How well `math.steps` tells right solutions from wrong ones, against what else could be counted.

    python benchmarks/math_steps.py [--corpora ../shared/corpora]

AUC is the chance that a right solution outscores a wrong one, ties counted half: .5 is a coin. The
labels are of final answers, and are read by no verifier. Rates are of one process, references kept.
"""

from __future__ import annotations

import argparse
import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

from assay.model import Sample, Verdict
from assay.verifiers.math_steps.spec import StepsParams
from assay.verifiers.math_steps.verifier import MathSteps

ROOT = Path(__file__).resolve().parent.parent


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    right = [s for s, good in zip(scores, labels, strict=True) if good]
    wrong = sorted(s for s, good in zip(scores, labels, strict=True) if not good)
    above = sum(bisect_left(wrong, s) + bisect_right(wrong, s) for s in right)
    return above / 2 / len(right) / len(wrong)


def strict_prefix(verdict: Verdict) -> float:
    earned = 0
    for part in verdict.parts:
        if part.score != 1.0:
            break
        earned += 1
    return earned / verdict.details["k"]


COUNTED: dict[str, Callable[[Verdict], float]] = {
    "score: earned before the first error, over K": lambda v: v.score or 0.0,
    "earned parts before the first that is not, over K": strict_prefix,
    "share of claims that are true": lambda v: (
        sum(p.details["true"] is True for p in v.parts) / max(1, len(v.parts))
    ),
    "no false claim": lambda v: float(all(p.details["true"] is not False for p in v.parts)),
    "number of claims": lambda v: float(len(v.parts)),
}

PADDING = {
    "nothing": "",
    "1 = 1, 200 times": "1 = 1. " * 200,
    "the prompt's numbers, restated": "{numbers}",
    "40 sums of small numbers": " ".join(f"{i} + 1 = {i + 1}." for i in range(1, 41)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    options = parser.parse_args()
    path = options.corpora / "rollouts" / "gsm8k_solutions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    labels = [bool(row["label"]) for row in rows]
    samples = [Sample.from_row(row) for row in rows]

    def judged(judge: MathSteps, given: Sequence[Sample]) -> list[Verdict]:
        found = [judge.verify(sample) for sample in given]
        assert all(isinstance(v, Verdict) for v in found)
        return found

    start = time.perf_counter()
    verdicts = judged(MathSteps(), samples)
    took = time.perf_counter() - start
    print(f"{len(rows):,} solutions, {sum(labels):,} of them right; {len(rows) / took:,.0f}/s\n")
    print("| what is counted | AUC |\n|---|--:|")
    for name, count in COUNTED.items():
        print(f"| {name} | {auc([count(v) for v in verdicts], labels):.3f} |")
    print("\n| detours forgiven | AUC |\n|---|--:|")
    for detours in (0, 1, 2, 3, 1_000):
        found = judged(MathSteps(StepsParams(detours=detours)), samples)
        print(f"| {detours} | {auc([v.score or 0.0 for v in found], labels):.3f} |")
    print("\n| put before each solution | mean score | solutions whose score rose |\n|---|--:|--:|")
    plain = [v.score or 0.0 for v in verdicts]
    for name, text in PADDING.items():
        padded = []
        for row, sample in zip(rows, samples, strict=True):
            digits = [w.strip(".,?$%") for w in row["prompt"].split()]
            numbers = " ".join(f"{d} = {d}. {d} + 0 = {d}." for d in digits if d.isdigit())
            padding = text.replace("{numbers}", numbers)
            padded.append(
                Sample(
                    f"{padding}\n{row['completion']}",
                    reference=sample.reference,
                    prompt=sample.prompt,
                    info=sample.info,
                )
            )
        scores = [v.score or 0.0 for v in judged(MathSteps(), padded)]
        rose = sum(s > p for s, p in zip(scores, plain, strict=True))
        print(f"| {name} | {sum(scores) / len(scores):.3f} | {rose} |")


if __name__ == "__main__":
    main()
