"""Whether a whole text is an answer by itself: short, and no sentence around a value."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.languages import of_all
from assay.verifiers.math_answer.locating.clocks import CLOCK
from assay.verifiers.math_answer.locating.formulas import PROSE, formulas

_SENTENCE = re.compile(
    r"(?<![\\A-Za-z])(?:is|are|was|were|be|been|has|have|had|gets?|got|gives?|equals?|therefore|thus|hence|so"
    r"|we|he|she|they|it|there|that|this|these|means?|makes?|costs?|pays?|paid|takes?|needs?|because|since|the\s+answer"
    r"|es|son|est|sont|ist|sind|nicht|pas|donc|alors|luego|então|portanto|é|são"
    r"|attains?|occurs?|reach(?:es)?|achieves?|happens?|remains?|yields?|becomes?|lies|ends|starts"
    r"|weighs?|earns?|spends?|sells?|buys?|walks?|arrives?|finish(?:es)?|will"
    r"|let|solve|total|altogether|now|then|first|must)(?![A-Za-z])",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"\\(?:text|textbf|mbox|mathrm)\s*\{[^{}]*\}|(?<!\\)\$[^$]*(?<!\\)\$|\\\(.*?\\\)|\\\[.*?\\\]",
    re.DOTALL,
)
_FOREIGN_FIRST = re.compile(
    r"[^\d=]*(?:[\u0900-\u0d7f\u0e00-\u0e7f]|[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}"
    r"|[\u0400-\u04ff]{3}|[\u0600-\u06ff]{3})"
)


def _foreign_sentence(text: str) -> bool:
    """Whether words of another language lead to the first value of `text`."""
    first = re.search(r"[\d=]", text)
    if first is None:
        return False
    before = text[: first.start()]
    accented = re.search(r"[\u00c0-\u024f\u1e00-\u1eff]", text) is not None
    return _FOREIGN_FIRST.match(before) is not None or (accented and len(before.split()) >= 2)


_COMPUTATION = re.compile(
    r"\d[^=\n]{0,40}?\s?[-+*/x\u00d7\u00f7]\s?\\?\$?\d[^=\n]{0,40}=\s?\\?\$?\d"
)
_MATH_WORDS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "log", "exp", "sqrt", "arcsin", "arccos", "arctan",
    "sinh", "cosh", "tanh", "asin", "acos", "atan", "abs", "gcd", "lcm", "max", "min", "floor",
    "ceil", "percent", "pct", "degrees", "and", "inf",
})  # fmt: skip


_CONCLUDES = re.compile(
    r"[\s*>#]*(?:\\therefore(?![a-z])|\u2234|"
    + "|".join(re.escape(w) for w in of_all("concludes") if w[0] >= "\u2e80")
    + r")[\s*,:\uff0c\uff1a]*(?=\S)"
)


def bare(text: str) -> str | None:
    """The whole text, where it is short and no sentence around a value."""
    stripped = text.strip()
    lead = _CONCLUDES.match(stripped)
    if lead is not None:
        stripped = stripped[lead.end() :]
    if stripped.endswith(("=", "+", "-", "*", "/")):
        return None  # it breaks off
    if not stripped or len(stripped) > 600 or "\n\n" in stripped or "```" in stripped:
        return None
    plain = _TEXT.sub(" ", stripped)
    has_value = re.search(r"\d|[$=]|\\[(\[]", stripped) is not None
    if has_value and _SENTENCE.search(plain) is not None:
        return None
    if has_value and not plain.isascii() and _foreign_sentence(_TEXT.sub(" 0 ", stripped)):
        return None
    prose = len(re.findall(r"[A-Za-z]{3,}", re.sub(r"\\[A-Za-z]+", " ", plain)))
    if prose >= 2 and ("\n" in stripped or _COMPUTATION.search(plain) is not None):
        return None
    if has_value and len(re.findall(r"[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7af]", plain)) > 6:
        return None
    outside = re.sub(r"\\[A-Za-z]+", " ", stripped)
    words = [w for w in PROSE.findall(outside) if w.lower() not in _MATH_WORDS]
    dollars = stripped.count("$") - stripped.count("\\$")
    delimited = dollars >= 2 or "\\(" in stripped or "\\[" in stripped
    if delimited:
        spans = formulas(stripped)
        alone = len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(stripped))
        if alone or not words:
            return stripped
        beside = re.sub(r"(?<!\\)\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]", " ", stripped, flags=re.DOTALL)
        loose = list(PROSE.findall(re.sub(r"\\[A-Za-z]+", " ", beside)))
        return stripped if not loose or (stripped.startswith("$") and len(loose) <= 1) else None
    if dollars == 1 and words and not stripped.startswith(("$", "-$")):
        return None  # an amount of money in a sentence
    if len(words) > 1 and CLOCK.search(stripped) is not None:
        return None
    if len(words) <= 1 or (len(words) <= 8 and ("=" in stripped or ":" in stripped)):
        return stripped
    if "\\text" in stripped and not re.search(r"[a-z]\. [A-Z]", stripped):
        return stripped
    if not re.search(r"\d", stripped) and len(words) <= 25:
        return stripped
    if re.match(r"[-+$\\]?\\?\$?\s?\d", stripped) and len(words) <= 4:
        return stripped
    return None
