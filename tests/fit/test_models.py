"""The four likelihoods: exact derivatives, planted weights, choix, and laws."""

from __future__ import annotations

from collections.abc import Callable

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import ConfigError
from assay.fit import (
    Fit,
    Labels,
    Model,
    Pairs,
    Rankings,
    Ratings,
    bradley_terry,
    fit,
    logistic,
    plackett_luce,
)

from . import planted

MAKE: dict[str, Callable[[int, int], Model]] = {
    "pairs": planted.pairs,
    "rankings": planted.rankings,
    "top 2 of 4": lambda n, seed: planted.rankings(n, seed, ordered=2),
    "ratings": planted.ratings,
    "labels": planted.labels,
}

every_model = pytest.mark.parametrize("name", MAKE)


def values(fitted: Fit) -> np.ndarray:
    return np.array([w.value for w in fitted.weights], dtype=np.float64)


# -- derivatives --------------------------------------------------------------------------------


@every_model
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "units weighted"])
def test_gradient_and_hessian_are_those_of_the_loss(name: str, weighted: bool) -> None:
    """Central differences of the loss and of the gradient."""
    model = MAKE[name](40, 3)
    rng = np.random.default_rng(0)
    beta = rng.normal(size=len(model.names))
    weights = rng.integers(0, 4, model.units).astype(float) if weighted else None
    step = 1e-5
    unit = np.eye(len(beta)) * step
    numeric = [
        (model.loss(beta + e, weights) - model.loss(beta - e, weights)) / (2 * step) for e in unit
    ]
    assert model.gradient(beta, weights) == pytest.approx(np.array(numeric), abs=1e-5)
    curve = [
        (model.gradient(beta + e, weights) - model.gradient(beta - e, weights)) / (2 * step)
        for e in unit
    ]
    assert model.hessian(beta, weights) == pytest.approx(np.array(curve), abs=1e-4)


@every_model
def test_contributions_sum_to_the_gradient(name: str) -> None:
    model = MAKE[name](30, 4)
    beta = np.linspace(-1, 1, len(model.names))
    assert model.contributions(beta).sum(axis=0) == pytest.approx(model.gradient(beta))


@every_model
def test_a_part_is_the_same_model_of_those_units(name: str) -> None:
    model = MAKE[name](30, 5)
    beta = np.linspace(-1, 1, len(model.names))
    chosen = np.array([1, 5, 7, 20])
    assert model.take(chosen).contributions(beta) == pytest.approx(
        model.contributions(beta)[chosen]
    )


def test_no_overflow_far_out() -> None:
    beta = np.full(5, 1e4)
    for model in (planted.pairs(50, 0), planted.rankings(50, 0)):
        assert np.isfinite(model.loss(beta))
        assert np.isfinite(model.gradient(beta)).all()
        assert np.isfinite(model.hessian(beta)).all()


# -- recovery -----------------------------------------------------------------------------------


@every_model
def test_planted_weights_are_recovered(name: str) -> None:
    """Within 4.5 standard errors, which are small at this size."""
    fitted = fit(MAKE[name](8_000, 11))
    assert fitted.status == "fitted"
    for weight, true in zip(fitted.weights, planted.WEIGHTS, strict=True):
        assert weight.value is not None
        assert weight.error is not None
        assert weight.error < 0.15
        assert abs(weight.value - true) < 4.5 * weight.error


@every_model
def test_the_gradient_is_zero_at_the_weights(name: str) -> None:
    model = MAKE[name](500, 12)
    fitted = fit(model)
    beta = values(fitted)
    if fitted.intercept is not None:
        beta = np.append(beta, fitted.intercept.value)
    assert np.abs(model.gradient(beta)).max() < 1e-7 * model.units


def test_least_squares_is_the_textbook_solution() -> None:
    model = planted.ratings(200, 1)
    rows = np.column_stack([model.scores, np.ones(200)])
    beta, residual, _, _ = np.linalg.lstsq(rows, model.ratings, rcond=None)
    fitted = fit(model)
    assert fitted.intercept is not None
    assert [*values(fitted), fitted.intercept.value] == pytest.approx(list(beta))
    errors = np.sqrt(np.diag(np.linalg.inv(rows.T @ rows)) * residual[0] / (200 - 6))
    assert [w.error for w in fitted.weights] == pytest.approx(list(errors[:5]))


