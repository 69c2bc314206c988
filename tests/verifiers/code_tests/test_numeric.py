# ruff: noqa: E501 - tables of programs
"""Attacks by way of numpy, on the kind of zygote that has it loaded. Each row is a ruling.

``DOORS`` print "escaped" for each thing that worked and "held" as their last act. ``CLAIMS`` want
points for arrays and scalars that are not what was asked. ``GUESSES`` are right, in numpy's types.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sweeps import quick

from assay.model import Sample, Status, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

pytest.importorskip("numpy")
pytestmark = pytest.mark.optional

WHOLE = CodeTestsParams(code="whole")


class Row(NamedTuple):
    why: str
    code: str
    outcome: str = "wrong_answer"
    score: float = 0.0


HEAD = """
import numpy as np
import ctypes, os
OUT, PARENT = @OUT@, @PARENT@
def no(f, *a, **k):
    try: got = f(*a, **k)
    except (OSError, ValueError, EOFError, AttributeError): return
    print("escaped", getattr(f, "__name__", f), a, type(got))
"""

DOORS = [
    Row("a pickle outside that numpy.load would run", """
no(np.load, OUT + "/evil.npy", allow_pickle=True)
no(np.load, OUT + "/array.npy")
no(np.load, OUT + "/array.npy", mmap_mode="r+")
"""),
    Row("a pickle of its own runs with its own rights", """
class Evil:
    def __reduce__(self): return (os.system, ("echo escaped",))
np.save("evil.npy", np.array([Evil()], dtype=object), allow_pickle=True)
if (np.load("evil.npy", allow_pickle=True) == 0).any(): print("escaped")
"""),
    Row("memory maps of a file outside", """
for mode in ("r", "r+", "w+", "c"): no(np.memmap, OUT + "/array.npy", mode=mode, shape=(4,))
no(np.lib.format.open_memmap, OUT + "/array.npy")
"""),
    Row("reading files outside by every reader", """
for path in (OUT + "/text", OUT + "/array.npy", f"/proc/{PARENT}/environ", f"/proc/{PARENT}/mem",
             "/proc/self/mem", "/proc/self/maps", "/etc/passwd", "/dev/mem", "/dev/kmsg"):
    no(np.fromfile, path, dtype=np.uint8, count=16)
    no(np.loadtxt, path, dtype=str)
    no(np.genfromtxt, path, dtype=str)
    no(np.fromregex, path, ".", [("a", "S1")])
"""),
    Row("writing files outside by every writer", """
a = np.zeros(4)
for path in (OUT + "/new", OUT + "/array.npy"):
    no(np.save, path, a); no(np.savez, path, a=a); no(np.savetxt, path, a); no(a.tofile, path); no(a.dump, path)
"""),
    Row("a library of its own, by ctypeslib", """
open("lib.so", "wb").write(b"\\x7fELF" + bytes(100))
no(np.ctypeslib.load_library, "lib.so", ".")
no(np.ctypeslib.load_library, "lib.so", OUT)
"""),
    Row("a file by a URL", """
from numpy.lib import npyio
import urllib.request
no(urllib.request.urlopen, "http://127.0.0.1:9/x", timeout=2)
no(urllib.request.urlopen, "file://" + OUT + "/text")
if hasattr(np, "DataSource"):
    no(np.DataSource(".").open, "file://" + OUT + "/text")
"""),
    Row("compiling: f2py and the build tools have no compiler to start", """
import subprocess
def build():
    import numpy.f2py
    return numpy.f2py.compile("end", modulename="m")
try:
    if build() == 0: print("escaped")
except BaseException: pass
no(subprocess.run, ["true"])
"""),
    Row("processes, by numpy's own helpers and by multiprocessing", """
import multiprocessing
try: no(multiprocessing.Process(target=print, args=("escaped",)).start)
except BaseException: pass
for name in ("fork", "forkpty", "posix_spawn", "vfork"):
    if hasattr(os, name): no(getattr(os, name), *(("/bin/true", ["true"], {}) if "spawn" in name else ()))
"""),
    Row("more of the machine: threads of BLAS, affinity", """
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"): os.environ[name] = "64"
import time
begun = time.process_time(), time.thread_time()
a = np.ones((300, 300))
for _ in range(20): a = a @ a / 300
if time.process_time() - begun[0] > 1.5 * (time.thread_time() - begun[1]) + 0.1: print("escaped")
tasks = int(ctypes.CDLL(None).get_nprocs())
no(os.sched_setaffinity, 0, range(tasks)) if hasattr(os, "sched_setaffinity") else 0
"""),
    Row("memory outside its own arrays: by strides it reads its own process, which holds nothing", """
np.lib.stride_tricks.as_strided(np.zeros(1), shape=(100,), strides=(8,)).sum()
no(os.open, f"/proc/{PARENT}/mem", os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).process_vm_readv(PARENT, 0, 0, 0, 0, 0) >= 0: print("escaped")
"""),
    Row("pandas' readers and writers", """
