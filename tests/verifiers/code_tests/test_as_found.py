# ruff: noqa: E501 - tables of programs
"""Programs and suites as models and data sets write them. Each row is a ruling with its reason.

``SCRIPTS`` are programs for contests, which end as Python ends; ``SUITES`` suites in the forms in
which they are published, each with a right program and a wrong one; ``CONTESTS`` the shapes of
contest problems; ``REFUSED`` rows that are the data set's fault, whatever the program.
"""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

WHOLE = CodeTestsParams(code="whole", score="all")
ECHO = {"type": "stdio", "timeout_s": 4, "cases": [{"stdin": "3\n", "expected": "3\n"}]}


def judged(pool: SandboxPool, program: str, tests: Any, prompt: str | None = None) -> Verdict:
    sample = Sample(completion=program, tests=tests, prompt=prompt)
    verdict = CodeTests(WHOLE, pool).verify(sample)
    assert verdict.status is Status.JUDGED, verdict.because
    return verdict


class Script(NamedTuple):
    why: str
    code: str
    score: float = 1.0


THREAD = """
import sys, threading
sys.setrecursionlimit(10**6)
threading.stack_size({})
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
def main():
    depth(50_000)
    print(input())
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""

SCRIPTS = [
    Script("exit() after printing, of which sites know", "print(input())\nexit()\n"),
    Script("exit(0)", "print(input())\nexit(0)\n"),
    Script("quit()", "print(input())\nquit()\n"),
    Script("exit(1) is not a success", "print(input())\nexit(1)\n", 0.0),
    Script("its own file's name", "import os\nos.path.dirname(os.path.abspath(__file__))\nprint(input())\n"),
    Script("stdout closed by hand", "import sys\nprint(input())\nsys.stdout.close()\n"),
    Script("stdout put away", "import sys\nprint(input())\nsys.stdout = None\n"),
    Script("stdout that has no flush", "import os, sys\nclass W:\n    def write(s, t): os.write(1, t.encode())\nsys.stdout = W()\nprint(input())\n"),
    Script("stdout opened anew, and never closed", "out = open(1, 'w')\nout.write(input() + '\\n')\n"),
    Script("the same within a function", "import os\ndef main():\n    out = os.fdopen(1, 'w')\n    out.write(input() + '\\n')\nmain()\n"),
    Script("the first stdout written to, another in its place", "import io, sys\nfirst, sys.stdout = sys.stdout, io.StringIO()\nfirst.write(input() + '\\n')\n"),
    Script("a flush that raises, with nothing to flush", "import os, sys\nclass W:\n    def flush(s): raise SystemExit(3)\nos.write(1, input().encode())\nsys.stdout = W()\n"),
    Script("printing as its objects go", "class A:\n    def __del__(self): print(input())\na = A()\n"),
    Script("printing as a cycle of objects goes", "class A:\n    def __del__(self): print('3')\na = A()\na.a = a\ndel a\n"),
    Script("objects that never go", "import time\nclass A:\n    def __del__(self, wait=time.sleep): wait(60)\na = A()\nprint(input(), flush=True)\n", 0.0),
    Script("a thread with a stack of 64 MB", THREAD.format("1 << 26")),
    Script("a thread with a stack as large as all memory", THREAD.format("1 << 29")),
    Script("a thread with a stack of a gigabyte", THREAD.format("1 << 30")),
]  # fmt: skip


@pytest.mark.parametrize("row", SCRIPTS, ids=lambda r: r.why)
def test_a_script_ends_as_python_ends(pool: SandboxPool, row: Script) -> None:
    verdict = judged(pool, row.code, ECHO)
    assert verdict.score == row.score, verdict.because


class Suite(NamedTuple):
    why: str
    code: str
    right: str
    wrong: str
    prompt: str = ""
    entry_point: str | list[str] | None = None


def form(test: str, right: str, wrong: str) -> Suite:
    return Suite(
        test, test, f"import collections\ndef f(x): return {right}\n", f"def f(x): return {wrong}\n"
    )


NODES = """
from typing import Optional
class ListNode:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next
def list_node(values):
    if not values: return None
    return ListNode(values[0], list_node(values[1:]))
