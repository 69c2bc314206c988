"""From tokens to the tree: a precedence parser, linear in the number of tokens."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.plain import plain
from assay.verifiers.math_answer.tokens import Token, numeral, tokenize
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Quantity,
    Rel,
    Such,
    Sym,
    Words,
)
from assay.verifiers.math_answer.units import is_unit

_RELATIONS = frozenset({"=", "<", ">", "<=", ">=", "!=", "~", "in", "notin", "ni", "subset", "to",
                        "=>", "sim", "propto", "parallel", "perp"})  # fmt: skip
_SUMS = frozenset({"+", "-", "pm", "mp"})
_SETS = frozenset({"cup", "cap", "setminus"})
_MATH_START = frozenset({"num", "sym", "fn", "open", "cmd", "money"})
_CLAUSES = frozenset({"for", "where", "with", "as", "such", "whenever", "provided", "given"})
_PERCENT = frozenset({"percent", "pct", "percentage", "percents"})
_DEGREES = frozenset({"degree", "degrees", "deg", "degs"})
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_FILLERS = frozenset({
    "only", "about", "approximately", "approx", "exactly", "roughly", "nearly", "is", "are",
    "equals", "the", "answer", "answers", "solution", "solutions", "value", "values", "final",
    "result", "therefore", "thus", "so", "hence", "we", "get", "all", "around", "equal", "to", "just",
    "option", "choice", "be", "will", "would", "can", "simplified",
})  # fmt: skip
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_FUNCTION_NAMES = frozenset("fghFGH")
_SIGNED = {"-": "neg", "pm": "pm", "mp": "mp"}

_ONE = fmpq(1)


def parse(text: str) -> Node:
    r"""The tree of one answer, in LaTeX, plain text or Python's notation.

    Raises:
        Unreadable: it is empty, no expression, or beyond the limits; says where.

    >>> from assay.verifiers.math_answer.plain import plain
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
    parser = Parser(tokens)
    try:
        node = parser.items(frozenset())
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    if parser.token.kind != "end":
        raise Unreadable(f"unexpected {parser.token.value!r}", parser.token.position)
    return node, tuple(parser.notes)


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
        if tokens[start].value in "({" and partner.get(start + 1) == end - 1:
            if tokens[start].value == tokens[start + 1].value:
                idle.update((start, end))
    return [t for i, t in enumerate(tokens) if i not in idle]


def _bars(tokens: list[Token]) -> dict[int, str]:
    """What each ``|`` does: ``open`` or ``close`` of an absolute value, or ``mid``."""
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
            operand_before = before is not None and (
                before.kind in ("num", "sym", "close", "word")
                or before.value.startswith("end:")
                or (before.kind == "op" and before.value in ("!", "'", "%", "deg", "circ"))
                or (before.value == "|" and roles.get(i - 1) == "close")
            )
            if operand_before and opened:
                opened.pop()
                roles[i] = "close"
            else:
                opened.append(i)
                roles[i] = "open"
        before = token
    for level in levels:
        for left in level:
            roles[left] = "mid"
    return roles


