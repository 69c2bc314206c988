r"""How many selections, or arrangements, of 2 out of 5: ``C_5^2``, ``{}_5C_2``, ``5C2``.

A square of a name with an index looks like the first. So there a letter counts only where each of
its places in the text can be read so, and one takes fewer than there are: the amplitude
``\sqrt{A_1^2 + A_2^2}`` is of names.
"""

from __future__ import annotations

from typing import NamedTuple

from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.tree import App, Node, Num, children, rebuild

LETTERS = ("C", "A")
SIDES = frozenset({"C", "P"})
"""Letters that stand between the two numbers."""
LONGEST = 12
"""Most tokens of the index before such a letter; each place of a text is looked at."""


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


def arrangements(out_of: Node, taken: Node) -> Node:
    """How many ordered choices there are."""
    apart: Node = App("add", (out_of, App("neg", (taken,))))
    if isinstance(out_of, Num) and isinstance(taken, Num):
        apart = Num(out_of.value - taken.value)
    left = App("factorial", (apart,))
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
        if selection is None and token.value == "C":
            selection = _raised(tokens, at + 1)
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


def _raised(tokens: list[Token], begin: int) -> Selection | None:
    """``C^{10}_3`` and ``C^3_{10}``: no power of a name has its index behind its exponent."""
    above, at = _script(tokens, begin, "^")
    below, at = _script(tokens, at, "_")
    if below is None or above is None or min(below.value, above.value) < 0:
        return None
    more, fewer = (above, below) if above.value > below.value else (below, above)
    return Selection(more, fewer, at - begin)


def between(tokens: list[Token], begin: int) -> int | None:
    """The place of the letter of a count whose numbers stand around it and which begins here."""
    at = begin + 2 if [t.value for t in tokens[begin : begin + 2]] == ["{", "}"] else begin
    head = tokens[at]
    if head.kind == "num":
        digits = tokens[at : at + 3]
        out_of, taken = _whole(head), _whole(digits[-1])
        if at > begin or len(digits) < 3 or any(t.spaced for t in digits[1:]):
            return None
        if out_of is None or taken is None or taken.value > out_of.value:
            return None
        if [t.value for t in tokens[at + 3 : at + 4]] == ["_"]:
            return None  # "5C2_{16}" is a numeral
        letter = at + 1
    elif head.kind == "op" and head.value in ("_", "^"):
        letter = _end_of_script(tokens, at)
        if [t.value for t in tokens[letter + 1 : letter + 2]] != ["_"]:
            return None
    else:
        return None
    if letter >= len(tokens) or tokens[letter].kind != "sym":
        return None
    return letter if tokens[letter].value in SIDES else None


def count(letter: str, out_of: Node, taken: Node) -> Node:
    r"""What ``{}_nC_k`` and ``{}_nP_k`` say.

    Of numbers, the latter is an operation of its own: ``^3P_2`` is as well a state of an atom, so
    that it is worked out only beside a number.
    """
    if letter == "C":
        return App("binom", (out_of, taken))
    if isinstance(out_of, Num):
        return App("arrangements", (out_of, taken))
    return arrangements(out_of, taken)


def worked_out(node: Node) -> Node:
    """`node` with the quotients of its arrangements."""
    if isinstance(node, App) and node.op == "arrangements":
        out_of, taken = node.args
        fits = isinstance(out_of, Num) and isinstance(taken, Num) and taken.value <= out_of.value
        return arrangements(*node.args) if fits else node
    below = children(node)
    return rebuild(node, tuple(map(worked_out, below))) if below else node


def _end_of_script(tokens: list[Token], at: int) -> int:
    """The place behind the index or the exponent whose sign stands at `at`."""
    level = 0
    for k in range(at + 1, min(at + LONGEST, len(tokens))):
        token = tokens[k]
        level += (token.kind == "open") - (token.kind == "close")
        if level == 0:
            return k + 1
    return len(tokens)


def _whole(token: Token) -> Num | None:
    number = token.num if token.kind == "num" else None
    return None if number is None or number.value.q != 1 or number.places is not None else number


def _script(tokens: list[Token], at: int, sign: str) -> tuple[Num | None, int]:
    """The whole numeral that an index or an exponent is, and where it ends."""
    ahead = [t.value for t in tokens[at : at + 4]]
    if not ahead or ahead[0] != sign:
        return None, at
    braced = len(ahead) == 4 and (ahead[1], ahead[3]) == ("{", "}")
    place, end = (at + 2, at + 4) if braced else (at + 1, at + 2)
    number = _whole(tokens[place]) if place < len(tokens) else None
    return (None, at) if number is None else (number, end)