def same(p, q):
    if p is None and q is None: return True
    if not p or not q: return False
    return p.val == q.val and same(p.next, q.next)
"""
NEAR = """
import numpy as np
def floats(x):
    if isinstance(x, float): return True
    if isinstance(x, (list, tuple)): return all(isinstance(i, float) for i in x)
    if isinstance(x, np.ndarray): return x.dtype == np.float64
    return False
def assertion(out, exp, atol):
    same = out == exp
    if atol == 0 and floats(exp): atol = 1e-6
    if not same and atol != 0: np.testing.assert_allclose(out, exp, rtol=1e-07, atol=atol)
    else: assert same
def check(candidate):
    for x, exp in zip([[1], [2]], [[0.1, 0.5], [0.2, 1.0]]): assertion(candidate(*x), exp, 0)
"""
RAISES = "import pytest\nfrom solution import f, Odd\ndef test_it():\n    with pytest.raises(Odd{}):\n        f(1)\n"
ODD = "class Odd(ValueError): pass\n"
NP = "import numpy as np\n"
UP, SAME = "def f(x): return x + 1\n", "def f(x): return x\n"

SUITES = [
    form("assert sorted(f(1)) == [1, 2, 3]", "{3, 1, 2}", "{3, 1}"),
    form("assert sorted(f(1)) == ['a', 'b']", "'ba'", "'bb'"),
    form("assert sorted(f(1)) == ['a', 'b']", "{'b': 1, 'a': 2}", "['ab']"),
    form("assert sorted(f(1)) == [0, 1, 2]", "range(3)", "range(4)"),
    form("assert tuple(sorted(f(1))) == (0, 1)", "[1, 0]", "[1, 1]"),
    form("assert list(f(1)) == [0, 1, 2]", "range(3)", "range(0, 3, 2)"),
    form("assert list(f(1)) == ['a', 'b']", "'ab'", "'ba'"),
    form("assert list(f(1)) == ['a', 'b']", "{'a': 1, 'b': 2}", "{'b': 1, 'a': 2}"),
    form("assert set(f(1)) == {0, 1, 2}", "range(3)", "range(0, 3, 2)"),
    form("assert set(f(1)) == {'a', 'b'}", "{'a': 1, 'b': 2}", "['a']"),
    form("assert set(f(1)) == {0, 3, 1}", "[3, 1, 0]", "range(3)"),
    form("assert f(1) == [0, 3, 1]", "[0, 3, 1]", "range(0, 3, 1)"),
    form("assert f(1) == range(3)", "range(0, 3)", "range(0, 3, 2)"),
    form("assert f(1) == range(0)", "range(5, 1)", "range(1)"),
    form("assert list(f(1)) == [1, 2]", "__import__('array').array('i', [1, 2])", "__import__('array').array('i', [2, 1])"),
    form("assert list(f(1)) == [97, 98]", "memoryview(b'ab')", "memoryview(b'ba')"),
    form("assert list(f(1)) == [97, 98]", "bytearray(b'ab')", "b'b'"),
    Suite("assertCountEqual takes whatever gives items", "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertCountEqual(f(1), [1, 2])\n",
          "def f(x): return (i for i in (2, 1))\n", "def f(x): return {1}\n"),
    Suite("a module that everybody knows, imported by nobody", "assert math.floor(f(1)) == 3\n", "import math\ndef f(x): return math.pi\n",
          "class math:\n    floor = lambda *a: 3\n    def __getattr__(s, n): return lambda *a: 3\ndef f(x): return 4\n"),
    Suite("the same with an entry point", "assert np.allclose(f(1), np.array([1.0, 2.0]))\n", NP + "def f(x): return [1, 2]\n", "def f(x): return [1, 3]\n", entry_point="f"),
    Suite("main under the guard that holds for a program", "def main():\n    for i in range(3):\n        assert f(i) == i + 1\nif __name__ == '__main__':\n    main()\n",
          "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("tests called where what they raise is swallowed", "def test_it():\n    for i in range(3):\n        assert f(i) == i + 1\ntry:\n    test_it()\nexcept AssertionError:\n    print('failed')\n",
          "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("unittest's main, unguarded", "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        for x in range(3): self.assertEqual(f(x), x + 1)\nunittest.main()\n",
          "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("pytest's main", "import pytest, sys\ndef test_it():\n    for x in range(3): assert f(x) == x + 1\nif __name__ == '__main__':\n    sys.exit(pytest.main([__file__]))\n",
          "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("a guard written the other way round", "if '__main__' == __name__:\n    for i in range(3): assert f(i) == i + 1\n", UP, SAME),
    Suite("a name that is not a guard", "for i in range(3):\n    if f.__name__ == 'f':\n        assert f(i) == i + 1\n", UP, SAME, entry_point="f"),
    Suite("check called where what it raises is swallowed", "def check(c):\n    for i in range(3): assert c(i) == i + 1\ntry:\n    check(f)\nexcept AssertionError:\n    print('failed')\n", UP, SAME, entry_point="f"),
    Suite("a case that derives from one", "import unittest\nclass B(unittest.TestCase):\n    def setUp(self): self.n = 3\nclass T(B):\n    def test_it(self):\n        for i in range(self.n): self.assertEqual(f(i), i + 1)\n", UP, SAME),
    Suite("a case beside a function", "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        for i in range(3): self.assertIsInstance(f(i), int)\ndef test_more():\n    for i in range(3): assert f(i) == i + 1\n", UP, SAME),
    Suite("a case beside a class of pytest's", "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        for i in range(3): self.assertIsInstance(f(i), int)\nclass TestMore:\n    def test_more(self):\n        for i in range(3): assert f(i) == i + 1\n", UP, SAME),
    Suite("a test that the suite itself skips", "import unittest\nclass T(unittest.TestCase):\n    @unittest.skip('slow')\n    def test_not(self):\n        for i in range(3): self.assertEqual(f(i), 99)\n    def test_it(self):\n        for i in range(3): self.assertEqual(f(i), i + 1)\n", UP, SAME),
    Suite("what pytest calls before a test", "made = []\ndef setup_function(function): made.append(1)\nclass TestIt:\n    @classmethod\n    def setup_class(cls): cls.n = 3\n    def setup_method(self, method): self.k = 1\n    def test_it(self):\n        for i in range(self.n): assert f(i) == i + self.k\ndef test_more():\n    assert made\n", UP, SAME),
    Suite("pytest's other marks", "import pytest\n@pytest.mark.slow\n@pytest.mark.timeout(5)\ndef test_it():\n    for i in range(3): assert f(i) == i + 1\n@pytest.mark.skip(reason='no')\ndef test_no():\n    for i in range(3): assert f(i) == 99\n@pytest.mark.xfail\ndef test_nor():\n    for i in range(3): assert f(i) == 99\n@pytest.mark.skipif(False, reason='yes')\n@pytest.mark.parametrize('i', [1, 2])\ndef test_all(i): assert f(i) == i + 1\n", UP, SAME),
    Suite("everything of the solution imported", "from solution import *\ndef test_it():\n    assert f(1) == 2\n", "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("the solution imported as a module", "import solution as s\ndef test_it():\n    for i in range(3): assert s.f(i) == i + 1\n", "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("a name of the solution's renamed", "from solution import f as g\ndef test_it():\n    for i in range(3): assert g(i) == i + 1\n", "def f(x): return x + 1\n", "def f(x): return x\n"),
    Suite("pytest.param", "import pytest\n@pytest.mark.parametrize('a, b', [pytest.param(1, 2, id='one'), (2, 3)])\ndef test_it(a, b):\n    assert f(a) == b\n", "def f(x): return x + 1\n", "def f(x): return 2\n"),
    Suite("an exception is all that is asked for", "import pytest\nfrom solution import f\ndef test_it():\n    with pytest.raises(ValueError):\n        f(1)\n", "def f(x): raise ValueError\n", "def f(x): pass\n"),
    Suite("an exception of the program's", RAISES.format(""), ODD + "def f(x): raise Odd\n", ODD + "def f(x): raise ValueError\n"),
    Suite("its text", RAISES.format(", match='no'"), ODD + "def f(x): raise Odd('no')\n", ODD + "def f(x): raise Odd('yes')\n"),
    Suite("a subclass of it, caught by its base, and by a builtin one", "for i in range(2):\n    try:\n        f(i)\n        assert False\n    except Odd as e:\n        assert str(e) == 'no' and isinstance(e, ValueError)\n",
          ODD + "class Very(Odd): pass\ndef f(x): raise Very('no')\n", ODD + "def f(x): return 1\n", entry_point="f"),
    Suite("an exception that the prompt defines", "try:\n    f(1)\n    assert False\nexcept Odd:\n    pass\nassert f(2) == 2\n",
          "def f(x):\n    if x < 2: raise Odd('no', 3)\n    return x\n", "def f(x): return x\n", prompt="class Odd(Exception):\n    def __init__(self, text, code):\n        super().__init__(text)\n        self.code = code\n"),
    Suite("unittest's assertRaises with it", "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        with self.assertRaises(Odd): f(1)\n", ODD + "def f(x): raise Odd\n", ODD + "def f(x): raise KeyError\n"),
    Suite("a method by its whole name, with nodes that the prompt defines", "def check(candidate):\n    assert same(candidate(head=list_node([1, 2])), list_node([2, 1]))\n    assert same(candidate(head=list_node([])), list_node([]))\n",
          "class Solution:\n    def turn(self, head: Optional[ListNode]):\n        last = None\n        while head: head.next, last, head = last, head, head.next\n        return last\n",
          "class Solution:\n    def turn(self, head): return head\n", prompt=NODES, entry_point="Solution().turn"),
    Suite("the same of plain values", "def check(candidate):\n    assert candidate(nums=[1, 2], target=3) == [0, 1]\n", "class Solution:\n    def two(self, nums, target): return [0, 1]\n",
          "class Solution:\n    def two(self, nums, target): return [1, 0]\n", entry_point="Solution().two"),
    Suite("numbers that are near, by numpy", NEAR, "def f(x): return [x / 10 + 1e-12, x / 2]\n", "def f(x): return [x / 10, x]\n", entry_point="f"),
    Suite("an array is one to a suite that knows arrays", NP + "for i in range(1, 3):\n    assert f(np.zeros((i, 2))).shape == (2, i)\n", NP + "def f(x): return x.T\n", NP + "def f(x): return x\n", entry_point="f"),
    Suite("its scalars, too", NP + "for i in range(3):\n    assert isinstance(f(i), np.floating) and f(i).item() == i\n", NP + "def f(x): return np.float64(x)\n", "def f(x): return float(x)\n", entry_point="f"),
    Suite("numpy for a program whose set-up imports it", "assert f(3) == 2\n", "def f(x): return int(np.float64(2))\n", "def f(x): return int(np.float64(3))\n", prompt=NP),
    Suite("numpy imported beside other modules", "assert f(3) == 2\n", "import sys, numpy as np\ndef f(x): return int(np.float64(2))\n", "import sys; import numpy as np\ndef f(x): return int(np.float64(3))\n"),
    Suite("an object that can be gone through", "for n in range(3):\n    assert list(count(n)) == [*range(n)]\n    assert sum(count(n)) == sum(range(n))\n",
          "class Count:\n    def __init__(s, n): s.n = n\n    def __iter__(s): return iter(range(s.n))\ndef count(n): return Count(n)\n", "class Count:\n    def __init__(s, n): pass\n    def __iter__(s): return iter(())\ndef count(n): return Count(n)\n"),
    Suite("a context that a function makes", "for n in range(3):\n    with held(n) as x:\n        assert x == n\n", "import contextlib\n@contextlib.contextmanager\ndef held(n): yield n\n", "import contextlib\n@contextlib.contextmanager\ndef held(n): yield 1\n"),
    Suite("sorted where it is, beside one that returns", "for n in range(3):\n    xs, ys = [n, 3, 1], [2, n]\n    want = sorted(xs)\n    f(xs)\n    assert xs == want\n    assert g(ys) == sorted(ys)\n",
          "def f(xs): xs.sort()\ndef g(ys): return sorted(ys)\n", "def f(xs): xs.sort()\ndef g(ys):\n    ys.clear()\n    return []\n"),
    Suite("what is left of an argument is not a measure of None, either", "for n in range(3):\n    xs = [n, 5]\n    assert f(xs) == (max(xs) if xs else None)\n", "def f(xs): return max(xs)\n", "def f(xs): xs.clear()\n"),
]  # fmt: skip


@pytest.mark.parametrize("row", SUITES, ids=lambda r: f"{r.why}: {r.right.splitlines()[-1]}")
def test_a_suite_as_it_is_found(best: SandboxPool, row: Suite) -> None:
    if "numpy" in row.code + row.prompt + row.right:
        pytest.importorskip("numpy")
    tests = {"type": "asserts", "code": row.code, "timeout_s": 4}
    tests |= {"prompt": row.prompt} if row.prompt else {}
    tests |= {"entry_point": row.entry_point} if row.entry_point else {}
    for program, score in ((row.right, 1.0), (row.wrong, 0.0)):
        verdict = judged(best, program, tests)
        assert verdict.score == score, (program, verdict.because)


SAY = """
import json, os
def say(told):
    data = json.dumps(told).encode()
    os.write(3, len(data).to_bytes(4, "big") + data)
