r"""The boxes of a response, and which of them are its answer."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Boxes = Literal["last", "only", "all"]

BOX = re.compile(r"\\{1,2}(?:boxed|fbox)(?![A-Za-z])[ \t]*\n?[ \t]*")

_BREAK = re.compile(
    r"\b(?:but|thus|so|therefore|hence|then|because|since|no|not|wait|now|let|we|if|is|which|gives"
    r"|simplif\w*|step|first|second|next|where|from)\b|\n\s*\n|\.\s+[A-Z]|=>|\\implies|=\s*$",
    re.IGNORECASE,
)

_LABELLED = re.compile(r"[\\()\s$,;]*[A-Za-z](?:_\{?\w+\}?)?(?:\([\w, ]{1,9}\))?\s*=\s*$|"
                       r"[\\()\s$,;]*\\[a-z]+(?:_\{?\w+\}?)?\s*=\s*$")  # fmt: skip
"""A name before a box: ``x =``, ``f(1) =``, ``\\theta =``."""

MAXBOXES = 200

GAP = 80
"""Most characters between two boxes of one group."""

REACH = 600
"""Most characters between the beginnings of two boxes of one group."""


class Box(NamedTuple):
    """One box: where it starts and ends, and what stands in it."""

    start: int
    end: int
    content: str
    closed: bool = True


class Boxed(NamedTuple):
    """What the boxes of a response say."""

    text: str | None
    """Their content; None where they are not an answer."""
    why: str
    """Why they are none."""
    start: int
    """Where the group of boxes starts, in the whole text."""
    end: int
    """Where it ends."""


def boxes(text: str) -> list[Box]:
    r"""Every ``\boxed``, at most `MAXBOXES` of them; an unclosed last one runs to the end.

    An empty or unopened box (``\boxed`` and nothing) has empty content. One pass over the braces.
    """
    closing = _Closing(text)
    out: list[Box] = []
    position = 0
    while len(out) < MAXBOXES and text.find("box", position) >= 0:
        match = BOX.search(text, position)
        if match is None:
            break
        start = match.end()
        if text[start : start + 1] != "{":
            word = _UNBRACED.match(text, start)
            end = word.end() if word is not None else match.end()
            while word is not None and word.group()[0] == "\\" and text[end : end + 1] == "{":
                close = closing.of(end)  # \boxed\frac{1}{2}
                end = len(text) if close is None else close + 1
            out.append(Box(match.start(), end, text[start:end]))
            position = max(end, match.end())
            continue
        close = closing.of(start)
        inner = BOX.search(text, start + 1, len(text) if close is None else close)
        if inner is not None and not text[start + 1 : inner.start()].strip(" ${"):
            position = start + 1  # a box in a box
            continue
        if close is None:
            out.append(Box(match.start(), len(text), text[start + 1 :], closed=False))
            break
        out.append(Box(match.start(), close + 1, text[start + 1 : close]))
        position = close + 1
    return out


_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SHALLOW = re.compile(
    r"\{[^{}\\]*+(?:(?:\\.|\{[^{}\\]*+(?:\\.[^{}\\]*+)*+\})[^{}\\]*+)*+\}", re.DOTALL
)
"""Braces with at most one level of braces in them, as nearly all boxes have."""
_UNBRACED = re.compile(r"\\?\w+")


class _Closing:
    """Where the braces of a text close."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pairs: dict[int, int] | None = None

    def of(self, opening: int) -> int | None:
        """Where the brace at `opening` closes; None where it does not.

        All the text is paired once, and only if a brace is found that is not shallow: else the
        many braces behind a box, or one that never closes, would be gone through for every box.
        """
        if self._pairs is None:
            match = _SHALLOW.match(self._text, opening)
            if match is not None:
                return match.end() - 1
            self._pairs = _pairs(self._text)
        return self._pairs.get(opening)


def _pairs(text: str) -> dict[int, int]:
    """Opening brace -> closing brace, for every pair."""
    opened: list[int] = []
    out: dict[int, int] = {}
    for match in _BRACE.finditer(text):
        sign = match.group()
        if sign == "{":
            opened.append(match.start())
        elif sign == "}" and opened:
            out[opened.pop()] = match.start()
    return out


_PERCENT = re.compile(r"\s*\$?\s*(?:\\?[%\uff05]|percent\b|pct\b)")


def boxed(text: str, policy: Boxes) -> Boxed | None:
    """The content of the boxes that count, or why they are not an answer; None without a box.

    The last box is the last word: where it is empty, an earlier one does not count.
    """
    offset = 0 if policy != "last" else _last_boxes(text)
    tail = text[offset:]
    found = boxes(tail)
    if not found:
        return None
    last = found[-1]
    if not last.content.strip() and policy != "all":
        return Boxed(None, "the last box is empty", offset + last.start, offset + last.end)
    found = [b for b in found if b.content.strip()]
    if not found:
        return Boxed(None, "every box is empty", offset + last.start, offset + last.end)
    group = found[-1:]
    if policy == "only":
        different = {"".join(b.content.split()) for b in found}
        if len(different) > 1:
            why = f"{len(different)} different boxes are not an answer"
            return Boxed(None, why, offset + group[0].start, offset + group[-1].end)
    elif policy == "all":
        group = found
    else:
        for earlier in reversed(found[:-1]):
            gap = tail[earlier.end : group[0].start]
            if not _joined(gap):
                break
            group.insert(0, earlier)
    seen: list[str] = []
    for box in group:
        if box.content.strip() not in seen:
            seen.append(box.content.strip())
    text_found = seen[0] if len(seen) == 1 else " ; ".join(seen)
    after = tail[group[-1].end : group[-1].end + 16]
    if _PERCENT.match(after) is not None and len(seen) == 1 and "%" not in text_found:
        text_found += r"\%"
    return Boxed(text_found, "", offset + group[0].start, offset + group[-1].end)


def _last_boxes(text: str) -> int:
    """Where boxes begin that could be of one group with the last."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    for _ in range(MAXBOXES - 1):
        low = max(0, start - REACH)
        earlier = max(text.rfind("\\boxed", low, start), text.rfind("\\fbox", low, start))
        if earlier < 0:
            break
        start = earlier
    return max(0, start - 1)


def _joined(gap: str) -> bool:
    """Whether two boxes with this text between them list parts of one answer."""
    gap = _LABELLED.sub("", gap)
    if len(gap) > GAP or _BREAK.search(gap):
        return False
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\[a-z]+", " ", gap))
    if not words:
        return bool(gap.strip(" \n$")) or not gap.strip("$") or "\n" not in gap
    return any(w in ("and", "or") for w in words)
