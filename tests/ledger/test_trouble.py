"""A disk that refuses, a folder that goes: rewards are given, and what is lost is counted."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Engine, Sample
from assay.errors import RolloutsError
from assay.ledger import Ledger, encode, pack
from assay.ledger import writer as module
from assay.ledger.read import shards
from assay.ledger.shard import sweep
from assay.ledger.writer import Writer

from .conftest import RUBRIC, put, texts, whole
from .test_writer import wait_for

# -- reported at once -----------------------------------------------------------------------------


def test_a_folder_is_made_with_what_stands_above_it(tmp_path: Path) -> None:
    with Engine("math", ledger=tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("file", "file: is a file; a ledger needs a folder"),
        ("file/below", "file/below: a part of this path is a file, not a folder"),
        ("/proc", "/proc: cannot be written: "),
        ("/proc/below", "/proc/below: cannot be made: "),
        ("x" * 300, "cannot be made: File name too long"),
    ],
)
def test_a_folder_that_cannot_be(tmp_path: Path, path: str, error: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RolloutsError, match=error) as caught:
        Engine("math", ledger=tmp_path / path)
    assert "\n" not in str(caught.value)


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RolloutsError, match=r": a ledger needs pyarrow\nfix: pip install"):
        Engine("math", ledger=tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- reported while it goes on --------------------------------------------------------------------


Told = Callable[[], list[str]]


@pytest.fixture
def noted() -> Iterator[Told]:
    """What has been warned of so far, from whatever thread."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield lambda: [str(w.message) for w in caught if w.category is RuntimeWarning]


def step(engine: Engine, name: str, n: int = 5) -> None:
    rewards = engine.verify_batch([Sample(f"{name} {i}", reference="1") for i in range(n)])
    assert len(rewards) == n
    assert all(reward.value == 0.0 for reward in rewards)


def test_a_removed_folder_that_comes_back(folder: Path, noted: Told) -> None:
    engine = Engine("math", ledger=Ledger(folder, flush_s=0.05))
    step(engine, "before")
    assert wait_for(lambda: whole(folder) == 5)
    shutil.rmtree(folder)
    for i in range(5):
        step(engine, f"without {i}")
        time.sleep(0.1)
    assert not folder.exists()
    folder.mkdir()
    assert wait_for(lambda: len(shards(folder)) > 0)
    step(engine, "after")
    engine.close()
    [warning] = noted()
    assert "rewards cannot be recorded: the folder is gone" in warning
    assert sorted(texts(folder)) == sorted(
        [
            *(f"without {i} {k}" for i in range(5) for k in range(5)),
            *(f"after {k}" for k in range(5)),
        ]
    )


def test_what_is_lost_is_reported_at_the_end(folder: Path, noted: Told) -> None:
    with Engine("math", ledger=Ledger(folder, flush_s=3600)) as engine:
        shutil.rmtree(folder)
        step(engine, "a", 7)
    first, last = noted()
    assert "rewards cannot be recorded: the folder is gone" in first
    assert "7 rewards could not be recorded and are lost: the folder is gone" in last


def test_rewards_beyond_the_backlog_are_counted(folder: Path, noted: Told) -> None:
    ledger = Ledger(folder, flush_rows=10, flush_s=0.05, backlog_rows=30)
    engine = Engine("math", ledger=ledger)
    shutil.rmtree(folder)
    for i in range(10):
        step(engine, str(i), 10)
    folder.mkdir()
    assert wait_for(lambda: whole(folder) == 30)
    step(engine, "after", 3)
    engine.close()
    _, last = noted()
    assert "70 rewards could not be recorded and are lost" in last
    assert whole(folder) == 33


