"""Spanish."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    Language,
)

TABLE = Language(
    name="Spanish",
    states={
        "la respuesta es": MGSM, "la respuesta final es": MGSM, "la respuesta correcta es": USUAL,
        "respuesta es": MMLU_PROX, "el resultado es": USUAL, "la opción correcta es": USUAL,
        "la solución es": USUAL, "el resultado final es": USUAL,
    },
    labels={
        "respuesta": SIMPLE_EVALS, "respuesta final": MGSM, "respuesta correcta": USUAL,
        "resultado": USUAL, "resultado final": USUAL,
    },
    chooses={"opción": MMLU_PROX, "la opción": USUAL, "alternativa": USUAL},
    confirms={"es correcta": USUAL, "es la correcta": USUAL, "es la respuesta correcta": USUAL},
    denies={"no es": LIGHTEVAL, "es incorrecta": USUAL, "es incorrecto": USUAL,
            "es falso": LIGHTEVAL, "es falsa": USUAL},
    closes={},
    joins={"y": LIGHTEVAL, "e": USUAL},
    offers={"o": LIGHTEVAL, "u": USUAL},
    concludes={"por lo tanto": LIGHTEVAL, "por tanto": USUAL, "entonces": USUAL, "así que": USUAL,
               "en consecuencia": USUAL, "luego": USUAL},
    conditions={"cuando": USUAL, "para": USUAL, "en": USUAL, "si": USUAL},
)  # fmt: skip
