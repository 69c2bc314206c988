"""What a verifier sees of a sample, what keys the cache, and fields that no worker can be sent."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from assay import Engine, Sample, Verdict, verifier
from assay.engine.cache import VerdictCache
from assay.model import SAMPLE_FIELDS

RUBRIC = {"kind": "weighted", "criteria": {"test.see": 1.0}}

WHOLE = Sample(
    "x",
    reference="1",
    prompt="p",
    tests={"cases": [1]},
    steps=("a",),
    turns=["t"],  # type: ignore[arg-type]
    n_tokens=3,
    finish_reason="stop",
    step=4,
    label=True,
    prompt_id="p1",
    group_id="g1",
    info={"unit": "m", "other": 1},
)


@pytest.mark.parametrize(
    ("needs", "seen"),
    [
        ([], set()),
        (["reference"], {"reference"}),
        (["reference?", "tests", "n_tokens?"], {"reference", "tests", "n_tokens"}),
        (["info"], {"info"}),
        (["info.unit"], {"info"}),
    ],
)
def test_a_verifier_sees_what_it_needs_and_nothing_else(needs: list[str], seen: set[str]) -> None:
    shown: list[Sample] = []

    @verifier("test.see@1", cost="inline", needs=needs)
    def see(sample: Sample) -> float:
        shown.append(sample)
        return 1.0

    with Engine(RUBRIC, verifiers=[see]) as engine:
        engine.verify(WHOLE)
    (sample,) = shown
    blank = Sample("x")
    hidden = set(SAMPLE_FIELDS) - seen - {"completion"}
    assert {name for name in hidden if getattr(sample, name) != getattr(blank, name)} == set()
    for name in seen - {"info"}:
        assert getattr(sample, name) == getattr(WHOLE, name)
    if "info.unit" in needs:
        assert sample.info == {"unit": "m"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "info.unit is no JSON: Out of range float values"),
        (datetime.date(2024, 1, 1), "info.unit is no JSON: Object of type date"),
        (10**5000, "info.unit is no JSON: Exceeds the limit"),
        (b"x", "info.unit is no JSON: Object of type bytes"),
    ],
    ids=["not a number", "a date", "an integer too long to write", "bytes"],
)
@pytest.mark.parametrize("deterministic", [True, False])
def test_a_needed_field_that_is_no_json_makes_its_row_invalid_and_no_other(
    value: Any, told: str, deterministic: bool
) -> None:
    @verifier("test.see@1", cost="inline", needs=["info.unit"], deterministic=deterministic)
    def see(sample: Sample) -> float:
        return 1.0

    bad = Sample("x", info={"unit": value})
    good = Sample("x", info={"unit": "m", "other": value})
    with Engine(RUBRIC, verifiers=[see]) as engine:
        rewards = engine.verify_batch([good, bad, good])
    if deterministic:  # no key is made otherwise, and an inline verifier is not sent anything
        assert [r.status for r in rewards] == ["scored", "invalid", "scored"]
        assert rewards[1].error is not None
        assert rewards[1].error.startswith(told)
    else:
        assert [r.status for r in rewards] == ["scored"] * 3


def test_a_full_cache_forgets_the_oldest() -> None:
    cache = VerdictCache(2)
    verdict = Verdict.judged("a.b@1", 1.0, "x")
    for key in (b"1", b"2", b"2", b"3"):
        cache.put((1, key), verdict)
    assert [cache.get((1, key)) is verdict for key in (b"1", b"2", b"3")] == [False, True, True]
    cache.put((1, b"4"), Verdict.undecided("a.b@1", "x"))
    assert cache.get((1, b"4")) is None
    assert cache.get((1, b"3")) is verdict


def test_a_cache_of_no_size_keeps_nothing() -> None:
    cache = VerdictCache(0)
    cache.put((1, b"1"), Verdict.judged("a.b@1", 1.0, "x"))
    assert cache.get((1, b"1")) is None
