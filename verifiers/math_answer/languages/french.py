"""French."""

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
    name="French",
    states={
        "la réponse est": MGSM, "la réponse finale est": MGSM, "la bonne réponse est": USUAL,
        "la réponse correcte est": USUAL, "réponse est": MMLU_PROX, "le résultat est": USUAL,
        "la solution est": USUAL, "la bonne option est": USUAL, "le résultat final est": USUAL,
        "la réponse est donc": USUAL, "l'option correcte est": USUAL,
    },
    labels={
        "réponse": SIMPLE_EVALS, "reponse": USUAL, "réponse finale": MGSM, "résultat": USUAL,
        "réponse correcte": USUAL, "bonne réponse": USUAL,
    },
    chooses={"l'option": USUAL, "option": MMLU_PROX, "le choix": USUAL},
    confirms={"est correcte": USUAL, "est la bonne réponse": USUAL, "est juste": USUAL},
    denies={"n'est pas": USUAL, "est fausse": USUAL, "est faux": LIGHTEVAL,
            "est incorrecte": USUAL},
    closes={},
    joins={"et": USUAL},
    offers={"ou": USUAL},
    concludes={"donc": YEVAL, "ainsi": USUAL, "par conséquent": USUAL, "d'où": USUAL},
    conditions={"lorsque": USUAL, "quand": USUAL, "pour": USUAL, "en": USUAL, "si": USUAL},
)  # fmt: skip
