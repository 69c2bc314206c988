"""`assay verify`: one row in, one row out, and every way in which a user can be wrong."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .conftest import ONE_FILE, STEERED, Done, read_rows, write_rows

Assay = Callable[..., Done]


@pytest.fixture
def doing(tmp_path: Path) -> Path:
    """A rubric of the verifier that does what it is asked."""
    path = tmp_path / "doing.json"
    path.write_text(json.dumps({"kind": "weighted", "criteria": {"steered.doer": 1}}))
    return path


def test_one_row_in_one_row_out_same_order(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    rows = [
        {"id": i, "completion": "please " * (i % 3) + "x" * (40 * (i % 4)), "deep": [{"a": [i]}]}
        for i in range(300)
    ]
    write_rows(tmp_path / "a.jsonl", rows)
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "--out", "r.jsonl")
    assert done.code == 0, done.err
    out = read_rows(tmp_path / "r.jsonl")
    assert len(out) == 300
    for row, scored in zip(rows, out, strict=True):
        text = row["completion"]
        assert {k: scored[k] for k in row} == row
        assert list(scored) == [*row, "reward", "status", "terms", "verdicts", "signature"]
        assert scored["reward"] == 0.5 * ("please" in str(text)) + 0.5 * (len(str(text)) <= 80)
        assert scored["status"] == "scored"
        assert sum(t["contribution"] for t in scored["terms"].values()) == scored["reward"]
        assert list(scored["verdicts"]) == list(scored["terms"]) == ["demo.polite", "demo.short"]
    assert len({scored["signature"] for scored in out}) == 1
    assert "rows" in done.out
    assert "300 (100.0%)" in done.out
    assert "slowest" in done.out
    assert done.err == ""


def test_without_out_only_the_summary(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE)
    assert (done.code, done.err) == (0, "")
    assert "mean reward" in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "manners.toml"]


def test_several_inputs_a_glob_and_gzip(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    for name in ("b1", "b2"):
        write_rows(tmp_path / f"{name}.jsonl", [{"completion": name}])
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b'{"completion": "c"}\n'))
    done = assay(
        "verify", "c.jsonl.gz", "b*.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.out"
    )
    assert done.code == 0, done.err
    assert [r["completion"] for r in read_rows(tmp_path / "r.out")] == ["c", "b1", "b2"]


def test_columns_of_another_name(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"response": "please", "completion": "the column says no"}])
    done = assay(
        "verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl",
        "--map", "completion=response",
    )  # fmt: skip
    assert done.code == 0, done.err
    (row,) = read_rows(tmp_path / "r.jsonl")
    assert row["reward"] == 1.0
    assert row["completion"] == "the column says no"


def test_rescoring_replaces_what_was_there(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    common = ("-r", rubric, "--plugin", ONE_FILE)
    assert assay("verify", "a.jsonl", *common, "-o", "r.jsonl").err == ""
    again = assay("verify", "r.jsonl", *common, "-o", "s.jsonl")
    assert (again.code, again.err) == (0, "")
    (first,), (second,) = read_rows(tmp_path / "r.jsonl"), read_rows(tmp_path / "s.jsonl")
    assert list(first) == list(second)
    assert first["terms"] == second["terms"]


def test_a_column_of_the_users_that_is_replaced_is_told(
    assay: Assay, rubric: Path, tmp_path: Path
) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please", "reward": 7, "status": 200}])
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl")
    assert done.code == 0
    assert done.err == "assay: note: columns of the rows in that were replaced: reward, status\n"
    (row,) = read_rows(tmp_path / "r.jsonl")
    assert (row["reward"], row["status"]) == (1.0, "scored")


def test_agreement_with_labels_is_told(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    rows = [{"completion": "please", "label": True}, {"completion": "please", "label": False},
            {"completion": "please", "label": None}]  # fmt: skip
    write_rows(tmp_path / "a.jsonl", rows)
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE)
    assert "1 of 2 (50.0%)" in done.out


def test_the_summary_as_markdown(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}, {"completio": "x"}])
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "--summary", "s.md")
    assert done.code == 2
    text = (tmp_path / "s.md").read_text()
    assert "| rows | 2 |" in text
    assert "| mean reward | 1.0000 |" in text
    assert "- a.jsonl:2: no 'completion' in the row; did you mean 'completio'?" in text


# -- what a model wrote is judged ----------------------------------------------------------------


class Text(NamedTuple):
    json: str
    why: str


@pytest.mark.parametrize(
    "case",
    [
        Text(r'"please \u0000"', "a NUL byte"),
        Text(r'"please \ud800"', "half a character"),
        Text(r'"please \u001b[31m\u001b]0;title\u0007"', "ANSI codes"),
        Text(r'"please [red]\u202e"', "markup and bidi"),
        Text('"please\u2028\x7f"', "line separators, written raw"),
        Text('"' + "please " * 7_000_000 + '"', "50 MB of text"),
        Text('[{"role": "assistant", "content": "please"}]', "a chat"),
        Text('[{"role": "assistant", "content": null}]', "a chat without content"),
        Text('""', "nothing"),
    ],
    ids=lambda c: c.why,
)
def test_what_the_model_wrote_is_judged(
    assay: Assay, rubric: Path, tmp_path: Path, case: Text
) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"completion": {case.json}}}\n')
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl")
    assert done.code == 0, done.err
    (row,) = read_rows(tmp_path / "r.jsonl")
    assert row["status"] == "scored"
    assert row["completion"] == json.loads(case.json)


def test_nothing_out_of_data_steers_the_terminal(assay: Assay, doing: Path, tmp_path: Path) -> None:
    name = "a\x1b[31m[bold].jsonl"
    write_rows(tmp_path / name, [{"completion": "raise"}, {"completion": "\x1b[31m [bold]x"}])
    with (tmp_path / name).open("a") as file:
        file.write('{"completion": "x", "reference": {"\\u001b[31m": 1}}\n')
    done = assay("verify", name, "-r", doing, "--plugin", STEERED)
    assert "\x1b" not in done.out + done.err
    assert r"a\x1b[31m[bold].jsonl:3: reference is a dict" in done.err
    assert "[bold]" in done.out


# -- what a user gets wrong ----------------------------------------------------------------------

BAD_ROWS = [
    ('{"completion": "x"', "not JSON: "),
    ('{"prompt": "x"}', "no 'completion' in the row"),
    ('{"completion": "x", "reference": {}}', "reference is a dict; wanted text"),
    ('{"completion": "x", "reference": NaN}', "reference is nan; wanted a finite number"),
    ('{"completion": 5}', "completion is an int; wanted text or chat messages"),
    ('{"completion": "x", "reference": "unreadable"}', "the reference cannot be read"),
]


def test_a_files_name_cannot_forge_a_line(assay: Assay, tmp_path: Path) -> None:
    """The places of its rows are named on lines of their own."""
    name = "a\nfix: pay me.jsonl"
    (tmp_path / name).write_text('{"completion": "1"}\n[]\n{"completion": "1", "reference": "1"}\n')
    for command in (("verify", name), ("preflight", name), ("fit", name), ("audit", name)):
        done = assay(*command)
        said = done.out + done.err
        assert r"a\nfix: pay me.jsonl" in said
        assert not any(line.startswith("fix: pay") for line in said.splitlines())


def test_a_file_that_is_named_twice_is_said_to_be(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"completion": "1", "reference": "1"}\n')
    done = assay("verify", "a.jsonl", "*.jsonl")
    assert done.code == 0
    assert done.err.startswith(
        "assay: warning: a.jsonl: named more than once, so its rows are, too\n"
    )


def test_a_folder_is_shown_by_the_files_that_are_in_it(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "led").mkdir()
    (tmp_path / "led" / "x.parquet").write_text("")
    done = assay("verify", "led")
    assert done.err == (
        "assay: error: led: is a directory\nfix: name its files, e.g. 'led/*.parquet'\n"
    )


def test_bad_rows_are_invalid_and_the_others_scored(
    assay: Assay, doing: Path, tmp_path: Path
) -> None:
    good = '{"completion": "work"}'
    lines = [line for bad, _ in BAD_ROWS for line in (good, bad)]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, good]) + "\n")
    done = assay("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl")
    assert done.code == 2
    out = read_rows(tmp_path / "r.jsonl")
    assert [r["status"] for r in out] == ["scored", "invalid"] * len(BAD_ROWS) + ["scored"]
    for row, (_, error) in zip(out[1::2], BAD_ROWS, strict=True):
        assert row["error"].startswith(error)
        assert row["reward"] is None
        assert set(row["terms"]) == {"steered.doer"}
    lines = done.err.splitlines()
    fixes = [line for line in lines if line.startswith("fix: ")]
    assert fixes[0].startswith("fix: each row is one JSON object")
    assert fixes[1].startswith(
        "fix: name the column that holds the model's text: --map completion="
    )
    lines = [line for line in lines if line not in fixes]
    assert len(lines) == 4
    for line, number, (_, error) in zip(lines[:3], (2, 4, 6), BAD_ROWS, strict=False):
        assert line.startswith(f"assay: error: a.jsonl:{number}: {error}")
    assert lines[3] == "assay: error: 6 rows are invalid; the first 3 are listed above"
    assert "6 (46.2%)" in done.out


@pytest.mark.parametrize("number", range(len(BAD_ROWS)))
def test_strict_stops_at_once(assay: Assay, doing: Path, tmp_path: Path, number: int) -> None:
    good = '{"completion": "work"}\n'
    (tmp_path / "a.jsonl").write_text(good * 2 + BAD_ROWS[number][0] + "\n" + good * 5000)
    done = assay("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl", "--strict")
    assert done.code == 2
    assert [r["status"] for r in read_rows(tmp_path / "r.jsonl")] == ["scored"] * 2 + ["invalid"]
    assert done.err.startswith(f"assay: error: a.jsonl:3: {BAD_ROWS[number][1]}")
    assert "as --strict asks" in done.err


def test_a_strict_run_goes_on_once_its_row_is_mended(
    assay: Assay, doing: Path, tmp_path: Path
) -> None:
    rows: list[dict[str, Any]] = [{"id": i, "completion": "work"} for i in range(20)]
    args = ("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl", "--strict")
    write_rows(tmp_path / "a.jsonl", [*rows[:5], {"id": 5}, *rows[6:]])
    assert assay(*args).code == 2
    write_rows(tmp_path / "a.jsonl", rows)
    done = assay(*args, "--resume")
    assert (done.code, done.err) == (0, "")
    assert [r["id"] for r in read_rows(tmp_path / "r.jsonl")] == list(range(20))
    assert {r["status"] for r in read_rows(tmp_path / "r.jsonl")} == {"scored"}


class Mistake(NamedTuple):
    args: tuple[str, ...]
    error: str
    why: str


MISTAKES = [
    Mistake(("none.jsonl",), "none.jsonl: no such file", "an input that is not there"),
    Mistake(("a.json",), "a.json: no such file; did you mean 'a.jsonl'?", "a slip in its name"),
    Mistake(("*.parquet",), "*.parquet: no file matches", "a glob that matches nothing"),
    Mistake((".",), ".: is a directory", "a folder"),
    Mistake(("a.jsonl", "-o", "no/r.jsonl"), "r.jsonl: cannot be written: no folder", "no folder"),
    Mistake(("a.jsonl", "-o", "a.jsonl"), "a.jsonl: is an input", "output over input"),
    Mistake(("a.jsonl", "-o", "r.gz"), "r.gz: rewards are written as plain JSONL", "compressed"),
    Mistake(("a.jsonl", "-o", "r.csv"), "written as plain JSONL, not as .csv", "read as a table"),
    Mistake(("a.jsonl", "--summary", "no/s.md"), "no/s.md: cannot be written", "no folder for it"),
    Mistake(
        ("a.jsonl", "--summary", "a.jsonl"), "a.jsonl: is in use by this run", "over the input"
    ),
    Mistake(
        ("a.jsonl", "--out", "r.jsonl", "--summary", "r.jsonl"),
        "r.jsonl: is in use by this run",
        "over the rewards",
    ),
    Mistake(("a.jsonl", "-r", "maht"), "no rubric 'maht'; did you mean 'math'?", "unknown rubric"),
    Mistake(("a.jsonl", "-r", "no.toml"), "no.toml", "no such rubric file"),
    Mistake(("a.jsonl", "-r", "slip.json"), "no verifier 'format.boxd'; did you mean "
            "'format.boxed'?", "an unknown verifier"),
    Mistake(("a.jsonl", "--map", "completion"), "--map completion: must be FIELD=COLUMN", "no ="),
    Mistake(("a.jsonl", "--map", "completon=x"), "--map completon=x: no field 'completon'; did "
            "you mean 'completion'?", "an unknown field"),
    Mistake(("a.jsonl", "--map", "prompt=x", "--map", "prompt=y"), "'prompt' is mapped to 'x' "
            "already", "mapped twice"),
    Mistake(("a.jsonl", "--resume"), "--resume needs --out FILE", "nothing to resume"),
    Mistake(("a.jsonl", "--resume", "-o", "-"), "--resume needs --out FILE", "nor a pipe"),
    Mistake(("a.jsonl", "--max-unscored", "5"), "--max-unscored 5: a share", "a share above 1"),
    Mistake(("a.jsonl", "--timeout", "0"), "--timeout 0: must be a positive", "no time at all"),
    Mistake(("a.jsonl", "--timeout", "nan"), "--timeout nan: must be a positive", "no number"),
    Mistake(("a.jsonl", "--budget", "-1"), "--budget -1: must be a positive", "negative time"),
    Mistake(("a.jsonl", "--workers", "0"), "--workers", "no workers"),
    Mistake(("a.jsonl", "--plugin", "no.py"), "plugin file 'no.py' does not exist", "no plugin"),
    Mistake(("a.jsonl", "--plugin", "bad.py"), "plugin file 'bad.py' raised as it was loaded: "
            "ZeroDivisionError", "a plugin that raises"),
    Mistake(("a.jsonl", "--rubrik", "math"), "No such option: --rubrik", "an unknown option"),
    Mistake((), "Missing argument", "no input at all"),
]  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=lambda c: c.why)
def test_a_mistake_is_told_before_any_work(assay: Assay, tmp_path: Path, case: Mistake) -> None:
    """In its first line, with exit code 2, and without harm to an earlier run's file."""
    write_rows(tmp_path / "a.jsonl", [{"completion": "x", "reference": "1"}])
    (tmp_path / "slip.json").write_text('{"kind": "weighted", "criteria": {"format.boxd": 1}}')
    (tmp_path / "bad.py").write_text("1 / 0\n")
    (tmp_path / "r.jsonl").write_text("an earlier run\n")
    out = () if {"-o", "--resume"} & {*case.args} else ("-o", "r.jsonl")
    done = assay("verify", *case.args, *out)
    assert done.code == 2
    assert done.out == ""
    first = done.err.splitlines()[0]
    assert first.startswith("assay: error: ")
    assert case.error in first
    assert "Traceback" not in done.err
    assert (tmp_path / "r.jsonl").read_text() == "an earlier run\n"
    assert (tmp_path / "a.jsonl").read_text() != ""


