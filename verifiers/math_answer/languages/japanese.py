"""Japanese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    SIMPLE_EVALS,
    USUAL,
    WEB,
    Language,
)

TABLE = Language(
    name="Japanese",
    states={
        "答えは": MGSM, "答は": USUAL, "解答は": USUAL, "正解は": USUAL, "回答は": USUAL,
        "正しい選択肢は": USUAL, "正しい答えは": USUAL, "最終的な答えは": MGSM,
    },
    labels={
        "答え": SIMPLE_EVALS, "回答": SIMPLE_EVALS, "解答": SIMPLE_EVALS, "最終回答": USUAL,
        "答": SIMPLE_EVALS, "正解": LIGHTEVAL, "最終的な答え": MGSM,
    },
    chooses={"選択肢": MMLU_PROX},
    confirms={"が正しい": USUAL, "が正解": USUAL, "が答え": USUAL, "です": MMLU_PROX},
    denies={
        "ではない": USUAL, "ではありません": USUAL, "は誤り": USUAL,
        "は間違い": USUAL, "不正解": LIGHTEVAL,
        "は正しくない": USUAL, "は不正解": LIGHTEVAL, "じゃない": USUAL,
    },
    closes={
        "です": MMLU_PROX, "である": USUAL, "になります": WEB, "となります": USUAL,
        "となる": USUAL, "だ": USUAL,
        "でした": USUAL,
    },
    joins={"と": USUAL, "および": USUAL, "かつ": USUAL},
    offers={"または": LIGHTEVAL, "あるいは": LIGHTEVAL, "もしくは": USUAL, "か": LIGHTEVAL},
    concludes={"よって": WEB, "したがって": WEB, "ゆえに": USUAL,
               "なので": LIGHTEVAL, "つまり": USUAL},
    conditions={},
    condition_ends={"のとき": USUAL, "の時": USUAL},
)  # fmt: skip
