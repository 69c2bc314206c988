"""Rows in the form MBPP has them: a list of assertions, and the imports that these need.

The suites are those of the table ``mbpp.txt`` that hold nothing but assertions. They are written
for this project, in the manner of the data set's; plain ``exec`` is the oracle.
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

import pytest
from sweeps import quick

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests

from .differential import TABLES, Task, oracle, tasks

STUBS = {
    "pass": "pass",
    "return None": "return None",
    "return []": "return []",
    "an object that equals everything": "return E()",
    "sys.exit(0)": "import sys; sys.exit(0)",
}
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


class Row(NamedTuple):
    task: Task
    imports: list[str]
    asserts: list[str]

    def forms(self) -> list[Any]:
        """The same tests as users have them."""
        return [
            {"test_list": self.asserts, "test_imports": self.imports},
            {"test_list": self.asserts, "test_setup_code": "\n".join(self.imports),
             "challenge_test_list": []},
            {"type": "asserts", "code": "\n".join([*self.imports, *self.asserts])},
            [*self.imports, *self.asserts],
        ]  # fmt: skip


def _rows() -> list[Row]:
    found = []
    for task in tasks(TABLES / "mbpp.txt"):
        code = task.tests["code"] if task.tests["type"] == "asserts" else ""
        body = ast.parse(code).body
        kinds = (ast.Assert, ast.Import, ast.ImportFrom)
        if body and "prompt" not in task.tests and all(isinstance(x, kinds) for x in body):
            texts = [ast.get_source_segment(code, x) or "" for x in body]
            imports = [x for x in texts if not x.startswith("assert")]
            found.append(Row(task, imports, [x for x in texts if x.startswith("assert")]))
    return found


ROWS = _rows()
IDS = [row.task.name.removeprefix("mbpp: ") for row in ROWS]


# A third for whoever waits, all of them in CI.
@pytest.mark.parametrize(
    "row",
    [r if i % 3 == 0 else pytest.param(r, marks=pytest.mark.slow) for i, r in enumerate(ROWS)],
    ids=IDS,
)
def test_what_is_right_passes_in_every_form(best: SandboxPool, row: Row) -> None:
    verifier = CodeTests(CodeTestsParams(code="whole"), best)
    programs = row.task.right
    assert set(oracle([row.task.job(x) for x in programs])) == {"pass"}
    for tests in row.forms():
        for program in programs:
            verdict = verifier.verify(Sample(completion=program, tests=tests))
            assert verdict.score == 1.0, (tests, program, verdict.because)


@pytest.mark.parametrize("row", quick(ROWS, 3), ids=IDS)
def test_no_stub_passes(best: SandboxPool, row: Row) -> None:
    verifier = CodeTests(CodeTestsParams(code="whole", score="all"), best)
    tests = row.forms()[0]
    for name in read(tests).entry_points:
        for why, stub in STUBS.items():
            program = f"{LIAR}def {name}(*a, **k):\n    {stub}\n"
            verdict = verifier.verify(Sample(completion=program, tests=tests))
            assert verdict.score == 0.0, (why, verdict.because)


def test_how_many_become_cases() -> None:
    """The others pass functions or objects, or set one call against another."""
    whole = [row for row in ROWS if read(row.forms()[0]).rest is None]
    assert len(ROWS) >= 62
    assert len(whole) >= 43, [row.task.name for row in ROWS if row not in whole]


BUILTINS = {
    "the one that each assertion calls": ("assert sum(1, 2) == 3\nassert 5 == sum(2, 3)", ("sum",)),
    "also where it is true or not": ("assert any(2)\nassert not any(0)", ("any",)),
    "other names go first": ("assert sum(f(1)) == 3", ("f",)),
    "what only some of them call is not an answer": ("assert sum(1) == 3\nassert max(1) == 3", ()),
    "nor is one of two": ("assert sum(1, 2) == max(3, 0)", ()),
    "nor what the suite defines": ("def sum(a): return a\nassert sum(1) == 1", ()),
}


@pytest.mark.parametrize("why", BUILTINS)
def test_a_builtins_name_is_asked_for_if_there_is_no_other(why: str) -> None:
    code, names = BUILTINS[why]
    if names:
        assert read({"code": code}).entry_points == names
    else:
        with pytest.raises(ReferenceUnreadable, match="nothing that a program could define"):
            read({"code": code})


def test_bool_and_int_are_apart_where_types_are_exact(best: SandboxPool) -> None:
    """The rubric's word goes before an assertion's."""
    tests = {"test_list": ["assert even(2) == True", "assert even(3) == False"]}
    for exact, score in ((False, 1.0), (True, 0.0)):
        params = CodeTestsParams(code="whole", exact_types=exact)
        sample = Sample(completion="def even(n): return 1 - n % 2\n", tests=tests)
        assert CodeTests(params, best).verify(sample).score == score


def test_a_call_case_keeps_them_apart(best: SandboxPool) -> None:
    """Its `expected` is a value of JSON's, which tells ``true`` from ``1``; no ``==`` is asked."""
    case = {"args": [2], "expected": True}
    tests = {"type": "call", "entry_point": "even", "cases": [case]}
    sample = Sample(completion="def even(n): return 1 - n % 2\n", tests=tests)
    verdict = CodeTests(CodeTestsParams(code="whole"), best).verify(sample)
    assert (verdict.status, verdict.score) == (Status.JUDGED, 0.0)
