r"""The value that a text ends with, where nothing says "the answer is".

Read backwards, sentence by sentence: the last sentence that claims a value counts, whether or not
it begins with "so". What counts of a sentence is its last formula or its last run of numbers, names
and operators, whole: of ``158 + LK`` not the number alone, of ``4 hours and 30 minutes`` both. A
sentence that says that there is no answer, offers several, or announces work that never comes, ends
the search without one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.verifiers.math_answer.languages import of_all
from assay.verifiers.math_answer.locating.amounts import amounts, tuples
from assay.verifiers.math_answer.locating.conditions import NEAR, is_condition
from assay.verifiers.math_answer.locating.formulas import Span, formulas
from assay.verifiers.math_answer.locating.hedging import unsure
from assay.verifiers.math_answer.locating.runs import NUMERAL, runs

REACH = 8_000
"""Characters from the end in which a last claim is sought."""

SENTENCE = 1_200
"""Characters of a sentence, from its end, in which its value is sought."""

SENTENCES = 60
"""Sentences that are looked at, from the end."""


class ClaimedValue(NamedTuple):
    """A value that a sentence claims."""

    text: str | None
    """None: the sentence says that there is none, or leaves it open."""
    rule: str
    why: str = ""


_CONCLUSION = re.compile(
    r"[\s>*_#\-]*(?:therefore|thus|hence|so|in\s+conclusion|consequently|finally|in\s+total|altogether|"
    + "|".join(re.escape(p) for p in of_all("concludes"))
    + r")(?![A-Za-z])",
    re.IGNORECASE,
)
# The sign comes first and what must stand around it after: a pattern that begins with a set of
# signs is tried only where one of them stands.
_BOUNDARY = re.compile(
    r"[\n.!?`\u3002\uff01\uff1f\u0964](?:(?<=[\n\u3002\uff01\uff1f\u0964])|(?<=`)``"
    r"|(?<=[.!?])(?<!\s\.)(?=\s|$))"
)
_CANNOT = re.compile(
    r"\b(?:not|n['\u2019]t|in)\s*(?:\w+\s+){0,3}(?:enough|sufficient)\s+(?:\w+\s+){0,2}(?:information|data|details)"
    r"|\binsufficient\b|\b(?:cannot|can\s*not|can['\u2019]t|unable\s+to|impossible\s+to|not\s+possible\s+to|could\s+not|couldn['\u2019]t)\s+"
    r"(?:\w+\s+){0,3}(?:determin|solv|answer|find|comput|calculat|provid|know|tell|say|conclude|be\s+(?:determin|found|solv|comput|calculat|known))\w*"
    r"|\u65e0\u6cd5\u786e\u5b9a|\u4e0d\u80fd\u786e\u5b9a|\u65e0\u6cd5\u6c42|\bno\s+se\s+puede\b|\bne\s+peut\s+pas\b",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[\s>*_#\-(]*(?:note\b|suppose\b|assume\b|consider\b|check\b|verif\w*|recall\b|i\s+hope\b|let\s+me\s+know\b|hope\b|please\b|remember\b|thank\w*|"
    r"if\s+you\b|feel\s+free\b|source\b|references?\b|step\s+\d+\s*:?\s*$|explanation\b\s*:?\s*$)",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"[\s>*_#\-]*(?:(?:first|now|next|then|so|and|ok(?:ay)?|but),?\s+)*(?:let\s+(?:me|us)|let['\u2019]s|we\s+(?:need|must|have\s+to|can|will|should|want|could)"
    r"|i\s+(?:need|must|will|can|have\s+to|should)|i['\u2019]ll|to\s+(?:find|compute|get|solve|determine|calculate)|consider|suppose|given|assume|compute|calculate|add|multiply|subtract|divide)\b",
    re.IGNORECASE,
)

_NUM = NUMERAL
_HAS_OP = re.compile(r"(?<=[\w)\]%])\s?(?:[+*^\u00d7\u00f7\u00b7]|[-\u2212](?=\s?\d))")
_UNIT_LETTER = re.compile(rf"({_NUM})[mglhs][\u00b2\u00b3]?")
_LONE_NAME = re.compile(r"[A-Za-z](?:_\w)?\Z")


def last_claim(text: str, numbers: bool = True, cut: bool = False) -> ClaimedValue | None:
    """The last value that `text` claims, or why there is none; None where it holds no value.

    Args:
        text: A response, amounts of money written with a backslash.
        numbers: Whether a bare number in prose counts.
        cut: Whether the text was cut off: then what follows its last full stop claims nothing.
    """
    offset = max(0, len(text) - REACH)
    if offset:
        line = text.find("\n", offset)
        offset = line + 1 if line >= 0 else offset
    tail = text[offset:]
    spans = formulas(tail)
    for begin, end in _sentences(tail, spans):
        sentence = tail[begin:end]
        if _CANNOT.search(sentence):
            return ClaimedValue(None, "none", "the text says that it cannot be decided")
        if cut and end == len(tail) and not tail.rstrip().endswith(_STOPS):
            continue
        if _REMARK.match(sentence) or (end < len(tail) and tail[end] in "?\uff1f"):
            continue
        begin = max(begin, end - SENTENCE)
        begin = max([begin, *(s.end for s in spans if s.start < begin < s.end)])
        inside = [s for s in spans if begin <= s.start and s.end <= end]
        claim = _claim(tail, begin, end, inside, numbers)
        if claim is not None:
            return claim
    return None


def _sentences(text: str, spans: list[Span]) -> list[tuple[int, int]]:
    """The sentences of `text` from the last to the first; a formula is never split."""
    ends: list[int] = []
    k = 0
    for match in _BOUNDARY.finditer(text):
        while k < len(spans) and spans[k].end <= match.start():
            k += 1
        if k < len(spans) and spans[k].start <= match.start() < spans[k].end:
            continue
        ends.append(match.start())
    ends.append(len(text))
    out: list[tuple[int, int]] = []
    for k in range(len(ends) - 1, -1, -1):
        begin = ends[k - 1] + 1 if k else 0
        if text[begin : ends[k]].strip(" \n\t.*_`#>-"):
            out.append((begin, ends[k]))
        if len(out) >= SENTENCES:
            break
    return out


class _Item(NamedTuple):
    start: int
    end: int
    text: str
    rule: str


def _leads(words: re.Pattern[str], text: str, begin: int, item: _Item) -> bool:
    r"""Whether `words`, a pattern that ends in ``\Z``, stand directly before a value."""
    # from the sentence's beginning it would be a quadratic time for a sentence full of values
    return words.search(text, max(begin, item.start - NEAR), item.start) is not None


def _claim(
    text: str, begin: int, end: int, spans: list[Span], numbers: bool
) -> ClaimedValue | None:
    items = [_Item(s.start, s.end, s.inside, "last math") for s in spans]
    items += _runs(text, begin, end, spans)
    if not numbers:
        items = [i for i in items if i.rule == "last math"]
    if not items:
        return None
    items.sort()
    kept = [i for i in items if not is_condition(text, begin, i.start, i.end)] or items
    where = _WHERE.search(text, kept[0].end, end)
    if where is not None and not _TELLS.search(text, begin, kept[-1].start):
        kept = [i for i in kept if i.start < where.start()]
    kept = [i for i in kept if not _leads(_LABEL, text, begin, i)]
    if not kept:
        return None
    kept = _unbracketed(text, begin, end, kept)
    kept = kept[: _main(text, begin, kept) + 1]
    last = kept[-1]
    if last.rule != "last math" and _leads(_BOUND, text, begin, last):
        return ClaimedValue(None, "none", "the text gives a bound, not a value")
    if unsure(text, last.start, last.end):
        return ClaimedValue(None, "none", "the last value is denied, guessed, or one of several")
    spelled = not _is_formula(text, last)
    if spelled and _ARITHMETIC.fullmatch(last.text) and end == len(text) and not _ended(text):
        return ClaimedValue(None, "none", "the text breaks off in a computation")
    listed = _listed(text, begin, kept)
    if listed is not None:
        return ClaimedValue(listed, "last number")
    said = _settled(last, text) if last.rule != "broken" else None
    if said is None:
        return ClaimedValue(None, "none", "the text breaks off in a computation")
    sentence = text[begin:end]
    if (
        last.rule == "last number"
        and _ANNOUNCES.match(sentence)
        and _HAS_OP.search(last.text)
        and "=" not in last.text
    ):
        return ClaimedValue(None, "none", "a computation is announced and not done")
    rule = last.rule
    if rule == "last number" and _CONCLUSION.match(sentence):
        rule = "conclusion"
    return ClaimedValue(said, rule)


_STOPS = (".", "!", "\u3002", "\uff01", "$", "]", ")", "*", "`", "}")
_ARITHMETIC = re.compile(
    r"[\d.,\s+*\-\u2212\u00d7\u00f7()]*\d\s?[+*\-\u2212\u00d7\u00f7]\s?[\d.,\s+*\-\u2212\u00d7\u00f7()]*"
)
_JOIN = "|".join(re.escape(p) for p in of_all("joins"))
_PROSE_IN_BRACKETS = r"\((?=[^()]*[A-Za-z]{3})[^()]*\)"
_ASIDE = re.compile(_PROSE_IN_BRACKETS)
_BETWEEN = re.compile(
    rf"(?:\s*{_PROSE_IN_BRACKETS})?(?:\s*(?:[,\u3001\uff0c;]\s*(?:and\s)?|and|&|\u548c)\s*"
    rf"|\s+(?:{_JOIN})\s+)",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\s+(?:[^\W\d_][\w'-]*\s+){{1,5}}(?:and|{_JOIN})\s+", re.IGNORECASE)
_DATED = re.compile(
    r"\b(?:in|on|at|for|of|since|by|after|before|with|from)\s*(?:the\s+)?\Z", re.IGNORECASE
)


def _ended(text: str) -> bool:
    return text.rstrip(" \n*_\"')").endswith((".", "!", "\u3002", "\uff01"))


def _listed(text: str, begin: int, items: list[_Item]) -> str | None:
    """The values of a list whose last one ends a sentence: "2, 3 and 5"; None for a single one."""
    first = last = len(items) - 1
    if first > 0 and _COUNTED.fullmatch(text, items[first - 1].end, items[first].start):
        return f"{items[first - 1].text} , {items[first].text}"  # 17 cats and 9 dogs
    while (
        first > 0
        and _BETWEEN.fullmatch(text, items[first - 1].end, items[first].start)
        and ("$" in items[first - 1].text) == ("$" in items[first].text)
        and items[first - 1].rule == items[first].rule
        and ("=" in items[first - 1].text or "=" not in items[first].text)
    ):
        first -= 1
    if first == last:
        return None
    joined = _ASIDE.sub("", text[items[first].start : items[last].end])  # 1 (twice) and 3
    pair = last - first == 1 and "and" not in joined and "\u548c" not in joined
    if pair and _leads(_DATED, text, begin, items[first]):
        return None  # "In 2020, 15 people"
    return joined


_WHERE = re.compile(r"[\s,]where\s")
_LABEL = re.compile(
    r"\b(?:figure|fig\.|chapter|section|step|equation|eq\.|part|problem|question|exercise|page|line"
    r"|table|lemma|theorem|case|method|note)\s+[(\[]?\Z",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:less|greater|more|fewer|larger|smaller|bigger|higher|lower|longer|shorter|older|younger)\s+than"
    r"\s+\Z",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|takes?|took|costs?|equals?|gets?|got|makes?|made|earns?|earned|needs?|needed|has|have|had"
    r"|gives?|paid|pays?|spends?|spent|sold|sells?|remain|left|=|total(?:s|ing)?(?:\s+of)?)\s+"
    r"(?:(?:about|approximately|exactly|only|a\s+total\s+of|now)\s+)?[$\\(\[*_`]{0,5}\Z",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:in|for|after|before|per|every|within|during|than|by|to\s+[a-z]+|of\s+the|out\s+of|with"
    r"|from\s+\S{1,12}\s+(?:to|until)|from|until)\s+"
    r"(?:the\s+list\s+|the\s+|all\s+|these\s+|those\s+|his\s+|her\s+)?[$\\(\[*_`]{0,5}\Z",
    re.IGNORECASE,
)


def _unbracketed(text: str, begin: int, end: int, items: list[_Item]) -> list[_Item]:
    """The items outside brackets that hold prose, where there are any: "6 (3 boys and 3 girls)"."""
    asides = [m.span() for m in _ASIDE.finditer(text, begin, end)]
    outside = [i for i in items if not any(a < i.start and i.end < b for a, b in asides)]
    return outside or items


_TELLS = re.compile(
    r"(?:\b(?:is|are|was|equals?|total(?:\s+of)?)\s+|[,;]\s+(?:so|and|that)\b.*)\$?\Z", re.I
)
_AFTER_EQUALS = re.compile(r"=\s*[*_`]{0,3}\\?\$?\s?\Z")


def _computed(text: str, begin: int, item: _Item) -> bool:
    """Whether a value stands behind an equals sign, with a unit between or not."""
    if _is_formula(text, item):
        return False
    return "=" in item.text or _leads(_AFTER_EQUALS, text, begin, item)


def _is_formula(text: str, item: _Item) -> bool:
    """Whether an item was marked as a formula by its delimiters."""
    return text.startswith(("$", "\\(", "\\[", "\\begin"), item.start)


def _main(text: str, begin: int, items: list[_Item]) -> int:
    """Which item a sentence claims: the last, or one behind its verb: "1.5 hours to do 3 tasks"."""
    last = len(items) - 1
    done = [k for k, item in enumerate(items) if _computed(text, begin, item)]
    if (
        done
        and done[-1] < last
        and not any(
            item.rule != "last number" or _TELLS.search(text, begin, item.start)
            for item in items[done[-1] + 1 :]
        )
    ):
        return done[-1]  # "240 + 70 = 310 ounces to make 8 batches"
    beside = last not in done and (
        items[last].rule == "last number" or _is_formula(text, items[last])
    )
    if beside and _leads(_BESIDE, text, begin, items[last]):
        for k in range(last - 1, -1, -1):
            if _leads(_VERB, text, begin, items[k]):
                return k
    return last


def _runs(text: str, begin: int, end: int, spans: list[Span]) -> list[_Item]:
    """The values that stand in the prose of a sentence, outside its formulas."""
    out: list[_Item] = []
    edges = [begin, *(e for s in spans for e in (s.start, s.end)), end]
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        whole = [_Item(a, b, text[a:b], "last math") for a, b in tuples(text, low, high)]
        whole += [
            _Item(a, b, text[a:b].strip(), "last number") for a, b in amounts(text, low, high)
        ]
        for start, stop, broken in runs(text, low, high):
            if any(w.start <= start and stop <= w.end for w in whole):
                continue
            run = text[start:stop]
            named = "=" in run and re.search(r"[A-Za-z]", run.split("=")[0]) is not None
            rule = "last math" if named else "last number"
            if broken and stop == len(text.rstrip()):
                rule = "broken"
            out.append(_Item(start, stop, run, rule))
        out += [
            w for w in whole if not any(o.start < w.start and w.end <= o.end for o in out)
        ]  # fmt: skip
    return out


def _settled(item: _Item, text: str) -> str | None:
    """What a run says in the end: of a chain in prose its last side, of ``x = 5`` all."""
    said = item.text.strip()
    if _is_formula(text, item):
        return _last_line(text, item, said)
    said = said.rstrip(" .,:;")
    sides = [s.strip() for s in re.split(r"(?<![<>!])=", said)]
    if len(sides) > 1:
        if not sides[-1]:
            return None
        if len(sides) > 2 or _LONE_NAME.match(sides[0]) is None:
            said = sides[-1]
    if re.search(r"[+*/^\-]\Z", said):
        return None
    unit = _UNIT_LETTER.fullmatch(said)
    if unit is not None:
        said = unit[1]
    return said.replace("\u2212", "-")


_APPLIED = re.compile(r"[A-Za-z]'{0,3}\s?\(\s?-?[\d./]+\s?\)")


def _last_line(text: str, item: _Item, inside: str) -> str:
    after = text[item.end : item.end + 12]
    if re.match(r"\s*(?:\\?[%\uff05]|percent|pct)", after):
        inside += r"\%"
    if "=" in inside and "\\begin" not in inside:
        inside = inside.split("\\\\")[-1].strip() or inside
        left, _, right = inside.rpartition("=")
        if right.strip() and ("\\text" in left or _APPLIED.fullmatch(left.strip())):
            inside = right.strip()  # k(-3) = 37 says 37
    return inside.rstrip(".,")
