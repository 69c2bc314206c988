"""Finding an answer costs time in proportion to the text, whatever is repeated in it.

Counted by ratio, not by the clock: a text four times as long may cost at most three times its
share, by processor time, the best of several tries. A quadratic path costs four times its share at
once, and far more at the sizes of the sweep.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

import pytest

from assay.model import split_reasoning
from assay.verifiers.format.boxed import braced
from assay.verifiers.math_answer.locating.extract import extract
from assay.verifiers.math_steps.scan import chains
from assay.verifiers.program_source.extract import extract_program

FRAGMENTS = (
    "x ", "A: 7 ", "\n", "\\boxed{", "}", "\\boxed", "\\boxed{}", "\\boxed{5}", "$", "$5 ", "$x$ ",
    "$$", "\\[", "\\]", "\\(", "\\)", "the answer is ", "answer: ", "Answer", "final answer ", "5",
    "5.", "5, ", ",", "and ", "or ", "(A) ", "(B) or ", "option B ", "is correct ", "not ", "####",
    "#### 5\n", "<answer>", "</answer>", "<think>", "</think>", "<", "{", '{"answer": ', '"answer"',
    '"', '{"answer": "5"}', "```", "```json\n", "```python\n", "答案", "答案是",
    "故选", "D。", "【答案】", "，", "La respuesta es ", "no es ", "because ", "so ", "Therefore ",
    "1,", "1 000 ", "111", "1/", "-", "+", "=", "5+", "5 = ", "(", "[", "|", ")", "]",
    "4 hours and ", "30 minutes ", "in ",
    "A, B, C ", "AB ", "A", "\\text{", "\\", "\\frac{1}{2}", "*", "**", "_", "if ", "which ",
    "This answer is not possible. ", "not enough information ", "could be 5 ", "\\begin{align}",
    "\\$5 ", "US$", "€", "Ответ: ", " ", "\t", "\r\n", "’", "0", "é", "İ", "<|im_end|>", "</s>",
    "maybe ", "\nA: 7", "ans: ", "!", "?", ":", ";", "16 - 3 = 13 ", "<<16-3=13>>", "def f():\n",
    "375, 377, ", "4.25 feet = 52 inches - ", "(0,-200),Ta=", "42(21)/20 baps = ", "option a ",
    "{{", "\\\\",
)  # fmt: skip


def patterns(n: int) -> list[str]:
    """Every fragment by itself, and seeded runs of two to four."""
    rng = Random(20)
    mixed = {"".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(2, 4))) for _ in range(n)}
    return [*FRAGMENTS, *sorted(mixed)][:n]


READERS: dict[str, Callable[[str], object]] = {
    "answer": extract,
    "choice": lambda text: extract(text, letters=True, cut=True),
    "all boxes": lambda text: extract(text, "all"),
    "reasoning": split_reasoning,
    "steps": chains,
    "code blocks": extract_program,
    "braces": lambda text: braced(text, max(0, text.find("{"))),
}

FLOOR_S = 0.02
"""Below this, start-up and caches say more than the length does."""


def cost(reader: Callable[[str], object], text: str) -> float:
    begin = time.process_time()
    reader(text)
    return time.process_time() - begin


def out_of_share(reader: Callable[[str], object], pattern: str, size: int, tries: int) -> float:
    """By how much a text of four times `size` costs more than four of `size`; best of `tries`."""
    short = (pattern * (size // len(pattern) + 1))[:size]
    long = (pattern * (4 * size // len(pattern) + 1))[: 4 * size]
    share = 0.0
    for _ in range(tries):
        share = cost(reader, long) / (4 * max(cost(reader, short), FLOOR_S))
        if share <= 3:
            break
    return share


QUICK = (
    "(A) ",
    "x A: 7 ",
    "\\boxed{",
    "5.",
    "$5 ",
    "the answer is ",
    '{"answer": ',
    "故选",
    "111 ",
    "option a ",
    "\\boxed{{",
    "\\$5 $",
)


@pytest.mark.parametrize("name", ["answer", "choice"])
def test_a_few_repeated_patterns_cost_their_share(name):
    assert {p: s for p in QUICK if (s := out_of_share(READERS[name], p, 10_000, 5)) > 3} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(READERS))
def test_no_repeated_pattern_costs_more_than_its_share(name):
    """200 patterns at 100 kB, where a quadratic path shows already."""
    reader = READERS[name]
    found = {p: s for p in patterns(200) if (s := out_of_share(reader, p, 25_000, 4)) > 3}
    assert found == {}


@pytest.mark.slow
def test_a_megabyte_costs_its_share():
    """Of what is read inline, where no bound of the engine reaches."""
    reader = READERS["answer"]
    found = {p: s for p in patterns(200)[::20] if (s := out_of_share(reader, p, 250_000, 4)) > 3}
    assert found == {}
