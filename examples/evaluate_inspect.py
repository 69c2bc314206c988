"""The rubric of a training run as an evaluation with Inspect.

python examples/evaluate_inspect.py [MODEL] [ROWS.jsonl] [LIMIT]
"""

import sys
from pathlib import Path

import inspect_ai
from inspect_ai import Task, task
from inspect_ai.dataset import FieldSpec, json_dataset
from inspect_ai.solver import generate

from assay.integrations.inspect_ai import rubric

ROWS = Path(__file__).parent / "data" / "gsm8k_solutions_200.jsonl"


@task
def gsm8k(rows: str = str(ROWS)) -> Task:
    fields = FieldSpec(input="prompt", target="reference")
    return Task(json_dataset(rows, fields), solver=generate(), scorer=rubric("math+format"))


def main(model: str = "mockllm/model", rows: str = str(ROWS), limit: str = "20") -> None:
    (log,) = inspect_ai.eval(gsm8k(rows), model=model, limit=int(limit), display="none")
    if log.status != "success":
        sys.exit(f"{log.status}: {log.error.message if log.error else log.location}")
    for score in log.results.scores:
        mean = score.metrics["mean"].value
        print(f"{score.name:14} {mean:.3f}   without a score: {score.unscored_samples}")


if __name__ == "__main__":
    main(*sys.argv[1:])
