r"""Separators that are only white space: ``x=3 \quad y=4``, a line each, ``x=3 / x=4``.

A page sets equations apart by gaps; to a formula a gap is nothing. Read as a product, the first
equation would lend its right side to the second one and vanish from the answer.
"""

from __future__ import annotations

from assay.verifiers.math_answer.reading.lexing.tokens import Token

_RELATIONS = frozenset({"=", "<", ">", "<=", ">=", "!=", "~", "in", "notin"})
_LEFT = frozenset({"num", "sym", "close"})
_RIGHT = frozenset({"num", "sym", "open", "fn", "cmd"})
_SLASHES = frozenset({"/", ":"})
_CLAUSES = frozenset({"for", "where", "with", "as", "such", "whenever", "provided", "given", "at"})
"""Words that begin a condition: it belongs to the equation before it."""
_MARKS = frozenset({"!", "%", "deg", "'"})
"""Signs that end an operand."""


def set_apart(tokens: list[Token]) -> list[Token]:
    """`tokens` with a separator wherever a gap, a slash or a word stands between equations."""
    if not any(t.wide or t.kind == "op" for t in tokens):
        return tokens
    ahead, inside = _ahead(tokens)
    out: list[Token] = []
    related = [False]  # by bracket: whether the item so far has a relation
    heads: list[str | None] = [None]  # by bracket: what the item's first relation is about
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        fenced = token.wide and related[-1] and inside[i]  # "x > 1 \\quad (x \\in R)"
        if before is not None and (
            _parts(before, token, tokens, i, related[-1], ahead, heads[-1])
            or (fenced and before.kind in _LEFT)
        ):
            if token.value in _SLASHES:
                token = token._replace(kind="sep", value="or")
            else:
                out.append(Token("sep", ",", token.position, True))
            related[-1] = False
        out.append(token)
        if token.kind == "open":
            related.append(False)
            heads.append(None)
        elif token.kind == "close" and len(related) > 1:
            related.pop()
            heads.pop()
        elif token.kind == "sep" or token.value in ("\\\\", "&"):
            related[-1] = False
        elif token.kind == "op" and token.value in _RELATIONS:
            if not related[-1] and before is not None:
                heads[-1] = before.value
            related[-1] = True
    return out


def _ahead(tokens: list[Token]) -> tuple[list[bool], list[bool]]:
    """Two flags for each token, by whether a relation is ahead.

    The first: one follows at its level, before a gap or a separator. The second, of an opening
    bracket: one stands in it.
    """
    found = [False] * len(tokens)
    inside = [False] * len(tokens)
    levels = [False]
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind == "close":
            levels.append(False)
        elif token.kind == "open" and len(levels) > 1:
            inside[i] = levels.pop()
        elif token.kind == "op" and token.value in _RELATIONS:
            levels[-1] = True
        elif token.kind in ("sep", "end") or token.value in ("\\\\", "&"):
            levels[-1] = False
        found[i] = levels[-1]
        if token.wide:
            levels[-1] = False
    return found, inside


def _parts(
    before: Token, token: Token, tokens: list[Token], i: int,
    related: bool, ahead: list[bool], head: str | None,
) -> bool:  # fmt: skip
    """Whether a new item begins at `token`."""
    if before.kind == "word" and token.kind == "sym":
        # "x = 3 hence y = 4": the word, or the unit, ends the first equation
        return related and before.value.lower() not in _CLAUSES and _named(tokens, i)
    ended = before.kind in _LEFT or (before.kind == "op" and before.value in _MARKS)
    if not ended:
        return False
    after = tokens[min(i + 1, len(tokens) - 1)]
    named = after.kind == "sym" and _named(tokens, i + 1)
    if token.kind == "op" and token.value in _SLASHES:
        # "x = 3 / x = 4"; but "x = 12/y = 4" is a chain
        return related and named and (after.value == head or (token.spaced and after.spaced))
    if token.kind not in _RIGHT or token.value.startswith("end:"):
        return False
    if token.wide:
        return (related and ahead[i]) or (before.kind == "num" and token.kind == "num")
    # "x=3 y=4": a product has no gap behind its numeral, and names no value anew
    return (
        related and token.spaced and token.kind == "sym" and before.kind in ("num", "close")
        and _named(tokens, i)
    )  # fmt: skip


def _named(tokens: list[Token], i: int) -> bool:
    """Whether the name at `i`, with its index or arguments, stands right before an equals sign."""
    at = i + 1
    for opener in ("_", "("):
        if at < len(tokens) and tokens[at].value == opener:
            at += opener == "_"
            level = 0
            while at < len(tokens) and at < i + 12:
                level += (tokens[at].kind == "open") - (tokens[at].kind == "close")
                at += 1
                if level == 0:
                    break
    return at < len(tokens) and tokens[at].kind == "op" and tokens[at].value == "="
