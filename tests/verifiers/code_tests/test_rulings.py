# ruff: noqa: E501 - tables of programs
"""Rulings on what counts as the same, what is the program, and what a score is."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.comparing.compare import Rules, difference, node
from assay.verifiers.code_tests.comparing.printed import text_difference
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.sandbox.wire import codec, decoded
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests
from assay.verifiers.program_source import extract_program

PLAIN = Rules()
TYPED = Rules(exact_types=True)
ASSERTED = Rules(true_is_one=True)


class Same(NamedTuple):
    got: Any
    want: Any
    same: bool
    why: str
    rules: Rules = PLAIN


SAME = [
    Same(2.0, 2, True, "2.0 equals 2"),
    Same(2.0, 2, False, "not where types are exact", TYPED),
    Same(True, 1, False, "True is not 1"),
    Same([True], [1], False, "nor inside a list"),
    Same([True, {0: 1}], [1, {False: True}], True, "but to an assertion's ==", ASSERTED),
    Same({1, 2}, {True, 2}, True, "and in a set", ASSERTED),
    Same([1, 0], [False, True], True, "in any order", Rules(unordered=True, true_is_one=True)),
    Same(True, 1, False, "never where types are exact", Rules(exact_types=True, true_is_one=True)),
    Same(True, "1", False, "nor is it a text", ASSERTED),
    Same(float("nan"), float("nan"), False, "NaN equals nothing"),
    Same(float("nan"), float("nan"), True, "unless asked to", Rules(nan_equal=True)),
    Same((1, 2), [1, 2], True, "tuple and list are alike"),
    Same((1, 2), [1, 2], False, "unless types are exact", TYPED),
    Same({1, 2}, [1, 2], False, "a set is not a list"),
    Same(frozenset({1}), {1}, True, "frozenset and set are alike"),
    Same({"a": 1, "b": 2}, {"b": 2, "a": 1}, True, "a dict has no order"),
    Same({1: "a"}, {True: "a"}, False, "keys, too: True is not 1"),
    Same({1.0: "a"}, {1: "a"}, True, "and 1.0 is 1"),
    Same(0.1 + 0.2, 0.3, True, "the last digit of a float"),
    Same(0.1 + 0.2, 0.3, False, "not without tolerance", Rules(rel_tol=0)),
    Same(10**17 + 1, 10**17, False, "integers are compared exactly, however long"),
    Same(1e308 * 10, 1e308, False, "infinity is near to nothing"),
    Same(float("inf"), float("inf"), True, "but is itself"),
    Same([3, 1, 2], [1, 2, 3], True, "unordered", Rules(unordered=True)),
    Same([3, 1, 1], [1, 3, 3], False, "but counted", Rules(unordered=True)),
    Same([0.1 + 0.2, 1], [1, 0.3], True, "unordered, with tolerance", Rules(unordered=True)),
    Same("1", 1, False, "text is not a number"),
    Same(None, 0, False, "None is not 0"),
    Same(None, False, False, "nor False"),
    Same(1 + 0j, 1, True, "a complex number without imaginary part"),
    Same((x for x in [1, 2]), [1, 2], True, "a generator stands for what it gives"),
    Same((x for x in [1, 2]), [1, 2], False, "not to ==", Rules(iterators=False)),
    Same(object(), object(), False, "an object equals nothing"),
    Same([object()], [None], False, "nor inside a list"),
]


@pytest.mark.parametrize(
    "case", SAME, ids=lambda c: f"{c.why}: {re.sub(' at 0x.*', '', repr(c.got)):.30}"
)
def test_same(case: Same) -> None:
    assert (difference(node(case.got), node(case.want), case.rules) is None) is case.same


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.complex_numbers(allow_nan=False) | st.fractions(),
    lambda x: st.lists(x) | st.tuples(x, x) | st.dictionaries(st.text() | st.integers(), x)
    | st.frozensets(st.integers() | st.text()),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_a_value_survives_the_wire_and_equals_itself(value: Any) -> None:
    sent = json.loads(json.dumps(codec.encode(value)))
    assert codec.decode(sent) == value
    assert type(codec.decode(sent)) is type(value)
    assert difference(decoded.decode(sent), node(value), TYPED) is None


@given(st.binary(max_size=200) | values.map(lambda v: json.dumps(codec.encode(v))[:-1].encode()))
def test_garbage_is_refused_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(decoded.Garbled):
        decoded.decode(decoded.parse(body).get("v"))


class Text(NamedTuple):
    got: str
    want: str
    policy: Any
    same: bool
    why: str


TEXT = [
    Text("3  \n\n", "3\n", "trailing", True, "trailing blanks are ignored"),
    Text("3", "3\n", "exact", False, "unless exact"),
    Text("3\n", "3\n4\n", "trailing", False, "a prefix is not an answer"),
    Text("3\n4\n", "3\n", "trailing", False, "nor is more than the answer"),
    Text(" 3", "3", "trailing", False, "leading blanks count"),
    Text("1\n 2", "1 2", "tokens", True, "only the words count"),
    Text("1 2", "12", "tokens", False, "words are not joined"),
    Text("\x1b[2K\r3", "3", "trailing", False, "control characters are not stripped"),
    Text("3\r\n", "3\n", "trailing", True, "line ends of another system"),
    Text("0.50000\n", "0.5", "trailing", False, "a number is its text"),
    Text("0.50000\n", "0.5", "numbers", True, "a number is its value"),
    Text("  5e-1  1\r\n2.0\n\n", "0.5 1\n2", "numbers", True, "blanks and exponents"),
    Text("\uff13", "3", "numbers", False, "digits of other scripts, which Python reads as numbers"),
    Text("1_0", "10", "numbers", False, "Python's own way to group digits"),
    Text("0.5000001", "0.5", "numbers", False, "no tolerance comes with it"),
    Text("1\n2", "1 2", "numbers", False, "lines are lines"),
    Text("1 2 3", "1 2", "numbers", False, "nor is more than the answer, in a line"),
    Text("1\n2\n3", "1\n2", "numbers", False, "nor in lines"),
    Text("1\n", "1\n2", "numbers", False, "nor is a beginning"),
    Text("yes 1.0", "Yes 1", "numbers", False, "words are words"),
    Text("nan", "NaN", "numbers", False, "nor is NaN a number"),
    Text("1e9999", "1" + "0" * 99, "numbers", False, "of numbers as they are printed"),
    Text("", "0", "numbers", False, "nothing is not a zero"),
]


@pytest.mark.parametrize("case", TEXT, ids=lambda c: c.why)
def test_text(case: Text) -> None:
    assert (text_difference(case.got, case.want, case.policy, PLAIN) is None) is case.same


FENCES = "a\n```python\nx = 1\n```\nb\n```text\nno\n```\n~~~py\ny = 2\n~~~\n"
EXTRACTED = [
    ("last", FENCES, "y = 2\n", "the last Python block"),
    ("joined", FENCES, "x = 1\n\ny = 2\n", "all of them"),
    ("whole", "x", "x", "the whole text"),
    ("last", "print(1)", "print(1)", "a bare program"),
    ("last", "```\nz = 3\n```", "z = 3\n", "a block without a language"),
    ("last", "```cpp\nint x;\n```", "", "another language is not a program"),
    ("last", "```python\nx = 1", "x = 1\n", "a truncated block"),
    ("last", "```python\nx = '''\n~~~\n'''\n```", "x = '''\n~~~\n'''\n", "another fence inside"),
    ("last", "- so:\n  ```python\n  if x:\n    y\n  ```", "if x:\n  y\n", "inside a list"),
    ("longest", "```python\nlong = 1\n```\n```python\ns\n```", "long = 1\n", "the longest"),
]


@pytest.mark.parametrize(
    ("policy", "text", "want", "why"), EXTRACTED, ids=[e[3] for e in EXTRACTED]
)
def test_extract(policy: Any, text: str, want: str, why: str) -> None:
    found = extract_program(text, policy)
    assert (found.text if found is not None else "") == want


def call(*cases: tuple[Any, Any], **more: Any) -> dict[str, Any]:
    made = [{"args": [a], "expected": e} for a, e in cases]
    return {"type": "call", "entry_point": "f", "cases": made, **more}


HALF = "def f(x):\n    return x if x < 3 else 0\n"
FOUR = call((1, 1), (2, 2), (3, 3), (4, 4))

SHAPES = [
    (FOUR, HALF, 0.5, "call cases"),
    (json.dumps(FOUR), HALF, 0.5, "the same as JSON text"),
    ({"inputs": ["1\n", "2\n"], "outputs": ["1\n", "3\n"]}, "print(input())", 0.5, "APPS"),
    ({"inputs": [[1]], "outputs": [[1]], "fn_name": "f"}, HALF, 1.0, "APPS with a function"),
    ({"inputs": [[1]], "outputs": [1], "fn_name": "f"},
     "class Solution:\n    def f(self, x): return x\n", 1.0, "LeetCode's class"),
    ({"public_test_cases": json.dumps([{"input": "[1, 2]\n3", "output": "4",
      "testtype": "functional"}]), "metadata": json.dumps({"func_name": "g"})},
     "class Solution:\n    def g(self, a, b): return len(a) + b - 1\n", 1.0, "LiveCodeBench"),
    ({"test_list": ["assert f(1) == 1", "assert f(3) == 3"]}, HALF, 0.5, "MBPP"),
    ("assert f(1) == 1\nassert f([]) is None", "def f(x): return x or None", 1.0, "bare asserts"),
    ({"code": "assert sorted(f(2)) == [0, 1]\nassert set(f(2)) == {0, 1}\nassert not f(0)\n"
              "assert abs(f(-1) - 0.333) < 1e-2"},
     "def f(x): return [1, 0][:x] if x >= 0 else 1/3", 1.0, "the forms that become cases"),
    ({"code": "for i in range(3):\n    assert f(i) == i * i\n"}, "def f(x): return x * x", 1.0,
     "a loop, in a second sandbox"),
    ({"code": "try:\n    f(-1)\n    assert False\nexcept ValueError:\n    pass\n"},
     "def f(x):\n    raise ValueError('no')\n", 1.0, "an exception that is asked for"),
    ({"code": "s = Stack()\ns.push(1)\ns.push(2)\nassert s.pop() == 2\nassert len(s.items) == 1\n"},
     "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): "
     "self.items.append(x)\n    def pop(self): return self.items.pop()\n", 1.0, "an object"),
    ({"code": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
              "        self.assertEqual(f(1), 1)\n        with self.assertRaises(ZeroDivisionError):"
              "\n            f(0)\n"}, "def f(x): return 1 / x", 1.0, "unittest"),
    ({"code": "a = [3, 1]\nf(a)\nassert a == [1, 3]\n"}, "def f(x): x.sort()", 1.0, "in place"),
    ({"type": "call", "entry_point": "f", "inputs": [[1], [5]], "fn_name": "f",
      "reference": "def f(x): return x"}, HALF, 0.5, "a reference solution"),
    ({"entry_point": "f", "generator": "def generate(n):\n    return [[i] for i in range(n)]\n",
      "reference": "def f(x): return x", "n": 6}, HALF, 0.5, "generated inputs"),
    ({"type": "stdio", "checker": "def check(given, out, want):\n    return int(out) > int(given)",
      "cases": [{"stdin": "4"}, {"stdin": "50"}]}, "print(9)", 0.5, "a special judge"),
    ({"type": "call", "entry_point": "A.get", "cases": [{"init": [7], "args": [], "expected": 7}]},
     "class A:\n    def __init__(s, x): s.x = x\n    def get(s): return s.x\n", 1.0, "a method"),
]  # fmt: skip


@pytest.mark.parametrize(("tests", "code", "score", "why"), SHAPES, ids=[s[3] for s in SHAPES])
def test_shapes(best: SandboxPool, tests: Any, code: str, score: float, why: str) -> None:
    verdict = CodeTests(None, best).verify(Sample(completion=code, tests=tests))
    assert verdict.status is Status.JUDGED, verdict.because
    assert verdict.score == score, verdict.because


UNREADABLE = [
    (5, "a number"),
    ("f(1) is 2", "text that is not a test"),
    ({"type": "call", "cases": [{"args": [1], "expected": 1}]}, "no entry point"),
    ({"type": "call", "entry_point": "f", "cases": []}, "no case"),
    ({"type": "call", "entry_point": "f", "case": []}, "a misspelt field"),
    ({"type": "call", "entry_point": "f", "cases": [{"args": [1]}]}, "nothing expected"),
    ({"type": "asserts", "code": "assert f(1 == 1"}, "asserts that are not Python"),
    ({"entry_point": "f", "code": "assert poly(f(1)) < 1"}, "a helper that nobody defines"),
    ({"entry_point": "f", "code": "assert f(1) == f(1)"}, "a comparison with itself alone"),
]


@pytest.mark.parametrize(("tests", "why"), UNREADABLE, ids=[u[1] for u in UNREADABLE])
def test_unreadable_tests_are_the_data_sets_fault(tests: Any, why: str) -> None:
    with pytest.raises(ReferenceUnreadable):
        read(tests)


def test_scores(best: SandboxPool) -> None:
    sample = Sample(completion=HALF, tests=FOUR)

    def score(**params: Any) -> float | None:
        return CodeTests(CodeTestsParams(**params), best).verify(sample).score

    assert score() == 0.5
    assert score(score="all") == 0.0
    assert score(first=2) == 1.0
    assert score(stop=True) == 0.5
    weighted = Sample(completion=HALF, tests={**FOUR, "cases": [
        {"args": [1], "expected": 1, "weight": 3}, {"args": [4], "expected": 4, "weight": 1}]})  # fmt: skip
    assert CodeTests(CodeTestsParams(score="weighted"), best).verify(weighted).score == 0.75
    assert CodeTestsParams(score="all").levels() == (0.0, 1.0)
    assert CodeTestsParams().levels() is None


def test_feedback_shows_public_values_and_never_hidden_ones(best: SandboxPool) -> None:
    cases = [{"args": [1], "expected": 111, "public": True}, {"args": [2], "expected": 98765}]
    tests = {"type": "call", "entry_point": "f", "cases": cases}
    verifier = CodeTests(None, best)
    both = verifier.verify(Sample(completion="def f(x): return 0", tests=tests)).feedback or ""
    assert "111" in both
    assert "98765" not in both
    code = "def f(x): return 111 if x == 1 else 0"
    hidden = verifier.verify(Sample(completion=code, tests=tests)).feedback or ""
    assert "hidden" in hidden.lower()
    assert "98765" not in hidden


def test_the_verdict_says_how_it_was_isolated(best: SandboxPool) -> None:
    verdict = CodeTests(None, best).verify(Sample(completion=HALF, tests=FOUR))
    assert verdict.details["isolation"] == best.level
    assert verdict.details["outcome"] == "wrong_answer"
    assert [p.score for p in verdict.parts] == [1.0, 1.0, 0.0, 0.0]


def test_same_program_same_verdict(best: SandboxPool) -> None:
    """Neither hash seeds nor random numbers differ from run to run."""
    code = "import random\ndef f(x): return [random.random(), str(set('abcdefgh')), hash('a')]\n"
    because = set()
    for _ in range(3):
        verdict = CodeTests(None, best).verify(Sample(completion=code, tests=call((1, 1))))
        because.add(verdict.because)
    assert len(because) == 1


@pytest.mark.optional
@pytest.mark.parametrize("level", ["namespaces", "landlock+seccomp"])
def test_numpy_is_there_where_it_is_installed(level: Any) -> None:
    pytest.importorskip("numpy")
    found = selftest.finding(level)
    if not found.holds:
        pytest.skip(found.why)
    code = (
        "import numpy as np\ndef f(x):\n    return np.sort(np.array(x)) * np.linalg.norm([1.0])\n"
    )
    with SandboxPool(level, 1) as pool:
        sample = Sample(completion=code, tests=call(([3, 1], [1, 3])))
        verdict = CodeTests(None, pool).verify(sample)
    assert verdict.score == 1.0, verdict.because


# -- remote ------------------------------------------------------------------------------------


class _Fusion(BaseHTTPRequestHandler):
    """Speaks SandboxFusion's published contract; runs the code in a bare interpreter."""

    seen: ClassVar[list[dict[str, Any]]] = []
    broken = False

    def do_POST(self) -> None:
        import subprocess
        import sys

        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({"path": self.path, **body})
        result: dict[str, Any] = {"status": "Finished", "execution_time": 0.1}
        try:
            done = subprocess.run([sys.executable, "-I", "-c", body["code"]], input=body["stdin"],
                                  capture_output=True, text=True, timeout=body["run_timeout"])  # fmt: skip
            result |= {"return_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        except subprocess.TimeoutExpired:
            result |= {
                "status": "TimeLimitExceeded",
                "return_code": None,
                "stdout": "",
                "stderr": "",
            }
        good = result.get("return_code") == 0
        status = "SandboxError" if self.broken else "Success" if good else "Failed"
        answer = {"status": status, "message": "", "compile_result": None,
                  "run_result": None if self.broken else result, "files": {}}  # fmt: skip
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def fusion() -> Any:
    _Fusion.seen, _Fusion.broken = [], False
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Fusion)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_remote(fusion: str) -> None:
    verifier = CodeTests(CodeTestsParams(remote=fusion, timeout_s=5))
    verdict = verifier.verify(Sample(completion=HALF, tests=call((1, 1), (77, 4242424))))
    assert (verdict.score, verdict.details["isolation"]) == (0.5, "remote")
    tests = {"type": "stdio", "cases": [{"stdin": "1", "expected": "4242424"}]}
    assert verifier.verify(Sample(completion="print(2)", tests=tests)).score == 0.0
    assert verifier.verify(Sample(completion="print(4242424)", tests=tests)).score == 1.0
    assert _Fusion.seen[0]["path"] == "/run_code"
    assert "4242424" not in json.dumps(_Fusion.seen[:2]), "no expected value is sent"


def test_remote_outcomes(fusion: str) -> None:
    tests = {"type": "stdio", "timeout_s": 1, "cases": [{"stdin": "", "expected": "1"}]}
    verifier = CodeTests(CodeTestsParams(remote=fusion))

    def outcome(code: str) -> Any:
        return verifier.verify(Sample(completion=code, tests=tests)).details.get("outcome")

    assert outcome("while True: pass") == "timeout"
    assert outcome("1 / 0") == "runtime_error"
    assert outcome("x = = 1") == "compile_error"
    _Fusion.broken = True
    assert verifier.verify(Sample(completion="print(1)", tests=tests)).status is Status.CRASHED


def test_remote_gone() -> None:
    verifier = CodeTests(CodeTestsParams(remote="http://127.0.0.1:9"))
    assert verifier.verify(Sample(completion=HALF, tests=FOUR)).status is Status.CRASHED
