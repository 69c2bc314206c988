"""The multi-turn example says what it is there to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_following_both_formatters_loops_and_the_joint_verdict_ends_it() -> None:
    done = subprocess.run(
        [sys.executable, "examples/style_turns.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {(line[:22].strip(), line[22:38].strip()): line[38:] for line in done.stdout.split("\n")}
    assert rows["careless", "both in turn"] == "done after 1 turn"
    for program in ("a slice with calls", "a call of 82 columns"):
        assert rows[program, "both in turn"].startswith("loops: turn ")
        assert rows[program, "joint"].endswith("names the conflict")
        assert rows[program, "black"].startswith("done after")
        assert rows[program, "autopep8"].startswith("done after")
