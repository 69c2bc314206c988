"""A taskset for verifiers and prime-rl, with rewards from Assay.

PYTHONPATH=examples vf-eval train-verifiers --model MODEL      evaluates a model on it
and a taskset of that id (`train-verifiers`) is what prime-rl trains on.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import verifiers.v1 as vf

from assay.integrations.verifiers import reward

ROWS = Path(__file__).parent / "data" / "gsm8k_solutions_200.jsonl"
# Raises where nobody can tell: the trace fails, and prime-rl leaves it out of its group.
scored = reward("math+format")


class Data(vf.TaskData):
    answer: str


class Question(vf.Task[Data]):
    @vf.reward
    async def assay(self, task: Data, trace: vf.Trace) -> dict[str, float]:
        return await scored(task, trace)


class Questions(vf.Taskset[Question, vf.TasksetConfig]):
    def load(self) -> Iterator[Question]:
        for line in ROWS.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Question(Data(prompt=row["prompt"], answer=row["reference"]), self.config.task)


__all__ = ["Questions"]
