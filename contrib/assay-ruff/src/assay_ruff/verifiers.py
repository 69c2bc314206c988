"""What ruff says of a program, as scores that no padding raises.

A score depends on the number of findings alone and not on the number of lines, so clean lines that
do nothing earn nothing. Comments that silence ruff are not obeyed, or earn 0.
"""

from __future__ import annotations

import difflib
import json
import re
import subprocess
from typing import Any

from assay import Part, Sample, Verdict
from assay.verifiers.program_source import program_of
from ruff import find_ruff_bin

from assay_ruff.params import FormatParams, LintParams

CHARS = 100_000
"""A longer program is judged 0: ruff's time must be bounded, and nobody writes that by hand."""

LINES = 500
"""Lines of a difference that are compared: the time grows by their square."""

RUFF_S = 3.0
"""Bound of one run, in seconds: below the engine's, so that it is named."""

_SILENCED = re.compile(r"#\s*(?:fmt:\s*(?:off|skip)|yapf:\s*disable)")


class Unreadable(ValueError):
    """The program cannot be judged, and that is its own fault."""


def ruff(arguments: list[str], program: str) -> tuple[int, str]:
    """Exit code and output of ruff on a program, which it never runs.

    Raises:
        Unreadable: it takes too long.
        RuntimeError: ruff itself fails.
    """
    try:
        done = subprocess.run(
            [find_ruff_bin(), *arguments, "--isolated", "--no-cache", "-"],
            input=program.encode("utf-8", "replace"),
            capture_output=True,
            timeout=RUFF_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"ruff took more than {RUFF_S:g} s") from None
    if done.returncode > 1 or done.returncode < 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        if "Failed to parse" in said or "SyntaxError" in said:
            raise Unreadable("the program does not parse")
        raise RuntimeError(f"ruff ended with {done.returncode}: {said[:300]}")
    return done.returncode, done.stdout.decode("utf-8", "replace")


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
        self._arguments = [
            "check",
            "--output-format=json",
            "--ignore-noqa",
            f"--line-length={given.line_length}",
            f"--select={','.join(given.select)}",
            *([f"--ignore={','.join(given.ignore)}"] if given.ignore else []),
        ]

    def verify(self, sample: Sample) -> Verdict:
        """Judge the program of one completion."""
        try:
            findings = _findings(ruff(self._arguments, source(sample))[1])
        except Unreadable as err:
            return Verdict.judged(self.name, 0.0, str(err))
        parts = [
            Part(f"line {line}: {code} {said}"[:200], 0.0) for line, code, said in findings[:50]
        ]
        because = f"{len(findings)} findings"
        feedback = "\n".join(part.label for part in parts[:10]) or None
        score = 1.0 / (1.0 + len(findings))
        return Verdict.judged(self.name, score, because, parts=parts, feedback=feedback)


def _findings(text: str) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    rows: list[dict[str, Any]] = json.loads(text or "[]")
    for row in rows:
        code = row["code"]
        if code in (None, "invalid-syntax"):
            raise Unreadable(f"the program does not parse: {row['message']}"[:200])
        found.append((int(row["location"]["row"]), code, row["message"]))
    return sorted(found)


class Format:
    """1 / (1 + lines that the formatter would change)."""

    name = "ruff.format@1"

    def __init__(self, params: FormatParams | None = None) -> None:
        given = params or FormatParams()
        self._arguments = ["format", f"--line-length={given.line_length}"]

    def verify(self, sample: Sample) -> Verdict:
        """Judge the program of one completion."""
        try:
            before = source(sample)
            if _SILENCED.search(before):
                raise Unreadable("the program switches the formatter off")
            _, after = ruff(self._arguments, before)
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
