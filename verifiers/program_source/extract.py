"""Finds the program in a model's answer: a fenced block, several, or the bare text.

Reads text only: nothing here compiles or runs it, and the time is linear in its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.model import Sample
from assay.verifiers.program_source.blocks import LANGUAGES, blocks_of, content, newlines
from assay.verifiers.program_source.choosing import chosen_of
from assay.verifiers.program_source.wrapping import unwrapped

ProgramPolicy: TypeAlias = Literal["last", "joined", "longest", "whole", "file"]
"""Which of several blocks is the program.

``last``
    the last Python block: models repeat a corrected program in full. Not one that only uses what an
    earlier one defines (an example, tests), nor a line for a shell, nor what a program printed;
``joined``
    all Python blocks, in order, with a blank line between: a program shown in pieces;
``longest``
    the longest Python block, the first of equals: where a usage example follows the program;
``whole``
    the answer as it stands, fences or not: for models that were told to write nothing else;
``file``
    the completion as it stands, tags of reasoning and all: a file's text is not an answer.
"""

POLICIES: tuple[ProgramPolicy, ...] = ("last", "joined", "longest", "whole", "file")
_STATEMENT = re.compile(
    r"\s*(?:(?:def|class|import|from|async)\s|@|#|\"\"\"|'''|[A-Za-z_]\w*[ \t]*(?::[^=]+)?=[^=])"
)


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


def extract_program(
    text: str, policy: ProgramPolicy = "last", language: str = "python"
) -> Program | None:
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
    blocks = blocks_of(text)
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
        chosen = [ours[chosen_of([content(text, block) for block in ours])]]
    return Program(
        "\n".join(content(text, block) for block in chosen),
        (chosen[0].start, chosen[-1].end),
        len(ours),
        all(block.closed for block in chosen),
    )


def program_of(sample: Sample, policy: ProgramPolicy = "last") -> Program | None:
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
    return Program(newlines(found.text), found.span) if found is not None else None


def _bare(text: str) -> Program | None:
    if not text.strip():
        return None
    return Program(newlines(text.removeprefix("\ufeff")), (0, len(text)))
