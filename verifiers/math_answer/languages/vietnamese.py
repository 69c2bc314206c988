"""Vietnamese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    USUAL,
    WEB,
    Language,
)

TABLE = Language(
    name="Vietnamese",
    states={
        "đáp án là": WEB, "câu trả lời là": WEB, "đáp số là": USUAL, "kết quả là": WEB,
        "đáp án đúng là": WEB, "câu trả lời cuối cùng là": USUAL, "đáp án cuối cùng là": USUAL,
        "câu trả lời đúng là": USUAL,
    },
    labels={
        "đáp án": WEB, "đáp số": USUAL, "câu trả lời": WEB, "trả lời": USUAL, "kết quả": USUAL,
        "câu trả lời cuối cùng": USUAL, "đáp án cuối cùng": USUAL,
    },
    chooses={"chọn": USUAL, "chọn đáp án": USUAL, "phương án": USUAL},
    confirms={"là đúng": USUAL, "đúng": WEB, "là đáp án đúng": USUAL},
    denies={"không phải": USUAL, "không đúng": USUAL, "sai": USUAL, "là sai": USUAL},
    closes={},
    joins={"và": USUAL},
    offers={"hoặc": USUAL, "hay": USUAL},
    concludes={"vậy": WEB, "do đó": USUAL, "vì vậy": WEB, "suy ra": USUAL, "như vậy": USUAL},
    conditions={"khi": USUAL, "với": USUAL, "nếu": USUAL, "tại": USUAL},
)  # fmt: skip
