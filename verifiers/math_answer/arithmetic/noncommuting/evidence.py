r"""What shows that names of a pair are matrices or vectors, whose products have an order.

Products of names commute, for AB is as often a length as a product of matrices. A pair shows that
its names do not by what only matrices, vectors, functions or elements of a group have: a transpose,
an inverse beside the same or another capital, a commutator, a trace of a product.
"""

from __future__ import annotations

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import (
    is_accented,
    is_capital,
    is_identity,
    is_operator,
    is_small,
    is_state,
    mark_of,
    parts,
)
from assay.verifiers.math_answer.arithmetic.noncommuting.seen import Seen, capitals_in, inverse_of
from assay.verifiers.math_answer.tree import CONSTANTS, App, Group, Node, Num, Rel, Sym

_SURE = frozenset({"\\top", "\\intercal", "\\dagger"})
"""Marks that are nothing else; T, H and * may be a time, a height, an optimum."""

_QUANTITIES = tuple(map(frozenset, ("MLTINJKQ", "PVNRTK", "RLCVIQEZ", "GMR")))
"""Letters of dimensions, gases, circuits and gravitation: products of them commute, unless more
than an inverse says that they are matrices."""

_RATES = frozenset("RGVDU")
_MONEY = frozenset("PSFNCVA")
"""Capitals that a factor to the power of a time multiplies: ``P R^T``."""

_NUMBERS = frozenset("tknmcsr")
"""Small letters that stand for numbers also at the end of a product: ``P^{-1}DP t``."""

COLUMNS = frozenset({"mu", "beta", "theta", "xi", "eta", "epsilon"})
"""Small Greek letters that name columns: means, coefficients, errors."""

_ELEMENTS = frozenset("abcdghuv")
"""Small letters of elements of a group; ``x^{-1}y`` is as often a quotient."""

_LENGTHS = 4
"""Names in a product from which on it is one of lengths: AB·CD + AD·BC."""

_LEAST = 3
"""Vectors in one product from which on brackets in it count: (a·b)c is not a(b·c)."""

ORDERED = frozenset({"compose", "cross", "otimes", "wedge"})
"""Operations with an order of their own."""


def order_counts(seen: Seen, r: Node, a: Node, marks: frozenset[str]) -> bool:
    """Whether the order of factors counts for matrices or vectors of a pair."""
    return (
        bool({mark for _, mark in seen.turned} & marks)
        or bool(seen.ops & ORDERED)
        or any(map(is_state, seen.names))
        or _many_vectors(seen)
        or _by_inverse(seen)
        or _by_sums(seen, r, a)
        or _by_exponentials(seen)
        or _by_operators(seen)
        or _by_gradient(seen)
        or any(
            call.op != "abs" and isinstance(call.args[0], App) and capitals_in(call)
            for call in seen.called
        )
    )


def ends_in_vector(node: Node) -> bool:
    """Whether it is a small letter that is not one of a number."""
    if not isinstance(node, Sym):
        return False
    head = node.name.partition("_")[0]
    return head in COLUMNS or (is_small(node.name) and head not in _NUMBERS)


# -- marks ------------------------------------------------------------------------------------


def marks_of(seen: Seen) -> frozenset[str]:
    """Which marks turn matrices in this pair; the others are exponents like any other."""
    found = {mark for _, mark in seen.turned if mark in _SURE}
    for mark in {mark for _, mark in seen.turned} - _SURE:
        bases = [base for base, m in seen.turned if m == mark]
        if mark in seen.names or not all(_may_be_turned(base, mark) for base in bases):
            continue
        if mark == "T" and not found and _is_growth(bases, seen):
            continue
        if mark == "*" and not found and not any(
            isinstance(base, App) and base.op == "mul" and len(capitals_in(base)) > 1
            for base in bases
        ):  # fmt: skip
            continue
        found.add(mark)
    if found:  # beside a transpose, an adjoint is one as well
        found |= {m for b, m in seen.turned if m == "*" and _may_be_turned(b, m)}
    return frozenset(found)


