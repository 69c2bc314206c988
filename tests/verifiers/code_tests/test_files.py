# ruff: noqa: E501 - tables of rows
"""Files beside a row's tests: data that a program opens, helper modules of the tests and of the program."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

TOTAL = "def total(path):\n    with open(path) as file:\n        return sum(map(int, file))\n"


class Row(NamedTuple):
    why: str
    tests: dict[str, Any]
    program: str
    score: float = 1.0


ROWS = [
    Row(
        "data for calls",
        {
            "type": "call",
            "entry_point": "total",
            "cases": [{"args": ["a/n.txt"], "expected": 3}],
            "files": {"a/n.txt": "1\n2\n"},
        },
        TOTAL,
    ),
    Row(
        "data for a script",
        {
            "type": "stdio",
            "cases": [{"stdin": "n.txt", "expected": "3"}],
            "files": {"n.txt": "1\n2\n"},
        },
        TOTAL + "print(total(input()))",
    ),
    Row(
        "data for assertions",
        {
            "type": "asserts",
            "code": "for name, want in (('a.txt', 3), ('b.txt', 4)):\n    assert total(name) == want",
            "files": {"a.txt": "1\n2\n", "b.txt": "4\n"},
        },
        TOTAL,
    ),
    Row(
        "a helper module of the tests",
        {
            "type": "asserts",
            "code": "from numbers_.helpers import wanted\nfrom m import twice\nfor i in range(3):\n    assert twice(i) == wanted(i)",
            "files": {"numbers_/helpers.py": "def wanted(x): return 2 * x\n"},
        },
        "def twice(x): return 2 * x",
    ),
    Row(
        "it says what is wrong",
        {
            "type": "asserts",
            "code": "from helpers import wanted\nfrom m import twice\nfor i in range(3):\n    assert twice(i) == wanted(i)",
            "files": {"helpers.py": "def wanted(x): return 2 * x\n"},
        },
        "def twice(x): return x",
        0.0,
    ),
    Row(
        "a module of the program's",
        {
            "type": "asserts",
            "code": "from m import twice\nassert twice(2) == 4",
            "files": {"given.py": "def double(x): return 2 * x\n"},
        },
        "from given import double as twice",
    ),
    Row(
        "the tests' module is not the program's to read",
        {
            "type": "asserts",
            "code": "from helpers import wanted\nfrom m import twice\nfor i in range(3):\n    assert twice(i) == wanted(i)",
            "files": {"helpers.py": "def wanted(x): return 2 * x\n"},
        },
        "from helpers import wanted as twice",
        0.0,
    ),
    Row(
        "nor its file",
        {
            "type": "asserts",
            "code": "from helpers import wanted\nfrom m import twice\nfor i in range(3):\n    assert twice(i) == wanted(i)",
            "files": {"helpers.py": "def wanted(x): return 2 * x\n"},
        },
        "import os\ndef twice(x): return 2 * x if os.path.exists('helpers.py') else None",
        0.0,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.why)
def test_files(best: SandboxPool, row: Row) -> None:
    verifier = CodeTests(CodeTestsParams(code="whole", score="all"), best)
    verdict = verifier.verify(Sample(completion=row.program, tests=row.tests))
    assert verdict.score == row.score, verdict.because


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["a"], "files is a list"),
        ({"a.txt": 3}, "must be text"),
        ({"../a.txt": ""}, "stay in the program's folder"),
        ({"/etc/a": ""}, "stay in the program's folder"),
        ({"a/../../b": ""}, "stay in the program's folder"),
        ({"helpers.py": "from m import twice"}, "imports the program"),
        ({"helpers.py": "def ("}, "is not Python"),
    ],
)
def test_files_that_cannot_be_given(files: Any, said: str) -> None:
    tests = {
        "type": "asserts",
        "code": "import helpers\nfrom m import twice\nassert twice(1) == 2",
        "module": "m",
        "files": files,
    }
    with pytest.raises(ReferenceUnreadable, match=said):
        CodeTests(CodeTestsParams()).verify(Sample(completion="x = 1", tests=tests))
