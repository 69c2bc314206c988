"""Groups without signal, and advantage spent off the key: known truths."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the

from assay.audit.analyses.signal import DEAD_GROUPS, OFF_KEY_SIGNAL, mixed
from assay.audit.frame import Frame
from assay.findings import Outcome

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


# -- what was to be expected ----------------------------------------------------------------------


def figures(outcome: Outcome) -> dict[str, Any]:
    """Figure -> value, from, to."""
    return {str(row[0]): row[1:] for row in outcome.tables["signal"].rows}


@given(st.lists(st.booleans(), min_size=2, max_size=9), st.integers(2, 5))
def test_a_prompts_chance_is_the_share_of_mixed_subsets(right: list[bool], size: int) -> None:
    """The oracle: every subset of that size, looked at."""
    found = mixed(np.array([float(sum(right))]), np.array([float(len(right))]), size)[0]
    if size > len(right):
        assert math.isnan(found)
        return
    subsets = list(itertools.combinations(right, size))
    expected = sum(any(s) and not all(s) for s in subsets) / len(subsets)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("p", [0.01, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(("rollouts", "size"), [(4, 4), (8, 4), (64, 8)])
def test_the_estimate_has_no_bias_and_plugging_in_has(p: float, rollouts: int, size: int) -> None:
    """On average over how many of N are right it is 1 - p^G - (1 - p)^G, exactly."""
    counts = np.arange(rollouts + 1)
    chance = np.array([math.comb(rollouts, x) * p**x * (1 - p) ** (rollouts - x) for x in counts])
    truth = 1 - p**size - (1 - p) ** size
    found = mixed(counts.astype(float), np.full(rollouts + 1, float(rollouts)), size)
    assert chance @ found == pytest.approx(truth, abs=1e-10)
    share = counts / rollouts
    plugged = 1 - share**size - (1 - share) ** size
    assert abs(chance @ plugged - truth) > 1e-4


def test_large_groups_do_not_overflow() -> None:
    found = mixed(np.array([2000.0]), np.array([4000.0]), 2000)
    assert found[0] == pytest.approx(1.0)


def test_dead_groups_are_split_by_the_key() -> None:
    """Groups: all wrong, all right, all half right, and one in which the key varies but the
    reward, a gate that stays shut, does not."""
    scores = {"answer": [0, 0, 1, 1, 0.5, 0.5, 0, 0.5], "format": np.zeros(8)}
    reward = [0, 0, 1, 1, 0.2, 0.2, 0, 0]
    frame = make_frame(scores, reward, prompt=[0, 0, 1, 1, 2, 2, 3, 3])
    found = figures(analyse("signal", frame))
    assert found["share without signal"][0] == 1.0
    assert found["share without signal, all wrong"][0] == 0.25
    assert found["share without signal, all right"][0] == 0.25
    assert found["share without signal, neither"][0] == 0.5


def test_the_title_says_which_kind_of_dead() -> None:
    found = the(analyse("signal", log(1, dead=0.8)), DEAD_GROUPS.id)
    share = f"{found.value:.0%}"
    assert (
        found.title
        == f"{share} of 120 groups carry no signal: {share} all wrong, 0% all right, 0% neither"
    )


def test_effective_groups_by_hand() -> None:
    """Leads +-.5 and +-.05: GRPO counts both groups, Dr.GRPO by squares .5 and .005:
    (.505)^2 / (.25 + .000025) of a group. The dead third counts for nothing."""
    frame = make_frame({"a": [1, 0, 1, 0.9, 1, 1]}, [1, 0, 1, 0.9, 1, 1], prompt=[0, 0, 1, 1, 2, 2])
    found = figures(analyse("signal", frame))
    assert found["effective groups, GRPO"][0] == pytest.approx(2)
    assert found["effective groups, Dr.GRPO"][0] == pytest.approx(0.505**2 / 0.250025)
    assert found["effective share of groups, GRPO"][0] == pytest.approx(2 / 3)


def test_a_rounding_error_is_no_signal() -> None:
    frame = make_frame({"a": [0, 0]}, [0.1 + 0.2, 0.3], prompt=[0, 0])
    assert figures(analyse("signal", frame))["share without signal"][0] == 1.0


def test_logs_that_lack_things_are_read() -> None:
    nowhere = make_frame({"a": [np.nan] * 4}, [0, 1, 0, 0], prompt=[0, 0, 1, 1])
    assert figures(analyse("signal", nowhere))["share without signal, all right"][0] == 0
    single = make_frame({"a": [0, 1]}, [0, 1], prompt=[0, 0])
    assert figures(analyse("signal", single))["share without signal"][0] == 0
    ungrouped = make_frame({"a": [0, 1, 1, 0]}, [0, 1, 1, 0], group=[0, 0, 1, 1])
    assert figures(analyse("signal", ungrouped))["groups"][0] == 2


def chances(
    seed: int, *, prompts: int = 60, groups: int = 4, size: int = 4, together: bool = False
) -> Frame:
    """Each prompt's chance of a right answer is uniform; a group is right as one if `together`."""
    random = np.random.default_rng(seed)
    p = random.random(prompts)[:, None, None]
    drawn = random.random((prompts, groups, 1 if together else size)) < p
    answer = np.broadcast_to(drawn, (prompts, groups, size)).astype(float).ravel()
    return make_frame(
        {"answer": answer},
        answer,
        prompt=np.repeat(np.arange(prompts), groups * size),
        group=np.repeat(np.arange(prompts * groups), size),
    )


