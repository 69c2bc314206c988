"""Russian."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    LIGHTEVAL,
    MGSM,
    WEB,
    Language,
)

TABLE = Language(
    name="Russian",
    states={
        "ответ —": MGSM, "ответ -": MGSM, "ответ –": GRAMMAR, "ответом является": WEB,
        "ответ равен": GRAMMAR, "правильный ответ —": GRAMMAR, "правильный ответ -": GRAMMAR,
        "ответ будет": GRAMMAR, "ответ это": GRAMMAR, "результат равен": GRAMMAR,
    },
    labels={
        "ответ": MGSM, "окончательный ответ": MGSM, "правильный ответ": GRAMMAR,
        "итоговый ответ": GRAMMAR, "результат": GRAMMAR, "верный ответ": GRAMMAR,
    },
    chooses={"вариант": WEB, "вариант ответа": GRAMMAR},
    confirms={"является правильным": GRAMMAR, "правильный": GRAMMAR, "верен": GRAMMAR},
    denies={"неверно": WEB, "неправильно": WEB, "не является": WEB, "не": LIGHTEVAL,
            "неверен": GRAMMAR},
    closes={},
    joins={"и": GRAMMAR},
    offers={"или": GRAMMAR},
    concludes={"таким образом": WEB, "поэтому": LIGHTEVAL, "следовательно": MGSM, "значит": WEB,
               "итак": WEB},
)  # fmt: skip
