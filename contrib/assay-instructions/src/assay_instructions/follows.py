"""The verifier: which of a row's instructions does the response follow?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay import Part, ReferenceUnreadable, Sample, Verdict

import assay_instructions.ifbench  # noqa: F401 (puts its kinds into CHECKS)
from assay_instructions.checks import CHECKS, BadInstruction, words
from assay_instructions.params import FollowsParams

NAME = "instructions.follows@1"

MOST_CHARS = 200_000
"""A longer response follows nothing: no instruction asks for a book."""


class Follows:
    """The share of a row's instructions that the response follows."""

    def __init__(self, params: FollowsParams | None = None) -> None:
        self._params = params or FollowsParams()

    def verify(self, sample: Sample) -> Verdict:
        """Judge one response.

        Raises:
            ReferenceUnreadable: the row names no instruction, one that is not known, or one with
                arguments that cannot be.
        """
        instructions = _instructions(sample)
        response = sample.answer.strip()
        fine = len(response) <= MOST_CHARS and len(words(response)) >= self._params.least_words
        parts = []
        for name, given in instructions:
            try:
                followed = CHECKS[name](response if fine else "", given)
            except BadInstruction as err:
                raise ReferenceUnreadable(f"instruction {name}: {err}") from None
            parts.append(Part(name, float(followed and fine)))
        broken = [part.label for part in parts if not part.score]
        share = 1 - len(broken) / len(parts)
        score = float(not broken) if self._params.all else share
        because = f"{len(parts) - len(broken)} of {len(parts)} instructions are followed"
        if broken:
            because += f"; not {', '.join(broken)}"
        feedback = f"Not followed yet: {', '.join(broken)}." if broken else None
        return Verdict.judged(NAME, score, because, parts=parts, feedback=feedback)


def _instructions(sample: Sample) -> list[tuple[str, Mapping[str, Any]]]:
    names = sample.info.get("instruction_id_list")
    given = sample.info.get("kwargs")
    if not isinstance(names, list | tuple) or not names:
        raise ReferenceUnreadable("info.instruction_id_list names no instruction")
    given = [{}] * len(names) if given is None else given
    if not isinstance(given, list | tuple) or len(given) != len(names):
        raise ReferenceUnreadable(f"info.kwargs must be a list of {len(names)}, one an instruction")
    found = []
    for name, one in zip(names, given, strict=True):
        if name not in CHECKS:
            raise ReferenceUnreadable(f"instruction {name!r:.60} is not known")
        found.append((name, one if isinstance(one, Mapping) else {}))
    return found
