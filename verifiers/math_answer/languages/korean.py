"""Korean."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    MMLU_PROX,
    SIMPLE_EVALS,
    WEB,
    Language,
)

TABLE = Language(
    name="Korean",
    states={
        "답은": MMLU_PROX, "정답은": WEB, "최종 답은": GRAMMAR, "최종 답변은": GRAMMAR,
        "답변은": GRAMMAR, "해답은": GRAMMAR,
    },
    labels={
        "답": SIMPLE_EVALS, "정답": SIMPLE_EVALS, "답변": SIMPLE_EVALS, "최종 답": WEB,
        "최종 답변": GRAMMAR, "최종답": GRAMMAR, "해답": GRAMMAR,
    },
    chooses={"선택지": MMLU_PROX, "보기": WEB},
    confirms={"가 정답": WEB, "이 정답": WEB, "입니다": MMLU_PROX, "이다": WEB, "가 맞": GRAMMAR},
    denies={
        "가 아니": GRAMMAR, "이 아니": GRAMMAR, "아닙니다": GRAMMAR, "틀렸": GRAMMAR,
        "옳지 않": WEB, "오답": GRAMMAR,
    },
    closes={"입니다": MMLU_PROX, "이다": WEB, "이에요": GRAMMAR, "예요": GRAMMAR,
            "가 됩니다": GRAMMAR, "이 됩니다": GRAMMAR, "다": GRAMMAR},
    joins={"와": GRAMMAR, "과": GRAMMAR, "그리고": GRAMMAR, "및": GRAMMAR},
    offers={"또는": GRAMMAR, "혹은": GRAMMAR},
    concludes={"따라서": WEB, "그러므로": GRAMMAR, "즉": GRAMMAR, "그래서": GRAMMAR},
)  # fmt: skip
