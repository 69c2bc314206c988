"""Answers in words that have many wordings: nothing, everything, infinitely many, no value."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.tree import Node, Sym, Words

_SUBJECT = (
    r"(?:(?:the |this |that )?(?:limit|value|answer|sum|series|integral|sequence|derivative|inverse"
    r"|function|expression|product|solution|it|this|that) )?"
)
_THERE = r"(?:(?:there (?:are|is|exists?)|it has|(?:the )?(?:equation|system|problem) has|has) )?"
_THINGS = r"(?:solutions?|roots?|answers?|values?|numbers?|points?|zeros|integers|pairs|triples)"

_ALL = r"(?:(?:the )?set of )?(?:all )?(?:the )?"

_MEANINGS: tuple[tuple[str, Node], ...] = (
    (_SUBJECT + r"(?:dne|(?:does not|do not|doesn t|don t) exist|(?:is )?(?:undefined|not defined"
     r"|nonexistent|non existent))", Words(("does", "not", "exist"))),
    (_THERE + r"(?:an )?(?:infinitely many|infinite(?: number of| many)?|infinitely)"
     rf"(?: (?:real )?{_THINGS})?", Words(("infinitely", "many"))),
    (_THERE + r"(?:no (?:(?:real|such|valid|possible|integer|integral) )?"
     r"(?:solutions?|roots?|answers?|numbers?|values?|integers)(?: exists?)?|none)",
     Sym("emptyset")),
    (r"(?:the )?empty set", Sym("emptyset")),
    (_SUBJECT + r"(?:is )?(?:diverges?|divergent|does not converge|not convergent)",
     Words(("diverges",))),
    (_SUBJECT + r"(?:is )?(?:converges?|convergent)", Words(("converges",))),
    (r"(?:(?:it|this) )?(?:is )?(?:impossible|not possible)", Words(("impossible",))),
    (r"(?:(?:it|this|the answer) )?(?:can ?not|can t) be (?:determined|found)(?: from the (?:given "
     r")?information(?: given)?)?"
     r"|(?:there is )?(?:not enough|insufficient) (?:information|info|data)"
     r"|(?:is )?(?:undetermined|not determinable)", Words(("cannot", "be", "determined"))),
    (r"(?:the set of )?(?:(?:all|any|every) (?:the )?real(?:s| numbers?)?(?: x| values)?"
     r"|(?:the )?real numbers|(?:the )?reals)", Sym("reals")),
    (_ALL + r"positive (?:real numbers|reals)", Sym("reals^+")),
    (_ALL + r"negative (?:real numbers|reals)", Sym("reals^-")),
    (_ALL + r"integers", Sym("integers")),
    (_ALL + r"natural numbers", Sym("naturals")),
    (_ALL + r"rational numbers", Sym("rationals")),
    (_ALL + r"complex numbers", Sym("complexes")),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), node) for pattern, node in _MEANINGS)

MOST = 12
"""Most words of such a phrase."""


def meaning(words: tuple[str, ...]) -> Node | None:
    """What `words` mean, however they are put; None where they have no such meaning."""
    if not 0 < len(words) <= MOST:
        return None
    text = re.sub(r"[^\w]+", " ", " ".join(words).lower()).strip()
    for pattern, node in _PATTERNS:
        if pattern.fullmatch(text) is not None:
            return node
    return None
