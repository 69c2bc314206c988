"""How long is the completion, among those of its group?

Source:
    Kimi Team 2025, "Kimi k1.5", arXiv:2501.12599, section 2.3.3; open-r1, `len_reward`:
    lambda = 0.5 - (length - shortest) / (longest - shortest), 0 for all where these are equal. The
    score is lambda + 0.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from assay.errors import SampleError
from assay.model import Sample, Verdict
from assay.verifiers.length.params import InGroupParams

NAME = "length.in_group@1"

LENGTHS = "group_lengths"
"""The entry of `info` with the lengths of all completions of the group."""


class LengthInGroup:
    """Judges the length between the shortest and the longest of the group."""

    def __init__(self, params: InGroupParams | None = None) -> None:
        self._unit = (params or InGroupParams()).unit

    def verify(self, sample: Sample) -> Verdict:
        """1 for the shortest, 0 for the longest, a line in between; 0.5 where all are equal."""
        lengths = sample.info.get(LENGTHS)
        if not isinstance(lengths, Sequence) or isinstance(lengths, str) or not lengths:
            return Verdict.undecided(NAME, f"info.{LENGTHS} does not say how long the others are")
        if not all(_is_length(n) for n in lengths):
            return Verdict.undecided(NAME, f"info.{LENGTHS} holds what is not a length")
        own = sample.n_tokens if self._unit == "tokens" else len(sample.text)
        if own is None:
            return Verdict.undecided(NAME, "the sample does not bring n_tokens")
        shortest, longest = min(lengths), max(lengths)
        if not shortest <= own <= longest:
            because = f"{own} {self._unit} lie outside info.{LENGTHS}: {shortest} to {longest}"
            return Verdict.undecided(NAME, because)
        score = 0.5 if shortest == longest else 1.0 - (own - shortest) / (longest - shortest)
        because = f"{own} {self._unit}; in the group {shortest} to {longest}"
        return Verdict.judged(NAME, score, because)


def with_group_lengths(samples: Iterable[Sample], unit: str = "characters") -> list[Sample]:
    """The samples of a batch, each with the lengths of its group in `info`.

    Call it on whole groups: what is not in `samples` is not seen. In the same order.

    Args:
        samples: With `group_id`.
        unit: ``characters`` of the text, or ``tokens``, which need `n_tokens`.

    Raises:
        SampleError: a sample without `group_id`, or without `n_tokens` where these count.
    """
    rows = list(samples)
    groups: dict[Any, list[int]] = {}
    for i, sample in enumerate(rows):
        length = sample.n_tokens if unit == "tokens" else len(sample.text)
        if sample.group_id is None or length is None:
            lacks = "group_id" if sample.group_id is None else "n_tokens"
            raise SampleError(f"sample {i} has no {lacks!r}\nfix: give it, or drop the sample")
        groups.setdefault(sample.group_id, []).append(length)
    return [replace(s, info={**s.info, LENGTHS: groups[s.group_id]}) for s in rows]


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
