# ruff: noqa: E501 - tables of programs
"""Doctests: what the prompt of the interpreter would show, by the data set's examples alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

TWICE = """
class Point:
    def __init__(self, x): self.x = x
    def __repr__(self): return f"Point({self.x})"
def f(x):
    '''
    >>> f(1)
    2
    '''
    if x is None: raise TypeError("no None")
    return 2 * x
"""


class Examples(NamedTuple):
    why: str
    code: str
    score: float = 1.0


EXAMPLES = [
    Examples("a value", ">>> f(2)\n4"),
    Examples("another value", ">>> f(2)\n5", 0.0),
    Examples("its type is seen in what is shown", ">>> f(2)\n4.0", 0.0),
    Examples("text in quotes", ">>> f('a')\n'aa'"),
    Examples("what is kept for later", ">>> x = f(3)\n>>> x + 1\n7"),
    Examples("what is printed", ">>> for i in range(2): print(f(i))\n0\n2"),
    Examples("an exception", ">>> f(None)\nTraceback (most recent call last):\n    ...\nTypeError: no None"),
    Examples("none is raised", ">>> f(1)\nTraceback (most recent call last):\n    ...\nTypeError: no", 0.0),
    Examples("an option", ">>> f([1]) # doctest: +ELLIPSIS\n[1, ...]"),
    Examples("an object shows itself", ">>> Point(3)\nPoint(3)\n>>> p = Point(4); p.x\n4"),
    Examples("docstrings of code", "def f(x):\n    '''Twice.\n\n    >>> f(2)\n    4\n    '''\n"),
]  # fmt: skip


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row.why)
def test_examples(best: SandboxPool, row: Examples) -> None:
    tests: Any = {"type": "doctest", "code": row.code}
    verifier = CodeTests(CodeTestsParams(code="whole", score="all"), best)
    verdict = verifier.verify(Sample(completion=TWICE, tests=tests))
    assert verdict.score == row.score, verdict.because


@pytest.mark.parametrize("code", ["nothing", ">>> f(", ""])
def test_no_example_is_the_rows_fault_also_where_the_program_has_one(code: str) -> None:
    tests: Any = {"type": "doctest", "code": code}
    with pytest.raises(ReferenceUnreadable, match="doctest"):
        CodeTests(CodeTestsParams()).verify(Sample(completion=TWICE, tests=tests))
