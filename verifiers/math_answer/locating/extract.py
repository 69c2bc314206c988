r"""Where in a response the answer stands.

What is stated in so many words comes first: a box, an answer tag, an answer field of a JSON object,
hashes, "the answer is". Of several the last one counts, since that is what a reader takes for the
answer. Where nothing is stated the text itself is the answer if it is short, else its last claim.
Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from assay.model import split_reasoning
from assay.verifiers.math_answer.locating.boxes import Boxed, Boxes, boxed
from assay.verifiers.math_answer.locating.chosen import apposed, chosen
from assay.verifiers.math_answer.locating.hedging import contrasted, denies, refused
from assay.verifiers.math_answer.locating.money import amounts_escaped
from assay.verifiers.math_answer.locating.objects import Field, answer_field
from assay.verifiers.math_answer.locating.sentences import last_claim
from assay.verifiers.math_answer.locating.stated import (
    sentence_end,
    value_in,
    value_of,
    without_aside,
)
from assay.verifiers.math_answer.locating.statements import Statement, retracted, statements
from assay.verifiers.math_answer.locating.whole import bare
from assay.verifiers.math_answer.reading.choices import choice

RULES = (
    "boxed", "answer tag", "json", "hashes", "final answer", "A:", "choice", "whole",
    "conclusion", "last math", "last number",
)  # fmt: skip
"""How an answer can have been found."""

FIELDS = ("answer", "final_answer", "result")
"""Names of the JSON fields that hold an answer, in the order in which they count."""


class Extraction(NamedTuple):
    """The answer's text, and the rule that found it."""

    text: str | None
    rule: str
    """A name out of `RULES`, or ``none``."""
    why: str = ""
    """Why there is no answer, where there is none."""


class _Stated(NamedTuple):
    """Something stated, and where it ends."""

    end: int
    text: str | None
    rule: str
    why: str = ""


_TAG = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.IGNORECASE | re.DOTALL)
_OPEN_TAG = re.compile(r"<answer>", re.IGNORECASE)
_CLOSE_TAG = re.compile(r"</answer>", re.IGNORECASE)
_HASHES = re.compile(r"####[ \t]*([^\n]*)")
INDENT = 40
"""Most white space before ``A:`` at the beginning of a line, in characters."""
_STOPS = re.compile(r"<\|[a-z_]+\|>|</?s>|<end_of_turn>|<eo[a-z]>(?=\s*\Z)", re.IGNORECASE)
_WIDE = re.compile(r"[\uff01-\uff0b\uff0d-\uff19\uff1c-\uff5e]")
"""Full-width signs, but for the comma, the colon and the semicolon, which separate sentences."""


def _narrow(sign: re.Match[str]) -> str:
    """The ASCII sign of a full-width one."""
    return chr(ord(sign.group()) - 0xFEE0)


def extract(
    text: str,
    boxes: Boxes = "last",
    where: str = "any",
    *,
    letters: bool = False,
    fields: Sequence[str] = FIELDS,
    cut: bool = False,
) -> Extraction:
    r"""The answer in a whole response.

    Text inside a reasoning block does not count where an answer follows the block.

    Args:
        text: The response, reasoning included.
        boxes: Which boxes count.
        where: ``any``, ``math`` (no bare number in prose), ``boxed`` (a box or a tag only).
        letters: Whether a choice letter is asked for: then "so option C fits" is an answer too.
        fields: Names of JSON fields that hold an answer.
        cut: Whether the response was cut off by its length: then a reasoning block or a box that is
            still open holds no answer.

    >>> extract("so it is 5. The answer is \\\\boxed{7}.")
    Extraction(text='7', rule='boxed', why='')
    """
    reasoning, answer = split_reasoning(text)
    if reasoning is not None and not answer.strip():
        if cut and "</think" not in text[-2_000:].rsplit("<think", 1)[-1]:
            return Extraction(None, "none", "the response was cut off within its reasoning")
        answer = reasoning
    stop = _STOPS.search(answer) if "<" in answer else None
    if stop is not None and answer[: stop.start()].strip():
        answer = answer[: stop.start()]
    if not answer.isascii():
        answer = _WIDE.sub(_narrow, answer).replace("\u6839\u53f7", "\u221a")
    answer = amounts_escaped(answer)
    return _extract(answer, boxes, where, letters, fields, cut)


