"""The queue of the scaling page, against what queueing theory says of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "examples" / "scaling.py"


@pytest.fixture(scope="module")
def scaling() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_scaling", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_scaling"] = module
    spec.loader.exec_module(module)
    return module


def test_one_core_waits_as_pollaczek_and_khinchine_say(scaling: ModuleType) -> None:
    """M/D/1: the mean wait is rho / (2 mu (1 - rho)); the median lies below, the p99 above."""
    load = scaling.Load(rate=50.0, cost_s=0.01)
    seen = scaling.simulate(load, 1, seconds=2_000)
    mean = 0.01 + 0.5 * 0.01 / (2 * (1 - 0.5))
    assert seen.busy == pytest.approx(0.5)
    assert 0.01 <= seen.median_s < mean < seen.p99_s < 10 * mean
    assert seen.behind < 10


def test_the_queue_grows_without_end_above_one_and_not_below(scaling: ModuleType) -> None:
    load = scaling.Load(rate=200.0, cost_s=0.0053, slow=0.02, slow_s=4.0)
    assert load.mean_s == pytest.approx(0.98 * 0.0053 + 0.02 * 4)
    cores = scaling.cores_for(load)
    assert cores == 25
    assert scaling.simulate(load, cores).behind < 50
    assert scaling.simulate(load, cores // 2).behind > 10_000
    cached = load._replace(equal=0.5)
    assert scaling.cores_for(cached) == 13
