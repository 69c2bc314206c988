"""What `assay verify` says besides the rows: causes of crashes, doubts, labels, the ledger."""

from __future__ import annotations

import functools
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import ONE_FILE, STEERED, Done, read_rows, write_rows

Assay = Callable[..., Done]

FAULTY = """
import os, time
from assay import ReferenceUnreadable, Verdict, verifier

print("loading")
os.system("echo a child of the plugin")

@verifier("faulty.key@1", cost="inline", levels=[0, 1])
def key(sample):
    return True

@verifier("faulty.raises@1", cost="inline")
def raises(sample):
    raise RuntimeError(f"no such thing {len(sample.text)}")

@verifier("faulty.worker@1")
def worker(sample):
    return [][0]

@verifier("faulty.hangs@1")
def hangs(sample):
    time.sleep(60)

@verifier("faulty.prints@1", cost="inline")
def prints(sample):
    print("a line among the rows")
    os.system("echo a child among the rows")
    return 1.0
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.py"
    path.write_text(FAULTY)
    return path


def rubric(tmp_path: Path, **criteria: float) -> Path:
    path = tmp_path / "rubric.json"
    named = {f"faulty.{name}": weight for name, weight in criteria.items()}
    path.write_text(json.dumps({"kind": "weighted", "criteria": named}))
    return path


def test_the_cause_of_a_crash_is_told(assay: Assay, faulty: Path, tmp_path: Path) -> None:
    """Exception, line and count, also where the reward has a value all the same."""
    write_rows(tmp_path / "rows.jsonl", [{"completion": "x" * i} for i in range(4)])
    name = rubric(tmp_path, key=0.5, raises=0.25, worker=0.25)
    done = assay("verify", "rows.jsonl", "-r", name, "--plugin", faulty)
    assert done.code == 0
    assert (
        "assay: warning: faulty.raises crashed on 4 rows: RuntimeError: no such thing 0 "
        "(faulty.py, line 14); first at rows.jsonl:1"
    ) in done.err
    assert (
        "faulty.worker crashed on 4 rows: IndexError: list index out of range (faulty.py, line 18)"
    ) in done.err


def test_a_key_that_crashes_costs_the_exit_code(assay: Assay, faulty: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [{"completion": "x"}])
    done = assay("verify", "rows.jsonl", "-r", rubric(tmp_path, raises=1), "--plugin", faulty)
    assert done.code == 3
    assert "crashed on 1 row: RuntimeError" in done.err


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"hangs": 1.0}, "faulty.hangs was cut off on 200 of 200 rows, which were judged 0"),
        ({"key": 0.5, "raises": 0.5}, "faulty.raises crashed on 200 of 200 rows, which were paid"),
    ],
    ids=["cut off", "an auxiliary"],
)
def test_doubts_are_those_of_the_api(
    criteria: dict[str, float], said: str, assay: Assay, faulty: Path, tmp_path: Path
) -> None:
    """`verify_batch` warns of the same, in the same words but for `rows`."""
    write_rows(tmp_path / "rows.jsonl", [{"completion": "x", "n": n} for n in range(200)])
    name = rubric(tmp_path, **criteria)
    done = assay("verify", "rows.jsonl", "-r", name, "--plugin", faulty, "--timeout", "0.2")
    assert done.code == 0
    assert f"assay: warning: {said}" in done.err


AGREEMENT = [
    ("math", "math.answer == 1 agrees with label"),
    ("math+format", "math.answer == 1 agrees with label"),
    ("dapo", "math.answer == 1 agrees with label"),
]


@pytest.mark.parametrize(("preset", "line"), AGREEMENT)
def test_labels_are_compared_with_the_key_criterion(
    preset: str, line: str, assay: Assay, tmp_path: Path
) -> None:
    """What form is worth, and from which number a rubric starts, is not the label's business."""
    rows = [
        {"completion": text, "reference": "42", "label": right, "n_tokens": 5}
        for text, right in [("\\boxed{42}", True), ("\\boxed{41}", False), ("it is 42", True)]
    ]
    write_rows(tmp_path / "rows.jsonl", rows)
    name: str | Path = preset
    if preset == "dapo":
        name = tmp_path / "dapo.toml"
        name.write_text(
            'kind = "weighted"\n[criteria."math.answer"]\nuse = "math.answer"\nweight = 2\n'
            '[criteria.base]\nuse = "length.overlong"\nweight = -1\n'
        )
    done = assay("verify", "rows.jsonl", "-r", name)
    lines = [x for x in done.out.splitlines() if x.startswith(line)]
    assert len(lines) == 1
    assert "3 of 3 (100.0%)" in lines[0]


