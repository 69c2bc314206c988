"""Arabic."""

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
    name="Arabic",
    states={
        "الإجابة هي": MMLU_PROX, "الإجابة الصحيحة هي": SIMPLE_EVALS, "الجواب هو": USUAL,
        "الإجابة النهائية هي": USUAL, "الجواب النهائي هو": USUAL, "الناتج هو": USUAL,
        "الجواب الصحيح هو": USUAL, "النتيجة هي": USUAL, "الحل هو": USUAL,
    },
    labels={
        "الإجابة": SIMPLE_EVALS, "الجواب": SIMPLE_EVALS, "إجابة": SIMPLE_EVALS,
        "الإجابة النهائية": SIMPLE_EVALS, "الإجابة الصحيحة": SIMPLE_EVALS,
        "الجواب النهائي": SIMPLE_EVALS, "الاجابة": USUAL,
    },
    chooses={"الخيار": MMLU_PROX},
    confirms={"هو الصحيح": USUAL, "صحيح": LIGHTEVAL, "هو الإجابة الصحيحة": USUAL},
    denies={"ليس": USUAL, "ليست": USUAL, "خطأ": USUAL, "غير صحيح": USUAL, "غير صحيحة": USUAL},
    closes={},
    joins={"و": USUAL},
    offers={"أو": USUAL},
    concludes={"لذلك": LIGHTEVAL, "إذن": USUAL, "لذا": YEVAL, "وبالتالي": USUAL},
    conditions={"عندما": USUAL, "عند": USUAL, "إذا": USUAL},
)  # fmt: skip
