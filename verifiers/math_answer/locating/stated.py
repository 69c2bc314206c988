"""What a stated answer says, where a sentence stands around its value."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.locating.sentences import last_claim
from assay.verifiers.math_answer.locating.statements import Statement
from assay.verifiers.math_answer.locating.whole import bare
from assay.verifiers.math_answer.reading.choices import choice

_SENTENCE_END = re.compile(r"\n|[.!\u3002](?=\s|\Z)")


def sentence_end(text: str, at: int) -> int:
    """Where the sentence ends in which a place is."""
    match = _SENTENCE_END.search(text, min(len(text), at + 1))
    return match.end() if match is not None else len(text)


SENTENCE = 400
"""Characters of a sentence around a value, at most."""

_ASIDE = re.compile(
    r"([^()]*\d[^()]*)\s\((?![^()]*\b(?:sin|cos|tan|log|ln|exp|sqrt)\b)(?:=[^()]*|[^()]*[A-Za-z]{3,}[^()]*\s[^()]*)\)"
)
_AROUND = re.compile(
    r"(?:[^\W\d_]{2}|[\u0400-\u04ff]\s+[^\W\d_]{2})[^\d=]*"
    r"(?:\d[\d.,:/]*[^\d=]*|[^=]*=[^=\d]*\d[\d.,]*[^\d=]*)",
    re.DOTALL,
)
"""Words, then one value or a computation with its result: "Tom has 12 apples"."""
_IS = re.compile(
    r"^[^=<>]*[A-Za-z)$][^=<>]*?\b(?:is|are|equals)\s+(?:approximately\s+|about\s+|equal to\s+)?"
    r"((?:(?!\b(?:is|are|equals)\b).)+)$",
    re.DOTALL,
)


_NOT = re.compile(r"(?:,\s*|\s+(?:and|but)\s+)not\s+[-\u2212$\\(]*\d")
"""What leads from a value to one that it is not."""


_REMARK = re.compile(
    r"[;,\u2013\u2014](?:(?<=;)|(?<=\s[\u2013\u2014])|(?<=,)\s+(?:and|as|while|so)(?![^\W_]))\s*"
)
_VERB = re.compile(
    r"\b(?:(?P<be>is|are|was|were|be|equals?)|would|will|can(?:not)?|could|does|do|has|have|follows|satisf\w+"
    r"|gives?|makes?|fails?|works?|means?|leaves?|exceeds?)\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(r"\b(?:could|may|might|or|also|other|another)\b", re.IGNORECASE)
_DENIED_REST = re.compile(r"(?:is|are|was|were|can)\s*not\b(?!.*\bbut\b)", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:this|that|it|these|those|they|we|which)\b", re.IGNORECASE)
_VALUED = re.compile(r"\d|\\[a-z]|[$=]")


def without_remark(said: str) -> str:
    """A value without the clause behind it that claims no other: "7; 8 is too large".

    >>> without_remark("7; 8 is too large")
    '7'
    >>> without_remark("x = 7; y is 8")
    'x = 7; y is 8'
    """
    mark = _REMARK.search(said)
    if mark is None or not (_VALUED.search(said, 0, mark.start()) or choice(said[: mark.start()])):
        return said
    verb = _VERB.search(said, mark.end())
    if verb is None or _VERB.search(said, 0, mark.start()) is not None:
        return said
    if _OFFERS.search(said, mark.end()) is not None:
        return said
    if _DENIED_REST.match(said, verb.start()) is not None:
        return said[: mark.start()].rstrip()  # "7; it is not 8"
    about = verb["be"] is None and _PRONOUN.match(said, mark.end()) is not None
    return said[: mark.start()].rstrip() if about or not _VALUED.search(said, verb.end()) else said


_NOUNS = (
    "interval|point|pair|triple|tuple|set|line|circle|plane|equation|function|vector|matrix"
    "|polynomial|expression|fraction|ratio|number|value|sequence"
    "|intervalo|punto|conjunto|recta|ecuación|función|matriz|par|intervalle|ensemble|droite"
    "|équation|fonction|vecteur|matrice|couple|intervall|punkt|paar|menge|gerade|gleichung"
    "|funktion|vektor|intervallo|insieme|retta|equazione|funzione|vettore|coppia|ponto|reta"
    "|equação|função|vetor"
)
_ARTICLES = "the|an|a|el|la|un|una|le|une|das|der|die|ein|eine|il|lo|o|um|uma"
_CALLED = re.compile(
    rf"(?:(?:{_ARTICLES})\s+|l['\u2019]\s?)(?:(?:[^\W\d_]|-){{3,12}}\s+)?"
    rf"(?:{_NOUNS})\s*[:=]?\s*"
    r"(?=[(\[{\]$\\]|[A-Za-z]\s?(?:=|\([A-Za-z]\)\s?=))",
    re.IGNORECASE,
)
_CALLED_THERE = re.compile(
    r"(?:区间|區間|集合|点|點|直线|函数|向量|区間|関数|интервал|отрезок|множество|точка)\s*(?=[(\[{\]$\\])"
)
"""What a value is, before the value: "the interval (1, 2)"."""


def without_noun(said: str) -> str:
    """A value without the noun that says what it is.

    >>> without_noun("the closed interval [1, 2]")
    '[1, 2]'
    """
    called = _CALLED.match(said) or _CALLED_THERE.match(said)
    return said if called is None else said[called.end() :]


def without_aside(said: str) -> str:
    """A value without the remark in brackets behind it: "21 (3 times 7)"."""
    aside = _ASIDE.fullmatch(said) if "(" in said else None
    return said if aside is None or choice(said) is not None else aside[1].strip()


def value_of(statement: Statement, text: str) -> str:
    """What a sentence after "the answer is" says: its formula, or its number, or itself."""
    said = statement.said.lstrip("\u3001\uff0c, ")
    said = without_noun(without_remark(said))
    predicate = _IS.match(said) if len(said) < SENTENCE else None
    if predicate is not None:
        said = predicate[1].strip().strip("*_").strip()
        if said.count("$") == 2 and said.startswith("$") and said.endswith("$"):
            said = said[1:-1].strip()
    denied = _NOT.search(said)
    if denied is not None and re.search(r"\d", said[: denied.start()]) and choice(said) is None:
        said = said[: denied.start()].strip()  # 7, not 8
    said = without_aside(said)
    words = re.findall(r"[A-Za-z]{4,}", re.sub(r"\\[a-z]+|\$[^$]*\$", " ", said))
    around = _is_around(said) and not re.search(r"\d", _rest(statement, text))
    return _claimed(said) if len(words) >= 3 or around else said


def _rest(statement: Statement, text: str) -> str:
    """The sentence of a statement, behind what was taken of it."""
    at = text.find(statement.said, statement.end)
    if at < 0:
        return ""
    at += len(statement.said)
    return text[at : sentence_end(text, at)]


def value_in(said: str) -> str:
    """The value of a sentence with one value in it: "Tom has 12 apples"; anything else as it is."""
    return _claimed(said) if _is_around(said) else said


def _claimed(said: str) -> str:
    claim = None if choice(said) is not None else last_claim(said)
    return claim.text if claim is not None and claim.text is not None else said


def _is_around(said: str) -> bool:
    return len(said) <= SENTENCE and _AROUND.fullmatch(said) is not None and bare(said) is None
