"""What an analyser reports, and what findings are worth."""

from __future__ import annotations

from dataclasses import dataclass

from assay.errors import ReferenceUnreadable
from assay.model import Sample

SIZE_KEY = "solution_lines"
"""Entry of `info` that fixes the size of a prompt's solutions, in lines."""

USUAL_LINES = 20
"""The size for which `half` is stated; a prompt without a size counts as this."""


@dataclass(frozen=True, slots=True)
class StyleFinding:
    """One message of an analyser."""

    line: int
    """In the text that was judged, from 1."""
    code: str
    """``E225``, ``W0611``."""
    name: str
    """``unused-import``; for pycodestyle, which has no names, empty."""
    text: str
    weight: float = 1.0

    def to_text(self, line: int) -> str:
        """As a line of feedback, with the line number that its reader knows."""
        name = f"{self.name}: " if self.name else ""
        return f"line {line}: {name}{self.text} ({self.code})"


def counted(number: int, what: str) -> str:
    """``1 edit``, ``2 edits``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def graded(findings: float, half: float) -> float:
    """The score of a program with that many (weighted) findings: in (0, 1], 1 for none.

    Falls with every finding and never reaches 0, so that the twentieth mended finding is still
    worth something; has no denominator that padding could grow.

    >>> graded(0, 10), graded(10, 10), graded(30, 10)
    (1.0, 0.5, 0.25)
    """
    return half / (half + findings)


def scaled(half: float, sample: Sample) -> float:
    """`half` for this prompt: in proportion to ``info.solution_lines`` where the row has it.

    Raises:
        ReferenceUnreadable: the entry is not a positive number.
    """
    size = sample.info.get(SIZE_KEY)
    if size is None:
        return half
    if isinstance(size, bool) or not isinstance(size, int | float) or not 0 < size < 1e9:
        raise ReferenceUnreadable(
            f"info.{SIZE_KEY} is {size!r}; wanted the length of a good solution, in lines"
        )
    return half * size / USUAL_LINES
