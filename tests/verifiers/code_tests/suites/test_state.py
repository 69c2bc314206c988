# ruff: noqa: E501 - tables of programs
"""Programs that keep a state: what became cases and what stayed code are one suite to them."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.programs import keeps_state
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

COUNTER = "n = 0\ndef f():\n    global n\n    n += 1\n    return n"
STUCK = "n = 0\ndef f():\n    global n\n    n = 1\n    return n"


class Row(NamedTuple):
    why: str
    suite: str
    right: str
    wrong: str


ROWS = [
    Row("a case before code", "assert f() == 1\nx = f()\nfor i in range(1):\n    assert x == 2", COUNTER, STUCK),
    Row("code before a case", "x = f()\nassert x == 1\nassert f() == 2\nfor i in range(2):\n    assert f() == 3 + i", COUNTER, STUCK),
    Row("a call for its effect", "assert get('a') is None\nput('a', 1)\nassert get('a') == 1\nfor k in ['a']:\n    assert get(k) == 1", "S = {}\ndef put(k, v): S[k] = v\ndef get(k): return S.get(k)", "S = {}\ndef put(k, v): S.setdefault(k, 2)\ndef get(k): return S.get(k)"),
    Row("two tests of unittest's", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(), 1)\n    def test_b(self):\n        for i in range(2): self.assertEqual(f(), 2 + i)", COUNTER, STUCK),
    Row("a default that is shared", "assert f(1) == [1]\nxs = f(2)\nfor x in xs:\n    assert x in (1, 2)\nassert len(xs) == 2", "def f(x, seen=[]):\n    seen.append(x)\n    return seen", "def f(x, seen=None):\n    return [x]"),
    Row("an attribute of a class", "assert make() == 1\nn = make()\nfor i in range(1):\n    assert n == 2", "class C:\n    n = 0\ndef make():\n    C.n += 1\n    return C.n", "class C:\n    n = 0\ndef make():\n    return C.n + 1"),
    Row("how long a case takes", "import time\nbegan = time.monotonic()\nassert f() == 1\nassert time.monotonic() - began >= 0.05", "import time\ndef f():\n    time.sleep(0.06)\n    return 1", "import time\ndef f(): return 1"),
]  # fmt: skip


def judged(pool: SandboxPool, suite: str, program: str, score: str = "share") -> Verdict:
    params = CodeTestsParams(code="whole", score=score)  # type: ignore[arg-type]
    tests = {"type": "asserts", "code": suite}
    return CodeTests(params, pool).verify(Sample(completion=program, tests=tests))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.why)
@pytest.mark.parametrize("score", ["share", pytest.param("all", marks=pytest.mark.slow)])
def test_a_state_is_kept_over_a_whole_suite(best: SandboxPool, row: Row, score: str) -> None:
    right = judged(best, row.suite, row.right, score)
    assert right.score == 1.0, right.because
    wrong = judged(best, row.suite, row.wrong, score)
    assert wrong.score is not None
    assert wrong.score < 1.0


LIARS = [
    ("what agrees to everything", "class Y:\n    def __eq__(self, o): return True\n    def __len__(self): return 2\n    def __iter__(self): return iter([1, 2])\nS = [Y()]\ndef f(*a): return S[0]"),
    ("what is told the expected value by being asked", "class Y:\n    def __eq__(self, o):\n        S.append(o)\n        return True\nS = []\ndef f(*a): return S[-1] if S else Y()"),
    ("what ends the test", "S = []\ndef f(*a):\n    import os\n    os._exit(0)"),
]  # fmt: skip


@pytest.mark.parametrize("program", [x[1] for x in LIARS], ids=[x[0] for x in LIARS])
def test_to_keep_a_state_pays_nothing(best: SandboxPool, program: str) -> None:
    assert keeps_state(program), "else the second run is not tried"
    suite = "assert f(1) == [1, 2]\nfor i in range(3):\n    x = f(i)\n    assert x == [i, i + 1]"
    assert judged(best, suite, program).score == 0.0


def test_what_keeps_no_state_is_not_run_again() -> None:
    assert not keeps_state("def f(x):\n    y = x + 1\n    return y\nK = 3\nNAME = 'a'\nF = -1.5\n")
