r"""How many selections, or arrangements, of 2 out of 5: ``C_5^2``, ``{}_5C_2``, ``5C2``.

A square of a name with an index looks like the first. So there a letter counts only where each of
its places in the text can be read so, and one takes fewer than there are: the amplitude
``\sqrt{A_1^2 + A_2^2}`` is of names.
"""

from __future__ import annotations

from typing import NamedTuple

from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.tree import App, Node, Num, Sym

LETTERS = ("C", "A")
SIDES = frozenset({"C", "P"})
"""Letters that stand between the two numbers."""


class Selection(NamedTuple):
    """One count, and how many tokens behind its letter say it."""

    out_of: Num
    taken: Num
    tokens: int

    def node(self, letter: str) -> Node:
        """The count as a tree."""
        if letter == "C":
            return App("binom", (self.out_of, self.taken))
        return arrangements(self.out_of, self.taken)


def arrangements(out_of: Num, taken: Num) -> Node:
    """How many ordered choices there are."""
    left = App("factorial", (Num(out_of.value - taken.value),))
    return App("mul", (App("factorial", (out_of,)), App("inv", (left,))))


def selections(tokens: list[Token]) -> dict[int, Selection]:
    """The counts of a text, by the place of their letter among its tokens."""
    found: dict[int, Selection] = {}
    names: set[str] = set()
    fewer: set[str] = set()
    for at, token in enumerate(tokens):
        if token.kind != "sym" or token.value not in LETTERS:
            continue
        selection = _selection(tokens, at + 1)
        if selection is None:
            names.add(token.value)
            continue
        found[at] = selection
        if selection.taken.value < selection.out_of.value:
            fewer.add(token.value)
    counting = fewer - names
    return {at: selection for at, selection in found.items() if tokens[at].value in counting}


def _selection(tokens: list[Token], begin: int) -> Selection | None:
    below, at = _script(tokens, begin, "_")
    above, at = _script(tokens, at, "^")
    if (
        not (isinstance(below, Num) and isinstance(above, Num))
        or not 0 <= above.value <= below.value
    ):
        return None
    return Selection(below, above, at - begin)


def between(tokens: list[Token], begin: int) -> tuple[Node, int] | None:
    r"""The count that begins here, and where it ends: ``{}_5C_2``, ``^5C_2``, ``5C2``; or None.

    With a P it is an operation of its own: ``^3P_2`` is as well a state of an atom, so that it is
    worked out only beside a number.
    """
    at = begin
    out_of: Num | Sym | None
    taken: Num | Sym | None
    if [token.value for token in tokens[at : at + 2]] == ["{", "}"]:
        at += 2
    head = tokens[at]
    if head.kind == "num" and at == begin:
        out_of, at = _whole(head), at + 1
        taken = _whole(tokens[at + 1]) if at + 1 < len(tokens) else None
        beside = taken is not None and not (tokens[at].spaced or tokens[at + 1].spaced)
        end = at + 2
        if not beside or (end < len(tokens) and tokens[end].value == "_"):
            return None  # "5C2_{16}" is a numeral
    elif head.kind == "op" and head.value in ("_", "^"):
        out_of, at = _script(tokens, at, head.value)
        taken, end = _script(tokens, at + 1, "_")
    else:
        return None
    letter = tokens[at] if at < len(tokens) else head
    if letter.kind != "sym" or letter.value not in SIDES or out_of is None or taken is None:
        return None
    if isinstance(out_of, Num) and isinstance(taken, Num) and not 0 <= taken.value <= out_of.value:
        return None
    return App("binom" if letter.value == "C" else "arrangements", (out_of, taken)), end


def _whole(token: Token) -> Num | None:
    number = token.num if token.kind == "num" else None
    return None if number is None or number.value.q != 1 or number.places is not None else number


def _script(tokens: list[Token], at: int, sign: str) -> tuple[Num | Sym | None, int]:
    """The whole numeral or the name that an index or an exponent is, and where it ends."""
    ahead = [t.value for t in tokens[at : at + 4]]
    if not ahead or ahead[0] != sign:
        return None, at
    braced = len(ahead) == 4 and (ahead[1], ahead[3]) == ("{", "}")
    place, end = (at + 2, at + 4) if braced else (at + 1, at + 2)
    token = tokens[place] if place < len(tokens) else None
    if token is None:
        return None, at
    if token.kind == "sym":
        return Sym(token.value), end
    number = _whole(token)
    return (None, at) if number is None else (number, end)
