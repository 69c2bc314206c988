"""When shards are written: by rows, by time, at the end; by threads, forks and many processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_metadata

from assay import Engine, Reward, Sample
from assay.errors import ConfigError
from assay.ledger import Ledger
from assay.ledger.read import shards
from assay.ledger.schema import COLUMNS, TERM, arrow_schema
from assay.ledger.writer import Writer

from .conftest import RUBRIC, put, records, texts, whole

DOCS = Path(__file__).parents[2] / "docs/reference/ledger.md"


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


# -- when -----------------------------------------------------------------------------------------


def test_closing_writes_everything_once(writer: Writer, folder: Path) -> None:
    put(writer, "a", "b", "c")
    assert shards(folder) == []
    writer.close()
    assert texts(folder) == ["a", "b", "c"]
    writer.close()
    assert texts(folder) == ["a", "b", "c"]


def test_a_closed_ledger_opens_again(writer: Writer, folder: Path) -> None:
    put(writer, "a")
    writer.close()
    put(writer, "b")
    writer.close()
    assert texts(folder) == ["a", "b"]
    assert [r["seq"] for r in records(folder)] == [0, 1]


def test_nothing_recorded_leaves_no_file(writer: Writer, folder: Path) -> None:
    writer.close()
    assert list(folder.iterdir()) == []


def test_time_writes_though_no_further_reward_comes(folder: Path) -> None:
    writer = Writer(Ledger(folder, flush_s=0.2), "math", RUBRIC)
    put(writer, "a")
    assert wait_for(lambda: len(shards(folder)) == 1)
    put(writer, "b", "c")
    assert wait_for(lambda: texts(folder) == ["a", "b", "c"])
    writer.close()


@pytest.mark.slow
def test_never_more_than_the_bound_is_unwritten(folder: Path) -> None:
    writer = Writer(Ledger(folder, flush_rows=50, flush_s=3600), "math", RUBRIC)
    for i in range(500):
        put(writer, str(i))
        assert i + 1 - sum(read_metadata(path).num_rows for path in shards(folder)) <= 50
    writer.close()
    assert texts(folder) == [str(i) for i in range(500)]
    assert all(p.name.endswith(f"{n:08d}.parquet") for n, p in enumerate(shards(folder)))


def test_large_texts_are_written_earlier(folder: Path) -> None:
    writer = Writer(Ledger(folder, flush_s=3600, flush_bytes=1_000_000), "math", RUBRIC)
    put(writer, *["x" * 300_000] * 20)
    assert wait_for(lambda: len(shards(folder)) >= 4)
    writer.close()
    assert len(texts(folder)) == 20


def test_a_thread_only_while_there_is_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.ledger.writer.IDLE_S", 0.05)
    names = lambda: [t.name for t in threading.enumerate()].count("assay-ledger")  # noqa: E731
    before = names()
    writer = Writer(Ledger(folder, flush_s=0.05), "math", RUBRIC)
    assert names() == before
    put(writer, "a")
    assert wait_for(lambda: names() == before and len(shards(folder)) == 1)
    put(writer, "b")
    assert wait_for(lambda: names() == before and len(shards(folder)) == 2)


@pytest.mark.parametrize(
    "bounds",
    [
        {"flush_rows": 0},
        {"flush_rows": 2.5},
        {"flush_s": 0.0},
        {"flush_s": float("nan")},
        {"flush_bytes": -1},
        {"backlog_rows": 0},
    ],
    ids=str,
)
def test_bounds_out_of_range(bounds: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"ledger: {next(iter(bounds))} is "):
        Ledger("x", **bounds)


# -- what -----------------------------------------------------------------------------------------


def test_the_documents_list_the_columns_as_they_are() -> None:
    text = DOCS.read_text()
    for column in (*COLUMNS, *TERM):
        assert f"| `{column.name}` | {column.kind} | {column.about} |" in text
    assert text.count("\n| `") == len(COLUMNS) + len(TERM)


def test_columns_are_the_same_for_every_rubric(folder: Path) -> None:
    import pyarrow.parquet

    with Engine("math", ledger=folder) as engine:
        engine.verify(Sample("4", reference="4"))
    with Engine("math+format", ledger=folder) as engine:
        engine.verify(Sample("<think>2+2</think> 4", reference="4"))
    first, second = (pyarrow.parquet.read_schema(path) for path in shards(folder))
    assert first.equals(second)
    assert first.equals(arrow_schema())
    assert {r["rubric"] for r in records(folder)} == {"math", "math+format"}
    assert len({r["rubric_hash"] for r in records(folder)}) == 2


def test_who_when_and_where_in_the_call(folder: Path) -> None:
    before = time.time()
    with Engine("math", ledger=folder) as engine:
        engine.verify_batch([Sample(str(i), reference="1") for i in range(5)], step=3)
        engine.verify(Sample("1", reference="1"), step=4)
        engine.verify_batch([])
        engine.verify(Sample("2", reference="1", step=9))
    found = records(folder)
    assert [(r["call"], r["index"], r["step"], r["seq"]) for r in found] == [
        *((0, i, 3, i) for i in range(5)),
        (1, 0, 4, 5),
        (3, 0, 9, 6),
    ]
    for record in found:
        assert (record["pid"], record["host"]) == (os.getpid(), os.uname().nodename)
        assert before - 1 < record["at"].timestamp() < time.time() + 1
        assert shards(folder)[0].name == (
            f"rewards-{record['host']}-{record['pid']}-{record['writer']}-00000000.parquet"
        )


# -- threads and event loops ----------------------------------------------------------------------


def test_threads_lose_nothing_and_write_nothing_twice(folder: Path) -> None:
    ledger = Ledger(folder, flush_rows=64, flush_s=0.05)
    with Engine("math", ledger=ledger) as engine:

        def work(name: int) -> None:
            for step in range(10):
                batch = [Sample(f"{name} {step} {i}", reference="1") for i in range(25)]
                engine.verify_batch(batch, step=step)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = records(folder)
    assert sorted(r["completion"] for r in found) == sorted(
        f"{n} {s} {i}" for n in range(6) for s in range(10) for i in range(25)
    )
    assert sorted(r["seq"] for r in found) == list(range(1500))
    assert set(Counter(r["call"] for r in found).values()) == {25}


def test_on_an_event_loop(folder: Path) -> None:
    async def run() -> None:
        async with Engine("math", ledger=Ledger(folder, flush_rows=10)) as engine:
            await asyncio.gather(
                *(
                    engine.averify_batch([Sample(f"{n} {i}", reference="1") for i in range(40)])
                    for n in range(3)
                ),
                engine.averify(Sample("one", reference="1")),
            )

    asyncio.run(run())
    assert sorted(texts(folder)) == sorted(
        ["one", *(f"{n} {i}" for n in range(3) for i in range(40))]
    )


def test_who_takes_rewards_one_by_one_has_recorded_what_he_took(folder: Path) -> None:
    with Engine("math", ledger=folder) as engine:
        taken = engine.iter_batch(Sample(str(i), reference="1") for i in range(100))
        for _ in range(3):
            next(taken)
        taken.close()  # type: ignore[attr-defined]
    assert len(texts(folder)) == 3


# -- processes ------------------------------------------------------------------------------------

END = """
import sys
from assay import Engine, Sample
engine = Engine("math", ledger=sys.argv[1])
engine.verify_batch([Sample(str(i), reference="1") for i in range(30)])
"""


@pytest.mark.parametrize("last", ["", "sys.exit(3)", "raise ValueError"], ids=str)
def test_the_end_of_the_interpreter_writes(script: Any, folder: Path, last: str) -> None:
    script(END + last, folder).communicate(timeout=60)
    assert whole(folder) == 30


LATE = """
import atexit, sys
engine = None
atexit.register(lambda: engine.verify(Sample("late", reference="1")))  # runs after the ledger's
"""


def test_a_reward_given_while_the_interpreter_ends_is_written(script: Any, folder: Path) -> None:
    out, err = script(LATE + END, folder).communicate(timeout=60)
    assert (out, err) == ("", "")
    assert sorted(texts(folder)) == sorted([*map(str, range(30)), "late"])


FORK = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # a process with threads forks
from assay import Engine, Sample
from assay.ledger import Ledger
engine = Engine("math", ledger=Ledger(sys.argv[1], flush_s=3600))
engine.verify_batch([Sample(f"parent {i}", reference="1") for i in range(30)])
children = []
for name in range(3):
    child = os.fork()
    if child == 0:
        engine.verify_batch([Sample(f"child {name} {i}", reference="1") for i in range(20)])
        sys.exit(0)
    children.append(child)
    engine.verify(Sample(f"between {name}", reference="1"))
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
"""


