"""A tiny model, trained here, as a verifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assay import Engine, Sample, ServiceUnavailable
from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check
from tiny import BAD, GOOD, trained

from assay_reward_model.params import ScoreParams
from assay_reward_model.score import Score, text_of


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(trained(tmp_path_factory.mktemp("model")))


def rubric(folder: str) -> dict[str, Any]:
    use = {"use": "reward_model.score", "weight": 1, "params": {"model": folder}}
    return {"kind": "weighted", "criteria": {"liked": use}}


def test_what_it_learned_it_pays(folder: str, engine: Callable[..., Engine]) -> None:
    texts = [f"the answer is {word}" for word in (*GOOD, *BAD)]
    rewards = engine(rubric(folder), memory_bytes=0).verify_batch([Sample(t) for t in texts])
    values = [reward.value for reward in rewards if reward.value is not None]
    assert len(values) == len(rewards), rewards[0].explain()
    assert min(values[: len(GOOD)]) > max(values[len(GOOD) :])


def test_alone_and_in_a_batch_it_is_one_score(folder: str) -> None:
    score = Score(ScoreParams(model=folder, dtype="float64"))
    samples = [Sample("the answer is " + "good " * n) for n in range(1, 12)]
    together = [verdict.score for verdict in score.verify_many(samples)]
    assert together == [score.verify_many([sample])[0].score for sample in samples]


def test_an_empty_response_is_0_without_a_model() -> None:
    score = Score(ScoreParams())
    assert [v.score for v in score.verify_many([Sample(""), Sample(" \n")])] == [0.0, 0.0]
    with pytest.raises(ServiceUnavailable, match="no model is named"):
        score.verify_many([Sample("x")])


def test_what_the_model_reads() -> None:
    sample = Sample("<think>\nhm\n</think>\nfour \ud800", prompt="2 + 2?")
    assert text_of(sample) == "2 + 2?\n\nfour ?"


def test_low_lies_below_high() -> None:
    with pytest.raises(ValueError, match="low must lie below high"):
        ScoreParams(low=1.0, high=1.0)


def test_it_keeps_the_laws(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_REWARD_MODEL", folder)
    (found,) = check(Host().resolve("reward_model.score"), Settings(hostile=60, timeout_s=10.0))
    # no example can say what somebody's own model gives
    assert {f.law.name for f in found.broken} <= {"meets-its-examples"}, found.broken


def test_without_a_model_nothing_is_said_to_hold_that_was_not_tried() -> None:
    (found,) = check(Host().resolve("reward_model.score"), Settings(hostile=10))
    assert found.passed, found.broken
