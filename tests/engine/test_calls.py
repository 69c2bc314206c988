"""Batches: order, duplicates, cache, budget, laziness, threads, asyncio, kills from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import (
    ConfigError,
    Engine,
    Sample,
    SampleError,
    UnscoredError,
    Verdict,
    verifier,
    verify,
)

ZOO = str(Path(__file__).with_name("zoo.py"))


def weighted(*names: str) -> dict[str, object]:
    return {"kind": "weighted", "criteria": dict.fromkeys(names, 1.0)}


def counting(cost: str = "inline", **options: Any) -> tuple[Any, list[str]]:
    seen: list[str] = []

    @verifier("test.count@1", cost="inline", **options)
    def count(sample: Sample) -> float:
        """Remember what was judged."""
        seen.append(sample.text)
        return 1.0

    return count, seen


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(weighted("zoo.worker_length"), plugins=[ZOO], workers=2) as engine:
        yield engine


@given(lengths=st.lists(st.integers(0, 60), max_size=40))
def test_rewards_come_in_the_order_of_samples(engine: Engine, lengths: list[int]) -> None:
    rewards = engine.verify_batch([Sample("x" * n) for n in lengths])
    assert [r.value for r in rewards] == [n / 100 for n in lengths]


def test_batch_equals_single(engine: Engine) -> None:
    samples = [Sample("x" * n) for n in (1, 5, 9)]
    assert engine.verify_batch(samples) == [engine.verify(s) for s in samples]


def test_equal_samples_are_judged_once_and_remembered() -> None:
    count, seen = counting()
    with Engine(weighted("test.count"), verifiers=[count]) as engine:
        engine.verify_batch([Sample("a"), Sample("b"), Sample("a")])
        engine.verify(Sample("b"))
    assert seen == ["a", "b"]


def test_only_declared_fields_tell_samples_apart() -> None:
    count, seen = counting(needs=["reference?", "info.unit?"])
    with Engine(weighted("test.count"), verifiers=[count]) as engine:
        engine.verify(Sample("a", reference="1", prompt="p", info={"unit": "m", "row": 1}))
        engine.verify(Sample("a", reference="1", prompt="q", info={"unit": "m", "row": 2}))
        engine.verify(Sample("a", reference="2"))
        engine.verify(Sample("a", reference="1", info={"unit": "km"}))
    assert len(seen) == 3


def test_undeclared_fields_do_not_reach_a_verifier() -> None:
    got: list[Sample] = []

    @verifier("test.peek@1", cost="inline", needs=["n_tokens?"])
    def peek(sample: Sample) -> float:
        """Keep what is seen."""
        got.append(sample)
        return 1.0

    with Engine(weighted("test.peek"), verifiers=[peek]) as engine:
        engine.verify(Sample("a", reference="secret", n_tokens=3, label=True, info={"x": 1}))
    assert got == [Sample("a", n_tokens=3)]


def test_what_is_not_deterministic_is_asked_again() -> None:
    count, seen = counting(deterministic=False)
    with Engine(weighted("test.count"), verifiers=[count]) as engine:
        engine.verify_batch([Sample("a"), Sample("a")])
        engine.verify(Sample("a"))
    assert seen == ["a", "a", "a"]


def test_a_score_outside_the_declared_levels_is_crashed() -> None:
    @verifier("test.level@1", cost="inline", levels=[0, 1])
    def half(sample: Sample) -> float:
        """Against its own word."""
        return 0.5

    with Engine(weighted("test.level"), verifiers=[half]) as engine:
        verdict = engine.verify(Sample("a")).verdicts["test.level"]
    assert verdict.status == "crashed"
    assert "not one of its declared levels 0, 1" in verdict.because


def test_iter_batch_reads_ahead_boundedly_and_yields_as_completed(engine: Engine) -> None:
    taken = 0

    def samples() -> Iterator[Sample]:
        nonlocal taken
        for i in range(100_000):
            taken += 1
            yield Sample(f"{i}")

    run = engine.iter_batch(samples())
    for _ in range(10):
        next(run)
    assert taken < 3000
    run.close()  # type: ignore[attr-defined]
    assert engine.verify(Sample("ab")).value == 0.02


def test_rows_that_are_no_samples_are_invalid_and_the_others_are_scored(engine: Engine) -> None:
    rows = [Sample("abc"), SampleError("no 'completion' in the row"), Sample("ab")]
    rewards = engine.verify_batch(rows)
    assert [(r.status, r.value) for r in rewards] == [
        ("scored", 0.03),
        ("invalid", None),
        ("scored", 0.02),
    ]


def test_a_budget_ends_the_call_and_says_so() -> None:
    options: dict[str, Any] = {"workers": 1, "timeout_s": 30.0, "on_unscored": "ignore"}
    with Engine(weighted("zoo.act"), plugins=[ZOO], **options) as engine:
        engine.verify(Sample("warm"))
        start = time.monotonic()
        rewards = engine.verify_batch(
            [Sample("quick"), Sample("hang-c"), *(Sample(f"late {i}") for i in range(2000))],
            budget_s=0.5,
        )
        assert time.monotonic() - start < 10.0
        assert rewards[0].value == 1.0
        late = [r.verdicts["zoo.act"] for r in rewards[1:]]
        assert {v.status for v in late} == {"timed_out"}
        assert all("budget of 0.5 s" in v.because for v in late)
        assert engine.verify(Sample("after")).value == 1.0


def test_too_many_without_a_score_raise_and_lose_nothing() -> None:
    samples = [Sample(f"raise {i}") for i in range(11)] + [Sample(f"ok {i}") for i in range(189)]
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=2) as engine:
        with pytest.raises(UnscoredError, match=r"11 of 200 samples have no score") as caught:
            engine.verify_batch(samples)
        assert len(caught.value.rewards) == 200
        assert "commonest cause, 11 times: " in str(caught.value)
        assert "'zoo.act' is crashed: RuntimeError: told to: 0" in str(caught.value)
        engine.verify_batch(samples[1:])  # 10 of 199: a small call never raises
        engine.verify_batch([*samples[1:], Sample("ok")])  # 10 of 200: "at most 5%" holds 5%
        engine.on_unscored = "warn"
        with pytest.warns(RuntimeWarning, match="11 of 200"):
            engine.verify_batch(samples)


def test_a_criterion_that_crashes_beside_the_key_is_told() -> None:
    """The rewards have values, so that nothing else would tell."""
    samples = [Sample(f"raise {i}") for i in range(11)] + [Sample(f"ok {i}") for i in range(189)]
    rubric = {"kind": "weighted", "criteria": {"zoo.length": 0.9, "zoo.act": 0.1}}
    with Engine(rubric, plugins=[ZOO], workers=2) as engine:
        with pytest.warns(RuntimeWarning, match="zoo.act crashed on 11 of 200 samples.*told to"):
            rewards = engine.verify_batch(samples)
        assert all(r.value is not None for r in rewards)
        engine.verify_batch(samples[1:])  # 10 of 199
        engine.on_unscored = "ignore"
        engine.verify_batch(samples)


def test_a_verifier_that_always_hangs_is_told() -> None:
    """By rule the completions are at fault and judged 0, which would look like training."""
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, timeout_s=0.3) as engine:
        with pytest.warns(RuntimeWarning, match="zoo.act was cut off on 200 of 200 samples"):
            rewards = engine.verify_batch([Sample("sleep 60")] * 200)
        assert {r.value for r in rewards} == {0.0}
        engine.verify_batch([Sample("sleep 60")] * 100 + [Sample("ok")] * 100)  # half: it may be so


def test_an_inline_verifier_that_exits_ends_nobody_else() -> None:
    @verifier("my.exit@1", cost="inline")
    def leaves(sample: Sample) -> bool:
        sys.exit(3)

    with Engine({"my.exit": 1}, verifiers=[leaves], on_unscored="ignore") as engine:
        reward = engine.verify(Sample("x"))
    assert reward.verdicts["my.exit"].status == "crashed"
    assert "SystemExit" in reward.verdicts["my.exit"].because


def test_asyncio_and_threads_share_an_engine(engine: Engine) -> None:
    async def many() -> list[float | None]:
        rewards = await asyncio.gather(*(engine.averify(Sample("x" * n)) for n in range(50)))
        return [r.value for r in rewards]

    results: dict[int, list[float | None]] = {}

    def work(i: int) -> None:
        batch = engine.verify_batch([Sample("y" * n) for n in range(i, i + 50)])
        results[i] = [r.value for r in batch]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    assert asyncio.run(many()) == [n / 100 for n in range(50)]
    for thread in threads:
        thread.join()
    assert results == {i: [n / 100 for n in range(i, i + 50)] for i in range(8)}


def test_a_worker_killed_from_outside_loses_nothing() -> None:
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=2, cache_size=0) as engine:
        pids: set[int] = set()

        def killer() -> None:
            time.sleep(0.3)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)

        first = engine.verify_batch([Sample(f"pid {i}") for i in range(50)])
        pids = {int(r.verdicts["zoo.act"].because) for r in first}
        thread = threading.Thread(target=killer)
        thread.start()
        rewards = engine.verify_batch([Sample(f"sleep 0.02{i:03d}") for i in range(60)])
        thread.join()
        assert [r.value for r in rewards] == [1.0] * 60


def test_no_descriptor_is_leaked_by_kills_and_closes() -> None:
    def used() -> int:
        return len(os.listdir("/proc/self/fd"))

    def once() -> None:
        with Engine(weighted("zoo.act"), plugins=[ZOO], workers=2, timeout_s=0.2) as engine:
            engine.verify_batch([Sample(w) for w in ("hang", "exit 1", "frame-garbage", "ok")])

    once()
    before = used()
    for _ in range(3):
        once()
    assert used() <= before


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("workers", 0, "workers is 0, must be 1 to 4096"),
        ("timeout_s", 0.0, "timeout_s is 0.0, must be above 0"),
        ("budget_s", -1.0, "budget_s is -1.0"),
        ("max_unscored", 2.0, "max_unscored is 2.0, must be 0 to 1"),
        ("on_unscored", "explode", "on_unscored is 'explode', must be raise, warn, ignore"),
        ("memory_bytes", 1, "memory_bytes is 1, must be 0"),
        ("memory_bytes", "4G", "memory_bytes is '4G', must be 0"),
        ("timeout_s", "5", "timeout_s is '5', must be above 0"),
        ("timeout_s", float("nan"), "timeout_s is nan, must be above 0"),
        ("budget_s", "60", "budget_s is '60', must be None or above 0"),
        ("max_unscored", "5%", "max_unscored is '5%', must be 0 to 1"),
        ("workers", True, "workers is True, must be 1 to 4096"),
        ("cache_size", -1, "cache_size is -1, must be 0 or more"),
    ],
)
def test_an_option_out_of_range_is_named(option: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Engine(weighted("zoo.act"), plugins=[ZOO], **{option: value})
    assert said in str(caught.value)


class Table:
    """A data frame, as far as it matters: what iterates over its columns' names."""

    def __iter__(self) -> Iterator[str]:
        return iter(["completion", "reference"])

    def to_dict(self, orient: str) -> list[dict[str, str]]:
        assert orient == "records"
        return [{"completion": "ok"}]


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (["ok"], "samples[0] is a str; wanted a Sample or a row of a data set\nfix: Sample("),
        (
            Table(),
            "samples[0] is a str; wanted a Sample or a row of a data set\nfix: frame.to_dict(",
        ),
        ([Table()], "samples[0] is a Table; wanted a Sample or a row of a data set\nfix: frame."),
    ],
)
def test_what_is_no_sample_is_named_with_what_to_give(batch: Any, said: str) -> None:
    with Engine(weighted("zoo.act"), plugins=[ZOO]) as engine:
        with pytest.raises(SampleError) as caught:
            engine.verify_batch(batch)
        assert str(caught.value).startswith(said)
        assert engine.verify_batch(Table().to_dict("records"))[0].status == "scored"


