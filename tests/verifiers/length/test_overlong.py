"""Rulings of `length.overlong`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.length.overlong import LengthOverlong
from assay.verifiers.length.params import OverlongParams

PARAMS = OverlongParams(max_tokens=100, buffer_tokens=20, chars_per_token=2.0)

CASES = [
    (0, 1.0, "nothing is not too long"),
    (80, 1.0, "up to the buffer nothing is taken"),
    (90, 0.5, "halfway through the buffer"),
    (99, 0.05, "just below the limit"),
    (100, 0.0, "at the limit"),
    (5000, 0.0, "beyond the limit"),
]


@pytest.mark.parametrize(("tokens", "score", "why"), CASES, ids=[c[2] for c in CASES])
def test_overlong(tokens: int, score: float, why: str) -> None:
    verdict = LengthOverlong(PARAMS).verify(Sample("x", n_tokens=tokens))
    assert verdict.score == pytest.approx(score)
    assert verdict.details["unit"] == "tokens"
    in_characters = LengthOverlong(PARAMS).verify(Sample("x" * (2 * tokens)))
    assert in_characters.score == pytest.approx(score)
    assert in_characters.details["unit"] == "characters"
    assert "characters" in in_characters.because


@given(st.integers(0, 300), st.integers(0, 300))
def test_longer_never_scores_higher(a: int, b: int) -> None:
    judge = LengthOverlong(PARAMS)
    short, long = sorted((a, b))
    x = judge.verify(Sample("x", n_tokens=short)).score
    y = judge.verify(Sample("x", n_tokens=long)).score
    assert x is not None
    assert y is not None
    assert y <= x


@given(st.integers(1, 300))
def test_it_is_the_published_punishment_plus_one(length: int) -> None:
    if length <= 80:
        published = 0.0
    elif length <= 100:
        published = (80 - length) / 20
    else:
        published = -1.0
    score = LengthOverlong(PARAMS).verify(Sample("x", n_tokens=length)).score
    assert score == pytest.approx(published + 1)


def test_a_buffer_longer_than_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer_tokens 5 is more than max_tokens 4"):
        OverlongParams(max_tokens=4, buffer_tokens=5)
