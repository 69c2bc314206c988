"""What stands directly behind a value: a factor, a fraction, minutes, a smaller unit, an index."""

from __future__ import annotations

from assay.verifiers.math_answer.reading.mixed import (
    fraction,
    inner_numeral,
    marked,
    proper,
    unsigned,
    with_fraction,
)
from assay.verifiers.math_answer.reading.operands import Operands
from assay.verifiers.math_answer.tree import App, Node, Num, Quantity, Sym
from assay.verifiers.math_answer.units import phrase

_PARTS_OF_DEGREES = {"minute": "arcmin", "minutes": "arcmin", "min": "arcmin", "second": "arcsec",
                     "seconds": "arcsec", "sec": "arcsec"}  # fmt: skip


class Neighbours(Operands):
    """Two operands side by side, without a sign between them."""

    __slots__ = ()

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
        elif opens and isinstance(factors[-1], Sym) and not isinstance(right, App):
            factors[-1] = App("call", (factors[-1], right))
        else:
            factors.append(right)
