# ruff: noqa: E501 - tables of programs
"""How much trust a suite needs is read off the suite; with less, the row is invalid, never 0."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests


class Need(NamedTuple):
    why: str
    code: str
    trust: str


NEEDS = [
    Need("calls and values", "assert f(1) == 2", "proxy"),
    Need(
        "a mock replaces a name where the program looks it up",
        "from unittest.mock import patch\n"
        "def test():\n    with patch('builtins.input', return_value='1'):\n        assert f() == 1",
        "in_process",
    ),
    Need(
        "a file that the suite writes is for the program to read",
        "def test():\n    with open('a.txt', 'w') as a:\n        a.write('1')\n    assert f('a.txt') == 1",
        "in_process",
    ),
    Need(
        "standard input is replaced in the suite's own process",
        "import io, sys\nsys.stdin = io.StringIO('1')\nassert f() == 1",
        "in_process",
    ),
    Need(
        "what is printed crosses from one process to the other",
        "import io, contextlib\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n    f()\nassert out.getvalue() == '1'",
        "proxy",
    ),
    Need(
        "a stream is not a value",
        "import io\nout = io.StringIO()\nf(out)\nassert out.getvalue() == '1'",
        "in_process",
    ),
    Need(
        "the program draws from what the suite seeds",
        "import random\nrandom.seed(1)\nassert f() == 0.13436424411240122",
        "in_process",
    ),
    Need(
        "the suite draws its own inputs from what it seeds",
        "import random\nrandom.seed(1)\nx = random.random()\nassert f(x) == x",
        "proxy",
    ),
    Need(
        "a module that is imported and not used",
        "import subprocess, threading, unittest.mock\nimport unittest\n"
        "class T(unittest.TestCase):\n    def test(self): self.assertEqual(f(), 1)",
        "proxy",
    ),
    Need(
        "what is printed crosses, however it is caught",
        "from io import StringIO\nfrom unittest.mock import patch\n@patch('sys.stdout', new_callable=StringIO)\n"
        "def test(out):\n    f()\n    assert out.getvalue() == '1'",
        "proxy",
    ),
    Need("warnings that are silenced", "import warnings\nwarnings.simplefilter('ignore')\nassert f() == 1", "proxy"),
    Need("a coroutine", "import asyncio\nassert asyncio.run(f()) == 1", "in_process"),
    Need(
        "log records are kept by the interpreter",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
        "        with self.assertLogs() as log:\n            f()\n        self.assertEqual(log.output, [])",
        "in_process",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", NEEDS, ids=lambda row: row.why)
def test_what_a_suite_needs(row: Need) -> None:
    assert read({"type": "asserts", "code": row.code, "entry_point": "f"}).needs.trust == row.trust


def test_a_suite_that_needs_more_is_refused_by_name_whatever_the_program() -> None:
    code = "import tempfile\nassert f() == tempfile.gettempdir()"
    for program in ("", "def f(: pass", "def f(): return 0"):
        sample = Sample(completion=program, tests={"type": "asserts", "code": code})
        with pytest.raises(ReferenceUnreadable) as caught:
            CodeTests(CodeTestsParams()).verify(sample)
        said = str(caught.value)
        assert said.startswith(
            'tests.code: the suite needs trust="in_process", and trust="proxy" was given: line 1'
            ' uses files that the program is to see\nfix: set `trust = "in_process"`'
        )


def test_a_verdict_names_the_trust() -> None:
    sample = Sample(completion="def f(): return 0", tests="assert f() == 0")
    verdict = CodeTests(CodeTestsParams()).verify(sample)
    assert verdict.details["trust"] == "proxy"