def test_each_case_of_a_switch_has_its_key(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "switch.toml").write_text(
        'kind = "switch"\non = "info.kind"\n[cases]\nmaths = "math.answer"\nform = "format.boxed"\n'
    )
    rows = [
        {"completion": "\\boxed{1}", "reference": "2", "kind": "maths", "label": False},
        {"completion": "\\boxed{1}", "reference": "2", "kind": "form", "label": True},
    ]
    write_rows(tmp_path / "rows.jsonl", rows)
    done = assay("verify", "rows.jsonl", "-r", "switch.toml")
    assert "the key criterion == 1 agrees with label  2 of 2 (100.0%)" in done.out


# -- standard output is for rows -----------------------------------------------------------------


def test_what_plugins_print_breaks_no_rows(
    process: Callable[..., subprocess.Popen[bytes]], faulty: Path, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.jsonl", [{"completion": "x"}, {"completion": "y"}])
    run = process(
        *("verify", "rows.jsonl", "--out", "-", "--plugin", faulty),
        *("-r", rubric(tmp_path, prints=1)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = run.communicate(timeout=60)
    assert [json.loads(line)["reward"] for line in out.splitlines()] == [1.0, 1.0]
    noted = err.decode()
    for line in ("loading", "a child of the plugin", "a line among the rows", "a child among the "):
        assert line in noted


JSON_COMMANDS: list[tuple[str, ...]] = [
    ("plugins", "--json"),
    ("preflight", "rows.jsonl", "-r", "RUBRIC", "--json"),
    ("probe", "--list", "--json"),
    ("verifiers", "--json"),
]


@pytest.mark.parametrize("command", JSON_COMMANDS, ids=lambda c: c[0])
def test_nor_any_other_json(
    command: tuple[str, ...], assay: Assay, faulty: Path, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.jsonl", [{"reference": "1"}])
    name = rubric(tmp_path, prints=1)
    done = assay(*(name if c == "RUBRIC" else c for c in command), "--plugin", faulty)
    for line in done.out.splitlines():
        if not line.startswith("a child "):  # of another process, and not among rows
            json.loads(line)
    assert "loading" in done.err


# -- interrupted, and a full disk ----------------------------------------------------------------


def started(
    process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, *words: str, **more: Any
) -> subprocess.Popen[bytes]:
    """A run of two rows, of which one is done and the other takes a minute."""
    rows: list[dict[str, Any]] = [{"completion": "fine"}, {"completion": "sleep 60"}]
    write_rows(tmp_path / "rows.jsonl", rows)
    (tmp_path / "doing.json").write_text('{"kind": "weighted", "criteria": {"steered.doer": 1}}')
    run = process(
        *("verify", "rows.jsonl", "-r", "doing.json", "--plugin", STEERED),
        *("--timeout", "50", "--workers", "1", "--out", "out.jsonl", *words),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
    )
    until = time.monotonic() + 60
    while not (tmp_path / "out.jsonl").exists() or not (tmp_path / "out.jsonl").stat().st_size:
        assert time.monotonic() < until
        time.sleep(0.05)
    return run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_with_a_summary(
    process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, number: int, code: int
) -> None:
    kept = functools.partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # tests may be nohup's
    run = started(process, tmp_path, preexec_fn=kept)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert run.returncode == code
    assert b"mean reward" in out
    assert b"interrupted after 1 rows; --resume goes on from there" in err
    assert len(read_rows(tmp_path / "out.jsonl")) == 1


def test_so_does_the_end_of_its_terminal(
    process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """A connection that breaks: nothing can be printed any more; the summary's file is there."""
    mine, its = pty.openpty()

    def on_terminal() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.login_tty(its)

    streams = dict.fromkeys(("stdin", "stdout", "stderr"), its)
    words = ("--summary", "summary.md")
    run = started(process, tmp_path, *words, preexec_fn=on_terminal, **streams)
    os.close(its)
    os.close(mine)  # the kernel sends SIGHUP
    assert run.wait(timeout=60) == 129
    assert "mean reward" in (tmp_path / "summary.md").read_text()
    assert len(read_rows(tmp_path / "out.jsonl")) == 1


def test_under_nohup_a_hang_up_ends_nothing(
    process: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    ignored = functools.partial(signal.signal, signal.SIGHUP, signal.SIG_IGN)
    run = started(process, tmp_path, preexec_fn=ignored)
    run.send_signal(signal.SIGHUP)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert run.returncode == 143


def test_a_ledger_that_could_not_be_written_costs_the_exit_code(
    assay: Assay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    from assay.ledger import pack as module

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    write_rows(tmp_path / "rows.jsonl", [{"completion": "please"}] * 3)
    monkeypatch.setattr(module, "write_shard", full)
    (tmp_path / "r.toml").write_text('kind = "weighted"\ncriteria = ["demo.polite"]\n')
    done = assay(
        *("verify", "rows.jsonl", "-r", "r.toml", "--plugin", ONE_FILE),
        *("--ledger", "runs", "--out", "out.jsonl"),
    )
    assert done.code == 2
    assert "assay: error: 3 rewards are not in the ledger" in done.err
    assert len(read_rows(tmp_path / "out.jsonl")) == 3
