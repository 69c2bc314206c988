"""The example on process rewards: its counting, and a run where `math.steps` is offered."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from assay.errors import VerifierNotFound
from assay.model import Reward, Sample
from assay.plugins.host import Host

FILE = Path(__file__).parents[2] / "examples/process_gsm8k.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_process_gsm8k", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rollouts(folder: Path) -> Path:
    """Three answers to one made-up question: right, wrong with a right step, wrong."""
    solution = "2+3=<<2+3=5>>5\n5*4=<<5*4=20>>20"
    texts = [
        ("2+3=<<2+3=5>>5\n5*4=<<5*4=20>>20\nA: 20", True),
        ("2+3=<<2+3=5>>5\n5*3=<<5*3=15>>15\nA: 15", False),
        ("2*3=<<2*3=6>>6\n6*3=<<6*3=18>>18\nA: 18", False),
    ]
    file = folder / "rollouts.jsonl"
    rows = [
        {
            "group_id": "g",
            "prompt": "Ann has 2 and 3 apples, four times over. How many?",
            "completion": text,
            "reference": "20",
            "reference_solution": solution,
            "label": label,
        }
        for text, label in texts
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


def test_k_is_counted_in_the_reference(example: ModuleType, tmp_path: Path) -> None:
    samples = example.read(rollouts(tmp_path))
    assert [s.info["k"] for s in samples] == [2, 2, 2]


def test_pairs_are_counted_within_groups(example: ModuleType) -> None:
    def sample(group: str, label: bool) -> Sample:
        return Sample("x", group_id=group, label=label)

    samples = [sample("a", True), sample("a", False), sample("a", False), sample("b", True)]
    rewards = [Reward(v, "scored") for v in (0.5, 0.7, 0.5, 0.0)]
    counted = example.compared(samples, rewards)
    assert counted == {"pairs": 3, "tied": 1, "ordered": 2, "wrong above right": 1}


def test_the_run(tmp_path: Path) -> None:
    try:
        Host().resolve("math.steps")
    except VerifierNotFound:
        pytest.skip("math.steps is not offered")
    done = subprocess.run(
        [sys.executable, str(FILE), str(rollouts(tmp_path))],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = {row.split()[0]: row.split()[1:] for row in done.stdout.splitlines() if row.strip()}
    assert lines["outcome"] == ["3", "1", "2", "0"]
    assert lines["process"] == ["3", "0", "3", "0"]
