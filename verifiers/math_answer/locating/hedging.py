"""Whether a text commits itself to a value, or only names it: as a guess, a choice, or denied.

Asked where nothing says "the answer is": there the last value of a text counts, and a text that
offers three, or rules one out, has given none. Looks at a few words before the value, so it is
linear, and says "committed" where it does not know better.
"""

from __future__ import annotations

import re

from assay.verifiers.math_answer.languages import of_all
from assay.verifiers.math_answer.languages.phrases import Phrases

BEFORE = 80
"""Characters before a value, and after it, that are looked at."""

_SENTENCE = re.compile(r"[.!?;](?=\s)|\n")
_NUMBER = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d]")

_TAIL = r"(?:\s+(?:[A-Za-z']+|\\[a-z]+))"
_OPEN = r"[\s$({\[\\:=~]*(?:[A-Za-z]\s?=\s?)?[-\s$({\[]{0,4}\Z"

_DENIED = re.compile(
    r"(?:(?:\A|\b(?:is|are|was|were|be|it's|that's))\s*(?:[a-z]+ly\s+)?\bnot"
    r"|\b(?:isn|aren|wasn|can|couldn)['\u2019]t(?:\s+be)?|\bcannot\s+be|\bcan\s+not\s+be"
    r"|\brul(?:e|es|ed|ing)\s+out|\bother\s+than|\banything\s+but)"
    + _TAIL + r"{0,2}" + _OPEN,
    re.IGNORECASE,
)  # fmt: skip
_REFUSED = re.compile(
    r"(?:\b(?:is|are|was|were|be)\s+(?:[a-z]+ly\s+)?not|\b(?:isn|aren|wasn|can|couldn)['\u2019]t(?:\s+be)?"
    r"|\bcannot\s+be|\bcan\s+not\s+be|\brul(?:e|es|ed|ing)\s+out|\banything\s+but"
    r"|\bnot\s+(?:true|the\s+case)\s+that\s+(?:the\s+)?(?:final\s+)?(?:answer|it|result)\s+is)"
    + _OPEN,
    re.IGNORECASE,
)  # fmt: skip
_DENIALS = ("not", "n't", "n\u2019t", "rul", "other", "anyth")
"""One of them is in all that `_DENIED` finds, in small letters."""
_REFUSALS = ("not", "n't", "n\u2019t", "rul", "anyth")
"""One of them is in all that `_REFUSED` finds, in small letters."""

_WRONG = re.compile(
    r"[\s)}\]$*.\\]*(?:\\text\{)?\s*(?:is|are|was|would\s+be)\s+(?:[a-z]+ly\s+)?"
    r"(?:wrong|incorrect|false|not\s+(?:correct|right|the\s+(?:final\s+|right\s+|correct\s+)?answer))\b",
    re.IGNORECASE,
)
_GUESSED = re.compile(
    r"(?:\b(?:could|might|may)\s+(?:also\s+|well\s+|even\s+)?be"
    r"|\bmaybe|\bperhaps|\bpossibly)" + _TAIL + r"{0,3}" + _OPEN
    + r"|(?<!in )(?<!of )\beither(?:\s+(?!is\b|are\b|was\b)[A-Za-z']+)?" + _OPEN,
    re.IGNORECASE,
)  # fmt: skip
_GUESSES = ("could", "might", "may", "perhaps", "possibly", "either")
_DENIES = [d for d in of_all("denies") if len(d) > 2 or d[0] > "\u2e80"]
_FOREIGN = re.compile(
    r"(?:" + "|".join(re.escape(d) for d in _DENIES) + r")[\s:\uff1a$({\[\\]*\Z", re.IGNORECASE
)
_DENIED_THERE = Phrases(d.lower() for d in _DENIES)
_FOREIGN_AFTER = re.compile(
    r"[\s)}\]$]*(?:" + "|".join(re.escape(d) for d in _DENIES) + r")", re.IGNORECASE
)
_AFTER = re.compile(r"[\s)}\]$\\%]*(?:,\s*[^,.;!?\n]{1,40})?,?\s+or\s+\S", re.IGNORECASE)
_NEXT = re.compile(r"\bor[\s$({\[\\]+\Z", re.IGNORECASE)
_CHOICE = re.compile(r"\bor\b" + _TAIL + r"{0,3}" + _OPEN, re.IGNORECASE)