def test_what_is_expected_differs_where_rollouts_of_a_group_are_alike() -> None:
    """1 - E p^4 - E (1 - p)^4 = 1 - 2 / 5 for uniform chances."""
    name, same = "share of groups in which some are right, not all", "the same, expected from each"
    for together, wanted in ((False, 0.6), (True, 0.0)):
        found = figures(analyse("signal", chances(0, prompts=2000, together=together)))
        (expected,) = [v for k, v in found.items() if k.startswith(same)]
        assert found[name][0] == pytest.approx(wanted, abs=0.02)
        if not together:
            assert expected[0] == pytest.approx(0.6, abs=0.02)
        else:
            assert expected[0] > 0.3


def test_signal_by_size_of_group() -> None:
    """1 - 2 / (G + 1) for uniform chances."""
    rows = analyse("signal", chances(0, prompts=3000)).tables["group_sizes"].rows
    assert [row[0] for row in rows] == [f"groups of {g}" for g in (2, 4, 8, 16)]
    for row, size in zip(rows, (2, 4, 8, 16), strict=True):
        assert row[1] == pytest.approx(1 - 2 / (size + 1), abs=0.02)
    assert {row[4] for row in rows} == {3000}


@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    frame = chances(seed, prompts=6)
    order = np.random.default_rng(seed).permutation(frame.n)
    turned = make_frame(
        {"answer": frame.key_score[order]},
        frame.reward[order],
        prompt=frame.prompt[order],
        group=frame.group[order],
    )
    one, two = figures(analyse("signal", frame)), figures(analyse("signal", turned))
    for name, values in one.items():
        assert values == pytest.approx(two[name]), name


@pytest.mark.slow
def test_intervals_of_what_is_expected_cover() -> None:
    found = []
    for seed in range(PLANTED):
        rows = figures(analyse("signal", chances(seed, prompts=40)))
        found.append(rows["the same, expected from each prompt's chance"][1:])
    covers(found, 0.6)


@pytest.mark.slow
def test_intervals_by_size_of_group_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = analyse("signal", chances(seed, prompts=40)).tables["group_sizes"].rows[2]
        found.append((float(row[2]), float(row[3])))  # type: ignore[arg-type]
    covers(found, 1 - 2 / 9)


@pytest.mark.slow
@pytest.mark.parametrize("prompts", [3, 8, 20])
def test_a_handful_of_prompts_is_quiet_at_the_edge(prompts: int) -> None:
    """That three prompts are all dead happens by chance, and shows no spread."""
    quiet("signal", lambda seed: log(seed, dead=0.5, off=0.2, prompts=prompts))


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
