r"""Sentences that state the answer in so many words: "the answer is", "答案是", "La respuesta es".

A phrase states an answer only where an answer follows it. "This answer is not possible" and "to get
our final answer." are remarks, and what stands below them counts.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from assay.verifiers.math_answer.languages import LANGUAGES
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
    r"\**\s*(?P<verb>\b(?:is|are|be|becomes)\b|[:=\uff1a])",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?P<final>\b(?:final|ultimate)\s+)?(?:(?:numerical|numeric|exact|correct|right|best)\s+)?\Z",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\b(?:correct|right|true|best)\s+\Z", re.IGNORECASE)
_LINE = re.compile(r"[ \t>*#_\-]*(?:(?:the|final|correct)[ \t]+){0,2}\Z", re.IGNORECASE)
_HEADING = re.compile(r"s?[*_:\uff1a. \t]*(?=\n|\Z)", re.IGNORECASE)


def _any(phrases: set[str]) -> str:
    ordered = sorted(phrases, key=lambda p: (-len(p), p))
    return "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in ordered)


_FOREIGN_STATES = Phrases(p for t in LANGUAGES for p in t.states)
_FOREIGN_LABELS = Phrases(p for t in LANGUAGES for p in t.labels)
_CHOOSES = {p for t in LANGUAGES for p in t.chooses}
_CONFIRMS = {p for t in LANGUAGES for p in t.confirms}
_DENIES = {p for t in LANGUAGES for p in t.denies}
_COLON = re.compile(r"\u3011[ \t]*[:\uff1a]?|[*_ \t\"\u300d)]{0,6}[:\uff1a]")

_DENIED = re.compile(
    r"(?:(?:definitely|certainly|clearly|obviously|surely|most\s+likely)\s+)?(?:not\b|n['\u2019]t\b|anything\s+but\b"
    r"|(?:" + _any({d for d in _DENIES if len(d) > 2 or d[0] > "\u2e80"}) + r"))",
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
_CLAUSE = re.compile(r"[^\n.!?]{1,80}")
_PRAISE = re.compile(r"(?:\u4e0d)?(?:\u6b63\u786e|\u9519\u8bef|\u5bf9)\u7684?(?![A-Za-z\d])")
_WRONG = re.compile(
    r"\b(?:this|that|the|my|which|our)\s+(?:\w+\s+){0,2}answers?\s+(?:is|was|are|can(?:no|')t\s+be)\s+"
    r"(?:\w+ly\s+)?(?:not\s+(?:possible|correct|right|valid|reasonable)|wrong|incorrect|impossible|invalid)\b",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"(?:(?:therefore|thus|hence|then|simply|just|indeed|clearly|approximately|about|roughly|around|exactly"
    r"|probably|likely"
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


PASSING = 6_000
"""Characters at the end of a text in which a choice in passing is sought."""

_OPENS = r"[ \t*\-:\uff1a\u662f\u4e3a\u2192\"'$\\{(]*(?:text\w*\{|math\w*\{)?"
_LIST = (
    r"[(\[]?[A-J][)\]]?(?:\s*(?:(?:,|\u3001|\uff0c|and|\u548c|\u4e0e|\u53ca)\s*)?"
    r"[(\[]?[A-J][)\]]?(?![A-Za-z\d_^=+*/])){0,20}"
)
# White space between two letters is matched in one way only, and there are ten letters: else a long
# run of "(A) " could be divided in exponentially many ways before it is given up.
_NOUN = r"(?:option|choice|answer|alternative|statement|letter)s?\b"
_VERB = r"(?:choose|select|pick|chose|go(?:ing)?\s+with|opt(?:ing)?\s+for|settle\s+(?:on|for))\b"
_SECOND = r"(?:\s+(?:option|choice|answer|letter))?"
_LETTERS = rf"(?:\s+(?:is|are|would\s+be)\b)?{_OPENS}(?P<letters>{_LIST})(?![A-Za-z\d_^=+/']|\*\w)"
_CHOSEN = re.compile(
    r"(?P<deny>(?:\bnot|n['\u2019]t|\bthan|\bexcept|\u4e0d|\u6392\u9664|\u4efb|\bno|\bsin|\bni)\s*(?:\w+\s+)?)?"
    r"(?:\b(?P<lead>(?:correspond\w*|match\w*|is|be|are|choose|chose|select\w*|pick\w*|mark\w*|therefore|thus|so|hence|only|equals?|as|with|gives?)[\s*:,\-]+(?:\w+\s+){0,3})?"
    rf"\**{_NOUN}|\b(?P<verb>{_VERB}){_SECOND}|(?P<word>{_any(_CHOOSES)}))"
    rf"{_LETTERS}[\s*)}}\].$:]{{0,6}}"
    rf"(?P<right>[^\n]{{0,100}}?\b(?:(?:is|are)\s+(?:the\s+)?(?:only\s+)?(?:correct|right|true|best|answer))|\s*(?:{_any(_CONFIRMS)}))?"
    rf"(?P<wrong>\s*(?:(?:is|are|was|does|do|cannot|can)\s*(?:\w+ly\s+)?(?:not|n't|wrong|incorrect|false|invalid|be\b)|{_any(_DENIES)}))?",
    re.IGNORECASE,
)
# A pattern that begins with words of which none need be there is tried at every sign of a text, so
# what each match has, a naming word and a letter behind it, is sought first, in small letters.
_NAMED = re.compile(
    r"(?:option|choice|answer|alternative|statement|letter|choose|select|pick|chose|go\s+with|going\s+with"
    rf"|opt\s+for|opting\s+for|settle\s+on|settle\s+for|{_any(_CHOOSES)})s?"
    rf"{_SECOND}(?:\s+(?:is|are|would\s+be)\b)?{_OPENS}[(\[]?[a-j]"
)
_FROM_ITS_NAME = re.compile(
    rf"(?:\b{_NOUN}|\b{_VERB}{_SECOND}|(?:{_any(_CHOOSES)})){_LETTERS}", re.IGNORECASE
)
LEAD = 200
"""Most characters of such a phrase before its naming word."""


def _choices(text: str) -> Iterator[re.Match[str]]:
    """The matches of `_CHOSEN`, in order."""
    low = lowered(text)
    at = here = 0
    while (named := _NAMED.search(low, here)) is not None:
        here = named.start() + 1
        if _FROM_ITS_NAME.match(text, named.start()) is None:
            continue
        match = _CHOSEN.search(text, max(at, named.start() - LEAD))
        if match is None:
            return
        yield match
        at = here = match.end()


_BOXED = re.compile(
    r"\\boxed\{[\s$]*(?:\\(?:text|math)\w*\{)?[\s(]*(?P<letters>[A-J])[).:\s}]*\$?\}"
)
_CORRECT = re.compile(
    rf"(?<![A-Za-z])(?P<letters>{_LIST})[)\].\s*$}}]{{0,6}}\s*(?:(?:is|are)\s+"
    r"(?:(?:therefore|thus|indeed|the|only|one|final)\s+){0,4}"
    r"(?:correct|right|best|true|answer|(?<=only\s)(?:one|option|choice|answer))\b"
    r"|\u662f\u6b63\u786e\u7684|\u6b63\u786e)",
)
_EDGE = re.compile(r"[ \t*_>#]*[(\[]?([A-J])[)\]]?[.:)]?[ \t*_]*(?:$|\n)")


def chosen(text: str) -> tuple[str, int] | None:
    """The choice that a text makes in passing, and where: "matches option C", "(B) is right".

    Only asked where the reference is a choice. The last affirmation counts.
    """
    offset = max(0, len(text) - PASSING)
    head, text = text[:400], text[offset:]
    best: tuple[int, str] | None = None
    for match in deque(_choices(text), LAST):
        if (
            match["deny"]
            or match["wrong"]
            or (not match["letters"].isupper() and not _upper(match["letters"]))
        ):
            continue
        affirmed = match["lead"] or match["verb"] or match["word"] or match["right"]
        if not affirmed:
            continue
        if (
            match["word"] in ("\u9009\u9879", "\u9078\u9805", "\u9078\u629e\u80a2")
            and not match["right"]
        ):
            before = text[max(0, match.start() - 12) : match.start()]
            if not re.search(
                r"[\u5e94\u6545\u7b54\u6b63\u5bf9\u7b26\u662f\u4e3a\u6240\u56e0\u6b64\u4ee5\u5373]",
                before,
            ):
                continue
        best = (match.start("letters"), match["letters"])
    for match in (*deque(_BOXED.finditer(text), 1), *deque(_CORRECT.finditer(text), LAST)):
        if best is None or match.start() > best[0]:
            best = (match.start(), match["letters"])
    if best is not None:
        return best[1], offset + best[0]
    for place, line in (
        (0, head.lstrip()),
        (offset + len(text), text.rstrip().rsplit("\n", 1)[-1][-80:] + "\n"),
    ):
        edge = _EDGE.match(line)
        if edge is not None:
            return edge[1], place
    return None


def _upper(letters: str) -> bool:
    words = re.sub(r"\band\b", " ", letters)
    return words.upper() == words
