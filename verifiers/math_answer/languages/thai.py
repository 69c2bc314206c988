"""Thai."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    WEB,
    Language,
)

TABLE = Language(
    name="Thai",
    states={
        "คำตอบคือ": MMLU_PROX, "คำตอบที่ถูกต้องคือ": GRAMMAR, "คำตอบสุดท้ายคือ": MGSM, "ตอบ": WEB,
        "ผลลัพธ์คือ": GRAMMAR, "คำตอบ คือ": GRAMMAR,
    },
    labels={"คำตอบ": MGSM, "คำตอบสุดท้าย": MGSM, "เฉลย": WEB},
    chooses={"ตัวเลือก": MMLU_PROX, "ข้อ": WEB},
    confirms={"ถูกต้อง": LIGHTEVAL, "เป็นคำตอบที่ถูกต้อง": GRAMMAR},
    denies={"ไม่ใช่": LIGHTEVAL, "ไม่ถูกต้อง": GRAMMAR, "ผิด": WEB},
    closes={},
    joins={"และ": LIGHTEVAL, "กับ": GRAMMAR},
    offers={"หรือ": GRAMMAR},
    concludes={"ดังนั้น": LIGHTEVAL, "เพราะฉะนั้น": GRAMMAR},
)  # fmt: skip
