"""Files whose rows hold lists: a completion, and a score, for each of several samples.

ms-swift 4 writes ``completions.jsonl`` (``swift/rlhf_trainers/grpo_trainer.py``, the table of
``_log_completions``): a line a logging step, each column a list over its samples, reward functions
under their names, ``advantages``. Qwen2.5-Math's evaluation writes a line a problem, with lists
``code`` and ``score`` over its samples (from a description, not from its code). Atropos writes
the groups that it scored (``atroposlib/envs/base.py``, ``data_path_to_save_groups``): ``tokens``,
``scores`` and ``messages``, a list over the samples of a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.audit.logs.readers.by_row import is_number, items, last_text, lines, number, present
from assay.plugins.log_readers import LogHead

TEXTS = (
    *("completion", "completions", "response", "responses", "output", "outputs"),
    *("generation", "generations", "code", "messages", "samples"),
)
"""Names of the column that holds what the model wrote, the likeliest first."""

PROMPTS = ("prompt", "prompts", "question", "problem", "query", "input", "instruction")

REWARDS = ("reward", "rewards", "score", "scores")

STEPS = ("step", "global_step")

NO_CRITERIA = frozenset(
    {*REWARDS, *STEPS, "advantage", "advantages", "idx", "index", "id", "entropy", "length"}
    | {"lengths", "tokens", "masks", "ref_logprobs", "logprobs", "n_tokens", "timeout"}
    | {"num_tokens", "time_use", "level", "seed"}
)

REFERENCES = ("reference", "answer", "gt", "ground_truth", "solution", "target")


class RowLists:
    """Each entry of the lists is a row."""

    guess = (
        "each line holds lists: a row for each entry of them; the reward is `reward` or `score` "
        "where there is one, else the sum of the columns of numbers"
    )

    def claims(self, head: LogHead) -> int:
        """A list of texts, or of chats, beside a list of as many numbers, in the first rows."""
        if head.form != "jsonl" or not head.rows:
            return 0
        return 6 if all(_size(row) > 0 for row in head.rows[:4]) else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Row after row; what stands beside the lists holds for all of them."""
        for line, held in lines(path):
            for place in range(_size(held)):
                yield line, _entry(held, place, _size(held), line)


def _text_column(row: Mapping[str, Any]) -> str | None:
    for name in TEXTS:
        value = items(row.get(name))
        # a chat is a list of messages; a list of chats, or of texts, has one for each sample
        if value and all(isinstance(x, str | list) for x in value):
            return name
    return None


def _size(row: Mapping[str, Any]) -> int:
    """Samples of a line; 0 where it holds no lists of one length with numbers among them."""
    name = _text_column(row)
    if name is None and isinstance(row.get("tokens"), list):  # groups without their text
        name = "tokens"
    if name is None:
        return 0
    size = len(row[name])
    scored = [
        column
        for column, value in row.items()
        if isinstance(value, list)
        and len(value) == size
        and any(is_number(x) for x in value)
        and all(x is None or is_number(x) for x in value)
    ]
    return size if scored else 0


def _entry(held: Mapping[str, Any], place: int, size: int, line: int) -> dict[str, Any]:
    here = {
        name: value[place] if isinstance(value, list) and len(value) == size else value
        for name, value in held.items()
    }
    scores = {
        name: number(here[name])
        for name, value in held.items()
        if isinstance(value, list)
        and len(value) == size
        and name not in NO_CRITERIA
        and all(x is None or is_number(x) for x in value)
        and any(is_number(x) for x in value)
    }
    reward = next((r for n in REWARDS if (r := number(here.get(n))) is not None), None)
    known = [score for score in scores.values() if score is not None]
    if reward is None and not any(name in held for name in REWARDS) and known:
        reward = sum(known)
    text = _text_column(held)
    completion = here.get(text) if text else None
    prompt = next((here[n] for n in PROMPTS if here.get(n) is not None), None)
    if isinstance(completion, list):
        if prompt is None and completion[:-1]:
            prompt = completion[:-1]
        completion = last_text(completion)
    step = next((s for n in STEPS if (s := _as_number(here.get(n))) is not None), None)
    own = None if prompt is not None and isinstance(held.get("prompt"), list) else f"line {line}"
    tokens = here.get("tokens")
    out = {
        "prompt": prompt,
        "group_id": None if any(n in held and isinstance(held[n], list) for n in PROMPTS) else own,
        "prompt_id": held.get("idx") if not isinstance(held.get("idx"), list) else None,
        "completion": completion,
        "reference": next((here[n] for n in REFERENCES if here.get(n) is not None), None),
        "reward": reward,
        "scores": {n: s for n, s in scores.items() if s is not None} or None,
        "step": step,
        "n_tokens": len(tokens) if isinstance(tokens, list) else None,
        "data_source": here.get("data_source"),
    }
    return present(out)


def _as_number(value: Any) -> float | None:
    """A step that is written as text, as ms-swift writes it, is one too."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return number(value)


READER = RowLists()
