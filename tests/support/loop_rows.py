"""The same six rows for every trainer: a right answer, a wrong one, and four that go wrong.

Importable without pytest: scripts that run inside a trainer's own interpreter read it, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

PLUGIN = str(Path(__file__).parents[1] / "integrations" / "loop_plugin.py")
"""The verifiers `loop.factored` and `loop.doubtful`."""

WRITTEN = -7.0
"""The number that tests write for a completion without a score: no verifier gives it."""


class LoopRow(NamedTuple):
    """A completion, and what its data set knows."""

    why: str
    data_source: str
    prompt: str
    completion: str
    truth: str
    """The reference, or the tests as JSON text."""
    value: float | None
    """What it is worth; None: nobody can tell."""

    @property
    def malformed(self) -> bool:
        return self.why == "malformed"


TESTS = json.dumps(
    {
        "type": "call",
        "entry_point": "gcd",
        "cases": [{"args": [12, 18], "expected": 6}],
        "timeout_s": 1.0,
    }
)
HARD = (10**50 + 151) * (10**60 + 7)
"""A product of two primes: SymPy tries for longer than any test lasts."""

ROWS = [
    LoopRow("right", "math", "Nine and nine?", r"so \boxed{18}", "18", 1.0),
    LoopRow("wrong", "math", "Nine and nine?", r"so \boxed{19}", "18", 0.0),
    LoopRow("SymPy hang", "factor", "Factor it.", f"factor:{HARD}", "18", 0.0),
    LoopRow(
        "endless program",
        "code",
        "Write gcd.",
        "```python\ndef gcd(a, b):\n    while True: pass\n```",
        TESTS,
        0.0,
    ),
    LoopRow("undecided", "doubt", "Yes or no?", "doubt", "1", None),
    LoopRow("malformed", "math", "Nine and nine?", r"so \boxed{18}", "", None),
]
BY_NAME = {row.why: row for row in ROWS}
JUDGED = [row for row in ROWS if row.value is not None]
VALUES = [row.value for row in JUDGED]
"""1, 0, 0, 0: what every trainer gets for the first four, whatever its form."""

RUBRIC: dict[str, Any] = {
    "kind": "switch",
    "on": "info.data_source",
    "cases": {
        "math": "math",
        "code": "code",
        "factor": {"kind": "weighted", "criteria": {"loop.factored": 1}},
        "doubt": {"kind": "weighted", "criteria": {"loop.doubtful": 1}},
    },
}
"""One rubric for all of them, by the source of the data."""

OPTIONS: dict[str, Any] = {"rubric": RUBRIC, "plugins": [PLUGIN], "timeout_s": 3.0}
"""Three seconds: enough for a busy machine to show that the completion used them up."""
