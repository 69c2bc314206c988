"""Chinese, in simplified and traditional letters."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    GAOKAO,
    LIGHTEVAL,
    SIMPLE_EVALS,
    TMLU,
    USUAL,
    Language,
)

TABLE = Language(
    name="Chinese",
    states={
        "答案是": GAOKAO, "答案为": GAOKAO, "答案為": TMLU, "答案应为": GAOKAO, "答案應為": USUAL,
        "答案应该是": USUAL, "答案选": GAOKAO, "答案就是": USUAL, "答案即": USUAL,
        "答案等于": USUAL, "结果是": GAOKAO, "结果为": GAOKAO, "答曰": SIMPLE_EVALS,
        "選項是": TMLU, "选项是": GAOKAO, "选项为": GAOKAO,
    },
    labels={
        "答案": GAOKAO, "最终答案": GAOKAO, "最終答案": USUAL, "正确答案": GAOKAO,
        "正確答案": TMLU, "参考答案": GAOKAO, "答": SIMPLE_EVALS, "答复": SIMPLE_EVALS,
        "解答": SIMPLE_EVALS, "回答": SIMPLE_EVALS, "正确选项": GAOKAO,
    },
    chooses={
        "故选": GAOKAO, "故選": USUAL, "应选": GAOKAO, "应选择": GAOKAO, "所以选": GAOKAO,
        "因此选": GAOKAO, "选择": GAOKAO, "選擇": USUAL, "选项": GAOKAO, "選項": TMLU,
        "选": GAOKAO, "選": USUAL, "对应选项": GAOKAO,
    },
    confirms={
        "是正确的": GAOKAO, "是正确答案": GAOKAO, "正确": GAOKAO, "是正確的": TMLU, "符合": GAOKAO,
        "是对的": USUAL, "为正确答案": USUAL, "是唯一正确的": USUAL, "满足": GAOKAO,
        "是真命题": GAOKAO, "相符": GAOKAO, "完全相符": GAOKAO, "一致": GAOKAO, "完全一致": GAOKAO,
        "吻合": GAOKAO, "均正确": GAOKAO, "都正确": GAOKAO, "均符合": USUAL, "均为正确": GAOKAO,
        "均为真": USUAL, "是符合": USUAL,
    },
    denies={
        "不正确": GAOKAO, "不正確": TMLU, "错误": GAOKAO, "錯誤": USUAL, "是错误的": GAOKAO,
        "不是": LIGHTEVAL, "不对": USUAL, "不符合": GAOKAO, "不可能是": USUAL,
        "并不是": USUAL,
        "不能是": USUAL, "不满足": GAOKAO, "不成立": GAOKAO, "是假命题": GAOKAO, "不选": USUAL,
        "排除": GAOKAO, "无法确定": GAOKAO, "不能确定": USUAL,
    },
    closes={"元": USUAL},
    joins={"和": GAOKAO, "且": GAOKAO, "与": GAOKAO, "及": GAOKAO, "以及": GAOKAO, "与及": USUAL},
    offers={"或": GAOKAO, "或者": GAOKAO, "还是": USUAL},
    concludes={
        "所以": GAOKAO, "因此": GAOKAO, "故": GAOKAO, "综上": GAOKAO, "综上所述": GAOKAO,
        "即": GAOKAO, "从而": GAOKAO, "于是": GAOKAO, "最终": GAOKAO, "则": GAOKAO, "解得": GAOKAO,
        "可得": GAOKAO, "得": USUAL,
    },
    conditions={
        "当且仅当": GAOKAO, "当": GAOKAO, "當且僅當": USUAL, "當": USUAL,
        "此时": GAOKAO, "此時": USUAL, "若": USUAL, "如果": USUAL, "其中": USUAL,
    },
    condition_ends={"时": GAOKAO, "時": USUAL},
)  # fmt: skip
