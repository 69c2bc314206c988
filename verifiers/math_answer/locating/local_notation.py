"""What a located answer means in the language of its response: ``3,5`` for three and a half."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.decimals import writes_decimal_commas
from assay.verifiers.math_answer.reading.commas import as_locals_write, may_be_local


def in_local_notation(answer: str, response: str) -> str | None:
    """`answer` with points for decimal commas, where most of `response` is in such a language.

    None where it is in another language, or where the answer reads the same in both.

    >>> in_local_notation("12,5", "Die Antwort ist 12,5.")
    '12.5'
    """
    if may_be_local(answer) and writes_decimal_commas(response):
        return as_locals_write(answer)
    return None
