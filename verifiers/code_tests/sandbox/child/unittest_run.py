"""Runs a suite's unittest classes, and says which test failed and why."""

from __future__ import annotations

import io
import traceback
import unittest
from typing import Any

_MOST = 300
"""Longest text of an inner error, in characters."""


class _FirstFailure(unittest.TextTestResult):
    """Keeps the first failure itself: unittest keeps its text alone."""

    first: tuple[str, Any] | None = None

    def _keep(self, test: Any, err: Any) -> None:
        if self.first is None:
            self.first = (str(getattr(test, "_testMethodName", "") or test), err)

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802 - unittest names it
        """Keep it."""
        self._keep(test, err)
        super().addError(test, err)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802 - unittest names it
        """Keep it."""
        self._keep(test, err)
        super().addFailure(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802 - unittest names it
        """Keep it."""
        if err is not None:
            self._keep(test, err)
        super().addSubTest(test, subtest, err)

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802 - unittest names it
        """Keep it."""
        if self.first is None:
            self.first = (str(test), None)
        super().addUnexpectedSuccess(test)


def run_cases(*classes: type[unittest.TestCase]) -> None:
    """Run all tests of these classes.

    Raises:
        AssertionError: one failed, or all are skipped: its name, line and inner error.
    """
    suite = unittest.TestSuite()
    for case in classes:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    total = suite.countTestCases()  # some versions leave skipped tests out of `testsRun`
    kind: Any = _FirstFailure
    runner = unittest.TextTestRunner(stream=io.StringIO(), resultclass=kind, failfast=True)
    result: Any = runner.run(suite)
    if result.first is not None:
        name, err = result.first
        raise AssertionError(f"{name}: {_said(err)}")
    if not result.wasSuccessful() or total <= len(result.skipped):
        raise AssertionError("no test ran" if result.wasSuccessful() else "a test failed")


def _said(err: Any) -> str:
    if err is None:
        return "passed, and was expected to fail"
    kind, value, found = err
    lines = [x.lineno for x in traceback.extract_tb(found) if x.filename == "<program>"]
    where = f" in line {lines[-1]}" if lines else ""
    text = " ".join(str(value).split("\n")[0].split())[:_MOST]
    return f"{kind.__name__}{where}" + (f": {text}" if text else "")
