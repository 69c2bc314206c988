"""Rulings of `group.rank` and of `length.in_group`."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.group.params import RankParams
from assay.verifiers.group.rank import GroupRank
from assay.verifiers.length.in_group import LengthInGroup
from assay.verifiers.length.params import InGroupParams

BY_MODEL = RankParams(of="info.rm", best="highest")


def by_model(own: Any, *others: Any) -> Sample:
    peers = tuple(Sample("y", info={"rm": x}) for x in others)
    return Sample("x", info={"rm": own}, peers=peers)


CASES = [
    (by_model(2.5, -4, 1), 1.0, "a reward model's scores need no bounds to be ranked"),
    (by_model(-4, -4, 6), 0.25, "a tie is half a win"),
    (by_model(10**400, 1), None, "what no float holds is not a number"),
    (by_model(math.inf, 1), None, "nor is infinity"),
    (by_model(True, 1), None, "nor is a truth value"),
    (by_model("3", 1), None, "nor is text"),
    (by_model(1, None), None, "one that has no number leaves all without a rank"),
    (by_model(1), None, "alone there is no rank"),
    (Sample("x"), None, "nor without a group"),
]


@pytest.mark.parametrize(("sample", "score", "why"), CASES, ids=[c[2] for c in CASES])
def test_rank(sample: Sample, score: float | None, why: str) -> None:
    verdict = GroupRank(BY_MODEL).verify(sample)
    assert verdict.score == score
    assert verdict.status == ("undecided" if score is None else "judged")


@given(st.lists(st.integers(0, 5), min_size=2, max_size=8))
def test_the_ranks_of_a_group_sum_to_half_its_size(counts: list[int]) -> None:
    group = [Sample("x", n_tokens=n) for n in counts]
    for best in ("lowest", "highest"):
        judge = GroupRank(RankParams(of="tokens", best=best))
        scores = [
            judge.verify(one.among(tuple(group[:i] + group[i + 1 :]))).score or 0.0
            for i, one in enumerate(group)
        ]
        assert sum(scores) == pytest.approx(len(group) / 2)
        assert all(0.0 <= score <= 1.0 for score in scores)


def test_a_peer_without_tokens_leaves_nothing_to_compare() -> None:
    sample = Sample("x", n_tokens=3, peers=(Sample("y", n_tokens=4), Sample("z")))
    verdict = LengthInGroup(InGroupParams(unit="tokens")).verify(sample)
    assert (verdict.status, verdict.because) == (
        "undecided",
        "1 of 3 completions of the group bring no n_tokens",
    )
    assert LengthInGroup().verify(sample).score == 0.5
