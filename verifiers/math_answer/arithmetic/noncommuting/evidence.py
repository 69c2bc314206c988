r"""What shows that names of a pair are matrices or vectors, whose products have an order.

Products of names commute, for AB is as often a length as a product of matrices. A pair shows that
its capitals are matrices by what only matrices have: a transpose, an inverse beside the same or
another capital, a commutator, a trace of a product.
"""

from __future__ import annotations

from collections.abc import Iterable

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import (
    Roles,
    is_accented,
    is_capital,
    is_identity,
    is_small,
    mark_of,
    parts,
)
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Sym

_SURE = frozenset({"\\top", "\\intercal", "\\dagger"})
"""Marks that are nothing else; T, H and * may be a time, a height, an optimum."""

_QUANTITIES = tuple(map(frozenset, ("MLTINJKQ", "PVNRTK", "RLCVIQEZ", "GMRF")))
"""Letters of dimensions, gases, circuits and gravitation: products of them commute, unless more
than an inverse says that they are matrices."""

_MONEY = frozenset("PSFNCVA")
"""Capitals that a factor to the power of a time multiplies: ``P R^T``."""

_NUMBERS = frozenset("tknmcsr")
"""Small letters that stand for numbers also at the end of a product: ``P^{-1}DP t``."""

_LEAST = 3
"""Vectors in one product from which on brackets in it count: (a·b)c is not a(b·c)."""


