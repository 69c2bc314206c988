"""Slopes of reward on length: least squares as the oracle, hand-worked groups, known truths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the

from assay.audit.analyses.length import PAYS, PAYS_KIND, PUNISHES_KIND, TRUNCATED_KIND
from assay.audit.frame import Frame
from assay.findings import Outcome


def slope(outcome: Outcome, given: str, among: str = "all") -> Mapping[str, Any]:
    table = outcome.tables["slopes"]
    for row in table.rows:
        if row[:2] == (given, among):
            names = ("given", "among", "slope", "from", "to", "effect", "low", "high", "sd", "n")
            return dict(zip(names, row, strict=True))
    raise AssertionError(f"no slope given {given} among {among}")


# -- by hand --------------------------------------------------------------------------------------


def test_only_equals_are_compared() -> None:
    """Right answers are longer by 900 and earn 1 more, but of two right ones the longer earns
    .1 more for 100: 1 for 1,000. Wrong ones: -.05 for 100."""
    frame = make_frame(
        {"answer": [1, 1, 0, 0]}, [1.0, 1.1, 0.0, -0.05], prompt=[0, 0, 0, 0],
        length=[1000, 1100, 100, 200],
    )  # fmt: skip
    outcome = analyse("length", frame)
    assert slope(outcome, "answer", "right")["slope"] == pytest.approx(1.0)
    assert slope(outcome, "answer", "wrong")["slope"] == pytest.approx(-0.5)
    assert slope(outcome, "answer")["slope"] == pytest.approx(0.25)
    # two cells of two: squares 2 * 50^2 each, four rollouts less two means
    assert slope(outcome, "answer")["sd"] == pytest.approx(np.sqrt(4 * 2500 / 2))
    assert slope(outcome, "answer")["effect"] == pytest.approx(0.25 * np.sqrt(5000) / 1000 / 1.15)
    assert slope(outcome, "nothing")["slope"] > 1


def test_a_label_tells_right_from_wrong_too() -> None:
    frame = make_frame(
        {"answer": [1, 1, 1, 1]}, [1.0, 1.1, 1.0, 1.2], prompt=[0, 0, 0, 0],
        length=[100, 200, 100, 200], label=[1, 1, 0, 0],
    )  # fmt: skip
    outcome = analyse("length", frame)
    assert slope(outcome, "label", "right")["slope"] == pytest.approx(1.0)
    assert slope(outcome, "label", "wrong")["slope"] == pytest.approx(2.0)


def test_a_key_of_many_values_is_held_along_a_line() -> None:
    """The oracle: least squares with a constant for each group, on length and key."""
    random = np.random.default_rng(0)
    n, size = 240, 6
    prompt = np.repeat(np.arange(n // size), size)
    key, length = random.random(n), random.lognormal(6, 0.5, n)
    length += 200 * key
    reward = key + 0.0002 * length + random.normal(0, 0.1, n)
    frame = make_frame({"answer": key}, reward, prompt=prompt, length=length)
    design = np.concatenate([np.eye(n // size)[prompt], length[:, None], key[:, None]], axis=1)
    expected = np.linalg.lstsq(design, reward, rcond=None)[0][n // size]
    assert slope(analyse("length", frame), "answer")["slope"] == pytest.approx(1000 * expected)


@settings(max_examples=50)
@given(seed=st.integers(0, 10_000))
def test_within_cells_it_is_least_squares_with_a_constant_for_each(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 40
    prompt, key = random.integers(0, 6, n), random.integers(0, 2, n).astype(float)
    length, reward = random.integers(1, 50, n).astype(float), random.random(n)
    frame = make_frame({"answer": key}, reward, prompt=prompt, length=length)
    cell = prompt * 2 + key.astype(int)
    design = np.concatenate([np.eye(12)[cell], length[:, None]], axis=1)
    expected = np.linalg.lstsq(design, reward, rcond=None)[0][12]
    outcome = analyse("length", frame)
    assert slope(outcome, "answer")["slope"] == pytest.approx(1000 * expected)
    order = random.permutation(n)
    columns = {"prompt": prompt[order], "length": length[order]}
    other = analyse("length", make_frame({"answer": key[order]}, reward[order], **columns))
    for name, value in slope(outcome, "answer").items():
        assert slope(other, "answer")[name] == pytest.approx(value)


def test_what_is_missing_is_left_out() -> None:
    frame = make_frame(
        {"answer": [1, 1, 1, np.nan, 1]}, [1.0, 1.1, np.nan, 5, 7], prompt=[0, 0, 0, 0, 0],
        length=[100, 200, 300, 400, np.nan],
    )  # fmt: skip
    outcome = analyse("length", frame)
    assert slope(outcome, "answer")["slope"] == pytest.approx(1.0)
    assert slope(outcome, "answer")["n"] == 2
    assert any("finish_reason" in lack for lack in outcome.lacks)


def test_constant_columns_give_no_slope_and_no_warning() -> None:
    for reward, length in (([1.0] * 4, [1, 2, 3, 4]), ([0, 1, 0, 1], [7] * 4)):
        frame = make_frame({"answer": [1] * 4}, reward, prompt=[0, 0, 1, 1], length=length)
        outcome = analyse("length", frame)
        assert not outcome.findings
        assert slope(outcome, "answer")["effect"] is None


def test_bands_of_length_by_hand() -> None:
    """Ten prompts, each with a short rollout at 0 and a long one at 1: leads of -.5 and .5."""
    frame = make_frame(
        {"answer": np.ones(20)}, np.tile([0.0, 1.0], 10), prompt=np.repeat(np.arange(10), 2),
        length=np.tile([10.0, 20.0], 10),
    )  # fmt: skip
    rows = analyse("length", frame).tables["bands"].rows
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("10 to 15", -0.5, 10),
        ("15 to 20", 0.5, 10),
    ]


# -- findings -------------------------------------------------------------------------------------


def paid_by_length(
    seed: int,
    effect: float,
    *,
    among: str = "all",
    prompts: int = 60,
    size: int = 8,
    label: bool = False,
) -> Frame:
    """The reward rises by `effect` a standard deviation of length; its range is exactly 1.

    Right answers are longer by one standard deviation, which is not a fault. Two rollouts without a
    group hold the ends of the range.
    """
    random = np.random.default_rng(seed)
    n = prompts * size
    key = (random.random(n) < np.repeat(random.beta(1, 1, prompts), size)).astype(float)
    z = random.uniform(-np.sqrt(3), np.sqrt(3), n)
    paid = z * (key if among == "right" else 1.0)
    reward = 0.3 + 0.4 * key + effect * paid + random.uniform(-0.1, 0.1, n)
    assert 0 <= reward.min() <= reward.max() <= 1
    key, reward = np.append(key, [0, 1]), np.append(reward, [0, 1])
    length = np.append(1000 + 300 * z, [1000, 1000]) + 300 * key
    prompt = np.append(np.repeat(np.arange(prompts), size), [-1, -1])
    return make_frame(
        {"answer": key},
        reward,
        prompt=prompt,
        length=length,
        label=key if label else np.full(n + 2, np.nan),
    )


def test_a_bonus_for_length_is_found() -> None:
    frame = paid_by_length(0, 0.08)
    found = the(analyse("length", frame), PAYS_KIND.id)
    assert found.value == pytest.approx(0.08, abs=0.01)
    assert found.severity == "warning"
    assert found.title.startswith("1,000 characters more earn 0.2")
    for row in found.rollouts:
        equal = (frame.prompt == frame.prompt[row]) & (frame.key_score == frame.key_score[row])
        assert frame.length[row] > frame.length[equal].mean()
        assert frame.reward[row] > frame.reward[equal].mean()
    assert the(analyse("length", paid_by_length(0, 0.13)), PAYS_KIND.id).severity == "error"
    assert the(analyse("length", paid_by_length(0, 0.08, label=True)), PAYS_KIND.id)


def test_right_answers_that_are_longer_are_no_fault() -> None:
    outcome = analyse("length", paid_by_length(0, 0.0))
    assert not outcome.findings
    assert slope(outcome, "nothing")["effect"] > 0.05


def test_a_penalty_on_long_right_answers_is_found() -> None:
    frame = paid_by_length(0, -0.08, among="right")
    found = the(analyse("length", frame), PUNISHES_KIND.id)
    assert found.value == pytest.approx(-0.08, abs=0.01)
    assert {frame.key_score[row] for row in found.rollouts} == {1.0}


def test_few_prompts_raise_nothing() -> None:
    assert not analyse("length", paid_by_length(0, 0.1, prompts=8)).findings


def test_without_key_and_label_it_says_what_it_lacks() -> None:
    frame = paid_by_length(0, 0.1)
    from dataclasses import replace

    outcome = analyse("length", replace(frame, key=None))
    assert not outcome.findings
    assert any("what tells right from wrong" in lack for lack in outcome.lacks)
    assert len(outcome.tables["slopes"].rows) == 1


def cut_off(seed: int, gain: float, *, prompts: int = 60, size: int = 8) -> Frame:
    """Truncated rollouts, a tenth, earn `gain` more; the range of rewards is exactly 1."""
    random = np.random.default_rng(seed)
    n = prompts * size
    cut = random.random(n) < 0.1
    reward = 0.4 + random.uniform(-0.2, 0.2, n) + gain * cut
    prompt = np.append(np.repeat(np.arange(prompts), size), [-1, -1])
    return make_frame(
        {"answer": np.append(random.random(n) < 0.5, [0, 1])},
        np.append(reward, [0, 1]),
        prompt=prompt,
        length=np.append(np.where(cut, 2000.0, random.uniform(500, 1500, n)), [500, 500]),
        truncated=np.append(cut, [0, 0]).astype(np.int8),
    )


def test_a_reward_for_being_cut_off_is_found() -> None:
    frame = cut_off(0, 0.2)
    found = the(analyse("length", frame), TRUNCATED_KIND.id)
    assert found.value == pytest.approx(0.2, abs=0.05)
    assert frame.truncated is not None
    assert all(frame.truncated[row] == 1 for row in found.rollouts)
    rows = {row[0]: row[1] for row in analyse("length", frame).tables["truncated"].rows}
    assert rows["truncated rollouts"] == (frame.truncated == 1).sum()
    assert TRUNCATED_KIND.id not in {f.id for f in analyse("length", cut_off(0, -0.2)).findings}


# -- known truths ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("effect", "among"), [(0.05, "all"), (0.0, "all"), (-0.06, "right")])
def test_intervals_of_slopes_cover(effect: float, among: str) -> None:
    """A standard deviation of length, 300, is worth `effect` of the range, 1."""
    slopes, effects = [], []
    for seed in range(PLANTED):
        noted = slope(analyse("length", paid_by_length(seed, effect, among=among)), "answer", among)
        slopes.append((noted["from"], noted["to"]))
        effects.append((noted["low"], noted["high"]))
    covers(slopes, 1000 * effect / 300)
    covers(effects, effect)


@pytest.mark.slow
def test_intervals_of_being_cut_off_cover() -> None:
    found = [
        the(analyse("length", cut_off(seed, 0.2)), TRUNCATED_KIND.id).interval
        for seed in range(PLANTED)
    ]
    covers([i for i in found if i is not None], 0.2)


@pytest.mark.slow
@pytest.mark.parametrize("prompts", [12, 60])
@pytest.mark.parametrize(("effect", "among"), [(PAYS, "all"), (-PAYS, "right")])
def test_logs_at_the_edge_are_quiet(effect: float, among: str, prompts: int) -> None:
    assert CLEAN == 400
    quiet(
        "length",
        lambda seed: paid_by_length(seed, effect, among=among, prompts=prompts, label=True),
    )


@pytest.mark.slow
def test_logs_at_the_edge_of_truncation_are_quiet() -> None:
    quiet("length", lambda seed: cut_off(seed, PAYS))