try: import pandas as pd
except ImportError: pd = None
if pd is not None:
    for f in (pd.read_csv, pd.read_json, pd.read_pickle, pd.read_table):
        for path in (OUT + "/text", "/etc/passwd", f"/proc/{PARENT}/environ", "http://127.0.0.1:9/x", "file://" + OUT + "/text"):
            try: no(f, path)
            except ImportError: pass
    no(pd.DataFrame({"a": [1]}).to_csv, OUT + "/new")
    no(pd.DataFrame({"a": [1]}).to_pickle, OUT + "/new")
    try: no(pd.eval, "@os.system('echo escaped')")
    except BaseException: pass
"""),
]  # fmt: skip

NP = "import numpy as np\n"
SEND = (
    NP
    + """
import os
def send(body):
    data = len(body).to_bytes(4, "big") + body
    while data: data = data[os.write(3, data):]
"""
)

CLAIMS = [
    Row("an array of objects that equal everything", NP + """
class E:
    def __eq__(s, o): return True
    def __hash__(s): return 0
def f(x): return np.array([E(), E(), E()], dtype=object)
"""),
    Row("a subclass of ndarray that equals everything", NP + """
class A(np.ndarray):
    def __eq__(s, o): return True
    def tolist(s): return [1, 2, 3]
def f(x): return np.zeros(3).view(A)
"""),
    Row("a subclass that calls itself numpy's own: its word is a guess", NP + """
class ndarray(np.ndarray):
    def tolist(s): return [9, 9, 9]
ndarray.__module__ = "numpy"
def f(x): return np.zeros(3).view(ndarray)
"""),
    Row("a subclass of float64 that equals everything", NP + """
class F(np.float64):
    def __eq__(s, o): return True
    def item(s): return F(1)
def f(x): return [F(1), F(2), F(3)]
"""),
    Row("NaN of every width", NP + "def f(x): return np.array([np.nan, np.nan, np.nan])\n"),
    Row("NaN by itself", NP + "def f(x): return np.float64('nan')\n"),
    Row("infinities", NP + "def f(x): return np.array([np.inf, -np.inf, np.nan], dtype=np.float16)\n"),
    Row("True for 1", NP + "def f(x): return np.array([True, True, True])\n"),
    Row("broadcasting: one value for three", NP + "def f(x): return np.array(1)\n"),
    Row("broadcasting: a row too many", NP + "def f(x): return np.array([[1, 2, 3]])\n"),
    Row("a masked array whose mask hides everything", NP + "def f(x): return np.ma.array([1, 2, 3], mask=True)\n"),
    Row("a record array", NP + "def f(x): return np.rec.array([(1, 2, 3)])\n"),
    Row("a structured array", NP + "def f(x): return np.zeros(3, dtype=[('a', 'i4')])\n"),
    Row("dates", NP + "def f(x): return np.array([1, 2, 3], dtype='M8[s]')\n"),
    Row("raw bytes", NP + "def f(x): return np.zeros(3, dtype='V8')\n"),
    Row("objects nested in objects", NP + "def f(x): return np.array([np.array([1, 2, 3]), None], dtype=object)\n"),
    Row("an array of objects that holds itself", NP + """
def f(x):
    a = np.empty(1, dtype=object)
    a[0] = a
    return a
"""),
    Row("a matrix", NP + "def f(x): return np.asmatrix([1, 2, 3])\n"),
    Row("ufuncs and scalars that are types", NP + "def f(x): return [np.add, np.float64, np.int64]\n"),
    Row("a lazy array: an object with __array__", NP + """
class L:
    def __array__(s, *a, **k): return np.array([1, 2, 3])
def f(x): return L()
"""),
    Row("array functions overridden for the encoder", NP + """
np.ndarray = list
np.float64 = float
class E(list):
    def __eq__(s, o): return True
def f(x): return E()
"""),
    Row("an empty array, all of which is anything", NP + "def f(x): return np.array([])\n"),
    Row("an array as large as the memory allows, that says so late", NP + "def f(x): return np.zeros(60_000_000, dtype=np.uint8)\n"),
    Row("an array of no memory, of a trillion elements", NP + "def f(x): return np.broadcast_to(np.int8(1), (10**6, 10**6))\n"),
    Row("an array larger than memory", NP + "def f(x): return np.ones(10**11)\n", "memory_limit"),
    Row("an array that is filled until memory ends", NP + """
def f(x):
    keep = []
    while True: keep.append(np.ones(10**6))
""", "memory_limit"),
    Row("a product that takes for ever", NP + """
def f(x):
    a = np.ones((2000, 2000))
    while True: a = a @ a / 2000
""", "timeout"),
    Row("a crash in native code", NP + """
def f(x):
    a = np.lib.stride_tricks.as_strided(np.zeros(1), shape=(10**6,), strides=(1 << 30,))
    return a.sum()
""", "runtime_error"),
    Row("warnings as a channel, errors as a callback", NP + """
