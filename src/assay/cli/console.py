"""What reaches the terminal. Text out of data is escaped here: controls, ANSI, bidi, markup."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from assay.printable import printable


class _Console(Console):
    """A console whose reader may go away: what it would have printed is dropped."""

    def on_broken_pipe(self) -> None:
        """Rich would leave with code 1; the work is done all the same, and its code counts."""
        self.quiet = True
        stream = sys.stderr if self.stderr else sys.stdout
        if stream is not None:
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, stream.fileno())
            os.close(devnull)


def stdout() -> Console:
    """For results."""
    return _Console(highlight=False, emoji=False)


def stderr() -> Console:
    """For errors, notes and progress."""
    return _Console(stderr=True, highlight=False, emoji=False)


def plain(text: str, limit: int | None = None) -> Text:
    """Text out of data, for a table's cell or a line: nothing in it is markup.

    Args:
        text: Anything.
        limit: Characters at most; line ends become spaces then, since a cell is one line.
    """
    if limit is not None:
        text = " ".join(text[: limit + 1].split())
    return Text(printable(text, limit))


def markup(text: str) -> str:
    """Text out of data, to stand within rich's markup."""
    return escape(printable(text))


def say_error(message: str) -> None:
    """``assay: error: ...``; the first line says all, later ones how to mend it."""
    _say("error", "bold red", message)


def say_warning(message: str) -> None:
    """``assay: warning: ...``."""
    _say("warning", "yellow", message)


def say_note(message: str) -> None:
    """``assay: note: ...``."""
    _say("note", "cyan", message)


def _say(kind: str, style: str, message: str) -> None:
    line = Text.assemble("assay: ", (f"{kind}: ", style), printable(message))
    # soft: an error is one line, whatever the terminal's width, so that it can be searched
    stderr().print(line, soft_wrap=True)
