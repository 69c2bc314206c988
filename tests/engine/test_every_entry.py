"""Every way into the engine, against every fault a verifier can have: the same said by all."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import faulty_plugin
import pytest

import assay
from assay import (
    Engine,
    ReferenceUnreadable,
    RemoteEngine,
    Reward,
    Sample,
    SampleError,
    averify,
    averify_batch,
    verify,
    verify_batch,
)

OPTIONS: dict[str, Any] = {"workers": 1, "timeout_s": 0.3}
SAMPLE = Sample("x", reference="x")


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    faulty_plugin.install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    from assay.engine import verify as module

    while module._engines:
        module._engines.popitem()[1].close()


def engine(rubric: Any) -> Engine:
    return Engine(rubric, on_unscored="ignore", **OPTIONS)


def by_engine(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return made.verify(SAMPLE)


def by_batch(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return made.verify_batch([SAMPLE])[0]


def by_iter(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return dict(made.iter_batch([SAMPLE]))[0]


async def by_engine_async(rubric: Any) -> Reward:
    async with engine(rubric) as made:
        return await made.averify(SAMPLE)


async def by_batch_async(rubric: Any) -> Reward:
    async with engine(rubric) as made:
        return (await made.averify_batch([SAMPLE]))[0]


async def by_aiter(rubric: Any) -> Reward:
    async with engine(rubric) as made:
        (found,) = [reward async for _, reward, _ in made.aiter_batch([SAMPLE])]
        return found


async def first(rewards: Any) -> Reward:
    found: list[Reward] = await rewards
    return found[0]


ENTRIES: dict[str, Callable[[Any], Reward]] = {
    "verify": lambda r: verify(SAMPLE, rubric=r, **OPTIONS),
    "averify": lambda r: asyncio.run(averify(SAMPLE, rubric=r, **OPTIONS)),
    "verify_batch": lambda r: verify_batch([SAMPLE], rubric=r, **OPTIONS)[0],
    "averify_batch": lambda r: asyncio.run(first(averify_batch([SAMPLE], rubric=r, **OPTIONS))),
    "Engine.verify": by_engine,
    "Engine.averify": lambda r: asyncio.run(by_engine_async(r)),
    "Engine.verify_batch": by_batch,
    "Engine.averify_batch": lambda r: asyncio.run(by_batch_async(r)),
    "Engine.iter_batch": by_iter,
    "Engine.aiter_batch": lambda r: asyncio.run(by_aiter(r)),
}

NO_ENTRIES = {
    "Attack": "data", "Comparison": "data", "Escalate": "data", "Example": "data",
    "Message": "data", "Part": "data", "ProbeSpec": "data", "Reward": "data", "Sample": "data",
    "Status": "data", "Term": "data", "Turn": "data", "Verdict": "data", "VerifierSpec": "data",
    "WaitPolicy": "data",
    "Rubric": "composes verdicts that there are; runs no verifier",
    "load_rubric": "reads a file; runs no verifier",
    "summary": "counts rewards that there are", "values": "reads rewards that there are",
    "equivalent": "our own comparison; no plugin takes part",
    "same_value": "our own comparison; no plugin takes part",
    "hookimpl": "a mark", "verifier": "a mark",
    "Engine.close": "ends", "Engine.signature": "a text",
    "Engine.sees_groups": "a fact", "Engine.gathered": "places samples beside others, judges none",
    "RemoteEngine.close": "ends", "RemoteEngine.signature": "a text",
    "RemoteEngine.after_fork_in_child": "renews itself",
}  # fmt: skip
"""Public names that run no verifier, and why; errors go without saying."""


def public_names() -> Iterator[str]:
    for name in assay.__all__:
        thing = getattr(assay, name)
        if isinstance(thing, type) and name.endswith("Engine"):
            yield from (f"{name}.{m}" for m in dir(thing) if not m.startswith("_"))
        elif not (isinstance(thing, type) and issubclass(thing, Exception)):
            yield name


def test_every_public_name_is_an_entry_or_is_ruled_on() -> None:
    ruled = {*ENTRIES, *NO_ENTRIES, *(f"RemoteEngine.{name}" for name in REMOTE)}
    assert set(public_names()) == ruled


SINGLE = {"verify", "averify", "Engine.verify", "Engine.averify"}
"""Those that raise where their one sample is malformed; batches say so in its reward."""


class Fault(NamedTuple):
    name: str
    status: str
    value: float | None
    verdict: str
    because: str
    why: str


FAULTS = [
    Fault("unreadable", "invalid", None, "", "the reference 'x' cannot be read", "the row's fault"),
    Fault("crashes", "unscored", None, "crashed", "RuntimeError: a bug of the plugin", "a bug"),
    Fault("worker_crashes", "unscored", None, "crashed", "RuntimeError: a bug", "in a worker"),
    Fault("hangs", "scored", 0.0, "judged", "no verdict after", "asleep by its own doing"),
    Fault("undeclared", "unscored", None, "crashed", "reads 'reference' of its sample", "no field"),
    Fault("exits", "unscored", None, "crashed", "SystemExit: 7", "its caller lives on"),
    Fault("worker_exits", "unscored", None, "crashed", "ended with exit code 7, twice", "worker"),
    Fault("no_disk", "unscored", None, "crashed", "OSError: [Errno 28]", "the machine's"),
    Fault("worker_no_disk", "unscored", None, "crashed", "the analyser failed", "the machine's"),
    Fault("no_folder", "unscored", None, "crashed", "FileNotFoundError", "the machine's"),
    Fault("no_file", "unscored", None, "crashed", "FileNotFoundError", "a bug"),
    Fault("prints", "scored", 1.0, "judged", "prints returned 1.0", "no fault of its score"),
]


def rubric(name: str) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": {f"faulty.{name}": 1}}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_fault_shows_as_what_it_is(entry: str, fault: Fault) -> None:
    call = ENTRIES[entry]
    if fault.status == "invalid" and entry in SINGLE:
        with pytest.raises(ReferenceUnreadable, match=fault.because):
            call(rubric(fault.name))
        return
    reward = call(rubric(fault.name))
    assert (reward.status, reward.value) == (fault.status, fault.value)
    if fault.verdict:
        verdict = reward.verdicts[f"faulty.{fault.name}"]
        assert verdict.status == fault.verdict
        assert fault.because in verdict.because
        assert reward.faults == ((f"faulty.{fault.name}",) if fault.verdict == "crashed" else ())
    if reward.value is None:
        assert fault.because in (reward.error or "")
    assert len(reward.explain().splitlines()) <= 3
    assert len(repr(reward).splitlines()) == 1


REMOTE: dict[str, Callable[[RemoteEngine], Reward]] = {
    "verify": lambda e: e.verify(SAMPLE),
    "averify": lambda e: asyncio.run(e.averify(SAMPLE)),
    "verify_batch": lambda e: e.verify_batch([SAMPLE])[0],
    "averify_batch": lambda e: asyncio.run(first(e.averify_batch([SAMPLE]))),
    "iter_batch": lambda e: dict(e.iter_batch([SAMPLE]))[0],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a rubric for each fault; gives its address."""
    pytest.importorskip("uvicorn", reason="optional part not installed: uvicorn")
    pytest.importorskip("httpx", reason="optional part not installed: httpx")
    folder = tmp_path_factory.mktemp("served")
    faulty_plugin.install(folder / "site")
    for fault in FAULTS:
        (folder / f"{fault.name}.json").write_text(json.dumps(rubric(fault.name)))
    process = subprocess.Popen(
        [sys.executable, "-m", "assay", "serve", *(f"{f.name}={f.name}.json" for f in FAULTS),
         "--port", "0", "--workers", "1", "--timeout", "0.3"],
        cwd=folder, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(folder / "site"), "NO_COLOR": "1", "COLUMNS": "200"},
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://[\d.]+:\d+", line)
    reader = threading.Thread(target=process.stderr.read, daemon=True)  # so that it never blocks
    reader.start()
    try:
        assert found is not None, line
        yield found.group()
    finally:
        process.kill()
        process.wait(30)
        reader.join(10)
        process.stderr.close()


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
@pytest.mark.parametrize("entry", REMOTE)
def test_a_server_says_the_same(entry: str, fault: Fault, served: str) -> None:
    with RemoteEngine(served, rubric=fault.name, on_unscored="ignore") as remote:
        if fault.status == "invalid" and entry in SINGLE:
            with pytest.raises(SampleError, match=fault.because):
                REMOTE[entry](remote)
            return
        reward = REMOTE[entry](remote)
    assert (reward.status, reward.value) == (fault.status, fault.value)
    if fault.verdict:
        verdict = reward.verdicts[f"faulty.{fault.name}"]
        assert verdict.status == fault.verdict
        assert fault.because in verdict.because


