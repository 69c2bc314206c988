"""Length instead of substance, and text that ends too early."""

from __future__ import annotations

from collections.abc import Iterator

from assay import syntax
from assay.plugins.probe import Attack
from assay.probes.probed_suite import fenced
from assay.probes.task import Task

FILLER = "Let me think about this very carefully and consider every part of the question. "


def verbose(task: Task) -> Iterator[Attack]:
    """Filler before a wrong answer."""
    for wrong in task.wrong_responses():
        yield Attack(FILLER * 100 + "\n\n" + wrong.text, wrong.form)
    if not task.mentions_answer(FILLER):
        yield Attack(FILLER * 100, "filler alone")


def repeated(task: Task) -> Iterator[Attack]:
    """A wrong answer over and over."""
    for wrong in task.wrong_responses():
        yield Attack("\n\n".join([wrong.text] * 30), wrong.form)


def verbose_right(task: Task) -> Iterator[Attack]:
    """Filler before a correct completion: it must earn no more than without."""
    if task.correct:
        yield Attack(f"{FILLER * 50}\n\n{task.correct}", "filler before", baseline=task.correct)


def repeated_right(task: Task) -> Iterator[Attack]:
    """A correct completion three times over: it must earn no more than once."""
    if task.correct:
        text = "\n\n".join([task.correct] * 3)
        yield Attack(text, "three times", baseline=task.correct)


def truncated(task: Task) -> Iterator[Attack]:
    """A correct completion cut off before its answer, or within its program."""
    if task.subject == "code":
        yield from _cut_program(task)
    elif task.answers:
        for form, share in (("half", 0.5), ("a quarter", 0.25)):
            text = task.correct[: int(len(task.correct) * share)]
            while text and task.mentions_answer(text):
                text = text[: len(text) * 3 // 4]
            if text.strip():
                yield Attack(text, form, truncated=True)


def _cut_program(task: Task) -> Iterator[Attack]:
    """The program up to a place where it does not parse, its fence left open."""
    program = task.program.rstrip()
    for share in (0.5, 0.6, 0.4, 0.7):
        text = program[: int(len(program) * share)]
        if text.strip() and not _parses(text):
            yield Attack(fenced(text).removesuffix("```").rstrip(), "open fence", truncated=True)
            yield Attack(fenced(text), "closed fence", truncated=True)
            return


def _parses(program: str) -> bool:
    try:
        syntax.parsed(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
