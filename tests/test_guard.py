"""The benchmark that CI runs: its workloads score what they claim, and its bound is kept."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

FILE = Path(__file__).parents[1] / "benchmarks" / "guard.py"
_SPEC = importlib.util.spec_from_file_location("guard", FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
guard = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(guard)


def test_every_workload_has_a_recorded_figure() -> None:
    recorded = json.loads(guard.RECORDED.read_text())
    assert [name for name, _ in guard.workloads()] == list(recorded)
    assert all(ratio > 0 for ratio in recorded.values())


def test_a_workload_scores_its_samples() -> None:
    rewards = guard.Engine("math").verify_batch(guard.chains())
    assert [reward.value for reward in rewards] == [float(i % 3 != 0) for i in range(len(rewards))]


def test_half_more_than_recorded_is_allowed_and_no_more() -> None:
    assert not guard.too_slow(15.0, 10.0)
    assert guard.too_slow(15.1, 10.0)
