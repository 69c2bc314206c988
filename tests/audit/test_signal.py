"""Groups without signal, and advantage spent off the key: known truths."""

from __future__ import annotations

import numpy as np
import pytest
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the

from assay.audit.analyses.signal import DEAD_GROUPS, OFF_KEY_SIGNAL
from assay.audit.frame import Frame

WEIGHTS = {"answer": 0.9, "format": 0.1}


def log(seed: int, *, dead: float, off: float = 0.0, prompts: int = 120, size: int = 8) -> Frame:
    """A group is dead with chance `dead`; else it varies off the key only with chance `off`."""
    random = np.random.default_rng(seed)
    fate = random.random(prompts)
    on = fate >= dead + (1 - dead) * off
    answer, form = np.zeros((prompts, size)), np.ones((prompts, size))
    answer[on, : size // 2] = 1.0
    form[(fate >= dead) & ~on, 0] = 0.0
    scores = {"answer": answer.ravel(), "format": form.ravel()}
    return make_frame(scores, weights=WEIGHTS, prompt=np.repeat(np.arange(prompts), size))


def test_the_planted_sizes_are_found() -> None:
    frame = log(1, dead=0.8, off=0.6, prompts=1000)
    outcome = analyse("signal", frame)
    assert the(outcome, DEAD_GROUPS.id).value == pytest.approx(0.8, abs=0.05)
    assert the(outcome, OFF_KEY_SIGNAL.id).value == pytest.approx(0.6, abs=0.1)
    assert the(outcome, OFF_KEY_SIGNAL.id).severity == "error"


def test_small_differences_are_scaled_up_to_full_size() -> None:
    """One group varies by .9 on the key, one by .1 off it: half of the squared advantage each."""
    scores = {"answer": [1, 0, 1, 1], "format": [1, 1, 1, 0]}
    frame = make_frame(scores, weights=WEIGHTS, prompt=[0, 0, 1, 1])
    table = analyse("signal", frame).tables["signal"]
    assert {row[0]: row[1] for row in table.rows}["share of squared advantage off the key"] == 0.5


def test_a_group_of_equal_sums_in_another_order_is_dead() -> None:
    """.1 + .2 + .3 and .3 + .2 + .1 differ in floats by a rounding, which no trainer should see;
    rewards are sums by fsum, so equal scores give equal rewards."""
    frame = make_frame({"answer": [0, 0, 0]}, [0.6, 0.6, 0.6], prompt=[0, 0, 0])
    table = analyse("signal", frame).tables["signal"]
    assert {row[0]: row[1] for row in table.rows}["share without signal"] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "truth"), [(DEAD_GROUPS, 0.7), (OFF_KEY_SIGNAL, 0.5)])
def test_intervals_cover(kind: object, truth: float) -> None:
    found = []
    for seed in range(PLANTED):
        outcome = analyse("signal", log(seed, dead=0.7, off=0.5))
        rows = {row[0]: row for row in outcome.tables["signal"].rows}
        name = (
            "share without signal"
            if kind is DEAD_GROUPS
            else "share of squared advantage off the key"
        )
        found.append((float(rows[name][2]), float(rows[name][3])))
    covers(found, truth)


@pytest.mark.slow
def test_clean_logs_are_quiet() -> None:
    assert CLEAN == 400
    quiet("signal", lambda seed: log(seed, dead=0.5, off=0.2))  # just at both thresholds
