"""From tokens to the tree: a precedence parser, linear in the number of tokens."""

from __future__ import annotations

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.expressions.cursor import binary
from assay.verifiers.math_answer.reading.expressions.marks import SIGNS
from assay.verifiers.math_answer.reading.expressions.operands import MATH_START, SIGNED
from assay.verifiers.math_answer.reading.expressions.products import Products
from assay.verifiers.math_answer.reading.expressions.selections import worked_out
from assay.verifiers.math_answer.reading.expressions.states import with_states
from assay.verifiers.math_answer.reading.lexing import vocabulary
from assay.verifiers.math_answer.reading.lexing.tokens import Token, tokenize
from assay.verifiers.math_answer.reading.separators import set_apart
from assay.verifiers.math_answer.tree import (
    LOOSE,
    App,
    Items,
    Node,
    Rel,
    Such,
    Words,
    children,
    rebuild,
)

_RELATIONS = frozenset({*vocabulary.RELATIONS.values(), "<", ">"} - {"|"})
_LEVELS = 2 * limits.DEPTH
"""Most levels of a tree: a continued fraction has three for each bracket. Marks, bars and
compositions are levels as well, and no brackets bound them."""
_SETS = frozenset({"cup", "cap", "setminus"})


def parse(text: str) -> Node:
    r"""The tree of one answer, in LaTeX, plain text or Python's notation.

    Raises:
        Unreadable: it is empty, no expression, or beyond the limits; says where.

    >>> from assay.verifiers.math_answer.to_text import plain
    >>> plain(parse(r"$\dfrac{1}{2}x^{2}$"))
    '1/2*x^2'
    """
    return parse_tokens(tokenize(text))[0]


def parse_tokens(tokens: list[Token]) -> tuple[Node, tuple[str, ...]]:
    """The tree, and the words of a clause that followed it (``for all integers n``).

    Raises:
        Unreadable: as `parse`.
    """
    if len(tokens) == 1:
        raise Unreadable("empty")
    if len(tokens) == 2 and tokens[0].kind == "op" and tokens[0].value in _RELATIONS:
        return Words((tokens[0].value,)), ()  # "which sign belongs between them?"
    parser = Parser(with_states(set_apart(tokens)))
    try:
        node = parser.items(frozenset())
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    if parser.token.kind != "end":
        raise Unreadable(f"unexpected {parser.token.value!r}", parser.token.position)
    if len(tokens) > _LEVELS and _levels(node) > _LEVELS:
        raise Unreadable("nested too deeply")
    if any(token.mark == "norm" for token in tokens):
        node = _without_norms(node)
    return node, tuple(parser.notes)


def _levels(node: Node) -> int:
    """How deep the tree is; iterative."""
    deepest = 0
    stack = [(node, 1)]
    while stack:
        top, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(top))
    return deepest


def _without_norms(node: Node) -> Node:
    """`node` with norms as absolute values, but for what an equation says the value of."""
    if isinstance(node, Rel) and node.ops[0] == "=":
        return Rel(node.ops, (node.args[0], *map(_without_norms, node.args[1:])))
    below = tuple(map(_without_norms, children(node)))
    if isinstance(node, App) and node.op == "norm":
        return App("abs", below)
    return rebuild(node, below) if below else node


