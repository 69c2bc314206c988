# ruff: noqa: E501 - tables of rows
"""Rows as published data sets have them: each shape with a right program, a wrong one, and a broken row.

Sources: PrimeIntellect/verifiable-coding-problems and open-r1/verifiable-coding-problems-python
(`verification_info`), agentica-org/DeepCoder-Preview-Dataset (`functional`, `metadata.func_name`), openai_humaneval and
bigcode/bigcodebench (`test`, `entry_point`), nvidia NeMo-Gym (`verifier_metadata.unit_tests`), open-r1/codeforces
(`official_tests`, `generated_checker`), KodCode (`test_info`). The rows are our own.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

PRINTS = "print(int(input()) * 2)"
PRINTS_WRONG = "print(int(input()) + 1)"
DOUBLE = "def double(x): return 2 * x"
DOUBLE_WRONG = "def double(x): return x + 2"
METHOD = "class Solution:\n    def double(self, x: Optional[int]) -> List[int]: return [x, x]"
METHOD_WRONG = "class Solution:\n    def double(self, x): return [x]"
CHECK = "def check(candidate):\n    assert candidate(x = 3) == [3, 3]\n\ncheck(Solution().double)"
NEAR = """
import sys
def main():
    _, want, got = (open(path).read().split() for path in sys.argv[1:4])
    print(1 if len(got) == len(want) and all(abs(float(a) - float(b)) < 0.01 for a, b in zip(got, want)) else 0)
