r"""Where an answer ends that begins at a known place: at its formula, sentence, line or reason."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.languages import LANGUAGES
from assay.verifiers.math_answer.locating.formulas import formulas

REACH = 1_200
"""Characters after a phrase that are looked at for its answer: bounds the work for each phrase."""

_LEAD = re.compile(
    r"[ \t:\uff1a*_\"'`\u2705\u300c\u201c\u27a1\ufe0f\u2192\u3000]*(?:=>|->|=(?![=>]))?[ \t*_\"'`]*"
)
_NEXT_LINE = re.compile(
    r"(?:[ \t>*_#\u2705:\uff1a]*\n){1,4}(?:[ \t]*[-=]{3,}[ \t]*\n(?:[ \t>]*\n){0,2})?"
    r"[ \t>]*(?:[-*+][ \t]+)?"
)
"""The end of the line, one that underlines it where it is a heading, and a bullet."""
_DISPLAY = re.compile(r"\\\[(.*?)\\\]|\$\$(.*?)\$\$", re.DOTALL)
_END = re.compile(
    r"\n|(?<=[^\d\s])(?<!\bi\.e)\.(?=\s|$)"
    r"|\.(?=\s+[A-Z<])|\.\s*$|<\||<(?=/?[a-z]{1,12}>)|\bI hope\b"
    r"|(?<=\d)\.(?=\s|$)"
    r"|[\u3002\uff1b\uff01\uff1f\u0964]|```"
    r"|[\uff0c,][ ]?(?![\u548c\u6216\u4e0e\u4e14\u53ca])"
    r"(?=[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7af])"
    r"|[,;(\uff08]?\s*\b(?:because|since|which|as\s+(?:the|it|we|this|that|they)|but)\b"
)  # fmt: skip
_UNIT = re.compile(r"[ \t]*(?:\\?[%\uff05]|percent|pct)")
_OPTION = re.compile(r"\(?[A-J]\)?[.:\uff0e\u3001][ \t]+(?=[-+\d$\\(]\S{0,60}\s*(?:$|\n|\.\s|<))")

_CLOSES = re.compile(
    r"\s*(?:" + "|".join(
        sorted((re.escape(c) for t in LANGUAGES for c in t.closes), key=lambda c: (-len(c), c))
    ) + r")\Z"
)  # fmt: skip
_VALUE = re.compile(
    r"[-+\u2212\d.,/%^(){}\[\]\\$:*=<>|!\s\u221a\u03c0\u221eA-Za-z_\u00b2\u00b3\u00b0\u00d7]*[\d)}\]$%\u03c0A-Za-z\u00b2\u00b3\u00b0]"
)
_FOREIGN = re.compile(
    r"[\u0400-\u04ff\u0600-\u06ff\u0900-\u0d7f\u0e00-\u0e7f\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
_DENIED = re.compile(
    "|".join(
        sorted((re.escape(d) for t in LANGUAGES for d in t.denies), key=lambda d: (-len(d), d))
    )
)
_JOINED = re.compile(
    r"\s*(?:" + "|".join(
        sorted(
            (re.escape(c) for t in LANGUAGES for c in (*t.joins, *t.offers) if _FOREIGN.match(c)),
            key=lambda c: (-len(c), c),
        )
    ) + r")"
)  # fmt: skip


def answer_after(text: str, at: int) -> str:
    """The answer that begins at `at`, on the same line or, where that is empty, on the next."""
    head = text[at : at + REACH]
    lead = _LEAD.match(head)
    head = head[lead.end() :] if lead is not None else head
    following = _NEXT_LINE.match(head)
    if following is not None:
        head = head[following.end() :].lstrip(" *_`")
    if head.startswith("```"):
        return ""
    display = _DISPLAY.match(head)
    if display is not None:
        return next(g for g in display.groups() if g is not None).strip()
    spans = formulas(head) if head.startswith(("$", "\\(", "\\[")) else []
    if spans and spans[0].start == 0:
        rest = _END.split(head[spans[0].end :], maxsplit=1)[0]
        more = re.search(r"\b(?:and|or)\b|,|\u6216|\u548c", rest) is not None and "$" in rest
        if not more:
            return spans[0].inside + (r"\%" if _UNIT.match(rest) else "")
    option = _OPTION.match(head)
    cut = _END.search(head, option.end() if option is not None else 0)
    said = head[: cut.start()] if cut is not None else head
    return _closed(said.strip().strip("*_\"'`\u300d\u201d").strip())


def _closed(said: str) -> str:
    """`said` without the words that end a sentence, and what it counts, in other scripts."""
    if said.isascii() or _FOREIGN.search(said) is None:
        return said
    value = _VALUE.match(said)
    if value is not None and _DENIED.match(said[value.end() :].strip()):
        return said
    shorter = _CLOSES.sub("", said)
    said = shorter.strip() or said
    value = _VALUE.match(said)
    if value is None:
        return said
    rest = said[value.end() :]
    if (
        rest.strip()
        and not _DENIED.match(rest.strip())
        and _FOREIGN.match(rest.strip())
        and not _JOINED.match(rest)
        and not re.search(r"\d", rest)
        and re.search(r"\d|\\[a-z]", value.group())
    ):
        return value.group().strip()  # 5个苹果, 11個
    return said
