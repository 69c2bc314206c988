"""Analysers need no directory of the caller's, and leave none behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.engine.workers import worker_process

SCRIPT = """
import json, os, sys, tempfile
from pathlib import Path
from assay import Engine, Sample
program = "```python\\ndef f(x):\\n    y=x+1\\n    return y\\n```"
names = ("style.pylint", "style.autopep8", "style.joint", "style.black")
rubric = {"kind": "weighted", "criteria": dict.fromkeys(names, 1)}
here = tempfile.mkdtemp()
os.chdir(here)
if sys.argv[1] == "deleted":
    os.rmdir(here)
if sys.argv[1] == "hostile":
    Path("pylintrc").write_text("[MAIN]\\ninit-hook='raise SystemExit'\\n")
    Path(".pylintrc").write_text("[MAIN]\\ninit-hook='raise SystemExit'\\n")
    Path("setup.cfg").write_text("[pycodestyle]\\nignore = E,W\\n")
    Path("pyproject.toml").write_text("[tool.black]\\nline-length = 1\\n")
if sys.argv[1] == "not enterable":
    os.access, real = lambda path, mode, **_: path != here and real(path, mode), os.access
with Engine(rubric, workers=1) as engine:
    reward = engine.verify(Sample(program))
print(json.dumps([reward.value, reward.signature, reward.error]))
"""


def score(how: str) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_a_directory_that_is_gone_changes_no_score() -> None:
    usual = score("usual")
    assert usual[0] is not None
    for how in ("deleted", "not enterable", "hostile"):
        assert score(how) == usual, how


def test_the_directory_of_a_worker() -> None:
    assert worker_process.working_directory() == os.getcwd()


KILLED = """
import os, signal, sys, tempfile, threading, time
from pathlib import Path
from assay import Engine, Sample
tempfile.tempdir = sys.argv[1]
os.environ["TMPDIR"] = sys.argv[1]
lines = "\\n".join(f"def f{i}(a, b):\\n    return a * {i} + b" for i in range(4000))
rubric = {"kind": "weighted", "criteria": {"style.pylint": 1}}
with Engine(rubric, workers=1, timeout_s=60, on_unscored="ignore") as engine:
    def kill():
        while not list(Path(sys.argv[1]).glob("*/assay-pylint-*")):
            time.sleep(0.01)
        for task in Path("/proc/self/task").iterdir():
            for pid in (task / "children").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
    thread = threading.Thread(target=kill)
    thread.start()
    engine.verify(Sample(f"```python\\n{lines}\\n```"))
    thread.join()
print(os.listdir(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.slow
def test_a_killed_worker_leaves_no_directory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "[]\n"
