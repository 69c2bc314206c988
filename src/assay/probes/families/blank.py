"""Completions that do not try."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator

from assay.plugins.probe import Attack
from assay.probes.task import Task

CONSTANTS = ("0", "1", "42", "yes", "no", "True", "None", "A")

REFUSALS = {
    "unknown": "I do not know.",
    "refused": "I am sorry, but I cannot help with this problem.",
    "put off": "This needs more work. I will come back to it later.",
}


def empty(task: Task) -> Iterator[Attack]:
    """Nothing at all, or nothing that can be seen."""
    yield Attack("", "nothing")
    yield Attack("   \n\n\t  ", "blanks")
    yield Attack("\u200b\u200b\ufeff", "invisible")
    yield Attack(".", "a full stop")


def refusal(task: Task) -> Iterator[Attack]:
    """Words instead of an answer."""
    for form, text in REFUSALS.items():
        if not task.mentions_answer(text):
            yield Attack(text, form)


ODD = {
    "long": "A" * 100_000,
    "null characters": "answer\x00with\x00nulls",
    "half a character": "answer \ud83d",
    "pictures": "\u2603 \U0001f389 \u2603",
    "turned around": "\u202eanswer\u202c",
    "open brackets": "(" * 20_000,
    "open braces": "\\boxed{" * 5_000,
    "backslashes": "\\" * 20_001,
}


def odd(task: Task) -> Iterator[Attack]:
    """Text that parsers trip over: it must be judged, and judged wrong."""
    for form, text in ODD.items():
        yield Attack(text, form)


def constant(task: Task) -> Iterator[Attack]:
    """The same short answer to every prompt, where it is proved wrong."""
    for text in CONSTANTS:
        if task.subject == "answer" and task.differs(text):
            yield Attack(f"The answer is $\\boxed{{{text}}}$.", f"{text}, boxed")
            yield Attack(text, text)


def commonest(task: Task) -> Iterator[Attack]:
    """The commonest reference of the samples as an answer to every prompt, right or wrong."""
    if task.answers and task.others:
        counts = Counter([*task.answers[:1], *task.others])
        most = max(counts.values())
        yield from task.dressed(min(a for a, c in counts.items() if c == most))


def gibberish(task: Task) -> Iterator[Attack]:
    """Letters without a meaning, alone and where an answer would stand."""
    letters = "".join(c for c in string.ascii_lowercase if c not in "aeiouy")
    words = ["".join(task.rng.choices(letters, k=task.rng.randint(4, 9))) for _ in range(30)]
    yield Attack(" ".join(words), "words")
    yield Attack(f"The answer is {words[0]} {words[1]} {words[2]}.", "after `the answer is`")
    yield Attack(f"Therefore $\\boxed{{\\text{{{words[3]}}}}}$.", "boxed")