np.seterrcall(lambda *a: 1 / 0)
np.seterr(all="call")
def f(x): return np.array([1.0]) / 0
""", "runtime_error"),
    Row("text as numbers", NP + "def f(x): return np.array(['1', '2', '3'])\n"),
    Row("forged: an array that is another each time", SEND + """
def f(x):
    for k in range(3): send(b'{"v":{"k":["numpy.ndarray",[%d,2,3]]}}' % (k + 5))
    return 0
"""),
    Row("forged: a name that is not a type, nested a hundred times", SEND + """
def f(x):
    send(b'{"v":' + b'{"k":["numpy.x",' * 300 + b"1" + b"]}" * 300 + b"}")
    return 0
"""),
]  # fmt: skip

GUESSES = [
    Row("an array", NP + "def f(x): return np.arange(1, 4)\n"),
    Row("of floats", NP + "def f(x): return np.array([1, 2, 3], dtype=np.float32)\n"),
    Row("a list of scalars", NP + "def f(x): return [np.int8(1), np.float64(2), np.uint64(3)]\n"),
    Row("a tuple of arrays' items", NP + "def f(x): return tuple(np.arange(1, 4))\n"),
    Row("of objects that are plain", NP + "def f(x): return np.array([1, 2.0, 3], dtype=object)\n"),
    Row("of any order in memory", NP + "def f(x): return np.array([3, 2, 1])[::-1]\n"),
    Row("made by random numbers with a seed", NP + "def f(x): return np.sort(np.random.default_rng(0).permutation(3)) + 1\n"),
]  # fmt: skip

HELD = {"type": "stdio", "timeout_s": 20, "cases": [{"stdin": "", "expected": "held\n"}]}
ASKED = {"type": "call", "entry_point": "f", "timeout_s": 2,
         "cases": [{"args": [0], "expected": [1, 2, 3]}]}  # fmt: skip


@pytest.fixture(scope="module")
def outside() -> Iterator[Path]:
    import numpy as np

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        np.save(folder / "array.npy", np.arange(4))
        np.save(folder / "evil.npy", np.array([{1: 2}], dtype=object), allow_pickle=True)
        (folder / "text").write_text("1 2 3\n")
        for path in folder.iterdir():
            path.chmod(0o666)
        yield folder


def judged(pool: SandboxPool, code: str, tests: object) -> Verdict:
    verdict = CodeTests(WHOLE, pool).verify(Sample(completion=code, tests=tests))  # type: ignore[arg-type]
    assert verdict.status is Status.JUDGED, verdict.because
    return verdict


@pytest.mark.parametrize("row", DOORS, ids=lambda r: r.why)
def test_a_door_is_shut(pool: SandboxPool, outside: Path, row: Row) -> None:
    before = {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in outside.iterdir()}
    code = HEAD + row.code + "\nprint('held')\n"
    for name, value in (("@OUT@", str(outside)), ("@PARENT@", os.getpid())):
        code = code.replace(name, repr(value))
    verdict = judged(pool, code, HELD)
    assert verdict.score == 1.0, (verdict.because, json.dumps(verdict.to_json())[:2000])
    assert before == {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in outside.iterdir()}


@pytest.mark.parametrize("row", quick(CLAIMS, 2), ids=lambda r: r.why)
def test_a_claim(best: SandboxPool, row: Row) -> None:
    verdict = judged(best, row.code, ASKED)
    assert verdict.details["outcome"] in row.outcome.split(), verdict.because
    assert verdict.score == row.score


@pytest.mark.parametrize("row", GUESSES, ids=lambda r: r.why)
def test_right_in_numpys_types(pool: SandboxPool, row: Row) -> None:
    assert judged(pool, row.code, ASKED).score == 1.0


def test_a_yes_man_of_numpys_in_a_loop(best: SandboxPool) -> None:
    """The test runs in a second sandbox, and sees an array as a list, an odd object as none."""
    code = (
        "def check(c):\n    for i in range(3):\n        assert (c(i) == [i, i + 1]) and i in c(i)\n"
    )
    tests = {"type": "asserts", "entry_point": "f", "code": code}
    assert judged(best, NP + "def f(x): return np.array([x, x + 1])\n", tests).score == 1.0
    for made in ("np.array([E()] * 2, dtype=object)", "np.zeros(2).view(A)", "[E()] * 2", "E()"):
        program = NP + "class E:\n    def __eq__(s, o): return True\n    __contains__ = __eq__\n"
        program += "class A(np.ndarray):\n    def __eq__(s, o): return True\n    __contains__ = __eq__\n    def all(s): return True\n"
        assert judged(best, f"{program}def f(x): return {made}\n", tests).score == 0.0


def test_nan_equals_nan_only_if_asked(best: SandboxPool) -> None:
    tests = {"type": "call", "entry_point": "f", "cases": [{"args": [], "expected": float("nan")}]}
    sample = Sample(completion=NP + "def f(): return np.float64('nan')\n", tests=tests)
    assert CodeTests(WHOLE, best).verify(sample).score == 0.0
    asked = CodeTestsParams(code="whole", nan_equal=True)
    assert CodeTests(asked, best).verify(sample).score == 1.0
