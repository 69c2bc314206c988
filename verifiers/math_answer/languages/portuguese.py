"""Portuguese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    YEVAL,
    Language,
)

TABLE = Language(
    name="Portuguese",
    states={
        "a resposta é": MMLU_PROX, "a resposta final é": USUAL, "a resposta correta é": USUAL,
        "resposta é": MMLU_PROX, "o resultado é": USUAL, "a alternativa correta é": USUAL,
        "o resultado final é": USUAL, "a opção correta é": USUAL, "a solução é": USUAL,
        "a resposta certa é": USUAL,
    },
    labels={
        "resposta": SIMPLE_EVALS, "resposta final": USUAL, "resposta correta": USUAL,
        "resultado": USUAL, "gabarito": USUAL, "resultado final": USUAL,
    },
    chooses={"alternativa": USUAL, "opção": MMLU_PROX, "letra": USUAL},
    confirms={"é a correta": USUAL, "está correta": USUAL, "é correta": USUAL},
    denies={"não é": LIGHTEVAL, "está incorreta": USUAL, "está errada": USUAL, "é falsa": USUAL,
            "é falso": LIGHTEVAL},
    closes={},
    joins={"e": USUAL},
    offers={"ou": LIGHTEVAL},
    concludes={"portanto": YEVAL, "logo": LIGHTEVAL, "assim": USUAL, "então": USUAL,
               "por isso": USUAL},
    conditions={"quando": USUAL, "para": USUAL, "em": USUAL, "se": USUAL},
)  # fmt: skip
