"""Further kinds of instructions, of IFBench's kind: whether a response follows each.

The kinds and their arguments are those that IFBench describes (Pyatkin et al. 2025,
arXiv:2507.02833), written from its descriptions. Where a description leaves something open, the
function's docstring says how it is read here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from assay_instructions.checks import (
    SENTENCE_END,
    WORD,
    BadInstruction,
    check,
    number_of,
    occurrences,
    text_of,
    words,
)

Given = Mapping[str, Any]

STOP_WORDS = frozenset(
    "a about above after again against all am an and any are as at be because been before being "
    "below between both but by can could did do does doing down during each few for from further "
    "had has have having he her here hers him his how i if in into is it its just me more most my "
    "no nor not now of off on once only or other our out over own same she should so some such "
    "than that the their them then there these they this those through to too under until up very "
    "was we were what when where which while who whom why will with would you your".split()
)
CONJUNCTIONS = frozenset("for and nor but or yet so".split())
PRONOUNS = frozenset(
    "i me my mine myself you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself we us our ours ourselves they them their theirs themselves".split()
)
MINOR = frozenset(
    "a an the and but or nor for so yet as at by in of off on per to up via with from into".split()
)
"""Words that a title may leave small, but for its first."""

NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
EMOJI = re.compile(
    r"[\U0001f1e6-\U0001faff\u2600-\u27bf\u2b50\u2b55][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
)
CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxyz]{2}")
MARKS = (".", ",", "!", "?", ";", ":")


def sentence_list(response: str) -> list[str]:
    """Its sentences with their marks: stretches with a word, ended by a mark or a line's end."""
    found = []
    for line in response.splitlines():
        start = 0
        for end in SENTENCE_END.finditer(line):
            found.append(line[start : end.end()])
            start = end.end()
        found.append(line[start:])
    return [part.strip() for part in found if WORD.search(part)]


def lower_words(response: str) -> list[str]:
    """Its words in small letters."""
    return [word.lower() for word in words(response)]


@check("count:word_count_range")
def _word_range(response: str, given: Given) -> bool:
    low, high = number_of(given, "min_words"), number_of(given, "max_words")
    if low > high:
        raise BadInstruction(f"min_words {low} lies above max_words {high}")
    return low <= len(words(response)) <= high


@check("count:unique_word_count")
def _unique(response: str, given: Given) -> bool:
    return len(set(lower_words(response))) >= number_of(given, "N")


@check("ratio:stop_words")
def _stop_words(response: str, given: Given) -> bool:
    found = lower_words(response)
    share = number_of(given, "percentage")
    return bool(found) and 100 * sum(word in STOP_WORDS for word in found) <= share * len(found)


@check("ratio:sentence_type")
def _sentence_type(response: str, given: Given) -> bool:
    """Twice as many sentences that end in a full stop as in a question mark, and some of each."""
    ends = Counter(sentence[-1] for sentence in sentence_list(response))
    return ends["?"] > 0 and ends["."] == 2 * ends["?"]


@check("count:conjunctions")
def _conjunctions(response: str, given: Given) -> bool:
    return len(CONJUNCTIONS & set(lower_words(response))) >= number_of(given, "small_n")


@check("count:numbers")
def _numbers(response: str, given: Given) -> bool:
    return len(NUMBER.findall(response)) == number_of(given, "N")


@check("count:pronouns")
def _pronouns(response: str, given: Given) -> bool:
    return sum(word in PRONOUNS for word in lower_words(response)) >= number_of(given, "N")


@check("count:punctuation")
def _punctuation(response: str, given: Given) -> bool:
    """Full stop, comma, both marks, semicolon, colon, and an interrobang (``?!``, or its sign)."""
    rest = re.sub(r"\?!|!\?|\u203d", "", response)
    return rest != response and all(mark in rest for mark in MARKS)


@check("words:alphabet")
def _alphabet(response: str, given: Given) -> bool:
    """Each word begins with the letter after the last one's; A follows Z."""
    firsts = [ord(word[0]) - ord("a") for word in lower_words(response)]
    if not firsts or not all(0 <= first < 26 for first in firsts):
        return False
    return len(firsts) > 1 and all((a + 1) % 26 == b for a, b in pairwise(firsts))


@check("words:consonants")
def _consonants(response: str, given: Given) -> bool:
    found = lower_words(response)
    return bool(found) and all(CLUSTER.search(word) for word in found)


@check("words:palindrome")
def _palindromes(response: str, given: Given) -> bool:
    """Ten different ones, of five letters or more."""
    found = {word for word in lower_words(response) if len(word) >= 5 and word == word[::-1]}
    return sum(word.isalpha() for word in found) >= 10


@check("words:prime_lengths")
def _primes(response: str, given: Given) -> bool:
    lengths = {len(word) for word in words(response)}
    return bool(lengths) and all(n > 1 and all(n % k for k in range(2, n)) for n in lengths)


