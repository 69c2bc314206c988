"""What the example claims: training loses what a certificate refutes, and keeps what it proves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "leaky_reward"

SEEDS = 20
FEWEST = 18
"""Of 20 seeds: by chance alone, heads in 18 and more of 20 tosses come in 0.02%."""


def rows(table: str) -> dict[str, list[str]]:
    """Name of the combination -> its cells."""
    cells = [[c.strip() for c in line.split("|")[1:-1]] for line in table.splitlines()]
    return {row[0].strip("`"): row for row in cells if row and row[0].startswith("`")}


def first(cell: str) -> int:
    """The mean, in percent."""
    return int(cell.split("%")[0])


def run(out: Path, *options: str) -> dict[str, list[str]]:
    command = [sys.executable, str(EXAMPLE / "run.py"), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "<svg" in (out / "leaky_reward.svg").read_text(encoding="utf-8")
    return rows((out / "table.md").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_training_does_what_the_certificates_say(tmp_path: Path) -> None:
    found = run(tmp_path)
    shown = rows((ROOT / "docs" / "leaky-reward.md").read_text(encoding="utf-8"))
    assert list(shown) == list(found)
    for name, row in found.items():
        _, verdict, tight, repair, repaired, lower, ample = row
        assert (verdict, repair) == (shown[name][1], shown[name][3])
        assert abs(first(tight) - first(shown[name][2])) <= 1, "the page shows another figure"
        if verdict == "proved":
            assert first(tight) >= 99
            continue
        assert first(repaired) >= 99
        assert min(map(int, re.findall(r"(\d+)% \(", ample))) >= 98, "both fit: nothing to lose"
        if verdict == "refuted":
            assert int(lower.split()[0]) >= FEWEST
            assert lower == shown[name][5]
    ruled = {row[1] for row in found.values()}
    assert ruled == {"proved", "tie", "refuted"}
    reports = {path.name for path in tmp_path.glob("*.html")}
    assert reports == {"open-r1-published.html", "open-r1-repaired.html"}


@pytest.mark.slow
def test_the_example_runs(tmp_path: Path) -> None:
    """Two seeds and few steps: what it prints has its shape, and means nothing yet."""
    found = run(tmp_path, "--steps", "2", "--seeds", "2", "--no-audit")
    assert all(len(row) == 7 for row in found.values())
