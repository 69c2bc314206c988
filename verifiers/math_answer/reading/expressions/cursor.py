"""A place in the tokens of one answer, and what is known of all of them beforehand."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.expressions.selections import Selection
from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.tree import ASSOCIATIVE, App, Group, Items, Node, Num, Sym


def _without_idle_brackets(tokens: list[Token]) -> list[Token]:
    """`tokens` with ``((x))`` as ``(x)``, however deep: doubled brackets say nothing."""
    stack: list[int] = []
    partner: dict[int, int] = {}
    for i, token in enumerate(tokens):
        if token.kind == "open":
            stack.append(i)
        elif token.kind == "close" and stack:
            partner[stack.pop()] = i
    idle: set[int] = set()
    for start, end in partner.items():
        if (tokens[start].value in "({" and partner.get(start + 1) == end - 1) and (
            tokens[start].value == tokens[start + 1].value
        ):
            idle.update((start, end))
    return [t for i, t in enumerate(tokens) if i not in idle]


def _bars(tokens: list[Token]) -> dict[int, str]:
    r"""What each ``|`` does: ``open`` or ``close`` of an absolute value, ``at`` or ``mid``.

    The bar of an evaluation, ``\frac{dy}{dx}|_{x=2}``, is ``at``.
    """
    roles: dict[int, str] = {}
    levels: list[list[int]] = [[]]
    before: Token | None = None
    for i, token in enumerate(tokens):
        if token.kind == "open":
            levels.append([])
        elif token.kind == "close" and len(levels) > 1:
            for left in levels.pop():
                roles[left] = "mid"
        elif token.kind == "op" and token.value == "|":
            opened = levels[-1]
            index = tokens[i + 1].value if i + 1 < len(tokens) else ""
            operand_before = before is not None and (
                before.kind in ("num", "sym", "close", "word")
                or before.value.startswith("end:")
                or (before.kind == "op" and before.value in ("!", "'", "%", "deg", "circ"))
                or (before.value == "|" and roles.get(i - 1) == "close")
            )
            if operand_before and opened:
                opened.pop()
                roles[i] = "close"
            elif operand_before and index == "_":
                roles[i] = "at"
            else:
                opened.append(i)
                roles[i] = "open"
        before = token
    for level in levels:
        for left in level:
            roles[left] = "mid"
    return roles


class Cursor:
    """One pass over the tokens of one answer."""

    __slots__ = ("arranged", "at", "bars", "bold", "congruent", "depth", "inside", "notes",
                 "selections", "token", "tokens")  # fmt: skip

    def __init__(self, tokens: list[Token]) -> None:
        nested = sum(1 for t in tokens if t.kind == "open")
        if nested > limits.DEPTH // 3:
            tokens = _without_idle_brackets(tokens)
        self.tokens = tokens
        self.at = 0
        self.token = tokens[0]
        self.depth = 0
        self.notes: list[str] = []
        self.inside = ""
        """The innermost bracket that is open."""
        self.arranged = False
        """Whether a count of arrangements was read: ``{}_5P_2``."""
        self.congruent = False
        """Whether the sign of a congruence stands before, so that its modulus may follow."""
        self.selections: dict[int, Selection] | None = None
        """Counts such as ``C_5^2``, by place; None until one is asked for."""
        self.bold = frozenset(t.value for t in tokens if t.mark == "bold")
        """Names that are written bold somewhere."""
        self.bars = _bars(tokens) if any(t.value == "|" for t in tokens) else {}

    def advance(self) -> Token:
        """Take the current token and go on."""
        token = self.token
        if token.kind != "end":
            self.at += 1
            self.token = self.tokens[self.at]
        return token

    def peek(self, ahead: int = 1) -> Token:
        """The token some places ahead."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_op(self, value: str) -> bool:
        """Whether the current token is this sign."""
        return self.token.kind == "op" and self.token.value == value

    def fail(self, what: str | None = None) -> Unreadable:
        """The error at the current token."""
        token = self.token
        if what is None:
            what = "it ends too early" if token.kind == "end" else f"unexpected {token.value!r}"
        return Unreadable(what, token.position)

    def down(self) -> None:
        """Go one level deeper, within the limit."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested deeper than {limits.DEPTH} levels")

    # what the layers above add; declared here for those below that call them

    def items(self, closers: frozenset[str]) -> Node:
        """Expressions set apart by separators."""
        raise NotImplementedError

    def expression(self, level: int) -> Node:
        """A relation, a set, a ratio or a sum, by level."""
        raise NotImplementedError

    def product(self) -> Node:
        """Factors."""
        raise NotImplementedError

    def is_binary(self, operators: frozenset[str]) -> bool:
        """Whether an operator between two values stands here, one of `operators`."""
        if not (self.token.kind == "op" and self.token.value in operators):
            return False
        return self.peek().kind not in ("end", "close", "sep")

    def operand(self) -> Node:
        """A primary with signs and marks."""
        raise NotImplementedError

    def primary(self) -> Node:
        """One numeral, name, bracket, function or command."""
        raise NotImplementedError

    def postfix(self, node: Node) -> Node:
        """Marks behind `node`."""
        raise NotImplementedError

    def script(self, tower: bool = False) -> Node:
        """What follows a caret or an underscore."""
        raise NotImplementedError

    def argument(self) -> Node:
        """The argument of a command."""
        raise NotImplementedError

    def close(self, bracket: str) -> None:
        """Take a closing bracket."""
        raise NotImplementedError


def times(factors: list[Node]) -> Node:
    """The product of `factors`; degrees with minutes add up, tuples make a list."""
    if len(factors) == 1:
        return factors[0]
    angle = _angle(factors)
    if angle is not None:
        return angle
    if all(isinstance(f, Group) and len(f.items) > 1 for f in factors):
        return Items(tuple(factors))
    flat: list[Node] = []
    for factor in factors:
        if isinstance(factor, App) and factor.op == "mul" and len(factor.args) < 4:
            flat.extend(factor.args)
        else:
            flat.append(factor)
    return App("mul", tuple(flat))


def binary(op: str, left: Node, right: Node) -> Node:
    """``left op right``; chains are flat, since the first operator of a chain is done first."""
    if op == "ltimes":  # the other way round: the normal subgroup stands at the open side
        return App("rtimes", (right, left))
    if op == "wedge":
        left, right = _differential(left), _differential(right)
    first = left.args if isinstance(left, App) and left.op == op else (left,)
    chained = isinstance(right, App) and right.op == op and op in ASSOCIATIVE
    return App(op, (*first, *(right.args if chained and isinstance(right, App) else (right,))))


def _differential(node: Node) -> Node:
    """``f dx`` with one name for its differential."""
    if not (isinstance(node, App) and node.op == "mul"):
        return node
    *rest, d, name = node.args
    negative = isinstance(d, App) and d.op == "neg"
    if (d.args[0] if isinstance(d, App) and negative else d) != Sym("d"):
        return node
    if not isinstance(name, Sym):
        return node
    whole: Node = Sym(f"vec:d{name.name}")
    if rest:
        whole = App("mul", (*rest, whole))
    return App("neg", (whole,)) if negative else whole


_SIXTIETHS = {"deg": 1, "arcmin": 60, "arcsec": 3600}


def _angle(factors: list[Node]) -> Node | None:
    """``30° 15' 20''`` in degrees; the sign of the degrees is the sign of all."""
    first = factors[0]
    negative = isinstance(first, App) and first.op == "neg"
    parts = [first.args[0] if negative and isinstance(first, App) else first, *factors[1:]]
    terms: list[Node] = []
    last = 0
    for part in parts:
        if not isinstance(part, App) or part.op not in _SIXTIETHS or _SIXTIETHS[part.op] <= last:
            return None
        last = _SIXTIETHS[part.op]
        value = part.args[0]
        terms.append(value if last == 1 else App("mul", (value, Num(fmpq(1, last)))))
    if not isinstance(parts[0], App) or parts[0].op != "deg":
        return None
    angle: Node = App("deg", (App("add", tuple(terms)),))
    return App("neg", (angle,)) if negative else angle