def _may_be_turned(base: Node, mark: str) -> bool:
    if isinstance(base, Sym):
        small = is_small(base.name) and mark != "H"
        return is_capital(base.name) or is_accented(base.name) or small
    if isinstance(base, Num):
        return False
    if isinstance(base, App) and base.op == "add" and any(isinstance(x, Num) for x in base.args):
        return False  # (1 + R)^T
    if any(isinstance(n, App) and n.op == "inv" and capitals_in(n) for n in parts(base)):
        return False  # (A/B)^T
    names = [n.name for n in parts(base) if isinstance(n, Sym)]
    return any(map(is_capital, names)) or (
        bool(names) and not any(isinstance(n, Num) for n in parts(base))
    )


def _is_growth(bases: list[Node], seen: Seen) -> bool:
    """``P R^T``: one factor to the power of a time, times sums of money."""
    matrices = seen.inverted or any(call.op != "abs" for call in seen.called)
    if len(set(bases)) != 1 or not isinstance(bases[0], Sym) or matrices:
        return False
    name = bases[0].name
    if is_capital(name) and name.partition("_")[0] not in _RATES:
        return False
    others = {n.partition("_")[0] for n in seen.names if is_capital(n) and n != name}
    lists = (*seen.products, *(total.args for total in seen.sums))
    stands_plain = any(Sym(name) in args for args in lists)
    small = any(sum(_is_small_factor(x) for x in args) > 1 for args in seen.products)
    return not stands_plain and others <= _MONEY and (bool(others) or not small)


def _is_small_factor(node: Node) -> bool:
    turned = isinstance(node, App) and node.op == "pow" and mark_of(node) is not None
    return turned or (isinstance(node, Sym) and is_small(node.name))


# -- elements of a group ------------------------------------------------------------------------


def of_a_group(seen: Seen, r: Node) -> bool:
    """Whether small letters are elements of a group.

    ``aba^{-1}`` says so anywhere, since of numbers a would have been cancelled; a reference also
    by ``b^{-1}a^{-1}``, which nobody writes of numbers, and by ``a^{-1}b``.
    """
    for args in seen.products:
        plain = {x.name for x in args if isinstance(x, Sym) and not is_capital(x.name)}
        inverted = {b.name for x in args if isinstance(b := inverse_of(x), Sym)}
        if (plain & inverted) - CONSTANTS and len(args) > 2:
            return True
    if any(isinstance(n, Sym) for divisor in seen.divisors for n in parts(divisor)):
        return False
    product = r.args[-1] if isinstance(r, Rel) else r
    if not (isinstance(product, App) and product.op == "mul"):
        return False
    bases = [inverse_of(x) or x for x in product.args]
    names = [b.name for b in bases if isinstance(b, Sym) and is_small(b.name)]
    if len(names) < len(bases) or len(set(names)) < len(names):
        return False
    inverted_at = [inverse_of(x) is not None for x in product.args]
    if all(inverted_at):
        return names != sorted(names)
    return set(names) <= _ELEMENTS and inverted_at != sorted(inverted_at)


# -- matrices ---------------------------------------------------------------------------------


def _by_inverse(seen: Seen) -> bool:
    """Whether an inverse is one of a matrix, and not a quantity per another."""
    for args in seen.products:  # P^{-1}AP
        plain = {x.name for x in args if isinstance(x, Sym) and is_capital(x.name)}
        if any(isinstance(b := inverse_of(x), Sym) and b.name in plain for x in args):
            return True
    if any(map(_is_from_identity, seen.inverted)):
        return True
    everything = {n.partition("_")[0] for n in seen.names if is_capital(n)}
    if any(everything <= letters for letters in _QUANTITIES):
        return False
    if any(g.left == "[" and len(g.items) == 1 for g in seen.brackets):
        return False  # concentrations: [A]^{-1}[B]
    if any(map(capitals_in, seen.divisors)):
        return False  # nobody divides by a matrix
    if any(
        capitals_in(base) and (exact.whole(exponent) or 0) < 0 for base, exponent in seen.exponents
    ):
        return False  # kg m^{-3}
    if any(isinstance(base, App) and len(capitals_in(base)) > 1 for base in seen.inverted):
        return True  # (AB)^{-1}
    return any(map(_inverts_a_matrix, seen.products))


def _inverts_a_matrix(args: tuple[Node, ...]) -> bool:
    """``A^{-1}B``, ``(I - A)^{-1}B``, ``A^{-1}b``."""
    names = set().union(*map(_names_in, args))
    for base in map(inverse_of, args):
        if base is not None:
            mine = _names_in(base)
            if (mine or any(map(is_identity, parts(base)))) and names - mine:
                return True
    base = inverse_of(args[-2]) if len(args) > 1 else None
    return base is not None and bool(capitals_in(base)) and ends_in_vector(args[-1])


