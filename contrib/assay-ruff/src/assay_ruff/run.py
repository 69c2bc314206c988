"""Runs ruff on a text, which it never executes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from ruff import find_ruff_bin

RUFF_S = 3.0
"""Bound of one run, in seconds: below the engine's, so that it is named."""


class Unreadable(ValueError):
    """The program cannot be judged, and that is its own fault."""


def ruff(arguments: Sequence[str], program: str) -> str:
    """What ruff writes of a program. No configuration of the machine is read.

    Raises:
        Unreadable: it does not parse, or takes too long.
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
    return done.stdout.decode("utf-8", "replace")


def lint_arguments(line_length: int, select: Sequence[str], ignore: Sequence[str]) -> list[str]:
    """For findings of the linter, as JSON; comments that silence it are not obeyed."""
    return [
        "check",
        "--output-format=json",
        "--ignore-noqa",
        f"--line-length={line_length}",
        f"--select={','.join(select)}",
        *([f"--ignore={','.join(ignore)}"] if ignore else []),
    ]


def format_arguments(line_length: int) -> list[str]:
    """For the program as the formatter writes it."""
    return ["format", f"--line-length={line_length}"]


def findings(said: str) -> list[tuple[int, str, str]]:
    """Line, rule and words of each finding, in order.

    Raises:
        Unreadable: one says that the program does not parse.
    """
    found: list[tuple[int, str, str]] = []
    rows: list[dict[str, Any]] = json.loads(said or "[]")
    for row in rows:
        code = row["code"]
        if code in (None, "invalid-syntax"):
            raise Unreadable(f"the program does not parse: {row['message']}"[:200])
        found.append((int(row["location"]["row"]), code, row["message"]))
    return sorted(found)
