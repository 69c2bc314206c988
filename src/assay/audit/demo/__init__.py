"""The log of `assay audit --demo`: 1,200 solutions of grade-school problems, badly rewarded.

The solutions and their labels are real; see `LICENCE.md` in this folder. The rubric is what
somebody in a hurry would write, and has three faults, which an audit must find:

1. `answer` looks for the right number anywhere in the text, so a wrong solution that passes by it
   is paid in full (`reliability.false_positives`; and so right solutions lose to wrong ones).
2. `form` and `effort` weigh a tenth each, but in the many groups in which all four solutions are
   right, or all wrong, they are the whole signal (`signal.off_key`).
3. `effort` pays words, whatever they say.

`make.py` wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

FAULTS: Mapping[str, frozenset[str]] = {
    "a verifier that a number anywhere in the text satisfies": frozenset(
        {"reliability.false_positives", "shaping.reversals", "shaping.regret"}
    ),
    "small bonuses that are the whole signal where correctness has none": frozenset(
        {"signal.off_key"}
    ),
    "words that are paid for": frozenset({"length.pays"}),
}
"""Planted fault -> the findings, of severity ``warning`` or above, that are due to it; the first
of them is the fault itself, the others its consequences."""


def demo_log() -> Path:
    """Where the log is."""
    found = resources.files(__name__) / "rollouts.jsonl.gz"
    if not isinstance(found, Path):  # a zipped installation
        raise FileNotFoundError("the demo's log is not in a folder; install assay unzipped")
    return found
