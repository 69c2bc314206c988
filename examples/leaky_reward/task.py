"""The task: add a few numbers within a budget of lines, in a layout of one's choice.

A completion is a list of lines. Each line of work adds one more number, so a sum of k numbers
takes k - 1 of them; each tag takes a line as well, and so does a needless check. What is beyond
the budget is cut off, as a trainer cuts at its longest completion. The answer is the last total:
who writes tags or checks in place of work states a wrong one.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import Literal, get_args

Layout = Literal["plain", "boxed", "thinking", "tagged"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

TERMS = (3, 4, 5, 6, 7)
"""How many numbers a prompt has: from easy to hard."""

PROMPTS = 8
"""Prompts of each size."""


@dataclass(frozen=True)
class Plan:
    """What a policy decides about a completion."""

    work: int
    """Lines of work, 0 to max(TERMS) - 1; those beyond the need are checks."""
    checks: int
    """Needless lines, 0 to 2."""
    layout: Layout


WORK = range(max(TERMS))
CHECKS = range(3)
PLANS = tuple(Plan(*choice) for choice in itertools.product(WORK, CHECKS, LAYOUTS))


def numbers(terms: int, prompt: int) -> list[int]:
    """The numbers of a prompt: two digits each, the same on every machine."""
    return random.Random(1000 * terms + prompt).sample(range(11, 100), terms)


def question(terms: list[int]) -> str:
    """The prompt."""
    return f"What is {' + '.join(map(str, terms))}?"


def completion(terms: list[int], plan: Plan, budget: int) -> str:
    """The text that follows from a plan, cut off after `budget` lines."""
    total, lines = terms[0], []
    for number in terms[1 : plan.work + 1]:
        lines.append(f"{total} + {number} = {total + number}.")
        total += number
    spare = max(0, plan.work - len(lines)) + plan.checks
    lines += ["Let me check that once more: it holds."] * spare
    match plan.layout:
        case "plain":
            lines.append(f"The answer is {total}.")
        case "boxed":
            lines.append(rf"The answer is \boxed{{{total}}}.")
        case "thinking":
            lines = ["<think>", *lines, "</think>", rf"The answer is \boxed{{{total}}}."]
        case "tagged":
            lines = ["<think>", *lines, "</think>", "<answer>", str(total), "</answer>"]
    return "\n".join(lines[:budget])


def stated(terms: list[int], plan: Plan, budget: int) -> int | None:
    """The value that the answer line gives, by the environment's own arithmetic.

    None where the text was cut off before it: such a text is not an answer or, where the last line
    of work stands at its end, may be read as one.
    """
    opened = {"plain": 0, "boxed": 0, "thinking": 2, "tagged": 3}[plan.layout]
    if plan.work + plan.checks + opened + 1 > budget:
        return None
    return sum(terms[: plan.work + 1])
