"""What stands behind a value, and what a mark or a command takes: exponents, indices, groups."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.expressions.evaluation import at
from assay.verifiers.math_answer.reading.expressions.functions import Functions
from assay.verifiers.math_answer.reading.lexing.numerals import numeral
from assay.verifiers.math_answer.reading.lexing.tokens import Token
from assay.verifiers.math_answer.to_text import name_of, plain
from assay.verifiers.math_answer.tree import BINARY, App, Group, Items, Node, Num, Sym, Words

SIGNS = frozenset({"+", "-", "pm", "mp"})
FUNCTION_NAMES = frozenset("fghFGH")
_ALONE = SIGNS | BINARY | {"*"}
"""Operators that may stand alone above or below a name: ``V^{*}``, ``M_{\\odot}``."""


class Marks(Functions):
    """Marks behind one value; `Operands` reads the value itself."""

    __slots__ = ()

    def postfix(self, node: Node) -> Node:
        """Powers, factorials, percent and degree signs, primes, indices."""
        wraps = 0
        while self.token.kind == "op":
            value = self.token.value
            if value == "^":
                self.advance()
                node = self.power(node)
            elif value == "!":
                self.advance()
                node = App("factorial", (node,))
            elif value == "%":
                self.advance()
                node = App("percent", (node,))
            elif value == "deg" or (value == "circ" and self.is_degree(node)):
                self.advance()
                node = App("deg", (node,))
            elif value == "'":
                count = 0
                while self.is_op("'"):
                    self.advance()
                    count += 1
                if isinstance(node, Sym):
                    node = self.applied(Sym(node.name + "'" * min(count, 4)))
                else:
                    node = App("arcmin" if count == 1 else "arcsec", (node,))
            elif value == "!=" and not self.token.spaced and isinstance(node, Num):
                self.tokens[self.at] = self.token = self.token._replace(value="=")
                node = App("factorial", (node,))
                break
            elif value == "_":
                inside = self.tokens[max(self.at - 2, 0)]
                if isinstance(node, Num) and self.before_is(")") and inside.num is not None:
                    node = self.based(inside)  # "(101)_2"
                    continue
                node = self.indexed(node)
            else:
                break
            wraps += 1
            if wraps > 12:
                raise self.fail("too many marks after one value")
        return node

    def is_degree(self, node: Node) -> bool:
        r"""Whether a ring behind `node` is a degree sign that lost its caret: ``30\circ``."""
        return isinstance(node, Num) or self.peek().kind not in ("sym", "open", "fn")

    def indexed(self, node: Node) -> Node:
        r"""What an index makes of a value: a name, or of ``[\frac{x^2}{2}]_0^1`` a difference."""
        if isinstance(node, Group) and _is_antiderivative(node):
            low, high = self.limits()
            if high != Words(()):
                return at(node.items[0], low, high)
            return Sym(f"{name_of(node)}_{name_of(low)}")
        self.advance()
        return Sym(f"{name_of(node)}_{name_of(self.script())}")

    def before_is(self, bracket: str) -> bool:
        """Whether the token before this one is `bracket`."""
        return self.at > 0 and self.tokens[self.at - 1].value == bracket

    def power(self, base: Node) -> Node:
        """What a caret puts on `base`: an exponent, a degree sign, a prime."""
        if self.is_op("circ") or self.is_op("deg"):
            self.advance()
            return App("deg", (base,))
        exponent = self.script(tower=True)
        if isinstance(exponent, Sym):
            if exponent.name == "\\circ":
                return App("deg", (base,))
            if exponent.name in ("'", "''", "'''"):
                name = ("arcmin", "arcsec", "arcsec")[len(exponent.name) - 1]
                if isinstance(base, Sym):
                    return self.applied(Sym(base.name + exponent.name))
                return App(name, (base,))
        if isinstance(exponent, Words) or (isinstance(base, Num) and exponent == Sym("\\dagger")):
            return base  # n^{th}, and the mark of a footnote
        if exponent in (Sym("+"), Sym("-")):  # "0^-" is the side of a limit, "Z^+" a name
            return Sym(f"{name_of(base)}^{name_of(exponent)}")
        return App("pow", (base, exponent))

    def script(self, tower: bool = False) -> Node:
        """What follows ``^`` or ``_``: a group, or one operand; of a `tower` with its power."""
        token = self.token
        if token.kind == "open" and token.value == "{":
            after = self.peek()
            if after.kind == "op" and after.value in ("circ", "deg", "'"):
                self.advance()
                marks = 0
                circ = False
                while self.token.kind == "op" and self.token.value in ("circ", "deg", "'"):
                    circ |= self.token.value != "'"
                    marks += self.token.value == "'"
                    self.advance()
                if self.token.kind == "close":
                    self.advance()
                return Sym("\\circ" if circ else "'" * min(marks, 3))
            if after.kind == "op" and after.value in _ALONE and self.peek(2).kind == "close":
                self.advance()
                sign = self.advance().value
                self.advance()
                return Sym(sign if sign not in BINARY else "\\" + sign)
            return self.braced()
        if token.kind == "op" and token.value in BINARY:
            return Sym("\\" + self.advance().value)
        if token.kind == "op" and token.value in SIGNS:
            after = self.peek()
            operator = after.kind == "op" and after.value not in SIGNS
            if operator or after.kind in ("end", "close", "sep"):
                self.advance()
                return Sym(token.value)
            self.down()
            node = self.operand()
            self.depth -= 1
            return node
        if token.kind == "op" and token.value in ("*", "'"):
            self.advance()
            return Sym(token.value)
        if tower and token.kind == "sym" and token.value in ("F", "G", "H"):
            self.advance()  # "p^H(1 - p)": the bracket is a factor
            return Sym(token.value)
        self.down()
        node = self.primary()
        if tower and self.is_op("^"):
            node = self.postfix(node)
        self.depth -= 1
        return node

    def braced(self) -> Node:
        """``{...}`` as the argument of a command: the braces are silent."""
        self.advance()
        if self.token.kind == "close":
            self.advance()
            return Words(())
        node = self.items(frozenset("}"))
        if self.token.kind == "close":
            self.advance()
        elif self.token.kind != "end":
            raise self.fail()
        return node

    def argument(self) -> Node:
        """The argument of a command; of bare digits, as in LaTeX, only the first."""
        token = self.token
        if token.kind == "open" and token.value == "{":
            inside = self.braced()
            if inside == Words(()):
                raise self.fail("an empty argument")
            return inside
        if token.kind == "num" and len(token.value) > 1 and token.value.isdigit():
            rest = token.value[1:]
            self.tokens[self.at] = self.token = token._replace(
                value=rest, num=numeral(rest), position=token.position + 1, spaced=False
            )
            return numeral(token.value[0])
        self.down()
        node = self.primary()
        self.depth -= 1
        return node

    def applied(self, name: Sym) -> Node:
        """``f(x)``, ``f^{-1}(x)``; the name alone where no bracket follows."""
        if self.is_op("^") and self.peek().kind == "open":
            four = [self.peek(k).value for k in range(1, 6)]
            if four == ["{", "-", "1", "}", "("]:
                for _ in range(5):
                    self.advance()
                name = Sym(f"{name.name}^-1")
        if name.name[0] in FUNCTION_NAMES and self.token.kind == "open" and self.token.value == "(":
            self.advance()
            inner = self.items(frozenset(")"))
            self.close(")")
            args = inner.items if isinstance(inner, Items) else (inner,)
            return App("apply", (name, *args))
        return name

    def based(self, token: Token) -> Node:
        """``204_5``: a numeral in another base, or an indexed number."""
        self.advance()
        index = self.script()
        if isinstance(index, Group) and len(index.items) == 1:
            index = index.items[0]
        assert token.num is not None
        if isinstance(index, Num) and index.value.q == 1 and 2 <= index.value <= 36:
            base = int(index.value.p)
            try:
                value = int(token.value, base) if len(token.value) < 4000 else -1
            except ValueError:
                value = -1
            if value >= 0:
                return Num(fmpq(value), base=None if base == 10 else base)
            raise Unreadable(f"{token.value[:40]} has a digit that base {base} lacks",
                             token.position)  # fmt: skip
        return Sym(f"{token.value}_{index_text(index)}")


def _is_antiderivative(node: Group) -> bool:
    """Whether square brackets stand around a function, and not around a name: ``[T]_B^C``."""
    inner = node.items[0] if len(node.items) == 1 else Sym("")
    return node.left + node.right == "[]" and not isinstance(inner, Sym)


def index_text(node: Node) -> str:
    """An index as part of a name; brackets and commas in it go."""
    return plain(node).replace(" ", "").strip("()")
