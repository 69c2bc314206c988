"""`assay formats`, and `--format` of the commands that read rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from assay.datasets import SHAPES

from .conftest import Done, write_rows

Assay = Callable[..., Done]

GSM = [
    {"question": "2 + 2?", "answer": "2 + 2 = 4\n#### 4", "completion": "It is 4."},
    {"question": "3 + 2?", "answer": "3 + 2 = 5\n#### 5", "completion": "It is 6."},
]


def test_formats_are_listed_and_shown(assay: Assay) -> None:
    listed = assay("formats")
    assert all(shape.name in listed.out for shape in SHAPES)
    shown = assay("formats", "gsm8k")
    assert "answer-after-hashes" in shown.out
    assert '"question": "Two and two?"' in shown.out
    rows = [json.loads(line) for line in assay("formats", "--json").out.splitlines()]
    assert [row["name"] for row in rows] == [shape.name for shape in SHAPES]
    assert assay("formats", "gsm9k").code == 2


def test_rows_of_a_data_set_are_recognised_and_said(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", GSM)
    done = assay("verify", "rows.jsonl", "--out", "out.jsonl")
    assert done.code == 0
    assert "rows are read as answer-after-hashes" in done.err
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["reward"] for row in out] == [1.0, 0.0]
    assert [{k: row[k] for k in GSM[0]} for row in out] == GSM  # the row stays as it was


def test_a_format_is_named_and_none_is_taken_where_it_is_ours(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", GSM)
    named = assay("verify", "rows.jsonl", "--format", "gsm8k")
    assert named.code == 0
    assert "rows are read as" not in named.err
    ours = assay("verify", "rows.jsonl", "--format", "assay")
    assert ours.code == 2
    assert "no 'reference'" in ours.err
    unknown = assay("verify", "rows.jsonl", "--format", "verk")
    assert unknown.code == 2
    assert "no format 'verk'; did you mean 'verl'?" in unknown.err


def test_a_malformed_row_is_named(assay: Assay, tmp_path: Path) -> None:
    write_rows(
        tmp_path / "rows.jsonl", [*GSM, {"question": "q", "answer": "five", "completion": "5"}]
    )
    done = assay("verify", "rows.jsonl", "--format", "gsm8k")
    assert done.code == 2
    assert "rows.jsonl:3" in done.err
    assert "without a line '#### ANSWER'" in done.err


def test_preflight_and_probe_read_data_sets(assay: Assay, tmp_path: Path) -> None:
    """They have no completions, and a solution that must be paid."""
    bare = [{k: v for k, v in row.items() if k != "completion"} for row in GSM]
    write_rows(tmp_path / "rows.jsonl", bare)
    done = assay("preflight", "rows.jsonl")
    assert done.code == 0, done.err
    assert "no findings" in done.out
    assert "2 rows, 2 with a reference solution" in done.err
    write_rows(
        tmp_path / "bad.jsonl",
        [{"problem": "q", "answer": "proof"}, {"problem": "q", "answer": "2"}],
    )
    bad = assay("preflight", "bad.jsonl")
    assert bad.code == 1
    assert "reference.unreadable" in bad.out
    probed = assay("probe", "math", "--rows", "rows.jsonl", "--n", "1")
    assert "math on" in probed.out
    assert assay("probe", "math", "--format", "gsm8k").code == 2


def test_rows_that_fit_several_formats_are_read_as_they_are_with_a_warning(
    assay: Assay, tmp_path: Path
) -> None:
    """A rubric may need neither: an error would stop what worked without formats."""
    row = {"messages": [{"role": "user", "content": "q"}], "solution": "4", "answer": "4",
           "completion": r"\boxed{4}"}  # fmt: skip
    write_rows(tmp_path / "rows.jsonl", [row, row])
    rubric = tmp_path / "boxed.toml"
    rubric.write_text('kind = "weighted"\n[criteria]\n"format.boxed" = 1\n', encoding="utf-8")
    done = assay("verify", "rows.jsonl", "--rubric", "boxed.toml")
    assert done.code == 0
    assert "the columns fit several formats" in done.err
    assert "--format ms-swift" in done.err
    assert "mean reward  1.0000" in done.out or "1.0000" in done.out
    assert assay("verify", "rows.jsonl", "--format", "areal").code == 0
