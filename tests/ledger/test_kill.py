"""Real processes, really killed: shards stay readable, and no more is lost than was said."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from assay.ledger.read import shards

from .conftest import records, texts, whole
from .test_writer import wait_for

ROWS = 40

# Forks children that write as fast as they can and are killed at a random moment; tells of each
# how many rewards it was given before it died. Texts are random, so that shards take time.
KILLS = """
import json, os, random, signal, struct, sys, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from assay import Engine, Sample
from assay.ledger import Ledger
folder, kills, rows, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
engine = Engine("math", ledger=Ledger(folder, flush_rows=rows, flush_s=3600))
with Engine("math", ledger=folder + "-warm") as warm:  # all is imported before the first fork
    warm.verify(Sample("1", reference="1"))
draw = random.Random(seed)
noise = [os.urandom(30_000).hex() for _ in range(8)]
for kill in range(kills):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)  # so that it ends when nobody is left who reads
        given = 0
        while True:
            batch = [Sample(noise[(given + i) % 8], reference="1") for i in range(3)]
            engine.verify_batch(batch)
            given += 3
            os.write(theirs, struct.pack("q", given))
    os.close(theirs)
    time.sleep(draw.uniform(0.02, 0.4))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = b""
    while piece := os.read(ours, 1 << 16):
        told += piece
    os.close(ours)
    given = struct.unpack("q", told[-8:])[0] if told else 0
    print(json.dumps([child, given]), flush=True)
"""


# As `KILLS`, but told to end, and with a handler that closes the engine.
ENDS = KILLS.replace(
    "        given = 0\n",
    "        signal.signal(signal.SIGTERM, lambda *_: (engine.close(), os._exit(0)))\n"
    "        given = 0\n",
).replace("SIGKILL", "SIGTERM")


def check_kills(folder: Path, out: str, kills: int, lost: int = ROWS) -> int:
    """Every child of `KILLS`: what it wrote is readable, without a gap, and within the bound."""
    noted = dict(json.loads(line) for line in out.splitlines())
    assert len(noted) == kills
    whole(folder)
    by_pid: defaultdict[int, list[int]] = defaultdict(list)
    for record in records(folder):
        by_pid[record["pid"]].append(record["seq"])
    for pid, given in noted.items():
        written = sorted(by_pid[pid])
        assert written == list(range(len(written)))
        # the call that was under way may have been recorded without its caller hearing of it
        assert given - lost <= len(written) <= given + 3
    assert set(by_pid) <= set(noted)
    return sum(map(len, by_pid.values()))


@pytest.mark.slow
def test_killed_at_random_moments(script: Any, folder: Path) -> None:
    out, err = script(KILLS, folder, 25, ROWS, 1).communicate(timeout=300)
    assert err == ""
    assert check_kills(folder, out, 25) > 0  # some were writing, not all still starting


@pytest.mark.slow
def test_a_handler_that_closes_loses_nothing(script: Any, folder: Path) -> None:
    """Wherever it runs: in the midst of a call, of recording a reward, of writing a shard."""
    assert "engine.close()" in ENDS
    out, err = script(ENDS, folder, 25, ROWS, 2).communicate(timeout=300)
    assert err == ""
    check_kills(folder, out, 25, lost=0)
    assert not list(folder.glob(".*"))


@pytest.mark.thorough
@pytest.mark.slow
def test_killed_at_many_random_moments_by_four_at_once(script: Any, folder: Path) -> None:
    processes = [script(KILLS, folder, 60, ROWS, seed) for seed in range(4)]
    out = ""
    for process in processes:
        noted, err = process.communicate(timeout=600)
        assert err == ""
        out += noted
    check_kills(folder, out, 240)


# Killed at the very step: what the module's functions do is done up to there, then SIGKILL.
STEP = """
import os, signal, sys, pyarrow.parquet
from assay import Reward, Sample
from assay.ledger import Ledger
from assay.ledger.writer import Writer
step = sys.argv[2]
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def half(table, file, **options):
    file.write(b"PAR1" + bytes(1000))
    file.flush()
    die()
writer = Writer(Ledger(sys.argv[1], flush_rows=10**6, flush_s=3600), "math", {"kind": "weighted"})
call = writer.call()
def put(n):
    for i in range(n):
        writer.put(call, i, Sample(f"text {i}"), Reward(1.0, "scored"))
put(5)
writer.close()
put(7)
fsync, rename = os.fsync, os.rename
calls = []
if step == "half written":
    pyarrow.parquet.write_table = half
elif step == "before fsync":
    os.fsync = die
elif step == "before rename":
    os.rename = die
elif step == "after rename":
    os.rename = lambda *a: (rename(*a), die())
elif step == "before fsync of the folder":
    os.fsync = lambda fd: die() if calls else (fsync(fd), calls.append(1))
writer.close()
"""


@pytest.mark.parametrize(
    ("step", "rows", "left"),
    [
        ("half written", 5, 1),
        ("before fsync", 5, 1),
        ("before rename", 5, 1),
        ("after rename", 12, 0),
        ("before fsync of the folder", 12, 0),
    ],
)
def test_killed_at_every_step_of_a_write(
    script: Any, folder: Path, step: str, rows: int, left: int
) -> None:
    process = script(STEP, folder, step)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (-9, "")
    assert whole(folder) == rows
    names = [path.name for path in folder.iterdir()]
    assert sum(name.startswith(".") and name.endswith(".tmp") for name in names) == left
    assert len(names) == len(shards(folder)) + left


OLD = """
import os, sys, time
from assay import Engine, Sample
from assay.ledger import Ledger
engine = Engine("math", ledger=Ledger(sys.argv[1], flush_s=0.3))
engine.verify_batch([Sample(str(i), reference="1") for i in range(5)])
print("given", flush=True)
time.sleep(600)
"""


def test_a_kill_costs_nothing_that_is_older_than_the_bound(script: Any, folder: Path) -> None:
    process = script(OLD, folder)
    assert process.stdout.readline() == "given\n"
    assert wait_for(lambda: len(texts(folder)) == 5)  # a busy machine may be late
    process.kill()
    process.wait()
    assert texts(folder) == [str(i) for i in range(5)]
