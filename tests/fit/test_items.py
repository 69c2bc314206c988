"""Strengths of items, against choix; and where there are none."""

from __future__ import annotations

import choix
import numpy as np
import pytest
from sweeps import quick

from assay.errors import ConfigError
from assay.fit import item_bradley_terry, item_plackett_luce

from .test_models import item_pairs


def centred(params: np.ndarray) -> np.ndarray:
    return params - params.mean()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("alpha", [0.0, 0.01, 1.0])
def test_pairs_agree_with_choix(seed: int, alpha: float) -> None:
    pairs = item_pairs(400, 10, seed)
    theirs = centred(choix.opt_pairwise(10, pairs, alpha=alpha, tol=1e-12))
    found = item_bradley_terry(pairs, l2=alpha)
    assert found.strengths is not None
    assert np.abs([found.strengths[i] for i in range(10)] - theirs).max() < 1e-6


def test_pairs_agree_with_the_spectral_method() -> None:
    """I-LSR reaches the same maximum by another road (Maystre and Grossglauser 2015)."""
    pairs = item_pairs(500, 8, 1)
    theirs = centred(choix.ilsr_pairwise(8, pairs, alpha=0.0, tol=1e-12, max_iter=1000))
    found = item_bradley_terry(pairs)
    assert found.strengths is not None
    assert np.abs([found.strengths[i] for i in range(8)] - theirs).max() < 1e-6


@pytest.mark.parametrize("seed", quick(range(3), 3))
@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_rankings_agree_with_choix(seed: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    strength = rng.normal(size=7)
    ranked = []
    for _ in range(120):
        among = rng.choice(7, 4, replace=False)
        order = np.argsort(-(strength[among] + rng.gumbel(size=4)))
        ranked.append([int(i) for i in among[order]])
    theirs = centred(choix.opt_rankings(7, ranked, alpha=alpha, tol=1e-12))
    found = item_plackett_luce(ranked, l2=alpha)
    assert found.strengths is not None
    assert np.abs([found.strengths[i] for i in range(7)] - theirs).max() < 1e-6


def test_top_one_agrees_with_choix() -> None:
    rng = np.random.default_rng(1)
    drawn = [[int(i) for i in rng.permutation(6)[:4]] for _ in range(150)]
    theirs = centred(choix.opt_top1(6, [(d[0], d[1:]) for d in drawn], alpha=0.0, tol=1e-12))
    found = item_plackett_luce([d[:1] for d in drawn], rest=[d[1:] for d in drawn])
    assert found.strengths is not None
    assert np.abs([found.strengths[i] for i in range(6)] - theirs).max() < 1e-6


@pytest.mark.slow
def test_intervals_cover() -> None:
    rng = np.random.default_rng(4)
    true = np.array([-0.8, -0.5, 0.0, 0.1, 0.3, 0.9])
    covered = np.zeros(6, dtype=int)
    for _ in range(200):
        pairs = []
        for _ in range(150):
            i, j = (int(v) for v in rng.choice(6, 2, replace=False))
            won = rng.random() < 1.0 / (1.0 + np.exp(true[j] - true[i]))
            pairs.append((i, j) if won else (j, i))
        found = item_bradley_terry(pairs)
        assert found.intervals is not None
        covered += [found.intervals[i][0] <= true[i] <= found.intervals[i][1] for i in range(6)]
    assert covered.min() >= 180, covered


def test_an_item_that_never_loses_has_no_strength() -> None:
    """Ford's condition: "beat" must lead from everyone to everyone."""
    found = item_bradley_terry([("a", "b"), ("b", "c"), ("c", "b"), ("a", "c")])
    assert found.strengths is None
    assert found.groups == (("a",), ("b", "c"))
    assert item_bradley_terry([("a", "b"), ("b", "a")]).groups == (("a", "b"),)


def test_items_that_never_met() -> None:
    found = item_bradley_terry([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")])
    assert found.strengths is None
    assert {frozenset(g) for g in found.groups} == {frozenset("ab"), frozenset("cd")}


def test_a_penalty_gives_strengths_to_all() -> None:
    found = item_bradley_terry([("a", "b"), ("b", "c")], l2=0.5)
    assert found.strengths is not None
    assert found.strengths["a"] > found.strengths["b"] > found.strengths["c"]
    assert sum(found.strengths.values()) == pytest.approx(0.0)
    assert found.groups == (("a",), ("b",), ("c",))


def test_refused() -> None:
    with pytest.raises(ConfigError, match="nothing to compare"):
        item_bradley_terry([])
    with pytest.raises(ConfigError, match=r"rankings\[1\] has an item twice"):
        item_plackett_luce([("a", "b"), ("a", "a")])
    with pytest.raises(ConfigError, match="1 rankings go with 2 rests"):
        item_plackett_luce([("a", "b")], rest=[("c",), ()])