def _extract(
    text: str, boxes: Boxes, where: str, letters: bool, fields: Sequence[str], cut: bool
) -> Extraction:
    formal = _formal(text, boxes, where, fields, cut)
    best = max(formal, default=None, key=lambda f: f.end)
    wrong = 0
    prose = without_programs(text)
    if (
        best is not None
        and best.rule == "hashes"
        and not _bare_value(best.text or "")
        and (where != "boxed" and statements(text))
    ):
        best = None  # a heading
    if best is not None:
        tail = prose[best.end :]
        later = [s for s in statements(tail) if _is_answer(s)] if where != "boxed" else []
        if later:
            best = _Stated(best.end + later[-1].end, later[-1].said, "final answer")
    elif where != "boxed":
        said = statements(prose)
        wrong = retracted(prose) if said else 0
        valid = [s for s in said if s.end > wrong or wrong == 0]
        if valid:
            last = valid[-1]
            if last.denied:
                wrong = max(wrong, sentence_end(text, last.end))
            else:
                best = _Stated(last.end, value_of(last, prose), "final answer")
    if letters and where != "boxed":
        best = _letter(text, best)
    if best is not None and best.text is None and best.rule == "boxed" and boxes == "last":
        rest = prose[best.end :]
        found = _stated_nowhere(rest, where, cut, whole=False) if len(rest.split()) > 3 else None
        return found if found is not None and found.text else Extraction(None, "none", best.why)
    if best is not None:
        if best.text is not None and denies(best.text):
            return Extraction(None, "none", "the answer is denied")
        best = best._replace(text=_amount(best.text))
        return Extraction(best.text, best.rule if best.text is not None else "none", best.why)
    if where == "boxed":
        return Extraction(None, "none", "no answer in the response")
    short = _short(text)
    if short is not None:
        return Extraction(_amount(value_in(short)), "A:")
    return _stated_nowhere(prose[wrong:], where, cut, whole=not wrong)


_RUPEES = re.compile(r"(?<![A-Za-z])Rs\.?\s?(?=\d)")
_COUNTRY_TEXT = re.compile(r"\\text\{\s*(?:US|USD|CA|AU|HK|NZ|SG|R|A|C|S)?\s?\\?\$\s*\}")
_COUNTRY = re.compile(r"(?<![A-Za-z])(?:US|USD|CA|AU|HK|NZ|SG|R|A|C|S)\s?(?=\\?\$\s?\d)")


def _amount(said: str | None) -> str | None:
    """`said` without the country of its dollars, and without dollars in a computation."""
    if said is not None and "Rs" in said:
        said = _RUPEES.sub("\u20b9", said)
    if said is None or "$" not in said:
        return said
    said = _COUNTRY.sub("", _COUNTRY_TEXT.sub(r"\\$", said))
    if "=" in said and "\\$" in said:
        return said.replace("\\$", "")
    return said


