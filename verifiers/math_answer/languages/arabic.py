"""Arabic."""

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
    name="Arabic",
    states={
        "الإجابة هي": MMLU_PROX, "الإجابة الصحيحة هي": SIMPLE_EVALS, "الجواب هو": WEB,
        "الإجابة النهائية هي": GRAMMAR, "الجواب النهائي هو": GRAMMAR, "الناتج هو": GRAMMAR,
        "الجواب الصحيح هو": GRAMMAR, "النتيجة هي": GRAMMAR, "الحل هو": GRAMMAR,
    },
    labels={
        "الإجابة": SIMPLE_EVALS, "الجواب": SIMPLE_EVALS, "إجابة": SIMPLE_EVALS,
        "الإجابة النهائية": SIMPLE_EVALS, "الإجابة الصحيحة": SIMPLE_EVALS,
        "الجواب النهائي": SIMPLE_EVALS, "الاجابة": GRAMMAR,
    },
    chooses={"الخيار": MMLU_PROX},
    confirms={"هو الصحيح": GRAMMAR, "صحيح": LIGHTEVAL, "هو الإجابة الصحيحة": GRAMMAR},
    denies={"ليس": GRAMMAR, "ليست": GRAMMAR, "خطأ": GRAMMAR, "غير صحيح": WEB, "غير صحيحة": GRAMMAR},
    closes={},
    joins={"و": GRAMMAR},
    offers={"أو": GRAMMAR},
    concludes={"لذلك": LIGHTEVAL, "إذن": WEB, "لذا": WEB, "وبالتالي": WEB},
)  # fmt: skip
