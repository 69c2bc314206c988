"""Correct completions in another style: a verifier that turns them down teaches a style."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from assay import syntax
from assay.plugins.probe import Attack
from assay.probes.dress import redress
from assay.probes.probed_suite import fenced
from assay.probes.task import Task


def spaced(task: Task) -> Iterator[Attack]:
    """The correct completion with white space and line ends of another kind."""
    if task.correct:
        yield Attack(f"\n\n{task.correct}\n\n\n", "blank lines around")
        yield Attack(task.correct.replace("\n", "\r\n"), "line ends of Windows")


def framed(task: Task) -> Iterator[Attack]:
    """The correct completion with a word before it and after it."""
    if task.correct:
        yield Attack(f"Sure! Here is my solution.\n\n{task.correct}", "greeting before")
        text = f"{task.correct}\n\nLet me know if you would like any step explained."
        yield Attack(text, "offer after")


def thought_first(task: Task) -> Iterator[Attack]:
    """The correct completion after a reasoning block."""
    if task.correct and "<think>" not in task.correct:
        yield Attack(f"<think>\nLet me see.\n</think>\n\n{task.correct}", "thought first")


def restyled(task: Task) -> Iterator[Attack]:
    """The right answer in the ways that answers are given."""
    for right in task.answers[:1]:
        for attack in task.dressed(right):
            if attack.form != "own style":
                yield attack
        yield Attack(f"**Answer:** {right}", "markdown")
        yield Attack(f"The answer is ${right}$.", "formula")
        if task.correct:
            yield Attack(redress(task.correct, right)["boxed"], "solution, then box")
        wrong = task.wrong_answers(1)
        if wrong:
            text = f"The answer is {wrong[0]}. Wait, I made a mistake.\n\n"
            yield Attack(f"{text}The answer is $\\boxed{{{right}}}$.", "corrected itself")


def rewritten(task: Task) -> Iterator[Attack]:
    """The right number in another notation."""
    for right in task.answers[:1]:
        if re.fullmatch(r"\d+", right):
            number = int(right)
            yield Attack(f"The answer is $\\boxed{{{number}.0}}$.", "with a decimal")
            if number >= 1000:
                yield Attack(f"The answer is $\\boxed{{{number:,}}}$.", "with commas")


def presented(task: Task) -> Iterator[Attack]:
    """The right program, presented in another way."""
    program = task.program.strip()
    if not program:
        return
    yield Attack(f"Here it is:\n\n{fenced(program)}\n\nIt takes one pass.", "prose around")
    yield Attack(fenced(f"# A solution.\n{program}"), "comment before")
    yield Attack(f"<answer>{fenced(program)}</answer>", "in a tag")
    text = f"{fenced(program)}\n\nFor example:\n\n```text\nit works\n```"
    yield Attack(text, "output after")
    try:
        tree = syntax.parsed(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield Attack(program, "without a fence")
    yield Attack(fenced(ast.unparse(tree)), "written anew")
