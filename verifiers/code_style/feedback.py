"""Text for the model's next turn: what to change, and where.

Short, and the same for the same code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from assay.model import Part
from assay.verifiers.code_style.parsed_program import ParsedProgram
from assay.verifiers.code_style.style_findings import StyleFinding

FEEDBACK_CHARS = 2_000
"""Most characters of a feedback."""

MOST_PARTS = 40
"""Findings named one by one in a verdict; the score counts all."""

_DIFFED_LINES = 300
"""Lines, from the first difference on, that a diff looks at."""

_LINE_CHARS = 200

_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+\d+(?:,\d+)? @@")

HIDDEN_ADVICE = "Code in strings is judged like any other: write it as code."


def bounded(lines: Sequence[str]) -> str:
    """`lines` up to `FEEDBACK_CHARS`, whole lines only, with a count of what is left out."""
    kept: list[str] = []
    room = FEEDBACK_CHARS - 40
    for i, line in enumerate(lines):
        line = line if len(line) <= _LINE_CHARS else line[: _LINE_CHARS - 3] + "..."
        if len(line) + 1 > room:
            return "\n".join([*kept, f"... {len(lines) - i} more lines"])
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)


def diff_lines(reading: ParsedProgram, target: str) -> list[str]:
    """A unified diff from the program to `target`, its line numbers those of the completion."""
    before, after, skipped = _window(reading.text, target)
    lines = []
    for line in difflib.unified_diff(before, after, lineterm="", n=1):
        if line.startswith(("---", "+++")) and line.rstrip() in ("---", "+++"):
            continue
        hunk = _HUNK.fullmatch(line)
        if hunk is not None:
            line = f"@@ line {reading.line(skipped + max(1, int(hunk[1])))} @@"
        lines.append(line)
    return lines


def changed_lines(source: str, target: str) -> list[int]:
    """Numbers of the lines of `source` that differ in `target`, or before which lines come."""
    before, after, skipped = _window(source, target)
    found: list[int] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, _, _ in matcher.get_opcodes():
        if tag != "equal":
            found.extend(range(skipped + start + 1, skipped + max(end, start + 1) + 1))
    return found


def _window(source: str, target: str) -> tuple[list[str], list[str], int]:
    before, after = source.split("\n")[:-1], target.split("\n")[:-1]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    start = max(0, start - 1)
    return before[start : start + _DIFFED_LINES], after[start : start + _DIFFED_LINES], start


def line_parts(reading: ParsedProgram, lines: Sequence[int]) -> list[Part]:
    """A part for each changed line, up to `MOST_PARTS`."""
    return [
        Part(f"line {reading.line(n)}", None, reading.span(n)) for n in list(lines)[:MOST_PARTS]
    ]


def finding_parts(reading: ParsedProgram, findings: Sequence[StyleFinding]) -> list[Part]:
    """A part for each finding, up to `MOST_PARTS`."""
    return [
        Part(f.to_text(reading.line(f.line)), None, reading.span(f.line))
        for f in findings[:MOST_PARTS]
    ]


def finding_lines(reading: ParsedProgram, findings: Sequence[StyleFinding]) -> list[str]:
    """Feedback about findings, a line each."""
    return [f.to_text(reading.line(f.line)) for f in findings]
