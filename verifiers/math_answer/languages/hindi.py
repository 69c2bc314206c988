"""Hindi."""

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
    name="Hindi",
    states={
        "उत्तर है": MMLU_PROX, "अंतिम उत्तर है": GRAMMAR, "सही उत्तर है": WEB, "जवाब है": GRAMMAR,
        "सही विकल्प है": GRAMMAR,
    },
    labels={
        "उत्तर": SIMPLE_EVALS, "अंतिम उत्तर": WEB, "सही उत्तर": WEB, "जवाब": GRAMMAR, "परिणाम": GRAMMAR,
    },
    chooses={"विकल्प": MMLU_PROX},
    confirms={"सही है": WEB, "है": MMLU_PROX},
    denies={"नहीं है": LIGHTEVAL, "गलत है": WEB, "नहीं": LIGHTEVAL},
    closes={"है": MMLU_PROX, "हैं": GRAMMAR, "होगा": WEB},
    joins={"और": GRAMMAR, "तथा": GRAMMAR},
    offers={"या": GRAMMAR, "अथवा": GRAMMAR},
    concludes={"इसलिए": LIGHTEVAL, "अतः": WEB, "इस प्रकार": WEB},
)  # fmt: skip
