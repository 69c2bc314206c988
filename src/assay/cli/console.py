"""What reaches the terminal. Text out of data is escaped here: controls, ANSI, bidi, markup."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.text import Text

from assay.errors import RolloutsError
from assay.printable import in_line, one_line, printable

PIPE_COLUMNS = 120
"""Width of a table that no terminal shows."""


class _Console(Console):
    """A console whose reader may go away: what it would have printed is dropped."""

    def on_broken_pipe(self) -> None:
        """Rich would leave with code 1; the work is done all the same, and its code counts."""
        self.quiet = True
        silence(sys.stderr if self.stderr else output())


_ours: TextIO | None = None
"""Standard output while a command runs; `sys.stdout` is then standard error."""


@contextmanager
def own_output() -> Iterator[None]:
    """Keep standard output for results: what a plugin prints goes to standard error.

    A line of its own among rows, or within ``--json``, would break whoever reads them.
    """
    global _ours
    if sys.stdout is None:  # closed: what is printed goes nowhere as it is
        yield
        return
    before, _ours = sys.stdout, sys.stdout
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _ours = None
        sys.stdout = before


def output() -> TextIO | None:
    """Standard output; None where it is closed."""
    return _ours if _ours is not None else sys.stdout


def silence(stream: TextIO | None) -> None:
    """Point a dead stream at nothing, so that the interpreter's own last flush succeeds."""
    if stream is not None and not stream.closed:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, stream.fileno())
        os.close(devnull)


def show(what: RenderableType, *, on_stderr: bool = False, soft_wrap: bool = False) -> None:
    """Print a result.

    Args:
        what: Text out of data within it has gone through `plain`.
        on_stderr: Where standard output belongs to rows.
        soft_wrap: Leave long lines to the terminal, so that a pipe gets them whole.

    Raises:
        RolloutsError: the disk behind the stream is full. A reader who has gone is not an error.
    """
    try:
        (stderr() if on_stderr else stdout()).print(what, soft_wrap=soft_wrap)
    except OSError as err:
        silence(sys.stderr if on_stderr else output())
        name = "stderr" if on_stderr else "stdout"
        raise RolloutsError(f"{in_line(name)}: {err.strerror or err}") from err


def _console(stream: TextIO | None) -> Console:
    terminal = stream is not None and stream.isatty()
    return _Console(
        file=None if stream is sys.stderr else stream,
        stderr=stream is sys.stderr,
        highlight=False,
        emoji=False,
        width=None if terminal or "COLUMNS" in os.environ else PIPE_COLUMNS,
    )


def stdout() -> Console:
    """For results."""
    return _console(output())


def stderr() -> Console:
    """For errors, notes and progress."""
    return _console(sys.stderr)


def plain(text: str, limit: int | None = None) -> Text:
    """Text out of data, for a table's cell or a line: nothing in it is markup.

    Args:
        text: Anything.
        limit: Characters at most; line ends become spaces then, since a cell is one line.
    """
    if limit is not None:
        text = " ".join(text[: limit + 1].split())
    return Text(printable(text, limit))


def plain_line(text: str) -> Text:
    """As `plain`, on one line: a line end within it is shown, so that nothing passes for ours."""
    return Text(one_line(text))


def markup(text: str) -> str:
    """Text out of data, to stand within rich's markup."""
    return escape(printable(text))


def with_fix(said: str) -> tuple[str, str]:
    """An error of a row as one line, and the line that says how to mend it, or "".

    A verifier may quote the row, line ends and all: nothing of that becomes a line of its own.
    What is shown on one is the last line, if it begins as ours do; completions have no part in
    the errors of rows, and the data set's author is whom it is for.
    """
    what, _, rest = said.partition("\n")
    fix = rest.rpartition("\n")[2]
    return one_line(what), one_line(fix, FIX_CHARS) if fix.startswith("fix: ") else ""


FIX_CHARS = 400


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
