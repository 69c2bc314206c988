"""Train on published rewards and on their repaired forms, and lay what happened beside the proofs.

    make leaky            (python examples/leaky_reward/run.py)

Every completion that the policy can write is scored by `assay` once; training then draws from that
table. Writes to `reports/leaky/`: the table (docs/leaky-reward.md shows it), a figure, and of one
pair the logs of the first seed with their audits.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from combinations import Combination, combinations
from figures import draw
from grpo import SEEDS, STEPS, Floats, Run, train
from logs import write_log
from task import PLANS, PROMPTS, TERMS, completion, numbers, question, stated

from assay import Engine, Rubric, Sample
from assay.rubrics import save_rubric

TIGHT, AMPLE = 8, 13
"""Lines a completion may have: in 13 all of the work and all tags fit; in 8 they do for the two
smaller of the five sizes of prompt."""

AUDITED = ("open-r1",)


@dataclass(frozen=True)
class Trained:
    """One rubric under one budget."""

    name: str
    repaired: bool
    budget: int
    run: Run
    samples: Sequence[Sample]
    """By size, prompt and plan."""
    rubric: Rubric


def samples(budget: int) -> list[Sample]:
    """Every completion that can be written, by size, prompt and plan."""
    return [
        Sample(
            completion(terms, plan, budget),
            prompt=question(terms),
            reference=str(sum(terms)),
            group_id=f"{size}-{prompt}",
        )
        for size in TERMS
        for prompt in range(PROMPTS)
        for terms in [numbers(size, prompt)]
        for plan in PLANS
    ]


def check(right: Floats, budget: int) -> None:
    """The key verifier agrees with the environment wherever an answer is stated."""
    for i, size in enumerate(TERMS):
        for prompt in range(PROMPTS):
            terms = numbers(size, prompt)
            for j, plan in enumerate(PLANS):
                answer = stated(terms, plan, budget)
                if answer is not None:
                    assert right[i, prompt, j] == (answer == sum(terms)), (terms, plan)


def one(combination: Combination, repaired: bool, budget: int, steps: int, seeds: int) -> Trained:
    """Score, check the key against the environment, train."""
    rubric = combination.rubric
    if repaired:
        assert combination.repaired is not None
        rubric = combination.repaired
    written = samples(budget)
    with Engine(rubric) as engine:
        rewards = engine.verify_batch(written)
    shape = (len(TERMS), PROMPTS, len(PLANS))
    key = combination.certificate.worst.key
    right = np.array([r.verdicts[key].score for r in rewards], float).reshape(shape)
    check(right, budget)
    paid = np.array([r.value for r in rewards], float).reshape(shape)
    run = train(paid, right, steps=steps, seeds=seeds)
    return Trained(combination.name, repaired, budget, run, written, rubric)


def table(found: Sequence[Combination], trained: Sequence[Trained]) -> str:
    """What the certificate said before, and what training did."""
    lines = [
        "| rewards | certificate | right at the end, tight budget | repaired | right at the end |"
        " lower than repaired | ample budget: as published, repaired |",
        "|---|---|---|---|---|---|---|",
    ]
    by = {(t.name, t.repaired, t.budget): t.run for t in trained}
    for c in found:
        plain = by[c.name, False, TIGHT]
        cells = [f"`{c.name}`", c.certificate.verdict.replace("_", " "), share(plain.right[-1])]
        if c.repaired is None:
            cells += ["", "", "", share(by[c.name, False, AMPLE].right[-1])]
        else:
            mended = by[c.name, True, TIGHT]
            lower = int((plain.right[-1] < mended.right[-1]).sum())
            cells += [c.repair, share(mended.right[-1]), f"{lower} of {len(plain.right[-1])} seeds"]
            ample = [by[c.name, repaired, AMPLE].right[-1] for repaired in (False, True)]
            cells.append(", ".join(share(a) for a in ample))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def audit(trained: Trained, out: Path) -> None:
    """Write what the first seed drew, and its audit against the rubric that paid it."""
    stem = f"{trained.name}-{'repaired' if trained.repaired else 'published'}"
    log, rubric, report = (out / f"{stem}{end}" for end in (".jsonl", ".toml", ".html"))
    write_log(trained.rubric, trained.samples, trained.run.drawn, log)
    save_rubric(trained.rubric, rubric)
    arguments = ["audit", str(log), "--rubric", str(rubric), "--report", str(report)]
    print("\n$ assay", *arguments, flush=True)
    subprocess.run([sys.executable, "-m", "assay", *arguments], check=False)


def share(values: Floats) -> str:
    """Mean and the middle 90% over seeds."""
    low, high = np.quantile(values, [0.05, 0.95])
    return f"{values.mean():.0%} ({low:.0%} to {high:.0%})"


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("reports/leaky"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--no-audit", action="store_true", help="leave out logs and audits")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    found = list(combinations())
    trained = [
        one(c, repaired, budget, options.steps, options.seeds)
        for c in found
        for budget in (TIGHT, AMPLE)
        for repaired in ((False, True) if c.repaired is not None else (False,))
    ]
    text = table(found, trained)
    (options.out / "table.md").write_text(text, encoding="utf-8")
    tight = [t for t in trained if t.budget == TIGHT]
    draw([(t.name, t.repaired, t.run) for t in tight], options.out / "leaky_reward.svg")
    print(text)
    if not options.no_audit:
        for t in tight:
            if t.name in AUDITED:
                audit(t, options.out)
    print(f"\n{options.out}/ has the table, the figure, the logs and their audits")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
