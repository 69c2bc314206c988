"""What the four verifiers share: from a sample to a reading, and from counts to a verdict."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assay.model import Part, Sample, Verdict
from assay.verifiers.code_style.feedback import HIDDEN_ADVICE, bounded
from assay.verifiers.code_style.params import StyleParams
from assay.verifiers.code_style.parsed_program import ParsedProgram, read
from assay.verifiers.code_style.style_findings import graded, scaled
from assay.verifiers.code_style.tools.errors import CannotRead

NOTHING_DONE = "The program has no statement that does anything"


LINE_S = 0.005
"""What a line of an honest program may take of the slowest tool, with a margin of four."""

MOST_S = 60.0
"""More than that no number of lines buys."""

FIRST = Sample("```python\nimport os\n\n\ndef here():\n    return os.getcwd()\n```")
"""A program like any other."""


class StyleVerifier:
    """Base of the verifiers: finds the program, and judges 0 what is none."""

    name: str

    def __init__(self, params: StyleParams, half: float) -> None:
        self._policy = params.program
        self._half = half
        self._prepared = False

    def bound_s(self, sample: Sample) -> float:
        """Seconds that a program of so many lines may need: a long one is not slow by intent."""
        lines = sum(1 for line in sample.text.split("\n") if line.strip())
        return min(MOST_S, LINE_S * lines)

    def prepare(self, sample: Sample) -> None:
        """Have the tools load what they do with their first program, before an item's clock starts.

        pylint takes 0.4 s for that, and seconds on a busy machine: no completion's doing.
        """
        if not self._prepared:
            self._prepared = True
            self.verify(FIRST)

    def verify(self, sample: Sample) -> Verdict:
        """Judge the program in the answer.

        Returns:
            Judged, always: 0 where there is no program, it does not parse, does nothing or
            cannot be read by the analyser; else above 0, and 1 where nothing is found.

        Raises:
            ReferenceUnreadable: ``info.solution_lines`` is not a positive number.
        """
        half = scaled(self._half, sample)
        reading = read(sample, self._policy)
        if isinstance(reading, str):
            return self._fault(reading)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the parsers, about the program's escapes
                verdict = self._judge(reading, half)
        except CannotRead as err:
            return self._fault(str(err))
        if reading.substantive:
            return verdict
        because = f"{NOTHING_DONE}; {verdict.because}"
        return replace(verdict, score=0.0, because=because, feedback=f"{NOTHING_DONE}.")

    def _judge(self, reading: ParsedProgram, half: float) -> Verdict:
        raise NotImplementedError

    def _fault(self, why: str) -> Verdict:
        return Verdict.judged(self.name, 0.0, why, feedback=f"{why[:1].upper()}{why[1:]}.")

    def _verdict(
        self,
        reading: ParsedProgram,
        found: float,
        half: float,
        because: str,
        *,
        parts: Sequence[Part],
        feedback: Sequence[str],
        details: dict[str, Any],
        score: float | None = None,
    ) -> Verdict:
        total = found + reading.hidden.findings
        lines = list(feedback)
        if reading.hidden.findings:
            lines.insert(0, HIDDEN_ADVICE)
        return Verdict.judged(
            self.name,
            graded(total, half) if score is None else score,
            because + reading.note,
            parts=parts,
            feedback=bounded(lines) if lines else None,
            details={
                **details,
                "findings": total,
                "half": half,
                "suppressions": reading.suppressions,
                "hidden_programs": len(reading.hidden.programs),
                "unread_chars": reading.hidden.unread,
            },
        )
