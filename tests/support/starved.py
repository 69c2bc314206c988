"""Whether the machine kept an item from its time, by the figures of its own verdict.

How busy the machine is, no test can choose: where it gave an item less than the share from which on
the item is to blame, `timed_out` is the right verdict, and says so in figures.
"""

from __future__ import annotations

import re

from assay.engine.workers.blame import BLAME_SHARE

_FIGURES = re.compile(r"the machine was too busy: it ran (\S+) of its (\S+) s")

ROUNDING_S = 0.01


def starved(because: str) -> bool:
    """Whether a verdict's sentence says so, and its figures bear it out."""
    figures = _FIGURES.fullmatch(because)
    if figures is None:
        return False
    ran, bound = float(figures[1]), float(figures[2])
    return ran <= 2 * BLAME_SHARE * bound + ROUNDING_S