_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*([A-Za-z0-9+#]*)[^\n]*$", re.MULTILINE)
_PROGRAMS = frozenset({
    "python", "python3", "py", "sympy", "cpp", "c", "java", "javascript", "js", "matlab", "r",
    "julia", "bash", "sh", "sql", "rust", "go", "mathematica", "wolfram", "sage",
})  # fmt: skip


def without_programs(text: str) -> str:
    """`text` with blanks in the place of fenced programs, which may name a variable ``answer``."""
    if ("`" not in text or "```" not in text) and ("~" not in text or "~~~" not in text):
        return text  # a single sign is found far faster, and most texts have none
    out: list[str] = []
    done, opened, inside = 0, "", 0
    for match in _FENCE.finditer(text):
        fence, language = match[1], match[2].lower()
        if opened:
            if fence.startswith(opened) and not language:
                if inside:
                    out.append(text[done:inside])
                    out.append(" " * (match.start() - inside))
                    done = match.start()
                opened, inside = "", 0
        else:
            opened, inside = fence[:3], match.end() if language in _PROGRAMS else 0
    out.append(text[done:])
    return "".join(out)


def _stated_nowhere(text: str, where: str, cut: bool, whole: bool) -> Extraction:
    """The answer of a text that states none in so many words."""
    if whole:
        everything = bare(text)
        if everything is not None:
            return Extraction(_amount(without_aside(everything)), "whole")
    claim = last_claim(text, numbers=where != "math", cut=cut)
    if claim is None:
        return Extraction(None, "none", "no answer in the response")
    return Extraction(_amount(claim.text), claim.rule, claim.why)


def _formal(
    text: str, policy: Boxes, where: str, fields: Sequence[str], cut: bool
) -> list[_Stated]:
    """What is marked as the answer by its form: box, tag, field, hashes."""
    found: list[_Stated] = []
    box: Boxed | None = None
    if "boxed" in text or "fbox" in text:
        box = boxed(text, policy)
    if box is not None and policy == "last" and contrasted(text, box.start):
        box = boxed(text[: box.start], policy) or box  # "\boxed{5}, not \boxed{6}"
    if box is not None:
        why = box.why
        answer = box.text
        if answer is not None and policy == "last" and _denied(text, box):
            answer, why = None, "the boxed value is denied"
            found.append(_Stated(box.end + 1, answer, "denied", why))
        elif cut and box.end >= len(text) and not text.rstrip().endswith("}"):
            found.append(
                _Stated(box.end, None, "denied", "the response was cut off within its last box")
            )
        else:
            found.append(_Stated(box.end, answer, "boxed", why))
    tag = _tag(text)
    if tag is not None and not (
        box is not None
        and box.text is not None
        and tag.end >= box.end > tag.end - len(tag.text or "") - 12
    ):
        found.append(tag)
    if where == "boxed":
        return found
    field = answer_field(text, fields)
    if field is not None:
        found = _beside_field(found, field)
    hashes = _hashes(text)
    alone = hashes is not None and not found and not text[hashes[0] + len(hashes[1]) + 2 :].strip()
    if hashes is not None and (alone or _bare_value(hashes[1])):  # else they may head a section
        found.append(_Stated(hashes[0], hashes[1], "hashes"))
    return found


def _beside_field(found: list[_Stated], field: Field) -> list[_Stated]:
    """What is stated outside the object, and the object's field: within it nothing else counts."""
    outside = [f for f in found if not field.start <= f.end <= field.end]
    if field.text is None:
        return found
    inner = field.text
    if "boxed" in inner:
        box = boxed(inner, "last")
        inner = box.text if box is not None and box.text is not None else inner
    return [*outside, _Stated(field.end, inner, "json")]


def _denied(text: str, box: Boxed) -> bool:
    """Whether the last box is there to be denied."""
    return refused(text, box.start, box.end)


def _letter(text: str, best: _Stated | None) -> _Stated | None:
    """The choice letter that counts: what is stated last, if it is one; else what is chosen."""
    if best is not None and best.text is not None and choice(best.text) is not None:
        if best.rule in ("boxed", "answer tag", "json"):
            tail = chosen(text[best.end :]) if len(text) - best.end < 400 else None
            if tail is not None and tail[1] > 0 and tail[1] < len(text) - best.end:
                return _Stated(best.end + tail[1], tail[0], "choice")
        return best
    if best is not None and best.rule == "denied":
        return best
    if best is not None:
        rest = text[best.end : sentence_end(text, best.end)]
        beside = apposed(rest, valued=best.rule in ("boxed", "answer tag"))
        if beside is not None:
            return _Stated(best.end, beside, "choice")
    passing = chosen(text)
    if passing is None:
        last = apposed(text) if best is None else None
        return best if last is None else _Stated(len(text), last, "choice")
    return _Stated(len(text), passing[0], "choice")


_STATED = re.compile(r"[-+\u2212$\u20ac\u00a3\u20b9(\[\\{]|\d|[A-Za-z]\w?\s*=|[A-J](?:[).:]|\Z)")
_WORD = re.compile(r"[A-Za-z]{4,}")
_COMMAND = re.compile(r"\\(?:text|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+")
_NAMED = re.compile(r"(?:\\text\{)?([A-Z][\w'-]*(?: [A-Z][\w'-]*){0,2})\}?")
_ABOUT = re.compile(
    r"\b(?:above|box\w*|correct|right|verified|clear|complete|done|obvious|final|here|below|see)\b",
    re.IGNORECASE,
)


def _bare_value(said: str) -> bool:
    """Whether a statement is a value and nothing else."""
    words = _COMMAND.sub(" ", said)
    return bool(_STATED.match(said)) and len(said) <= 60 and not _WORD.search(words)


def _is_answer(said: Statement) -> bool:
    """Whether a statement after a box is an answer, not a remark about the one in the box."""
    if said.denied:
        return False
    if _bare_value(said.said):
        return True
    if choice(said.said) is not None and len(said.said) < 200:
        return True
    if _ABOUT.search(_COMMAND.sub(" ", said.said)):
        return False
    if said.final:
        return bool(re.search(r"\d|\\[a-z]", said.said)) or len(said.said.split()) <= 3
    return _NAMED.fullmatch(said.said) is not None


def _tag(text: str) -> _Stated | None:
    opens = deque(_OPEN_TAG.finditer(text), 2) if "<" in text else ()
    for opened in reversed(opens):
        close = _CLOSE_TAG.search(text, opened.end())
        end = close.start() if close is not None else len(text)
        said = text[opened.end() : end].strip()
        if said:
            return _Stated(close.end() if close is not None else end, value_in(said), "answer tag")
    return None


def _hashes(text: str) -> tuple[int, str] | None:
    """The place and the text after the last hashes."""
    at = text.rfind("####")
    if at < 0:
        return None
    end = text.find("\n", at)
    said = text[at + 4 : end if end >= 0 else len(text)].strip(" \t#")
    return (at + 4, said) if said else None


def _short(text: str) -> str | None:
    """What follows the last ``A:`` that begins a line."""
    at = text.rfind("A:")
    while at >= 0:
        line = max(text.rfind("\n", max(0, at - INDENT - 1), at) + 1, at - INDENT - 1)
        before = text[line:at]
        if len(before) <= INDENT and (not before or before.isspace()):
            end = text.find("\n", at)
            return text[at + 2 : end if end >= 0 else len(text)].strip() or None
        at = text.rfind("A:", 0, at)
    return None


def reference_text(text: str) -> str:
    """A reference, which may be a whole solution: its box, or what follows its hashes."""
    if "boxed{" in text or "boxed " in text:
        found = boxed(text, "last")
        if found is not None and found.text is not None:
            return found.text
    if "####" in text:
        hashes = _hashes(text)
        return hashes[1] if hashes is not None else text
    if "<answer>" in text:
        tag = _tag(text)
        return tag.text or text if tag is not None else text
    if len(text) > 150 and "answer" in text:
        whole = extract(text)
        if whole.text is not None and whole.rule == "final answer":
            return whole.text
    return text
