r"""Choice letters: one or several of the options of a question, in any dress.

``(d)``, ``C)``, ``**B**``, ``\text{D. } 12``, ``option B``, ``B because ...``, ``A, C``, ``ACD``.
A choice answer is a type of its own: it answers a reference that is a choice, and says nothing
else. Read from the text and not from the tree, where ``(A)`` is a name in brackets and ``D (78)``
a function call.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.verifiers.math_answer.languages import LANGUAGES, of_all
from assay.verifiers.math_answer.reading.parts import parts

CHARS = 600
"""Longest text that is read as a choice."""


class Choice(NamedTuple):
    """The letters that a text chooses."""

    letters: frozenset[str]
    """As written; empty where the text only denies."""
    offered: bool = False
    """Whether it leaves the choice open: ``A or B``."""
    dressed: bool = True
    """Whether the letters stand alone or in brackets: ``C``, ``(C) 12``, not ``C is right``."""
    option: str = ""
    """The text of the option, where one letter is given with it."""


_WIDE = {**{0xFF01 + k: chr(0x21 + k) for k in range(94)}, 0x3010: "[", 0x3011: "]", 0x3000: " "}
_STYLE = re.compile(
    r"\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|mathsf|mathbb|boldsymbol|bm"
    r"|mbox|boxed|fbox|bf|rm|it|left|right|noindent|displaystyle|operatorname)(?![A-Za-z])"
)
_SPACE = re.compile(r"\\(?:[ ,;:!~]|q?quad\b|hspace\{[^{}]*\}|newline\b|\\)|~")
_DELIMITERS = re.compile(r"\\[()\[\]{}]|[${}`\"\u201c\u201d\u300c\u300d\ufffd]|\*\*|__")

_PHRASES = sorted(
    {
        p
        for table in LANGUAGES
        for seen in (table.chooses, table.labels, table.states)
        for p in seen
    },
    key=lambda p: (-len(p), p),
)
_LEAD = re.compile(
    r"(?:(?:it|this|that|so|thus|therefore|hence|i|we|you|choose|select|pick|is|are|the|my|our|would"
    r"|should|be|both|final|correct|right|best|answers?|ans|options?|choices?|letters?|selections?"
    r"|alternatives?|statements?|" + "|".join(re.escape(p) for p in _PHRASES if p[0] < "\u0500")
    + r")(?![A-Za-z])\s*|(?:[:=.,>\u2192]|-\s|"
    + "|".join(re.escape(p) for p in _PHRASES if p[0] >= "\u0500") + r")\s*)+",
    re.IGNORECASE,
)  # fmt: skip
_NAMED = re.compile(
    r"\b(?:options?|choices?|answers?|letters?)\b|\u9009\u9879|\u9078\u9805", re.IGNORECASE
)
_JOINS = of_all("joins")
_OFFERS = of_all("offers")
_AND = rf"(?:,|\u3001|\uff0c|;|/|&|\+|and|{'|'.join(map(re.escape, _JOINS))})"
_OR = rf"(?:or|{'|'.join(map(re.escape, _OFFERS))})"
_LETTER = r"[(\[]?\s?([A-J])\s?[)\]]?[.:]?"
_LIST = re.compile(rf"{_LETTER}(?:\s*(?:{_AND}|{_OR})?\s*(?:{_AND}|{_OR})?\s*{_LETTER}){{1,9}}")
_OFFER = re.compile(rf"(?<![A-Za-z]){_OR}(?![A-Za-z])")
_RUN = re.compile(r"[A-H]{2,6}")
_PRODUCT = re.compile(r"[A-J]\s?[)\]]?\s?[(\[]?[A-J]")
"""Letters side by side: beside a plus sign no list, but ``(A + B)C``."""
_ONE = re.compile(r"[(\[]?\s?([A-Ja-j])\s?[)\]]?[.:]?")
_DRESSED = re.compile(
    r"[(\[]\s?([A-J])\s?[)\]]|(?<![A-Za-z0-9_\\^=+*/.])([A-J])\s?[).:\u3001\uff0e](?!\d)"
)
_FIRST = re.compile(
    r"(?:[(\[]\s?(?P<brackets>[A-Ja-j])\s?[)\]][.:,]?"
    r"|(?P<point>[A-J])\s?(?:\)[.:]?|[.:\u3001\uff0e\uff1a](?!\d))"
    r"|(?P<lower>[a-j])\)"
    r"|(?P<bare>[A-J])(?=(?:\s+[(\uff08]|[(\uff08](?!\s*\w+\s*,))(?![^)]*\)\s*[-=<>^_*/+\\])"
    r"|\s+[-\u2013\u2014]\s|\s*[,\uff0c;]?\s*(?:because|since|as|which|is|are|with|for|"
    r"it|not|\u4e0d|\u56e0\u4e3a|\u662f|\u9009\u9879|\u9879|\u6b63\u786e|\u3067\u3059|\uc785\ub2c8\ub2e4|\u0e15\u0e31\u0e27)(?![a-z])))\s*",
)  # fmt: skip
_DENIES = of_all("denies")
_DENIAL = re.compile(
    r"[\s,\uff0c]*(?:(?:is|are|was|be|option|choice)\s+)*(?:[a-z]+ly\s+)?"
    r"(?:not\b|isn['\u2019]t|wrong\b|incorrect\b|false\b|ruled\s+out|impossible\b|eliminated|"
    + "|".join(re.escape(p) for p in _DENIES)
    + r")",
    re.IGNORECASE,
)  # fmt: skip
_NOT = re.compile(
    r"(?:\bnot|\bneither|\bnor|n['\u2019]t|\bexcept|\bthan|\u4e0d\u662f|\u4e0d\u9009|\u6392\u9664)"
    r"\s*(?:option\s*)?\Z",
    re.IGNORECASE,
)
_RATHER = re.compile(
    r"\s*,\s*(?:and\s+)?not\b|\s*,?\s*\u800c?\u4e0d\u662f\s*[(]?[A-J]", re.IGNORECASE
)
_QUANTIFIED = re.compile(r"\s*(?:both|neither|either|all|none|only|any)\b", re.IGNORECASE)
_INSTEAD = re.compile(
    r"(?:\bbut(?:\s+rather)?|;|,(?=\s*it\b)|\brather|\binstead)\s*,?\s*(?:it\s+is\s+|it['\u2019]s\s+)?(?:option\s+)?"
    r"[(\[]?([A-J])[)\]]?[.!]?\Z"
)
_WORD_NOT = re.compile(
    r"(?:it\s+is\s+|['\u2019]s\s+|definitely\s+|certainly\s+)*not\b", re.IGNORECASE
)


def plainly(text: str) -> str:
    """`text` without style, delimiters and doubled blanks."""
    text = text.translate(_WIDE)
    text = _DELIMITERS.sub(" ", _SPACE.sub(" ", _STYLE.sub(" ", text)))
    text = " ".join(text.split())
    for bracket in "([":
        text = text.replace(f"{bracket} ", bracket)
    return text.replace(" )", ")").replace(" ]", "]").replace(" .", ".").strip(" \u3002")


def choice(text: str) -> Choice | None:
    r"""The choice that `text` makes, or None where it is not a choice answer.

    >>> sorted(choice(r"\text{A, C and D}").letters)
    ['A', 'C', 'D']
    >>> choice("(A) is not the answer").letters
    frozenset()
    >>> choice("D (78)").option
    '78'
    >>> choice("x = 5") is None
    True
    """
    if not text or len(text) > CHARS:
        return None
    said = plainly(text)
    lead = _LEAD.match(said)
    if lead is not None and lead.end() < len(said):
        said = said[lead.end() :]
    if _WORD_NOT.match(said):
        instead = _INSTEAD.search(said)
        if instead is not None:
            return Choice(frozenset(instead[1]), dressed=False)
        return (
            Choice(frozenset())
            if _DRESSED.search(said) or _ONE.fullmatch(said[3:].strip())
            else None
        )
    bare = said.rstrip(" ,;!")
    one = _ONE.fullmatch(bare)
    if one is not None:
        return Choice(frozenset(one[1]))
    run = _RUN.fullmatch(bare.rstrip("."))
    if run is not None:
        letters = run.group()
        return Choice(frozenset(letters)) if list(letters) == sorted(set(letters)) else None
    listed = " ".join(_NAMED.sub(" ", bare).split())
    summed = "+" in listed and _PRODUCT.search(listed) is not None
    if _LIST.fullmatch(listed) is not None and not summed:
        letters_in = frozenset(re.findall(r"(?<![A-Za-z])[A-J](?![A-Za-z])", listed))
        return Choice(letters_in, _OFFER.search(listed) is not None)
    first = _FIRST.match(said)
    if first is None:
        return None
    letter = first["brackets"] or first["point"] or first["lower"] or first["bare"]
    point = "," if first.group().rstrip().endswith(",") else ""  # "(A), not (B)" chooses A
    return _with_text(letter, point + said[first.end() :], first["bare"] is not None)


def _with_text(letter: str, rest: str, bare: bool) -> Choice:
    """One letter and what follows it: its option's text, reasons, or other letters."""
    chosen: list[str] = []
    denied = _DENIAL.match(rest) is not None and _RATHER.match(rest) is None
    if not denied:
        chosen.append(letter)
    if not _QUANTIFIED.match(rest):
        for match in _DRESSED.finditer(rest):
            other = match[1] or match[2]
            if _NOT.search(rest, 0, match.start()) or _DENIAL.match(rest, match.end()):
                continue
            chosen.append(other)
    letters = frozenset(chosen)
    dressed = not bare or rest.startswith("(")
    offered = len(letters) > 1 and _OFFER.search(rest) is not None
    option = rest.strip() if len(letters) == 1 and not denied else ""
    if bare and not option.startswith("("):
        option = ""
    elif bare:
        option = option.strip("()")
    return Choice(letters, offered, dressed, option)