class Parser:
    """One pass over the tokens of one answer."""

    __slots__ = ("at", "bars", "depth", "notes", "token", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        nested = sum(1 for t in tokens if t.kind == "open")
        if nested > limits.DEPTH // 3:
            tokens = _without_idle_brackets(tokens)
        self.tokens = tokens
        self.at = 0
        self.token = tokens[0]
        self.depth = 0
        self.notes: list[str] = []
        self.bars = _bars(tokens) if any(t.value == "|" for t in tokens) else {}

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
            self.token = self.tokens[self.at]
        return token

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_op(self, value: str) -> bool:
        return self.token.kind == "op" and self.token.value == value

    def fail(self, what: str | None = None) -> Unreadable:
        token = self.token
        if what is None:
            what = "it ends too early" if token.kind == "end" else f"unexpected {token.value!r}"
        return Unreadable(what, token.position)

    def down(self) -> None:
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise self.fail(f"nested deeper than {limits.DEPTH} levels")

    # -- lists and relations --------------------------------------------------------------------

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
        while self.token.kind == "op":
            value = self.token.value
            if value == ":":
                if level > 2 or (self.peek().kind not in _MATH_START and self.peek().value != "-"):
                    return left
                if isinstance(left, Words):
                    if level > 0:
                        return left
                    self.advance()
                    return Rel(("=",), (left, self.expression(1)))
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

    def relation(self, left: Node) -> Node:
        if self.is_op("|"):
            self.advance()
            return Such(left, self.condition())
        args = [left]
        ops: list[str] = []
        while self.token.kind == "op" and self.token.value in _RELATIONS:
            op = self.advance().value
            if op == "=" and self.token.kind == "op" and self.token.value in (">", "<"):
                op = {">": ">=", "<": "<="}[self.advance().value]
            ops.append(op)
            if self.token.kind in ("end", "close", "sep"):
                ops.pop()
                break
            args.append(self.expression(1))
        if self.is_op("|") and self.bars.get(self.at) == "mid":
            self.advance()
            inner = Rel(tuple(ops), tuple(args)) if ops else left
            return Such(inner, self.condition())
        return Rel(tuple(ops), tuple(args)) if ops else left

    def condition(self) -> Node:
        found = [self.expression(0)]
        kind = ","
        while self.token.kind == "sep":
            kind = self.advance().value
            if self.token.kind in ("end", "close"):
                break
            found.append(self.expression(0))
        return found[0] if len(found) == 1 else Items(tuple(found), kind)

    # -- sums and products ----------------------------------------------------------------------

    def sum(self) -> Node:
        left = self.product()
        if not (self.token.kind == "op" and self.token.value in _SUMS):
            return left
        terms = [left]
        while self.token.kind == "op" and self.token.value in _SUMS:
            sign = self.advance().value
            if self.token.kind == "end":
                break  # a stray sign at the very end
            term = self.product()
            terms.append(term if sign == "+" else App(_SIGNED[sign], (term,)))
        return App("add", tuple(terms))

    def product(self) -> Node:
        factors = [self.operand()]
        units: list[str] = []
        while True:
            token = self.token
            kind = token.kind
            if kind == "op":
                value = token.value
                if value == "*":
                    self.advance()
                    factors.append(self.operand())
                elif value == "/":
                    self.advance()
                    factors.append(App("inv", (self.operand(),)))
                elif value == "mod":
                    self.advance()
                    factors = [App("mod", (_times(factors), self.operand()))]
                elif value == "|" and self.bars.get(self.at) == "open":
                    factors.append(self.operand())
                elif value == "circ" and self.peek().kind in ("sym", "open"):
                    self.advance()
                    factors = [App("compose", (_times(factors), self.operand()))]
                else:
                    break
            elif kind == "word":
                if not self.suffix(factors, units):
                    break
            elif kind in ("num", "sym", "fn", "open", "cmd"):
                if kind == "cmd" and token.value.startswith("end:"):
                    break
                if kind == "num" and isinstance(_unsigned(factors[-1]), Num):
                    self.beside(factors)
                    continue
                if kind == "open" and token.value == "set{":
                    break
                if token.value == "dots" and isinstance(factors[-1], Num) and not token.spaced:
                    factors[-1] = _periodic(factors[-1], self.tokens[self.at - 1].value)
                    self.advance()
                    continue
                self.juxtapose(factors)
            elif kind == "money":
                self.advance()
                units.append(token.value)
            else:
                break
        whole = _times(factors)
        return Quantity(whole, tuple(units)) if units else whole

    def beside(self, factors: list[Node]) -> None:
        """A numeral after a numeral: a mixed number, or nothing that can be read."""
        last, token = factors[-1], self.token
        negative = isinstance(last, App) and last.op == "neg"
        if isinstance(last, App):
            last = last.args[0]
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
            mixed = App("mixed", (last, _fraction(top, bottom.num)))
            factors[-1] = App("neg", (mixed,)) if negative else mixed
            return
        raise self.fail("two numerals side by side")

    def juxtapose(self, factors: list[Node]) -> None:
        last = _unsigned(factors[-1])
        negative = last is not factors[-1]
        opens = self.token.kind == "open" and self.token.value == "("
        is_frac = self.token.kind == "cmd" and self.token.value == "frac"
        right = self.operand()
        if (
            is_frac and isinstance(last, Num) and last.places is None and len(factors) == 1
            and last.base is None and (inner := _proper(right)) is not None
        ):  # fmt: skip
            mixed = App("mixed", (last, inner))
            factors[-1] = App("neg", (mixed,)) if negative else mixed
        elif opens and isinstance(last, Sym) and not isinstance(right, App):
            factors[-1] = App("call", (last, right))
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
            factors[:] = [App("percent", (_times(factors),))]
        elif low in _DEGREES and not units:
            self.advance()
            factors[:] = [App("deg", (_times(factors),))]
        elif low in _SCALES:
            self.advance()
            factors.append(Num(fmpq(10 ** _SCALES[low])))
        elif low == "repeating" and isinstance(factors[-1], Num):
            raw = self.tokens[self.at - 1].value
            self.advance()
            factors[-1] = _periodic(factors[-1], raw, forced=True)
        elif low in _ORDINAL and isinstance(factors[-1], Num):
            self.advance()
        elif low in _CLAUSES:
            while self.token.kind not in ("end", "close"):
                self.notes.append(self.advance().value)
            if self.token.kind == "close" and self.depth == 1:
                self.advance()
        else:
            self.unit(units)
        return True

    def unit(self, units: list[str]) -> None:
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

    # -- operands -------------------------------------------------------------------------------

    def operand(self) -> Node:
        signs: list[str] = []
        while self.token.kind == "op" and self.token.value in _SUMS:
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
                node = App(_SIGNED[sign], (node,))
        return node

    def postfix(self, node: Node) -> Node:
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
                self.advance()
                index = self.script()
                node = Sym(f"{plain(node)}_{plain(index)}")
            else:
                break
            wraps += 1
            if wraps > 12:
                raise self.fail("too many marks after one value")
        return node

    def power(self, base: Node) -> Node:
        if self.is_op("circ") or self.is_op("deg"):
            self.advance()
            return App("deg", (base,))
        exponent = self.script()
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
        return App("pow", (base, exponent))

    def script(self) -> Node:
        """What follows ``^`` or ``_``: a group, or one operand."""
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
        if token.kind == "op" and token.value in _SUMS:
            self.down()
            node = self.operand()
            self.depth -= 1
            return node
        if token.kind == "op" and token.value in ("*", "'"):
            self.advance()
            return Sym(token.value)
        self.down()
        node = self.primary()
        if self.is_op("^"):
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
            return self.braced()
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
        name = token.value
        if name in ("a", "A") and self.token.kind == "word" and self.token.spaced:
            if len(self.token.value) > 2 and not is_unit(self.token.value):
                return self.prose()  # an article
        if self.is_op("_"):
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
            if (
                four[0] == "{"
                and four[1] == "-"
                and four[2] == "1"
                and four[3] == "}"
                and (four[4] == "(")
            ):
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
                return Num(fmpq(value), base=base)
            raise Unreadable(f"{token.value[:40]} has a digit that base {base} lacks",
                             token.position)  # fmt: skip
        return Sym(f"{token.value}_{_index(index)}")

    def close(self, bracket: str) -> None:
        if self.token.kind != "close":
            raise self.fail(None if self.token.kind != "end" else f"{bracket!r} is missing")
        self.advance()

    def bracketed(self, token: Token) -> Node:
        left = token.value
        self.advance()
        if self.token.kind == "close":
            right = self.advance().value
            if left in ("set{", "{"):
                return Sym("emptyset")
            return Group(left, right, ())
        inner = self.items(frozenset())
        if self.token.kind != "close":
            raise self.fail(None if self.token.kind != "end" else "a bracket is never closed")
        right = self.advance().value
        if left == "{" and right == "}":
            return inner
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

    # -- functions ------------------------------------------------------------------------------

    def function(self, token: Token) -> Node:
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
        if op == "sqrt" and power is None:
            pass
        if self.token.kind in ("end", "close", "sep", "word") or (
            self.token.kind == "op" and self.token.value not in ("|", "-", "+")
        ):
            if power is None and base is None:
                return Words((op,))
            raise self.fail()
        args: tuple[Node, ...]
        alone = self.token.kind == "open" and self.token.value == "("
        if alone:
            self.advance()
            inner = self.items(frozenset(")"))
            self.close(")")
            args = inner.items if isinstance(inner, Items) else (inner,)
        elif op in ("max", "min", "gcd", "lcm", "sup", "inf") and self.token.value == "set{":
            group = self.primary()
            args = group.items if isinstance(group, Group) else (group,)
        elif op in ("sqrt", "cbrt"):
            args = (self.operand(),)
        else:
            args = (self.bare(),)
        node: Node
        if op == "log" and base is not None:
            node = App("logb", (base, args[0]))
        elif op == "log" and len(args) == 2:
            node = App("logb", (args[1], args[0]))
        elif op == "cbrt":
            node = App("root", (Num(fmpq(3)), args[0]))
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
        return _times(factors)

    def limits(self) -> tuple[Node, Node]:
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
            text = plain(inner)
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
        if self.token.kind == "num":
            return self.primary()
        if self.token.kind == "open" and self.token.value == "(":
            self.advance()
            inner = self.items(frozenset(")"))
            self.close(")")
            return inner
        return self.argument()

    def matrix(self, style: str) -> Node:
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
            elif self.is_op("\\\\"):
                self.advance()
                if row:
                    rows.append(tuple(row))
                row = []
            else:
                row.append(self.items(frozenset()))
                follows = self.token
                if not (follows.kind == "end" or self.is_op("&") or self.is_op("\\\\")
                        or (follows.kind == "cmd" and follows.value.startswith("end:"))):  # fmt: skip
                    raise self.fail()
        if row:
            rows.append(tuple(row))
        self.depth -= 1
        if not rows:
            raise self.fail("an empty matrix")
        width = max(len(r) for r in rows)
        if style == "cases":
            return App("cases", tuple(Group("(", ")", r) for r in rows))
        if any(len(r) != width for r in rows):
            raise self.fail("a matrix with rows of unequal length")
        return Matrix(tuple(rows), bars=style == "vmatrix")

    # -- prose ----------------------------------------------------------------------------------

    def prose(self) -> Node:
        """Words: a label with its value, a number in words, or prose to the next separator."""
        start = self.at
        words: list[str] = []
        if self.token.kind == "fn":
            words.append(self.advance().value)
        while self.token.kind == "word":
            words.append(self.advance().value)
        follows = self.token
        starts_math = follows.kind in _MATH_START or (
            follows.kind == "op" and (follows.value in _SUMS or self.bars.get(self.at) == "open")
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


def _times(factors: list[Node]) -> Node:
    if len(factors) == 1:
        return factors[0]
    if all(isinstance(f, App) and f.op in ("deg", "arcmin", "arcsec") for f in factors):
        return App("add", tuple(factors))
    if all(isinstance(f, Group) and len(f.items) > 1 for f in factors):
        return Items(tuple(factors))
    flat: list[Node] = []
    for factor in factors:
        if isinstance(factor, App) and factor.op == "mul" and len(factor.args) < 4:
            flat.extend(factor.args)
        else:
            flat.append(factor)
    return App("mul", tuple(flat))


def _unsigned(node: Node) -> Node:
    """A numeral without its sign; anything else as it is."""
    if isinstance(node, App) and node.op == "neg" and isinstance(node.args[0], Num):
        return node.args[0]
    return node


def _fraction(top: Num, bottom: Num) -> Node:
    return App("mul", (top, App("inv", (bottom,))))


def _proper(node: Node) -> Node | None:
    """`node` where it is a fraction of two whole numerals, smaller than one."""
    if isinstance(node, App) and node.op == "mul" and len(node.args) == 2:
        top, under = node.args
        if isinstance(under, App) and under.op == "inv" and isinstance(top, Num):
            bottom = under.args[0]
            if isinstance(bottom, Num) and top.value.q == 1 == bottom.value.q:
                if 0 < top.value < bottom.value and top.places is None and bottom.places is None:
                    return node
    return None


def _index(node: Node) -> str:
    """An index as part of a name; brackets and commas in it go."""
    return plain(node).replace(" ", "").strip("()")


def _is_minus_one(node: Node) -> bool:
    return (
        isinstance(node, App) and node.op == "neg" and isinstance(node.args[0], Num)
        and node.args[0].value == _ONE
    )  # fmt: skip


def _periodic(node: Num, raw: str, forced: bool = False) -> Num:
    """``0.333...`` as 1/3: a decimal whose last digits repeat, three times or as its words say."""
    whole, point, fraction = raw.partition(".")
    if not point or not fraction.isdigit() or not whole.isdigit() or len(fraction) > 400:
        return node
    for length in (1, 2, 3, 6):
        period = fraction[-length:]
        if fraction.endswith(period * 3) or (
            length > 1 and fraction.endswith(period * 2) and len(fraction) >= 2 * length
        ) or (forced and length == 1):  # fmt: skip
            head = fraction
            scale = 10 ** len(head)
            value = fmpq(int(whole + head), scale)
            return Num(value + fmpq(int(period), (10**length - 1) * scale))
    return node
