"""The signature of rewards: a digest of all that can change one, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.model import JSON, Verdict
from assay.rubrics.written.rubric import Rubric

if TYPE_CHECKING:
    from pydantic import BaseModel

DIGITS = 16

DETAILS = ("isolation", "timeout_s", "trust", "packages")
"""Details of a verdict that are signed: what a sandbox held, how far a test's word rests on the
program, the versions of what programs may import, and the bound of an item that was cut off by the
clock, since another bound might have judged it otherwise."""

_DETAILS = frozenset(DETAILS)


def noted(verdicts: Mapping[str, Verdict]) -> tuple[tuple[str, str], ...]:
    """What the verdicts themselves add: (criterion's key, signed details), ascending."""
    found: list[tuple[str, str]] = []
    for key, verdict in verdicts.items():
        details = verdict.details
        if details and not _DETAILS.isdisjoint(details):
            held = {name: details[name] for name in DETAILS if name in details}
            found.append((key, json.dumps(held, sort_keys=True)))
    return tuple(sorted(found)) if found else ()


def digest(
    rubric: Rubric,
    verifiers: Mapping[str, str | None],
    params: Mapping[str, BaseModel | None],
    environment: Mapping[str, JSON],
    extra: Sequence[tuple[str, str]],
) -> str:
    """The digest, in 16 hexadecimal digits.

    Args:
        rubric: As written; remarks (`about`) do not count.
        verifiers: Criterion's key -> verifier with its version; None: not bound.
        params: Criterion's key -> params with their defaults.
        environment: Versions of tools and of Python.
        extra: What the verdicts add, (criterion's key, text): details, and without verifiers bound
            the names that stand in the verdicts.
    """
    recipe = {
        # Pairs, not an object with sorted keys: the order of criteria can matter.
        "rubric": _without_about(rubric.to_dict()),
        "verifiers": [list(pair) for pair in verifiers.items()],
        "params": [[k, p.model_dump(mode="json") if p else None] for k, p in params.items()],
        "environment": sorted(environment.items()),
        "extra": sorted(extra),
    }
    text = json.dumps(recipe, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _without_about(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_about(v) for k, v in value.items() if k != "about"}
    return [_without_about(v) for v in value] if isinstance(value, list) else value
