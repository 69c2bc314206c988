"""Verifiers that judge several samples in one call, and those that wait by their own policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay import Engine, PluginError, Sample, VerifierSpec, WaitPolicy, verifier
from assay.plugins.load import build

FORMS = str(Path(__file__).with_name("forms.py"))


def engine_of(name: str, **options: Any) -> Engine:
    rubric = {"kind": "weighted", "criteria": {name: 1.0}}
    return Engine(rubric, plugins=[FORMS], **{"workers": 1, "timeout_s": 5.0, **options})


@pytest.fixture(scope="module")
def many() -> Iterator[Engine]:
    with engine_of("forms.many", timeout_s=2.0, cache_size=0) as engine:
        yield engine


class Case(NamedTuple):
    completion: str
    status: str
    score: float | None
    because: str
    why: str


BATCH = [
    Case("bug", "crashed", None, "of this sample alone", "an exception in a result's place"),
    Case("raise", "crashed", None, "in the midst of a batch", "a batch that raises is split"),
    Case("sys.exit", "crashed", None, "SystemExit", "and so is one that exits"),
    Case("exit", "crashed", None, "exit code 3, twice", "and one that ends its worker"),
    Case("memory", "judged", 0.0, "memory limit", "too much memory is the completion's fault"),
    Case("short", "crashed", None, "0 results for 1 samples", "a missing result is a bug"),
]


@pytest.mark.parametrize("case", BATCH, ids=lambda c: c.why)
def test_a_batch_loses_only_the_sample_that_is_to_blame(many: Engine, case: Case) -> None:
    samples = [Sample(f"fine {i}") for i in range(5)]
    *others, guilty = many.verify_batch([*samples, Sample(case.completion)])
    verdict = guilty.verdicts["forms.many"]
    if case.completion == "short":  # whose result is missing is not known
        assert str(verdict.status) == "crashed"
        assert "results for" in verdict.because
        return
    assert (str(verdict.status), verdict.score) == (case.status, case.score)
    assert case.because in verdict.because
    assert [reward.value for reward in others] == [1.0] * 5


def test_a_sample_that_hangs_costs_its_batch_one_bound_and_then_itself() -> None:
    samples = [Sample("hang"), *(Sample(f"fine {i}") for i in range(5))]
    with engine_of("forms.many", timeout_s=0.5) as engine:
        guilty, *others = engine.verify_batch(samples)
    verdict = guilty.verdicts["forms.many"]
    assert verdict.score == 0.0 or verdict.status == "timed_out"  # by how busy the machine is
    assert [reward.value for reward in others] == [1.0] * 5


def test_a_row_of_a_batch_that_cannot_be_read_is_invalid(many: Engine) -> None:
    good, bad = many.verify_batch([Sample("fine"), Sample("unreadable")])
    assert (good.status, bad.status) == ("scored", "invalid")


def test_batches_are_as_large_as_the_spec_says_and_no_larger(many: Engine) -> None:
    rewards = many.verify_batch([Sample(f"fine {i}") for i in range(64)])
    said = [r.verdicts["forms.many"].because for r in rewards]
    assert [text.partition(" in ")[0] for text in said] == [f"fine {i}" for i in range(64)]
    sizes = {int(text.rpartition(" ")[2]) for text in said}
    assert max(sizes) == 8


def test_a_waiting_batch_that_is_late_is_split_and_one_that_is_refused_is_not() -> None:
    with engine_of("forms.later", timeout_s=0.3) as engine:
        late, *others = engine.verify_batch([Sample("late"), *(Sample(f"{i}") for i in range(3))])
        (refused,) = engine.verify_batch([Sample("refused")])
    assert late.verdicts["forms.later"].status == "timed_out"
    assert [reward.value for reward in others] == [1.0] * 3
    verdict = refused.verdicts["forms.later"]
    assert verdict.by_machine, "no completion is to blame for a server"
    assert verdict.because == "503, twice"


def test_no_more_calls_wait_at_once_than_the_policy_says() -> None:
    with engine_of("forms.counted") as engine:
        rewards = engine.verify_batch([Sample(f"{i}") for i in range(12)])
    said = {reward.verdicts["forms.counted"].because for reward in rewards}
    assert "3 at once" in said
    assert said <= {"1 at once", "2 at once", "3 at once"}


@pytest.mark.parametrize(
    ("completion", "status", "because", "why"),
    [
        ("503 3", "judged", "at try 4", "as many retries as the policy has"),
        ("503 9", "crashed", "503 Service Unavailable, 4 times", "and no more"),
        ("refused 1", "judged", "at try 2", "a refused connection is worth another try"),
        ("429 1 0.2", "judged", "at try 2", "a server that says when is asked then"),
        ("429 1 3600", "crashed", "429 Too Many Requests, once", "if the deadline allows"),
        ("late 1", "judged", "at try 2", "a try has a bound of its own"),
        ("bug 1", "crashed", "RuntimeError: a bug", "a bug is not tried again"),
    ],
)
def test_retries(completion: str, status: str, because: str, why: str) -> None:
    with engine_of("forms.flaky") as engine:
        verdict = engine.verify(Sample(completion)).verdicts["forms.flaky"]
    assert (str(verdict.status), verdict.because) == (status, because), why
    assert verdict.by_machine == (status == "crashed" and "bug" not in completion)


def test_the_face_of_a_batch_verifier_must_be_what_its_spec_says() -> None:
    with engine_of("forms.unbatched") as engine:
        verdict = engine.verify(Sample("x")).verdicts["forms.unbatched"]
        assert "with 'verify_many' and without 'verify'" in verdict.because
    with engine_of("forms.single") as engine:
        verdict = engine.verify(Sample("x")).verdicts["forms.single"]
        assert "without 'verify_many'" in verdict.because

    class Bounded:
        def verify_many(self, samples: list[Sample]) -> list[float]:
            return [1.0 for _ in samples]

        def bound_s(self, sample: Sample) -> float:
            return 9.0

    with pytest.raises(PluginError, match="'bound_s' is for one sample"):
        build("a.b@1", lambda _: Bounded(), None, 8)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch": 0}, "batch is 0, must be a whole number in 1 to 1024"),
        ({"batch": True}, "batch is True"),
        ({"batch": 4, "cost": "inline"}, "a batch does not go with cost 'inline'"),
        ({"waiting": WaitPolicy()}, "a WaitPolicy does not go with cost 'worker'"),
        ({"waiting": 3, "cost": "waiting"}, "waiting is 3, must be a WaitPolicy"),
    ],
)
def test_forms_that_cannot_be_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(PluginError, match=said):
        VerifierSpec("a.b@1", "x", "a:b", **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concurrency": 0}, "concurrency is 0, must be a whole number in 1 to 1024"),
        ({"retries": -1}, "retries is -1"),
        ({"timeout_s": 0.0}, "timeout_s is 0.0"),
        ({"deadline_s": float("nan")}, "deadline_s is nan"),
        ({"pause_s": -0.1}, "pause_s is -0.1"),
    ],
)
def test_a_policy_out_of_range_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(PluginError, match=said):
        WaitPolicy(**options)


def test_a_function_of_a_batch_takes_the_samples_alone() -> None:
    with pytest.raises(PluginError, match=r"fix: def both\(samples\)"):

        @verifier("a.b@1", batch=4)
        def both(samples: list[Sample], more: int) -> list[float]:
            return [0.0 for _ in samples]
