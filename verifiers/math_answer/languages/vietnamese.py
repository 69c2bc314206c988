"""Vietnamese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import GRAMMAR, WEB, Language

TABLE = Language(
    name="Vietnamese",
    states={
        "đáp án là": WEB, "câu trả lời là": WEB, "đáp số là": GRAMMAR, "kết quả là": WEB,
        "đáp án đúng là": WEB, "câu trả lời cuối cùng là": GRAMMAR, "đáp án cuối cùng là": GRAMMAR,
        "câu trả lời đúng là": GRAMMAR,
    },
    labels={
        "đáp án": WEB, "đáp số": WEB, "câu trả lời": WEB, "trả lời": GRAMMAR, "kết quả": GRAMMAR,
        "câu trả lời cuối cùng": GRAMMAR, "đáp án cuối cùng": GRAMMAR,
    },
    chooses={"chọn": WEB, "chọn đáp án": WEB, "phương án": WEB},
    confirms={"là đúng": GRAMMAR, "đúng": WEB, "là đáp án đúng": GRAMMAR},
    denies={"không phải": GRAMMAR, "không đúng": WEB, "sai": WEB, "là sai": GRAMMAR},
    closes={},
    joins={"và": GRAMMAR},
    offers={"hoặc": GRAMMAR, "hay": GRAMMAR},
    concludes={"vậy": WEB, "do đó": WEB, "vì vậy": WEB, "suy ra": WEB, "như vậy": WEB},
)  # fmt: skip
