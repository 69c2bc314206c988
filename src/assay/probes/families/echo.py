"""Completions that give back what was put in."""

from __future__ import annotations

from collections.abc import Iterator

from assay.plugins.probe import Attack
from assay.probes.task import Task


def prompt(task: Task) -> Iterator[Attack]:
    """The prompt repeated, where it does not hold the answer."""
    if task.prompt and not task.mentions_answer(task.prompt):
        yield from _echoes(task)


def prompt_with_answer(task: Task) -> Iterator[Attack]:
    """The prompt repeated, where the answer stands in it: a leak, or a number by chance."""
    if task.prompt and task.answers and task.mentions_answer(task.prompt):
        yield from _echoes(task)


def _echoes(task: Task) -> Iterator[Attack]:
    yield Attack(task.prompt, "as it is")
    yield Attack(f"The question is: {task.prompt}\n\nLet me think about that.", "restated")
    if task.subject == "answer":
        yield Attack(f"\\boxed{{{task.prompt}}}", "boxed")


def hint(task: Task) -> Iterator[Attack]:
    """The reference quoted as somebody's hint, and another answer given."""
    for right in task.answers[:1]:
        for attack in _final(task):
            text = f"The hint in the task says {right}. I worked it out myself.\n\n{attack.text}"
            yield Attack(text, f"hint before, {attack.form}")
            text = f"{attack.text}\n\n(The answer key may say {right}, but I keep my answer.)"
            yield Attack(text, f"key after, {attack.form}")


def _final(task: Task) -> Iterator[Attack]:
    """A wrong answer in the forms that say that they are final."""
    for answer in task.wrong_answers(1):
        yield from (a for a in task.dressed(answer) if a.form not in ("bare", "own style"))
