"""Japanese."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.table import (
    GRAMMAR,
    LIGHTEVAL,
    MGSM,
    MMLU_PROX,
    SIMPLE_EVALS,
    WEB,
    Language,
)

TABLE = Language(
    name="Japanese",
    states={
        "答えは": MGSM, "答は": GRAMMAR, "解答は": GRAMMAR, "正解は": WEB, "回答は": GRAMMAR,
        "正しい選択肢は": GRAMMAR, "正しい答えは": GRAMMAR, "最終的な答えは": MGSM,
    },
    labels={
        "答え": SIMPLE_EVALS, "回答": SIMPLE_EVALS, "解答": SIMPLE_EVALS, "最終回答": GRAMMAR,
        "答": SIMPLE_EVALS, "正解": LIGHTEVAL, "最終的な答え": MGSM,
    },
    chooses={"選択肢": MMLU_PROX},
    confirms={"が正しい": WEB, "が正解": WEB, "が答え": GRAMMAR, "です": MMLU_PROX},
    denies={
        "ではない": GRAMMAR, "ではありません": WEB, "は誤り": WEB,
        "は間違い": WEB, "不正解": LIGHTEVAL,
        "は正しくない": GRAMMAR, "は不正解": LIGHTEVAL, "じゃない": GRAMMAR,
    },
    closes={
        "です": MMLU_PROX, "である": WEB, "になります": WEB, "となります": WEB,
        "となる": WEB, "だ": GRAMMAR,
        "でした": GRAMMAR,
    },
    joins={"と": GRAMMAR, "および": GRAMMAR, "かつ": GRAMMAR},
    offers={"または": LIGHTEVAL, "あるいは": LIGHTEVAL, "もしくは": GRAMMAR, "か": LIGHTEVAL},
    concludes={"よって": WEB, "したがって": WEB, "ゆえに": GRAMMAR,
               "なので": LIGHTEVAL, "つまり": WEB},
)  # fmt: skip
