r"""Runs of letters beside an inverse or a transpose: ``PDP^{-1}`` is a product, and no word."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.units import is_unit

LONGEST = 6
"""Most letters of such a run; longer ones are words."""

_MARK = (
    r"\^\s*(?:-1(?!\d)|(?:\{\s*)?(?:-\s*)?(?:\\top|\\intercal|\\dagger"
    r"|\\math(?:sf|rm|tt)\s*\{?\s*T\s*\}?|\\text\{T\}|T|H)(?![a-z])(?:\s*\})?|\{\s*-\s*1\s*\})"
)
_BEFORE = re.compile(rf"\)?\s*{_MARK}")
_AFTER = re.compile(rf"{_MARK}\s*$")
_OF_A_LAW = re.compile(r"[a-z][A-Z]{2}")
"""A small letter and two capitals spell no word: ``nRT``."""
_RAISED = re.compile(r"\^\s*$")
_OF_A_MATRIX = re.compile(r"(?:\\det|(?<![a-zA-Z])(?:det|[tT]r)\s*\}?)\s*\(?\s*$")
_EXPONENT = re.compile(r"e\s*\^\s*\{\s*-?\s*$")
_REACH = 24
"""Characters in front of a run in which a mark that touches it begins."""


def are_names(text: str, start: int, run: str) -> bool:
    r"""Whether the letters of `run`, which stands at `start` in `text`, are names side by side.

    They are if a capital or a letter that comes back shows that they spell no word, and an inverse
    or a transpose stands next to them (``PDP^{-1}``, ``P^{-1}APQ``); or if they begin with a
    transpose themselves (``x^TAx``: as in LaTeX, the exponent is one letter). So are those of the
    argument of a trace and the exponent of e.
    """
    if len(run) > LONGEST or is_unit(run):
        return False
    before = text[max(0, start - _REACH) : start]
    if _RAISED.search(before) is not None:
        return run[0] in "TH" and len(run) > 1
    if _OF_A_LAW.fullmatch(run) is not None:
        return True
    capitals = any(c.isupper() for c in run)
    if capitals and (_EXPONENT.search(before) or (_OF_A_MATRIX.search(before) and run.isupper())):
        return True
    if not (any(c.isupper() for c in run[1:]) or run[0] == run[-1]):
        return False
    return _BEFORE.match(text, start + len(run)) is not None or _AFTER.search(before) is not None
