"""What each way of misbehaving comes to. Each row is a ruling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starved import starved

from assay import Engine, ReferenceUnreadable, Sample, SampleError, Verdict

ZOO = str(Path(__file__).with_name("zoo.py"))


def weighted(*names: str) -> dict[str, object]:
    return {"kind": "weighted", "criteria": dict.fromkeys(names, 1.0)}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=2, timeout_s=0.5) as engine:
        yield engine


class Case(NamedTuple):
    completion: str
    status: str
    score: float | None
    because: str
    why: str


CASES = [
    Case("ok", "judged", 1.0, "returned", "a verifier that answers"),
    Case("print", "judged", 1.0, "returned", "what it prints goes to standard error, not the pipe"),
    Case("hang", "judged", 0.0, "computing", "an endless loop is the completion's fault"),
    Case("hang-c", "judged", 0.0, "computing", "so is one in C that holds the GIL"),
    Case("sleep 30", "judged", 0.0, "sleeping", "so is sleeping by its own doing"),
    Case("memory", "judged", 0.0, "memory", "so is asking for 64 GB"),
    Case("stop", "timed_out", None, "the machine", "a stopped process is not the completion's"),
    Case("raise x", "crashed", None, "RuntimeError: told to: x", "an exception is not a score"),
    Case("sys.exit 1", "crashed", None, "SystemExit", "nor is an exit"),
    Case("exit 0", "crashed", None, "exit code 0, twice", "nor is a silent one with code 0"),
    Case("segfault", "crashed", None, "SIGSEGV, twice", "a crash in C loses its item alone"),
    Case("nan", "crashed", None, "must lie in [0, 1]", "NaN is never clipped"),
    Case("two", "crashed", None, "must lie in [0, 1]", "2.0 is never clipped"),
    Case("none", "crashed", None, "returned None", "forgetting to return is a bug"),
    Case("unsendable", "crashed", None, "not valid JSON", "infinity in details is a bug"),
    Case("frame-garbage", "crashed", None, "garbage", "bytes that are not a frame"),
    Case("frame-half", "crashed", None, "middle of a reply", "half a frame, and then nothing"),
    Case("frame-giant", "crashed", None, "4294967295 bytes", "a length that would fill memory"),
    Case("frame-stranger", "crashed", None, "not given", "a reply to a job of somebody else"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_status(engine: Engine, case: Case) -> None:
    samples = [Sample("ok before"), Sample(case.completion), Sample("ok after")]
    for _ in range(5):
        before, reward, after = engine.verify_batch(samples)
        verdict = reward.verdicts["zoo.act"]
        if case.status == "timed_out" or "the machine was too busy" not in verdict.because:
            break  # else this machine is starving us, and the engine says so: once more
    if case.because == "computing" and starved(verdict.because):
        assert (str(verdict.status), verdict.score) == ("timed_out", None)
    else:
        assert (str(verdict.status), verdict.score) == (case.status, case.score)
        assert case.because in verdict.because
    assert before.value == after.value == 1.0, "only the guilty item is lost"


def test_a_traceback_stands_in_the_details(engine: Engine) -> None:
    verdict = engine.verify(Sample("raise here")).verdicts["zoo.act"]
    assert "in act" in verdict.details["traceback"]


def test_hashes_are_alike_in_every_worker() -> None:
    seen = set()
    for _ in range(2):
        with Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, cache_size=0) as engine:
            seen.add(engine.verify(Sample("hashseed")).verdicts["zoo.act"].because)
    assert len(seen) == 1


def test_inline_passes_on_to_a_worker() -> None:
    import os

    with Engine(weighted("zoo.halves"), plugins=[ZOO], workers=1) as engine:
        even, odd = engine.verify_batch([Sample("ab"), Sample("abc")])
    assert even.verdicts["zoo.halves"].because == f"even, in process {os.getpid()}"
    assert odd.value == 0.5
    assert str(os.getpid()) not in odd.verdicts["zoo.halves"].because


def test_waiting_verifiers_wait_together_and_are_cut_off() -> None:
    rubric = weighted("zoo.waiter")
    with Engine(rubric, plugins=[ZOO], workers=1, timeout_s=3.0, budget_s=30.0) as engine:
        rewards = engine.verify_batch([Sample(f"1 {i}") for i in range(40)] + [Sample("60")])
    assert [r.value for r in rewards[:-1]] == [1.0] * 40, "one by one this takes 40 s"
    assert rewards[-1].verdicts["zoo.waiter"].status == "timed_out"


def test_a_verifier_may_ask_for_more_time() -> None:
    with Engine(weighted("zoo.patient"), plugins=[ZOO], workers=1, timeout_s=0.2) as engine:
        assert engine.verify(Sample("0.8")).value == 1.0


def test_a_verifier_that_cannot_be_imported_is_crashed_with_its_reason() -> None:
    with Engine(weighted("zoo.broken"), plugins=[ZOO], workers=1) as engine:
        verdict = engine.verify(Sample("x")).verdicts["zoo.broken"]
    assert verdict.status == "crashed"
    assert "cannot import 'no_such_module_here:factory'" in verdict.because


def test_an_unreadable_reference_raises_alone_and_is_invalid_in_a_batch() -> None:
    good, bad = Sample("a", reference="a"), Sample("a", reference="unreadable")
    with Engine(weighted("zoo.right"), plugins=[ZOO], workers=1) as engine:
        with pytest.raises(ReferenceUnreadable, match="cannot be read"):
            engine.verify(bad)
        rewards = engine.verify_batch([good, bad, good])
    assert [r.status for r in rewards] == ["scored", "invalid", "scored"]
    assert rewards[1].value is None
    assert "cannot be read" in str(rewards[1].error)
    assert rewards[1].terms.keys() == rewards[0].terms.keys()


def test_a_missing_field_is_named() -> None:
    with (
        Engine(weighted("zoo.right"), plugins=[ZOO], workers=1) as engine,
        pytest.raises(SampleError, match=r"no 'reference', which zoo.right@1 needs"),
    ):
        engine.verify(Sample("a"))


@pytest.mark.parametrize("name", ["zoo.length", "zoo.worker_length"])
@pytest.mark.parametrize(
    "completion",
    ["\x00", "\ud800 lone", "\x1b[31m", "x" * 5_000_000, "\u202e"],
    ids=["NUL", "lone surrogate", "ANSI", "5 MB", "bidi"],
)
def test_what_a_model_writes_is_judged(name: str, completion: str) -> None:
    with Engine(weighted(name), plugins=[ZOO], workers=1) as engine:
        assert engine.verify(Sample(completion)).value == min(len(completion), 100) / 100


def test_a_verdict_that_a_worker_sends_is_what_the_verifier_returned(engine: Engine) -> None:
    verdict = engine.verify(Sample("pid")).verdicts["zoo.act"]
    assert verdict == Verdict.judged("zoo.act@1", 1.0, verdict.because)
    assert verdict.seconds > 0


def test_what_is_prepared_for_a_sample_is_no_part_of_its_time() -> None:
    """Reading tests, starting a sandbox: the completion cannot help it."""
    with Engine(weighted("zoo.prepared"), plugins=[ZOO], workers=1, timeout_s=0.2) as engine:
        verdict = engine.verify(Sample("0.7")).verdicts["zoo.prepared"]
    assert verdict.score == 1.0
    assert verdict.because == "at most 0.2 s", "and it knows the engine's bound"


def test_a_preparation_without_end_is_no_score() -> None:
    from assay.engine.workers import deadlines

    class Worker:
        alive = ready = True
        waiting = False
        since, preparing_until = 0.0, 5.0
        jobs = ("a job",)

    worker: Any = Worker()
    assert deadlines.look(worker, 4.0) is None
    decision = deadlines.look(worker, 6.0)
    assert decision is not None
    assert decision.retire
    assert decision.reply is not None
    assert decision.reply[0] == "late"


def test_verdicts_stand_in_the_rubrics_order_whichever_worker_is_first() -> None:
    """A row is the same text each time, and "the last that failed" the same criterion."""
    rubric = weighted("zoo.patient", "zoo.halves")
    with Engine(rubric, plugins=[ZOO], workers=2) as engine:
        reward = engine.verify(Sample("0.2"))  # how long the first one takes
    assert list(reward.verdicts) == ["zoo.patient", "zoo.halves"]
