"""What is known of a language: the shape of its table, and where phrases were seen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

GAOKAO = "responses of several models to GAOKAO questions (GAOKAO-Bench, llm-gaokao-math-eval)"
SIMPLE_EVALS = "openai/simple-evals, common.py: how models label answers in many languages"
MGSM = "MGSM (arXiv:2210.03057), worked examples and openai/simple-evals, mgsm_eval.py"
MMLU_PROX = "MMLU-ProX (arXiv:2503.10497), lm-evaluation-harness, mmlu_prox/lang_libs.py"
LIGHTEVAL = "huggingface/lighteval, translation_literals.py"
WEB = "worked solutions in public repositories"
TMLU = "MiuLab/TMLU, utils.py"
YEVAL = "lintangsutawika/yaeval-harness: how a translated solution ends, by language"
USUAL = "ordinary wording of the language; not yet seen in a response"

Seen = Mapping[str, str]
"""Phrase -> where it was seen."""


class Language(NamedTuple):
    """The phrases of one language. Letters are matched without regard to case."""

    name: str
    states: Seen
    """What an answer directly follows: "the answer is"."""
    labels: Seen
    """What an answer follows after a colon or in a heading: "Answer"."""
    chooses: Seen
    """What the letter of a choice directly follows: "choose", "option"."""
    confirms: Seen
    """What follows a choice letter to say that it is right."""
    denies: Seen
    """What follows a stated value, or stands before it, to say that it is wrong."""
    closes: Seen
    """What ends the sentence after the value and is not part of it: a copula at the end."""
    joins: Seen
    """"and" and its like, between two values that both belong to the answer."""
    offers: Seen
    """"or": between the solutions of an equation, or between two guesses."""
    concludes: Seen
    """"therefore": begins a sentence that concludes."""
    conditions: Seen
    """"when": before an equation that is not the answer, but says where the value is taken."""
    condition_ends: Seen = MappingProxyType({})
    """The same behind the equation, in languages that put it there."""
