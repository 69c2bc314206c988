"""Bengali."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    MGSM,
    USUAL,
    Language,
)

TABLE = Language(
    name="Bengali",
    states={"উত্তর হল": MGSM, "উত্তর হলো": USUAL, "উত্তর হচ্ছে": USUAL},
    labels={"উত্তর": MGSM, "চূড়ান্ত উত্তর": USUAL},
    chooses={"বিকল্প": USUAL},
    confirms={"সঠিক": USUAL},
    denies={"নয়": USUAL, "ভুল": USUAL, "সঠিক নয়": USUAL},
    closes={},
    joins={"এবং": USUAL},
    offers={"অথবা": USUAL},
    concludes={"সুতরাং": USUAL, "অতএব": USUAL, "তাই": USUAL},
    conditions={"যখন": USUAL, "যদি": USUAL},
)  # fmt: skip
