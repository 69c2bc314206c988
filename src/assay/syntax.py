"""Python texts as trees, from any thread."""

from __future__ import annotations

import ast
import contextlib

from assay import forks

_PARSING = forks.Lock()

TRIES = 5
"""Each is lost only if another thread is in the midst of a tree of its own at that very moment."""


def parsed(text: str | bytes, name: str = "<unknown>") -> ast.Module:
    """`ast.parse`, from any thread.

    Python 3.11 counts the depth of a tree for all threads together, and raises SystemError
    where another thread builds one at the same moment: no fault of the text, so it is tried again.

    Args:
        text: Python source; as bytes it is read as a file is, by the encoding that it names.
        name: As errors and warnings show it.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    with _PARSING:  # ours wait for one another; a thread of the caller's may still be in the way
        for _ in range(TRIES - 1):
            with contextlib.suppress(SystemError):
                return ast.parse(text, name)
        return ast.parse(text, name)


def parsed_expression(text: str) -> ast.expr:
    """The one expression that a text is; as `parsed`.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse` with ``mode="eval"``.
    """
    with _PARSING:
        for _ in range(TRIES - 1):
            with contextlib.suppress(SystemError):
                return ast.parse(text, mode="eval").body
        return ast.parse(text, mode="eval").body
