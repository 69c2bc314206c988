"""Large values that samples share: sent once a worker, and read as if they were sent whole."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Engine, Sample
from assay.engine.workers import contents, parcels
from assay.engine.workers.contents import Recent
from assay.engine.workers.frames import KEPT, PipeFrame, dumps
from assay.engine.workers.job import Job
from assay.engine.workers.parcels import ContentMissing, Unpacker, content_payload, pack
from assay.engine.workers.worker_process import WorkerProcess

PLUGIN = """
import hashlib, json, os
from assay import Verdict, verifier

NEEDS = ["tests", "prompt?", "info?"]

def seen(name, sample):
    whole = json.dumps(sample.to_json(), sort_keys=True).encode()
    said = f"{hashlib.sha256(whole).hexdigest()} {id(sample.tests)} {os.getpid()}"
    return Verdict.judged(name, 1.0, said)

@verifier("seen.one@1", needs=NEEDS)
def one(sample):
    return seen("seen.one@1", sample)

@verifier("seen.many@1", needs=NEEDS, batch=4)
def many(samples):
    return [seen("seen.many@1", sample) for sample in samples]

@verifier("seen.waiting@1", needs=NEEDS, cost="waiting")
async def waiting(sample):
    return seen("seen.waiting@1", sample)

@verifier("seen.waiting_many@1", needs=NEEDS, cost="waiting", batch=4)
async def waiting_many(samples):
    return [seen("seen.waiting_many@1", sample) for sample in samples]