"""
SQUARES = "def check(c):\n    assert all(map(lambda x: c(x) == x * x, range(2, 9)))\n"
CAUGHT = "for i in range(3):\n    try:\n        assert f(i) == i * i\n    except Odd:\n        assert False\n"
LIES = [
    ("a class of its own, named as a builtin exception that ends loops", SQUARES, "class StopIteration(Exception): pass\ndef f(x): raise StopIteration\n"),
    ("the same by a forged frame", SQUARES, SAY + "def f(x): say({'x': {'type': 'E', 'base': 'ValueError', 'names': ['StopIteration', 'GeneratorExit']}})\n"),
    ("names that are not names", CAUGHT, SAY + "def f(x): say({'x': {'type': 'E', 'base': 'ValueError', 'names': [5, None, [], '_assay_effect', 'f', 'Odd']}})\n"),
    ("an array that is none", NP + "for i in range(3):\n    assert (f(i) == np.array([i + 1])).all()\n", SAY + "def f(x): say({'v': {'k': ['numpy.ndarray', [[1], [1, 2], 'a']]}})\n"),
    ("an array of objects that agree", NP + "for i in range(3):\n    assert (f(i) == np.array([i + 1])).all()\n", NP + "class Y:\n    def __eq__(s, o): return True\ndef f(x):\n    a = np.empty(1, dtype=object)\n    a[0] = Y()\n    return a\n"),
    ("a terabyte of a numpy type", NP + "for i in range(3):\n    assert f(i) == i\n", SAY + "def f(x): say({'v': {'k': ['numpy.void', 10**12]}})\n"),
    ("a file as an array", NP + "for i in range(3):\n    assert f(i) == i\n", SAY + "def f(x): say({'v': {'k': ['numpy.memmap', '/etc/passwd']}})\n"),
    ("an object that gives everything in turn, without end", "for i in range(3):\n    assert i * 7 + 1 in f(i)\n", "import itertools\nclass Y:\n    def __iter__(s): return itertools.count()\ndef f(x): return Y()\n"),
    ("a context that agrees to everything", "for i in range(3):\n    with f(i) as r:\n        assert r == i * 7 + 1\n", "class Y:\n    def __enter__(s): return s\n    def __exit__(s, *a): return True\n    def __eq__(s, o): return True\ndef f(x): return Y()\n"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "code", "program"), LIES, ids=[x[0] for x in LIES])
def test_none_of_it_can_be_lied_about(best: SandboxPool, why: str, code: str, program: str) -> None:
    if "numpy" in code:
        pytest.importorskip("numpy")
    tests = {"type": "asserts", "entry_point": "f", "code": code, "timeout_s": 1, "total_timeout_s": 2}  # fmt: skip
    assert judged(best, program, tests).score == 0.0


BOMBS = [
    ("a range whose length is a quotient of millions of bits", "assert set(f(1)) == {1, 2}", SAY + "def f(x): say({'v': {'r': [0, {'I': 'f' * (15 << 20)}, {'I': '1' * (1 << 18)}]}})\n"),
    ("small decimals that are long when worked with", "assert set(f(1)) == {1, 2}", SAY + "def f(x): say({'v': {'s': [{'D': f'{i}e-1900'} for i in range(100000)]}})\n"),
    ("a range of no step", "assert list(f(1)) == [0]", SAY + "def f(x): say({'v': {'r': [0, 5, 0]}})\n"),
    ("arrays of arrays of nothing", "assert list(f(1)) == [1]", SAY + "def f(x): say({'v': {'k': ['array', {'k': ['memoryview', 5]}]}})\n"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "code", "program"), BOMBS, ids=[x[0] for x in BOMBS])
def test_what_is_read_outside_is_bounded(
    best: SandboxPool, why: str, code: str, program: str
) -> None:
    assert judged(best, program, {"type": "asserts", "code": code, "timeout_s": 2}).score == 0.0


def lcb(*rows: tuple[str, str], name: str = "") -> dict[str, Any]:
    kind = "functional" if name else "stdin"
    listed = [{"input": x, "output": y, "testtype": kind} for x, y in rows]
    metadata = json.dumps({"func_name": name} if name else {})
    return {"public_test_cases": json.dumps(listed), "private_test_cases": "[]", "metadata": metadata, "starter_code": ""}  # fmt: skip


TWICE = "class Solution:\n    def f(self, xs: List[int]) -> List[int]:\n        return [{} for x in xs]\n"
LIBRARY = """
class Solution:
    def f(self, xs: List[int]) -> int:
        heap = [*xs]
        heapify(heap)
        counted = defaultdict(int)
        for x in heap: counted[x] += 1
        return heappop(heap) * 10 + gcd(4, 6) + pow(2, 3, 5)
