"""Functions, commands, roots, operators with limits, matrices."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.expressions.cursor import Cursor, times
from assay.verifiers.math_answer.reading.expressions.evaluation import at
from assay.verifiers.math_answer.reading.expressions.selections import selections
from assay.verifiers.math_answer.reading.labels import EXTREMES, FUNCTIONALS
from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.to_text import name_of, plain
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Rel,
    Sym,
    Words,
    symbols,
    walk,
)

_ONE = fmpq(1)
_CLOSERS = {"(": ")", "[": "]"}
_INVERTIBLE = frozenset(["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"])


class Functions(Cursor):
    """Whatever a name or a command with arguments begins."""

    __slots__ = ()

    def function(self, token: Token) -> Node:
        """A function with its base, its power and its argument."""
        if self.peek().kind == "word":
            return self.prose()
        self.advance()
        op = token.value
        base: Node | None = None
        power: Node | None = None
        for _ in range(2):
            if self.is_op("_"):
                self.advance()
                base = self.script()
            elif self.is_op("^"):
                self.advance()
                power = self.script()
        if self.token.kind in ("end", "close", "sep", "word") or (
            self.token.kind == "op" and self.token.value not in ("|", "-", "+")
        ):
            if power is None and base is None:
                return Words((op,))
            raise self.fail()
        args: tuple[Node, ...]
        over = op in EXTREMES and base is not None and self.token.value != "set{"
        closer = _CLOSERS.get(self.token.value) if self.token.kind == "open" else None
        if over:
            args = (self.product(),)  # "\\max_{x} x(1 - x)", as of a limit
        elif closer == ")" or (closer == "]" and op in FUNCTIONALS):
            self.advance()
            inner = self.items(frozenset(closer))
            self.close(closer)
            args = inner.items if isinstance(inner, Items) else (inner,)
        elif op in ("max", "min", "gcd", "lcm", "sup", "inf") and self.token.value == "set{":
            group = self.primary()
            args = group.items if isinstance(group, Group) else (group,)
        elif op in ("sqrt", "cbrt"):
            args = (self.operand(),)
        else:
            args = (self.bare(),)
        node: Node
        if op in ("zeta", "gamma") and any(_mentions(arg, op) for arg in args):
            # "\\zeta(1 - \\zeta)": a name, such as a root of unity
            return times([Sym(token.value), *args])
        if op in EXTREMES and base is None and len(args) == 1 and symbols(args[0]):
            op += "_"  # of a function: it is not the function itself, as of one number
        if op == "log" and base is not None:
            node = App("logb", (base, args[0]))
        elif op == "log" and len(args) == 2:
            node = App("logb", (args[1], args[0]))
        elif op == "cbrt":
            node = App("root", (Num(fmpq(3)), args[0]))
        elif op == "cis":
            node = App("pow", (Sym("e"), App("mul", (Sym("i"), args[0]))))
        elif op == "rational":
            node = App("mul", (args[0], App("inv", (args[-1],))))
        elif base is not None:
            node = App(f"{op}_{plain(base)}", args)
        else:
            node = App(op, args)
        if power is not None:
            if _is_minus_one(power) and op in ("sin", "cos", "tan", "cot", "sec", "csc",
                                               "sinh", "cosh", "tanh"):  # fmt: skip
                return App("a" + op, args)
            return App("pow", (node, power))
        return node

    def bare(self) -> Node:
        r"""The argument of a function without brackets: ``\sin 2x``, to the next ``+`` or sign."""
        self.down()
        factors: list[Node] = [self.operand()]
        while True:
            token = self.token
            if token.kind in ("num", "sym") or (
                token.kind == "cmd" and token.value in ("frac", "sqrt")
            ):
                if token.kind == "num" and isinstance(factors[-1], Num):
                    break
                factors.append(self.operand())
            elif token.kind == "op" and token.value == "*" and self.peek().kind in ("num", "sym"):
                if self.peek().kind == "sym" and self.peek(2).value == "(":
                    break
                self.advance()
                factors.append(self.operand())
            else:
                break
        self.depth -= 1
        return times(factors)

    def limits(self) -> tuple[Node, Node]:
        """What stands below and above an operator."""
        low: Node = Words(())
        high: Node = Words(())
        for _ in range(2):
            if self.is_op("_"):
                self.advance()
                low = self.script()
            elif self.is_op("^"):
                self.advance()
                high = self.script()
        return low, high

    def command(self, token: Token) -> Node:
        """A command of LaTeX with its arguments."""
        name = token.value
        self.advance()
        if name == "frac":
            top = self.argument()
            bottom = self.argument()
            return App("mul", (top, App("inv", (bottom,))))
        if name == "sqrt":
            if self.token.kind == "open" and self.token.value == "[":
                self.advance()
                index = self.items(frozenset("]"))
                self.close("]")
                return App("root", (index, self.radicand()))
            return App("sqrt", (self.radicand(),))
        if name == "binom":
            return App("binom", (self.argument(), self.argument()))
        if name.startswith("accent:") or name == "overline":
            inner = self.argument()
            style = name.rpartition(":")[2]
            style = "vec" if style == "overrightarrow" else style
            text = name_of(inner)
            if style in ("vec", "hat") and text in ("i", "j", "k"):
                return Sym(f"vec:{text}")
            return Sym(f"{style}:{text}")
        if name in ("sum", "prod"):
            low, high = self.limits()
            return App(name, (self.product(), low, high))
        if name in ("int", "iint", "oint"):
            low, high = self.limits()
            return App(name, (self.product(), low, high))
        if name == "lim":
            low, _ = self.limits()
            return App("lim", (self.product(), low))
        if name == "pmod":
            return App("pmod", (self.argument(),))
        if name in ("overset", "underset", "stackrel"):
            self.argument()
            return self.argument()
        if name in ("underbrace", "overbrace", "substack"):
            return self.argument()
        if name.startswith("begin:"):
            return self.matrix(name.partition(":")[2])
        raise Unreadable(f"unexpected {name!r}", token.position)

    def radicand(self) -> Node:
        """What stands under a root."""
        if self.token.kind == "num":
            return self.primary()
        if self.token.kind == "open" and self.token.value == "(":
            self.advance()
            inner = self.items(frozenset(")"))
            self.close(")")
            return inner
        return self.argument()

    def matrix(self, style: str) -> Node:
        """The rows of a grid."""
        self.down()
        rows: list[tuple[Node, ...]] = []
        row: list[Node] = []
        while True:
            token = self.token
            if token.kind == "end" or (token.kind == "cmd" and token.value.startswith("end:")):
                self.advance()
                break
            if self.is_op("&"):
                self.advance()
                if self.is_op("&") or not row:
                    row.append(Words(()))  # an empty cell keeps its column
            elif self.is_op("\\\\"):
                self.advance()
                if row:
                    rows.append(tuple(row))
                row = []
            else:
                while row and style == "cases" and _introduces(self.token):
                    self.advance()  # "& \\text{if } x > 0"
                if row and (self.is_op("&") or self.is_op("\\\\")):
                    continue
                row.append(self.items(frozenset()))
                follows = self.token
                ends = follows.kind == "cmd" and follows.value.startswith("end:")
                if not (ends or follows.kind == "end" or self.is_op("&") or self.is_op("\\\\")):
                    raise self.fail()
        if row:
            rows.append(tuple(row))
        self.depth -= 1
        if not rows:
            raise self.fail("an empty matrix")
        rows = _without_empty_columns(rows)
        if not rows:
            raise self.fail("an empty matrix")
        width = max(len(r) for r in rows)
        if style == "cases":
            listed = [_conditional(r[0]) for r in rows] if width == 1 else []
            if width == 1 and not all(listed):
                return Items(tuple(r[0] for r in rows), "and")  # a system of conditions
            pieces = [r for r in listed if r is not None] or rows
            return App("cases", tuple(Group("(", ")", r) for r in pieces))
        if any(len(r) != width for r in rows):
            raise self.fail("a matrix with rows of unequal length")
        return Matrix(tuple(rows), bars=style == "vmatrix")

    def prose(self) -> Node:
        """Words; see `Operands`."""
        raise NotImplementedError

    def evaluated(self, node: Node) -> Node:
        """What a bar with an index says of `node`, which stands before it."""
        self.advance()
        low, high = self.limits()
        return at(node, low, high)

    def count(self, letter: str) -> Node | None:
        """The selections or arrangements that begin with the letter just read; None: a name."""
        if self.selections is None:
            self.selections = selections(self.tokens)
        selection = self.selections.get(self.at - 1)
        if selection is None:
            return None
        for _ in range(selection.tokens):
            self.advance()
        return selection.node(letter)


def _mentions(node: Node, name: str) -> bool:
    return any(isinstance(n, Sym) and n.name.lower() == name for n in walk(node))


def _is_minus_one(node: Node) -> bool:
    return (
        isinstance(node, App) and node.op == "neg" and isinstance(node.args[0], Num)
        and node.args[0].value == _ONE
    )  # fmt: skip


_INTRODUCING = frozenset(
    {"if", "when", "for", "where", "whenever", "as", "on", "in", "case", "and"}
)


def _introduces(token: Token) -> bool:
    """Whether it is a word before a condition."""
    return token.kind in ("word", "sep") and token.value.lower() in _INTRODUCING


def _without_empty_columns(rows: list[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    """`rows` without columns that only align: ``& x = 1``."""
    blank = Words(())
    if not any(cell == blank for row in rows for cell in row):
        return rows
    width = max(len(r) for r in rows)
    kept = [k for k in range(width) if any(len(r) > k and r[k] != blank for r in rows)]
    return [r for r in (tuple(r[k] for k in kept if k < len(r)) for r in rows) if r]


def _conditional(cell: Node) -> tuple[Node, ...] | None:
    """``x, x > 0`` in one cell: a value and its condition."""
    if not (isinstance(cell, Items) and len(cell.items) == 2):
        return None
    value, condition = cell.items
    if isinstance(value, Rel) or not isinstance(condition, Rel | Words):
        return None
    if isinstance(condition, Rel) and not set(condition.ops) & {"<", ">", "<=", ">=", "!="}:
        return None
    return (value, condition)