"""
FORMS = ("seen.one", "seen.many", "seen.waiting", "seen.waiting_many")
LARGE = contents.LARGE_BYTES


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    file = tmp_path / "seen_plugin.py"
    file.write_text(PLUGIN, encoding="utf-8")
    return str(file)


def engine_of(plugin: str, name: str = "seen.one", **more: Any) -> Engine:
    rubric = {"kind": "weighted", "criteria": {name: 1}}
    return Engine(rubric, plugins=[plugin], workers=1, cache_size=0, timeout_s=60.0, **more)


def large(seed: str) -> dict[str, Any]:
    return {"type": "stdio", "cases": [{"stdin": seed * LARGE, "expected": [1, 1.0, True, None]}]}


def whole(sample: Sample) -> str:
    return hashlib.sha256(json.dumps(sample.to_json(), sort_keys=True).encode()).hexdigest()


def judged(engine: Engine, samples: list[Sample]) -> list[list[str]]:
    """What the verifier said of each: the digest of all it saw, identity of its tests, process."""
    (key,) = engine.rubric.offers
    return [reward.verdicts[key].because.split() for reward in engine.verify_batch(samples)]


def workers(engine: Engine) -> list[Any]:
    pool = engine._pool.get()
    return [*pool._killable.workers, *pool._waiting.workers]


GROUP = [Sample(f"answer {i}", tests=large("x"), prompt="p" * LARGE) for i in range(12)]


@pytest.mark.parametrize("name", FORMS)
def test_a_group_sends_its_tests_once_and_the_verifier_sees_all_of_them(
    plugin: str, name: str
) -> None:
    with engine_of(plugin, name) as engine:
        found = judged(engine, GROUP)
        (worker,) = workers(engine)
        assert worker.contents_sent == 2, "tests and prompt"
    assert [said[0] for said in found] == [whole(sample) for sample in GROUP]
    assert len({said[1] for said in found}) == 1, "one object, which a verifier may know again"


def test_small_values_travel_with_their_sample(plugin: str) -> None:
    with engine_of(plugin) as engine:
        small = Sample("x", tests={"code": "assert f(1) == 1"}, prompt="short")
        assert judged(engine, [small])[0][0] == whole(small)
        assert workers(engine)[0].contents_sent == 0


@pytest.mark.parametrize("name", FORMS)
def test_a_worker_without_a_content_is_sent_it_again(plugin: str, name: str) -> None:
    """However it came about: here by what we wrongly note that it holds."""
    sample = Sample("x", tests=large("y"))
    with engine_of(plugin, name) as engine:
        judged(engine, GROUP[:1])
        (worker,) = workers(engine)
        for content in pack(sample.to_json()).contents:
            worker.held.put(content.digest, len(content.data), None)
        samples = [sample, *GROUP[:3]]
        assert [said[0] for said in judged(engine, samples)] == [whole(s) for s in samples]


def test_one_that_never_keeps_it_is_a_crash_and_no_score(plugin: str) -> None:
    class Liar(Recent[None]):
        def __contains__(self, digest: bytes) -> bool:
            return True

        def use(self, digest: bytes) -> None:
            pass

    with engine_of(plugin, on_unscored="ignore") as engine:
        judged(engine, [Sample("x", tests={})])
        workers(engine)[0].held = Liar()
        verdict = engine.verify(GROUP[0]).verdicts["seen.one"]
        assert (str(verdict.status), verdict.score) == ("crashed", None)
        assert "did not keep what it was sent" in verdict.because


def test_the_worker_after_one_that_was_killed_gets_them_anew(plugin: str) -> None:
    with engine_of(plugin) as engine:
        (first,) = judged(engine, GROUP[:1])
        os.kill(int(first[2]), signal.SIGKILL)
        found = judged(engine, GROUP)
    assert {said[0] for said in found} == {whole(sample) for sample in GROUP}
    assert first[2] not in {said[2] for said in found}


@pytest.mark.slow
def test_more_than_a_worker_keeps_goes_round(plugin: str) -> None:
    """Each of five megabytes, in turn, so that the fourth drives out the first."""
    size = contents.STORE_BYTES // 3 - 100
    tests = [{"code": str(i) * size} for i in range(4)]
    samples = [Sample(f"{i}", tests=tests[i % 4]) for i in range(8)]
    with engine_of(plugin) as engine:
        assert [said[0] for said in judged(engine, samples)] == [whole(s) for s in samples]
        assert workers(engine)[0].contents_sent == 8
        assert judged(engine, samples[5:8])
        assert workers(engine)[0].contents_sent == 8, "the last three are there"


# -- laws ------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), max_size=60))
def test_both_sides_keep_the_same(asked: list[tuple[int, int]]) -> None:
    """The caller puts what it has to send; the worker puts what it gets, and then uses it."""
    ours, theirs = Recent[None](100), Recent[None](100)
    sizes: dict[bytes, int] = {}
    for number, size in asked:
        digest = bytes([number])
        size = sizes.setdefault(digest, size)
        if digest in ours:
            ours.use(digest)
        else:
            ours.put(digest, size, None)
            theirs.put(digest, size, None)
        theirs.use(digest)
        assert list(ours._held) == list(theirs._held)
        assert digest in ours
        assert ours._total <= 100


def test_the_newest_stays_however_large_it_is() -> None:
    recent = Recent[str](10)
    recent.put(b"a", 5, "a")
    recent.put(b"b", 50, "b")
    assert (b"a" in recent, recent.use(b"b")) == (False, "b")
    recent.put(b"c", 5, "c")
    assert (b"b" in recent, recent.use(b"c")) == (False, "c")
    with pytest.raises(KeyError):
        recent.use(b"b")


numbers = st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    yield
    parcels._known.clear()


def samples_of(tests: Any, info: dict[str, Any], prompt: Any, reference: Any) -> Sample:
    return Sample("text", tests=tests, info=info, prompt=prompt, reference=reference)


@given(
    st.builds(
        samples_of,
        json_values,
        st.dictionaries(st.text(max_size=5), json_values, max_size=3),
        st.none() | st.text(max_size=20) | st.just([{"role": "user", "content": "x" * 20}]),
        st.none() | st.text(min_size=1, max_size=20) | st.just(["1", 2, 3.5]),
    )
)
def test_what_stands_apart_comes_back_as_it_was(sample: Sample) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(contents, "LARGE_BYTES", 8)
        parcel = pack(sample.to_json())
    unpacker = Unpacker()
    if parcel.contents:
        with pytest.raises(ContentMissing):
            unpacker.open(parcel.text)
    for content in parcel.contents:
        unpacker.keep(content_payload(content))
    back = unpacker.open(parcel.text).sample()
    assert dumps(back.to_json()) == dumps(
        Sample.from_row(json.loads(dumps(sample.to_json()))).to_json()
    )
    if not parcel.contents:
        assert parcel.text == dumps(sample.to_json())
    assert b"\n" not in parcel.text, "a batch has one a line"


def test_one_one_point_and_true_are_three_contents_whatever_was_seen_before() -> None:
    """They are equal in Python, and not in JSON."""
    filling = "x" * LARGE
    texts = {
        pack(Sample("t", tests=[filling, value]).to_json()).text
        for _ in range(2)
        for value in (1, 1.0, True, [1], {"1": 1})
    }
    assert len(texts) == 5


def test_the_same_value_in_two_fields_is_two_contents() -> None:
    """A field reads what it is given in its own way."""
    text = "y" * LARGE
    parcel = pack(Sample("t", tests=text, prompt=text, info={"tests": text}).to_json())
    assert len({content.digest for content in parcel.contents}) == 3
    assert {content.field for content in parcel.contents} == {"tests", "prompt", "info.tests"}


def test_a_mapping_that_samples_share_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = large("z")
    first = pack(Sample("a", tests=tests).to_json())
    encoded: list[Any] = []
    monkeypatch.setattr(parcels, "dumps", lambda value: encoded.append(value) or dumps(value))
    again = pack(Sample("b", tests=tests).to_json())
    assert again.contents[0] is first.contents[0]
    assert not any(isinstance(value, dict) and "cases" in value for value in encoded)


def test_values_of_many_parts_are_told_apart() -> None:
    """They are known again by themselves alone, and not by their parts."""
    many = [list(range(i, i + parcels.NODES * 5)) for i in range(2)]
    samples = [Sample("t", tests=tests) for tests in many]
    texts = [pack(sample.to_json()).text for sample in (*samples, *samples)]
    assert texts[:2] == texts[2:]
    assert texts[0] != texts[1]


def test_the_clock_of_an_item_starts_when_its_contents_have_been_read() -> None:
    """Tests of fifty megabytes are no completion's doing."""
    parcel = pack(Sample("t", tests="v" * LARGE).to_json())
    job = Job(1, parcel.text, False, 1.0, lambda *_: None, contents=parcel.contents, number=7)
    worker = WorkerProcess(0, False)
    try:
        worker.loaded.add(1)
        worker.outgoing.clear()
        worker.give(b"a frame", [job])
        worker._written += len(worker.outgoing)
        worker.start_clock(5.0)
        assert worker.since is None
        assert worker.note(PipeFrame(KEPT, 1, 0.0, 0.0, b""), 6.0)
        assert worker.since == 6.0
    finally:
        worker.kill()
        worker.wait()
        worker.close()


def test_a_content_that_cannot_be_read_is_told_when_it_is_needed() -> None:
    unpacker = Unpacker()
    (content,) = pack(Sample("t", tests="w" * LARGE).to_json()).contents
    broken = content._replace(data=content.data[:-1])
    unpacker.keep(content_payload(broken))
    parcel = pack(Sample("t", tests="w" * LARGE).to_json())
    with pytest.raises(ValueError, match="Unterminated string"):
        unpacker.open(parcel.text).sample()
