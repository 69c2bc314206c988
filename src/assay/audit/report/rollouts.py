"""The data of the rollout browser: columns to filter and sort by, and texts in small pieces.

The columns are one JSON island that is read when the page opens. Texts and receipts are in
islands of about `CHUNK` characters, each read when a row of it is first looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assay.audit.frame import ROW_STATUSES, STATUSES
from assay.audit.report.html import Html, island, join
from assay.printable import one_line, printable

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame
    from assay.findings import Finding

WholeRowsOf: TypeAlias = Callable[[Sequence[int]], Sequence[Mapping[str, Any]]]

TEXT_BUDGET = 16_000_000
"""Characters of completions in a page."""

LONGEST = 8_000
"""Characters of one completion, at most; of one that a finding names, `NAMED_LONGEST`."""

SHORTEST = 400
"""What each completion may have, however many there are."""

NAMED_LONGEST = 40_000

OTHER_TEXT = 4_000
"""Characters of a prompt or a reference."""

BECAUSE = 400
"""Characters of a verdict's sentence."""

CHUNK = 120_000
"""Characters of text in one island: a millisecond to read."""

BATCH = 5_000
"""Rows that are asked for at a time; each time a compressed log is read through."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a text the page holds."""

    completion: int
    named: int = NAMED_LONGEST

    @classmethod
    def of(cls, rows: int) -> Limits:
        """The limits that keep a page of so many rows within the budget."""
        return cls(max(SHORTEST, min(LONGEST, TEXT_BUDGET // max(1, rows))))


def columns(frame: Frame, shown: Codes, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the browser filters and sorts by; rows are numbered as in `shown`."""
    place = {int(row): i for i, row in enumerate(shown)}
    return {
        "criteria": [one_line(c) for c in frame.criteria],
        "key": -1 if frame.key is None else frame.criteria.index(frame.key),
        "unit": frame.length_unit,
        "statuses": list(STATUSES),
        "rowStatuses": list(ROW_STATUSES),
        "files": short_names(frame.files),
        "row": shown.tolist(),
        "file": frame.file[shown].tolist(),
        "line": frame.line[shown].tolist(),
        "reward": numbers(frame.reward[shown]),
        "status": frame.row_status[shown].tolist(),
        "group": frame.group[shown].tolist(),
        "step": numbers(frame.step[shown]),
        "label": numbers(frame.label[shown]),
        "length": numbers(frame.length[shown]),
        "scores": [numbers(frame.scores[shown, j]) for j in range(len(frame.criteria))],
        "findings": [
            {
                "title": one_line(f.title, 160),
                "severity": f.severity,
                "rows": [place[r] for r in f.rollouts if r in place],
            }
            for f in findings
        ],
    }


def short_names(files: Sequence[str]) -> list[str]:
    """Files as the browser calls them: without the folder that all are in.

    >>> short_names(["runs/a/step_1.jsonl", "runs/a/b/step_2.jsonl"])
    ['step_1.jsonl', 'b/step_2.jsonl']
    """
    folders = [file.split("/")[:-1] for file in files]
    shared = 0
    while folders and all(len(f) > shared and f[shared] == folders[0][shared] for f in folders):
        shared += 1
    return [one_line("/".join(file.split("/")[shared:])) for file in files]


def numbers(values: Floats) -> list[float | int | None]:
    """As JSON: six digits, None for what is not there."""
    return [number(v) for v in values.tolist()]


def number(value: float | None) -> float | int | None:
    """One number as JSON."""
    if value is None or not math.isfinite(value):
        return None
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def chunks(
    frame: Frame, shown: Codes, rows: WholeRowsOf | None, named: frozenset[int]
) -> tuple[list[int], Html]:
    """Where each chunk begins (in rows of the page), and the islands ``chunk-0``, ``chunk-1``...

    Without `rows` there are no texts, and what the frame holds stands for the receipt.
    """
    limits = Limits.of(len(shown))
    starts: list[int] = []
    islands: list[Html] = []
    open_: _Chunk | None = None
    for begin in range(0, len(shown), BATCH):
        batch = shown[begin : begin + BATCH]
        whole: Sequence[Mapping[str, Any]]
        whole = [{}] * len(batch) if rows is None else rows(batch.tolist())
        for offset, (row, data) in enumerate(zip(batch.tolist(), whole, strict=True)):
            if open_ is None or open_.size >= CHUNK:
                if open_ is not None:
                    islands.append(open_.island(len(islands)))
                open_ = _Chunk()
                starts.append(begin + offset)
            limit = limits.named if row in named else limits.completion
            open_.add(frame, row, data, limit)
    if open_ is not None:
        islands.append(open_.island(len(islands)))
    return starts, join(islands)


class _Chunk:
    """Rows of one island; texts that repeat (prompts, sentences of verdicts) are held once."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._texts: dict[str, int] = {}
        self.size = 0

    def add(self, frame: Frame, row: int, data: Mapping[str, Any], limit: int) -> None:
        """One rollout."""
        completion = as_text(data.get("completion"))
        found: dict[str, Any] = {"c": printable(completion[:limit])}
        if len(completion) > limit:
            found["cut"] = len(completion)
        for short, name in (("p", "prompt"), ("r", "reference")):
            if data.get(name) is not None:
                said = as_text(data[name])
                more = f" … ({len(said):,} characters)" if len(said) > OTHER_TEXT else ""
                found[short] = self._text(printable(said[:OTHER_TEXT]) + more)
        if error := data.get("error"):
            found["e"] = printable(str(error), BECAUSE)
        if signature := data.get("signature"):
            found["sig"] = self._text(one_line(str(signature), 80))
        found["t"] = [self._term(*term) for term in receipt(frame, row, data)]
        self.size += len(completion[:limit]) + 60 * len(found["t"]) + 80
        self._rows.append(found)

    def _term(
        self,
        key: str,
        verifier: str,
        numbers_: tuple[float | None, float | None, float | None],
        status: str,
        because: str,
    ) -> list[Any]:
        named = [self._text(one_line(t, BECAUSE)) for t in (key, verifier, status)]
        return [*named, *(number(v) for v in numbers_), self._text(printable(because, BECAUSE))]

    def _text(self, value: str) -> int:
        if value not in self._texts:
            self._texts[value] = len(self._texts)
            self.size += len(value)
        return self._texts[value]

    def island(self, index: int) -> Html:
        return island(f"chunk-{index}", {"texts": list(self._texts), "rows": self._rows})


Receipt: TypeAlias = tuple[str, str, tuple[float | None, float | None, float | None], str, str]
"""Key, verifier, (weight, score, contribution), the verdict's status and its sentence."""


def receipt(frame: Frame, row: int, data: Mapping[str, Any]) -> list[Receipt]:
    """The lines of a reward: as the row tells them, else as far as the frame does."""
    terms, verdicts = _mapping(data.get("terms")), _mapping(data.get("verdicts"))
    found: list[Receipt] = []
    for key in dict.fromkeys([*terms, *verdicts]) if terms or verdicts else frame.criteria:
        term, verdict = _mapping(terms.get(key)), _mapping(verdicts.get(key))
        weight = _number(term.get("weight"))
        score = _number(term.get("score", verdict.get("score")))
        contribution = _number(term.get("contribution"))
        status = verdict.get("status")
        if key in frame.criteria:
            j = frame.criteria.index(key)
            if not term:
                score = _number(frame.scores[row, j]) if score is None else score
                contribution = _number(frame.contributions[row, j])
                weight = frame.weights.get(key)
            if status is None and frame.statuses[row, j] >= 0:
                status = STATUSES[frame.statuses[row, j]]
        verifier = term.get("verifier", verdict.get("verifier")) or ""
        because = verdict.get("because") or ""
        line = (weight, score, contribution)
        found.append((str(key), str(verifier), line, str(status or ""), str(because)))
    return found


def as_text(value: Any) -> str:
    """A completion, prompt or reference as one text; messages with the role before each."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(m, Mapping) for m in value):
        return "\n\n".join(
            f"[{m.get('role', '?')}]\n{as_text(m.get('content'))}"
            if "role" in m
            else as_text(m.get("text", m.get("content")))
            for m in value
        )
    if isinstance(value, list):
        return "\n".join(as_text(v) for v in value)
    return str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool | int | float | np.floating | np.integer):
        return float(value) if math.isfinite(value) else None
    return None
