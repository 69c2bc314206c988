"""The verifier: reasoning-gym's own `score_answer`, where it can be trusted with a completion.

Some tasks hand the answer to Python's `eval` or to SymPy's `parse_expr`, which evaluates Python
too. Of those, the ones whose answers are arithmetic are offered behind an allow-list that leaves
nothing to evaluate but numbers and four operations; the others are not offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from assay import ReferenceUnreadable, Sample, Verdict
from reasoning_gym.factory import DATASETS, get_score_answer_fn

from assay_reasoning_gym.params import SolvesParams

NAME = "reasoning_gym.solves@1"

CHARS = 20_000
"""A longer answer is judged 0; the longest of a task are grids of some thousand characters."""

ARITHMETIC = frozenset({"countdown", "puzzle24"})
"""Tasks that evaluate the answer, which is arithmetic."""

EVALUATE = frozenset({
    "binary_matrix", "intermediate_integration", "n_queens", "polynomial_multiplication",
    "simple_integration", "spiral_matrix", "string_insertion",
})  # fmt: skip
"""Tasks that evaluate the answer, which may be anything."""

_PLAIN = re.compile(r"[0-9+\-*/() ]{1,200}")
_DEAR = re.compile(r"\*\s*\*|/\s*/|[0-9]{10}")

Score = Callable[[str, Mapping[str, Any]], float]


@cache
def scorer(task: str) -> Score:
    """The task's `score_answer`.

    Raises:
        ReferenceUnreadable: no such task, or one that is not offered.
    """
    if task in EVALUATE:
        raise ReferenceUnreadable(f"the task {task!r} evaluates answers as Python: not offered")
    if task not in DATASETS:
        raise ReferenceUnreadable(f"reasoning-gym has no task {task[:60]!r}")
    found: Score = get_score_answer_fn(task)
    return found


class Solves:
    """1 where reasoning-gym says that the answer is right; with `partial`, what it says."""

    def __init__(self, params: SolvesParams | None = None) -> None:
        self._params = params or SolvesParams()

    def verify(self, sample: Sample) -> Verdict:
        """Judge one answer.

        Raises:
            ReferenceUnreadable: the row has no entry of a task that is offered, or its own answer
                is not right by its own scoring.
        """
        entry = plain(sample.info.get("entry"))
        task = self._task(entry)
        score = scorer(task)
        right = entry["answer"]
        if _score(score, task, right, entry) != 1.0:
            raise ReferenceUnreadable(f"the row's own answer does not solve its task {task!r}")
        answer = sample.answer.strip()
        if not answer.strip("\u200b"):
            return Verdict.judged(NAME, 0.0, "no answer")
        if len(answer) > CHARS:
            return Verdict.judged(NAME, 0.0, f"the answer has more than {CHARS} characters")
        given = _score(score, task, answer, entry)
        value = given if self._params.partial or given == 1.0 else 0.0
        return Verdict.judged(NAME, value, f"reasoning-gym gives {given:g} for {task}")

    def _task(self, entry: Any) -> str:
        if not isinstance(entry, dict) or not isinstance(entry.get("metadata"), dict):
            raise ReferenceUnreadable("info.entry is not a row of reasoning-gym with metadata")
        task = self._params.task or entry["metadata"].get("source_dataset")
        if not isinstance(task, str) or not task:
            raise ReferenceUnreadable("info.entry.metadata names no source_dataset")
        answer = entry.get("answer")
        if not isinstance(answer, str) or not answer.strip():
            raise ReferenceUnreadable("info.entry has no answer to hold its scoring against")
        return task


def _score(score: Score, task: str, answer: str, entry: dict[str, Any]) -> float:
    if task in ARITHMETIC and (_PLAIN.fullmatch(answer) is None or _DEAR.search(answer)):
        return 0.0
    try:
        given = float(score(answer, plain(entry)))  # a copy: it may change what it is given
    except Exception:  # what it cannot read solves nothing; its own answer is read, see above
        return 0.0
    return min(max(given, 0.0), 1.0) if given == given else 0.0


def plain(value: Any) -> Any:
    """A frozen value as dicts and lists, anew."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
