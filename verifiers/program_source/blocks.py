"""Fenced blocks of an answer: where each stands, what it says of itself, and its text.

Reads text only, in time linear in its length. Fences follow CommonMark (backticks or tildes, three
or more, closed by at least as many, indented in a list or not), with rules more. A fence inside a
triple-quoted string of the program, as docstrings with examples have it, does not end the block.
Tags may share a fence's line, as in ``<answer>`` before the first and ``</answer>`` after the last:
models write them so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.verifiers.program_source.paths import path_in_info

LANGUAGES = {
    "python": frozenset({"python", "py", "python3", "py3", "python2", "ipython", "sage"}),
    "cpp": frozenset({"cpp", "c++", "cc", "cxx"}),
    "javascript": frozenset({"javascript", "js", "nodejs"}),
    "nodejs": frozenset({"javascript", "js", "nodejs"}),
    "go": frozenset({"go", "golang"}),
    "rust": frozenset({"rust", "rs"}),
    "csharp": frozenset({"csharp", "c#", "cs"}),
    "bash": frozenset({"bash", "sh", "shell"}),
}
"""Language -> first words of an info string that mean it; any other language means itself."""

_NAMED = frozenset().union(*LANGUAGES.values())

_LOOKAHEAD_LINES = 2_000
"""How far a block may reach past a fence that seems to stand in a string."""

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*(.*)", re.DOTALL)
_RUN = re.compile(r"`{3,}|~{3,}")
_TAGS = re.compile(r"<[A-Za-z][\w-]*>")
_MARKS = re.compile(r"[-*+>\d.)\s]*")
"""Before a fence: of a list's item, or of a quotation."""
_BLANKS = " \t\r"
"""Taken off a line's end before it is matched: a pattern that does so is quadratic in them."""
_END_TAGS = re.compile(r"(?:</[A-Za-z][\w-]*>[ \t]*)*\Z")
_CODE = re.compile(r"\s*(?:def|class|import|from|async|@|#|\"\"\"|'''|[A-Za-z_]\w*\s*[:=])\s*\S?")
_WORD = re.compile(r"[\w+#.-]+")


@dataclass(frozen=True, slots=True)
class FencedBlock:
    """A fenced block; `start` and `end` of its content, in characters of the text."""

    language: str
    """First word of the info string, in lower case; "" if it has none."""
    path: str
    """Of the file that the info string names; "" if it names none."""
    start: int
    end: int
    opening: _Opening
    closed: bool
    """False where the text ends before the closing fence does."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """The line that opens a block."""

    fence: str
    language: str
    path: str
    width: int
    """Of what stands before the fence, where that is blank or a mark: taken off each line."""
    marked: bool
    """It is an item's."""
    quoted: bool
    """Each line begins with ``>``."""


def blocks_of(text: str) -> list[FencedBlock]:
    """All fenced blocks in `text`, in order; none where it is a bare program that shows fences."""
    lines = text.split("\n") if "```" in text or "~~~" in text else []
    return [] if _fences_are_in_strings(lines) else list(_blocks(lines))