_PAIR = re.compile(
    r"(?P<first>[^,;.]*)(?:,|\s\()\s*or\s+(?:about\s+|simply\s+|just\s+)?[\s$({\[\\]*\Z",
    re.IGNORECASE,
)
_COMPUTED = re.compile(
    r"\d\s*[A-Za-z]{0,12}\s*[-+*/\u00d7\u00f7\u2212^%]\s*\$?\d|\\frac|\d\s?(?:\\?%|/)|half|third|quarter"
)


_OR = re.compile(r",\s*or\s+\Z", re.IGNORECASE)
_WORKED = re.compile(r"\d\s?[-+*/x\u00d7\u00f7]\s?\d[^=]*=")


def _restated(before: str) -> bool:
    """Whether ", or" gives the value of the computation before it: "10 + 20 inches, or 30"."""
    match = _PAIR.search(before)
    return match is not None and _COMPUTED.search(match["first"]) is not None


def unsure(text: str, start: int, end: int) -> bool:
    """Whether the value at ``text[start:end]`` is denied, guessed, or one of several choices.

    >>> unsure("It is certainly not 18.", 20, 22)
    True
    >>> unsure("It is 17 or 18.", 12, 14)
    True
    >>> unsure("So 3 or 4 boxes hold 18.", 21, 23)
    False
    """
    if _AFTER.match(text[end : end + BEFORE]):
        return True
    begin = max(0, start - BEFORE)
    cut = list(_SENTENCE.finditer(text, begin, start))
    before = text[cut[-1].end() if cut else begin : start]
    low = before.lower()
    # next to no sentence has one of the words: then the patterns, which are slow, are not tried
    choice = "or" in low
    if choice and (_restated(before) or (_OR.search(before) and _WORKED.search(text, start, end))):
        return False
    if any(word in low for word in _DENIALS) and _DENIED.search(before):
        return True
    if any(word in low for word in _GUESSES) and _GUESSED.search(before):
        return True
    if choice and _NEXT.search(before):
        return True
    if _FOREIGN_AFTER.match(text[end : end + BEFORE]):
        return True
    if _DENIED_THERE.within(low) and _FOREIGN.search(before):
        return True
    offered = _CHOICE.search(before) if choice else None
    return offered is not None and _NUMBER.search(before, 0, offered.start()) is not None


_DENYING = re.compile(
    r"(?<![^\W\d_])(?:"
    + "|".join(re.escape(d) for d in _DENIES if d.isascii() or d[0] < "\u0530")
    + r")(?![^\W\d_])|"
    + "|".join(re.escape(d) for d in _DENIES if d[0] >= "\u0530"),
    re.IGNORECASE,
)


def denies(said: str) -> bool:
    """Whether an answer says, in another language than English, what it is not: "11ではない".

    >>> denies("no es 11")
    True
    >>> denies("11")
    False
    """
    return (
        len(said) <= 200
        and _LETTER.search(said) is not None
        and _NUMBER.search(said) is not None
        and _DENYING.search(said) is not None
    )


_CONTRAST = re.compile(r"\}[\s$\\)]*(?:,|\band\b|,\s*and)\s*not\s[\s$\\({\[]*\Z", re.IGNORECASE)


def contrasted(text: str, start: int) -> bool:
    r"""Whether the box at `start` is what an earlier one is not: "the answer is X, not Y".

    >>> contrasted(r"\boxed{5}, not \boxed{6}", 15)
    True
    """
    low = max(0, start - 20)
    return text.find("not", low, start) >= 0 and _CONTRAST.search(text, low, start) is not None


def refused(text: str, start: int, end: int) -> bool:
    r"""Whether the box at ``text[start:end]`` is there to be denied, in so many words.

    A box states an answer, so it takes more than for a value in passing: "is not", "anything but"
    directly before it; "is wrong", "is not the answer" directly after it, or inside.

    >>> refused(r"\boxed{18} is incorrect.", 0, 10)
    True
    >>> refused(r"Since it is not 17, \boxed{18}.", 20, 30)
    False
    """
    begin = max(0, start - BEFORE)
    before = text[begin:start].lower()
    if any(word in before for word in _REFUSALS):  # next to no text: then not one pattern is run
        cut = list(_SENTENCE.finditer(text, begin, start))
        if _REFUSED.search(text[cut[-1].end() if cut else begin : start]):
            return True
    if _WRONG.match(text[end : end + BEFORE]):
        return True
    inside = text.find("\\text", start, end)
    return inside >= 0 and _WRONG.match(text[inside:end]) is not None
