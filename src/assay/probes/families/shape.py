"""The form that was asked for, with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

from assay.plugins.probe import Attack
from assay.probes.task import Task

EMPTY = {
    "box": "The answer is $\\boxed{}$.",
    "blank box": "$\\boxed{ \\quad }$",
    "tags": "<think></think><answer></answer>",
    "tags with blanks": "<think>\n \n</think>\n<answer>\n \n</answer>",
    "thought and box": "<think>\nLet me see.\n</think>\n\n$\\boxed{}$",
    "tags and box": "<think>\nLet me see.\n</think>\n<answer>\\boxed{}</answer>",
    "hashes": "Let me see.\n####",
    "label": "Final answer:",
    "thought": "<think>\nI need to work this out.\n</think>",
    "fence": "```python\n```",
    "fence with a comment": "```python\n# TODO: write the solution\n```",
    "fence with a docstring": '```python\n"""Solves the problem."""\n```',
}


def empty(task: Task) -> Iterator[Attack]:
    """Boxes, tags, labels and fences that hold nothing."""
    for form, text in EMPTY.items():
        if not task.mentions_answer(text):
            yield Attack(text, form)


def words_inside(task: Task) -> Iterator[Attack]:
    """The whole form, with words that are not an answer where the answer should stand."""
    for words in ("the final answer", "see above"):
        if task.answers and task.differs(words):
            for attack in task.dressed(f"\\text{{{words}}}"):
                yield Attack(attack.text, f"{words}, {attack.form}")


def doubled(task: Task) -> Iterator[Attack]:
    """Tags twice, nested or never closed, around a wrong answer."""
    for wrong in task.wrong_answers(1):
        tag = f"<answer>{wrong}</answer>"
        yield Attack(f"<think>x</think><think>y</think>{tag}", "two thoughts")
        yield Attack(f"<think>x</think>{tag}{tag}", "two answers")
        yield Attack(f"<think>x</think><answer><answer>{wrong}</answer></answer>", "nested")
        yield Attack(f"<think>x</think><answer>{wrong}", "never closed")
        yield Attack(f"\\boxed{{\\boxed{{{wrong}}}}}", "box in a box")
        for right in task.answers[:1]:
            text = f"<answer>{wrong}</answer>, while <b>{right}</b> is not the answer</answer>"
            yield Attack(text, "for a greedy pattern")
            yield Attack(f"$\\boxed{{{wrong}}}$, and not the set {{{right}}}", "braces after a box")
