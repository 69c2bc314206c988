"""Operands: numerals, names, brackets, prose, and the marks behind them."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.functions import Functions
from assay.verifiers.math_answer.reading.numerals import numeral
from assay.verifiers.math_answer.reading.selections import LETTERS
from assay.verifiers.math_answer.reading.tokens import PLAIN, Token
from assay.verifiers.math_answer.to_text import plain
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Num,
    Quantity,
    Rel,
    Such,
    Sym,
    Words,
)
from assay.verifiers.math_answer.units import is_unit

SIGNS = frozenset({"+", "-", "pm", "mp"})
MATH_START = frozenset({"num", "sym", "fn", "open", "cmd", "money"})
_FILLERS = frozenset({
    "only", "about", "approximately", "approx", "exactly", "roughly", "nearly", "is", "are",
    "equals", "the", "answer", "answers", "solution", "solutions", "value", "values", "final",
    "result", "therefore", "thus", "so", "hence", "we", "get", "all", "around", "equal",
    "to", "either", "both",
    "just",
    "option", "choice", "be", "will", "would", "can", "simplified",
})  # fmt: skip
_FUNCTION_NAMES = frozenset("fghFGH")
SIGNED = {"-": "neg", "pm": "pm", "mp": "mp"}


class Operands(Functions):
    """One operand at a time."""

    __slots__ = ()

    def operand(self) -> Node:
        """A primary with its signs before and its marks behind."""
        signs: list[str] = []
        while self.token.kind == "op" and self.token.value in SIGNS:
            sign = self.advance().value
            if sign == "-" and signs and signs[-1] == "-":
                signs.pop()
            elif sign != "+":
                signs.append(sign)
            if len(signs) > 8:
                raise self.fail("too many signs")
        node = self.postfix(self.primary())
        if signs:
            if self.token.kind in ("sym", "open", "cmd", "fn") and self.token.value != "set{":
                pass
            for sign in reversed(signs):
                node = App(SIGNED[sign], (node,))
        return node

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
            elif value == "deg":
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
                self.advance()
                index = self.script()
                node = Sym(f"{plain(node)}_{plain(index)}")
            else:
                break
            wraps += 1
            if wraps > 12:
                raise self.fail("too many marks after one value")
        return node

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
        if isinstance(exponent, Words):
            return base  # n^{th}
        if exponent in (Sym("+"), Sym("-")):  # "0^-" is the side of a limit, "Z^+" a name
            return Sym(f"{plain(base)}^{plain(exponent)}")
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
            return self.braced()
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

    def primary(self) -> Node:
        """One numeral, name, bracket, function, command, or a run of words."""
        token = self.token
        kind = token.kind
        if kind == "num":
            self.advance()
            assert token.num is not None
            if self.is_op("_"):
                return self.based(token)
            return token.num
        if kind == "sym":
            self.advance()
            return self.named(token)
        if kind == "open":
            return self.bracketed(token)
        if kind == "fn":
            return self.function(token)
        if kind == "cmd":
            return self.command(token)
        if kind == "word":
            return self.prose()
        if kind == "money":
            self.advance()
            signs = 0
            while self.is_op("-"):
                self.advance()
                signs += 1
            inner = self.postfix(self.primary())
            if signs % 2:
                inner = App("neg", (inner,))
            return Quantity(inner, (token.value,))
        if kind == "op":
            if token.value == "|" and self.bars.get(self.at) == "open":
                self.advance()
                inner = self.items(frozenset("|"))
                if not (self.is_op("|") and self.bars.get(self.at) == "close"):
                    raise self.fail()
                self.advance()
                return App("abs", (inner,))
            if token.value in ("cup", "cap") and self.peek().value == "_":
                self.advance()
                low, high = self.limits()
                return App("big" + token.value, (self.product(), low, high))
            if token.value == "'":
                self.advance()
                return self.primary()
        raise self.fail()

    def named(self, token: Token) -> Node:
        """A name with its index and primes."""
        name = token.value
        if (name in ("a", "A") and self.token.kind == "word" and self.token.spaced) and (
            len(self.token.value) > 2 and not is_unit(self.token.value)
        ):
            return self.prose()  # an article
        if self.is_op("_"):
            count = self.count(name) if name in LETTERS else None
            if count is not None:
                return count
            self.advance()
            index = self.script()
            name = f"{name}_{_index(index)}"
        while self.is_op("'"):
            self.advance()
            name += "'"
            if len(name) > 200:
                raise self.fail("a name too long")
        if name[0] in _FUNCTION_NAMES:
            return self.applied(Sym(name))
        return Sym(name)

    def applied(self, name: Sym) -> Node:
        """``f(x)``, ``f^{-1}(x)``; the name alone where no bracket follows."""
        if self.is_op("^") and self.peek().kind == "open":
            four = [self.peek(k).value for k in range(1, 6)]
            if four == ["{", "-", "1", "}", "("]:
                for _ in range(5):
                    self.advance()
                name = Sym(f"{name.name}^-1")
        if (
            name.name[0] in _FUNCTION_NAMES
            and self.token.kind == "open"
            and self.token.value == "("
        ):
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
        return Sym(f"{token.value}_{_index(index)}")

    def close(self, bracket: str) -> None:
        """Take a closing bracket."""
        if self.token.kind != "close":
            raise self.fail(None if self.token.kind != "end" else f"{bracket!r} is missing")
        self.advance()

    def bracketed(self, token: Token) -> Node:
        """A bracket and what is in it."""
        left = token.value
        self.advance()
        if left == "(" and self.is_op("mod"):  # "5 (mod 17)"
            self.advance()
            modulus = self.items(frozenset(")"))
            self.close(")")
            return App("pmod", (modulus,))
        if self.token.kind == "close":
            right = self.advance().value
            if left in ("set{", "{"):
                return Sym("emptyset")
            return Group(left, right, ())
        outside, self.inside = self.inside, left
        inner = self.items(frozenset())
        self.inside = outside
        if self.token.kind != "close":
            raise self.fail(None if self.token.kind != "end" else "a bracket is never closed")
        right = self.advance().value
        listed = isinstance(inner, Items) and inner.kind == ","
        if left == "{" and right == "}" and not (listed and self.tokens[-1].value == PLAIN):
            return inner  # LaTeX's silent braces; without any LaTeX, {1, 2} is a set
        if left in ("lfloor", "lceil"):
            return App("floor" if left == "lfloor" else "ceil", (inner,))
        if left == "[" and right == "rfloor":
            return App("floor", (inner,))
        if left == "langle":
            left, right = "<", ">"
        elif left == "set{":
            left, right = "{", "}"
        if isinstance(inner, Items):
            return Group(left, right, inner.items)
        if left == "(" and right == ")":
            return inner
        if left == "{" and right == "}" and isinstance(inner, Such):
            return inner
        if left == "{" and isinstance(inner, App) and inner.op == "ratio" and len(inner.args) == 2:
            return Such(inner.args[0], inner.args[1])
        if (
            left == "{"
            and isinstance(inner, Rel)
            and isinstance(inner.args[0], App)
            and (inner.args[0].op == "ratio" and len(inner.args[0].args) == 2)
        ):
            item, first = inner.args[0].args
            return Such(item, Rel(inner.ops, (first, *inner.args[1:])))
        return Group(left, right, (inner,))

    def prose(self) -> Node:
        """Words: a label with its value, a number in words, or prose to the next separator."""
        start = self.at
        words: list[str] = []
        if self.token.kind == "fn":
            words.append(self.advance().value)
        while self.token.kind == "word":
            words.append(self.advance().value)
        follows = self.token
        starts_math = follows.kind in MATH_START or (
            follows.kind == "op" and (follows.value in SIGNS or self.bars.get(self.at) == "open")
        )
        if starts_math and all(w.lower() in _FILLERS for w in words):
            return self.postfix(self.primary()) if follows.kind != "op" else self.operand()
        if follows.kind == "op" and follows.value in ("=", ":") and follows.kind != "end":
            return Words(tuple(words))
        if starts_math and words[-1].lower() in ("is", "are", "equals") and self.depth == 1:
            value = self.expression(1)
            return Rel(("=",), (Words(tuple(words[:-1])), value))
        level = 0
        while self.token.kind != "end":
            token = self.token
            if level == 0 and (token.kind in ("sep", "close") or token.value.startswith("end:")):
                break
            if token.kind == "op" and token.value in ("&", "\\\\"):
                break
            level += (token.kind == "open") - (token.kind == "close")
            self.advance()
        return Words(tuple(t.value for t in self.tokens[start : self.at]))


def _index(node: Node) -> str:
    """An index as part of a name; brackets and commas in it go."""
    return plain(node).replace(" ", "").strip("()")
