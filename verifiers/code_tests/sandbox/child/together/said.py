"""Whether an exception that leaves a test out, or ends a suite, is the suite's own word.

Any code may raise `unittest.SkipTest` or `SystemExit`, and be named as it likes in the traceback;
code in C is in none. So a line of the suite's must say so, and nobody but a library stand after it.
"""

from __future__ import annotations

import re

from assay.verifiers.code_tests.sandbox.child.together.watching import TESTS

SKIPS = re.compile(r"\.skipTest\b|\bSkipTest\b|\bpytest\.(?:skip|importorskip)\b")
EXITS = re.compile(r"\b(?:exit|quit)\s*\(|\bSystemExit\b")

_BETWEEN = ("unittest/case.py", "/pytest_beside.py")
"""Ends of the file names of code that raises for a suite."""


def leaves(err: BaseException, text: str, words: re.Pattern[str]) -> bool:
    """Whether a line of the suite raised it.

    Args:
        err: As it was caught.
        text: The suite's.
        words: What such a line says.
    """
    tb, line = err.__traceback__, 0
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if name == TESTS:
            line = tb.tb_lineno
        elif line and not name.endswith(_BETWEEN):
            line = 0
        tb = tb.tb_next
    lines = text.split("\n")
    return 0 < line <= len(lines) and words.search(lines[line - 1]) is not None