def test_a_ranking_of_two_is_a_pair() -> None:
    model = planted.pairs(200, 2)
    zeros = np.zeros(5)
    ranked = plackett_luce([np.array([row, zeros]) for row in model.rows])
    assert values(ranked) == pytest.approx(values(fit(model)))
    assert ranked.loss == pytest.approx(fit(model).loss)


def test_a_pair_of_each_with_a_top_of_one_is_a_choice() -> None:
    """Top 1 of 3 says less than a ranking of 3: its intervals are wider."""
    whole = fit(planted.rankings(400, 3, items=3))
    top = fit(planted.rankings(400, 3, items=3, ordered=1))
    assert all(
        (a.error or 0) < (b.error or 0) for a, b in zip(whole.weights, top.weights, strict=True)
    )


# -- choix --------------------------------------------------------------------------------------


def one_hot(items: int, pairs: list[tuple[int, int]]) -> np.ndarray:
    rows = np.zeros((len(pairs), items))
    for row, (winner, loser) in zip(rows, pairs, strict=True):
        row[winner], row[loser] = 1.0, -1.0
    return rows


def item_pairs(n: int, items: int, seed: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(seed)
    strength = rng.normal(size=items)
    found = []
    for _ in range(n):
        i, j = (int(v) for v in rng.choice(items, 2, replace=False))
        won = rng.random() < 1.0 / (1.0 + np.exp(strength[j] - strength[i]))
        found.append((i, j) if won else (j, i))
    return found


@pytest.mark.parametrize("alpha", [1e-3, 0.1, 2.0])
def test_pairs_of_one_hot_scores_agree_with_choix(alpha: float) -> None:
    pairs = item_pairs(300, 8, 1)
    theirs = choix.opt_pairwise(8, pairs, alpha=alpha, tol=1e-12)
    ours = values(bradley_terry(one_hot(8, pairs), l2=alpha))
    assert np.abs(ours - theirs).max() < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [1e-3, 0.1])
def test_rankings_of_one_hot_scores_agree_with_choix(alpha: float) -> None:
    rng = np.random.default_rng(2)
    ranked = [[int(i) for i in rng.permutation(6)[:4]] for _ in range(60)]
    theirs = choix.opt_rankings(6, ranked, alpha=alpha, tol=1e-12)
    ours = values(plackett_luce([np.eye(6)[r] for r in ranked], l2=alpha))
    assert np.abs(ours - theirs).max() < 1e-6


def test_choices_of_one_hot_scores_agree_with_choix() -> None:
    rng = np.random.default_rng(3)
    drawn = [[int(i) for i in rng.permutation(6)[:4]] for _ in range(200)]
    theirs = choix.opt_top1(6, [(d[0], d[1:]) for d in drawn], alpha=0.05, tol=1e-12)
    ours = values(plackett_luce([np.eye(6)[d] for d in drawn], ordered=[1] * 200, l2=0.05))
    assert np.abs(ours - theirs).max() < 1e-6


# -- laws ---------------------------------------------------------------------------------------

seeds = st.integers(0, 10_000)
sizes = st.integers(60, 200)


def overlapping(seed: int, n: int) -> Pairs:
    """Pairs with weak weights, so that they overlap; the law skips those that do not."""
    return planted.pairs(n, seed, np.array([1.0, 0.5, -0.5]))


@settings(max_examples=40)
@given(seeds, sizes, st.floats(0.05, 20.0), st.integers(0, 2))
def test_scaling_a_criterion_scales_its_weight_inversely(
    seed: int, n: int, factor: float, column: int
) -> None:
    model = overlapping(seed, n)
    before = fit(model)
    scale = np.ones(3)
    scale[column] = factor
    after = fit(Pairs(model.rows * scale))
    assert after.status == before.status
    if before.status == "fitted":
        assert values(after) * scale == pytest.approx(values(before), rel=1e-6, abs=1e-7)
        assert after.loss == pytest.approx(before.loss)


