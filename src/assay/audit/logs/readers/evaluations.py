"""Samples of evaluation harnesses.

lm-eval 0.4 (``lm_eval/evaluator.py``, ``--log_samples``) writes ``samples_<task>_<date>.jsonl``: a
line for each document and filter, with its metrics as columns, named in ``metrics`` since 0.4.3.
OpenAI's evals 3 (``evals/record.py``) writes a JSONL of events: ``spec`` first, then an event a
line with ``run_id``, ``event_id``, ``sample_id``, ``type`` and ``data``; ``sampling`` holds prompt
and text, ``match`` whether it was correct, ``metrics`` further numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.audit.logs.readers.by_row import is_number, items, lines, number, present, table
from assay.plugins.log_readers import LogHead

LM_EVAL = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps")

EVENT = ("run_id", "event_id", "sample_id", "type", "data")

NO_METRIC = frozenset({*LM_EVAL, "filter", "doc_hash", "prompt_hash", "target_hash", "metrics"})


class LmEval:
    """A document and filter is a row; metrics are the criteria."""

    guess = "the reward is the metric, where a document has one; else --map reward=scores.METRIC"

    def claims(self, head: LogHead) -> int:
        """The keys that every version writes."""
        return len(LM_EVAL) if set(LM_EVAL) <= set(head.columns) else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """In the order of the file."""
        for line, held in lines(path):
            yield line, self._row(held)

    def _row(self, held: Mapping[str, Any]) -> dict[str, Any]:
        named = [m for m in items(held.get("metrics")) if isinstance(m, str)]
        metrics = named or [n for n, v in held.items() if n not in NO_METRIC and is_number(v)]
        chosen = held.get("filter")
        # as lm-eval itself names a metric under a filter
        suffix = f",{chosen}" if isinstance(chosen, str) and chosen != "none" else ""
        scores = {f"{m}{suffix}": s for m in metrics if (s := number(held.get(m))) is not None}
        response = held.get("resps")
        while isinstance(response, list) and response:
            response = response[0]
        prompt = held.get("arguments")
        if isinstance(prompt, Mapping):  # since 0.4.5: {"gen_args_0": {"arg_0": ...}}
            prompt = next((table(a).get("arg_0") for a in prompt.values()), None)
        while isinstance(prompt, list) and prompt:
            prompt = prompt[0]
        return present(
            {
                "prompt_id": f"{held.get('doc_id')}{suffix}",
                "prompt": prompt if isinstance(prompt, str) else None,
                "completion": response if isinstance(response, str) else None,
                "reference": held.get("target"),
                "reward": next(iter(scores.values())) if len(scores) == 1 else None,
                "scores": scores or None,
            }
        )


class Events:
    """A sample is a row, gathered from its events."""

    guess = "each sample's events are one row; the reward is whether it was `correct`"

    def claims(self, head: LogHead) -> int:
        """An event's keys; or the specification that comes first."""
        there = {*head.columns}
        return len(EVENT) + ("spec" in there) if set(EVENT) <= there else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """At the line of a sample's last event that tells its outcome."""
        samples: dict[str, dict[str, Any]] = {}
        at: dict[str, int] = {}
        for line, held in lines(path):
            sample, kind, data = held.get("sample_id"), held.get("type"), table(held.get("data"))
            if not isinstance(sample, str) or not isinstance(kind, str):
                continue
            row = samples.setdefault(sample, {"prompt_id": sample, "scores": {}})
            at[sample] = line
            if kind == "sampling":
                sampled = data.get("sampled")
                while isinstance(sampled, list) and sampled and not isinstance(sampled[0], Mapping):
                    sampled = sampled[0]
                row["prompt"], row["completion"] = data.get("prompt"), sampled
            elif kind == "match":
                row["reward"] = number(data.get("correct"))
                row["reference"] = data.get("expected")
                row["scores"]["correct"] = number(data.get("correct"))
            elif kind == "metrics":
                row["scores"] |= {n: number(v) for n, v in data.items() if is_number(v)}
        for sample, row in samples.items():
            scores = {n: s for n, s in row["scores"].items() if s is not None}
            if row.get("reward") is None and len(scores) == 1:
                row["reward"] = next(iter(scores.values()))
            yield at[sample], present({**row, "scores": scores or None})


LM_EVAL_READER = LmEval()
EVALS_READER = Events()
