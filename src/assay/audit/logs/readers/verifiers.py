"""What PrimeIntellect's `verifiers` saves of its rollouts.

``traces.jsonl`` of version 1 (verifiers 0.4: ``verifiers/v1/utils/trace_store.py`` writes
``Episode`` of ``verifiers/v1/episode.py`` with the ``Trace`` of ``verifiers/v1/trace.py``): an
episode a line, with a trace for each agent; each trace is a row. prime-rl writes the traces alone,
one a line (``rollouts/step_N/train_rollouts.jsonl``). ``results.jsonl`` of the versions
before (``verifiers/utils/save_utils.py``, ``state_to_output``): a rollout a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assay.audit.logs.layout import Layout
from assay.errors import RolloutsError
from assay.plugins.log_readers import LogHead
from assay.printable import in_line
from assay.rollouts.rows import read_rows
from assay.rollouts.sources import Source

TRACES = ("id", "env", "task", "traces")
TRACE = ("id", "task", "nodes", "rewards")
"""Of a trace that stands alone, as prime-rl writes it."""
RESULTS = ("example_id", "prompt", "completion", "reward")
OLDER = ("id", "prompt", "completion", "task", "reward")
"""Of verifiers 0.1.3 (``verifiers/scripts/eval.py``): values of reward functions are columns."""

STOPPED = frozenset(
    {"max_turns", "max_input_tokens", "max_output_tokens", "max_total_tokens", "compaction_failed"}
)
"""Conditions under which `verifiers` calls a trace truncated."""


class Traces:
    """Episodes: several rows a line, so they are read by Python."""

    def claims(self, head: LogHead) -> int:
        """The keys of an episode, with a list of traces; or of a trace."""
        if head.form == "jsonl" and set(TRACE) <= set(head.columns):
            alone = [r for r in head.rows if isinstance(r.get("nodes"), list)]
            return len(TRACE) if any(isinstance(r.get("rewards"), Mapping) for r in alone) else 0
        if head.form != "jsonl" or not set(TRACES) <= set(head.columns):
            return 0
        return len(TRACES) if any(isinstance(r.get("traces"), list) for r in head.rows) else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """A row for each trace; one that has no model call is a row without a completion."""
        for line in read_rows([Source(path)]):
            if line.data is None:
                raise RolloutsError(f"{in_line(line.place)}: {line.error}")
            episode = line.data
            if "traces" not in episode and isinstance(episode.get("nodes"), list):
                yield line.line, self._row(_alone(episode, path), episode)
                continue
            for trace in _list(episode.get("traces")):
                if isinstance(trace, Mapping):
                    yield line.line, self._row(episode, trace)

    def _row(self, episode: Mapping[str, Any], trace: Mapping[str, Any]) -> dict[str, Any]:
        task = _table(trace.get("task")) or _table(episode.get("task"))
        data, agent = _table(task.get("data")) or task, _table(trace.get("agent"))
        work = _table(_table(episode.get("run")).get("work"))
        calls = [c for c in _list(trace.get("calls")) if isinstance(c, Mapping)]
        done = [c for c in calls if c.get("error") is None]
        terms, values = _terms(_table(trace.get("rewards")))
        name = agent.get("name")
        group = _table(episode.get("group")).get("id")
        row: dict[str, Any] = {
            "prompt_id": _prompt_id(episode, task, data, name),
            # agents of one episode are not compared with each other
            "group_id": None if group is None else f"{group}/{name}",
            "step": work.get("step"),
            "prompt": data.get("prompt"),
            "completion": _completion(trace),
            "reference": data.get("answer"),
            "n_tokens": trace.get("num_output_tokens"),
            "finish_reason": done[-1].get("finish_reason") if done else None,
            "truncated": _truncated(trace, done),
            "reward": sum(values) if values else None,
            "terms": terms,
            "model": next((c["model"] for c in reversed(calls) if c.get("model")), None)
            or _table(agent.get("config")).get("model"),
            "data_source": _table(episode.get("env")).get("id"),
            "agent": name,
            "metrics": trace.get("metrics"),
            "info": trace.get("info") or None,
            "stop_condition": trace.get("stop_condition"),
        }
        return {k: v for k, v in row.items() if v is not None}


def _alone(trace: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What an episode would say of a trace; the step stands in the name of prime-rl's folder."""
    stamp = _table(_table(trace.get("info")).get("prime_rl"))
    run = _table(trace.get("run"))
    step = _table(run.get("work")).get("step", stamp.get("step"))
    if step is None:
        folder = re.fullmatch(r"step_(\d+)", Path(path).parent.name)
        step = int(folder[1]) if folder else None
    group = stamp.get("group_id")
    return {
        "env": {"id": stamp.get("env_name", "")},
        "run": {"work": {"step": step}},
        "group": {} if group is None else {"id": group},
    }


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _terms(rewards: Mapping[str, Any]) -> tuple[dict[str, Any], list[float]]:
    """Rewards as terms of a weighted sum, and the values that were paid."""
    terms: dict[str, Any] = {}
    values: list[float] = []
    for name, given in rewards.items():
        reward = given if isinstance(given, Mapping) else {"score": given}
        score = _table(reward).get("score")
        weight = _table(reward).get("weight", 1.0)
        noted = isinstance(score, int | float) and isinstance(weight, int | float)
        paid = score * weight if noted else None
        terms[name] = {"verifier": name, "weight": weight, "score": score, "contribution": paid}
        if paid is not None:
            values.append(paid)
    return terms, values


