"""German."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    YEVAL,
    Language,
)

TABLE = Language(
    name="German",
    states={
        "die antwort ist": MGSM, "die antwort lautet": USUAL, "ist die antwort": YEVAL,
        "lautet die antwort": USUAL, "antwort ist": MMLU_PROX, "das ergebnis ist": USUAL,
        "das ergebnis lautet": USUAL, "die richtige antwort ist": USUAL,
        "die endgültige antwort ist": MGSM, "die endgültige antwort lautet": USUAL,
        "die richtige antwort lautet": USUAL, "die lösung ist": USUAL, "die lösung lautet": USUAL,
        "die richtige option ist": USUAL,
    },
    labels={
        "antwort": SIMPLE_EVALS, "endgültige antwort": MGSM, "ergebnis": USUAL, "lösung": USUAL,
        "richtige antwort": USUAL, "endergebnis": USUAL,
    },
    chooses={"option": MMLU_PROX, "antwortmöglichkeit": USUAL},
    confirms={"ist richtig": LIGHTEVAL, "ist korrekt": USUAL},
    denies={"ist falsch": LIGHTEVAL, "ist nicht": USUAL, "nicht": USUAL},
    closes={},
    joins={"und": USUAL, "sowie": USUAL},
    offers={"oder": LIGHTEVAL},
    concludes={"also": USUAL, "daher": YEVAL, "somit": USUAL, "deshalb": LIGHTEVAL,
               "folglich": USUAL},
    conditions={"wenn": USUAL, "falls": USUAL, "für": USUAL, "bei": USUAL, "mit": USUAL},
)  # fmt: skip
