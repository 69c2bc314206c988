"""Whose time it is: one bound for a program, and reading its tests counts for nobody."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from sweeps import quick

from assay import Engine, Sample
from assay.verifiers.code_tests.suites.shapes import read

ENDLESS = "def f(x):\n    while True: pass\n"


def asserts(code: str) -> dict[str, Any]:
    return {"type": "asserts", "code": code, "entry_point": "f"}


@pytest.mark.parametrize(
    "tests",
    [
        {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1}] * 3},
        {**asserts("x = f(1)\nassert x == 1"), "timeout_s": 60},
    ],
    ids=["calls", "a suite that allows a minute"],
)
def test_no_program_gets_more_time_than_an_item(tests: Any) -> None:
    """Of `timeout_s` the limits of `code.tests` and of the row can take less, not more."""
    with Engine("code", workers=1, timeout_s=0.7) as engine:
        verdict = engine.verify(Sample(ENDLESS, tests=tests)).verdicts["tests"]
    assert verdict.score == 0.0
    assert "took longer than 0.7 s" in verdict.because


def calls_made(action: Callable[[], object]) -> int:
    """Python functions called: work that no load of the machine changes."""
    made = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return made


SHAPES: dict[str, Callable[[int], str]] = {
    "functions": lambda n: "".join(
        f"def test_{i}():\n    x = f({i})\n    assert x == {i}\n" for i in range(n)
    ),
    "assertions": lambda n: "".join(f"assert f({i}) == {i}\n" for i in range(n)),
    "statements": lambda n: "".join(f"x = f({i})\nassert x == {i}\n" for i in range(n)),
    "methods": lambda n: "import unittest\nclass T(unittest.TestCase):\n" + "".join(
        f"    def test_{i}(self):\n        x = f({i})\n        self.assertEqual(x, {i})\n"
        for i in range(n)
    ),
    "classes of unittest": lambda n: "import unittest\n" + "".join(
        f"class T{i}(unittest.TestCase):\n    def test(self): self.assertEqual(f({i}), {i})\n"
        for i in range(n)
    ),
    "classes of pytest": lambda n: "".join(
        f"class Test{i}:\n    def test(self):\n        x = f({i})\n        assert x == {i}\n"
        for i in range(n)
    ),
    "imports": lambda n: "".join(f"from solution import f as g{i}\nassert g{i}() == {i}\n" for i in range(n)),  # noqa: E501
    "one check": lambda n: "def check(candidate):\n" + "".join(
        f"    assert candidate({i}) == {i}\n" for i in range(n)
    ),
    "expected exceptions": lambda n: "import pytest\n" + "".join(
        f"def test_{i}():\n    with pytest.raises(ValueError):\n        f({i})\n" for i in range(n)
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("shape", quick(SHAPES.values(), 4), ids=list(SHAPES))
def test_reading_a_suite_is_linear(shape: Callable[[int], str]) -> None:
    """Twice the suite is twice the work, not four times."""
    small, large = (calls_made(lambda n=n: read(asserts(shape(n)))) for n in (40, 160))
    assert large < 4.8 * small