def _names_in(node: Node) -> set[str]:
    return {n.name for n in parts(node) if isinstance(n, Sym) and is_capital(n.name)}


def _is_from_identity(base: Node) -> bool:
    """``I - A``: no current, for a matrix is taken from it."""
    if not (isinstance(base, App) and base.op == "add" and Sym("I") in base.args):
        return False
    bare = [x.args[0] if isinstance(x, App) and x.op == "neg" else x for x in base.args]
    return any(isinstance(x, Sym) and is_capital(x.name) for x in bare)


def _by_sums(seen: Seen, r: Node, a: Node) -> bool:
    """``AB - BA``, which of numbers is nothing; ``A - lambda I``; ``[A, B]`` and an expression."""
    for total in seen.sums:
        if any(map(_is_eigenvalue, total.args)) and capitals_in(total):
            return True
        orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        for term in total.args:
            bare = term.args[0] if isinstance(term, App) and term.op == "neg" else term
            if not (isinstance(bare, App) and bare.op == "mul"):
                continue
            names = tuple(x.name for x in bare.args if isinstance(x, Sym) and _is_matrix(x.name))
            if (
                1 < len(names) < _LENGTHS
                and orders.setdefault(tuple(sorted(names)), names) != names
            ):
                return True
    if isinstance(r, Group) and isinstance(a, Group):
        return False  # two intervals, or two lists
    return any(
        g.left + g.right == "[]" and len(g.items) == 2 and all(map(_is_operand, g.items))
        for g in seen.brackets
    )


def _is_matrix(name: str) -> bool:
    return is_capital(name) or is_operator(name)


def _is_operand(node: Node) -> bool:
    r"""Whether it may stand in a commutator: ``A``, ``BC``, ``\hat p``, ``[B, C]``."""
    if any(isinstance(n, App) and n.op == "inv" for n in parts(node)):
        return False
    names = [n.name for n in parts(node) if isinstance(n, Sym)]
    return any(map(_is_matrix, names)) and not isinstance(node, Num)


def _is_eigenvalue(term: Node) -> bool:
    """``lambda I``, with its sign."""
    bare = term.args[0] if isinstance(term, App) and term.op == "neg" else term
    return (
        isinstance(bare, App) and bare.op == "mul" and len(bare.args) == 2
        and any(map(is_identity, bare.args)) and Sym("lambda") in bare.args
    )  # fmt: skip


def _by_exponentials(seen: Seen) -> bool:
    """``e^A e^B``, ``e^A B e^{-A}``: of numbers they would be one exponential."""
    if any(capitals_in(d) for d in seen.divisors):
        return False  # e^{-E/RT}
    return any(
        sum(
            isinstance(x, App) and x.op == "pow" and x.args[0] == Sym("e")
            and bool(capitals_in(x.args[1]) - {"C", "K"}) for x in args
        ) > 1
        for args in seen.products
    )  # fmt: skip


# -- operators and vectors ------------------------------------------------------------------------


def _by_operators(seen: Seen) -> bool:
    r"""``\hat x \hat p``: operators of quantum mechanics side by side."""
    for args in seen.products:
        names = {x.name for x in args if isinstance(x, Sym) and is_operator(x.name)}
        if len(names) > 1 and names != {"hat:p", "hat:q"}:  # shares of a sample
            return True
    return False


def _many_vectors(seen: Seen) -> bool:
    return any(
        sum(
            any(isinstance(n, Sym) and is_accented(n.name) for n in parts(x))
            and not (isinstance(x, App) and x.op in ("abs", "norm"))
            for x in args
        ) + sum(isinstance(x, Group) for x in args) >= _LEAST
        for args in seen.products
        if any(isinstance(x, Sym) and is_accented(x.name) for x in args)
    )  # fmt: skip


def _by_gradient(seen: Seen) -> bool:
    """Whether a gradient stands behind something: ``F·∇``, which differs from ``∇·F``."""
    return any(
        x == Sym("nabla") and any(isinstance(n, Sym) for y in args[:at] for n in parts(y))
        for args in seen.products
        for at, x in enumerate(args)
    )
