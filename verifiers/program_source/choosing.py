"""Which of several blocks is the program, and which only shows how it is used.

Reads text, line by line; a few patterns and no parser: blocks may be cut off or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_DEFINED = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_STATEMENT = re.compile(
    r"(?:import|from|def|class|async|if|for|while|with|try|return|assert|raise|print|@)\b|"
    r"[A-Za-z_][\w.\[\]'\"]*(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*[-+*/]?=[^=]|[A-Za-z_][\w.]*\("
)
"""What a line of Python begins with, and a line of output seldom."""
_SHELL = re.compile(
    r"(?:[$%>#][ \t]+\S|(?:sudo[ \t]+)?(?:python3?|pip3?|pytest|bash|sh|cd|ls|cat|echo|git|uv|"
    r"conda|npm|chmod|export|source)(?:[ \t]+[^=(\s]|$)|\./\w)"
)
_CALLED = re.compile(r"\b([A-Za-z_]\w*)[ \t]?\(")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)[ \t]*=[^=]")


def chosen_of(blocks: Sequence[str]) -> int:
    """The index of the program among blocks: the last that is one, else the last."""
    first: dict[str, int] = {}
    for i, block in enumerate(blocks):
        for name in _names(block):
            first.setdefault(name, i)
    earliest = min(first.values(), default=len(blocks))
    for i in range(len(blocks) - 1, 0, -1):
        if not _is_beside(blocks[i], i, first, earliest):
            return i
    return 0 if blocks and not _is_shell(blocks[0]) else len(blocks) - 1


def _is_beside(block: str, number: int, first: Mapping[str, int], earliest: int) -> bool:
    """Whether a block is not a program, but stands beside one that an earlier block holds.

    Args:
        block: Its text.
        number: Which it is.
        first: Names, and the first block that defines each.
        earliest: The first block that defines any.
    """
    if not block.strip() or _is_shell(block):
        return True
    if earliest >= number:
        return False
    own = _names(block)
    if any(not name.lower().startswith("test") for name in own):
        return False
    lines = [line.partition("#")[0].rstrip() for line in block.split("\n")]
    if any(
        (found := _ASSIGNED.match(line)) and first.get(found[1], number) < number for line in lines
    ):
        return False  # it defines them anew
    if any(first.get(name, number) < number for line in lines for name in _CALLED.findall(line)):
        return True
    lines = [line for line in lines if line.strip()]
    return not own and not any(_STATEMENT.match(line.lstrip()) for line in lines)


def _names(block: str) -> set[str]:
    """Functions and classes that it defines at its margin."""
    return {found[1] for line in block.split("\n") if (found := _DEFINED.match(line)) is not None}


def _is_shell(block: str) -> bool:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    return bool(lines) and all(_SHELL.match(line) for line in lines)
