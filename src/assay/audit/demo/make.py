"""Write the demo's log: ``python -m assay.audit.demo.make SOLUTIONS.jsonl``.

SOLUTIONS has rows of four models' solutions to one problem each under a ``group_id``, as in
``examples/data``; the data set is named in `LICENCE.md`. The same file gives the same log, but for
the signature, which names the versions of this machine.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from assay.engine.engine import Engine
from assay.model import Sample, Verdict
from assay.plugins.markers import verifier

SEED = 7
GROUPS = 300
A_STEP = 25
"""Groups."""

RUBRIC: dict[str, Any] = {
    "kind": "weighted",
    "criteria": {
        "answer": {"use": "demo.anywhere", "weight": 0.6},
        "effort": {"use": "demo.effort", "weight": 0.3},
        "form": {"use": "demo.form", "weight": 0.1},
    },
}


@verifier("demo.anywhere@1", needs=["reference"], cost="inline", levels=[0, 1])
def anywhere(sample: Sample) -> Verdict:
    """The right number stands anywhere in the text."""
    wanted = str(sample.reference).replace(",", "")
    found = re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\d)", sample.answer.replace(",", ""))
    said = f"{wanted} stands {'in the text' if found else 'nowhere in the text'}"
    return Verdict.judged("demo.anywhere@1", float(found is not None), said)


@verifier("demo.effort@1", cost="inline")
def effort(sample: Sample) -> Verdict:
    """Characters of working, up to 500."""
    length = len(sample.answer)
    return Verdict.judged("demo.effort@1", min(1.0, length / 500), f"{length} characters of 500")


@verifier("demo.form@1", cost="inline", levels=[0, 1])
def form(sample: Sample) -> Verdict:
    """Every line but the last ends in a full stop."""
    lines = sample.answer.splitlines()[:-1]
    open_ = sum(not line.rstrip().endswith(".") for line in lines)
    said = f"{open_} of {len(lines)} lines end without a full stop"
    return Verdict.judged("demo.form@1", float(open_ == 0), said)


def rows(solutions: Path) -> list[dict[str, Any]]:
    """The log."""
    groups: dict[str, list[dict[str, Any]]] = {}
    with solutions.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            groups.setdefault(row["group_id"], []).append(row)
    names = sorted(groups)
    Random(SEED).shuffle(names)  # noqa: S311 - which problems come first is not a secret
    found = [
        {
            "step": number // A_STEP + 1,
            "group_id": name,
            "prompt_id": name,
            **{key: row[key] for key in ("model", "prompt", "completion", "reference", "label")},
        }
        for number, name in enumerate(names[:GROUPS])
        for row in groups[name]
    ]
    with Engine(RUBRIC, verifiers=[anywhere, effort, form]) as engine:
        rewards = engine.verify_batch([Sample.from_row(row) for row in found])
    scored = [row | reward.to_json() for row, reward in zip(found, rewards, strict=True)]
    for row in scored:
        for verdict in row["verdicts"].values():
            del verdict["seconds"]  # of the machine that wrote it
    return scored


def main(arguments: Sequence[str]) -> None:
    """Write it beside this file."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(Path(arguments[0])))
    packed = gzip.compress(lines.encode(), compresslevel=9, mtime=0)
    Path(__file__).with_name("rollouts.jsonl.gz").write_bytes(packed)


if __name__ == "__main__":
    main(sys.argv[1:])