def _prompt_id(
    episode: Mapping[str, Any], task: Mapping[str, Any], data: Mapping[str, Any], agent: Any
) -> str | None:
    for found in (task.get("key"), task.get("hash"), data.get("id"), data.get("idx")):
        if found is not None:
            return f"{_table(episode.get('env')).get('id', '')}/{found}/{agent}"
    return None


def _completion(trace: Mapping[str, Any]) -> Any:
    """What the model said last, on any branch; as `Trace.last_reply` without the strip."""
    if isinstance(trace.get("root_reply"), str):
        return trace["root_reply"]
    for node in reversed(_list(trace.get("nodes"))):
        message = _table(_table(node).get("message"))
        if _table(node).get("sampled") and message.get("role") == "assistant":
            return [message]
    return None


def _truncated(trace: Mapping[str, Any], done: list[Mapping[str, Any]]) -> bool | None:
    if not trace.get("is_completed") and not done:
        return None
    cut = bool(done) and done[-1].get("finish_reason") == "length"
    return str(trace.get("stop_condition")) in STOPPED or cut


class Results:
    """A rollout a line."""

    def claims(self, head: LogHead) -> int:
        """``example_id`` beside prompt, completion and reward; ``id`` and ``task`` before 0.1.6."""
        if set(OLDER) <= set(head.columns) and "example_id" not in head.columns:
            return len(OLDER)
        if not set(RESULTS) <= set(head.columns):
            return 0
        return len(RESULTS) + ("metrics" in head.columns)

    def layout(self, head: LogHead) -> Layout:
        """``metrics`` holds the reward functions' values; before there was one, columns do."""
        fields = {
            "prompt_id": (("example_id",), ("id",)),
            "reference": (("answer",),),
            "n_tokens": (("token_usage", "output_tokens"),),
            "truncated": (("is_truncated",),),
            "status": (),
            "signature": (),
            "turns_reward": (),
            "rubric": (),
        }
        if "metrics" in head.columns:
            return Layout(fields, criteria="scores", scores=("metrics",))
        known = {*RESULTS, *OLDER, "info", "answer", "step", "is_completed", "is_truncated"}
        known |= {"generation_ms", "scoring_ms", "total_ms", "num_turns", "label"}
        return Layout(fields, criteria="columns", known=frozenset(known))


TRACES_READER = Traces()
RESULTS_READER = Results()
