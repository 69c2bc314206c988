r"""The boxes of a response, and which of them are its answer."""

from __future__ import annotations

import re
from typing import Literal

Boxes = Literal["last", "only", "all"]

BOX = re.compile(r"\\{1,2}(?:boxed|fbox)\s*(?=[{\s\d\w])")

_BREAK = re.compile(
    r"\b(?:but|thus|so|therefore|hence|then|because|since|no|not|wait|now|let|we|if|is|which|gives"
    r"|simplif\w*|step|first|second|next|where|from)\b|\n\s*\n|\.\s+[A-Z]|=>|\\implies|=\s*$",
    re.IGNORECASE,
)

_LABELLED = re.compile(r"[\\()\s$]*[A-Za-z](?:_\{?\w+\}?)?\s*=\s*$")

MAXBOXES = 200

GAP = 80
"""Most characters between two boxes of one group."""

REACH = 600
"""Most characters between the beginnings of two boxes of one group."""


def boxes(text: str) -> list[tuple[int, int, str]]:
    r"""Every ``\boxed`` as (start, end, content); an unclosed last one runs to the end."""
    out: list[tuple[int, int, str]] = []
    position = 0
    while len(out) < MAXBOXES:
        match = BOX.search(text, position)
        if match is None:
            break
        start = match.end()
        if text[start : start + 1] != "{":
            word = re.compile(r"\\?\w+").match(text, start)
            if word is None:
                position = start
                continue
            out.append((match.start(), word.end(), word.group()))
            position = word.end()
            continue
        end = _closing(text, start)
        content = text[start + 1 : end] if end is not None else text[start + 1 :]
        inner = BOX.search(content)
        if inner is not None and content[: inner.start()].strip(" ${") == "":
            position = start + 1  # a box in a box
            continue
        out.append((match.start(), len(text) if end is None else end + 1, content))
        position = len(text) if end is None else end + 1
    return out


_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for match in _BRACE.finditer(text, start):
        sign = match.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return None


def boxed(text: str, policy: Boxes) -> tuple[str | None, str] | None:
    """The content of the boxes that count, or why they are no answer; None without a box."""
    tail = text if policy != "last" else _last_boxes(text)
    found = boxes(tail)
    found = [b for b in found if b[2].strip()]
    if not found:
        return None
    if policy == "only":
        different = {"".join(b[2].split()) for b in found}
        if len(different) > 1:
            return None, (f"{len(different)} different boxes are no answer")
        group = found[-1:]
    elif policy == "all":
        group = found
    else:
        group = found[-1:]
        for earlier in reversed(found[:-1]):
            gap = tail[earlier[1] : group[0][0]]
            if not _joined(gap):
                break
            group.insert(0, earlier)
    seen: list[str] = []
    for _, _, content in group:
        if content.strip() not in seen:
            seen.append(content.strip())
    text_found = seen[0] if len(seen) == 1 else " ; ".join(seen)
    after = tail[group[-1][1] : group[-1][1] + 16]
    percent = re.match(r"\s*\$?\s*(?:\\?%|percent\b|pct\b)", after)
    if percent is not None and len(seen) == 1 and "%" not in text_found:
        text_found += r"\%"
    return text_found, ""


def _last_boxes(text: str) -> str:
    """`text` from where boxes begin that could be of one group with the last."""
    word = "boxed" if "boxed" in text else "fbox"
    start = text.rfind(word)
    for _ in range(MAXBOXES):
        earlier = text.rfind(word, max(0, start - REACH), start)
        if earlier < 0:
            break
        start = earlier
    return text[max(0, start - 2) :]


def _joined(gap: str) -> bool:
    """Whether two boxes with this text between them list parts of one answer."""
    gap = _LABELLED.sub("", gap)
    if len(gap) > GAP or _BREAK.search(gap):
        return False
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\[a-z]+", " ", gap))
    if not words:
        return bool(gap.strip(" \n$")) or not gap.strip("$") or "\n" not in gap
    return any(w in ("and", "or") for w in words)