main()
"""


class Shape(NamedTuple):
    why: str
    tests: Any
    right: str
    wrong: str


SHAPES = [
    Shape(
        "verification_info by standard input",
        {
            "verification_info": {
                "language": "python",
                "test_cases": [
                    {"type": "stdin_stdout", "input": "2\n", "output": "4\n", "fn_name": None}
                ],
            }
        },
        PRINTS,
        PRINTS_WRONG.replace("+ 1", "+ 1"),
    ),
    Shape(
        "verification_info as JSON text",
        {
            "verification_info": json.dumps(
                {"test_cases": [{"type": "stdin_stdout", "input": "2\n", "output": "4\n"}]}
            )
        },
        PRINTS,
        PRINTS_WRONG,
    ),
    Shape(
        "test_cases that call a function",
        {
            "test_cases": [
                {"type": "function_call", "fn_name": "double", "input": [3], "output": [6]}
            ]
        },
        DOUBLE,
        DOUBLE_WRONG,
    ),
    Shape("DeepCoder's check of a method", {"functional": CHECK}, METHOD, METHOD_WRONG),
    Shape(
        "DeepCoder's calls, named in each case",
        [
            {
                "input": "3",
                "output": "[3, 3]",
                "testtype": "functional",
                "metadata": {"func_name": "double"},
            }
        ],
        METHOD,
        METHOD_WRONG,
    ),
    Shape(
        "HumanEval's test and entry point",
        {"test": "def check(candidate):\n    assert candidate(3) == 6\n", "entry_point": "double"},
        DOUBLE,
        DOUBLE_WRONG,
    ),
    Shape(
        "BigCodeBench's unittest",
        {
            "test": "import unittest\nclass TestCases(unittest.TestCase):\n    def test_case_1(self):\n        self.assertEqual(task_func(3), 6)\n",
            "entry_point": "task_func",
        },
        DOUBLE.replace("double", "task_func"),
        DOUBLE_WRONG.replace("double", "task_func"),
    ),
    Shape(
        "assert_case as a list",
        {"assert_case": ["assert double(3) == 6", "assert double(0) == 0"], "fn_name": "double"},
        DOUBLE,
        DOUBLE_WRONG,
    ),
    Shape("assert_case as text", {"assert_case": "assert double(3) == 6"}, DOUBLE, DOUBLE_WRONG),
    Shape(
        "NeMo-Gym's unit tests",
        {
            "verifier_metadata": {
                "unit_tests": {"inputs": ["2\n"], "outputs": ["4\n"], "fn_name": None}
            }
        },
        PRINTS,
        PRINTS_WRONG,
    ),
    Shape(
        "NeMo-Gym's, of a function",
        {
            "verifier_metadata": json.dumps(
                {"unit_tests": {"inputs": [[3]], "outputs": [6], "fn_name": "double"}}
            )
        },
        DOUBLE,
        DOUBLE_WRONG,
    ),
    Shape(
        "codeforces' official tests",
        {
            "official_tests": [{"input": "2\n", "output": "4\n"}],
            "time_limit": 2.0,
            "memory_limit": 256.0,
        },
        PRINTS,
        PRINTS_WRONG,
    ),
    Shape(
        "codeforces' with a checker",
        {"official_tests": [{"input": "2\n", "output": "4.0001\n"}], "generated_checker": NEAR},
        PRINTS,
        PRINTS_WRONG,
    ),
    Shape(
        "KodCode's test and test_info",
        {
            "test": "from solution import double\n\ndef test_it():\n    assert double(3) == 6\n",
            "test_info": [{"function_name": "double", "parameter_list": "(x)"}],
        },
        DOUBLE,
        DOUBLE_WRONG,
    ),
    Shape(
        "KodCode's, with the information as text",
        {
            "test": "from solution import double\n\ndef test_it():\n    assert double(3) == 6\n",
            "test_info": '[{"function_name": "double"}]',
        },
        DOUBLE,
        DOUBLE_WRONG,
    ),
]


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: row.why)
@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
def test_a_right_program_is_paid_and_a_wrong_one_is_not(
    best: SandboxPool, row: Shape, as_text: bool
) -> None:
    tests = json.dumps(row.tests) if as_text else row.tests
    for program, score in ((row.right, 1.0), (row.wrong, 0.0)):
        verdict = CodeTests(CodeTestsParams(code="whole", score="all"), best).verify(
            Sample(completion=program, tests=tests)
        )
        assert verdict.status is Status.JUDGED
        assert verdict.score == score, verdict.because


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ({"verification_info": "{"}, "verification_info is not valid JSON"),
        ({"verification_info": {"test_cases": []}}, "test_cases is empty"),
        ({"test_cases": [{"type": "function_call", "input": [1], "output": [2]}]}, "need `fn_name`"),
        ({"code": "assert f(1) == 1", "type": "asserts", "prompt": "import nothing_of_that_name\ndef f(x): ..."}, "tests.prompt: it fails before any program is loaded: ModuleNotFoundError"),
        ({"functional": "def check(candidate): pass"}, "the suite calls nothing that a program could define"),
        ([{"input": "3", "output": "", "testtype": "functional", "metadata": {"func_name": "f"}}], r"private_test_cases\[0\].output is empty"),
        ({"test": ["assert f(1)"], "entry_point": "f"}, "test is a list, must be code"),
        ({"assert_case": 3}, "`code` must be text"),
        ({"verifier_metadata": {"unit_tests": [1]}}, "unit_tests is a list"),
        ({"official_tests": [{"input": "1"}]}, r"official_tests\[0\] needs `input` and `output`"),
        ({"test": "def test(): assert f(1) == 1", "test_info": "["}, "test_info is not valid JSON"),
        ({"type": "cal", "entry_point": "f"}, "type is 'cal', must be 'call', 'stdio' or 'asserts'; did you mean 'call'"),
        ({"inputs": ["1"], "outputs": [""], "fn_name": "f"}, r"outputs\[0\] is empty; what a function gives is written in JSON"),
    ],
)  # fmt: skip
def test_a_broken_row_is_invalid_with_its_field_named(
    best: SandboxPool, tests: Any, said: str
) -> None:
    with pytest.raises(ReferenceUnreadable, match=said):
        CodeTests(CodeTestsParams(), best).verify(
            Sample(completion="def f(x): return x", tests=tests)
        )
