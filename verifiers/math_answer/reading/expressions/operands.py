"""Operands: numerals, names, brackets and prose; the marks behind them are read below."""

from __future__ import annotations

from assay.verifiers.math_answer.reading.expressions.marks import (
    FUNCTION_NAMES,
    SIGNS,
    Marks,
    index_text,
)
from assay.verifiers.math_answer.reading.expressions.selections import (
    LETTERS,
    SIDES,
    between,
    count,
)
from assay.verifiers.math_answer.reading.expressions.vectors import is_vector
from assay.verifiers.math_answer.reading.lexing.tokens import PLAIN, Token
from assay.verifiers.math_answer.tree import (
    BINARY,
    App,
    Group,
    Items,
    Node,
    Quantity,
    Rel,
    Such,
    Sym,
    Words,
    children,
    symbols,
)
from assay.verifiers.math_answer.units import is_unit

MATH_START = frozenset({"num", "sym", "fn", "open", "cmd", "money"})
MAX_LABEL = 8
"""Most tokens in a bracket that belongs to a label."""

_FILLERS = frozenset({
    "only", "about", "approximately", "approx", "exactly", "roughly", "nearly", "is", "are",
    "equals", "the", "answer", "answers", "solution", "solutions", "value", "values", "final",
    "result", "therefore", "thus", "so", "hence", "we", "get", "all", "around", "equal",
    "to", "either", "both",
    "just",
    "option", "choice", "be", "will", "would", "can", "simplified",
})  # fmt: skip
SIGNED = {"-": "neg", "pm": "pm", "mp": "mp"}


class Operands(Marks):
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
            for sign in reversed(signs):
                node = App(SIGNED[sign], (node,))
        return node

    def primary(self) -> Node:
        """One numeral, name, bracket, function, command, or a run of words."""
        token = self.token
        kind = token.kind
        may_count = self.peek().value in SIDES if kind == "num" else token.value in ("{", "_", "^")
        if may_count and between(self.tokens, self.at) is not None:
            return self.counted()
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
                norm = self.advance().mark == "norm" and bool(symbols(inner))
                return App("norm" if norm else "abs", (inner,))
            if token.value in ("cup", "cap") and self.peek().value == "_":
                self.advance()
                low, high = self.limits()
                return App("big" + token.value, (self.product(), low, high))
            if token.value == "'":
                self.advance()
                return self.primary()
            if token.value in BINARY:
                return Sym("\\" + self.advance().value)  # an operator as an answer
        raise self.fail()

    def counted(self) -> Node:
        r"""A count whose letter stands between its numbers: ``{}_5C_2``, ``5C2``."""
        if self.token.kind == "num":
            out_of, letter, taken = (self.advance() for _ in range(3))
            assert out_of.num is not None
            assert taken.num is not None
            self.arranged |= letter.value == "P"
            return count(letter.value, out_of.num, taken.num)
        if self.token.kind == "open":
            self.advance()
            self.advance()
        self.advance()
        above = self.script()
        sign = self.advance().value
        self.arranged |= sign == "P"
        self.advance()
        return count(sign, above, self.script())

    def named(self, token: Token) -> Node:
        """A name with its index and primes."""
        name = token.value
        if (name in ("a", "A") and self.token.kind == "word" and self.token.spaced) and (
            len(self.token.value) > 2 and not is_unit(self.token.value)
        ):
            return self.prose()  # an article
        if name in LETTERS and self.token.kind == "op" and self.token.value in ("_", "^"):
            selected = self.count(name)
            if selected is not None:
                return selected
        if self.is_op("_"):
            self.advance()
            index = self.script()
            name = f"{name}_{index_text(index)}"
        while self.is_op("'"):
            self.advance()
            name += "'"
            if len(name) > 200:
                raise self.fail("a name too long")
        if name[0] in FUNCTION_NAMES:
            return self.applied(Sym(name))
        return Sym(name)

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
            products = isinstance(inner, App) and inner.op == "mul"
            if products and sum(is_vector(arg, self.bold) for arg in children(inner)) > 1:
                return Group("(", ")", (inner,))  # (a·b)c is not a(b·c)
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

    def argument_of_label(self, words: list[str]) -> None:
        """Take what a word is of with the word, where an equation follows: ``Var(X) = 2``."""
        if "of" in words:  # "Area of ABC = 6"
            ahead = 0
            while self.peek(ahead).kind == "sym":
                ahead += 1
            if 0 < ahead < MAX_LABEL and self.peek(ahead).value == "=":
                words.extend(self.advance().value for _ in range(ahead))
            return
        if self.token.value != "(" or len(words) != 1:
            return
        for ahead in range(1, MAX_LABEL):
            token = self.peek(ahead)
            if token.value in ("(", "end") or token.kind == "end":
                return
            if token.value == ")":
                after = self.peek(ahead + 1)
                if after.kind == "op" and after.value == "=":
                    for _ in range(ahead + 1):
                        words.append(self.advance().value)
                return

    def prose(self) -> Node:
        """Words: a label with its value, a number in words, or prose to the next separator."""
        start = self.at
        words: list[str] = []
        if self.token.kind == "fn":
            words.append(self.advance().value)
        while self.token.kind == "word":
            words.append(self.advance().value)
        self.argument_of_label(words)
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
            if level == 0 and self.bars.get(self.at) == "close":
                break  # "|Aut(G)|"
            level += (token.kind == "open") - (token.kind == "close")
            self.advance()
        return Words(tuple(t.value for t in self.tokens[start : self.at]))
