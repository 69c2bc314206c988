"""What stands beside a numeral: a sign, a currency, a proper fraction, a period, a degree."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.tree import App, Node, Num, Quantity


def degrees(factors: list[Node]) -> Node | None:
    r"""The value of ``100^\\circ`` before C or F."""
    last = factors[-1]
    if len(factors) != 1:
        return None
    if isinstance(last, App) and last.op == "neg":
        inner = last.args[0]
        if isinstance(inner, App) and inner.op == "deg":
            return App("neg", inner.args)
    return last.args[0] if isinstance(last, App) and last.op == "deg" else None


def unsigned(node: Node) -> Node:
    """A numeral without its sign; anything else as it is."""
    if isinstance(node, App) and node.op == "neg" and isinstance(node.args[0], Num):
        return node.args[0]
    return node


def inner_numeral(node: Node) -> Node:
    """What a sign and a currency stand before; anything else as it is."""
    return unsigned(node.value if isinstance(node, Quantity) else node)


def with_fraction(node: Node, part: Node) -> Node:
    """The mixed number of a numeral, with the sign and the currency before it, and a fraction."""
    if isinstance(node, Quantity):
        return Quantity(with_fraction(node.value, part), node.unit)
    if isinstance(node, App):
        return App(node.op, (with_fraction(node.args[0], part),))
    return App("mixed", (node, part))


def marked(node: Node) -> tuple[Node, tuple[str, ...]]:
    """A node without the percent and degree signs behind it, and these, the outermost first."""
    marks: list[str] = []
    while isinstance(node, App) and node.op in ("percent", "deg"):
        marks.append(node.op)
        node = node.args[0]
    return node, tuple(marks)


def fraction(top: Num, bottom: Num) -> Node:
    """``top / bottom``."""
    return App("mul", (top, App("inv", (bottom,))))


def proper(node: Node) -> Node | None:
    """`node` where it is a fraction of two whole numerals, smaller than one."""
    if isinstance(node, App) and node.op == "mul" and len(node.args) == 2:
        top, under = node.args
        if isinstance(under, App) and under.op == "inv" and isinstance(top, Num):
            bottom = under.args[0]
            if (isinstance(bottom, Num) and top.value.q == 1 == bottom.value.q) and (
                0 < top.value < bottom.value and top.places is None and bottom.places is None
            ):
                return node
    return None


def periodic(node: Num, raw: str, forced: bool = False) -> Num:
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