MACHINES = ["no_disk", "worker_no_disk", "no_folder"]


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_an_auxiliary_that_the_machine_failed_leaves_no_reward(entry: str, name: str) -> None:
    """Its worst case would be a penalty that no completion has caused."""
    mixed = {"kind": "weighted", "criteria": {"faulty.fine": 0.75, f"faulty.{name}": 0.25}}
    reward = ENTRIES[entry](mixed)
    assert (reward.status, reward.value) == ("unscored", None)
    assert reward.faults == (f"faulty.{name}",)
    assert reward.verdicts[f"faulty.{name}"].by_machine
    assert (reward.error or "").startswith(f"the machine failed the verifier of 'faulty.{name}'")
    # what the rubric says of a missing score, it says of this one, too
    stated = {"use": f"faulty.{name}", "weight": 0.25, "missing": 0.5}
    mixed = {"kind": "weighted", "criteria": {"faulty.fine": 0.75, f"faulty.{name}": stated}}
    assert ENTRIES[entry](mixed).value == 0.875


@pytest.mark.parametrize("name", ["no_file", "crashes"])
def test_what_a_completion_may_have_caused_is_the_worst(name: str) -> None:
    """A file that is not there may be named by a completion, a bug may be found by one."""
    mixed = {"kind": "weighted", "criteria": {"faulty.fine": 0.75, f"faulty.{name}": 0.25}}
    reward = verify(SAMPLE, rubric=mixed, **OPTIONS)
    assert (reward.status, reward.value) == ("scored", 0.75)


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_auxiliary_that_crashes_is_the_worst_and_is_named(entry: str) -> None:
    mixed = {"kind": "weighted", "criteria": {"faulty.fine": 0.75, "faulty.crashes": 0.25}}
    reward = ENTRIES[entry](mixed)
    assert (reward.status, reward.value) == ("scored", 0.75)
    assert reward.faults == ("faulty.crashes",)
    assert "(crashed)" in reward.explain()


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_differs_each_time_is_asked_each_time(entry: str) -> None:
    """It says of itself that it is not deterministic, so nothing remembers what it said."""
    values = {ENTRIES[entry](rubric("random")).value for _ in range(3)}
    assert len(values) == 3
