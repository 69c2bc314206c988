"""Factors, and what follows them in words: units, percent, scales, mixed numbers."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.reading.expressions import vectors
from assay.verifiers.math_answer.reading.expressions.cursor import binary, times
from assay.verifiers.math_answer.reading.expressions.marks import FUNCTION_NAMES
from assay.verifiers.math_answer.reading.expressions.mixed import (
    degrees,
    fraction,
    inner_numeral,
    marked,
    periodic,
    proper,
    unsigned,
    with_fraction,
)
from assay.verifiers.math_answer.reading.expressions.operands import Operands
from assay.verifiers.math_answer.reading.labels import is_derivative
from assay.verifiers.math_answer.to_text import name_of, plain
from assay.verifiers.math_answer.tree import (
    BINARY,
    LOOSE,
    App,
    Group,
    Node,
    Num,
    Quantity,
    Sym,
    Words,
    symbols,
)
from assay.verifiers.math_answer.units import is_unit, phrase

_TIGHT = BINARY - LOOSE
MAX_CASE = 16
"""Most tokens between a separator and the clause of the value behind it."""

_CLAUSES = frozenset({"for", "where", "with", "as", "such", "whenever", "provided", "given"})
_PERCENT = frozenset({"percent", "pct", "percentage", "percents"})
_DEGREES = frozenset({"degree", "degrees", "deg", "degs"})
_PARTS_OF_DEGREES = {"minute": "arcmin", "minutes": "arcmin", "min": "arcmin", "second": "arcsec",
                     "seconds": "arcsec", "sec": "arcsec"}  # fmt: skip
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_ORDINAL = frozenset({"st", "nd", "rd", "th"})


_OF_SETS = frozenset({"cup", "cap", "setminus"})


def _is_called(name: Node, right: Node) -> bool:
    r"""Whether what stands in brackets is the argument of a name, and no factor.

    Sets, conditions and points are no factors: ``n(A \\cup B)``; nor is the point at which a
    derivative is taken, ``\\frac{\\partial f}{\\partial x}(1, 2)``.
    """
    if isinstance(name, Sym):
        if isinstance(right, Group) and len(right.items) == 1 and isinstance(right.items[0], App):
            return right.left != "("  # a scalar product, which is a factor
        return not isinstance(right, App) or right.op in _OF_SETS or _is_complement(right)
    return is_derivative(name) and (isinstance(right, Group) or not symbols(right))


def _is_complement(node: App) -> bool:
    """``A^c``."""
    return (
        node.op == "pow"
        and isinstance(node.args[0], Sym)
        and node.args[0].name.isupper()
        and node.args[1] in (Sym("c"), Sym("C"), Sym("\\complement"))
    )


def composed(outer: Node, inner: Node) -> Node:
    r"""``f \circ g``; with an argument, ``f \circ g(x)``, its value."""
    functions = outer.args if isinstance(outer, App) and outer.op == "compose" else (outer,)
    if isinstance(inner, App) and inner.op in ("apply", "call"):
        return _applied((*functions, inner.args[0]), *inner.args[1:])
    return App("compose", (*functions, inner))


def _applied(functions: Sequence[Node], *args: Node) -> Node:
    r"""``(f \circ g)(x)`` as ``f(g(x))``."""
    for function in reversed(functions):
        if isinstance(function, App) and function.op == "pow" and isinstance(function.args[0], Sym):
            name, exponent = function.args
            function = Sym(f"{plain(name)}^-1") if exact.whole(exponent) == -1 else function
        named = isinstance(function, Sym) and function.name[0] in FUNCTION_NAMES
        args = (App("apply" if named else "call", (function, *args)),)
    return args[0]


class Products(Operands):
    """Products of operands."""

    __slots__ = ()

    def product(self) -> Node:
        r"""Products, with an operator such as ``\otimes`` between them."""
        left = self.factors()
        while self.is_binary(_TIGHT):
            left = binary(self.advance().value, left, self.factors())
        return left

    def factors(self) -> Node:
        """Factors, side by side or with a sign, and what follows them."""
        factors = [self.operand()]
        units: list[str] = []
        while True:
            token = self.token
            kind = token.kind
            if kind == "op":
                value = token.value
                if value == "*":
                    self.advance()
                    if token.mark == "times" and vectors.is_vector(factors[-1], self.bold):
                        self.cross(factors)
                    else:
                        factors.append(self.operand())
                elif value == "/":
                    self.advance()
                    factors.append(App("inv", (self.operand(),)))
                elif value in BINARY and not self.is_binary(BINARY):
                    self.advance()  # nothing behind it: a sign by itself
                    factors.append(Sym("\\" + value))
                elif value == "mod":
                    self.advance()
                    modulus = self.operand()
                    if self.congruent:  # "a \\equiv b \\mod m"
                        factors.append(App("pmod", (modulus,)))
                    else:
                        factors = [App("mod", (times(factors), modulus))]
                elif value == "|" and self.bars.get(self.at) == "open":
                    factors.append(self.operand())
                elif value == "circ" and self.peek().kind in ("sym", "open"):
                    self.advance()
                    factors = [composed(times(factors), self.operand())]
                else:
                    break
            elif kind == "word":
                if not self.suffix(factors, units):
                    break
            elif kind in ("num", "sym", "fn", "open", "cmd"):
                if kind == "cmd" and (
                    token.value in ("choose", "over") or token.value[:4] == "end:"
                ):
                    break
                if kind == "num" and units and all(is_unit(w) for w in units):
                    self.down()  # "3 hours 20 minutes"
                    first = Quantity(times(factors), tuple(units))
                    rest = self.product()
                    more = rest.args if isinstance(rest, App) and rest.op == "add" else (rest,)
                    whole = App("add", (first, *more))
                    self.depth -= 1
                    return whole
                if kind == "num" and not units and self.is_first_of_several(factors):
                    units.append(plain(factors.pop()))
                    continue
                if kind == "num" and not token.spaced and self.is_index(factors):
                    factors[0] = Sym(f"{name_of(factors[0])}_{self.advance().value}")
                    continue
                if kind == "num" and (part := self.minutes(factors)) is not None:
                    factors.append(part)
                    continue
                beside = kind == "num" and isinstance(inner_numeral(factors[-1]), Num)
                if beside and self.beside(factors):
                    continue
                if kind == "open" and token.value == "set{":
                    break
                if token.value in ("C", "F") and (scale := degrees(factors)) is not None:
                    factors[:] = [scale]
                    self.advance()
                    units.append("celsius" if token.value == "C" else "fahrenheit")
                    continue
                if token.value == "dots" and isinstance(factors[-1], Num) and not token.spaced:
                    factors[-1] = periodic(factors[-1], self.tokens[self.at - 1].value)
                    self.advance()
                    continue
                self.juxtapose(factors)
            elif kind == "money":
                self.advance()
                units.append(token.value)
            else:
                break
        value_ = times(factors)
        return Quantity(value_, tuple(units)) if units else value_

    def begins_factor(self) -> bool:
        """Whether a name, a bracket or an accent stands here, side by side with what was before."""
        return self.token.kind in ("sym", "open") or self.token.value.startswith("accent:")

    def cross(self, factors: list[Node]) -> None:
        r"""What stands behind ``\times``, to the next vector, as a cross product."""
        right = [self.operand()]
        while not vectors.is_vector(right[-1], self.bold) and self.begins_factor():
            right.append(self.operand())
        if vectors.is_vector(right[-1], self.bold):
            factors[-1] = App("cross", (factors[-1], times(right)))
        else:
            factors.extend(right)

    def is_first_of_several(self, factors: list[Node]) -> bool:
        """Whether a letter is a unit, since more in a smaller one follows: ``4 h 30 min``."""
        if len(factors) != 2 or not isinstance(inner_numeral(factors[0]), Num):
            return False
        name, after = factors[1], self.peek()
        if not isinstance(name, Sym) or after.kind not in ("word", "sym"):
            return False
        larger, smaller = phrase((name.name,)), phrase((after.value,))
        if larger is None or smaller is None or larger.dimensions != smaller.dimensions:
            return False
        return smaller.factor < larger.factor

    def is_index(self, factors: list[Node]) -> bool:
        """Whether a numeral that touches a name is its index: ``x1 = 3``."""
        after = self.peek()
        return (
            len(factors) == 1
            and isinstance(factors[0], Sym)
            and (self.token.value.isdigit() and after.kind == "op" and after.value == "=")
        )

    def minutes(self, factors: list[Node]) -> Node | None:
        """The minutes of ``30 degrees 15 minutes``."""
        last, word = unsigned(factors[-1]), self.peek().value.lower()
        op = _PARTS_OF_DEGREES.get(word) if self.peek().kind == "word" else None
        if op is None or not (isinstance(last, App) and last.op in ("deg", "arcmin")):
            return None
        value = self.primary()
        self.advance()
        return App(op, (value,))

    def beside(self, factors: list[Node]) -> bool:
        """A numeral after a numeral: a mixed number, or nothing that can be read."""
        last, token = inner_numeral(factors[-1]), self.token
        top = token.num
        assert isinstance(last, Num)
        assert top is not None
        slash, bottom = self.peek(), self.peek(2)
        if (
            last.places is None and top.places is None and slash.value == "/"
            and bottom.kind == "num" and bottom.num is not None and bottom.num.places is None
            and top.value < bottom.num.value and len(factors) == 1
        ):  # fmt: skip
            for _ in range(3):
                self.advance()
            factors[-1] = with_fraction(factors[-1], fraction(top, bottom.num))
            if self.is_op("%") or self.is_op("deg"):
                factors[-1] = self.postfix(factors[-1])
            return True
        if isinstance(factors[-1], Quantity):
            return False  # an amount of money, and a factor
        raise self.fail("two numerals side by side")

    def juxtapose(self, factors: list[Node]) -> None:
        """A factor without a sign: a product, a mixed number, or a call such as ``W(n)``."""
        last = inner_numeral(factors[-1])
        opens = self.token.kind == "open" and self.token.value == "("
        is_frac = self.token.kind == "cmd" and self.token.value == "frac"
        right = self.operand()
        bare, marks = marked(right)
        if (
            is_frac and isinstance(last, Num) and last.places is None and len(factors) == 1
            and last.base is None and (inner := proper(bare)) is not None
        ):  # fmt: skip
            factors[-1] = with_fraction(factors[-1], inner)
            for mark in reversed(marks):
                factors[-1] = App(mark, (factors[-1],))
        elif opens and isinstance(factors[-1], App) and factors[-1].op == "compose":
            factors[-1] = _applied(factors[-1].args, right)
        elif opens and _is_called(factors[-1], right):
            factors[-1] = App("call", (factors[-1], right))
        else:
            factors.append(right)

    def suffix(self, factors: list[Node], units: list[str]) -> bool:
        """Words after a value: percent, degrees, a scale, a unit, what is counted, a clause."""
        word = self.token.value
        low = word.lower()
        if len(factors) == 1 and isinstance(factors[0], Words):
            return False
        if low in _PERCENT:
            self.advance()
            factors[:] = [App("percent", (times(factors),))]
        elif low in _DEGREES and not units:
            self.advance()
            factors[:] = [App("deg", (times(factors),))]
        elif low in _SCALES:
            self.advance()
            factors.append(Num(fmpq(10 ** _SCALES[low])))
        elif low == "repeating" and isinstance(factors[-1], Num):
            raw = self.tokens[self.at - 1].value
            self.advance()
            factors[-1] = periodic(factors[-1], raw, forced=True)
        elif low in _ORDINAL and isinstance(factors[-1], Num):
            self.advance()
        elif low == "at" and not units and self.is_place():
            self.advance()
            self.down()
            factors[:] = [App("taken_at", (times(factors), self.expression(0)))]
            self.depth -= 1
        elif low in _CLAUSES:
            while self.token.kind not in ("end", "close") and not self.begins_case(low):
                self.notes.append(self.advance().value)
            if self.token.kind == "close" and self.depth == 1:
                self.advance()
        else:
            self.unit(units)
        return True

    def is_place(self) -> bool:
        """Whether what follows the current word says where a value is taken: ``5 at x = 2``."""
        after = self.peek()
        named = after.kind == "sym" and self.peek(2).value == "="
        return named or (after.kind == "open" and after.value == "(")

    def begins_case(self, clause: str) -> bool:
        """Whether a separator stands before another value with such a clause of its own.

        ``6 for x = 2, and 8 for x = 3`` has two values; the clause of the first ends with it.
        """
        if self.token.kind != "sep":
            return False
        ahead = 1
        while self.peek(ahead).kind == "sep":
            ahead += 1
        valued = False
        for token in self.tokens[self.at + ahead : self.at + ahead + MAX_CASE]:
            if token.kind in ("end", "close", "sep"):
                return False
            if token.kind == "word":
                return valued and token.value.lower() == clause
            valued |= token.kind == "num" or token.value == "="
        return False

    def unit(self, units: list[str]) -> None:
        """A unit, or the things that are counted, in words."""
        units.append(self.advance().value)
        while True:
            token = self.token
            if token.kind == "word" and token.value.lower() not in _CLAUSES:
                units.append(self.advance().value)
            elif token.kind == "op" and token.value == "/" and self.peek().kind == "word":
                self.advance()
                units += ["/", self.advance().value]
            elif token.kind == "op" and token.value == "*" and self.peek().kind == "word":
                self.advance()
            elif token.kind == "op" and token.value == "^":
                self.advance()
                units += ["^", plain(self.script())]
            elif token.kind == "open" and token.value == "(" and self.peek().kind == "word":
                while self.token.kind not in ("end", "close"):  # "5 cm (approximately)"
                    self.advance()
                self.advance()
            else:
                return
