r"""``C_5^2`` and ``A_5^2``: how many selections, and how many arrangements, of 2 out of 5.

A square of a name with an index looks the same. So a letter counts only where each of its places in
the text can be read so, and one takes fewer than there are: the amplitude
``\sqrt{A_1^2 + A_2^2}`` is of names.
"""

from __future__ import annotations

from typing import NamedTuple

from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.tree import App, Node, Num

LETTERS = ("C", "A")


class Selection(NamedTuple):
    """One count, and how many tokens behind its letter say it."""

    out_of: Num
    taken: Num
    tokens: int

    def node(self, letter: str) -> Node:
        """The count as a tree."""
        if letter == "C":
            return App("binom", (self.out_of, self.taken))
        left = App("factorial", (Num(self.out_of.value - self.taken.value),))
        return App("mul", (App("factorial", (self.out_of,)), App("inv", (left,))))


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
    if below is None or above is None or not 0 <= above.value <= below.value:
        return None
    return Selection(below, above, at - begin)


def _script(tokens: list[Token], at: int, sign: str) -> tuple[Num | None, int]:
    """The whole numeral that an index or an exponent is, and where it ends."""
    ahead = [t.value for t in tokens[at : at + 4]]
    if not ahead or ahead[0] != sign:
        return None, at
    braced = len(ahead) == 4 and (ahead[1], ahead[3]) == ("{", "}")
    place, end = (at + 2, at + 4) if braced else (at + 1, at + 2)
    number = tokens[place].num if place < len(tokens) else None
    if number is None or number.value.q != 1 or number.places is not None:
        return None, at
    return number, end
