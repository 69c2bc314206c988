"""Scores held against the share that is right: known truths."""

from __future__ import annotations

import numpy as np
from planted import analyse, make_frame

from assay.audit.frame import Frame
from assay.findings import Cell


def log(seed: int, power: float = 1.0, n: int = 2_000) -> Frame:
    """A completion with the score s is right with the chance ``s ** power``: calibrated at 1."""
    random = np.random.default_rng(seed)
    score = random.random(n)
    label = (random.random(n) < score**power).astype(float)
    return make_frame({"liked": score}, score, label=label, prompt=np.repeat(np.arange(n // 4), 4))


def bins(frame: Frame) -> list[tuple[Cell, ...]]:
    return list(analyse("reliability", frame).tables["calibration"].rows)


def misses(found: list[tuple[Cell, ...]]) -> int:
    """Bins whose mean score lies outside the interval of the share that is right."""
    return sum(not float(str(r[5])) <= float(str(r[3])) <= float(str(r[6])) for r in found)


def test_a_calibrated_score_lies_within_its_bins_and_another_does_not() -> None:
    sound = [bins(log(seed)) for seed in range(20)]
    assert all(len(found) == 5 for found in sound)
    assert sum(map(misses, sound)) <= 12, "of 100 intervals of 95%"
    assert all(misses(bins(log(seed, power=3.0))) >= 3 for seed in range(5))


def test_a_bin_says_what_is_in_it() -> None:
    frame = log(0)
    found = bins(frame)
    score, label = frame.score("liked"), frame.label
    for _, low, high, mean, right, *_, rows in found:
        inside = (score >= float(str(low))) & (score <= float(str(high)))
        assert (inside.sum(), score[inside].mean()) == (rows, mean)
        assert right == label[inside].mean()
    assert sum(int(str(row[-1])) for row in found) == frame.n


def test_equal_scores_share_a_bin_and_none_is_small() -> None:
    score = np.repeat([0.0, 0.5, 0.9, 1.0], [300, 5, 5, 200])
    label = (np.arange(510) % 3 == 0).astype(float)
    frame = make_frame({"share": score}, score, label=label, prompt=np.arange(510))
    assert [(row[1], row[2], row[-1]) for row in bins(frame)] == [(0.0, 0.5, 305), (0.9, 1.0, 205)]


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    few = np.linspace(0, 1, 40)
    for score, label in (([0.0, 1.0] * 100, [0.0, 1.0] * 100), (few, [0.0, 1.0] * 20)):
        assert bins(make_frame({"a": score}, score, label=label)) == []
