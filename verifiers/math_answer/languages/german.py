"""German."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    SIMPLE_EVALS,
    WEB,
    Language,
)

TABLE = Language(
    name="German",
    states={
        "die antwort ist": MGSM, "die antwort lautet": WEB, "ist die antwort": WEB,
        "lautet die antwort": WEB, "antwort ist": MMLU_PROX, "das ergebnis ist": WEB,
        "das ergebnis lautet": WEB, "die richtige antwort ist": GRAMMAR,
        "die endgültige antwort ist": MGSM, "die endgültige antwort lautet": GRAMMAR,
        "die richtige antwort lautet": GRAMMAR, "die lösung ist": WEB, "die lösung lautet": WEB,
        "die richtige option ist": GRAMMAR,
    },
    labels={
        "antwort": SIMPLE_EVALS, "endgültige antwort": MGSM, "ergebnis": GRAMMAR, "lösung": WEB,
        "richtige antwort": GRAMMAR, "endergebnis": GRAMMAR,
    },
    chooses={"option": MMLU_PROX, "antwortmöglichkeit": GRAMMAR},
    confirms={"ist richtig": LIGHTEVAL, "ist korrekt": GRAMMAR},
    denies={"ist falsch": LIGHTEVAL, "ist nicht": GRAMMAR, "nicht": GRAMMAR},
    closes={},
    joins={"und": GRAMMAR, "sowie": GRAMMAR},
    offers={"oder": LIGHTEVAL},
    concludes={"also": GRAMMAR, "daher": WEB, "somit": WEB, "deshalb": LIGHTEVAL,
               "folglich": GRAMMAR},
)  # fmt: skip
