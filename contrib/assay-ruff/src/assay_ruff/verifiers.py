"""What ruff says of a program, as scores that no padding raises.

A score depends on the number of findings alone and not on the number of lines, so clean lines that
do nothing earn nothing. Comments that silence ruff are not obeyed, or earn 0.
"""

from __future__ import annotations

import difflib
import re

from assay import Part, Sample, Verdict
from assay.verifiers.program_source import program_of

from assay_ruff.params import FormatParams, LintParams
from assay_ruff.run import Unreadable, findings, format_arguments, lint_arguments, ruff

CHARS = 100_000
"""A longer program is judged 0: ruff's time must be bounded, and nobody writes that by hand."""

LINES = 500
"""Lines of a difference that are compared: the time grows by their square."""

_SILENCED = re.compile(r"#\s*(?:fmt:\s*(?:off|skip)|yapf:\s*disable)")


def source(sample: Sample) -> str:
    """The program of a completion.

    Raises:
        Unreadable: there is none, or it is too long.
    """
    program = program_of(sample)
    if program is None or not program.text.strip():
        raise Unreadable("no program in the completion")
    if len(program.text) > CHARS:
        raise Unreadable(f"the program has more than {CHARS} characters")
    return program.text if program.text.endswith("\n") else f"{program.text}\n"


class Lint:
    """1 / (1 + findings)."""

    name = "ruff.lint@1"

    def __init__(self, params: LintParams | None = None) -> None:
        given = params or LintParams()
        self._arguments = lint_arguments(given.line_length, given.select, given.ignore)

    def verify(self, sample: Sample) -> Verdict:
        """Judge the program of one completion."""
        try:
            found = findings(ruff(self._arguments, source(sample)))
        except Unreadable as err:
            return Verdict.judged(self.name, 0.0, str(err))
        parts = [Part(f"line {line}: {code} {said}"[:200], 0.0) for line, code, said in found[:50]]
        because = f"{len(found)} findings"
        feedback = "\n".join(part.label for part in parts[:10]) or None
        score = 1.0 / (1.0 + len(found))
        return Verdict.judged(self.name, score, because, parts=parts, feedback=feedback)


class Format:
    """1 / (1 + lines that the formatter would change)."""

    name = "ruff.format@1"

    def __init__(self, params: FormatParams | None = None) -> None:
        given = params or FormatParams()
        self._arguments = format_arguments(given.line_length)

    def verify(self, sample: Sample) -> Verdict:
        """Judge the program of one completion."""
        try:
            before = source(sample)
            if _SILENCED.search(before):
                raise Unreadable("the program switches the formatter off")
            after = ruff(self._arguments, before)
        except Unreadable as err:
            return Verdict.judged(self.name, 0.0, str(err))
        changed = _changed(before.splitlines(), after.splitlines())
        because = f"ruff would change {changed} lines"
        return Verdict.judged(self.name, 1.0 / (1.0 + changed), because)


def _changed(before: list[str], after: list[str]) -> int:
    """Lines that are replaced, put in or taken out, the larger side of each place."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    before, after = before[same:], after[same:]
    if max(len(before), len(after)) > LINES:  # too many to compare: as if all were changed
        return max(len(before), len(after))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    blocks = (op for op in matcher.get_opcodes() if op[0] != "equal")
    return sum(max(end - start, new_end - new) for _, start, end, new, new_end in blocks)
