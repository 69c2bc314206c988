"""Finds the program in a model's answer: a fenced block, several, or the bare text.

Reads text only: nothing here compiles or runs it, and the time is linear in its length. Fences
follow CommonMark (backticks or tildes, three or more, closed by at least as many, indented in a
list or not), with rules more. A fence inside a triple-quoted string of the program, as
docstrings with examples have it, does not end the block. Tags may share a fence's line, as in
``<answer>`` before the first and ``</answer>`` after the last: models write them so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.model import Sample
from assay.verifiers.program_source.choosing import chosen_of
from assay.verifiers.program_source.wrapping import unwrapped

Policy: TypeAlias = Literal["last", "joined", "longest", "whole", "file"]
"""Which of several blocks is the program.

``last``
    the last Python block: models repeat a corrected program in full. Not one that only uses what an
    earlier one defines (an example, tests), nor a line for a shell, nor what a program printed;
``joined``
    all Python blocks, in order, with a blank line between: a program told in pieces;
``longest``
    the longest Python block, the first of equals: where a usage example follows the program;
``whole``
    the answer as it stands, fences or not: for models that were told to write nothing else;
``file``
    the completion as it stands, tags of reasoning and all: a file's text is not an answer.
"""

POLICIES: tuple[Policy, ...] = ("last", "joined", "longest", "whole", "file")

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
_STATEMENT = re.compile(
    r"\s*(?:(?:def|class|import|from|async)\s|@|#|\"\"\"|'''|[A-Za-z_]\w*[ \t]*(?::[^=]+)?=[^=])"
)
_WORD = re.compile(r"[\w+#.-]+")


@dataclass(frozen=True, slots=True)
class Program:
    """A program's text, and where it came from."""

    text: str
    r"""The program; line ends are ``\n``, a fence's own indentation is taken off."""
    span: tuple[int, int]
    """Start and end in the text it was found in, in characters; of several blocks, from the first
    one's start to the last one's end."""
    blocks: int = 0
    """Python blocks in the answer; 0 where the answer is taken as it stands."""
    closed: bool = True
    """False where the answer ends before the closing fence does: it was cut off."""


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    start: int
    end: int
    opening: _Opening
    closed: bool


@dataclass(frozen=True, slots=True)
class _Opening:
    """The line that opens a block."""

    fence: str
    language: str
    width: int
    """Of what stands before the fence, where that is blank or a mark: taken off each line."""
    marked: bool
    """It is an item's."""
    quoted: bool
    """Each line begins with ``>``."""


def extract_program(text: str, policy: Policy = "last", language: str = "python") -> Program | None:
    r"""The program in `text`, an answer without its reasoning.

    Blocks tagged with the language count; where there is none, untagged blocks do. Text without any
    fence is taken whole, prose too: whether it parses is for the verifier to say.

    Args:
        text: The answer, `Sample.answer`.
        policy: Which block, if there are several.
        language: As an info string names it, in lower case.

    Returns:
        The program, or None where the text is blank or its blocks are of other languages.

    >>> extract_program("Here:\n```python\nx = 1\n```\nDone.").text
    'x = 1\n'
    >>> extract_program("x = 1").text
    'x = 1'
    """
    if policy in ("whole", "file"):
        return _bare(text)
    lines = text.split("\n") if "```" in text or "~~~" in text else []
    blocks = [] if _fences_are_in_strings(lines) else list(_blocks(lines))
    words = LANGUAGES.get(language, frozenset({language}))
    ours = [b for b in blocks if b.language in words] or [b for b in blocks if not b.language]
    if not blocks:
        return _unwrapped(text, language) or _bare(text)
    if not ours:
        return _unwrapped(text, language)
    if policy == "joined":
        chosen = ours
    elif policy == "longest":
        chosen = [max(ours, key=lambda b: b.end - b.start)]
    else:
        chosen = [ours[chosen_of([_content(text, block) for block in ours])]]
    return Program(
        "\n".join(_content(text, block) for block in chosen),
        (chosen[0].start, chosen[-1].end),
        len(ours),
        all(block.closed for block in chosen),
    )


def program_of(sample: Sample, policy: Policy = "last") -> Program | None:
    """The program in a sample's answer, its span counted in `Sample.text`."""
    text = sample.text
    answer = text if policy == "file" else sample.answer
    program = extract_program(answer, policy)
    if program is None or len(answer) == len(text):
        return program
    # What precedes a reasoning block comes first in the answer, what follows it last.
    cut = len(text) - len(answer)
    kept = 0 if text.endswith(answer) else _common_prefix(text, answer)
    start, end = (at + (cut if at >= kept else 0) for at in program.span)
    return Program(program.text, (start, end), program.blocks, program.closed)


def _common_prefix(a: str, b: str) -> int:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))


def _unwrapped(text: str, language: str) -> Program | None:
    """A program in tags, or in the arguments of a tool's call; none in other languages."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    bare = _STATEMENT.match(first.removeprefix("\ufeff")) is not None  # it may print such tags
    found = unwrapped(text) if language == "python" and not bare else None
    return Program(_newlines(found.text), found.span) if found is not None else None


def _bare(text: str) -> Program | None:
    if not text.strip():
        return None
    return Program(_newlines(text.removeprefix("\ufeff")), (0, len(text)))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _content(text: str, block: _Block) -> str:
    content = _newlines(text[block.start : block.end]).removeprefix("\ufeff")
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


def _blocks(lines: list[str]) -> Iterator[_Block]:
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
        yield _Block(opened.language, starts[at + 1], starts[end], opened, close is not None)
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
    language = _language(info)
    untagged = _TAGS.sub("", before)
    blank = not untagged.strip()
    if not blank and _MARKS.fullmatch(untagged) is None:
        return _Opening(run[0], language, 0, False, False) if language in _NAMED else None
    width = len(untagged.expandtabs(4)) if blank or ">" not in untagged else 0
    if _TAGS.search(before):
        width = len(before) - len(before.lstrip(" \t"))
    return _Opening(run[0], language, width, not blank, ">" in untagged)


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
