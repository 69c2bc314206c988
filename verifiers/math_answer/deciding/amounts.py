"""One amount that is said in several units: "4 hours and 30 minutes", "5 feet, 6 inches"."""

from __future__ import annotations

from itertools import pairwise

from assay.verifiers.math_answer import units
from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.reading.simplify import settle
from assay.verifiers.math_answer.tree import App, Items, Node, Num, Quantity, Sym


def amount(listed: Items) -> Node | None:
    """The sum that `listed` says, or None where its items are several answers.

    It is one amount where each unit measures the same as the one before, is smaller, and there is
    less of it than would fill one of that: 30 minutes are less than an hour, 90 are not.
    """
    if listed.kind not in (",", "and") or not 2 <= len(listed.items) <= 4:
        return None
    read = [x if isinstance(x, Quantity) else letters_as_unit(x) for x in listed.items]
    parts = [item for item in read if item is not None]
    if len(parts) != len(listed.items):
        return None
    found = [exact.rational(part.value) for part in parts]
    values = [value for value in found if value is not None and value >= 0]
    if len(values) != len(parts):
        return None
    for (above, part), value in zip(pairwise(parts), values[1:], strict=True):
        larger, smaller = units.together(above.unit, part.unit)
        if larger is None or smaller is None or larger.dimensions != smaller.dimensions:
            return None
        if smaller.factor >= larger.factor or value * smaller.factor >= larger.factor:
            return None
    return settle(App("add", tuple(parts)))


def letters_as_unit(node: Node) -> Quantity | None:
    """``5*m`` or ``25*m/s`` as a quantity, where all the letters are units."""
    if not (isinstance(node, App) and node.op == "mul" and len(node.args) <= 4):
        return None
    value, *rest = node.args
    if not isinstance(value, Num) or not rest:
        return None
    words: list[str] = []
    for factor in rest:
        if isinstance(factor, App) and factor.op == "inv":
            words.append("/")
            factor = factor.args[0]
        if isinstance(factor, App) and factor.op == "pow":
            exponent = exact.whole(factor.args[1])
            name = factor.args[0]
            if not isinstance(name, Sym) or exponent is None:
                return None
            words += [name.name, "^", str(exponent)]
        elif isinstance(factor, Sym):
            words.append(factor.name)
        else:
            return None
    return Quantity(value, tuple(words)) if units.phrase(tuple(words)) is not None else None