@settings(max_examples=40)
@given(seeds, sizes, st.randoms(use_true_random=False))
def test_the_order_of_pairs_is_irrelevant(seed: int, n: int, random: object) -> None:
    model = overlapping(seed, n)
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    before, after = fit(model), fit(Pairs(model.rows[order], model.names))
    assert after.status == before.status
    if before.status == "fitted":
        assert values(after) == pytest.approx(values(before), rel=1e-7, abs=1e-9)
        assert [w.error for w in after.weights] == pytest.approx([w.error for w in before.weights])


@settings(max_examples=40)
@given(seeds, sizes)
def test_swapping_chosen_and_rejected_flips_the_signs(seed: int, n: int) -> None:
    model = overlapping(seed, n)
    before, after = fit(model), fit(Pairs(-model.rows, model.names))
    assert after.status == before.status
    if before.status == "fitted":
        assert values(after) == pytest.approx(-values(before), rel=1e-7, abs=1e-9)


@settings(max_examples=25)
@given(seeds, st.floats(-5, 5), st.floats(0.1, 10))
def test_ratings_on_another_scale_scale_the_weights(seed: int, shift: float, scale: float) -> None:
    model = planted.ratings(60, seed)
    other = fit(Ratings(model.scores, shift + scale * model.ratings))
    assert values(other) == pytest.approx(scale * values(fit(model)), rel=1e-6, abs=1e-8)


@settings(max_examples=25)
@given(seeds)
def test_rejecting_what_was_accepted_flips_the_signs(seed: int) -> None:
    model = planted.labels(150, seed)
    before, after = fit(model), logistic(model.scores, ~model.labels)
    assert after.status == before.status
    if before.status == "fitted":
        assert values(after) == pytest.approx(-values(before), rel=1e-6, abs=1e-7)


def test_a_penalty_draws_towards_zero() -> None:
    model = planted.pairs(200, 9)
    sizes = [float(np.abs(values(fit(model, l2=x))).sum()) for x in (0.0, 0.1, 1.0, 10.0, 1e6)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 1e-3


# -- what is refused ----------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no rows": (
        lambda: bradley_terry([]),
        "differences has shape (0,), must have rows and columns",
    ),
    "NaN is not a score": (
        lambda: bradley_terry([[0.5, float("nan")]]),
        "differences[0][1] is nan, must be finite"
        "\nfix: leave out what has no score, and say so; it is not 0",
    ),
    "ragged": (
        lambda: bradley_terry([[1], [1, 2]]),
        "differences must be rows of numbers, all of one length",
    ),
    "names": (
        lambda: bradley_terry([[1.0, 2.0]], names=["a"]),
        "1 names go with 2 columns of scores",
    ),
    "a name twice": (
        lambda: bradley_terry([[1.0, 2.0]], names=["a", "a"]),
        "two columns are named 'a'",
    ),
    "prompts": (
        lambda: bradley_terry([[1.0], [-1.0]], prompts=["p"]),
        "1 prompts go with 2 pairs",
    ),
    "labels": (lambda: logistic([[1.0], [0.0]], [True]), "2 rows of scores go with 1 labels"),
    "a lonely item": (
        lambda: plackett_luce([[[1.0]]]),
        "rankings[0] has 1 item, must have at least two",
    ),
    "no order": (
        lambda: plackett_luce([[[1.0], [0.0]]], ordered=[0]),
        "ordered[0] is 0, must lie in 1 to 2",
    ),
    "l2": (lambda: bradley_terry([[1.0]], l2=-1), "l2 is -1, must be a number of at least 0"),
    "confidence": (
        lambda: bradley_terry([[1.0]], confidence=95),
        "confidence is 95, must lie in (0, 1)",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_refused(why: str) -> None:
    call, message = REFUSED[why]
    with pytest.raises(ConfigError) as error:
        call()
    assert str(error.value) == message


def test_a_fit_is_json() -> None:
    import json

    text = json.dumps(fit(planted.pairs(100, 1)).to_json(), allow_nan=False)
    assert json.loads(text)["weights"][0]["name"] == "answer"
    assert isinstance(planted.rankings(3, 1), Rankings)
    assert isinstance(planted.labels(3, 1), Labels)
