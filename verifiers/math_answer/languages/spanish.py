"""Spanish."""

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
    name="Spanish",
    states={
        "la respuesta es": MGSM, "la respuesta final es": MGSM, "la respuesta correcta es": GRAMMAR,
        "respuesta es": MMLU_PROX, "el resultado es": WEB, "la opción correcta es": WEB,
        "la solución es": WEB, "el resultado final es": GRAMMAR,
    },
    labels={
        "respuesta": SIMPLE_EVALS, "respuesta final": MGSM, "respuesta correcta": GRAMMAR,
        "resultado": GRAMMAR, "resultado final": GRAMMAR,
    },
    chooses={"opción": MMLU_PROX, "la opción": GRAMMAR, "alternativa": WEB},
    confirms={"es correcta": WEB, "es la correcta": WEB, "es la respuesta correcta": GRAMMAR},
    denies={"no es": LIGHTEVAL, "es incorrecta": WEB, "es incorrecto": WEB, "es falso": LIGHTEVAL,
            "es falsa": GRAMMAR},
    closes={},
    joins={"y": LIGHTEVAL, "e": GRAMMAR},
    offers={"o": LIGHTEVAL, "u": GRAMMAR},
    concludes={"por lo tanto": LIGHTEVAL, "por tanto": WEB, "entonces": WEB, "así que": GRAMMAR,
               "en consecuencia": GRAMMAR, "luego": WEB},
)  # fmt: skip