def test_warnings_that_are_errors_cost_no_reward(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Engine("math", ledger=Ledger(folder, flush_rows=4, flush_s=0.05)) as engine:
            shutil.rmtree(folder)
            step(engine, "a", 20)
    err = capfd.readouterr().err
    assert err.count("assay: warning: ledger") == 2
    assert "20 rewards could not be recorded" in err


FULL = """
import resource, sys, time
from assay import Engine, Sample
from assay.ledger import Ledger
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
engine = Engine("math", ledger=Ledger(sys.argv[1], flush_rows=50, flush_s=0.1))
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
given = 0
for i in range(20):
    given += len(engine.verify_batch([Sample(f"{i} {k}", reference="1") for k in range(20)]))
    time.sleep(0.02)
print(given, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
engine.close()
"""


def test_a_full_disk_that_has_room_again(script: Any, folder: Path) -> None:
    """A bound on the size of files stands for the disk: writes fail in the midst of a shard."""
    out, err = script(FULL, folder).communicate(timeout=60)
    assert out == "400\n"
    assert err.count("rewards cannot be recorded") == 1
    assert "rewards cannot be recorded: File too large" in err
    assert whole(folder) == 400
    assert all(path.suffix == ".parquet" for path in folder.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no `mount` here")
    if done.returncode != 0:
        pytest.skip("a file system can be mounted by root only")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, noted: Told) -> None:
    folder = small_disk / "a"
    engine = Engine("math", ledger=Ledger(folder, flush_s=0.05))
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    step(engine, "full")
    time.sleep(0.3)
    assert shards(folder) == []
    filler.unlink()
    assert wait_for(lambda: len(shards(folder)) == 1)
    engine.close()
    [warning] = noted()
    assert "cannot be recorded: No space left on device" in warning
    assert len(texts(folder)) == 5


def test_a_disk_that_does_not_answer_holds_up_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch, noted: Told
) -> None:
    answer = threading.Event()
    real = pack.write_shard

    def stuck(*args: Any) -> None:
        answer.wait(60)
        real(*args)

    monkeypatch.setattr(pack, "write_shard", stuck)
    monkeypatch.setattr(module, "CLOSE_S", 0.2)
    monkeypatch.setattr(module, "PATIENCE_S", 1.0)
    engine = Engine("math", ledger=Ledger(folder, flush_rows=10, flush_s=0.1))
    step(engine, "a", 40)  # returns
    engine.close()
    answer.set()
    assert wait_for(lambda: len(shards(folder)) > 0)
    first, last = noted()
    assert "the disk has not answered for 1 s" in first
    assert "40 rewards could not be recorded" in last


def test_one_reward_that_cannot_be_encoded_costs_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = encode._sample_values

    def values(sample: Sample) -> tuple[Any, ...]:
        if sample.text == "13":
            raise MemoryError("as a text of 2 GB would")
        return real(sample)

    monkeypatch.setattr(encode, "_sample_values", values)
    writer = Writer(Ledger(folder), "math", RUBRIC)
    put(writer, *map(str, range(40)))
    with pytest.warns(RuntimeWarning) as caught:
        writer.close()
    assert texts(folder) == [str(i) for i in range(40) if i != 13]
    assert "1 of 40 rewards cannot be recorded: MemoryError" in str(caught[0].message)
    assert "1 reward could not be recorded and is lost" in str(caught[1].message)


def test_a_rename_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    writer = Writer(Ledger(folder, flush_s=3600), "math", RUBRIC)
    put(writer, "a")
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refuse)
        with pytest.warns(RuntimeWarning, match="Input/output error"):
            assert not writer._flush()
    assert list(folder.iterdir()) == []
    writer.close()
    assert texts(folder) == ["a"]


# -- what dead writers leave ----------------------------------------------------------------------


def leave(folder: Path, name: str, age_s: float) -> Path:
    path = folder / name
    path.write_bytes(b"PAR1 half a shard")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_what_dead_writers_left_is_swept(folder: Path) -> None:
    folder.mkdir(parents=True)
    host = os.uname().nodename
    dead = leave(folder, f".rewards-{host}-1-ab-00000000.parquet.tmp", 3600)
    young = leave(folder, f".rewards-{host}-2-ab-00000000.parquet.tmp", 5)
    other = leave(folder, ".rewards-elsewhere-3-ab-00000000.parquet.tmp", 3600)
    mine = leave(folder, "notes.tmp", 3600)
    held = leave(folder, f".rewards-{host}-4-ab-00000000.parquet.tmp", 3600)
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with Engine("math", ledger=folder) as engine:
            step(engine, "a")
        assert sorted(p for p in folder.iterdir() if p.name.endswith(".tmp")) == sorted(
            [young, other, mine, held]
        )
    sweep(str(folder), host)
    assert not held.exists()
    assert not dead.exists()
    assert len(texts(folder)) == 5