def test_closing_ends_the_workers_and_a_later_call_starts_others() -> None:
    engine = Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, cache_size=0)
    first = engine.verify(Sample("pid")).verdicts["zoo.act"].because
    engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(first), 0)
    second = engine.verify(Sample("pid")).verdicts["zoo.act"].because
    engine.close()
    assert first != second


def test_a_call_that_is_left_after_its_engine_was_closed_starts_nothing() -> None:
    """Its generator may be collected long after; there is nothing left to cancel."""
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, memory_bytes=3 << 30) as engine:
        call = engine.iter_batch([Sample("pid"), Sample("sleep 5")])
        next(call)
    before = threading.enumerate()
    call.close()  # type: ignore[attr-defined]
    assert threading.enumerate() == before


def test_another_order_of_criteria_is_another_rubric_to_verify() -> None:
    """The first criterion is the key: without its score there is no reward."""
    for names in (["format.boxed", "math.answer"], ["math.answer", "format.boxed"]):
        rubric = weighted(*names)
        found = verify("x", reference="1", rubric=rubric)
        assert list(found.terms) == names
        with Engine(rubric) as engine:
            assert found.signature == engine.rubric.signature


def test_the_step_of_a_call_reaches_samples_without_one() -> None:
    got: list[int | None] = []

    @verifier("test.step@1", cost="inline", needs=["step?"])
    def step(sample: Sample) -> float:
        """Keep the step."""
        got.append(sample.step)
        return 1.0

    with Engine(weighted("test.step"), verifiers=[step]) as engine:
        engine.verify_batch([Sample("a"), Sample("b", step=3)], step=17)
    assert got == [17, 3]


