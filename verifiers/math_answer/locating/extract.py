r"""Where in a response the answer stands.

The rules are tried in the order of `RULES`; the first that finds something decides, so that a
response cannot offer several answers under several headings. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from assay.model import split_reasoning
from assay.verifiers.math_answer.locating.boxes import BOX, Boxes, boxed
from assay.verifiers.math_answer.locating.formulas import PROSE, formulas
from assay.verifiers.math_answer.locating.hedging import refused, unsure


class Extraction(NamedTuple):
    """The answer's text, and the rule that found it."""

    text: str | None
    rule: str
    """A name out of `RULES`, ``whole``, or ``none``."""
    why: str = ""
    """Why there is no answer, where there is none."""


_TAG = re.compile(r"<answer>(.*?)(?:</answer>|$)", re.IGNORECASE | re.DOTALL)
_FINAL = re.compile(
    r"(?:final\s+)?answers?(?:\s+to\s+[^.\n:]{0,80})?\**\s*(?:is|are|:|=)\s*:?\**\s*"
    r"|final\s+answer\**\s*:?\**\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^[ \t>*#_]*(?:final\s+)?answer[*_]*[ \t]*:[*_]*[ \t]*", re.IGNORECASE | re.M)
_HASHES = re.compile(r"####[ \t]*([^\n]*)")
_NUMBER = re.compile(
    r"(?<![\w.])[-+\u2212]?\s?(?:[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)"
    r"|\d+(?:[.,]\d+)?|\.\d+)(?:\s?/\s?\d+(?![\d.]))?(?:\s?\\?%|[eE][+-]?\d+)?"
)
_END = re.compile(
    r"\n|(?<=[^\d\s])\.(?=\s|$)|\.(?=\s+[A-Z<])|\.\s*$|<\||\bI hope\b|(?<=\d)\.(?=\s|$)"
)
_STOPS = re.compile(r"<\|[a-z_]+\|>|</?s>|<end_of_turn>", re.IGNORECASE)


def extract(text: str, boxes: Boxes = "last", where: str = "any") -> Extraction:
    r"""The answer in a whole response.

    Text inside a reasoning block does not count where an answer follows the block.

    >>> extract("so it is 5. The answer is \\\\boxed{7}.")
    Extraction(text='7', rule='boxed', why='')
    """
    reasoning, answer = split_reasoning(text)
    if reasoning is not None and not answer.strip():
        answer = reasoning
    stop = _STOPS.search(answer) if "<" in answer else None
    if stop is not None and answer[: stop.start()].strip():
        answer = answer[: stop.start()]
    if "boxed" in answer or "fbox" in answer:
        found = boxed(answer, boxes)
        if found is not None:
            later = (
                _later(_after("boxed", answer)) if boxes == "last" and where != "boxed" else None
            )
            if later is not None:
                return Extraction(*later)
            if boxes == "last" and _is_refused(answer, found[0]):
                return Extraction(None, "none", "the boxed value is denied")
            return Extraction(found[0], "boxed", found[1])
    empty_box = "boxed" in answer and BOX.search(answer) is not None
    for rule, finder in _FINDERS:
        if empty_box and rule == "whole":
            continue
        if (where == "boxed" and rule != "answer tag") or (
            where == "math" and rule == "last number"
        ):
            continue
        text_found = finder(answer)
        if text_found is not None:
            later = _later(_after(rule, answer)) if where != "boxed" else None
            return Extraction(*later) if later is not None else Extraction(text_found, rule)
    return Extraction(None, "none", "no answer in the response")


