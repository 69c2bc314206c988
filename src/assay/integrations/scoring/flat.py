"""A reward's receipt as flat numbers, for trainers that log nothing else and take means."""

from __future__ import annotations

from assay.engine.engine import Engine
from assay.model import Reward

NO_SCORE = -1.0
"""Stands for a criterion without a score where only numbers can be logged."""


def flat(engine: Engine, found: Reward) -> dict[str, float]:
    """The same keys for every reward of the engine's rubric: trainers take those of the first.

    Returns:
        ``assay_scored`` (1 or 0: whether there is a reward), then for each criterion its score as
        ``assay/KEY``, `NO_SCORE` where it has none, which ``assay/KEY/scored`` says (1 or 0: look
        at its mean first).
    """
    row = {"assay_scored": float(found.value is not None)}
    for key, blank in engine.rubric.blank_terms().items():
        if not blank.verifier:
            continue
        term = found.terms.get(key)
        score = None if term is None else term.score
        row[f"assay/{key}"] = NO_SCORE if score is None else score
        row[f"assay/{key}/scored"] = float(score is not None)
    return row
