"""What there is to judge at each turn, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from assay.errors import SampleError
from assay.model import Sample, Term
from assay.rubrics.compiled.leaf import Leaf


class Composed(NamedTuple):
    """What a plan makes of verdicts."""

    value: float
    terms: Mapping[str, Term]
    turns: tuple[float | None, ...] | None
    lost: Leaf | None
    """The key, if it is missing: then there is no reward."""


def turn_sample(sample: Sample, turn: int) -> Sample:
    """What there is to judge after one turn: its completion, and the turns up to it."""
    if not sample.turns:
        return sample
    return replace(
        sample,
        completion=sample.turns[turn].completion,
        turns=sample.turns[: turn + 1],
        n_tokens=None,
        finish_reason=None,
    )


def needed(sample: Sample | None) -> Sample:
    """The sample, which a rubric that looks at turns cannot do without."""
    if sample is None:
        raise SampleError("this rubric looks at turns: compose needs the sample")
    return sample


def turn_count(sample: Sample) -> int:
    """Turns of the sample; one without turns has one."""
    return len(sample.turns) if sample.turns else 1


def turn_key(key: str, turn: int) -> str:
    """Under which the verdict of one turn stands."""
    return f"{key}#{turn}"
