"""The program of a completion as the analysers get it: found, cleaned, unfolded."""

from __future__ import annotations

import re
import tokenize
from dataclasses import dataclass, replace
from functools import lru_cache

from assay.model import Sample
from assay.verifiers.code_style.hidden import Hidden, hidden_code
from assay.verifiers.code_style.parse import parse, substantive
from assay.verifiers.code_style.style_findings import counted
from assay.verifiers.code_style.suppressions import without_suppressions
from assay.verifiers.program_source import ProgramPolicy, named_files, program_of

_EMPTY = "the program is empty"
_LEADING = re.compile(r"(?:[ \t\f]*\n)+")


@dataclass(frozen=True, slots=True)
class ParsedProgram:
    """A program that parses, ready to be judged."""

    text: str
    """Without suppression comments; no blank lines at either end, one line end at the end."""
    lines: tuple[int, ...]
    """For each line of `text`, from the first: the line of the program as it was written."""
    suppressions: int
    """Comments taken out that told an analyser to look away."""
    hidden: Hidden
    """Code kept in strings that the program may run; cleaned like `text`."""
    substantive: bool = True
    """False where no statement does anything: a stub, an import, a docstring."""
    spans: tuple[tuple[int, int], ...] = ()
    """For each line of `text`, where it stands in `Sample.text`; empty where that is unknown."""
    files: tuple[str, ...] = ()
    """Texts of the program's other files, cleaned like `text`."""

    def line(self, number: int) -> int:
        """The program's own number of line `number` of `text`; both from 1."""
        return self.lines[min(max(number, 1), len(self.lines)) - 1]

    def span(self, number: int) -> tuple[int, int] | None:
        """Where line `number` of `text` stands in the completion, in characters."""
        return self.spans[number - 1] if 1 <= number <= len(self.spans) else None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything to judge: the program, its other files, then the code that they hide."""
        return (self.text, *self.files, *self.hidden.programs)

    @property
    def note(self) -> str:
        """What was taken out or unfolded, as the end of a sentence; empty for most programs."""
        notes = []
        if self.files:
            notes.append(f"{counted(len(self.files), 'further file')} judged")
        if self.suppressions:
            notes.append(f"{counted(self.suppressions, 'suppression comment')} ignored")
        if self.hidden.programs:
            notes.append(f"{counted(len(self.hidden.programs), 'piece')} of code in strings judged")
        if self.hidden.unread:
            notes.append(f"{counted(self.hidden.unread, 'character')} of text that may be code")
        return "; " + ", ".join(notes) if notes else ""


def read(sample: Sample, policy: ProgramPolicy = "last") -> ParsedProgram | str:
    """The program in a sample's answer, or why there is none to judge, in one sentence.

    What the second case names is the completion's doing and judged 0.
    """
    program = program_of(sample, policy)
    if program is None:
        return "no program in the completion"
    found = _read(program.text)
    if not isinstance(found, str) and policy == "last":
        found = _with_files(found, program.text, sample.answer)
    if isinstance(found, str):
        return found
    start, end = program.span
    written = sample.text[start:end]
    if written.rstrip("\n") != program.text.rstrip("\n"):
        return found  # indented, joined, or other line ends: places in it are not places there
    spans = _rows(written, start)
    return replace(found, spans=tuple(spans[n - 1] for n in found.lines if n <= len(spans)))


def _with_files(found: ParsedProgram, program: str, answer: str) -> ParsedProgram | str:
    """The same with the other files of a program of several: what runs is judged."""
    named = named_files(answer)
    if named is None:
        return found
    others = {path: text for path, text in named.files.items() if path.endswith(".py")}
    for path, text in {**others, "the file without a name": named.unnamed}.items():
        if text == program or not text.strip():
            continue
        more = _read(text)
        if isinstance(more, str):
            if more == _EMPTY:
                continue
            return f"{path}: {more}"
        found = replace(
            found,
            files=(*found.files, more.text),
            suppressions=found.suppressions + more.suppressions,
            hidden=Hidden(
                (*found.hidden.programs, *more.hidden.programs),
                found.hidden.unread + more.hidden.unread,
            ),
            substantive=found.substantive or more.substantive,
        )
    return found


def _rows(text: str, at: int) -> list[tuple[int, int]]:
    rows = []
    for line in text.split("\n"):
        rows.append((at, at + len(line)))
        at += len(line) + 1
    return rows


@lru_cache(maxsize=32)
def _read(source: str) -> ParsedProgram | str:
    tree = parse(source)
    if isinstance(tree, str):
        return tree
    if not tree.body:
        return _EMPTY
    try:
        text, lines, suppressions = _clean(source)
        hidden = hidden_code(source, tree)
        if hidden.broken:
            return "the program executes a text that does not parse"
        pieces = []
        for piece in hidden.programs:
            inner, _, more = _clean(piece)
            pieces.append(inner)
            suppressions += more
    except (tokenize.TokenError, SyntaxError):
        return "the program cannot be split into tokens"
    except RecursionError:
        return "the program is nested too deeply"
    hidden = Hidden(tuple(pieces), hidden.unread)
    return ParsedProgram(text, lines, suppressions, hidden, substantive(tree))


def _clean(source: str) -> tuple[str, tuple[int, ...], int]:
    """Where a fence or an answer begins and ends is not a matter of style."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    text, lines, suppressions = without_suppressions(_ended(source))
    leading = _LEADING.match(text)
    if leading is not None:
        lines = lines[leading[0].count("\n") :]
        text = text[leading.end() :]
    text = _ended(text)
    return text, lines[: text.count("\n")], suppressions


def _ended(text: str) -> str:
    """`text` without blank lines at its end; trailing blanks of its last line stay."""
    last = text.find("\n", len(text.rstrip(" \t\f\n")))  # a pattern would be quadratic here
    return (text if last < 0 else text[:last]) + "\n"
