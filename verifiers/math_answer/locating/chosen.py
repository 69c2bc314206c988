"""The choice letter that a text settles on without saying that it is the answer."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from assay.verifiers.math_answer.languages import of_all
from assay.verifiers.math_answer.locating.statements import LAST, any_of, lowered

_CHOOSES, _CONFIRMS, _DENIES = of_all("chooses"), of_all("confirms"), of_all("denies")

PASSING = 6_000
"""Characters at the end of a text in which a choice in passing is sought."""

_OPENS = r"[ \t*\-:\uff1a\u662f\u4e3a\u2192\"'$\\{(]*(?:text\w*\{|math\w*\{)?"
_LIST = (
    r"[(\[]?[A-J](?:[A-J]{2,5}(?![A-Za-z\d_^=+*/])"
    r"|[)\]]?(?:\s*(?:(?:,|\u3001|\uff0c|and|\u548c|\u4e0e|\u53ca)\s*)?"
    r"[(\[]?[A-J][)\]]?(?![A-Za-z\d_^=+*/])){0,20})"
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
    rf"\**{_NOUN}|\b(?P<verb>{_VERB}){_SECOND}|(?P<word>{any_of(_CHOOSES)}))"
    rf"{_LETTERS}[\s*)}}\].$:]{{0,6}}"
    rf"(?P<right>[^\n]{{0,100}}?\b(?:(?:is|are)\s+(?:the\s+)?(?:only\s+)?(?:correct|right|true|best|answer))|\s*(?:{any_of(_CONFIRMS)}))?"
    rf"(?P<wrong>\s*(?:(?:is|are|was|does|do|cannot|can)\s*(?:\w+ly\s+)?(?:not|n't|wrong|incorrect|false|invalid|be\b)|{any_of(_DENIES)}))?",
    re.IGNORECASE,
)
# A pattern that begins with words of which none need be there is tried at every sign of a text, so
# what each match has, a naming word and a letter behind it, is sought first, in small letters.
_NAMED = re.compile(
    r"(?:option|choice|answer|alternative|statement|letter|choose|select|pick|chose|go\s+with|going\s+with"
    rf"|opt\s+for|opting\s+for|settle\s+on|settle\s+for|{any_of(_CHOOSES)})s?"
    rf"{_SECOND}(?:\s+(?:is|are|would\s+be)\b)?{_OPENS}[(\[]?[a-j]"
)
_FROM_ITS_NAME = re.compile(
    rf"(?:\b{_NOUN}|\b{_VERB}{_SECOND}|(?:{any_of(_CHOOSES)})){_LETTERS}", re.IGNORECASE
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


BESIDE = 80
"""Characters at the end of a sentence in which a letter may stand beside its value."""

_APPOSED = re.compile(
    r"(?:[(,;:\u2013\u2014-]\s*|\s)"
    r"(?:(?:i\.e\.|that(?:['\u2019]s|\s+is)|which\s+is|so|hence|namely)[,\s]+)?(?:the\s+)?"
    r"(?:(?:answer\s+)?(?:option|choice|letter)\s+\(?(?P<named>[A-J])|\((?P<bare>[A-J])\))"
    r"[\s).*\]}$]*[!]?\s*\Z",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?:\bnot|n['\u2019]t|\bthan|\bexcept|\bnor|\bor|\band|\bvs\.?|\bversus|\bnever)\s*[(,]?\s*\Z",
    re.IGNORECASE,
)
_ANY_LETTER = re.compile(r"(?:\b(?:option|choice|letter)\s+\(?|\()([A-J])\b", re.IGNORECASE)
_VALUE = re.compile(r"\d|\\[a-z]|[=$]")


def apposed(sentence: str, *, valued: bool = False) -> str | None:
    r"""The one choice letter that a sentence ends with, beside the value that it belongs to.

    Args:
        sentence: What is left of it where the value is stated, or a whole text.
        valued: Whether the value stands before it, in a box.

    >>> apposed("15 (option C).")
    'C'
    >>> apposed("15, not option C.") is None
    True
    """
    tail = sentence.rstrip()[-BESIDE:]
    tail = tail[tail.rfind("\n") + 1 :]
    match = _APPOSED.search(tail)
    if match is None or not (valued or _VALUE.search(tail, 0, match.start())):
        return None
    letter = match["named"] or match["bare"]
    if not letter.isupper() or _AGAINST.search(tail, 0, match.start()) is not None:
        return None
    named = {found.upper() for found in _ANY_LETTER.findall(tail)}
    return letter if named == {letter} else None
