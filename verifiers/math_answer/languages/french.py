"""French."""

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
    name="French",
    states={
        "la réponse est": MGSM, "la réponse finale est": MGSM, "la bonne réponse est": WEB,
        "la réponse correcte est": GRAMMAR, "réponse est": MMLU_PROX, "le résultat est": WEB,
        "la solution est": WEB, "la bonne option est": GRAMMAR, "le résultat final est": GRAMMAR,
        "la réponse est donc": GRAMMAR, "l'option correcte est": GRAMMAR,
    },
    labels={
        "réponse": SIMPLE_EVALS, "reponse": GRAMMAR, "réponse finale": MGSM, "résultat": GRAMMAR,
        "réponse correcte": GRAMMAR, "bonne réponse": GRAMMAR,
    },
    chooses={"l'option": GRAMMAR, "option": MMLU_PROX, "le choix": GRAMMAR},
    confirms={"est correcte": GRAMMAR, "est la bonne réponse": WEB, "est juste": GRAMMAR},
    denies={"n'est pas": WEB, "est fausse": GRAMMAR, "est faux": LIGHTEVAL,
            "est incorrecte": GRAMMAR},
    closes={},
    joins={"et": GRAMMAR},
    offers={"ou": GRAMMAR},
    concludes={"donc": LIGHTEVAL, "ainsi": WEB, "par conséquent": WEB, "d'où": WEB},
)  # fmt: skip
