"""Rollouts of trainers that keep more in a row than columns.

SkyRL (``skyrl_train/utils/trainer_utils.py``, ``dump_per_dataset_eval_results``): ``input_prompt``,
``output_response``, ``score`` (a number, or one for each token), ``stop_reason``, ``env_class``,
``env_extras``, ``data_source``. slime (``slime/utils/types.py``, ``Sample.to_dict``): ``prompt``,
``response``, ``label`` (its reference), ``reward`` (a number, or an object of them), ``status`` (of
generation), ``response_length``, ``group_index``.

AReaL (1.0, ``areal/infra/workflow_executor.py``, ``dump_to_file``): a line a completion, with
``task_id``, ``seqlen``, ``prompt_len``, ``head_version``, ``tail_version`` and ``reward``.

Two shapes are from descriptions, not from the code that writes them. NeMo-Gym:
``responses_create_params``, ``response`` of OpenAI's Responses API, ``reward``, and what the
verifier returned besides. rLLM: an episode with its ``trajectories``, each with ``steps`` and a
``reward``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.audit.logs.readers.by_row import (
    is_number,
    items,
    last_text,
    lines,
    number,
    present,
    table,
)
from assay.plugins.log_readers import LogHead

SKYRL = ("input_prompt", "output_response", "score", "stop_reason", "env_class")
SLIME = ("prompt", "response", "label", "reward", "status", "response_length")
NEMO_GYM = ("responses_create_params", "response", "reward")
AREAL = ("task_id", "sample_idx", "seqlen", "head_version", "tail_version", "reward")
RLLM = ("task", "trajectories", "is_correct")


class _Marked:
    """A reader that knows its files by columns, and makes one row of a line."""

    marks: tuple[str, ...] = ()

    def claims(self, head: LogHead) -> int:
        """All of its columns."""
        there = head.form == "jsonl" and set(self.marks) <= set(head.columns)
        return len(self.marks) + 2 if there else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """In the order of the file."""
        for line, held in lines(path):
            yield line, present(self.row(held))

    def row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a line."""
        raise NotImplementedError


class SkyRL(_Marked):
    """Dumps of evaluations."""

    marks = SKYRL
    guess = "the reward is `score`, summed over tokens where it is a list"

    def row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """A score for each token is their sum, as SkyRL's own metrics take it."""
        score = held.get("score")
        if isinstance(score, list):
            score = sum(s for s in score if is_number(s)) if any(map(is_number, score)) else None
        extras = table(held.get("env_extras"))
        return {
            "prompt": held.get("input_prompt"),
            "completion": held.get("output_response"),
            "reference": table(extras.get("reward_spec")).get("ground_truth"),
            "reward": number(score),
            "finish_reason": held.get("stop_reason"),
            "data_source": held.get("data_source"),
            "env_class": held.get("env_class"),
            "info": dict(extras) or None,
        }


class Slime(_Marked):
    """Samples as JSON; its own ``.pt`` files are pickles, which are never read."""

    marks = SLIME
    guess = "the reward is `reward`; where it is an object, its numbers are the criteria"

    def row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """`label` is what is to be found, not whether it was found."""
        reward = held.get("reward")
        scores = {n: s for n, v in table(reward).items() if (s := number(v)) is not None}
        one = next((scores[n] for n in ("reward", "score") if n in scores), None)
        if not isinstance(reward, Mapping):
            one = number(reward)
        return {
            "prompt": held.get("prompt"),
            "group_id": held.get("group_index"),
            "completion": held.get("response"),
            "reference": held.get("label"),
            "reward": one,
            "scores": {n: s for n, s in scores.items() if n not in ("reward", "score")} or None,
            "n_tokens": held.get("response_length"),
            "truncated": held.get("status") == "truncated",
            "step": number(held.get("rollout_id")),
            "info": held.get("metadata") or None,
        }


class Areal(_Marked):
    """Trajectories: the files of a run are one a task, in a folder a version."""

    marks = AREAL
    guess = "the reward is `reward`; a group is a task, its step the newest version that wrote it"

    def row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """One task may come again at a later version."""
        whole, asked = number(held.get("seqlen")), number(held.get("prompt_len"))
        return {
            "prompt": held.get("prompt"),
            "group_id": held.get("task_id"),
            "completion": held.get("completion"),
            "reward": number(held.get("reward")),
            "n_tokens": None if whole is None or asked is None else whole - asked,
            "step": number(held.get("tail_version")),
        }


class NemoGym(_Marked):
    """Rollouts of a resources server."""

    marks = NEMO_GYM
    guess = "the reward is `reward`; other numbers that the verifier returned are the criteria"

    def row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """The prompt is the request's input; the completion the messages of the response."""
        request, response = table(held.get("responses_create_params")), table(held.get("response"))
        said = [
            table(part).get("text")
            for message in items(response.get("output"))
            if table(message).get("type") == "message"
            for part in items(table(message).get("content"))
        ]
        usage = table(response.get("usage"))
        cut = table(response.get("incomplete_details")).get("reason")
        beside = {"reward", "_ng_task_index", "_ng_rollout_index", "task_index", "rollout_index"}
        return {
            "prompt": request.get("input"),
            "prompt_id": held.get("_ng_task_index", held.get("task_index")),
            "completion": "\n".join(text for text in said if isinstance(text, str)) or None,
            "reference": held.get("expected_answer"),
            "reward": number(held.get("reward")),
            "scores": {n: number(v) for n, v in held.items() if is_number(v) and n not in beside}
            or None,
            "n_tokens": number(usage.get("output_tokens")),
            "truncated": cut == "max_output_tokens" if response else None,
            "model": response.get("model"),
        }


class Rllm:
    """Episodes: a row for each trajectory."""

    guess = "each trajectory of an episode is a row; the reward is the trajectory's"

    def claims(self, head: LogHead) -> int:
        """An episode's keys, with a list of trajectories."""
        if head.form != "jsonl" or not set(RLLM) <= set(head.columns):
            return 0
        return 5 if any(isinstance(r.get("trajectories"), list) for r in head.rows) else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """In the order of the file; trajectories of different agents are not compared."""
        for line, held in lines(path):
            task = held.get("task")
            asked = table(task).get("question") or table(task).get("problem") or task
            for path_ in items(held.get("trajectories")):
                steps = [table(step) for step in items(table(path_).get("steps"))]
                last = steps[-1] if steps else {}
                name = table(path_).get("name")
                reward = number(table(path_).get("reward"))
                key = held.get("task_hash") or (asked if isinstance(asked, str) else None)
                yield (
                    line,
                    present(
                        {
                            "prompt_id": None if key is None else f"{key}/{name}",
                            "prompt": asked if isinstance(asked, str | list) else None,
                            "completion": last_text(last.get("chat_completions"))
                            or last.get("model_response"),
                            "reference": table(task).get("ground_truth"),
                            "reward": number(last.get("reward")) if reward is None else reward,
                            "step": number(held.get("training_step")),
                            "scores": {"is_correct": number(held.get("is_correct"))}
                            if is_number(held.get("is_correct"))
                            else None,
                            "agent": name,
                        }
                    ),
                )


SKYRL_READER = SkyRL()
SLIME_READER = Slime()
NEMO_GYM_READER = NemoGym()
AREAL_READER = Areal()
RLLM_READER = Rllm()
