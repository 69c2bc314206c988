"""The log of `assay audit --demo`: 1,200 solutions of grade-school problems, badly rewarded.

The solutions and their labels are real; see `LICENCE.md` in this folder. The rubric is what
somebody in a hurry would write, and has three faults, which an audit must find:

1. `answer` looks for the right number anywhere in the text, so a wrong solution that passes by it
   is paid in full; and so, of two solutions of a problem, the wrong one may earn more.
2. `effort` and `form` are small beside `answer`, but in the many groups in which all four solutions
   are right, or all wrong, they are the whole signal.
3. `effort` pays characters, whatever they say.

`make.py` wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

FAULTS: Mapping[str, tuple[str, ...]] = {
    "reliability.false_positives": ("shaping.reversals", "shaping.regret"),
    "signal.off_key": (),
    "length.pays": (),
}
"""Finding of each planted fault -> findings, of severity ``warning`` or above, that follow from
it."""


def demo_log() -> Path:
    """Where the log is."""
    found = resources.files(__name__) / "rollouts.jsonl.gz"
    if not isinstance(found, Path):  # a zipped installation
        raise FileNotFoundError("the demo's log is not in a folder; install assay unzipped")
    return found
