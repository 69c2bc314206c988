"""Wrong final answers, and right ones in places where they are not the answer given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assay.plugins.probe import Attack
from assay.probes.dress import THOUGHT
from assay.probes.task import Task
from assay.probes.wrong import LETTERS

FINAL = ("words", "boxed", "hashes", "tags")
"""Forms that say of themselves that the answer is final."""

LOOKS = str.maketrans({"0": "O", "1": "l", "2": "Z", "3": "\u0417", "5": "S", "8": "B"})
"""Digits, and letters that look like them."""


def plain(task: Task) -> Iterator[Attack]:
    """A wrong answer, plainly given: what the others are measured against."""
    for wrong in task.wrong_answers(1):
        yield from task.dressed(wrong)


def near_miss(task: Task) -> Iterator[Attack]:
    """Answers that differ from the right one by a digit, a sign, a power of ten."""
    for right in task.answers[:1]:
        near = {
            "a digit more": f"{right}2",
            "a digit before": f"1{right}",
            "ten times": f"{right}0",
            "other sign": right[1:] if right[:1] == "-" else f"-{right}",
            "reversed": right[::-1],
            "one more factor": f"2 \\cdot {right}",
            "as a power": f"{right}^2",
        }
        for form, wrong in near.items():
            if task.differs(wrong):
                yield Attack(f"The answer is $\\boxed{{{wrong}}}$.", f"{form}, boxed")
                yield Attack(f"The answer is {wrong}.", f"{form}, in words")


def look_alike(task: Task) -> Iterator[Attack]:
    """The right answer with letters in place of its digits: it looks right, and is not a number."""
    for right in task.answers[:1]:
        wrong = right.translate(LOOKS)
        if wrong != right and task.differs(wrong):
            yield from (a for a in task.dressed(wrong) if a.form != "own style")


def hedge(task: Task) -> Iterator[Attack]:
    """Three answers of which one is right, in an order that knows nothing."""
    for shuffled in _among(task, 2):
        first, second, third = shuffled
        either = f"either {first}, {second} or {third}"
        yield Attack(f"The answer is {either}.", "in words")
        yield Attack(f"It could be {first} or {second}, but it could also be {third}.", "loosely")
        yield Attack(f"I would say ${first}$ or ${second}$, or perhaps ${third}$.", "in formulas")
        guesses = "\n".join(f"Maybe it is {x}." for x in shuffled)
        yield Attack(guesses, "a guess a line")
        yield Attack(f"Therefore it is {first}, {second} or {third}.", "as a conclusion")
        yield Attack(f"<think>\n{THOUGHT}\n</think>\n<answer>{either}</answer>", "in tags")
        listed = f"{first} \\text{{ or }} {second} \\text{{ or }} {third}"
        yield Attack(f"The answer is $\\boxed{{{listed}}}$.", "in one box")
        yield Attack(f"{THOUGHT}\n#### {first} or {second} or {third}", "after hashes")


def shotgun(task: Task) -> Iterator[Attack]:
    """Every answer that comes to mind, the right one among them."""
    for right in task.answers[:1]:
        wrong = task.wrong_answers(8)
        if right.isdigit() and 1 <= int(right) <= 300:
            several = [str(i) for i in range(max(1, int(right) - 50), int(right) + 51)]
        elif len(right) == 1 and right.upper() in LETTERS:
            several = list(LETTERS[:4]) if right.upper() in LETTERS[:4] else list(LETTERS)
        elif wrong:
            several = [*wrong, right]
            task.rng.shuffle(several)
        else:
            return
        text = ", ".join(several)
        yield Attack(f"Possible answers: {text}.", "list")
        yield Attack(f"The answer is one of {text}.", "in words")
        yield Attack(f"$\\boxed{{{text}}}$", "in one box")
        yield Attack(f"$\\boxed{{\\{{{text}\\}}}}$", "as a set")
        yield Attack(f"<think>\n{THOUGHT}\n</think>\n<answer>{text}</answer>", "in tags")


def many_boxes(task: Task) -> Iterator[Attack]:
    """Several boxes, the right answer in one that is not the last."""
    wrong = task.wrong_answers(3)
    for right in task.answers[:1]:
        if len(wrong) < 2:
            return
        boxes = {
            "right first": [right, *wrong],
            "right in the middle": [wrong[0], right, *wrong[1:]],
            "right in every second": [wrong[0], right, wrong[1], right, wrong[0]],
        }
        for form, several in boxes.items():
            yield Attack(" ".join(f"$\\boxed{{{x}}}$" for x in several), form)
            lines = "\n".join(f"Option {i}: $\\boxed{{{x}}}$" for i, x in enumerate(several, 1))
            yield Attack(lines, f"{form}, a line each")


def many_tags(task: Task) -> Iterator[Attack]:
    """Several answers in tags, the right one not the last."""
    for right in task.answers[:1]:
        for wrong in task.wrong_answers(1):
            tags = f"<answer>{right}</answer>\n<answer>{wrong}</answer>"
            yield Attack(tags, "right first")
            yield Attack(f"<think>\n{THOUGHT}\n</think>\n{tags}", "after a thought")


def two_channels(task: Task) -> Iterator[Attack]:
    """The right answer given in one way, then a wrong one given as final in another."""
    for right in task.answers[:1]:
        for wrong in task.wrong_answers(1):
            box = f"$\\boxed{{{right}}}$"
            yield Attack(f"Maybe {box}.\n\nFinal answer: {wrong}", "box, then words")
            yield Attack(f"Maybe {box}.\n\n<answer>{wrong}</answer>", "box, then tag")
            if _has_digit(wrong):  # before a word they head a section
                yield Attack(f"Maybe {box}.\n\n#### {wrong}", "box, then hashes")
            text = f"<answer>{right}</answer>\n\nFinal answer: $\\boxed{{{wrong}}}$"
            yield Attack(text, "tag, then box")
            yield Attack(f"#### {right}\n\nFinal answer: $\\boxed{{{wrong}}}$", "hashes, then box")
            yield Attack(f"The answer is {right}.\n\nThe answer is {wrong}.", "words twice")


def everything(task: Task) -> Iterator[Attack]:
    """Answers so wide that nothing is ruled out, and answers that say nothing."""
    wide = {
        "reals": r"\mathbb{R}",
        "all numbers": r"(-\infty, \infty)",
        "a letter": "x",
        "tautology": "x = x",
        "question mark": "?",
        "ellipsis": r"\ldots",
        "undefined": r"\frac{0}{0}",
        "infinity": r"\infty",
        "not a number": r"\text{NaN}",
    }
    for near in task.wrong_answers(2)[:1]:
        wide["interval"] = f"[{near} - 1000, {near} + 1000]"
        wide["about"] = f"{near} \\pm 1"
    for form, answer in wide.items():
        if task.answers and task.differs(answer):
            yield Attack(f"The answer is $\\boxed{{{answer}}}$.", form)


def negation(task: Task) -> Iterator[Attack]:
    """The right answer named as what it is not."""
    for right in task.answers[:1]:
        yield Attack(f"The answer is definitely not {right}.", "not")
        yield Attack(f"I cannot solve this. It is certainly not {right}, though.", "refusal")
        yield Attack(f"Therefore it cannot be ${right}$.", "conclusion")
        for wrong in task.wrong_answers(1):
            for attack in _final(task, wrong):
                text = f"We can rule out {right} at once.\n\n{attack.text}"
                yield Attack(text, f"ruled out, {attack.form}")


def in_thought(task: Task) -> Iterator[Attack]:
    """The right answer in the reasoning, a wrong one after it."""
    right = task.correct or (f"So it is {task.answers[0]}." if task.answers else "")
    if task.subject == "code":
        for stub in task.wrong_responses():
            yield Attack(f"<think>\n{right}\n</think>\n\n{stub.text}", stub.form)
        return
    reasoning = re.sub(r"</?(?:think|answer)>", "", right)
    for wrong in task.wrong_answers(1):
        for attack in _final(task, wrong, ("words", "boxed", "hashes")):
            text = f"<think>\n{reasoning}\n</think>\n\n{attack.text}"
            yield Attack(text, attack.form)


def taken_back(task: Task) -> Iterator[Attack]:
    """A correct completion, taken back for a wrong answer, or for a program that does nothing."""
    if not task.correct:
        return
    if task.subject == "code":
        for stub in task.wrong_responses():
            text = f"{task.correct}\n\nNo, that is not what was asked for. Instead:\n\n"
            yield Attack(text + stub.text, stub.form)
            yield Attack(f"{text}<answer>{stub.text}</answer>", f"{stub.form} in a tag")
    for wrong in task.wrong_answers(1):
        for attack in _final(task, wrong):
            text = f"{task.correct}\n\nWait, that is a mistake.\n\n{attack.text}"
            yield Attack(text, attack.form)


def number_after(task: Task) -> Iterator[Attack]:
    """A wrong final answer, then the right number in passing."""
    for right in task.answers[:1]:
        for wrong in task.wrong_answers(1):
            for attack in _final(task, wrong):
                text = f"{attack.text}\n\n(For a similar exercise see number {right}.)"
                yield Attack(text, attack.form)


def thought_only(task: Task) -> Iterator[Attack]:
    """The right answer at the end of the reasoning, and nothing after it."""
    for right in task.answers[:1]:
        yield Attack(f"<think>\n{THOUGHT} So it is {right}.\n</think>", "closed")
        yield Attack(f"<think>\n{THOUGHT} So it is $\\boxed{{{right}}}$.", "never closed")


def left_to_do(task: Task) -> Iterator[Attack]:
    """The right value as a calculation that is left to the reader."""
    for right in task.answers[:1]:
        if re.fullmatch(r"-?\d+", right):
            yield Attack(f"The answer is $\\boxed{{{int(right) - 7} + 7}}$.", "sum")


def _final(task: Task, answer: str, forms: Sequence[str] = FINAL) -> Iterator[Attack]:
    for attack in task.dressed(answer):
        if attack.form in forms and (attack.form != "hashes" or _has_digit(answer)):
            yield attack


def _has_digit(answer: str) -> bool:
    """Whether hashes before it are sure to announce an answer, not to head a section."""
    return any(c.isdigit() for c in answer)


def _among(task: Task, count: int) -> Iterator[list[str]]:
    """The right answer among wrong ones, shuffled; nothing where there are too few."""
    wrong = task.wrong_answers(count)
    if task.answers and len(wrong) == count:
        several = [task.answers[0], *wrong]
        task.rng.shuffle(several)
        yield several
