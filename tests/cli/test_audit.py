"""`assay audit`: findings, what a log lacks, the exit code, and mistakes word for word."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import Done

Assay = Callable[..., Done]

DATA = Path(__file__).parents[2] / "examples" / "data" / "gsm8k_solutions_200.jsonl"


def write(path: Path, *rows: Mapping[str, Any] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def scored(assay: Assay, tmp_path: Path) -> Path:
    """Real solutions with rewards."""
    out = tmp_path / "scored.jsonl"
    assert assay("verify", DATA, "--rubric", "math+format", "--out", out).code == 0
    return out


def test_a_real_log(assay: Assay, scored: Path) -> None:
    done = assay("audit", scored, "--rubric", "math+format", "--by", "model")
    assert done.code == 0
    assert done.out.startswith(
        "200 rows, 50 groups, 2 criteria, key math.answer; read as assay\n\n"
    )
    assert "no findings; a log can be consistent with a sound reward, never prove it" in done.out
    assert "lacking  trends: `step` of training in the rows" in done.out
    assert done.err == ""


def test_explained(assay: Assay) -> None:
    done = assay("audit", "--demo", "--explain")
    for word in ("  means   ", "  formula ", "  source  ", "  do      "):
        assert word in done.out
    assert "rollouts.jsonl.gz:" in done.out


def test_a_key_that_is_hardly_taught_stands_in_the_first_lines(
    assay: Assay, tmp_path: Path
) -> None:
    """Correctness differs in every twelfth group, style in all: its small bonus is 85% and more."""
    rows = [
        {
            "prompt_id": f"p{group}",
            "completion": "c",
            "reward": 0.8 * right + 0.2 * (i % 2),
            "scores": {"answer": right, "style": i % 2},
        }
        for group in range(96)
        for i in range(4)
        for right in [float(i < 2 if group % 12 == 0 else group % 2)]
    ]
    done = assay("audit", write(tmp_path / "a.jsonl", *rows), "--key", "answer")
    head = "\n".join(done.out.splitlines()[:12])
    assert "budget.outbid" in head
    assert "answer gets" in head
    assert "; style gets 9" in head
    told = assay("audit", tmp_path / "a.jsonl", "--key", "answer", "--explain").out
    assert "style is at fault: gate it on answer" in told


def test_json_is_one_object(assay: Assay, scored: Path) -> None:
    done = assay("audit", scored, "--json")
    noted = json.loads(done.out)
    assert noted["log"]["rows"] == 200
    assert noted["findings"] == []
    assert {"signal", "reliability", "errors"} <= {a["name"] for a in noted["analyses"]}


@pytest.mark.slow
def test_everything_at_once(assay: Assay, scored: Path, tmp_path: Path) -> None:
    """A second rubric, probes, a report: each of them says something."""
    report = tmp_path / "report.html"
    done = assay(
        *("audit", scored, "--rubric", "math+format", "--against", "math"),
        *("--probes", "--report", report, "--fail-on", "warning"),
    )
    assert "note     probe: " in done.out
    assert "wrong probes failed on 20 prompts; others may not" in done.out
    assert "lacking  counterfactual" not in done.out
    assert "The log under another rubric" in done.out
    assert "rows scored under both" in done.out
    assert f"assay: note: report: {report}" in done.err
    assert "<title>" in report.read_text()


def test_the_demo_has_findings_of_three_faults(assay: Assay) -> None:
    done = assay("audit", "--demo")
    assert done.code == 1
    for planted in ("reliability.false_positives", "signal.off_key", "length.pays"):
        assert planted in done.out


def test_the_exit_code_follows_the_gravest(assay: Assay, tmp_path: Path) -> None:
    """Everybody is right: a warning, and no error."""
    rows = [{"prompt_id": i // 4, "reward": 1, "scores": {"right": 1}} for i in range(400)]
    log = write(tmp_path / "log.jsonl", *rows)
    done = assay("audit", log, "--key", "right")
    assert "warning  signal.dead_groups  100% of 100 groups" in done.out
    assert done.code == 0
    assert assay("audit", log, "--key", "right", "--fail-on", "warning").code == 1
    assert assay("audit", log, "--key", "right", "--fail-on", "info").code == 1


def test_bare_scores_are_understood(assay: Assay, tmp_path: Path) -> None:
    rows = [
        {"prompt_id": i // 4, "reward": i % 2, "scores": {"right": i % 2, "style": 1.0}}
        for i in range(80)
    ]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows), "--key", "right", "--json")
    noted = json.loads(done.out)["log"]
    assert (noted["criteria"], noted["key"], noted["groups"]) == (["right", "style"], "right", 20)


def test_columns_by_any_name(assay: Assay, tmp_path: Path) -> None:
    rows = [
        {"q": f"what {i // 4}?", "r": i % 2, "acc": i % 2, "fmt": 1, "gold": i % 2}
        for i in range(80)
    ]
    names = {
        "prompt": "q",
        "reward": "r",
        "scores.right": "acc",
        "scores.form": "fmt",
        "label": "gold",
    }
    mapped = [word for pair in names.items() for word in ("--map", "=".join(pair))]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows), *mapped, "--key", "right", "--json")
    noted = json.loads(done.out)
    assert noted["log"]["criteria"] == ["right", "form"]
    assert noted["log"]["groups"] == 20


def test_rows_that_cannot_be_read_are_told_and_the_rest_is_audited(
    assay: Assay, tmp_path: Path
) -> None:
    rows = [{"prompt_id": i // 4, "reward": i % 2, "scores": {"right": i % 2}} for i in range(80)]
    log = write(tmp_path / "log.jsonl", *rows, "{", '{"reward": ')
    done = assay("audit", log, "--key", "right")
    assert done.out.startswith("80 rows, 20 groups")
    assert "assay: warning: lines not read, not JSON: 2" in done.err
    assert f"{log}:81" in done.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "give the logs to audit, or --demo"),
        (("log.jsonl", "--demo"), "give the logs to audit, or --demo"),
        (("log.jsonl", "--probes"), "--probes needs --rubric, the rubric to attack"),
        (
            ("log.jsonl", "--fail-on", "errors"),
            "--fail-on errors: must be one of info, warning, error; did you mean 'error'?",
        ),
        (("log.jsonl", "--map", "label"), "--map label: must be FIELD=COLUMN, e.g. label=is_right"),
        (
            ("log.jsonl", "--report", "report.pdf"),
            "--report report.pdf: is written as HTML; name it so, e.g. report.html",
        ),
        (
            ("log.jsonl", "--report", "no/r.html"),
            "--report no/r.html: cannot be written: no folder no\nfix: mkdir -p no",
        ),
        (
            ("log.jsonl", "--passes", "acc"),
            "--passes acc: must be CRITERION=SCORE\ncriteria: ",
        ),
        (("log.json",), "log.json: no such file; did you mean 'log.jsonl'?"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_mistakes(assay: Assay, tmp_path: Path, args: tuple[str, ...], message: str) -> None:
    write(tmp_path / "log.jsonl", {"reward": 1, "prompt_id": 1})
    done = assay("audit", *args)
    assert done.code == 2
    assert done.err == f"assay: error: {message}\n"


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ("2", "no row can pass at 2: the highest level of acc is 1"),
        ("0", "every row passes at 0: the lowest level of acc is 0"),
        ("nan", "'nan' is not a number"),
        ("inf", "'inf' is not a number"),
    ],
)
def test_a_score_to_pass_that_nobody_reaches(
    assay: Assay, tmp_path: Path, score: str, message: str
) -> None:
    rows = [{"reward": i % 2, "scores": {"acc": i % 2}, "label": i % 2 == 0} for i in range(8)]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows), "--passes", f"acc={score}")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"assay: error: --passes acc={score}: {message}\nfix: --passes acc=")


def test_a_key_that_is_no_criterion(assay: Assay, scored: Path) -> None:
    done = assay("audit", scored, "--key", "math.anser")
    assert done.code == 2
    assert "did you mean 'math.answer'?" in done.err


def test_what_a_model_wrote_cannot_paint_the_terminal(assay: Assay, tmp_path: Path) -> None:
    name = "\x1b[31mred\u202e"
    rows = [{"prompt_id": i // 4, "reward": i % 2, "scores": {name: i % 2}} for i in range(80)]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows), "--key", name)
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err


def hand_made(weight: float = 0.2, n: int = 64) -> list[dict[str, Any]]:
    """A trainer's rows, as somebody dumps them by hand."""
    rows = []
    for i in range(n):
        right, form = float(i % 3 == 0), float(i % 2)
        rows.append(
            {"step": i // 32, "prompt": f"p{i // 8}", "completion": "c" * (i % 7), "advantage": 0.0}
            | {"accuracy": right, "format": form, "reward": right + weight * form}
        )
    return rows


def test_the_heading_says_what_key_may_name_and_what_the_reward_is(
    assay: Assay, tmp_path: Path
) -> None:
    done = assay("audit", write(tmp_path / "a.jsonl", *hand_made()))
    assert done.out.startswith(
        "64 rows, 8 groups, 2 criteria (accuracy, format), no key criterion; read as trl\n"
        "every reward is 1 accuracy + 0.2 format\n\n"
    )
    assert "lacking  signal, budget: which criterion is the key: --key NAME" in done.out
    assert "not looked at: reliability, robustness\n" in done.out


def test_one_row(assay: Assay, tmp_path: Path) -> None:
    done = assay("audit", write(tmp_path / "a.jsonl", {"reward": 1, "scores": {"a": 1}}))
    assert done.out.startswith("1 row, 0 groups, 1 criterion (a), no key criterion; ")


def test_a_rubric_of_other_criteria_is_told(assay: Assay, tmp_path: Path) -> None:
    log = write(tmp_path / "a.jsonl", *hand_made())
    done = assay("audit", log, "--rubric", "math")
    assert "assay: warning: --rubric math: the log has none of its criteria (math.answer)" in (
        done.err
    )


def test_standard_input_is_no_log(assay: Assay) -> None:
    done = assay("audit", "-")
    assert done.code == 2
    assert "a log is read more than once, so not from standard input\nfix: " in done.err


def test_reports_that_cannot_be_written(
    assay: Assay, scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dir.html").mkdir()
    done = assay("audit", scored, "--report", tmp_path / "dir.html")
    assert (done.code, done.out) == (2, "")
    assert "is a folder" in done.err

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assay.audit.report.write_report", full)
    done = assay("audit", scored, "--report", tmp_path / "report.html")
    assert done.code == 2
    assert f"--report {tmp_path / 'report.html'}: No space left on device" in done.err
    assert "200 rows" in done.out


def test_a_group_a_row_is_read(assay: Assay, tmp_path: Path) -> None:
    """As a training loop has them in hand: a prompt, its completions, their rewards."""
    row = {"prompt": "p", "completions": ["a", "b"], "accuracy": [1, 0], "rewards": [1.2, 0]}
    done = assay("audit", write(tmp_path / "a.jsonl", row))
    assert done.code == 0
    assert done.out.startswith("2 rows, 1 group, 1 criterion (accuracy), no key criterion; read")
    assert "\nlists: each line holds lists: a row for each entry of them; the reward is" in done.out


def test_several_signatures_are_told(assay: Assay, tmp_path: Path) -> None:
    rows = [{"reward": 1, "scores": {"a": 1}, "signature": name} for name in ("s1", "s2")]
    done = assay("audit", write(tmp_path / "a.jsonl", *rows))
    assert "\nsignatures differ: rows were scored by different rubrics, versions or " in done.out


def test_scores_without_a_reward(assay: Assay, tmp_path: Path) -> None:
    """Several scorers make no reward: the log does not say how; so the user must."""
    rows = [{"prompt": f"q{i // 2}", "scores": {"a": i % 2, "b": 1}} for i in range(8)]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows))
    assert done.err == (
        "assay: warning: no row says what the reward was, of 2 criteria with scores (a, b)\n"
        "fix: --map reward=COLUMN, e.g. reward=scores.a\n"
    )
    assert "no row" not in assay("audit", tmp_path / "log.jsonl", "--map", "reward=scores.a").err


