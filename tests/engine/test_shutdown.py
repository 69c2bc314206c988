"""No process is left behind, however the one that made the engine ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sweeps import quick

ZOO = Path(__file__).with_name("zoo.py")

HEAD = f"""
import json, os, signal, sys, threading, time
from assay import Engine, Sample
rubric = {{"kind": "weighted", "criteria": {{"zoo.act": 1.0}}}}
engine = Engine(rubric, plugins=[{str(ZOO)!r}], workers=2, timeout_s=60.0)
def workers():
    engine.verify_batch([Sample("sleep 0.2"), Sample("sleep 0.21")])
    here = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{{name}}/stat") as file:
                    if int(file.read().rpartition(")")[2].split()[1]) == os.getpid():
                        here.add(int(name))
            except OSError:
                pass
    return sorted(here)
def hang():
    threading.Thread(target=engine.verify, args=(Sample("hang-c"),), daemon=True).start()
    time.sleep(0.3)
def tell(pids):
    print(json.dumps(pids), flush=True)
"""

ENDS = {
    "a normal exit": "tell(workers())",
    "a normal exit while one hangs": "tell(workers()); hang()",
    "an exception": "tell(workers()); raise RuntimeError('boom')",
    "os._exit": "tell(workers()); hang(); os._exit(3)",
    "close, and the process lives on": "tell(workers()); engine.close(); time.sleep(20)",
    "Ctrl-C in a call": "tell(workers()); engine.verify(Sample('hang-c'))",
    "SIGTERM in a call": "tell(workers()); engine.verify(Sample('hang-c'))",
    "SIGKILL in a call": "tell(workers()); engine.verify(Sample('hang-c'))",
}
SIGNALS = {
    "Ctrl-C in a call": signal.SIGINT,
    "SIGTERM in a call": signal.SIGTERM,
    "SIGKILL in a call": signal.SIGKILL,
}


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def soon(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs /proc to see processes")
@pytest.mark.parametrize("end", quick(ENDS, 2))
def test_no_worker_outlives(end: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HEAD + ENDS[end]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        pids = json.loads(process.stdout.readline())
        assert len(pids) == 2
        if end in SIGNALS:
            time.sleep(0.5)  # well into the call
            process.send_signal(SIGNALS[end])
        assert soon(lambda: not any(map(alive, pids))), f"left behind: {pids}"
    finally:
        process.kill()
        process.communicate()


def test_workers_outlive_the_thread_that_made_the_engine() -> None:
    code = HEAD + (
        "made = []\n"
        "t = threading.Thread(target=lambda: made.append(workers())); t.start(); t.join()\n"
        "time.sleep(0.5)\n"
        "tell([made[0], workers()])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    before, after = json.loads(done.stdout)
    assert before == after


def test_ctrl_c_in_a_batch_leaves_the_engine_usable() -> None:
    code = HEAD + (
        "workers()\n"
        "threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    engine.verify_batch([Sample('hang-c'), Sample('hang'), Sample('ok')])\n"
        "except KeyboardInterrupt:\n"
        "    tell([engine.verify(Sample('ok again')).value])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == [1.0], done.stderr


def test_without_descriptors_a_call_is_told_so_and_the_next_one_is_served() -> None:
    """A trainer that has used up its descriptors gets some back; no pool may end over that."""
    code = HEAD + (
        "import resource\n"
        "engine = Engine(rubric, plugins=PLUGINS, workers=1, cache_size=0)\n"
        "pid = int(engine.verify(Sample('pid')).verdicts['zoo.act'].because)\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))\n"
        "held = []\n"
        "try:\n"
        "    while True:\n"
        "        held.append(os.dup(0))\n"
        "except OSError:\n"
        "    os.kill(pid, signal.SIGKILL)\n"
        "refused = engine.verify(Sample('ok')).error\n"
        "for descriptor in held:\n"
        "    os.close(descriptor)\n"
        "tell([refused, engine.verify(Sample('ok')).value])\n"
    ).replace("PLUGINS", repr([str(ZOO)]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    refused, value = json.loads(done.stdout)
    assert "no worker can be started: [Errno 24] Too many open files" in refused
    assert value == 1.0
    assert done.stderr == ""


def test_a_loop_that_closes_as_a_verdict_comes_costs_no_other_call() -> None:
    """The thread that brings verdicts serves all calls; one that has gone must not end it."""
    code = HEAD + (
        "import asyncio\n"
        "class Closing(asyncio.SelectorEventLoop):\n"
        "    def is_closed(self):\n"
        "        return False  # when it was asked; a moment later it has closed\n"
        "async def leave():\n"
        "    rows = engine._arun([Sample('sleep 1')], None, None)\n"
        "    task = asyncio.ensure_future(anext(rows))\n"
        "    await asyncio.sleep(0.5)\n"
        "    return rows, task\n"
        "workers()\n"
        "loop = Closing()\n"
        "left = loop.run_until_complete(leave())\n"
        "loop.close()\n"
        "tell([engine.verify(Sample('sleep 2')).value])\n"
        "sys.stdout.flush()\n"
        "os._exit(0)  # what the loop left behind is not to be tidied\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == [1.0], done.stderr
    assert done.stderr == ""
