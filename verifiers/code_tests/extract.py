"""The program in an answer: fenced blocks, or the whole text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Policy: TypeAlias = Literal["last", "joined", "longest", "whole"]

_FENCE = re.compile(r"[ \t]{0,12}(?:>[ \t]?)?(`{3,}|~{3,})[ \t]*(\{?\.?([\w+#-]*)[^`\n]*)")
_ALIASES = {
    "python": ("python", "py", "python3", "py3", "python2", "ipython", "pycon"),
    "cpp": ("cpp", "c++", "cc", "cxx"),
    "javascript": ("javascript", "js", "nodejs"),
    "nodejs": ("javascript", "js", "nodejs"),
    "go": ("go", "golang"),
    "rust": ("rust", "rs"),
    "csharp": ("csharp", "c#", "cs"),
    "bash": ("bash", "sh", "shell"),
}


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    text: str


def program(answer: str, policy: Policy = "last", language: str = "python") -> str:
    r"""The program in `answer`; empty if there is none. Linear in its length.

    Blocks in the language come before blocks without one; blocks in other languages never
    count. A block that is not closed (a truncated completion) goes to the end.

    >>> program("Here:\n```python\nprint(1)\n```\nDone.")
    'print(1)\n'
    >>> program("print(1)")
    'print(1)'
    """
    if policy == "whole":
        return answer
    found = _blocks(answer)
    if not found:
        return answer
    wanted = _ALIASES.get(language, (language,))
    blocks = [b for b in found if b.language in wanted]
    if not blocks:
        blocks = [b for b in found if not b.language]
    if not blocks:
        return ""
    if policy == "joined":
        return "\n".join(b.text for b in blocks)
    if policy == "longest":
        return max(blocks, key=lambda b: len(b.text)).text
    return blocks[-1].text


def _blocks(text: str) -> list[_Block]:
    out: list[_Block] = []
    fence, language, indent = "", "", 0
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        if not fence:
            if match is not None:
                fence, language, lines = match[1], match[3].lower(), []
                indent = len(line) - len(line.lstrip(" "))
            continue
        closes = match is not None and match[1][0] == fence[0] and len(match[1]) >= len(fence)
        if closes and match is not None and not match[2].strip():
            out.append(_Block(language, "".join(lines)))
            fence = ""
        else:
            lines.append(_unindented(line, indent))
    if fence and lines:
        out.append(_Block(language, "".join(lines)))
    return out


def _unindented(line: str, indent: int) -> str:
    """A block inside a list item is indented as its fence is."""
    spaces = len(line) - len(line.lstrip(" "))
    return line[min(indent, spaces) :]
