"""Numbers in words: cardinals, fractions, odds, numerals of other bases, times of day."""

from __future__ import annotations

import re
from fractions import Fraction

from flint import fmpq

from assay.verifiers.math_answer.tree import App, Node, Num, Quantity
from assay.verifiers.math_answer.units import is_unit

LONGEST = 100
"""Longest text that is read as a number in words."""

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_MANY = {(n[:-1] + "ves" if n == "half" else n + "s"): d for n, d in _PARTS.items()}
_MANY["halves"] = 2
_BASES = {"binary": 2, "ternary": 3, "octal": 8, "hexadecimal": 16, "hex": 16}
_CHANGES = frozenset({
    "and", "or", "to", "in", "out", "minus", "plus", "times", "less", "more", "than", "over",
    "divided", "by", "dozen", "hundred", "per", "not", "if", "when", "where", "percent", "is",
})  # fmt: skip
"""Words behind a number that make another one of it, or a sentence."""


class _SpokenWords:
    """A place in a list of words."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def word(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.words[at] if at < len(self.words) else ""

    def below_hundred(self) -> int | None:
        first = self.word()
        if first in _ONES:
            self.at += 1
            return _ONES[first]
        if first not in _TENS:
            return None
        self.at += 1
        unit = _ONES.get(self.word(), 0)
        if 0 < unit < 10:
            self.at += 1
            return _TENS[first] + unit
        return _TENS[first]

    def below_thousand(self) -> int | None:
        if self.word() in ("a", "an") and self.word(1) in {"hundred", "dozen", *_SCALES}:
            self.at += 1
            value: int | None = 1
        elif self.word() == "dozen":
            value = 1
        else:
            value = self.below_hundred()
        if value is None:
            return None
        if self.word() == "dozen":
            self.at += 1
            return value * 12
        if self.word() == "hundred" and value:
            self.at += 1
            value *= 100
            start = self.at
            if self.word() == "and":
                self.at += 1
            rest = self.below_hundred()
            if rest is None:
                self.at = start
            else:
                value += rest
        return value

    def cardinal(self) -> int | None:
        """The longest whole number that begins here."""
        total, scale = 0, 10**15
        found = False
        while True:
            start = self.at
            if found and self.word() == "and":
                self.at += 1
            value = self.below_thousand()
            if value is None or (found and value >= scale):
                self.at = start
                return total if found else None
            if self.word() in _SCALES and _SCALES[self.word()] < scale and value:
                scale = _SCALES[self.word()]
                self.at += 1
                total, found = total + value * scale, True
                continue
            if found and scale == 10**15:  # "five ten" is not a number
                self.at = start
                return total
            return total + value


def value_of(words: list[str]) -> tuple[fmpq, int] | None:
    """The number that `words` begin with, whole or broken, and how many of them it takes."""
    place = _SpokenWords(words)
    if place.word() in ("half", "a", "an") and (
        (part := _PARTS.get(place.word(0 if place.word() == "half" else 1))) is not None
    ):
        return fmpq(1, part), 1 if place.word() == "half" else 2
    whole = place.cardinal()
    if whole is None:
        return None
    part = _PARTS.get(place.word()) if whole == 1 else _MANY.get(place.word())
    if part is not None:  # "one third", "two thirds"; "twenty third" is an ordinal
        return fmpq(whole, part), place.at + 1
    if place.word() == "and":
        broken = value_of(words[place.at + 1 :])
        if broken is not None and 0 < broken[0] < 1:
            return whole + broken[0], place.at + 1 + broken[1]
    if place.word() in _PARTS or place.word() in _MANY:
        # "one and three quarters": the cardinal took the "three"
        for back in range(place.at - 1, 0, -1):
            if words[back] == "and":
                head, tail = value_of(words[:back]), value_of(words[back + 1 :])
                if head and tail and head[1] == back and 0 < tail[0] < 1:
                    return head[0] + tail[0], back + 1 + tail[1]
        return None
    return fmpq(whole), place.at


def number(words: tuple[str, ...]) -> Num | None:
    """The number that all of `words` spell in English, or None.

    >>> number(("One", "thousand", "six", "hundred", "twenty", "-", "five")).value
    1625
    >>> number(("two", "and", "a", "half")).value
    5/2
    """
    plain = [w.lower() for w in words if w != "-"]
    if not 0 < len(plain) <= 24:
        return None
    sign = 1
    if plain[0] in ("negative", "minus"):
        sign, plain = -1, plain[1:]
    found = value_of(plain)
    if found is None or found[1] != len(plain):
        return None
    return Num(found[0] * sign)


_STYLE = re.compile(r"\\(?:text(?:bf|rm|it)?|mathrm|operatorname|mbox)\s*\{([^{}]*)\}")
_WORD = re.compile(r"[a-z]+")
_NUMERAL = r"(?:\d+(?:\.\d+)?|[a-z]+(?:[ -][a-z]+){0,4}?)"
_SHARE = re.compile(rf"({_NUMERAL})(?: chances?)? (?:in|out of)(?: every)? ({_NUMERAL})")
_ODDS = re.compile(rf"({_NUMERAL}) to ({_NUMERAL})")
_SIGNED = re.compile(r"(?:negative|minus) (\d+)(?:\.(\d+)|/(\d+))?")
_BASED = re.compile(
    r"\(?([0-9a-z]+)\)? ?(?:_ ?\{? ?\(?|,? ?(?:in )?\(? ?base[ -]?\{?)(\d+|[a-z]+)\}? ?\)?\}?"
)
_NAMED_BASE = re.compile(r"([0-9a-z]+),? (?:in )?\(?(binary|ternary|octal|hexadecimal|hex)\)?")
_PREFIXED = re.compile(r"0(x|b|o)([0-9a-f]+)")
_CLOCK = re.compile(
    r"(\d{1,2})(?:h(\d\d)| ?o ?['\u2019]? ?clock)"
    r"(?: (?:in the )?([ap]\.?m\.?|morning|afternoon|evening))?"
)


_FEET = re.compile(
    r"(\d+)\s?['\u2032\u2019]\s?(\d+(?:\.\d+)?)\s?(?:[\"\u2033\u201d]|['\u2032\u2019]{2})"
)
_DURATION = re.compile(
    r"(\d+)\s?h(?:rs?)?\.?\s?(\d{1,2})\s?m(?:ins?)?\.?(?:\s?(\d{1,2})\s?s(?:ecs?)?\.?)?"
)


def _sum(*parts: tuple[str, str | None]) -> Node:
    """One amount of several units with their numerals."""
    said = (
        Quantity(Num(fmpq(*Fraction(numeral).as_integer_ratio())), (unit,))
        for unit, numeral in parts
        if numeral is not None
    )
    return App("add", tuple(said))


def spoken(text: str) -> Node | None:
    """The number, share, odds, numeral or time that `text` spells; None where it is none."""
    if len(text) > LONGEST or "," in text or "=" in text:
        return None
    bare = _STYLE.sub(r"\1", text).replace("$", "").replace("*", "")
    bare = " ".join(bare.split()).rstrip(".").strip()
    low = bare.lower()
    if "'" in low or "\u2032" in low or "\u2019" in low:
        feet = _FEET.fullmatch(low)
        if feet is not None:
            return _sum(("ft", feet[1]), ("inch", feet[2]))
    if not low or not any(c.isalpha() or c == "_" for c in low):
        return None
    return _based(bare, low) or _time(low) or _share(low) or _counted(low)


_PART_OF_ONE = {"a half": fmpq(1, 2), "half": fmpq(1, 2), "a quarter": fmpq(1, 4)}
_AND_A_PART = re.compile(r"([a-z]+|\d+) ([a-z]+) and (a half|half|a quarter)")
"""An hour and a half, two hours and a half."""


def _counted(low: str) -> Node | None:
    signed = _SIGNED.fullmatch(low)
    if signed is not None:
        whole, decimals, below = signed.groups()
        if below:
            value = App("mul", (Num(fmpq(int(whole))), App("inv", (Num(fmpq(int(below))),))))
            return App("neg", (value,)) if int(below) else None
        digits = decimals or ""
        places = len(digits) if decimals else None
        shown = len((whole + digits).lstrip("0")) if decimals else 0
        return App("neg", (Num(fmpq(int(whole + digits), 10 ** len(digits)), places, shown),))
    halved = _AND_A_PART.fullmatch(low)
    if halved is not None and is_unit(halved[2]):
        whole = fmpq(1) if halved[1] in ("a", "an") else _amount(halved[1])
        part = _PART_OF_ONE[halved[3]]
        return None if whole is None else Quantity(Num(whole + part), (halved[2],))
    words = low.replace("-", " ").split()
    if words[:3] == ["half", "a", "dozen"]:
        words = ["six", *words[3:]]
    if not all(_WORD.fullmatch(w) for w in words):
        return None
    sign = 1
    if words[0] in ("negative", "minus"):
        sign, words = -1, words[1:]
    found = value_of(words)
    if found is None:
        return None
    amount, taken = found
    rest = words[taken:]
    if rest and rest[0] == "dozen":  # one and a half dozen
        amount, rest = amount * 12, rest[1:]
    node: Node = Num(amount * sign)
    if rest == ["percent"]:
        return App("percent", (node,))
    if not rest:
        return node
    if len(rest) > 3 or _CHANGES & set(rest) or "-" in low or rest[0] in {*_PARTS, *_MANY}:
        return None
    if any(w in _ONES or w in _TENS or w in _SCALES for w in rest):
        return None
    return Quantity(node, tuple(rest))


def _amount(text: str) -> fmpq | None:
    if text[0].isdigit():
        whole, _, part = text.partition(".")
        return fmpq(int(whole + part), 10 ** len(part))
    found = number(tuple(text.replace("-", " ").split()))
    return None if found is None else found.value


def _share(low: str) -> Node | None:
    """``1 in 4`` as a quarter, ``3 to 2`` as a ratio."""
    for pattern, op in ((_SHARE, "share"), (_ODDS, "ratio")):
        match = pattern.fullmatch(low)
        if match is None:
            continue
        first, second = _amount(match[1]), _amount(match[2])
        if first is None or second is None:
            return None
        if op == "ratio":
            return App("ratio", (Num(first), Num(second)))
        return App("mul", (Num(first), App("inv", (Num(second),)))) if second else None
    return None


def _based(bare: str, low: str) -> Node | None:
    """``1011 in base 2``, ``(1A)_{16}``, ``0xFF``."""
    match = _PREFIXED.fullmatch(low)
    if match is not None:
        return _numeral(match[2], {"x": 16, "b": 2, "o": 8}[match[1]])
    match = _NAMED_BASE.fullmatch(low)
    if match is not None:
        return _numeral(match[1], _BASES[match[2]])
    match = _BASED.fullmatch(low)
    if match is None:
        return None
    spelled = match[2] if match[2].isdigit() else str(_ONES.get(match[2], 0))
    base = int(spelled) if len(spelled) <= 2 else 0
    digits = bare[match.start(1) : match.end(1)]
    if "base" not in low and not digits.isdigit():
        # "a_2" and "2a_{11}" are names with an index; digits beyond nine are capitals
        if base <= 10 or len(digits) < 2 or not digits.isupper():
            return None
    elif digits.isdigit() and "base" not in low and "(" not in low and match[2].isdigit():
        return None  # "1011_2": the parser reads it, also within a formula
    return _numeral(match[1], base)


def _numeral(digits: str, base: int) -> Num | None:
    if not 2 <= base <= 36:
        return None
    try:
        value = fmpq(int(digits, base))
    except ValueError:
        return None
    return Num(value, base=None if base == 10 else base)


def _time(low: str) -> Node | None:
    """``noon``, ``4 o'clock``, ``16h30``."""
    if low in ("noon", "midnight"):
        zero = App("ratio", (Num(fmpq(12)), Num(fmpq(0))))
        return Quantity(zero, ("pm" if low == "noon" else "am",))
    match = _CLOCK.fullmatch(low)
    if match is None:
        lasts = _DURATION.fullmatch(low)
        return None if lasts is None else _sum(("h", lasts[1]), ("min", lasts[2]), ("s", lasts[3]))
    clock = App("ratio", (Num(fmpq(int(match[1]))), Num(fmpq(int(match[2] or 0)))))
    if match[3] is None:
        return clock
    morning = match[3] == "morning" or match[3].replace(".", "") == "am"
    return Quantity(clock, ("am" if morning else "pm",))
