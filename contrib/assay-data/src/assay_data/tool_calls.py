"""``data.tool_calls``: are the right tools called, with the right arguments?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from assay import Part, ReferenceUnreadable, Sample, Verdict

from assay_data.answers import jsons_of, same
from assay_data.params import ToolCallParams

NAME = "data.tool_calls@1"
MOST_CALLS = 64


class Call(NamedTuple):
    """One call."""

    name: str
    arguments: Mapping[str, Any]


class ToolCalls:
    """The share of wanted calls that the answer makes; calls that nobody wants count against it."""

    def __init__(self, params: ToolCallParams | None = None) -> None:
        self._params = params or ToolCallParams()

    def verify(self, sample: Sample) -> Verdict:
        """Judge one answer.

        Raises:
            ReferenceUnreadable: the reference is not a list of calls.
        """
        wanted = _wanted(sample.reference)
        made = [call for value in jsons_of(sample.answer) for call in calls_of(value) or ()]
        if len(made) > MOST_CALLS:
            return Verdict.judged(NAME, 0.0, f"more than {MOST_CALLS} calls")
        right = self._right(wanted, made)
        count = sum(right)
        score = count / max(len(wanted), len(made))
        if self._params.all:
            score = float(score == 1.0)
        parts = [Part(c.name, float(r)) for c, r in zip(wanted, right, strict=True)]
        because = f"{count} of {len(wanted)} wanted calls are made, of {len(made)} in all"
        return Verdict.judged(NAME, score, because, parts=parts)

    def _right(self, wanted: Sequence[Call], made: Sequence[Call]) -> list[bool]:
        if self._params.ordered:
            at, right = 0, []
            for call in wanted:
                found = next((i for i in range(at, len(made)) if self._same(call, made[i])), None)
                right.append(found is not None)
                at = at if found is None else found + 1
            return right
        left = list(made)
        right = []
        for call in wanted:
            found = next((i for i, other in enumerate(left) if self._same(call, other)), None)
            right.append(found is not None)
            if found is not None:
                del left[found]
        return right

    def _same(self, one: Call, other: Call) -> bool:
        return one.name == other.name and same(
            dict(one.arguments), dict(other.arguments), self._params.tolerance
        )


def calls_of(value: Any) -> list[Call] | None:
    """The calls that a JSON value is: one, or a list of them, in the usual forms; None: none."""
    values = value if isinstance(value, list) else [value]
    found = []
    for one in values:
        if not isinstance(one, dict):
            return None
        inner = one.get("function") if isinstance(one.get("function"), dict) else one
        name = inner.get("name") if isinstance(inner, dict) else None
        given = (
            inner.get("arguments", inner.get("parameters", {})) if isinstance(inner, dict) else None
        )
        if isinstance(given, str):
            try:
                given = json.loads(given or "{}")
            except (ValueError, RecursionError):
                return None
        if not isinstance(name, str) or not isinstance(given, dict):
            return None
        found.append(Call(name, given))
    return found


def _wanted(reference: Any) -> list[Call]:
    text = reference if isinstance(reference, str) else json.dumps(reference)
    try:
        found = calls_of(json.loads(text))
    except (ValueError, RecursionError):
        found = None
    if not found:
        raise ReferenceUnreadable(
            'the reference is not a list of calls, such as [{"name": "f", "arguments": {}}]'
        )
    return found