"""
CONTESTS = [
    ("LiveCodeBench: annotations that nothing imports", lcb(("[1]", "[2]"), name="f"), TWICE.format("2 * x"), 1.0),
    ("and a wrong one", lcb(("[1]", "[2]"), name="f"), TWICE.format("x"), 0.0),
    ("LiveCodeBench: the library's names, of which pow stays the builtin", lcb(("[3, 1]", "15"), name="f"), LIBRARY, 1.0),
    ("LiveCodeBench: the same for a script", lcb(("3\n", "3\n")), "d = deque([sys.stdin.readline()])\nprint(d.pop().strip())\n", 1.0),
    ("recursion as deep as its harness allows", lcb(("3\n", "3\n")), "def g(n): return 0 if n == 0 else g(n - 1)\ng(9000)\nprint(input())\n", 1.0),
    ("a name of the program's own goes first", lcb(("[1, 2]", "3"), name="f"), "def reduce(xs): return xs[-1] + 1\ndef f(xs): return reduce(xs)\n", 1.0),
    ("what is lent is not what is asked for", lcb(("1\n2", "3"), name="add"), "x = 1\n", 0.0),
    ("nor in APPS", {"inputs": [[4, 6]], "outputs": [2], "fn_name": "gcd"}, "x = 1\n", 0.0),
    ("nothing is lent to tests of our own shape", {"type": "call", "entry_point": "f", "cases": [{"args": [4], "expected": 2}]}, "def f(x): return int(sqrt(x))\n", 0.0),
    ("APPS: arguments as JSON, one a line", {"inputs": ["[1, 2]\n3"], "outputs": ["4"], "fn_name": "g"}, "def g(a, b): return len(a) + b - 1\n", 1.0),
    ("APPS: as a field of its row", {"input_output": json.dumps({"inputs": ["1\n"], "outputs": ["1\n"]}), "starter_code": ""}, "print(input())", 1.0),
    ("a range stands for a list", {"inputs": [[3]], "outputs": [[[0, 1, 2]]], "fn_name": "g"}, "def g(n): return range(n)\n", 1.0),
    ("another one does not", {"inputs": [[3]], "outputs": [[[0, 3, 1]]], "fn_name": "g"}, "def g(n): return range(0, 3, 1)\n", 0.0),
    ("nor one as long as the universe", {"inputs": [[3]], "outputs": [[[0, 1, 2]]], "fn_name": "g"}, "def g(n): return range(-2**100, 2**100)\n", 0.0),
    ("CodeContests: lists of inputs and outputs, by kind", {"public_tests": {"input": ["1\n"], "output": ["1\n"]}, "private_tests": {"input": ["2\n"], "output": ["2\n"]}, "generated_tests": {"input": [], "output": []}}, "print(input())", 1.0),
    ("CodeContests: a hidden one fails", {"public_tests": {"input": ["1\n"], "output": ["1\n"]}, "private_tests": {"input": ["2\n"], "output": ["2\n"]}}, "print(1)", 0.0),
    ("LiveCodeBench: a number is its value", lcb(("1\n", "0.5 2\n")), "print('0.50', ' 2.0')", 1.0),
    ("and no other one", lcb(("1\n", "0.5 2\n")), "print('0.51', '2.0')", 0.0),
    ("of our own shape it is its text", {"type": "stdio", "cases": [{"stdin": "1\n", "expected": "0.5\n"}]}, "print('0.50')", 0.0),
    ("a generator that yields its inputs", {"entry_point": "f", "generator": "def generate(n):\n    for i in range(n): yield [i]\n", "reference": "def f(x): return 2 * x\n", "n": 4}, "def f(x): return x + x\n", 1.0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "tests", "program", "score"), CONTESTS, ids=[c[0] for c in CONTESTS]
)
def test_shapes_of_contests(
    best: SandboxPool, why: str, tests: Any, program: str, score: float
) -> None:
    verdict = judged(best, program, tests)
    assert verdict.score == score, verdict.because


def test_a_prompt_that_breaks_off_before_the_body_is_code(best: SandboxPool) -> None:
    prompt = "from typing import List\n\nclass Solution:\n    def f(self, xs: List[int]) -> int:\n        "
    tests = {"type": "asserts", "code": "s = Solution()\nassert s.f([1]) == 1\n"}
    whole = "class Solution:\n    def f(self, xs: List[int]) -> int:\n        return xs[0]\n"
    assert judged(best, whole, tests, prompt).score == 1.0


@pytest.mark.optional
def test_a_judge_a_reference_and_a_generator_may_use_numpy(best: SandboxPool) -> None:
    pytest.importorskip("numpy")
    near = NP + "def check(given, got, want): return bool(np.allclose(got, want))\n"
    case = {"args": [1], "expected": [1.0]}
    tests: dict[str, Any] = {"type": "call", "entry_point": "f", "cases": [case], "checker": near}
    assert judged(best, "def f(x): return [1 + 1e-12]\n", tests).score == 1.0
    tests = {"entry_point": "f", "n": 3, "reference": NP + "def f(x): return int(np.square(x))\n",
             "generator": NP + "def generate(n): return [[x] for x in np.arange(n)]\n"}  # fmt: skip
    assert judged(best, "def f(x): return x * x\n", tests).score == 1.0
    assert judged(best, "def f(x): return x\n", tests).score == 0.0


PICKLED = base64.b64encode(zlib.compress(pickle.dumps("[]"))).decode()
REFUSED = [
    ("a suite that never calls the program", {"code": "def suite():\n    for i in range(3):\n        assert f(i) == i\n"}, "without calling"),
    ("a class that derives from the program's", {"code": "class D(Base): pass\nfor i in range(2):\n    assert D().v() == 1\n", "entry_point": "Base"}, "derives"),
    ("pickled tests, which are not read", {"public_test_cases": "[]", "private_test_cases": PICKLED}, "no pickle"),
    ("lists of different lengths", {"public_tests": {"input": ["1"], "output": []}}, "1 inputs and 0 outputs"),
    ("arguments that are not JSON", {"inputs": ["[1"], "outputs": ["1"], "fn_name": "f"}, "is not valid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "tests", "said"), REFUSED, ids=[r[0] for r in REFUSED])
def test_the_data_sets_fault(best: SandboxPool, why: str, tests: Any, said: str) -> None:
    program = "class Base:\n    def v(self): return 1\ndef f(x): return x\n"
    with pytest.raises(ReferenceUnreadable, match=said):
        CodeTests(WHOLE, best).verify(Sample(completion=program, tests=tests))
