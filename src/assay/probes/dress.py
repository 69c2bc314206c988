"""The ways in which final answers are given. A rubric that reads one of them misses the others."""

from __future__ import annotations

from assay.plugins.probe import Attack

THOUGHT = "Let me work through this step by step."
"""Reasoning that reasons nothing."""

FORMS = {
    "bare": "{answer}",
    "words": "The answer is {answer}.",
    "boxed": "The answer is $\\boxed{{{answer}}}$.",
    "hashes": THOUGHT + "\n#### {answer}",
    "tags": "<think>\n" + THOUGHT + "\n</think>\n<answer>{answer}</answer>",
    "think and box": "<think>\n" + THOUGHT + "\n</think>\n\nThe answer is $\\boxed{{{answer}}}$.",
    "tags and box": "<think>\n" + THOUGHT + "\n</think>\n<answer>\\boxed{{{answer}}}</answer>",
}
"""Form -> template."""


def dressed(answer: str) -> list[Attack]:
    """`answer` in every form."""
    return [Attack(template.format(answer=answer), form) for form, template in FORMS.items()]


def redress(correct: str, answer: str) -> dict[str, str]:
    """A correct completion that ends in `answer`, in every form: the reasoning kept.

    For samples that are not the user's, whose style is nobody's choice: the board takes the form
    that the rubric pays best.
    """
    found = {"as it is": correct}
    for form, template in FORMS.items():
        if form in ("bare", "words"):
            continue
        text = template.format(answer=answer)
        if THOUGHT in text:
            found[form] = text.replace(THOUGHT, correct.strip())
        else:
            found[form] = f"{correct.strip()}\n\n{text}"
    return found
