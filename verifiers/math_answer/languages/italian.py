"""Italian."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import USUAL, Language

TABLE = Language(
    name="Italian",
    states={
        "la risposta è": USUAL, "la risposta finale è": USUAL, "la risposta corretta è": USUAL,
        "il risultato è": USUAL, "la soluzione è": USUAL,
    },
    labels={"risposta": USUAL, "risposta finale": USUAL, "risultato": USUAL},
    chooses={"opzione": USUAL},
    confirms={"è corretta": USUAL, "è quella corretta": USUAL},
    denies={"non è": USUAL, "è sbagliata": USUAL, "è errata": USUAL, "è falsa": USUAL},
    closes={},
    joins={"e": USUAL},
    offers={"o": USUAL, "oppure": USUAL},
    concludes={"quindi": USUAL, "dunque": USUAL, "perciò": USUAL, "pertanto": USUAL},
    conditions={"quando": USUAL, "per": USUAL, "se": USUAL},
)  # fmt: skip