class Parser(Products):
    """Lists, relations and sums of products."""

    __slots__ = ()

    def items(self, closers: frozenset[str]) -> Node:
        """Expressions set apart by separators, to a closing bracket or the end."""
        self.down()
        found: list[Node] = []
        kind = ","
        while True:
            while self.token.kind == "sep" or (self.is_op(":") and not found):
                if self.token.value in ("or", "and", ";"):
                    kind = self.token.value
                self.advance()
            if self.token.kind in ("end", "close"):
                break
            if self.token.kind == "op" and (
                (self.token.value in ("&", "\\\\", "|") and self.token.value != "|")
                or self.bars.get(self.at) == "close"
            ):
                break
            if self.token.kind == "cmd" and self.token.value.startswith("end:"):
                break
            before = self.at
            found.append(self.expression(0))
            if self.token.kind != "sep":
                if self.token.kind == "op" and self.token.value == ":" and self.at > before:
                    self.advance()  # "x = 1: the rest"
                    continue
                break
        self.depth -= 1
        if not found:
            raise self.fail()
        return found[0] if len(found) == 1 else Items(tuple(found), kind)

    def expression(self, level: int) -> Node:
        """Level 0: relations; 1: operations on sets; 2: ratios; 3: sums."""
        skipped = ("=", "~", "=>", ":", "*")
        while level == 0 and self.token.kind == "op" and self.token.value in skipped:
            self.advance()  # "= 5", "≈ 17.1"
        left = self.sum()
        if self.token.kind == "cmd" and self.token.value in ("choose", "over"):
            return self.stacked(left)
        while self.token.kind == "op":
            value = self.token.value
            if value == ":" and self.inside == "set{" and not isinstance(left, Words):
                if level > 0:
                    return left
                self.advance()
                return Such(left, self.condition())
            if value == ":":
                if level > 2 or (self.peek().kind not in MATH_START and self.peek().value != "-"):
                    return left
                if isinstance(left, Words):
                    if level > 0:
                        return left
                    self.advance()
                    named = self.expression(1)
                    if self.token.kind == "op" and self.token.value in _RELATIONS:
                        return self.relation(named)  # "The solution: x = 3"
                    return Rel(("=",), (left, named))
                parts: list[Node] = [left]
                while self.is_op(":"):
                    self.advance()
                    parts.append(self.expression(3))
                left = App("ratio", tuple(parts))
            elif value in _SETS:
                if level > 1:
                    return left
                self.advance()
                while self.token.kind == "sep":  # "∪, {...}": a slip of the pen
                    self.advance()
                right = self.expression(2)
                if isinstance(left, App) and left.op == value:
                    left = App(value, (*left.args, right))
                else:
                    left = App(value, (left, right))
            elif value in _RELATIONS or value == "|":
                if level > 0 or self.bars.get(self.at) == "close":
                    return left
                return self.relation(left)
            else:
                return left
        return left

    def stacked(self, top: Node) -> Node:
        r"""``{n \choose k}`` and ``{a \over b}``, the notation of plain TeX."""
        sign = self.advance().value
        bottom = self.sum()
        if sign == "choose":
            return App("binom", (top, bottom))
        return App("mul", (top, App("inv", (bottom,))))

    def relation(self, left: Node) -> Node:
        """A chain of relations that begins with `left`, or a condition after a bar."""
        if self.is_op("|"):
            self.advance()
            return Such(left, self.condition())
        args = [left]
        ops: list[str] = []
        while self.token.kind == "op" and self.token.value in _RELATIONS:
            sign = self.advance()
            op = sign.value
            self.congruent |= sign.mark == "congruent"
            if op == "=" and self.token.kind == "op" and self.token.value in (">", "<"):
                op = {">": ">=", "<": "<="}[self.advance().value]
            ops.append(op)
            if self.token.kind in ("end", "close", "sep"):
                ops.pop()
                break
            args.append(self.expression(1))
        if self.arranged:  # set equal to something, they are no states of an atom
            args = [worked_out(arg) for arg in args]
        if (self.is_op("|") and self.bars.get(self.at) == "mid") or (
            self.is_op(":") and self.inside == "set{"
        ):
            self.advance()
            inner = Rel(tuple(ops), tuple(args)) if ops else left
            return Such(inner, self.condition())
        return Rel(tuple(ops), tuple(args)) if ops else left

    def condition(self) -> Node:
        """What stands after "such that"."""
        found = [self.expression(0)]
        kind = ","
        while self.token.kind == "sep":
            kind = self.advance().value
            if self.token.kind in ("end", "close"):
                break
            found.append(self.expression(0))
        return found[0] if len(found) == 1 else Items(tuple(found), kind)

    def sum(self) -> Node:
        r"""Terms, with an operator such as ``\oplus`` between sums of them."""
        left = self.terms()
        while self.is_binary(LOOSE):
            left = binary(self.advance().value, left, self.terms())
        return left

    def terms(self) -> Node:
        """Terms with signs between them."""
        left = self.product()
        if not (self.token.kind == "op" and (self.token.value in SIGNS or self.token.value == "|")):
            return left
        terms = [left]
        while self.token.kind == "op":
            if self.token.value == "|" and self.bars.get(self.at) == "at":
                terms = [self.evaluated(terms[0] if len(terms) == 1 else App("add", tuple(terms)))]
                continue
            if self.token.value not in SIGNS:
                break
            sign = self.advance().value
            if self.token.kind == "end":
                break  # a stray sign at the very end
            term = self.product()
            terms.append(term if sign == "+" else App(SIGNED[sign], (term,)))
        return terms[0] if len(terms) == 1 else App("add", tuple(terms))