def _is_refused(text: str, said: str | None) -> bool:
    """Whether the last box, which says `said`, is there to be denied."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    inside = text.find(said, start) if said and start >= 0 else -1
    end = text.find("}", inside + len(said or "")) + 1 if inside >= 0 else 0
    return end > 0 and refused(text, start, end)


_FINAL_ONLY = re.compile(
    r"(?P<final>final\s+answer\**\s*(?:is|:)|(?<!if )(?<!that )\bthe\s+answer\s+is)\s*:?\**\s*",
    re.IGNORECASE,
)
_STATED = re.compile(r"[-+\u2212$\u20ac\u00a3(\[\\]|\d|[A-Za-z]\w?\s*=")
_WORD = re.compile(r"[A-Za-z]{4,}")
_COMMAND = re.compile(r"\\(?:text|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+")
_NAMED = re.compile(r"(?:\\text\{)?([A-Z][\w'-]*(?: [A-Z][\w'-]*){0,2})\}?")
_ABOUT = re.compile(
    r"\b(?:above|box\w*|correct|right|verified|clear|complete|done|obvious|final|here|below|see)\b",
    re.IGNORECASE,
)


LAST = 8
"""Sentences that begin with "the answer is" and are looked at, from the end: bounds the work."""


def _bare_value(said: str) -> bool:
    """Whether a statement is a value and nothing else."""
    words = _COMMAND.sub(" ", said)
    return bool(_STATED.match(said)) and len(said) <= 60 and not _WORD.search(words)


def _is_answer(said: str, final: bool) -> bool:
    """Whether what follows "the answer is" is an answer, not a remark about one given before."""
    if _bare_value(said):
        return True
    if _ABOUT.search(_COMMAND.sub(" ", said)):
        return False
    if final:
        return bool(re.search(r"\d|\\[a-z]", said)) or len(said.split()) <= 3
    return _NAMED.fullmatch(said) is not None


def _later(tail: str) -> tuple[str, str] | None:
    """What is given as the answer in the rest of a text, in a way of its own: the last word counts.

    Returns:
        The answer and the rule, or None. ``the answer is`` without ``final`` counts where a bare
        value or a name follows, since such sentences also speak about the answer before.
    """
    found: list[tuple[int, str, str]] = []
    if "nswer" in tail or "NSWER" in tail:
        for match in deque(_FINAL_ONLY.finditer(tail), LAST):
            said = _trim(tail[match.end() :])
            if said and _is_answer(said, match["final"].lower().startswith("final")):
                found.append((match.start(), _core(said), "final answer"))
        tag = _tag(tail)
        if tag is not None:
            found.append((tail.lower().rfind("<answer>"), tag, "answer tag"))
    hashes = _hashes(tail)
    if hashes is not None and _bare_value(hashes):  # else they may head a section
        found.append((tail.rfind("####"), hashes, "hashes"))
    if not found:
        return None
    _, said, rule = max(found)
    return said, rule


def _after(rule: str, text: str) -> str:
    """The text after what a rule took."""
    if rule == "boxed":
        return text[max(text.rfind("boxed"), text.rfind("fbox")) :]
    if rule == "answer tag":
        at = text.lower().rfind("</answer>")
        return text[at:] if at >= 0 else ""
    pattern = {"final answer": _FINAL, "answer label": _LABEL}.get(rule)
    last = None
    for match in pattern.finditer(text) if pattern is not None else ():
        last = match
    return text[last.end() :] if last is not None else ""


def _trim(text: str) -> str:
    """An answer at the head of `text`: to the end of its line or sentence."""
    text = text.lstrip(" \t:*_\"'\u2705")
    if text.startswith("\n"):
        text = text.lstrip()
        opened = re.match(r"\\\[(.*?)\\\]|\$\$(.*?)\$\$", text, re.DOTALL)
        if opened is not None:
            return next(g for g in opened.groups() if g is not None).strip()
    for opening, closing in (("\\[", "\\]"), ("$$", "$$"), ("\\(", "\\)"), ("$", "$")):
        if text.startswith(opening):
            end = text.find(closing, len(opening))
            if end > 0:
                after = text[end + len(closing) :]
                rest = _END.split(after, maxsplit=1)[0]
                if re.search(r"\b(?:and|or)\b|,", rest) and "$" in rest:
                    break
                unit = re.match(r"[ \t]*(?:\\?%|percent|pct)", rest)
                return text[len(opening) : end].strip() + (r"\%" if unit else "")
    head = _END.split(text, maxsplit=1)[0]
    return head.strip().strip("*_\"'").strip()


def _tag(text: str) -> str | None:
    if "answer>" not in text and "ANSWER>" not in text and "Answer>" not in text:
        return None
    last = None
    for match in _TAG.finditer(text):
        last = match[1]
    return last.strip() if last is not None and last.strip() else None


def _final(text: str) -> str | None:
    if "nswer" not in text and "NSWER" not in text:
        return None
    last: re.Match[str] | None = None
    for match in _FINAL.finditer(text):
        last = match
    if last is None:
        return None
    found = _trim(text[last.end() :])
    if not found:
        return None
    return _core(found)


def _label(text: str) -> str | None:
    if "nswer" not in text and "NSWER" not in text:
        return None
    last = None
    for match in _LABEL.finditer(text):
        last = match
    if last is None:
        return None
    return _core(_trim(text[last.end() :])) or None


def _hashes(text: str) -> str | None:
    if "####" not in text:
        return None
    found = _HASHES.findall(text)
    return found[-1].strip() or None if found else None


def _short(text: str) -> str | None:
    at = text.rfind("A:")
    while at >= 0:
        if not text[text.rfind("\n", 0, at) + 1 : at].strip():
            end = text.find("\n", at)
            return text[at + 2 : end if end >= 0 else len(text)].strip() or None
        at = text.rfind("A:", 0, at)
    return None


_IS = re.compile(
    r"^[^=<>]*[A-Za-z)$][^=<>]*?\b(?:is|are|equals)\s+(?:approximately\s+|about\s+|equal to\s+)?"
    r"((?:(?!\b(?:is|are|equals)\b).)+)$",
    re.DOTALL,
)


def _core(sentence: str) -> str:
    """What a sentence after "the answer is" says: its formula, or its number, or itself."""
    predicate = _IS.match(sentence) if len(sentence) < 400 else None
    if predicate is not None:
        sentence = _trim(predicate[1])
    words = re.findall(r"[A-Za-z]{4,}", re.sub(r"\\[a-z]+|\$[^$]*\$", " ", sentence))
    if len(words) < 3:
        return sentence
    found = _math(sentence)
    if found is not None:
        return found
    found = _number(sentence)
    return found if found is not None else sentence


def _math(text: str) -> str | None:
    found = formulas(text)
    if not found:
        return None
    last = found[-1]
    if unsure(text, last.start, last.end):
        return None
    inside = last.inside
    after = text[last.end : last.end + 12]
    if re.match(r"\s*(?:\\?%|percent|pct)", after):
        inside += r"\%"
    if "=" in inside and "\\begin" not in inside:
        inside = inside.split("\\\\")[-1].strip() or inside
    return inside.rstrip(".,")


_CONCLUSION = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n)|(?<=[\d$\])]\s))"
    r"(?:therefore|thus|hence|so|in conclusion|consequently)\b,?\s+",
    re.IGNORECASE,
)


def _conclusion(text: str) -> str | None:
    """The last sentence that begins with "therefore" or the like, where no formula follows it."""
    matches = list(_CONCLUSION.finditer(text))
    if not matches:
        return None
    last = matches[-1]
    tail = text[last.end() : last.end() + 600]
    sentence = re.split(r"\.(?=\s|$)|\n", tail, maxsplit=1)[0]
    if formulas(tail) or "\\" in sentence or "=" in sentence:
        return None
    return _number(sentence)


def _number(text: str) -> str | None:
    last = None
    for match in _NUMBER.finditer(text):
        last = match
    if last is None or unsure(text, last.start(), last.end()):
        return None
    return last.group().strip()


_MATH_WORDS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "log", "exp", "sqrt", "arcsin", "arccos", "arctan",
    "sinh", "cosh", "tanh", "asin", "acos", "atan", "abs", "gcd", "lcm", "max", "min", "floor",
    "ceil", "percent", "pct", "degrees", "and", "inf",
})  # fmt: skip


def _bare(text: str) -> str | None:
    """The whole text, where it is short and no sentence around a formula."""
    stripped = text.strip()
    if not stripped or len(stripped) > 600 or "\n\n" in stripped:
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
        beside = re.sub(r"\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]", " ", stripped, flags=re.DOTALL)
        loose = list(PROSE.findall(re.sub(r"\\[A-Za-z]+", " ", beside)))
        return stripped if not loose or (stripped.startswith("$") and len(loose) <= 1) else None
    if dollars == 1 and words and not stripped.startswith(("$", "-$")):
        return None  # an amount of money in a sentence
    if len(words) <= 1 or (len(words) <= 8 and ("=" in stripped or ":" in stripped)):
        return stripped
    if "\\text" in stripped and not re.search(r"[a-z]\. [A-Z]", stripped):
        return stripped
    if not re.search(r"\d", stripped) and len(words) <= 25:
        return stripped
    if re.match(r"[-+$\\]?\s?\d", stripped) and len(words) <= 4:
        return stripped
    return None


_FINDERS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("answer tag", _tag),
    ("final answer", _final),
    ("answer label", _label),
    ("hashes", _hashes),
    ("A:", _short),
    ("whole", _bare),
    ("conclusion", _conclusion),
    ("last math", _math),
    ("last number", _number),
)

RULES = ("boxed", *(rule for rule, _ in _FINDERS))
"""The rules, in the order in which they are tried."""


def reference_text(text: str) -> str:
    """A reference, which may be a whole solution: its box, or what follows its hashes."""
    if "boxed{" in text or "boxed " in text:
        found = boxed(text, "last")
        if found is not None and found[0] is not None:
            return found[0]
    if "####" in text:
        return _hashes(text) or text
    if "<answer>" in text:
        return _tag(text) or text
    if len(text) > 150 and "answer" in text:
        whole = extract(text)
        if whole.text is not None and whole.rule in ("final answer", "answer label"):
            return whole.text
    return text