def test_an_unreadable_input(assay: Assay, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    write_rows(tmp_path / "a.jsonl", [{"completion": "x"}]).chmod(0)
    done = assay("verify", "a.jsonl")
    assert (done.code, done.err) == (2, "assay: error: a.jsonl: Permission denied\n")


# -- unscored ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("allowed", "code"), [("0.05", 3), ("0.24", 3), ("0.25", 0), ("1", 0)])
def test_more_unscored_than_allowed(
    assay: Assay, doing: Path, tmp_path: Path, allowed: str, code: int
) -> None:
    rows: list[dict[str, Any]] = [{"completion": "undecided"}, *[{"completion": "work"}] * 3]
    write_rows(tmp_path / "a.jsonl", rows)
    done = assay(
        "verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl",
        "--max-unscored", allowed,
    )  # fmt: skip
    assert done.code == code, done.err
    assert [r["reward"] for r in read_rows(tmp_path / "r.jsonl")] == [None, 1.0, 1.0, 1.0]
    noted = "assay: error: 1 rows (25.0%) have no score, more than --max-unscored"
    assert done.err.startswith(noted) == (code == 3)
    assert ("most often steered.doer: undecided" in done.err) == (code == 3)


def test_a_budget_bounds_the_run(assay: Assay, doing: Path, tmp_path: Path) -> None:
    rows = [{"completion": f"sleep {3 + i / 100}"} for i in range(50)]
    write_rows(tmp_path / "a.jsonl", [{"completion": "work"}, *rows])
    done = assay(
        "verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl", "--budget", "1",
        "--workers", "2", "--max-unscored", "1",
    )  # fmt: skip
    assert done.code == 0, done.err
    out = read_rows(tmp_path / "r.jsonl")
    assert len(out) == 51
    assert {r["verdicts"]["steered.doer"]["status"] for r in out[1:]} == {"timed_out"}


# -- nothing to do -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n\n  \n"], ids=["an empty file", "blank lines"])
def test_no_rows_at_all(assay: Assay, rubric: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl")
    # a pipeline that produced nothing should not look like one that went well
    assert (done.code, done.err) == (0, "assay: warning: the inputs hold no rows\n")
    assert (tmp_path / "r.jsonl").read_bytes() == b""
    assert done.out.splitlines()[0].split() == ["rows", "0"]


def test_an_input_that_breaks_off_is_told_with_its_place(
    assay: Assay, rubric: Path, tmp_path: Path
) -> None:
    whole = gzip.compress(b"".join(b'{"completion": "%d"}\n' % i for i in range(3000)))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-40])
    done = assay("verify", "a.jsonl.gz", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl")
    assert done.code == 2
    rows = read_rows(tmp_path / "r.jsonl")
    assert 0 < len(rows) <= 3000
    assert done.err.startswith(
        f"assay: error: a.jsonl.gz:{len(rows) + 1}: cannot be read further: "
    )
    assert done.err.splitlines()[1:] == ["fix: the file is cut off: make or fetch it again"]


# -- columns by a path ---------------------------------------------------------------------------

VERL = {
    "data_source": "openai/gsm8k",
    "responses": [r"\boxed{42}", "no"],
    "reward_model": {"style": "rule", "ground_truth": "42", "solution": r"so \boxed{42}"},
}
BY_PATH = ("--map", "completion=responses[0]", "--map", "reference=reward_model.ground_truth")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("verify", "rows.jsonl", *BY_PATH), "mean reward"),
        (
            ("preflight", "rows.jsonl", *BY_PATH, "--solution", "reward_model.solution"),
            "no findings",
        ),
        (("probe", "math", "--rows", "rows.jsonl", "--n", "1", *BY_PATH), "on 1 prompt "),
    ],
    ids=["verify", "preflight", "probe"],
)
def test_every_command_reads_columns_by_a_path(
    command: tuple[str, ...], shown: str, assay: Assay, tmp_path: Path
) -> None:
    """What verl writes is read as it is; a path that leads nowhere is an error with the columns."""
    write_rows(tmp_path / "rows.jsonl", [VERL] * 2)
    done = assay(*command)
    assert shown in done.out, done.err
    assert done.code in (0, 1)
    wrong = assay(*(part.replace("ground_truth", "truth") for part in command))
    assert wrong.code == 2
    assert "assay: error: --map reference=reward_model.truth: no column" in wrong.err
    assert "columns in 'reward_model': style, ground_truth, solution" in wrong.err


def test_a_wrong_column_costs_no_earlier_rewards(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [VERL])
    (tmp_path / "out.jsonl").write_text("an earlier run\n")
    done = assay("verify", "rows.jsonl", "--out", "out.jsonl", "--map", "completion=response")
    assert done.code == 2
    assert "did you mean 'responses'?" in done.err
    assert (tmp_path / "out.jsonl").read_text() == "an earlier run\n"