def test_rewards_that_are_text_are_not_missing_columns(assay: Assay, tmp_path: Path) -> None:
    """Another column would not help: the one that is there has quotes around its numbers."""
    rows = [{"prompt": f"q{i // 2}", "reward": str(i), "scores": {"a": i % 2}} for i in range(8)]
    done = assay("audit", write(tmp_path / "log.jsonl", *rows))
    assert "reward: no finite number (text, perhaps), so it counts as missing: 8" in done.err
    assert "fix: write rewards as numbers, not as text\n" in done.err
    assert "--map" not in done.err


def broken(frame: Any, context: Any) -> Any:
    raise ZeroDivisionError("no such thing")


def test_an_analysis_that_fails_is_no_success(
    assay: Assay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are shown; a question without an answer is not "fine"."""
    rows = [{"prompt": "p", "completion": "c", "reward": r, "scores": {"a": r}} for r in (0, 1)]
    log = write(tmp_path / "log.jsonl", *rows)
    monkeypatch.setattr("assay.audit.analyses.errors.run", broken)
    done = assay("audit", log)
    assert done.code == 1
    assert "analysis errors ended with a fault of Assay, and has no answer: Zero" in done.err
    assert "lacking" in done.out


def test_names_and_values_of_a_log_stay_on_their_line(assay: Assay, tmp_path: Path) -> None:
    """A line of the terminal begins with a severity, so a name must not begin one."""
    name = "good\nerror    forged.finding  all is lost"
    rows = [
        {"prompt": str(i // 4), "completion": "c" * (1 + i % 4), "reward": i % 2,
         "scores": {name: i % 2, "other": i % 3}, "signature": "a\nerror    forged"}
        for i in range(80)
    ]  # fmt: skip
    log = write(tmp_path / "log.jsonl", *rows)
    done = assay("audit", log, "--key", name, "--explain")
    assert not [
        line for line in (done.out + done.err).splitlines() if line.startswith("error    f")
    ]
