"""Published problem sets: what is right passes, what is wrong or a stub does not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests

_spec = importlib.util.spec_from_file_location(
    "code_conf", Path(__file__).parents[1] / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_conf = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_conf)
HUMANEVAL = _conf.rows("humaneval")
QUIXBUGS = _conf.rows("quixbugs")

LIAR = """class E:
    def __eq__(s, o): return True
    def __ne__(s, o): return False
    def __hash__(s): return 0
    def __bool__(s): return True
    def __len__(s): return 3
    def __getattr__(s, n): return s
    def __call__(s, *a, **k): return s
    def __lt__(s, o): return True
    def __abs__(s): return 0
    def __sub__(s, o): return 0
"""
STUBS = ("pass", "return None", "return []", "return E()", "import sys; sys.exit(0)")


def humaneval(row: dict, completion: str) -> Sample:
    tests = {"type": "asserts", "entry_point": row["entry_point"], "code": row["test"]}
    return Sample(completion=completion, tests=tests, prompt=row["prompt"])


@pytest.mark.slow
def test_humaneval_canonical_solutions_pass_whole_or_as_a_body(best: SandboxPool) -> None:
    verifier = CodeTests(CodeTestsParams(code="whole"), best)
    for row in HUMANEVAL:
        body = row["canonical_solution"]
        for completion in (row["prompt"] + body, body):
            verdict = verifier.verify(humaneval(row, completion))
            assert verdict.score == 1.0, (row["task_id"], verdict.because)


@pytest.mark.slow
def test_humaneval_no_stub_passes(best: SandboxPool) -> None:
    verifier = CodeTests(CodeTestsParams(code="whole", score="all"), best)
    for row in HUMANEVAL:
        for stub in STUBS:
            code = f"{LIAR}def {row['entry_point']}(*a, **k):\n    {stub}\n"
            verdict = verifier.verify(humaneval(row, code))
            assert verdict.score == 0.0, (row["task_id"], stub, verdict.because)


def test_most_of_humaneval_becomes_call_cases() -> None:
    tests = [humaneval(r, "x").tests for r in HUMANEVAL]
    suites = [read(t, r["prompt"]) for t, r in zip(tests, HUMANEVAL, strict=True)]
    assert sum(s.rest is None for s in suites) >= 147


def test_a_self_comparison_is_put_right(best: SandboxPool) -> None:
    """HumanEval/33 compares the program with itself in three of its seven assertions."""
    row = HUMANEVAL[33]
    verifier = CodeTests(CodeTestsParams(code="whole"), best)
    verdict = verifier.verify(humaneval(row, "def sort_third(l):\n    return []\n"))
    assert verdict.score == 0.0
    assert verdict.details["cases"] == 7


# Left out, since the correct program cannot do it either: knapsack's tenth case ended in a bare
# interpreter's MemoryError above 10 GB after nine minutes; levenshtein's fourth is a threefold
# recursion on words of 21 and 50 letters, which nothing finishes.
TOO_LARGE = {"knapsack": 9, "levenshtein": 3}


def quixbugs(row: dict) -> dict:
    tests = dict(row["tests"])
    name = row["id"].rpartition("-")[0]
    if name in TOO_LARGE:
        tests["cases"] = [c for i, c in enumerate(tests["cases"]) if i != TOO_LARGE[name]]
    return tests


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(False, id="buggy ones fail", marks=pytest.mark.slow),
        pytest.param(True, id="correct ones pass"),
    ],
)
def test_quixbugs(best: SandboxPool, label: bool) -> None:
    """1e-4: sqrt takes a tolerance itself; 20 s: levenshtein needs two on a quiet machine."""
    limits = {"timeout_s": 20, "total_timeout_s": 60} if label else {"timeout_s": 2}
    params = CodeTestsParams(code="whole", rel_tol=1e-4, memory_mb=1024, score="all", **limits)
    verifier = CodeTests(params, best)
    for row in QUIXBUGS:
        if row["label"] is label:
            verdict = verifier.verify(Sample(completion=row["code"], tests=quixbugs(row)))
            assert (verdict.score == 1.0) is label, (row["id"], verdict.because)
