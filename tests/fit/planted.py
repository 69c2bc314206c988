"""Preferences with known weights: what every test of a fit starts from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.fit import Labels, Pairs, Rankings, Ratings

Array = NDArray[np.float64]

WEIGHTS = np.array([3.0, 1.0, 0.5, -1.0, 2.0])
FEW = np.array([1.5, -0.7, 0.8])
NAMES = ("answer", "style", "format", "length", "tests")


def pairs(
    n: int, seed: int, weights: Array = WEIGHTS, prompts: Sequence[object] | None = None
) -> Pairs:
    """Pairs of completions with uniform scores, chosen by Bradley-Terry."""
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, n, len(weights)))
    rows = first - second
    won = rng.random(n) < 1.0 / (1.0 + np.exp(-rows @ weights))
    return Pairs(np.where(won[:, None], rows, -rows), NAMES[: len(weights)], prompts)


def rankings(n: int, seed: int, items: int = 4, ordered: int | None = None) -> Rankings:
    """Rankings by utility plus Gumbel noise, which is Plackett-Luce (Yellott 1977)."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        scores = rng.random((items, len(WEIGHTS)))
        order = np.argsort(-(scores @ WEIGHTS + rng.gumbel(size=items)))
        found.append(scores[order])
    return Rankings(found, NAMES, ordered=[ordered] * n)


def labels(n: int, seed: int) -> Labels:
    """Accepted with a logistic chance around the middle of the scores."""
    rng = np.random.default_rng(seed)
    scores = rng.random((n, len(WEIGHTS)))
    chance = 1.0 / (1.0 + np.exp(-(scores @ WEIGHTS - WEIGHTS.sum() / 2.0)))
    return Labels(scores, rng.random(n) < chance, NAMES)


def ratings(n: int, seed: int) -> Ratings:
    """Ratings with normal noise of size 1.5."""
    rng = np.random.default_rng(seed)
    scores = rng.random((n, len(WEIGHTS)))
    return Ratings(scores, 2.0 + scores @ WEIGHTS + rng.normal(0.0, 1.5, n), NAMES)


def prompted(kind: str, prompts: int, shape: str, seed: int) -> Pairs | Labels | Ratings:
    """Three criteria, `FEW`; what one prompt brings hangs together, and the weights are exact.

    Scores have a part of their prompt's. Outcomes of half of the prompts are made with one draw,
    so they are alike, though each by itself has the model's chance.

    Args:
        kind: ``pairs``, ``labels`` or ``ratings``.
        prompts: How many.
        shape: ``single`` units; ``equal``: four a prompt; ``unequal``: one to eight, and of one a
            good part of all; ``ties``: unequal, and scores of three levels.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    sizes = np.full(prompts, {"single": 1, "equal": 4}.get(shape, 0))
    if not sizes[0]:
        sizes = rng.integers(1, 9, prompts)
        sizes[0] = 2 * prompts // 3 + 4
    of = np.repeat(np.arange(prompts), sizes)
    n, k = len(of), len(FEW)
    scores = 0.6 * rng.random((prompts, k))[of] + 0.4 * rng.random((n, k))
    if shape == "ties":
        scores = np.round(2 * scores) / 2
    names = NAMES[:k]
    if kind == "ratings":
        noise = rng.normal(0, 0.5, prompts)[of] + rng.normal(0, 0.3, n)
        return Ratings(scores, 1 + scores @ FEW + noise, names, of.tolist())
    alike = (rng.random(prompts) < 0.5)[of]
    draw = np.where(alike, rng.random(prompts)[of], rng.random(n))
    if kind == "labels":
        scores = 4 * (scores - 0.5)
        return Labels(scores, draw < 1 / (1 + np.exp(-scores @ FEW)), names, of.tolist())
    rows = 4 * (scores - 0.35 - 0.3 * rng.random((n, k)))
    won = draw < 1 / (1 + np.exp(-rows @ FEW))
    return Pairs(np.where(won[:, None], rows, -rows), names, of.tolist())


def clustered_pairs(prompts: int, each: int, seed: int) -> Pairs:
    """Several pairs a prompt that one reading of it colours: not independent.

    Each prompt has a taste of its own, drawn around 0, that all of its pairs share, and pairs of
    a prompt share one side's scores. What the fit estimates is what it would with all prompts;
    the coverage test takes that from a very large sample.
    """
    rng = np.random.default_rng(seed)
    rows, of = [], []
    for prompt in range(prompts):
        taste = WEIGHTS + rng.normal(0.0, 3.0, len(WEIGHTS))
        anchor = rng.random(len(WEIGHTS))
        for _ in range(each):
            row = rng.random(len(WEIGHTS)) - anchor
            won = rng.random() < 1.0 / (1.0 + np.exp(-row @ taste))
            rows.append(row if won else -row)
            of.append(prompt)
    return Pairs(np.array(rows), NAMES, of)


def clustered_ratings(prompts: int, each: int, seed: int) -> Ratings:
    """Ratings of completions whose prompt shifts both its scores and its ratings' noise."""
    rng = np.random.default_rng(seed)
    centre = rng.random((prompts, len(WEIGHTS)))
    of = np.repeat(np.arange(prompts), each)
    scores = 0.8 * centre[of] + 0.2 * rng.random((prompts * each, len(WEIGHTS)))
    noise = rng.normal(0.0, 1.0, prompts)[of] + rng.normal(0.0, 0.5, prompts * each)
    return Ratings(scores, 2.0 + scores @ WEIGHTS + noise, NAMES, of.tolist())
