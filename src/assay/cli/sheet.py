"""Names with what they mean, for a terminal of any width: nothing is cut, long texts wrap."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from assay.cli.console import plain, show
from assay.printable import one_line

NAME = 34
"""Characters of a name beside which its text stands; a longer one has a line of its own."""


def entries(rows: Sequence[tuple[str, Sequence[str]]], indent: int = 2) -> None:
    """Show names, each with one or more texts."""
    width = min(NAME, max((len(one_line(name)) for name, _ in rows), default=0))
    table = _table(indent)
    table.add_column(width=width, overflow="fold")
    table.add_column(overflow="fold")
    for name, texts in rows:
        noted = Text("\n").join(plain(_flat(text)) for text in texts if text)
        table.add_row(plain(one_line(name)), noted)
    show(table)


def facts(rows: Sequence[tuple[str, str]]) -> None:
    """Show a few facts, each under its heading."""
    table = _table(2)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, text in rows:
        table.add_row(heading, plain(_flat(text)))
    show(table)


def _flat(text: str) -> str:
    """A text whose own line ends mean nothing: it is wrapped anew."""
    return " ".join(text.split())


def _table(indent: int) -> Table:
    return Table(show_header=False, box=None, pad_edge=True, padding=(0, 0, 0, indent))