@check("words:repeats")
def _repeats(response: str, given: Given) -> bool:
    counts = Counter(lower_words(response))
    return bool(counts) and max(counts.values()) <= number_of(given, "small_n")


@check("words:no_consecutive")
def _no_consecutive(response: str, given: Given) -> bool:
    found = lower_words(response)
    return len(found) > 1 and all(a[0] != b[0] for a, b in pairwise(found))


@check("words:last_first")
def _last_first(response: str, given: Given) -> bool:
    found = [lower_words(sentence) for sentence in sentence_list(response)]
    return len(found) > 1 and all(a[-1] == b[0] for a, b in pairwise(found))


@check("words:paragraph_last_first")
def _paragraph_last_first(response: str, given: Given) -> bool:
    found = [lower_words(line) for line in response.splitlines() if WORD.search(line)]
    return bool(found) and all(len(one) > 1 and one[0] == one[-1] for one in found)


@check("sentence:keyword")
def _keyword(response: str, given: Given) -> bool:
    nth = number_of(given, "N")
    if nth < 1:
        raise BadInstruction("N is 0, must be the number of a sentence, from 1")
    found = sentence_list(response)
    return nth <= len(found) and occurrences(found[nth - 1], text_of(given, "word")) > 0


@check("sentence:increment")
def _increment(response: str, given: Given) -> bool:
    step = number_of(given, "small_n")
    counts = [len(words(sentence)) for sentence in sentence_list(response)]
    return len(counts) > 1 and all(b - a == step for a, b in pairwise(counts))


@check("ratio:sentence_words")
def _sentence_words(response: str, given: Given) -> bool:
    """Three sentences of equal length in characters, and no word in two of them."""
    found = sentence_list(response)
    if len(found) != 3 or len({len(sentence) for sentence in found}) != 1:
        return False
    own = [set(lower_words(sentence)) for sentence in found]
    return len(own[0] | own[1] | own[2]) == sum(map(len, own))


OPENING, CLOSING = "([{", ")]}"


@check("format:parentheses")
def _parentheses(response: str, given: Given) -> bool:
    """Five levels of round, square or curly brackets that all close in order."""
    opened: list[str] = []
    deepest = 0
    for sign in response:
        if sign in OPENING:
            opened.append(sign)
            deepest = max(deepest, len(opened))
        elif sign in CLOSING and (not opened or OPENING.index(opened.pop()) != CLOSING.index(sign)):
            return False
    return not opened and deepest >= 5


@check("format:options")
def _options(response: str, given: Given) -> bool:
    """Nothing but one of the options; they are divided by slashes, commas or ``or``."""
    options = given.get("options")
    if isinstance(options, str):
        options = re.split(r"\s*(?:/|,|\bor\b)\s*", options)
    if not isinstance(options, list | tuple) or not all(isinstance(o, str) for o in options):
        raise BadInstruction(f"options is {options!r:.40}, must be text or a list of texts")
    known = {option.strip(" .\"'").lower() for option in options} - {""}
    if len(known) < 2:
        raise BadInstruction("options names fewer than two")
    return response.strip(" .\"'\n").lower() in known


@check("format:newline")
def _newline(response: str, given: Given) -> bool:
    lines = [line for line in response.splitlines() if line.strip()]
    return len(lines) > 1 and all(len(line.split()) == 1 for line in lines)


@check("format:emoji")
def _emoji(response: str, given: Given) -> bool:
    """A sentence's emoji stands behind its mark, or in the mark's place."""
    rest = response.strip()
    parts = EMOJI.split(rest)
    if len(parts) < 2 or parts[-1].strip(" \n.!?\"'*"):
        return False
    return all(len(sentence_list(part)) <= 1 for part in parts)


@check("format:line_indent")
def _stairs(response: str, given: Given) -> bool:
    lines = [line for line in response.expandtabs(4).splitlines() if line.strip()]
    depths = [len(line) - len(line.lstrip()) for line in lines]
    return len(depths) > 1 and all(a < b for a, b in pairwise(depths))


@check("format:list")
def _list(response: str, given: Given) -> bool:
    """Two items or more, each behind the sign; no item behind a usual bullet."""
    sign = text_of(given, "sep").strip()
    lines = [line.strip() for line in response.splitlines() if line.strip()]
    items = [line for line in lines if line.startswith(sign) and WORD.search(line[len(sign) :])]
    usual = [line for line in lines if line not in items and re.match(r"[-*\u2022]\s", line)]
    return len(items) > 1 and not usual


@check("format:title_case")
def _title_case(response: str, given: Given) -> bool:
    found = words(response)
    if not found or not found[0][0].isupper():
        return False
    return all(w[0].isupper() or not w[0].isalpha() or w.lower() in MINOR for w in found)


@check("format:no_whitespace")
def _no_whitespace(response: str, given: Given) -> bool:
    return bool(response) and not re.search(r"\s", response)
