# ruff: noqa: E501 - tables of programs
"""A suite imports the program by its module's name, whatever that is."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests


class Import(NamedTuple):
    why: str
    suite: str
    program: str = "def gcd(a, b): return a if not b else gcd(b, a % b)"
    score: float = 1.0


IMPORTS = [
    Import("from the module", "from greatest_common import gcd\nassert gcd(12, 18) == 6"),
    Import("the module", "import numbers_\nassert numbers_.gcd(12, 18) == 6"),
    Import("by another name", "import numbers_ as n\nassert n.gcd(12, 18) == 6"),
    Import("a module of a package", "from app.models import gcd\nassert gcd(12, 18) == 6"),
    Import("a package", "import app.models\nassert app.models.gcd(12, 18) == 6"),
    Import("beside the test", "from .solution import gcd\nassert gcd(12, 18) == 6"),
    Import("the module beside the test", "from . import tasks\nassert tasks.gcd(12, 18) == 6"),
    Import("everything", "from greatest_common import *\nassert gcd(12, 18) == 6"),
    Import("renamed", "from greatest_common import gcd as g\nassert g(12, 18) == 6"),
    Import(
        "within a function",
        "def test_it():\n    from greatest_common import gcd\n    assert gcd(12, 18) == 6",
    ),
    Import(
        "with a word to whom it is missing",
        "try:\n    from greatest_common import gcd\n"
        "except ImportError as err:\n    raise SystemExit(1) from err\nassert gcd(12, 18) == 6",
    ),
    Import(
        "its name is a variable of the suite's, too",
        "import numbers_\ndef test_it():\n    gcd = numbers_.gcd(12, 18)\n"
        "    for x in range(1, 7):\n        assert gcd >= x",
    ),
    Import(
        "a wrong program", "import app\nassert app.gcd(12, 18) == 6", "def gcd(a, b): return 1", 0
    ),
    Import("nothing of that name", "from app import gcd\nassert gcd(1, 1) == 1", "x = 1", 0.0),
]


@pytest.mark.parametrize("row", IMPORTS, ids=lambda row: row.why)
def test_the_module_that_only_the_program_can_be(row: Import) -> None:
    sample = Sample(completion=row.program, tests={"type": "asserts", "code": row.suite})
    verdict = CodeTests(CodeTestsParams(code="whole", score="all")).verify(sample)
    assert verdict.score == row.score, verdict.because


def test_two_modules_that_could_be_the_program_are_listed() -> None:
    code = "from alpha import f\nfrom beta import g\nassert f() == g(1)"
    with pytest.raises(ReferenceUnreadable, match=r"imports 'alpha', 'beta', and only one of them"):
        read({"type": "asserts", "code": code})
    with pytest.raises(ReferenceUnreadable, match="imports 'beta', which the sandbox lacks"):
        read({"type": "asserts", "code": code, "module": "alpha"})


def test_a_published_package_is_never_the_program() -> None:
    suite = read({"type": "asserts", "code": "import requests\nassert f() == requests.codes.ok"})
    assert suite.needs.trust == "in_process"
    assert suite.needs.reasons == ("line 1 uses requests, whose objects do not cross to a process",)


WRONG = "def sum(x): return 7\ndef gcd(a, b): return 7\n"
RIGHT = "import builtins, math\ndef sum(x): return builtins.sum(x)\ndef gcd(a, b): return math.gcd(a, b)\n"


@pytest.mark.parametrize(
    "suite",
    [
        "import solution\nassert solution.sum([1, 2]) == sum([1, 2])",
        "import solution\nfor i in (1, 2):\n    assert solution.sum([i, 2]) == sum([i, 2])",
        "from solution import sum as total\nassert total([1, 2]) == sum([1, 2])",
        "from solution import sum as total\nfor i in (1, 2):\n    assert total([i, 2]) == sum([i, 2])",
        "from shop import numbers\nfor i in (1, 2):\n    assert numbers.sum([i, 2]) == sum([i, 2])",
        "from math import gcd\nimport solution\nassert solution.gcd(4, 6) == gcd(4, 6)",
        "from math import gcd\nimport solution\nfor i in (4, 6):\n    assert solution.gcd(i, 6) == gcd(i, 6)",
        "from math import gcd\nfrom solution import gcd as mine\nfor i in (4, 6):\n    assert mine(i, 6) == gcd(i, 6)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [None, "sum"])
def test_the_programs_name_is_not_taken_for_pythons_or_the_suites_own(
    best: SandboxPool, suite: str, named: str | None
) -> None:
    """It would be held against itself, or never be called: every program would pass."""
    tests = {"type": "asserts", "code": suite} | ({"entry_point": named} if named else {})
    if named is not None and "sum" not in suite:
        tests["entry_point"] = "gcd"
    verifier = CodeTests(CodeTestsParams(code="whole"), best)
    assert verifier.verify(Sample(completion=WRONG, tests=tests)).score == 0.0
    assert verifier.verify(Sample(completion=RIGHT, tests=tests)).score == 1.0
