r"""Sentences that state the answer in so many words: "the answer is", "答案是", "La respuesta es".

A phrase states an answer only where an answer follows it. "This answer is not possible" and "to get
our final answer." are remarks, and what stands below them counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from assay.verifiers.math_answer.languages import LANGUAGES, of_all
from assay.verifiers.math_answer.languages.phrases import Phrases
from assay.verifiers.math_answer.locating.trimming import answer_after
from assay.verifiers.math_answer.reading.choices import choice

LAST = 12
"""Statements that are looked at, from the end: bounds the work."""

PLACES = 24
"""Places of one word that are looked at, from the end."""


WORDLESS = 40
"""Longest text of which is asked first whether it has a letter at all, in characters."""

_LETTER = re.compile(r"[A-Za-z]")


class Statement(NamedTuple):
    """One phrase with what follows it."""

    start: int
    end: int
    said: str
    final: bool
    """Whether it says that this is the final answer."""
    denied: bool = False
    """Whether it says what the answer is not."""


_LETTER_ONLY = ("option", "choice", "selection", "pick")
_FINAL_ONLY = ("result", "solution", "value")
_NOUNS = ("answer", "ans", *_LETTER_ONLY, *_FINAL_ONLY)
_STATES = re.compile(
    r"(?P<noun>[a-z]+?)s?\b\**(?:\s+(?:to|for|of|in|choice|option|statement|here|must|should|would|will|"
    r"therefore|thus|then)\b[^.\n:]{0,80}?)?(?:,\s*(?:therefore|thus|then|hence|in\s+fact),)?"
    r"\**\s*(?P<verb>\b(?:is|are|be|becomes)(?:\b|(?=n['\u2019]t\b))|[:\uff1a]|=(?!=))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?P<final>\b(?:final|ultimate)\s+)?(?:(?:numerical|numeric|exact|correct|right|best)\s+)?\Z",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\b(?:correct|right|true|best)\s+\Z", re.IGNORECASE)
_LINE = re.compile(r"[ \t>*#_\-]*(?:(?:the|final|correct)[ \t]+){0,2}\Z", re.IGNORECASE)
_HEADING = re.compile(r"s?[*_:\uff1a. \t]*(?=\n|\Z)", re.IGNORECASE)


def any_of(phrases: Iterable[str]) -> str:
    """A pattern of any of `phrases`, the longest first, their blanks of any width."""
    ordered = sorted(phrases, key=lambda p: (-len(p), p))
    return "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in ordered)


_FOREIGN_STATES = Phrases(p for t in LANGUAGES for p in t.states)
_FOREIGN_LABELS = Phrases(p for t in LANGUAGES for p in t.labels)
_COLON = re.compile(r"\u3011[ \t]*[:\uff1a]?|[*_ \t\"\u300d)]{0,6}[:\uff1a]")

_DENIED = re.compile(
    r"(?:(?:definitely|certainly|clearly|obviously|surely|most\s+likely)\s+)?(?:not\b|n['\u2019]t\b|anything\s+but\b"
    r"|(?:" + any_of({d for d in of_all("denies") if len(d) > 2 or d[0] > "\u2e80"}) + r"))",
    re.IGNORECASE,
)  # fmt: skip
_REMARK = re.compile(
    r"(?:(?:therefore|thus|hence|also|indeed|simply|just|always|clearly|already|still)[ ,]+)*"
    r"(?:correct|right|wrong|incorrect|im?possible|(?:un)?reasonable|(?:in)?valid|verified|confirmed|"
    r"clear|complete|obvious|consistent|unique|reached|found|obtained|given|shown|written|boxed|"
    r"above|below|here|what|how|why|the\s+same|as\s+follows|in\s+(?:the\s+)?(?:box|form|simplest|terms|its)"
    r"|expected|required|needed|supposed|an?\s+integer\b(?!\s*\d)|see\b|to\s+be\b|based\s+on|too\s+\w+|"
    r"one\s+of|among|between|looking|asking)\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\s*(?:not|n['\u2019]t)\s+[^,;\n]{1,40}?,?\s+but\s+(?:rather\s+|instead\s+|it(?:\s+is|'s)\s+)?(?=[-\u2212$\\(]*\d)",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"(?:[^\n.;!?]|\.(?=\d)){1,60}?[.;,!]\s*(?:(?:instead|rather|so|therefore|thus|hence|but|actually|in\s+fact),?\s+)*"
    r"(?:it|the\s+(?:(?:correct|right|real|true|actual)\s+)?(?:option|choice|value|result|one))"
    r"(?:\s+(?:is|must\s+be|has\s+to\s+be|should\s+be)|['\u2019]s)\s+(?:(?:instead|rather|actually|in\s+fact),?\s+)?(?=\S)",
    re.IGNORECASE,
)
"""From a value that is denied to the one that takes its place: "not 8. It is 7"."""
_SHORTENED = re.compile(r"n['\u2019]t\b")
_CLAUSE = re.compile(r"[^\n.!?]{1,80}")
_PRAISE = re.compile(r"(?:\u4e0d)?(?:\u6b63\u786e|\u9519\u8bef|\u5bf9)\u7684?(?![A-Za-z\d])")
_WRONG = re.compile(
    r"\b(?:this|that|the|my|which|our)\s+(?:\w+\s+){0,2}answers?\s+(?:is|was|are|can(?:no|')t\s+be)\s+"
    r"(?:\w+ly\s+)?(?:not\s+(?:possible|correct|right|valid|reasonable)|wrong|incorrect|impossible|invalid)\b",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"(?:(?:therefore|thus|hence|then|simply|just|indeed|clearly|approximately|about|roughly|around|exactly"
    r"|probably|likely|environ|etwa|ungef\u00e4hr|circa|rund|aproximadamente|cerca\s+de|\u043e\u043a\u043e\u043b\u043e"
    r"|\u043f\u0440\u0438\u043c\u0435\u0440\u043d\u043e|kho\u1ea3ng"
    r"|equal\s+to|that|option|choice|letter|actually|now|also|is|be)\b[ ,:]*)+",
    re.IGNORECASE,
)


def statements(text: str) -> list[Statement]:
    """The last statements of `text` that hold an answer or deny one, in order."""
    if len(text) < WORDLESS and text.isascii() and _LETTER.search(text) is None:
        return []  # such as the bracket and the full stop after a box
    found: list[Statement] = []
    for phrase in _phrases(text):
        said = answer_after(text, phrase.end)
        lead = _ADVERB.match(said)
        if lead is not None and lead.end() < len(said):
            said = said[lead.end() :]
        if not said:
            continue
        if _DENIED.match(said):
            clause = _CLAUSE.match(text, phrase.end)
            instead = choice(clause[0]) if clause is not None else None
            if clause is not None and instead is not None and instead.letters:  # "not A but B"
                found.append(Statement(phrase.start, phrase.end, clause[0], phrase.final))
                continue
            rather = _BUT.match(text, phrase.end) or _CORRECTED.match(text, phrase.end)
            instead_said = answer_after(text, rather.end()) if rather is not None else ""
            if rather is not None and not (
                _DENIED.match(instead_said) or _REMARK.match(instead_said)
            ):
                found.append(Statement(phrase.start, rather.end(), instead_said, phrase.final))
                continue
            if _SHORTENED.match(said):
                continue  # "isn't 8, since ...": what else the sentence says may count
            found.append(Statement(phrase.start, phrase.end, said, phrase.final, denied=True))
        elif not (_REMARK.match(said) or _PRAISE.match(said)) and (
            not phrase.letter or choice(said) is not None
        ):
            found.append(Statement(phrase.start, phrase.end, said, phrase.final))
    return found


def retracted(text: str) -> int:
    """Where the last remark ends that says that the answer before is wrong; 0 without one."""
    last = 0
    for at in _places(lowered(text), "answer"):
        match = _WRONG.search(text, max(0, at - 60), at + 80)
        if match is not None:
            last = max(last, match.end())
    return last


class _Phrase(NamedTuple):
    end: int
    start: int
    final: bool = False
    letter: bool = False
    """Whether only a choice letter can follow it."""


def lowered(text: str) -> str:
    """`text` in small letters, of the same length."""
    low = text.lower()
    return low if len(low) == len(text) else text


def _places(low: str, word: str) -> list[int]:
    """The last places of `word`, from the end."""
    out: list[int] = []
    at = low.rfind(word)
    while at >= 0 and len(out) < PLACES:
        out.append(at)
        at = low.rfind(word, 0, at)
    return out


def _phrases(text: str) -> list[_Phrase]:
    """The last phrases of `text` that an answer may follow, in order."""
    low = lowered(text)
    found: list[_Phrase] = []
    for noun in _NOUNS:
        if noun in low:  # most texts have one or two of them
            found += [p for at in _places(low, noun) if (p := _english(text, at, noun))]
    if not text.isascii() or any(word in low for word in _PLAIN_FOREIGN):
        for phrase in _FOREIGN_STATES.within(low):
            found += [
                _Phrase(at + len(phrase), at)
                for at in _places(low, phrase)
                if _separate(text, at, at + len(phrase))
            ]
        for phrase in _FOREIGN_LABELS.within(low):
            found += [p for at in _places(low, phrase) if (p := _label(text, at, len(phrase)))]
    return sorted(set(found))[-LAST:]


_PLAIN_FOREIGN = (
    "respuesta",
    "resultado",
    "resposta",
    "reponse",
    "antwort",
    "ergebnis",
    "gabarito",
    "risposta",
    "risultato",
    "soluzione",
    "jibu",
)


def _english(text: str, at: int, noun: str) -> _Phrase | None:
    if at and (text[at - 1].isalpha() or text[at - 1] in "_\\"):
        return None
    before = _BEFORE.search(text, max(0, at - 40), at)
    final = before is not None and before["final"] is not None
    if noun in _FINAL_ONLY and not final:
        return None
    line = text[text.rfind("\n", max(0, at - 60), at) + 1 : at]
    first = len(line) < 60 and _LINE.match(line) is not None
    match = _STATES.match(text, at)
    if match is not None and match["noun"].lower() == noun:
        symbol = match["verb"] in (":", "=", "\uff1a")
        if noun == "ans" and not symbol:
            return None
        plural = text[at + len(noun) : at + len(noun) + 1] in ("s", "S")
        if (
            noun in _LETTER_ONLY
            and plural
            and symbol
            and not _RIGHT.search(text, max(0, at - 20), at)
        ):
            return None  # "Options:" heads the options
        start = before.start() if before is not None and final else at
        return _Phrase(match.end(), start, final or (first and symbol), noun in _LETTER_ONLY)
    if noun == "ans" and first and text[at + 3 : at + 4] == ".":
        return _Phrase(at + 4, at, True)
    heading = _HEADING.match(text, at + len(noun))
    if first and noun == "answer" and heading is not None:
        return _Phrase(heading.end(), at, True)
    return None


def _separate(text: str, start: int, end: int) -> bool:
    """Whether a phrase in Latin letters is not part of a longer word."""
    return not (
        (start and text[start].isascii() and text[start - 1].isalpha())
        or (text[end - 1 : end].isascii() and text[end : end + 1].isalpha())
    )


def _label(text: str, at: int, length: int) -> _Phrase | None:
    end = at + length
    if not _separate(text, at, end):
        return None
    bracketed = at > 0 and text[at - 1] == "\u3010"
    glued = at > 0 and text[at - 1].isalpha() and text[at - 1] > "\u2e80"
    if glued and not bracketed and length < 2:  # one sign, as a part of a longer word
        return None
    colon = _COLON.match(text, end)
    if colon is not None:
        return _Phrase(colon.end(), at, True)
    line = text[text.rfind("\n", max(0, at - 60), at) + 1 : at]
    heading = _HEADING.match(text, end)
    if len(line) < 60 and not line.strip(" \t>*#_-") and heading is not None:
        return _Phrase(heading.end(), at, True)
    return None
