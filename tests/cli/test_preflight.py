"""`assay preflight`: findings as a table and as JSON, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import Done

Assay = Callable[..., Done]

SOUND = {"question": "1+1?", "reference": "2", "solution": "So \\boxed{2}."}
WRONG = {"question": "1+1?", "reference": "3", "solution": "So \\boxed{2}."}
UNREADABLE = {"question": "0/0?", "reference": "\\frac{0}{0}"}


def write(path: Path, *rows: Mapping[str, Any] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_sound_file(assay: Assay, tmp_path: Path) -> None:
    done = assay("preflight", write(tmp_path / "rows.jsonl", SOUND, SOUND), "--rubric", "math")
    assert done.code == 0
    assert done.out == "no findings\n"
    assert "2 rows, 2 with a reference solution" in done.err


def test_findings_name_their_rows(assay: Assay, tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", SOUND, WRONG, UNREADABLE, "{", WRONG)
    done = assay("preflight", file, "--rubric", "math")
    assert done.code == 1
    assert "error     reference.not_rewarded  2" in done.out
    assert f"{file}:2: the reference solution earns 0 of 1" in done.out
    assert f"{file}:3: the reference '" in done.out
    assert f"{file}:4: not JSON" in done.out


def test_one_object_a_finding(assay: Assay, tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", SOUND, WRONG)
    done = assay("preflight", file, "--json")
    (noted,) = map(json.loads, done.out.splitlines())
    assert noted["id"] == "reference.not_rewarded"
    assert noted["place"] == f"{file}:2"
    assert noted["severity"] == "error"


LOUD = """
from assay import verifier

@verifier("demo.quiet@1", cost="inline", levels=[0, 1])
def quiet(sample):
    "No exclamation marks."
    return "!" not in sample.answer
"""
RUBRIC = """
kind = "weighted"
[criteria]
"math.answer" = 0.8
"demo.quiet" = 0.2
"""


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_how_grave_a_finding_must_be(assay: Assay, tmp_path: Path, fail_on: str, code: int) -> None:
    (tmp_path / "loud.py").write_text(LOUD)
    (tmp_path / "r.toml").write_text(RUBRIC)
    file = write(tmp_path / "rows.jsonl", {**SOUND, "solution": "Ha! \\boxed{2}"})
    plugin = ("--plugin", tmp_path / "loud.py", "--rubric", tmp_path / "r.toml")
    done = assay("preflight", file, *plugin, "--fail-on", fail_on)
    assert done.code == code
    assert "warning   reference.not_rewarded  1" in done.out


def test_how_to_mend_rows_is_said_once(assay: Assay, tmp_path: Path) -> None:
    """Two rows with one fault: each is named, and the fix stands below them."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'{"reference": "\xe9"}\n{"reference": "\xe9\xe9"}\n')
    done = assay("preflight", file, "--rubric", "math")
    shown = [line for line in done.out.splitlines() if line.startswith("  ")]
    assert shown == [
        f"  {file}:1: not UTF-8: byte 0xe9 at position 15",
        f"  {file}:2: not UTF-8: byte 0xe9 at position 15",
        "  fix: write the file as UTF-8, e.g. iconv -f LATIN1 -t UTF-8 FILE > NEW_FILE",
    ]


@pytest.mark.parametrize("command", ["preflight", "verify"])
def test_what_a_verifier_quotes_of_a_row_is_no_line_of_ours(
    assay: Assay, tmp_path: Path, command: str
) -> None:
    """A plugin may put a row's text into its error as it is."""
    (tmp_path / "quotes.py").write_text(
        "from assay import ReferenceUnreadable, verifier\n"
        "@verifier('demo.quotes@1', needs=['reference'], cost='inline')\n"
        "def quotes(sample):\n    'Quotes.'\n    raise ReferenceUnreadable(sample.reference)\n"
    )
    (tmp_path / "r.toml").write_text('[criteria]\n"demo.quotes" = 1\n')
    reference = "odd\nFORGED line\nassay: error: FORGED"
    file = write(tmp_path / "rows.jsonl", {"completion": "x", "reference": reference})
    given = ("--plugin", tmp_path / "quotes.py", "--rubric", tmp_path / "r.toml")
    done = assay(command, file, *given)
    assert "odd" in done.out + done.err
    assert "FORGED" not in done.out + done.err


def test_columns_and_the_solution_are_named(assay: Assay, tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {"answer": "2", "worked": "So \\boxed{3}"})
    done = assay("preflight", file, "--map", "reference=answer", "--solution", "worked")
    assert done.code == 1
    assert assay("preflight", file, "--map", "reference=answer").code == 0


@pytest.mark.parametrize(
    ("options", "noted"),
    [
        (("--fail-on", "fatal"), "--fail-on fatal: must be one of info, warning, error"),
        (("--map", "referense=answer"), "did you mean 'reference'?"),
        (("--rubric", "mths"), "did you mean 'math'?"),
    ],
)
def test_mistakes_in_options(
    assay: Assay, tmp_path: Path, options: tuple[str, str], noted: str
) -> None:
    done = assay("preflight", write(tmp_path / "rows.jsonl", SOUND), *options)
    assert done.code == 2
    assert noted in done.err


def test_text_of_the_rows_cannot_reach_the_terminal(assay: Assay, tmp_path: Path) -> None:
    row = {"reference": "3", "solution": "\\boxed{\x1b[31m[bold]2[/bold]\u202e}"}
    done = assay("preflight", write(tmp_path / "rows.jsonl", row))
    assert done.code == 1
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err


def test_no_rows_is_no_clean_bill(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    done = assay("preflight", str(tmp_path / "empty.jsonl"))
    assert done.code == 2
    assert "empty.jsonl: no rows, so nothing was checked" in done.err
