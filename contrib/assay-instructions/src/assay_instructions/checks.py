"""One function a kind of instruction: whether a response follows it.

The 25 kinds and their arguments are those of IFEval (Zhou et al. 2023, arXiv:2311.07911), written
from its description. A function gets the response and the arguments by name, and raises
`BadInstruction` where an argument is missing or cannot be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[str, Mapping[str, Any]], bool]


class BadInstruction(ValueError):
    """An instruction that nobody could follow: the data set's fault, not the response's."""


CHECKS: dict[str, Check] = {}
"""Name of the kind -> its function."""


def check(name: str) -> Callable[[Check], Check]:
    """Put a function into `CHECKS`."""

    def put(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return put


def text_of(given: Mapping[str, Any], name: str) -> str:
    """An argument that must be text."""
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInstruction(f"{name} is {value!r:.40}, must be text")
    return value


def number_of(given: Mapping[str, Any], name: str) -> int:
    """An argument that must be a whole number, 0 or more."""
    value = given.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInstruction(f"{name} is {value!r:.40}, must be a whole number")
    return value


def texts_of(given: Mapping[str, Any], name: str) -> list[str]:
    """An argument that must be a list of texts."""
    value = given.get(name)
    if not isinstance(value, list | tuple) or not value:
        raise BadInstruction(f"{name} is {value!r:.40}, must be a list of texts")
    if not all(isinstance(one, str) and one.strip() for one in value):
        raise BadInstruction(f"{name} is {value!r:.40}, must be a list of texts")
    return list(value)


def compared(count: int, given: Mapping[str, Any], number: str, relation: str) -> bool:
    """``at least`` or ``less than`` a number."""
    wanted, how = number_of(given, number), given.get(relation, "at least")
    if how == "at least":
        return count >= wanted
    if how == "less than":
        return count < wanted
    raise BadInstruction(f"{relation} is {how!r:.40}, must be 'at least' or 'less than'")


def occurrences(response: str, word: str) -> int:
    """How often a word or phrase stands in the response, in any case, not inside of others."""
    pattern = rf"(?<!\w){re.escape(word.strip())}(?!\w)"
    return len(re.findall(pattern, response, re.IGNORECASE))


WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
SENTENCE_END = re.compile(r"[.!?\u3002\uff01\uff1f]+(?=[\s\"'\u201d)\]*]|\Z)")


def words(response: str) -> list[str]:
    """Its words: letters and digits, with hyphens and apostrophes inside of them."""
    return WORD.findall(response)


def sentences(response: str) -> int:
    """How many sentences: stretches with a word, ended by a mark or a blank line."""
    parts = [p for block in re.split(r"\n\s*\n", response) for p in SENTENCE_END.split(block)]
    return sum(1 for part in parts if WORD.search(part))


@check("keywords:existence")
def _existence(response: str, given: Mapping[str, Any]) -> bool:
    return all(occurrences(response, word) for word in texts_of(given, "keywords"))


@check("keywords:frequency")
def _frequency(response: str, given: Mapping[str, Any]) -> bool:
    return compared(
        occurrences(response, text_of(given, "keyword")), given, "frequency", "relation"
    )


@check("keywords:forbidden_words")
def _forbidden(response: str, given: Mapping[str, Any]) -> bool:
    return not any(occurrences(response, word) for word in texts_of(given, "forbidden_words"))


@check("keywords:letter_frequency")
def _letters(response: str, given: Mapping[str, Any]) -> bool:
    letter = text_of(given, "letter").strip().lower()
    if len(letter) != 1:
        raise BadInstruction(f"letter is {letter!r:.40}, must be one letter")
    return compared(response.lower().count(letter), given, "let_frequency", "let_relation")


SCRIPTS = {
    "ar": r"\u0600-\u06ff", "bn": r"\u0980-\u09ff", "fa": r"\u0600-\u06ff", "gu": r"\u0a80-\u0aff",
    "he": r"\u0590-\u05ff", "hi": r"\u0900-\u097f", "ja": r"\u3040-\u30ff\u4e00-\u9fff",
    "kn": r"\u0c80-\u0cff", "ko": r"\uac00-\ud7af", "mr": r"\u0900-\u097f", "ne": r"\u0900-\u097f",
    "pa": r"\u0a00-\u0a7f", "ru": r"\u0400-\u04ff", "bg": r"\u0400-\u04ff", "uk": r"\u0400-\u04ff",
    "ta": r"\u0b80-\u0bff", "te": r"\u0c00-\u0c7f", "th": r"\u0e00-\u0e7f", "ur": r"\u0600-\u06ff",
    "zh": r"\u4e00-\u9fff", "el": r"\u0370-\u03ff",
}  # fmt: skip
"""Languages with a script of their own, or of few."""

COMMON = {
    "en": "the and of to is in that it for was with as "
    "are this be not you have from by an on or at",
    "de": "der die und ist das nicht ein eine mit den von "
    "zu sich auf für dem im auch es an werden ich",
    "fr": "le la les et des est un une dans que pour qui "
    "sur pas avec par du au ce il elle sont nous",
    "es": "el la los las y de que en es un una por con para no se del al lo como más su está son",
    "pt": "o a os as e de que em é um uma por com para não se do da no na ao mais como são está",
    "it": "il la lo gli le e di che è un una per "
    "con non si del della nel al come più sono anche da",
    "nl": "de het een en van is dat niet in op te met voor zijn aan er ook als bij door maar om",
    "sv": "och att det är som en ett inte på för med av den har till de om var jag så kan vi",
    "vi": "và là của có không một được trong cho người với các này đã những để khi từ như",
    "sw": "na ya wa ni kwa katika la za hii kuwa lakini pia watu yake hiyo ambayo kama",
    "fi": "ja on ei se että oli mutta hän ovat tämä kun myös joka voi niin kuin ole",
    "pl": "i w nie na się jest to że z do jak od po ale za jego są przez oraz czy",
    "tr": "ve bir bu için ile de da çok olarak daha gibi ne en olan var kadar sonra",
    "id": "dan yang di untuk dengan ini itu tidak dari pada dalam adalah akan juga atau",
}
"""The commonest words of languages in Latin letters."""

LEAST_SHARE = 0.6


@check("language:response_language")
def _language(response: str, given: Mapping[str, Any]) -> bool:
    """By script, and in Latin letters by the commonest words: no model, no guess of dialects."""
    language = text_of(given, "language").lower().partition("-")[0]
    letters = [c for c in response if c.isalpha()]
    if not letters:
        return False
    if language in SCRIPTS:
        inside = re.findall(f"[{SCRIPTS[language]}]", response)
        own = len(inside) / len(letters) >= LEAST_SHARE
        return own and (language != "zh" or not re.search(r"[\u3040-\u30ff]", response))
    if language not in COMMON:
        raise BadInstruction(f"language is {language!r:.40}, which cannot be told here")
    found = [w.lower() for w in words(response)]
    counts = {name: sum(w in set(common.split()) for w in found) for name, common in COMMON.items()}
    return counts[language] > 0 and counts[language] == max(counts.values())


@check("length_constraints:number_sentences")
def _number_sentences(response: str, given: Mapping[str, Any]) -> bool:
    return compared(sentences(response), given, "num_sentences", "relation")


@check("length_constraints:number_words")
def _number_words(response: str, given: Mapping[str, Any]) -> bool:
    return compared(len(words(response)), given, "num_words", "relation")


@check("length_constraints:number_paragraphs")
def _number_paragraphs(response: str, given: Mapping[str, Any]) -> bool:
    """Paragraphs are divided by ``***``; none may be empty, but at the ends."""
    parts = [part.strip() for part in re.split(r"\s?\*\*\*\s?", response)]
    inner = parts[1:-1] if len(parts) > 1 else parts
    if len(parts) > 2 and not all(inner):
        return False
    return sum(bool(part) for part in parts) == number_of(given, "num_paragraphs")


@check("length_constraints:nth_paragraph_first_word")
def _nth_paragraph(response: str, given: Mapping[str, Any]) -> bool:
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", response) if p.strip()]
    nth = number_of(given, "nth_paragraph")
    if len(paragraphs) != number_of(given, "num_paragraphs") or not 1 <= nth <= len(paragraphs):
        return False
    first = WORD.search(paragraphs[nth - 1])
    return first is not None and first.group().lower() == text_of(given, "first_word").lower()


@check("detectable_content:number_placeholders")
def _placeholders(response: str, given: Mapping[str, Any]) -> bool:
    found = re.findall(r"\[[^\[\]\n]{1,200}\]", response)
    return len(found) >= number_of(given, "num_placeholders")


@check("detectable_content:postscript")
def _postscript(response: str, given: Mapping[str, Any]) -> bool:
    marker = text_of(given, "postscript_marker").strip()
    letters = [re.escape(c) for c in marker if not c.isspace() and c != "."]
    pattern = r"^\s*" + r"\.?\s?".join(letters) + r"\.?.*\S"
    return re.search(pattern, response, re.IGNORECASE | re.MULTILINE) is not None


@check("detectable_format:number_bullet_lists")
def _bullets(response: str, given: Mapping[str, Any]) -> bool:
    found = re.findall(r"^[ \t]*(?:[*\-\u2022][ \t]+\S|\*[^\s*][^*\n]*$)", response, re.MULTILINE)
    return len(found) == number_of(given, "num_bullets")


@check("detectable_format:constrained_response")
def _constrained(response: str, given: Mapping[str, Any]) -> bool:
    choices = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
    return any(choice in response for choice in choices)


@check("detectable_format:number_highlighted_sections")
def _highlights(response: str, given: Mapping[str, Any]) -> bool:
    double = re.findall(r"\*\*[^*\n]*\S[^*\n]*\*\*", response)
    rest = re.sub(r"\*\*[^*\n]*\*\*", " ", response)
    single = [m for m in re.findall(r"\*([^*\n]+)\*", rest) if m.strip()]
    return len(double) + len(single) >= number_of(given, "num_highlights")


@check("detectable_format:multiple_sections")
def _sections(response: str, given: Mapping[str, Any]) -> bool:
    name = text_of(given, "section_spliter").strip()
    found = re.findall(rf"(?m)(?<!\w){re.escape(name)}\s?\d+", response)
    return len(found) >= number_of(given, "num_sections")


DEEPEST = 60


@check("detectable_format:json_format")
def _json(response: str, given: Mapping[str, Any]) -> bool:
    text = re.sub(r"\A```(?:json)?[ \t]*\n|\n?```\s*\Z", "", response.strip(), flags=re.IGNORECASE)
    if text.count("[") + text.count("{") > 100_000:
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


@check("detectable_format:title")
def _title(response: str, given: Mapping[str, Any]) -> bool:
    return any(m.strip() for m in re.findall(r"<<([^<>\n]+)>>", response))


@check("combination:two_responses")
def _two(response: str, given: Mapping[str, Any]) -> bool:
    parts = [part.strip() for part in response.split("******")]
    kept = [part for part in parts if part]
    return len(kept) == 2 and kept[0] != kept[1]


@check("combination:repeat_prompt")
def _repeat(response: str, given: Mapping[str, Any]) -> bool:
    prompt = text_of(given, "prompt_to_repeat").strip().lower()
    rest = response.strip().lower()
    return rest.startswith(prompt) and bool(WORD.search(rest[len(prompt) :]))


@check("startend:end_checker")
def _end(response: str, given: Mapping[str, Any]) -> bool:
    phrase = text_of(given, "end_phrase").strip().lower()
    return response.strip().strip('"').strip().lower().endswith(phrase)


@check("startend:quotation")
def _quotation(response: str, given: Mapping[str, Any]) -> bool:
    text = response.strip()
    return len(text) > 2 and text[0] == '"' == text[-1] and bool(WORD.search(text))


@check("change_case:capital_word_frequency")
def _capitals(response: str, given: Mapping[str, Any]) -> bool:
    found = sum(word.isupper() for word in words(response))
    return compared(found, given, "capital_frequency", "capital_relation")


@check("change_case:english_capital")
def _upper(response: str, given: Mapping[str, Any]) -> bool:
    return response.isupper()


@check("change_case:english_lowercase")
def _lower(response: str, given: Mapping[str, Any]) -> bool:
    return response.islower()


@check("punctuation:no_comma")
def _no_comma(response: str, given: Mapping[str, Any]) -> bool:
    return "," not in response and "\uff0c" not in response
