"""Rollouts of ten more projects, in the shapes that their own writers give them.

Each row of the table: what a file of that project looks like, from its source, and what is read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from plain_log import write_rows

from assay.audit.logs import read_log
from assay.errors import RolloutsError


class Shape(NamedTuple):
    reader: str
    rows: list[dict[str, Any]]
    reward: list[float]
    criteria: tuple[str, ...]
    groups: list[int]
    why: str


def swift(step: int) -> dict[str, Any]:
    return {
        "step": [str(step)] * 4,
        "prompt": ["p", "p", "q", "q"],
        "completion": ["a", "bb", "c", "d"],
        "accuracy": [1.0, 0.0, 1.0, 1.0],
        "format": [0.5, 0.5, 0.0, 0.5],
        "advantages": [1.0, -1.0, 0.0, 0.0],
    }


def lm_eval(doc: int, right: float, chosen: str = "none") -> dict[str, Any]:
    return {
        "doc_id": doc,
        "doc": {"question": "2+2"},
        "target": "4",
        "arguments": [["2+2?", {"until": []}]],
        "resps": [["it is 4"]],
        "filtered_resps": ["4"],
        "filter": chosen,
        "metrics": ["exact_match"],
        "doc_hash": "a",
        "prompt_hash": "b",
        "target_hash": "c",
        "exact_match": right,
    }


def event(number: int, sample: str, kind: str, **data: Any) -> dict[str, Any]:
    return {
        "run_id": "r",
        "event_id": number,
        "sample_id": sample,
        "type": kind,
        "data": data,
        "created_by": "",
        "created_at": "2024",
    }


def gym(task: int, reward: float) -> dict[str, Any]:
    said = {"type": "message", "content": [{"type": "output_text", "text": f"says {reward}"}]}
    return {
        "_ng_task_index": task,
        "responses_create_params": {"input": [{"role": "user", "content": f"task {task}"}]},
        "response": {"output": [{"type": "reasoning"}, said], "usage": {"output_tokens": 7}},
        "reward": reward,
        "library_reward": reward / 2,
        "extracted_answer": "x",
    }


def episode(task: str, reward: float) -> dict[str, Any]:
    step = {"chat_completions": [{"role": "assistant", "content": "yes"}], "reward": reward}
    return {
        "training_step": 3,
        "task": {"question": task, "ground_truth": "4"},
        "is_correct": reward == 1,
        "trajectories": [{"name": "solver", "steps": [{}, step], "reward": reward}],
    }


SHAPES = [
    Shape(
        "lists", [swift(1), swift(2)], [1.5, 0.5, 1.0, 1.5] * 2, ("accuracy", "format"),
        [0, 0, 1, 1, 2, 2, 3, 3], "ms-swift: a table of lists a step; the reward is the sum",
    ),
    Shape(
        "lists",
        [
            {"idx": i, "question": f"q{i}", "gt": "4", "code": ["x", "y"], "pred": ["4", "5"],
             "score": [True, False], "report": [None, None], "level": 3}
            for i in range(2)
        ],
        [1, 0, 1, 0], (), [0, 0, 1, 1], "Qwen2.5-Math: a problem a line, a score for each sample",
    ),
    Shape(
        "lists",
        [
            {"tokens": [[1, 2], [3]], "masks": [[1, 1], [1]], "scores": [1.0, -1.0],
             "messages": [
                 [{"role": "user", "content": "q"}, {"role": "assistant", "content": c}]
                 for c in "ab"
             ]}
            for _ in range(2)
        ],
        [1, -1, 1, -1], (), [0, 0, 1, 1], "Atropos: a scored group a line; the line is the group",
    ),
    Shape(
        "lm_eval", [lm_eval(0, 1.0), lm_eval(1, 0.0), lm_eval(0, 0.0, "strict-match")],
        [1, 0, 0], ("exact_match", "exact_match,strict-match"), [0, 1, 2],
        "lm-eval: a metric is a criterion, under its filter's name",
    ),
    Shape(
        "evals",
        [
            {"spec": {"run_id": "r"}},
            event(0, "s.0", "sampling", prompt="2+2", sampled=["4"]),
            event(1, "s.0", "match", correct=True, expected="4", picked="4"),
            event(2, "s.1", "sampling", prompt="2+3", sampled=["4"]),
            event(3, "s.1", "match", correct=False, expected="5", picked="4"),
            {"final_report": {"accuracy": 0.5}},
        ],
        [1, 0], ("correct",), [0, 1], "OpenAI's evals: events of one sample are one row",
    ),
    Shape(
        "skyrl",
        [
            {"input_prompt": "q", "output_response": "a", "score": score, "stop_reason": "stop",
             "env_class": "gsm8k", "env_extras": {"reward_spec": {"ground_truth": "4"}},
             "data_source": "gsm8k"}
            for score in (1.0, [0.0, 0.0, 0.5])
        ],
        [1, 0.5], (), [0, 0], "SkyRL: a score for each token is their sum",
    ),
    Shape(
        "slime",
        [
            {"group_index": 7, "index": i, "prompt": "q", "response": "a", "label": "4",
             "reward": reward, "status": "completed", "response_length": 3, "metadata": {}}
            for i, reward in enumerate(({"score": 1.0, "acc": 1.0}, {"score": 0.2, "acc": 0.0}))
        ],
        [1, 0.2], ("acc",), [0, 0], "slime: `label` is the reference, `status` of generation",
    ),
    Shape(
        "nemo_gym", [gym(0, 1.0), gym(0, 0.0)], [1, 0], ("library_reward",), [0, 0],
        "NeMo-Gym: what the verifier returned besides the reward is a criterion",
    ),
    Shape(
        "rllm", [episode("q", 1.0), episode("q", 0.0)], [1, 0], ("is_correct",), [0, 0],
        "rLLM: a trajectory of an episode is a row",
    ),
    Shape(
        "verifiers_results",
        [
            {"id": i // 2, "prompt": [{"role": "user", "content": "q"}], "completion": "c",
             "task": "t", "answer": "4", "reward": 0.5 * i, "right": float(i > 1), "form": 0.5}
            for i in range(4)
        ],
        [0, 0.5, 1, 1.5], ("right", "form"), [0, 0, 1, 1],
        "verifiers 0.1: reward functions are columns, and `id` is the example",
    ),
    Shape(
        "weave",
        [
            {"op_name": "evaluate", "inputs": {}, "output": None},
            *(
                {"op_name": "Evaluation.predict_and_score",
                 "inputs": {"example": {"id": "e", "question": "q", "expected": "4"}},
                 "output": {"output": "4", "scores": {"match": {"correct": right}, "tone": 0.5}}}
                for right in (True, False)
            ),
        ],
        [np.nan, np.nan], ("match.correct", "tone"), [], "Weave: of two scores none is the reward",
    ),
    Shape(
        "areal",
        [
            {"task_id": task, "sample_idx": i, "seqlen": 9, "prompt_len": 4, "head_version": 0,
             "tail_version": version, "reward": float(i), "prompt": "q", "completion": "c"}
            for task, version in ((1, 0), (2, 0), (1, 3)) for i in range(2)
        ],
        [0, 1] * 3, (), [0, 0, 1, 1, 2, 2], "AReaL: a task is a group, at each version anew",
    ),
    Shape(
        "columns",
        [
            {"task_id": 1, "sample_idx": i, "seqlen": 9, "reward": float(i), "prompt": "q",
             "completion": "c", "head_version": 0}
            for i in range(2)
        ],
        [0, 1], (), [0, 0], "a reward a line, and nothing else is a criterion",
    ),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s.why)
def test_it_is_read(shape: Shape, tmp_path: Path) -> None:
    with read_log(write_rows(tmp_path / "log.jsonl", shape.rows)) as log:
        frame = log.frame
        assert log.reader == shape.reader
        assert log.problems == ()
        np.testing.assert_array_equal(frame.reward, shape.reward)
        assert frame.criteria == shape.criteria
        if shape.groups:
            assert frame.group.tolist() == shape.groups
        assert log.guesses or shape.reader == "verifiers_results"
        whole = log.rows(range(frame.n))
        assert all(row.get("completion") for row in whole)


def test_what_was_taken_for_the_reward_is_told(tmp_path: Path) -> None:
    rows = SHAPES[-1].rows
    with read_log(write_rows(tmp_path / "log.jsonl", rows)) as log:
        assert log.guesses == ("no criterion was found; the reward is the column `reward`",)
    with read_log(write_rows(tmp_path / "a.jsonl", rows), columns={"reward": "seqlen"}) as log:
        assert log.guesses == ("no criterion was found; the reward is the column `seqlen`",)


def test_a_table_of_wandb(tmp_path: Path) -> None:
    """``wandb.Table`` saved beside a run: one object with columns and rows."""
    data = [[1, "p", "a", 1.0, 0.5, 0.1], [1, "p", "b", 0.0, 0.5, 0.2]]
    columns = ["step", "prompt", "completion", "accuracy", "format", "advantage"]
    path = tmp_path / "completions.table.json"
    path.write_text(json.dumps({"columns": columns, "data": data}))
    with read_log(path) as log:
        assert log.reader == "wandb"
        assert log.frame.criteria == ("accuracy", "format")
        assert log.frame.reward.tolist() == [1.5, 0.5]
        assert log.frame.group.tolist() == [0, 0]
        assert log.frame.step.tolist() == [1, 1]


def test_a_pickle_of_slime_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "rollout_0.pt"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 64)
    with pytest.raises(RolloutsError, match="each of its `samples` as a line of JSON"):
        read_log(path)
