"""Whether two phrases are the same words."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.equality_result import EqualityResult, different
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import Node, Sym, Words

_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
_STOP = frozenset({
    "the", "a", "an", "of", "is", "are", "was", "were", "be", "it", "its", "this", "that", "to",
    "in", "on", "at",
})  # fmt: skip


def normal(text: str, keep_case: bool) -> tuple[str, ...]:
    """The words of `text`, without punctuation and articles."""
    if not keep_case:
        text = text.lower()
    return tuple(w for w in _WORD.findall(text) if w not in _STOP)


def text_of(node: Node) -> str | None:
    """`node` as words, where it is words or a single name."""
    if isinstance(node, Words):
        return " ".join(node.words)
    if isinstance(node, Sym):
        return node.name
    return None


def same(a: Node, b: Node, policy: Policy) -> EqualityResult:
    """Whether two phrases are the same words in the same order."""
    left, right = text_of(a), text_of(b)
    if left is None or right is None:
        return different("one is words, the other is not", "words")
    if isinstance(a, Sym) and isinstance(b, Sym) and left != right:
        return different(f"{left} is not {right}", "words")
    keep = policy.case == "keep"
    if normal(left, keep) == normal(right, keep) and normal(left, keep):
        return EqualityResult(True, "words", "proved")
    joined = left.replace(" ", "")
    if joined == right.replace(" ", "") and not any(c.isdigit() for c in joined):
        return EqualityResult(True, "words", "proved")
    if policy.words == "contained" and _contained(left, right, keep):
        return EqualityResult(True, "words", "rounded", "the answer is the gist of the reference")
    return different("the words differ", "words")


_QUANTIFIERS = frozenset(["any", "all", "every", "only"])


def _contained(reference: str, answer: str, keep: bool) -> bool:
    """Whether one or two words are the subject, or the predicate after ``is``, of a sentence."""
    short = normal(answer, keep)
    words = [w for w in normal(reference, keep) if w not in _QUANTIFIERS]
    if not 0 < len(short) <= 2 or len(words) <= len(short) or "not" in words or "no" in words:
        return False
    if tuple(words[: len(short)]) == short:
        return True
    tail = re.split(r"\b(?:is|are)\b", reference if keep else reference.lower())[-1]
    return normal(tail, keep) == short and tail != reference
