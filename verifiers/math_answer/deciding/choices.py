"""Whether an answer chooses what the reference chooses."""

from __future__ import annotations

from assay.verifiers.math_answer.equality_result import EqualityResult, different
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.reading.choices import Choice


def same(reference: Choice, answer: Choice, policy: Policy) -> EqualityResult:
    """Equal where both choose the same letters, in whatever order.

    More letters than the reference has are wrong, and so is a choice that is left open: whoever
    names every option has chosen none.
    """
    if not answer.letters:
        return different("the answer only says which choice is wrong", "words")
    if answer.offered:
        return different("the answer leaves the choice open", "words")
    wanted, said = reference.letters, answer.letters
    if policy.case == "ignore":
        wanted = frozenset(w.upper() for w in wanted)
        said = frozenset(s.upper() for s in said)
    if wanted == said:
        return EqualityResult(True, "words", "proved", "the same choice")
    return different("another choice", "words")
