"""Few open files are allowed: the reason stands where the user looks."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
from assay import verify
tests = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
reward = verify("def f(x):\\n    return x\\n", tests=tests, rubric="code", workers=1, timeout_s=20)
print(reward.error)
"""


def test_the_reason_is_in_the_line_that_is_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=True
    )
    assert "it takes 80 open files, and 48 are allowed here (ulimit -n)" in done.stdout
