"""Thai."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    USUAL,
    YEVAL,
    Language,
)

TABLE = Language(
    name="Thai",
    states={
        "คำตอบคือ": MMLU_PROX, "คำตอบที่ถูกต้องคือ": USUAL, "คำตอบสุดท้ายคือ": MGSM, "ตอบ": USUAL,
        "ผลลัพธ์คือ": USUAL, "คำตอบ คือ": USUAL,
    },
    labels={"คำตอบ": MGSM, "คำตอบสุดท้าย": MGSM, "เฉลย": USUAL},
    chooses={"ตัวเลือก": MMLU_PROX, "ข้อ": USUAL},
    confirms={"ถูกต้อง": LIGHTEVAL, "เป็นคำตอบที่ถูกต้อง": USUAL},
    denies={"ไม่ใช่": LIGHTEVAL, "ไม่ถูกต้อง": USUAL, "ผิด": USUAL},
    closes={},
    joins={"และ": LIGHTEVAL, "กับ": USUAL},
    offers={"หรือ": USUAL},
    concludes={"ดังนั้น": YEVAL, "เพราะฉะนั้น": USUAL},
    conditions={"เมื่อ": USUAL, "ถ้า": USUAL},
)  # fmt: skip
