"""Wrong answers that look right: made from the reference, and proved to differ from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from assay.errors import AssayError
from assay.verifiers.math_answer import equivalent

_NUMBER = re.compile(r"[-+\u2212]?\d[\d,]*(?:\.\d+)?")
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:/\d+)?")

SHORT, WORDS = 60, 6
"""Characters and words of another prompt's answer that can stand in a sentence."""

LETTERS = "ABCDEFGH"
"""Choices of a multiple-choice question."""


def differs(references: Sequence[str], answer: str) -> bool:
    """Whether `answer` is proved to equal none of `references`; False where that is not known."""
    try:
        found = equivalent(list(references), answer)
    except AssayError:  # a reference that only another verifier can read: text must do
        return all(answer.strip().casefold() not in r.casefold() for r in references)
    return not found.equal and not found.open and found.certainty == "proved"


def wrong_answers(references: Sequence[str], others: Sequence[str], count: int) -> list[str]:
    """Up to `count` answers, nearest first, each proved to differ from every reference.

    Args:
        references: The right answers.
        others: Answers of other prompts: for text, the only wrong answers that look the part.
        count: How many at most.
    """
    found: list[str] = []
    for candidate in _candidates(references[0], others):
        if len(found) >= count:
            break
        if candidate not in found and differs(references, candidate):
            found.append(candidate)
    return found


def _candidates(reference: str, others: Sequence[str]) -> Iterator[str]:
    text = reference.strip()
    bare = text.replace(",", "").replace("\u2212", "-")
    if _PLAIN.fullmatch(bare):
        yield from _numbers(text, bare)
    elif len(text) == 1 and text.upper() in LETTERS:
        letters = LETTERS if text.isupper() else LETTERS.lower()
        yield from (letter for letter in letters[:5] if letter != text)
    yield from (other for other in others if len(other) <= SHORT and len(other.split()) <= WORDS)
    changed = _NUMBER.search(text)
    if changed is not None:
        value = Fraction(changed[0].replace(",", "").replace("\u2212", "-"))
        for step in (1, -1, 2, 10):
            yield text[: changed.start()] + _written(value + step) + text[changed.end() :]
    yield from ("0", "1", "x", "none of these")


def _numbers(text: str, bare: str) -> Iterator[str]:
    value = Fraction(bare)
    commas = "," in text
    for other in (
        value + 1, value - 1, value * 10, -value, value + 2, value * 2, value + 10, value / 2,
        value - 2, value + 3, value + 100, value * 3,
    ):  # fmt: skip
        yield _written(other, commas)


def _written(value: Fraction, commas: bool = False) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}" if commas else str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:  # a decimal that ends
        digits = 1
        while (value * 10**digits).denominator != 1:
            digits += 1
        whole = abs(value.numerator) * 10**digits // value.denominator
        sign = "-" if value < 0 else ""
        return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
    return f"{value.numerator}/{value.denominator}"


def numbers_in(text: str) -> list[str]:
    """Every number in a text, as written, without a comma at its end."""
    return [found[0].rstrip(",") for found in _NUMBER.finditer(text)]
