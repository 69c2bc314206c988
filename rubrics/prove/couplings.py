"""Couplings between criteria: what `given` says, read and kept exact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assay.errors import RubricError, nearest
from assay.printable import brief, in_line, in_lines
from assay.rubrics.written.number import fraction

_NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?(/\d+)?")
_COMPARE = re.compile(r"<=|>=|==|=|<|>")


@dataclass(frozen=True, slots=True)
class Coupling:
    """``sum(coefficient * criterion) <= limit``, true of every completion."""

    terms: Mapping[str, Fraction]
    limit: Fraction
    text: str
    strict: bool = False
    """Less, not less or equal."""

    def holds(self, scores: Mapping[str, Fraction]) -> bool:
        """Whether these scores satisfy it."""
        total = sum((c * scores[name] for name, c in self.terms.items()), Fraction(0))
        return total < self.limit if self.strict else total <= self.limit


def read_couplings(given: Sequence[str], keys: Sequence[str]) -> tuple[Coupling, ...]:
    """Couplings from text such as ``"style.black + style.autopep8 <= 1.2"``.

    Each side is a sum of criteria and numbers, with numbers before criteria as factors. A criterion
    is named by its key, or by the last piece of it where that is unique; a whole key goes first.

    Raises:
        RubricError: text that is not a comparison of sums, or a name that is not a criterion.
    """
    if isinstance(given, str):
        given = (given,)
    names = _names(keys)
    found: list[Coupling] = []
    for text in given:
        compare = _COMPARE.findall(text) if isinstance(text, str) else ()
        if len(compare) != 1:
            raise RubricError(
                f"{brief(text)} is not a comparison"
                "\n  fix: e.g. 'style.black + style.autopep8 <= 1.2'"
            )
        left, right = (_sum(side, names, text) for side in _COMPARE.split(text))
        terms = dict(left[0])
        for name, c in right[0].items():
            terms[name] = terms.get(name, Fraction(0)) - c
        limit = right[1] - left[1]
        if compare[0] in ("<=", "<", "==", "="):
            found.append(Coupling(terms, limit, text, compare[0] == "<"))
        if compare[0] in (">=", ">", "==", "="):
            negative = {k: -c for k, c in terms.items()}
            found.append(Coupling(negative, -limit, text, compare[0] == ">"))
    return tuple(found)


def _names(keys: Sequence[str]) -> dict[str, str]:
    names = {key: key for key in keys}
    for key in keys:
        short = key.rpartition("/")[2]
        if sum(k.rpartition("/")[2] == short for k in keys) == 1:
            names.setdefault(short, key)
    return names


def _sum(text: str, names: Mapping[str, str], whole: str) -> tuple[dict[str, Fraction], Fraction]:
    terms: dict[str, Fraction] = {}
    constant = Fraction(0)
    rest = text.strip()
    if not rest:
        raise RubricError(f"one side of {whole!r} is empty")
    sign = 1
    while rest:
        while rest[:1] in ("+", "-"):
            sign = -sign if rest[0] == "-" else sign
            rest = rest[1:].lstrip()
        factor = Fraction(sign)
        name = _longest(rest, names)
        number = None if name else _NUMBER.match(rest)
        if number:
            factor *= fraction(number.group())
            rest = rest[number.end() :].lstrip()
            times = rest.startswith("*")
            rest = rest[1:].lstrip() if times else rest
            name = _longest(rest, names)
            if name is None and times:
                raise _unknown(rest, names, whole)
        if name is not None:
            key = names[name]
            terms[key] = terms.get(key, Fraction(0)) + factor
            rest = rest[len(name) :].lstrip()
        elif number is None:
            raise _unknown(rest, names, whole)
        else:
            constant += factor
        if rest and rest[0] not in "+-":
            raise _unknown(rest, names, whole)
        sign = 1
    return terms, constant


def _longest(text: str, names: Mapping[str, str]) -> str | None:
    fits = [name for name in names if text.startswith(name)]
    fits = [n for n in fits if not text[len(n) :] or not re.match(r"[\w./@]", text[len(n) :])]
    return max(fits, key=len, default=None)


def _unknown(text: str, names: Mapping[str, str], whole: str) -> RubricError:
    several = [key for key in names if key.rpartition("/")[2] == _word(text)]
    if len(several) > 1:
        return RubricError(
            f"{_word(text)!r} in {whole!r} could be {' or '.join(map(in_line, several))}"
            "\n  fix: write the whole key"
        )
    word = _word(text)
    return RubricError(
        f"{word!r} in {whole!r} is not a criterion of this rubric{nearest(word, names)}"
        f"\ncriteria: {in_lines(names)}"
    )


def _word(text: str) -> str:
    return re.split(r"[\s+<>=*]", text.strip(), maxsplit=1)[0] or text.strip()