def newlines(text: str) -> str:
    r"""`text` with ``\n`` for every kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def content(text: str, block: FencedBlock) -> str:
    r"""A block's text; line ends are ``\n``, the fence's own indentation is taken off."""
    content = newlines(text[block.start : block.end]).removeprefix("\ufeff")
    opening = block.opening
    if opening.quoted:
        content = "\n".join(map(_unquoted, content.split("\n")))
    elif opening.width:
        width, lines = opening.width, content.split("\n")
        if opening.marked:  # many write an item's block at the margin
            indents = [len(x) - len(x.lstrip(" \t")) for x in lines if x.strip()]
            width = min([width, *indents])
        content = "\n".join(_outdented(line, width) for line in lines)
    return content if content.endswith("\n") or not content else content + "\n"


def _unquoted(line: str) -> str:
    """A line without its ``> ``."""
    rest = line.lstrip(" ")
    return rest[1:].removeprefix(" ") if rest.startswith(">") else line


def _outdented(line: str, width: int) -> str:
    """A line without so many leading blanks; with fewer, without those; a tab fills up to four."""
    column = 0
    for i, character in enumerate(line):
        if column >= width or character not in " \t":
            return line[i:]
        column += 4 - column % 4 if character == "\t" else 1
    return ""


def _fences_are_in_strings(lines: list[str]) -> bool:
    """Whether this is a bare program whose docstrings show fenced examples."""
    first = next((line for line in lines if line.strip()), "")
    if _CODE.match(first) is None:
        return False
    quotes = _Quotes()
    for line in lines:
        if quotes.open is None and _FENCE.match(line):
            return False
        quotes.feed(line)
    return True


def _blocks(lines: list[str]) -> Iterator[FencedBlock]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] -= 1  # no line end after the last
    at = 0
    strings = 8  # blocks for which a string may hide a fence; bounds the work on hostile text
    while at < len(lines):
        opened = _opened(lines[at].rstrip(_BLANKS))
        if opened is None:
            at += 1
            continue
        close, hidden = _closing(lines, at + 1, opened, strings > 0)
        strings -= hidden
        end = len(lines) if close is None else close
        yield FencedBlock(
            opened.language, opened.path, starts[at + 1], starts[end], opened, close is not None
        )
        # a quotation that ends without a fence: what follows it may open a block
        at = end if close is not None and _closes(lines[close], opened) is None else end + 1


def _opened(line: str) -> _Opening | None:
    """The block that a line opens, if it does.

    Before the fence may stand tags, the mark of a list's item or of a quotation; or words, if the
    fence names a language: ``**Answer:** ```python``.
    """
    run = _RUN.search(line)
    if run is None:
        return None
    before, info = line[: run.start()].removeprefix("\ufeff"), line[run.end() :].strip(" \t")
    if run[0][0] == "`" and "`" in info:
        return None
    path = path_in_info(info)
    language = _language(info)
    if path.endswith(".py") and language not in _NAMED:
        language = "python"  # nothing but the path stands there
    untagged = _TAGS.sub("", before)
    blank = not untagged.strip()
    if not blank and _MARKS.fullmatch(untagged) is None:
        return _Opening(run[0], language, path, 0, False, False) if language in _NAMED else None
    width = len(untagged.expandtabs(4)) if blank or ">" not in untagged else 0
    if _TAGS.search(before):
        width = len(before) - len(before.lstrip(" \t"))
    return _Opening(run[0], language, path, width, not blank, ">" in untagged)


def _language(info: str) -> str:
    """``python`` of ``python``, ``{.python .numberLines}`` and ``python:main.py``."""
    found = _WORD.search(info)
    return found[0].strip(".").lower() if found else ""


def _closes(line: str, opening: _Opening) -> re.Match[str] | None:
    """A line as one that may close the block: with another fence, or none."""
    return _FENCE.match((_unquoted(line) if opening.quoted else line).rstrip(_BLANKS))


def _closing(
    lines: list[str], first: int, opening: _Opening, look_past: bool
) -> tuple[int | None, bool]:
    """Index of the line that closes a block, and whether a string hid an earlier one."""
    fence = opening.fence
    quotes = _Quotes()
    candidate: int | None = None
    for i in range(first, len(lines)):
        if opening.quoted and not lines[i].lstrip(" ").startswith(">"):
            return i, candidate is not None
        closes = _closes(lines[i], opening)
        if (
            closes is not None
            and _END_TAGS.match(closes[3])
            and closes[2][0] == fence[0]
            and len(closes[2]) >= len(fence)
        ):
            if not look_past or quotes.open is None:
                return i, candidate is not None
            candidate = i if candidate is None else candidate
        elif candidate is not None and closes is not None and closes[3] and quotes.open is None:
            return candidate, True  # another block opens: the string was only never closed
        if candidate is not None and i - candidate > _LOOKAHEAD_LINES:
            return candidate, True
        quotes.feed(lines[i])
    return candidate, candidate is not None


_QUOTE = re.compile(r"\"\"\"|'''|\\.|[\"'#]")


class _Quotes:
    """Whether a triple-quoted string is open after the lines fed so far."""

    def __init__(self) -> None:
        self.open: str | None = None

    def feed(self, line: str) -> None:
        single = ""
        for found in _QUOTE.finditer(line):
            mark = found[0]
            if mark[0] == "\\":
                continue
            if self.open is not None:
                if mark == self.open:
                    self.open = None
            elif single:
                single = "" if mark == single else single
            elif mark == "#":
                return
            elif len(mark) == 3:
                self.open = mark
            else:
                single = mark
