"""Hindi."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    WEB,
    YEVAL,
    Language,
)

TABLE = Language(
    name="Hindi",
    states={
        "उत्तर है": MMLU_PROX, "अंतिम उत्तर है": USUAL, "सही उत्तर है": USUAL, "जवाब है": USUAL,
        "सही विकल्प है": USUAL,
    },
    labels={
        "उत्तर": SIMPLE_EVALS, "अंतिम उत्तर": WEB, "सही उत्तर": USUAL, "जवाब": USUAL, "परिणाम": USUAL,
    },
    chooses={"विकल्प": MMLU_PROX},
    confirms={"सही है": USUAL, "है": MMLU_PROX},
    denies={"नहीं है": LIGHTEVAL, "गलत है": USUAL, "नहीं": LIGHTEVAL},
    closes={"है": MMLU_PROX, "हैं": USUAL, "होगा": USUAL},
    joins={"और": USUAL, "तथा": USUAL},
    offers={"या": USUAL, "अथवा": USUAL},
    concludes={"इसलिए": YEVAL, "अतः": USUAL, "इस प्रकार": USUAL},
    conditions={"जब": USUAL, "यदि": USUAL},
)  # fmt: skip
