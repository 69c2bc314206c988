r"""What the last sentence of a text says in words, where the answer is words: "so it is odd".

A reference such as ``odd``, ``ellipse`` or ``no solution`` has no digits to find. The words that
end the last clause count: behind "is" and its like, or with a verb of their own ("the series
diverges"). A clause that denies, guesses, compares or supposes says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.verifiers.math_answer.reading.phrases import MOST, meaning
from assay.verifiers.math_answer.tree import Node, Sym, Words

REACH = 600
"""Characters at the end of a text that are looked at."""

_MARKS = re.compile(
    r"\\(?:text\w*|mathrm|mathbf|operatorname)\s*|[*_`${}\"\u201c\u201d#>]|\\[()\[\] ,]"
)
_SENTENCE = re.compile(r"[.!?\n](?=\s|\Z)")
_CLAUSE = re.compile(r"[,;:\u2014]\s")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*|\S")
_SUPPOSES = re.compile(
    r"\W*(?:if|when(?:ever)?|suppose|assum\w*|let|whether|unless|note|recall|check"
    r"|for\s+example)\b",
    re.IGNORECASE,
)
_UNSURE = frozenset({
    "not", "no", "never", "neither", "nor", "or", "either", "whether", "if", "unless", "may",
    "might", "could", "maybe", "perhaps", "possibly", "than", "like", "except", "without", "cannot",
    "can't", "isn't", "aren't", "doesn't", "don't", "didn't", "wasn't", "nothing", "nobody", "none",
    "hardly", "fails", "false", "wrong", "incorrect", "between", "called", "because", "since",
    "when", "while", "unlike", "same", "would", "should",
})  # fmt: skip
"""Words before the answer that take it back, or leave it open."""
_BEFORE = frozenset({
    "is", "are", "was", "were", "be", "becomes", "become", "remains", "remain", "on", "it's",
    "that's", "must", "an", "a", "the",
})  # fmt: skip
_ARTICLES = frozenset({"a", "an", "the"})


def asks_for_words(node: Node | None) -> bool:
    """Whether a reference is a few words, or "no solution" and its like."""
    if isinstance(node, Words):
        return len(node.words) <= MOST and not any(c.isdigit() for w in node.words for c in w)
    return node in (Sym("emptyset"), Sym("reals"))


def endings(text: str) -> Iterator[str]:
    """The words that may be what the last sentence of `text` says, the shortest first.

    >>> list(endings("Hence f is odd."))
    ['odd']
    >>> list(endings("Hence f is not odd."))
    ['not odd']
    """
    bare = _MARKS.sub(" ", text[-REACH:]).rstrip(" \n.!")
    if bare.endswith("?"):
        return
    cut = list(_SENTENCE.finditer(bare))
    sentence = bare[cut[-1].end() :] if cut else bare
    if _SUPPOSES.match(sentence) is not None:
        return
    clauses = list(_CLAUSE.finditer(sentence))
    clause = sentence[clauses[-1].end() :] if clauses else sentence
    words = _WORD.findall(clause)
    low = [w.lower().replace("\u2019", "'") for w in words]
    for count in range(1, min(len(words), MOST) + 1):
        at = len(words) - count
        if any(w in _UNSURE for w in low[:at]):
            continue
        said = " ".join(words[at:])
        before = low[at - 1] if at else ""
        if before in _BEFORE or meaning(tuple(low[at:])) is not None:
            yield said