def test_a_forked_child_writes_its_own_rewards_only(script: Any, folder: Path) -> None:
    out, err = script(FORK, folder).communicate(timeout=120)
    assert (out, err) == ("", "")
    found = records(folder)
    assert sorted(r["completion"] for r in found) == sorted(
        [
            *(f"parent {i}" for i in range(30)),
            *(f"between {name}" for name in range(3)),
            *(f"child {name} {i}" for name in range(3) for i in range(20)),
        ]
    )
    assert len({r["writer"] for r in found}) == len({r["pid"] for r in found}) == 4
    assert len({r["run"] for r in found}) == 1
    for writer in {r["writer"] for r in found}:
        of_it = [r["seq"] for r in found if r["writer"] == writer]
        assert sorted(of_it) == list(range(len(of_it)))


BUSY_FORK = """
import os, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from assay import Engine, Sample
from assay.ledger import Ledger
engine = Engine("math", ledger=Ledger(sys.argv[1], flush_rows=20, flush_s=0.01))
engine.verify(Sample("first", reference="1"))  # imports; a fork in an import hangs in Python's lock
going = True
def busy():
    n = 0
    while going:
        engine.verify_batch([Sample(f"busy {n} {i}", reference="1") for i in range(10)])
        n += 1
thread = threading.Thread(target=busy)
thread.start()
for name in range(25):
    child = os.fork()
    if child == 0:
        engine.verify_batch([Sample(f"child {name} {i}", reference="1") for i in range(45)])
        engine.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
going = False
thread.join()
"""


