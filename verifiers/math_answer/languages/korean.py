"""Korean."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    WEB,
    Language,
)

TABLE = Language(
    name="Korean",
    states={
        "답은": MMLU_PROX, "정답은": WEB, "최종 답은": USUAL, "최종 답변은": USUAL,
        "답변은": USUAL, "해답은": USUAL,
    },
    labels={
        "답": SIMPLE_EVALS, "정답": SIMPLE_EVALS, "답변": SIMPLE_EVALS, "최종 답": WEB,
        "최종 답변": USUAL, "최종답": USUAL, "해답": USUAL,
    },
    chooses={"선택지": MMLU_PROX, "보기": USUAL},
    confirms={"가 정답": USUAL, "이 정답": USUAL, "입니다": MMLU_PROX, "이다": WEB, "가 맞": USUAL},
    denies={
        "가 아니": USUAL, "이 아니": USUAL, "아닙니다": USUAL, "틀렸": USUAL,
        "옳지 않": WEB, "오답": USUAL,
    },
    closes={"입니다": MMLU_PROX, "이다": WEB, "이에요": USUAL, "예요": USUAL,
            "가 됩니다": USUAL, "이 됩니다": USUAL, "다": USUAL},
    joins={"와": USUAL, "과": USUAL, "그리고": USUAL, "및": USUAL},
    offers={"또는": USUAL, "혹은": USUAL},
    concludes={"따라서": WEB, "그러므로": USUAL, "즉": USUAL, "그래서": USUAL},
    conditions={},
    condition_ends={"일 때": USUAL, "일때": USUAL},
)  # fmt: skip
