# ruff: noqa: E501 - tables of programs
"""Calls are sent before earlier ones are answered: nothing that is judged may depend on it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample, Verdict
from assay.verifiers.code_tests.comparing.compare import Rules, difference, node
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.sandbox.wire import codec, decoded
from assay.verifiers.code_tests.verifier import CodeTests

N = 200
PARAMS = CodeTestsParams(code="whole", score="share", stop=False, timeout_s=0.7)


def judged(pool: SandboxPool, code: str, cases: list[dict[str, Any]]) -> Verdict:
    tests = {"type": "call", "entry_point": "f", "cases": cases}
    return CodeTests(PARAMS, pool).verify(Sample(completion=code, tests=tests))


class Blame(NamedTuple):
    why: str
    at_100: str
    outcome: str
    passed: int


BLAME = [
    Blame("an exception is of its case", "raise ValueError", "runtime_error", N - 1),
    Blame("an exit is of its case", "import os; os._exit(0)", "runtime_error", N - 1),
    Blame("a crash is of its case", "import os; os.abort()", "runtime_error", N - 1),
    Blame("a wrong answer is of its case", "return 0", "wrong_answer", N - 1),
    Blame("what cannot be sent is of its case", "x = []; x.append(x); return x", "wrong_answer", N - 1),
    Blame("a hang ends the judging, at its case", "while True: pass", "timeout", 100),
]  # fmt: skip


@pytest.mark.parametrize("row", BLAME, ids=lambda r: r.why)
def test_what_ends_a_call_is_charged_to_its_case(best: SandboxPool, row: Blame) -> None:
    code = f"def f(x):\n    if x == 100:\n        {row.at_100}\n    return x + 1"
    found = judged(best, code, [{"args": [i], "expected": i + 1} for i in range(N)])
    wrong = [(i, p.details["outcome"]) for i, p in enumerate(found.parts) if p.score != 1.0]
    assert wrong[0] == (100, row.outcome)
    assert {how for _, how in wrong[1:]} <= {"not_run"}
    assert found.details["passed"] == row.passed


ORDERED = [
    ("globals keep what earlier calls left in them", "n = 0\ndef f(x):\n    global n\n    n += x\n    return n", [1] * N, list(range(1, N + 1))),
    ("what a call does to its argument stays with it", "def f(x):\n    x.append(1)\n    return len(x)", [[7]] * N, [2] * N),
    ("a default argument is shared, as ever", "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)", [0] * N, list(range(1, N + 1))),
    ("arguments that fill every buffer", "def f(x):\n    return len(x)", ["a" * 300_000] * 24, [300_000] * 24),
    ("answers that fill every buffer", "def f(x):\n    return 'a' * x", [300_000] * 24, ["a" * 300_000] * 24),
    ("both", "def f(x):\n    return x", ["a" * 200_000] * 24, ["a" * 200_000] * 24),
]  # fmt: skip


@pytest.mark.parametrize(("code", "args", "expected"), [x[1:] for x in ORDERED], ids=[x[0] for x in ORDERED])  # fmt: skip
def test_calls_are_made_in_order_in_one_process(
    best: SandboxPool, code: str, args: list[Any], expected: list[Any]
) -> None:
    cases = [{"args": [a], "expected": e} for a, e in zip(args, expected, strict=True)]
    found = judged(best, code, cases)
    assert found.score == 1.0, found.because


PEEKS = [
    ("the inputs of later calls hold no expected value",
     "def f(x):\n    import os, re\n    seen = ''\n    for fd in range(3, 40):\n        try:\n            os.set_blocking(fd, False)\n            seen += os.read(fd, 1 << 20).decode('latin-1')\n        except OSError: pass\n    import gc\n    seen += repr([o for o in gc.get_objects() if type(o) is dict and 'op' in o])\n    return 'secret-' + (re.findall(r'secret-(\\w+)', seen) or [''])[0]"),
    ("nor does what was read ahead of them",
     "def f(x):\n    import re, sys\n    seen, frame = '', sys._getframe()\n    while frame:\n        for v in frame.f_locals.values():\n            seen += repr(getattr(v, '__dict__', v))\n        frame = frame.f_back\n    return 'secret-' + (re.findall(r'secret-(\\w+)', seen) or [''])[0]"),
]  # fmt: skip


@pytest.mark.parametrize("code", [x[1] for x in PEEKS], ids=[x[0] for x in PEEKS])
def test_nothing_that_is_expected_is_sent(best: SandboxPool, code: str) -> None:
    cases = [{"args": [i], "expected": f"secret-{i:x}{i * 7919:x}"} for i in range(80)]
    assert judged(best, code, cases).score == 0.0


SCALARS = st.one_of(
    st.integers(), st.integers(-(1 << 70), 1 << 70), st.floats(), st.booleans(), st.none(),
    st.text(max_size=3),
)  # fmt: skip


@given(st.lists(SCALARS, max_size=6) | st.lists(st.integers()) | st.lists(st.floats()))
def test_a_list_crosses_as_its_items_do(items: list[Any]) -> None:
    """Whatever is sent, read or compared as a whole for speed is what one by one would be."""
    sent = codec.encode(items)
    assert repr(sent) == repr([codec.encode(x) for x in items])
    read = decoded.parse(json.dumps({"v": sent}).encode())["v"]
    assert repr(decoded.decode(read).items) == repr(tuple(decoded.decode(x) for x in read))


@given(st.lists(SCALARS, min_size=1, max_size=4), st.lists(SCALARS, min_size=1, max_size=4), st.booleans())  # fmt: skip
def test_lists_are_equal_where_their_items_are(a: list[Any], b: list[Any], exact: bool) -> None:
    rules = Rules(exact_types=exact)
    for got, want in ((a, a), (a, b), (a, [*a[:-1], b[0]])):
        each = len(got) == len(want) and all(
            difference(node(x), node(y), rules) is None for x, y in zip(got, want, strict=False)
        )
        assert (difference(node(got), node(want), rules) is None) is each
