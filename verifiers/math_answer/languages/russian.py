"""Russian."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MGSM,
    USUAL,
    YEVAL,
    Language,
)

TABLE = Language(
    name="Russian",
    states={
        "ответ —": MGSM, "ответ -": MGSM, "ответ –": USUAL, "ответом является": USUAL,
        "ответ равен": USUAL, "правильный ответ —": USUAL, "правильный ответ -": USUAL,
        "ответ будет": USUAL, "ответ это": USUAL, "результат равен": USUAL,
    },
    labels={
        "ответ": MGSM, "окончательный ответ": MGSM, "правильный ответ": USUAL,
        "итоговый ответ": USUAL, "результат": USUAL, "верный ответ": USUAL,
    },
    chooses={"вариант": USUAL, "вариант ответа": USUAL},
    confirms={"является правильным": USUAL, "правильный": USUAL, "верен": USUAL},
    denies={"неверно": USUAL, "неправильно": USUAL, "не является": USUAL, "не": LIGHTEVAL,
            "неверен": USUAL},
    closes={},
    joins={"и": USUAL},
    offers={"или": USUAL},
    concludes={"таким образом": YEVAL, "поэтому": LIGHTEVAL, "следовательно": MGSM, "значит": USUAL,
               "итак": USUAL},
    conditions={"при": USUAL, "если": USUAL, "когда": USUAL},
)  # fmt: skip
