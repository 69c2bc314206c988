"""The board: its scale wherever the median lies, its intervals, its findings."""

from __future__ import annotations

import math
import random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_graders import last_box, non_empty, substring

from assay import Engine, Sample, verifier
from assay.audit.stats.intervals import clopper_pearson
from assay.errors import ConfigError
from assay.probes.board import RewardSpread, Scale, bounded_mean
from assay.probes.bundled import bundled
from assay.probes.findings import KINDS, findings
from assay.probes.probe_results import THRESHOLD
from assay.probes.run import probe


class Case(NamedTuple):
    correct: float
    wrong: float | None
    low: float
    high: float
    unit: str
    figures: dict[float, float]
    why: str


CASES = [
    Case(1.0, 0.0, 0.0, 1.0, "share", {0.0: 0.0, 0.5: 0.5, 1.0: 1.0}, "a share, as it is read"),
    Case(0.5, 0.4, 0.0, 1.0, "share", {0.4: 0.8, 1.0: 2.0}, "a share whatever wrong ones earn"),
    Case(1.0, -1.0, -1.0, 1.0, "share", {-1.0: -1.0, 0.1: 0.1}, "a wrong one may earn less than 0"),
    Case(0.0, -1.0, -1.0, 1.0, "place", {-1.0: 0.0, 0.0: 1.0, -0.9: 0.1}, "a median of 0"),
    Case(-2.0, -4.0, -9.0, 0.0, "place", {-4.0: 0.0, -3.0: 0.5, 0.0: 2.0}, "a median below 0"),
    Case(0.0, None, -2.0, 1.0, "place", {-2.0: 0.0, 0.0: 1.0}, "no wrong one known: the lowest"),
    Case(0.0, 0.0, 0.0, 1.0, "range", {0.0: 1.0, 1.0: 2.0}, "wrong ones earn as much"),
    Case(-1.0, 0.0, -1.0, 1.0, "range", {-1.0: 1.0, 0.0: 1.5, 1.0: 2.0}, "wrong ones earn more"),
    Case(0.0, 0.0, 0.0, 0.0, "range", {0.0: 1.0}, "a reward that is always the same"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_scale(case: Case) -> None:
    scale = Scale.of(case.correct, case.wrong, case.low, case.high)
    assert scale.unit == case.unit
    for reward, figure in case.figures.items():
        assert scale.of_reward(reward) == pytest.approx(figure)


reward = st.floats(-10, 10).map(lambda x: round(x, 3))


@given(reward, st.none() | reward, reward, reward, reward, reward)
def test_a_scale_says_one_for_the_median_and_rises(
    correct: float, wrong: float | None, a: float, b: float, x: float, y: float
) -> None:
    low, high = min(a, b, correct), max(a, b, correct)
    scale = Scale.of(correct, wrong, low, high)
    assert scale.of_reward(correct) == pytest.approx(1.0)
    if x < y:
        assert scale.of_reward(x) < scale.of_reward(y)
    assert scale.of_reward(y) - scale.of_reward(x) == pytest.approx(scale.of_gain(y - x), abs=1e-6)


@pytest.mark.parametrize("n", [1, 5, 20, 50, 200])
def test_nothing_earned_is_the_exact_interval_of_a_share(n: int) -> None:
    """At 0 of n the bound is that of Clopper and Pearson."""
    found = bounded_mean([0.0] * n, 0.0, 1.0)
    assert found is not None
    assert found[0] == 0.0
    assert found[1] == pytest.approx(clopper_pearson(0, n).high, abs=1e-9)


@given(st.lists(st.floats(-2, 3), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_stays_in_range(values: list[float]) -> None:
    found = bounded_mean(values, -2.0, 3.0)
    assert found is not None
    mean = math.fsum(values) / len(values)
    assert -2.0 <= found[0] <= mean + 1e-9
    assert mean - 1e-9 <= found[1] <= 3.0


def test_an_interval_covers_as_often_as_it_says() -> None:
    """Means of rewards that are 0, partial or 1: at least 95% of 2,000 draws."""
    draw = random.Random(5)
    levels, weights = (0.0, 0.3, 1.0), (0.8, 0.15, 0.05)
    true = sum(level * w for level, w in zip(levels, weights, strict=True))
    inside = 0
    for _ in range(2000):
        found = bounded_mean(draw.choices(levels, weights, k=20), 0.0, 1.0)
        assert found is not None
        inside += found[0] <= true <= found[1]
    assert inside >= 0.95 * 2000


def test_a_value_outside_its_range_has_no_interval() -> None:
    assert bounded_mean([2.0], 0.0, 1.0) is None
    assert bounded_mean([], 0.0, 1.0) is None


def test_a_spread_counts_what_has_no_reward() -> None:
    assert RewardSpread.of([None, 0.0, 1.0, 0.5]) == RewardSpread(3, 0.5, 0.0, 1.0, 1)
    assert RewardSpread.of([None]) == RewardSpread(0, None, None, None, 1)


# -- boards by an engine ------------------------------------------------------------------------


@verifier("toy.zero@1", cost="inline", levels=(0.0,))
def zero(sample: Sample) -> float:
    return 0.0


@verifier("toy.shirker@1", cost="inline", needs=["reference"])
def shirker(sample: Sample) -> float:
    """Right for the box, and no answer for whatever is long."""
    if len(sample.text) > 3000:
        raise RuntimeError("too long")
    return float(f"\\boxed{{{sample.reference}}}" in sample.text)


@verifier("toy.longer@1", cost="inline")
def longer(sample: Sample) -> float:
    return min(1.0, len(sample.text) / 5000)


_CALLS: list[int] = []


@verifier("toy.fickle@1", cost="inline", deterministic=False)
def fickle(sample: Sample) -> float:
    _CALLS.append(1)
    return 1.0 / len(_CALLS)


def board_of(rubric: Any, *verifiers: Any, **options: Any) -> Any:
    with Engine(rubric, verifiers=verifiers, cache_size=0, on_unscored="ignore") as engine:
        return probe(engine, bundled("answers"), n=6, restyle=True, **options)


def kinds(board: Any) -> set[tuple[str, str]]:
    return {(f.id, f.severity) for f in findings(board)}


@pytest.mark.parametrize(
    ("rubric", "correct", "unit"),
    [
        ({"criteria": {"toy.last_box": 1, "toy.non_empty": -1}}, 0.0, "place"),
        ({"criteria": {"toy.last_box": 2, "toy.non_empty": -3}}, -1.0, "place"),
    ],
    ids=["the median is 0", "the median is below 0"],
)
def test_the_board_is_defined_where_the_median_is_not_positive(
    rubric: Any, correct: float, unit: str
) -> None:
    board = board_of(rubric, last_box, non_empty)
    assert (board.correct.median, board.scale.unit) == (correct, unit)
    assert board.wrong.median == correct - board.scale.correct + board.scale.base
    assert board.wrong.median < correct
    by_name = {line.spec.name: line for line in board.lines}
    assert by_name["answer.wrong"].figure == 0.0  # as wrong answers are paid
    assert by_name["answer.taken-back"].figure == 1.0  # as right ones are
    assert by_name["blank.empty"].worst >= 1.0  # silence spares the penalty
    paid = {f.subject[0]: f.severity for f in findings(board) if f.id == "probe.paid"}
    assert paid["blank.empty"] == paid["answer.taken-back"] == "error"
    assert "answer.wrong" not in paid


def test_a_reward_that_is_always_the_same_has_a_board() -> None:
    board = board_of({"toy.zero": 1}, zero)
    assert board.scale.unit == "range"
    assert all(line.figure == 1.0 for line in board.wrong_lines())
    assert kinds(board) >= {("probe.no_signal", "error"), ("probe.floor", "warning")}


def test_an_offset_is_told_once_and_what_rises_above_it_apart() -> None:
    """1 for being there, 2 for the last box: wrong answers earn a third, taken-back ones all."""
    board = board_of({"criteria": {"toy.last_box": 2, "toy.non_empty": 1}}, last_box, non_empty)
    assert ("probe.floor", "warning") in kinds(board)
    paid = {f.subject[0] for f in findings(board) if f.id == "probe.paid"}
    assert "answer.taken-back" in paid
    assert "answer.wrong" not in paid


def test_additive_format_is_paid_and_its_criterion_is_named() -> None:
    """A third of the reward for boxes: every wrong box earns it."""
    board = board_of({"criteria": {"math.answer": 2, "format.boxed": 1}})
    line = next(x for x in board.lines if x.spec.name == "shape.empty")
    assert line.figure == pytest.approx(1 / 3)
    assert line.scores["format.boxed"].share == 1.0
    assert line.scores["math.answer"].mean == 0.0
    found = next(f for f in findings(board) if f.subject == ("shape.empty",))
    assert (found.id, found.severity) == ("probe.paid", "warning")
    assert "format.boxed 1" in found.suggestion
    assert found.interval is not None
    assert found.interval[0] <= found.value <= found.interval[1]


def test_a_wrong_completion_without_a_score_is_told() -> None:
    board = board_of({"toy.shirker": 1}, shirker)
    noted = {f.subject[0] for f in findings(board) if f.id == "probe.unscored"}
    assert {"padding.verbose", "padding.repeated"} & noted
    assert "answer.wrong" not in noted


def test_a_trick_that_adds_is_a_gain() -> None:
    board = board_of({"criteria": {"math.answer": 1, "toy.longer": 1}}, longer)
    gains = {f.subject[0] for f in findings(board) if f.id == "probe.gain"}
    assert "padding.verbose-right" in gains
    line = next(x for x in board.lines if x.spec.name == "padding.verbose-right")
    assert line.gain
    assert line.figure > 0.5


def test_a_reward_that_changes_between_calls_is_unsteady() -> None:
    _CALLS.clear()
    assert ("probe.unsteady", "error") in kinds(board_of({"toy.fickle": 1}, fickle))


def test_another_style_turned_down_is_a_warning() -> None:
    board = board_of({"toy.last_box": 1}, last_box)
    noted = {f.subject[0]: f for f in findings(board) if f.id == "probe.turned_down"}
    assert set(noted) == {"honest.restyled", "honest.rewritten"}
    assert noted["honest.restyled"].severity == "warning"


@pytest.mark.slow
def test_labels_that_the_key_does_not_follow_are_counted() -> None:
    samples = bundled("answers")
    liars = [
        Sample(s.completion, reference=s.reference, prompt=s.prompt, label=True) for s in samples
    ]
    with Engine("math", cache_size=0) as engine:
        board = probe(engine, liars, n=27)
    assert (board.refused, board.correct.n) == (27, 54)
    assert ("probe.refused", "warning") in kinds(board)


def test_every_finding_is_of_a_kind() -> None:
    ids = {kind.id for kind in KINDS}
    board = board_of({"toy.substring": 1}, substring)
    assert {f.id for f in findings(board)} <= ids
    assert len(ids) == len(KINDS)


# -- which answers are correct ------------------------------------------------------------------


def unlabelled(samples: list[Sample]) -> list[Sample]:
    return [Sample(s.completion, reference=s.reference, prompt=s.prompt) for s in samples]


def test_without_labels_the_key_criterion_says() -> None:
    with Engine("math", cache_size=0) as engine:
        board = probe(engine, unlabelled(bundled("answers")), n=10)
    assert board.known_by == "key"
    assert (board.correct.median, board.wrong.median) == (1.0, 0.0)


def test_without_a_right_answer_the_reference_makes_one() -> None:
    wrong = [s for s in bundled("answers") if s.label is False]
    with Engine("math", cache_size=0) as engine:
        board = probe(engine, wrong, n=10)
    assert board.known_by == "reference"
    assert (board.correct.n, board.correct.median) == (10, 1.0)


def test_a_reference_solution_goes_first() -> None:
    rows = [
        Sample("", reference=s.reference, prompt=s.prompt, info={"solution": s.text})
        for s in bundled("answers")
        if s.label is True
    ]
    with Engine("math", cache_size=0) as engine:
        board = probe(engine, rows, n=10)
    assert board.known_by == "solution"


def test_samples_that_cannot_be_judged_are_the_users_mistake() -> None:
    bare = [Sample(s.completion, prompt=s.prompt) for s in bundled("answers")]
    with Engine("math", cache_size=0) as engine, pytest.raises(ConfigError) as caught:
        probe(engine, bare)
    assert "no 'reference'" in str(caught.value)


def test_an_unknown_probe_is_named() -> None:
    with pytest.raises(ConfigError, match="no probe or family 'answr'"):
        board_of("math", probes=["answr"])


def test_the_threshold_is_the_documented_one() -> None:
    assert THRESHOLD == 0.10
