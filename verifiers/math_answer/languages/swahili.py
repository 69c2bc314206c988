"""Swahili."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    MGSM,
    USUAL,
    Language,
)

TABLE = Language(
    name="Swahili",
    states={"jibu ni": MGSM, "jibu sahihi ni": USUAL, "jibu la mwisho ni": USUAL},
    labels={"jibu": MGSM, "jibu la mwisho": USUAL},
    chooses={"chaguo": USUAL},
    confirms={"ni sahihi": USUAL},
    denies={"si sahihi": USUAL, "sio sahihi": USUAL},
    closes={},
    joins={"na": USUAL},
    offers={},
    concludes={"kwa hiyo": USUAL, "hivyo": USUAL},
    conditions={"wakati": USUAL},
)  # fmt: skip