@pytest.mark.slow
def test_forks_in_the_midst_of_writing(script: Any, folder: Path) -> None:
    out, err = script(BUSY_FORK, folder).communicate(timeout=180)
    assert (out, err) == ("", "")
    whole(folder)
    found = texts(folder)
    assert len(found) == len(set(found))
    assert sorted(t for t in found if t.startswith("child")) == sorted(
        f"child {name} {i}" for name in range(25) for i in range(45)
    )


@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.slow
def test_four_processes_at_once_and_the_end_of_children(
    folder: Path, method: str, script: Any
) -> None:
    """`multiprocessing` ends its children without what `atexit` holds."""
    code = f"""
import multiprocessing, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
sys.path.insert(0, {str(Path(__file__).parent)!r})
from processes import score
if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    all_ = [context.Process(target=score, args=(sys.argv[1], n)) for n in range(4)]
    for process in all_: process.start()
    for process in all_: process.join()
    assert [p.exitcode for p in all_] == [0] * 4
"""
    out, err = script(code, folder).communicate(timeout=180)
    assert (out, err) == ("", "")
    assert whole(folder) == 800
    found = records(folder)
    assert len({r["completion"] for r in found}) == 800
    assert len({r["writer"] for r in found}) == 4


def test_a_writer_that_is_forked_while_it_is_empty(writer: Writer, folder: Path) -> None:
    """In this process, with all that pytest has loaded."""
    context = multiprocessing.get_context("fork")
    put(writer, "parent")
    child = context.Process(target=put, args=(writer, "child"))
    if sys.version_info >= (3, 12):
        with pytest.warns(DeprecationWarning, match="fork"):
            child.start()
    else:
        child.start()
    child.join(60)
    assert child.exitcode == 0
    assert texts(folder) == ["child"]
    writer.close()
    assert sorted(texts(folder)) == ["child", "parent"]


def test_an_unscored_reward_is_recorded_too(writer: Writer, folder: Path) -> None:
    writer.put(writer.call(), 0, Sample("x"), Reward(None, "unscored", error="why"))
    writer.close()
    [record] = records(folder)
    assert (record["reward"], record["status"], record["error"]) == (None, "unscored", "why")