@pytest.mark.slow
def test_one_result_for_each_job_under_stress() -> None:
    """1,000 items, some of which kill, hang or crash their worker, from 8 threads."""
    what = ["ok", "pid", "exit 1", "raise", "segfault"]

    def work(i: int, out: dict[int, int]) -> None:
        samples = [
            Sample(f"{what[(i + n) % 40 % len(what)] if n % 8 == 0 else 'ok'} {i} {n}")
            for n in range(125)
        ]
        engine.on_unscored = "ignore"
        out[i] = sum(
            isinstance(v, Verdict)
            for r in engine.verify_batch(samples)
            for v in r.verdicts.values()
        )

    out: dict[int, int] = {}
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=2, timeout_s=5) as engine:
        threads = [threading.Thread(target=work, args=(i, out)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert out == dict.fromkeys(range(8), 125)


@pytest.mark.slow
def test_no_job_is_forgotten_among_many() -> None:
    """20,000 small jobs from four threads: a wake-up lost once is a call that never ends."""
    rubric = weighted("zoo.worker_length")
    sums: dict[int, float] = {}

    def work(i: int, engine: Engine) -> None:
        rewards = engine.verify_batch([Sample(f"{i} {n}") for n in range(5000)], budget_s=240.0)
        sums[i] = sum(r.value or 0.0 for r in rewards)

    with Engine(rubric, plugins=[ZOO], workers=2, cache_size=0) as engine:
        threads = [threading.Thread(target=work, args=(i, engine)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected = sum(len(f"0 {n}") / 100 for n in range(5000))
    assert {round(s, 6) for s in sums.values()} == {round(expected, 6)}


def test_rows_of_a_data_set_are_samples_too(engine: Engine) -> None:
    rewards = engine.verify_batch([{"completion": "abc", "colour": "red"}, {"answer": "abc"}])
    assert [r.status for r in rewards] == ["scored", "invalid"]
    assert "no 'completion' in the row" in str(rewards[1].error)


@pytest.mark.parametrize("rows", ["abc", [3], [None]], ids=["text", "a number", "None"])
def test_what_is_no_sample_is_named(engine: Engine, rows: Any) -> None:
    with pytest.raises(
        SampleError, match=r"samples(\[0\] is .*; wanted a Sample| is a str; wanted a list)"
    ):
        engine.verify_batch(rows)


def test_a_reward_that_the_clock_decided_is_signed_so() -> None:
    """Another bound might have judged otherwise: same signature, same reward must stay true."""

    def signatures(timeout_s: float) -> list[str]:
        with Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, timeout_s=timeout_s) as engine:
            rewards = engine.verify_batch([Sample("sleep 0.6"), Sample("ok")])
            return [r.signature for r in rewards]

    short, long = signatures(0.2), signatures(20.0)
    assert short[1] == long[1]
    assert short[0] != long[0]


def test_what_is_cut_off_took_its_time() -> None:
    with Engine(weighted("zoo.act"), plugins=[ZOO], workers=1, timeout_s=0.3) as engine:
        assert engine.verify(Sample("sleep 30")).seconds >= 0.25


def test_another_text_of_a_plugin_file_is_another_signature(tmp_path: Path) -> None:
    code = (
        "from assay import verifier\n"
        "@verifier('t.x@1', cost='inline')\n"
        "def x(sample):\n    return {}\n"
    )
    found = set()
    for i, value in enumerate((1, 0)):
        file = tmp_path / f"plugin{i}.py"
        file.write_text(code.format(value))
        with Engine(weighted("t.x"), plugins=[str(file)]) as engine:
            found.add(engine.verify(Sample("a")).signature)
    assert len(found) == 2
