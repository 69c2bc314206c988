"""Portuguese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    LIGHTEVAL,
    MMLU_PROX,
    SIMPLE_EVALS,
    WEB,
    Language,
)

TABLE = Language(
    name="Portuguese",
    states={
        "a resposta é": MMLU_PROX, "a resposta final é": GRAMMAR, "a resposta correta é": GRAMMAR,
        "resposta é": MMLU_PROX, "o resultado é": WEB, "a alternativa correta é": WEB,
        "o resultado final é": GRAMMAR, "a opção correta é": GRAMMAR, "a solução é": GRAMMAR,
        "a resposta certa é": GRAMMAR,
    },
    labels={
        "resposta": SIMPLE_EVALS, "resposta final": GRAMMAR, "resposta correta": GRAMMAR,
        "resultado": GRAMMAR, "gabarito": WEB, "resultado final": GRAMMAR,
    },
    chooses={"alternativa": WEB, "opção": MMLU_PROX, "letra": WEB},
    confirms={"é a correta": GRAMMAR, "está correta": WEB, "é correta": GRAMMAR},
    denies={"não é": LIGHTEVAL, "está incorreta": WEB, "está errada": WEB, "é falsa": GRAMMAR,
            "é falso": LIGHTEVAL},
    closes={},
    joins={"e": GRAMMAR},
    offers={"ou": LIGHTEVAL},
    concludes={"portanto": WEB, "logo": LIGHTEVAL, "assim": WEB, "então": WEB, "por isso": GRAMMAR},
)  # fmt: skip