def reference_choice(text: str) -> Choice | None:
    """The choice that a reference is, or None: a small letter alone is a name, a sentence is words.

    >>> reference_choice("C is not invertible") is None
    True
    """
    found = choice(text)
    if found is None or not found.letters or found.offered or not found.dressed:
        return None
    if parts(text) is not None:
        return None  # "(a) 3 (b) 5" answers two questions
    alone = plainly(text)
    return None if len(alone) == 1 and alone.islower() else found


_RAW = re.compile(
    r"[\s${(\[]*(?:\\(?:text|textbf|textrm|mathrm|mathbf|bf|rm)\s*\{?\s*)*[(\[\uff08]?\s*[A-J]\s*"
    r"(?:[)\]\uff09]|[.:\uff0e\uff1a](?!\d))[.:]?\s*\}*\s*(?P<rest>\S.*)\Z",
    re.DOTALL,
)


def option_text(text: str) -> str | None:
    r"""What stands behind a choice letter, as written: ``\frac34`` of ``\textbf{(B)}\ \frac34``."""
    if len(text) > CHARS:
        return None
    match = _RAW.match(text)
    if match is None:
        return None
    rest = re.sub(r"\A(?:\\(?:[ ,;:!~]|q?quad\b)|~|\s)+", "", match["rest"])
    return rest.rstrip("$ ") if rest.count("$") % 2 else rest