class _Seen:
    """What is written in a pair, gathered in one walk."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.names: set[str] = set()
        self.ops: set[str] = set()
        self.products: list[tuple[Node, ...]] = []
        self.sums: list[App] = []
        self.turned: list[tuple[Node, str]] = []
        self.inverted: list[Node] = []
        self.divisors: list[Node] = []
        self.exponents: list[tuple[Node, Node]] = []
        self.called: list[App] = []
        self.brackets: list[Group] = []
        for tree in nodes:
            for node in parts(tree):
                self.see(node)

    def see(self, node: Node) -> None:
        """Note one node."""
        if isinstance(node, Sym):
            self.names.add(node.name)
        elif isinstance(node, Group):
            self.brackets.append(node)
        elif isinstance(node, App):
            self.ops.add(node.op)
            if node.op in ("mul", "call"):
                self.products.append(node.args)
            elif node.op == "add":
                self.sums.append(node)
            elif node.op == "inv":
                self.divisors.append(node.args[0])
            elif node.op in ("det", "tr", "abs"):
                self.called.append(node)
            elif node.op == "pow":
                mark = mark_of(node)
                if mark is not None:
                    self.turned.append((node.args[0], mark[0]))
                elif _is_minus_one(node.args[1]):
                    self.inverted.append(node.args[0])
                else:
                    self.exponents.append(node.args)  # type: ignore[arg-type]


def roles(r: Node, a: Node) -> Roles | None:
    """What the names of a pair stand for, if it shows that the order of its factors counts."""
    seen = _Seen((r, a))
    if not (seen.turned or seen.inverted or seen.ops & _ORDERED or len(seen.sums) or seen.brackets
            or len(seen.products)):  # fmt: skip
        return None
    marks = _marks(seen)
    capitals = {n for n in seen.names if is_capital(n)}
    if "compose" in seen.ops:
        return Roles(matrices=frozenset(n for n in seen.names if n not in ("i", "e")))
    if _conjugates_small(seen):
        return Roles(matrices=frozenset(n for n in seen.names if is_small(n)) | capitals)
    vectors = {n for n in seen.names if is_accented(n)}
    turned = {m for _, m in seen.turned} & marks
    if not (
        turned
        or "otimes" in seen.ops
        or "cross" in seen.ops
        or _many_vectors(seen)
        or _by_inverse(seen)
        or _by_sums(seen, r, a)
        or any(len(capitals_in(call)) > 1 and call.op != "abs" for call in seen.called)
    ):
        return None
    vectors |= {
        base.name for base, mark in seen.turned
        if mark in marks and isinstance(base, Sym) and is_small(base.name)
    }  # fmt: skip
    vectors |= _tensored(seen, (r, a)) | _at_the_end(r, a)
    vectors -= {"nabla"}
    if not capitals and not vectors:
        return None  # matrices that are written out are worked out
    return Roles(frozenset(capitals - vectors), frozenset(vectors), marks)


_ORDERED = frozenset({"compose", "cross", "otimes"})


def _is_minus_one(node: Node) -> bool:
    return exact.whole(node) == -1


def capitals_in(node: Node) -> set[str]:
    """The heads of the names in it that could be matrices: of ``R_1 + R_2`` one."""
    return {
        n.name.partition("_")[0] for n in parts(node) if isinstance(n, Sym) and is_capital(n.name)
    }


def _marks(seen: _Seen) -> frozenset[str]:
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
    names = [n.name for n in parts(base) if isinstance(n, Sym)]
    return any(map(is_capital, names)) or (
        bool(names) and not any(isinstance(n, Num) for n in parts(base))
    )


def _is_growth(bases: list[Node], seen: _Seen) -> bool:
    """``P R^T``: one factor to the power of a time, times sums of money."""
    if len(set(bases)) != 1 or not isinstance(bases[0], Sym) or seen.inverted:
        return False
    name = bases[0].name
    others = {n.partition("_")[0] for n in seen.names if is_capital(n) and n != name}
    return name not in _plain_names(seen) and others <= _MONEY and (
        bool(others) or not any(len(_vector_names(p)) > 1 for p in seen.products)
    )  # fmt: skip


def _plain_names(seen: _Seen) -> set[str]:
    """Names that stand as factors or terms themselves."""
    lists = (*seen.products, *(s.args for s in seen.sums))
    return {arg.name for args in lists for arg in args if isinstance(arg, Sym)}


def _vector_names(args: tuple[Node, ...]) -> list[Node]:
    return [
        arg for arg in args
        if (isinstance(arg, Sym) and is_small(arg.name))
        or (isinstance(arg, App) and arg.op == "pow" and mark_of(arg) is not None)
    ]  # fmt: skip


def _conjugates_small(seen: _Seen) -> bool:
    """``aba^{-1}``: of numbers, a would have been cancelled."""
    for args in seen.products:
        plain = {x.name for x in args if isinstance(x, Sym) and is_small(x.name)}
        inverted = {
            x.args[0].name for x in args
            if isinstance(x, App) and x.op == "pow" and _is_minus_one(x.args[1])
            and isinstance(x.args[0], Sym)
        }  # fmt: skip
        if plain & inverted and len(args) > 2:
            return True
    return False


def _by_inverse(seen: _Seen) -> bool:
    """Whether an inverse is one of a matrix, and not a quantity per another."""
    for args in seen.products:  # P^{-1}AP
        plain = {x.name for x in args if isinstance(x, Sym) and is_capital(x.name)}
        if any(
            isinstance(x, App) and x.op == "pow" and _is_minus_one(x.args[1])
            and isinstance(x.args[0], Sym) and x.args[0].name in plain
            for x in args
        ):  # fmt: skip
            return True
    everything = {n.partition("_")[0] for n in seen.names if is_capital(n)}
    if any(everything <= letters for letters in _QUANTITIES):
        return False
    if any(capitals_in(d) for d in seen.divisors):
        return False  # nobody divides by a matrix
    if any(
        capitals_in(base) and (exact.whole(exponent) or 0) < 0 for base, exponent in seen.exponents
    ):
        return False  # kg m^{-3}
    if any(isinstance(base, App) and len(capitals_in(base)) > 1 for base in seen.inverted):
        return True  # (AB)^{-1}
    for args in seen.products:
        for at, one in enumerate(args):
            if not (isinstance(one, App) and one.op == "pow" and _is_minus_one(one.args[1])):
                continue
            mine = capitals_in(one)
            rest = (*args[:at], *args[at + 1 :])
            if (mine or any(map(is_identity, parts(one)))) and any(
                capitals_in(x) - mine for x in rest
            ):
                return True  # A^{-1}B, (I - A)^{-1}B
            behind = args[at + 1 :]
            if mine and len(behind) == 1 and _ends_in_vector(behind[0]):
                return True  # A^{-1}b
    return False


def _ends_in_vector(node: Node) -> bool:
    """Whether it is a small letter that is not one of a number."""
    return isinstance(node, Sym) and is_small(node.name) and (
        node.name.partition("_")[0] not in _NUMBERS
    )  # fmt: skip


def _by_sums(seen: _Seen, r: Node, a: Node) -> bool:
    """``AB - BA``, which of numbers is nothing; ``A - lambda I``; ``[A, B]`` and an expression."""
    for total in seen.sums:
        if any(map(_is_eigenvalue, total.args)) and capitals_in(total):
            return True
        orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        for term in total.args:
            bare = term.args[0] if isinstance(term, App) and term.op == "neg" else term
            if not (isinstance(bare, App) and bare.op == "mul"):
                continue
            names = tuple(x.name for x in bare.args if isinstance(x, Sym) and is_capital(x.name))
            if len(names) > 1 and orders.setdefault(tuple(sorted(names)), names) != names:
                return True
    if isinstance(r, Group) and isinstance(a, Group):
        return False  # two intervals, or two lists
    return any(
        g.left + g.right == "[]" and len(g.items) == 2
        and all(len(capitals_in(i)) == 1 and not isinstance(i, Num) for i in g.items)
        for g in seen.brackets
    )  # fmt: skip


def _is_eigenvalue(term: Node) -> bool:
    """``lambda I``, with its sign."""
    bare = term.args[0] if isinstance(term, App) and term.op == "neg" else term
    return (
        isinstance(bare, App) and bare.op == "mul" and len(bare.args) == 2
        and any(map(is_identity, bare.args)) and Sym("lambda") in bare.args
    )  # fmt: skip


def _many_vectors(seen: _Seen) -> bool:
    return any(
        sum(any(isinstance(n, Sym) and is_accented(n.name) for n in parts(x))
            and not (isinstance(x, App) and x.op == "abs") for x in args) >= _LEAST
        for args in seen.products
    )  # fmt: skip


def _tensored(seen: _Seen, trees: tuple[Node, ...]) -> set[str]:
    r"""Small letters beside ``\otimes`` or ``\times``: vectors."""
    found: set[str] = set()
    for node in (n for tree in trees for n in parts(tree)):
        if not (isinstance(node, App) and node.op in ("cross", "otimes")):
            continue
        for arg in node.args:
            found |= set(_ends(arg, capitals=node.op == "cross"))
    return found


def _ends(node: Node, capitals: bool) -> list[str]:
    """The names that make a value a vector: of ``m v + w`` v and w."""
    if isinstance(node, Sym):
        small = is_small(node.name) or is_accented(node.name)
        return [node.name] if small or capitals else []
    if isinstance(node, Group) and len(node.items) == 1:
        return _ends(node.items[0], capitals)
    if isinstance(node, App) and node.op in ("add", "neg"):
        return [name for arg in node.args for name in _ends(arg, capitals)]
    if isinstance(node, App) and node.op == "mul":
        accented = [x.name for x in node.args if isinstance(x, Sym) and is_accented(x.name)]
        return accented or _ends(node.args[-1], capitals)
    return []


def _at_the_end(r: Node, a: Node) -> set[str]:
    """Small letters at the end of a product behind a matrix: vectors, as in ``A^{-1}b``.

    The reference says which; the answer of names that are not in it. A letter that leads a product
    elsewhere is a number: ``c A^{-1} b`` equals ``A^{-1} b c``.
    """
    known = {n.name for n in parts(r) if isinstance(n, Sym)}
    found = _trailing(r) | {n for n in _trailing(a) if n not in known}
    leading = {
        args[0].name
        for tree in (r, a) for node in parts(tree)
        if isinstance(node, App) and node.op == "mul" and isinstance((args := node.args)[0], Sym)
        and any(capitals_in(x) for x in args[1:])
    }  # fmt: skip
    return found - leading if len(found) > 1 else found


def _trailing(tree: Node) -> set[str]:
    found: set[str] = set()
    for node in parts(tree):
        if not (isinstance(node, App) and node.op in ("mul", "call")):
            continue
        run: list[str] = []
        for arg in reversed(node.args):
            if not (isinstance(arg, Sym) and is_small(arg.name)):
                break
            run.append(arg.name)
        if run and len(run) < len(node.args) and capitals_in(node.args[-len(run) - 1]):
            found |= {name for name in run if _ends_in_vector(Sym(name))}
    return found
