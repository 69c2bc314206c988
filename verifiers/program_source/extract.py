"""Finds the program in a model's answer: a fenced block, several, or the bare text.

Reads text only: nothing here compiles or runs it, and the time is linear in its length. Fences
follow CommonMark (backticks or tildes, three or more, closed by at least as many, indented in a
list or not), with two rules more. A fence inside a triple-quoted string of the program, as
docstrings with examples have it, does not end the block. Tags may share a fence's line, as in
``<answer>`` before the first and ``</answer>`` after the last: models write them so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.model import Sample

Policy: TypeAlias = Literal["last", "joined", "longest", "whole", "file"]
"""Which of several blocks is the program.

``last``
    the last Python block: models repeat a corrected program in full;
``joined``
    all Python blocks, in order, with a blank line between: a program told in pieces;
``longest``
    the longest Python block, the first of equals: where a usage example follows the program;
``whole``
    the answer as it stands, fences or not: for models that were told to write nothing else;
``file``
    the completion as it stands, tags of reasoning and all: a file's text is no answer.
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

_LOOKAHEAD_LINES = 2_000
"""How far a block may reach past a fence that seems to stand in a string."""

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*(.*)", re.DOTALL)
_OPENING = re.compile(r"([ \t]*)(?:<[A-Za-z][\w-]*>[ \t]*)*(`{3,}|~{3,})[ \t]*(.*)", re.DOTALL)
_BLANKS = " \t\r"
"""Taken off a line's end before it is matched: a pattern that does so is quadratic in them."""
_END_TAGS = re.compile(r"(?:</[A-Za-z][\w-]*>[ \t]*)*\Z")
_CODE = re.compile(r"\s*(?:def|class|import|from|async|@|#|\"\"\"|'''|[A-Za-z_]\w*\s*[:=])\s*\S?")
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
    indent: str
    closed: bool


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
        return _bare(text)
    if not ours:
        return None
    if policy == "joined":
        chosen = ours
    elif policy == "longest":
        chosen = [max(ours, key=lambda b: b.end - b.start)]
    else:
        chosen = ours[-1:]
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


def _bare(text: str) -> Program | None:
    if not text.strip():
        return None
    return Program(_newlines(text.removeprefix("\ufeff")), (0, len(text)))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _content(text: str, block: _Block) -> str:
    content = _newlines(text[block.start : block.end])
    if block.indent:
        lines = content.split("\n")
        content = "\n".join(line.removeprefix(block.indent) for line in lines)
    return content if content.endswith("\n") or not content else content + "\n"


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
        opened = _OPENING.match(lines[at].rstrip(_BLANKS))
        if opened is None or (opened[2][0] == "`" and "`" in opened[3]):
            at += 1
            continue
        language = _language(opened[3])
        close, hidden = _closing(lines, at + 1, opened[2], strings > 0)
        strings -= hidden
        end = len(lines) if close is None else close
        yield _Block(language, starts[at + 1], starts[end], opened[1], close is not None)
        at = end + 1


def _language(info: str) -> str:
    """``python`` of ``python``, ``{.python .numberLines}`` and ``python:main.py``."""
    found = _WORD.search(info)
    return found[0].strip(".").lower() if found else ""


def _closing(lines: list[str], first: int, fence: str, look_past: bool) -> tuple[int | None, bool]:
    """Index of the line that closes `fence`, and whether a string hid an earlier one."""
    quotes = _Quotes()
    candidate: int | None = None
    for i in range(first, len(lines)):
        closes = _FENCE.match(lines[i].rstrip(_BLANKS))
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
