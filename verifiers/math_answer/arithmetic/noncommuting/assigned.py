"""Which names of a pair are matrices, which vectors, where the order of factors counts."""

from __future__ import annotations

from assay.verifiers.math_answer.arithmetic.noncommuting.evidence import (
    COLUMNS,
    ORDERED,
    ends_in_vector,
    marks_of,
    of_a_group,
    order_counts,
)
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import (
    Roles,
    is_accented,
    is_capital,
    is_operator,
    is_small,
    is_state,
    mark_of,
    parts,
)
from assay.verifiers.math_answer.arithmetic.noncommuting.seen import Seen, capitals_in, is_minus_one
from assay.verifiers.math_answer.tree import CONSTANTS, App, Group, Node, Sym, walk


def roles(r: Node, a: Node, directional: bool = True) -> Roles | None:
    """What the names of a pair stand for, if it shows that the order of its factors counts.

    What the reference shows by itself cannot be taken back by what an answer adds; without a
    direction (`directional`), each side counts like a reference.
    """
    if not (may_count(r) or may_count(a)):
        return None
    seen = Seen((r, a))
    named = frozenset(seen.names - CONSTANTS - {"lambda"})
    if "compose" in seen.ops:
        return Roles(matrices=named)
    if of_a_group(seen, r):
        return Roles(matrices=named)
    looks = [Seen((tree,)) for tree in ((r,) if directional else (r, a))]
    found = {look: marks_of(look) for look in (*looks, seen)}
    if not any(order_counts(look, r, a, marked) for look, marked in found.items()):
        return None
    marks = frozenset().union(*found.values())
    matrices = {n for n in named if is_capital(n)} | _operators(seen)
    vectors = {n for n in named if is_accented(n) or is_state(n)} - matrices
    vectors |= _turned(seen, marks) | _beside_rows(seen, marks) | _tensored(r, a)
    vectors |= _at_the_end(r, a, directional)
    primed = any(_is_gram(base) for base in seen.inverted)
    if primed:
        vectors |= {n.rstrip("'") for n in named if n.endswith("'") and is_small(n.rstrip("'"))}
    valued = "nabla" not in named or _is_linear(seen, named, (r, a))
    matrices |= {
        base.name for base, mark in seen.turned
        if mark == "\\dagger" and isinstance(base, Sym) and is_small(base.name)
    }  # fmt: skip
    vectors -= matrices if "cross" not in seen.ops else _operators(seen)
    if not matrices and not vectors:
        return None  # matrices that are written out are worked out
    if "nabla" in named:
        vectors.add("nabla")
    return Roles(frozenset(matrices - vectors), frozenset(vectors), marks, primed, valued)


def may_count(tree: Node) -> bool:
    """A quick look, which spares most pairs the slow one: a capital, an accent or an inverse."""
    for node in walk(tree):
        if type(node) is Sym:
            first = node.name[0]
            if first.isupper() or first == "\\" or ":" in node.name:
                return True
        elif type(node) is App and (
            node.op in ORDERED or (node.op == "pow" and is_minus_one(node.args[1]))
        ):
            return True
    return False


def _operators(seen: Seen) -> set[str]:
    r"""Names with a hat, if one of them is an operator beyond doubt: ``\hat H``, ``\hat p``."""
    hats = {n for n in seen.names if is_operator(n)}
    sure = any(is_capital(n.partition(":")[2]) or n == "hat:p" for n in hats)
    return hats if sure and "cross" not in seen.ops else set()


def _is_gram(base: Node) -> bool:
    """``X'X``, where the prime is a transpose."""
    names = {n.name for n in parts(base) if isinstance(n, Sym) and is_capital(n.name)}
    return any(name + "'" in names for name in names)


def _turned(seen: Seen, marks: frozenset[str]) -> set[str]:
    """Small letters that are turned, alone or in a sum: ``x^T``, ``(x - mu)^T``."""
    return {
        name for base, mark in seen.turned if mark in marks
        for name in _ends(base, capitals=False)
    }  # fmt: skip


def _is_row(node: Node, marks: frozenset[str]) -> bool:
    """``x^T``, of a small letter."""
    if not (isinstance(node, App) and node.op == "pow"):
        return False
    found, base = mark_of(node), node.args[0]
    turned = found is not None and found[0] in marks
    return turned and isinstance(base, Sym) and (is_small(base.name) or is_accented(base.name))


def _beside_rows(seen: Seen, marks: frozenset[str]) -> set[str]:
    """Small letters on either side of a row: ``u^T v``, ``u v^T``; a number before ``x^T x``."""
    found: set[str] = set()
    for args in seen.products:
        smalls = [at for at, x in enumerate(args) if isinstance(x, Sym) and is_small(x.name)]
        for at, row in enumerate(args):
            if not _is_row(row, marks):
                continue
            after = args[at + 1] if at + 1 < len(args) else None
            before = args[at - 1] if at else None
            if isinstance(after, Sym) and ends_in_vector(after):
                found.add(after.name)
            closed = smalls and smalls[-1] > at
            if not closed and isinstance(before, Sym) and ends_in_vector(before):
                found.add(before.name)
    return found


def _is_linear(seen: Seen, named: frozenset[str], trees: tuple[Node, ...]) -> bool:
    """Whether a gradient acts on one field alone, so that it is like a vector before it."""
    if len(named - {"nabla"}) != 1:
        return False
    for node in (n for tree in trees for n in parts(tree)):
        if isinstance(node, App) and node.op in ("mul", "cross", "call"):
            fields = [
                any(isinstance(n, Sym) and n.name in named - {"nabla"} for n in parts(x))
                for x in node.args
            ]
            gradients = [Sym("nabla") in parts(x) for x in node.args]
            if True in fields and True in gradients[fields.index(True) + 1 :]:
                return False
    return True


def _tensored(r: Node, a: Node) -> set[str]:
    r"""Small letters beside ``\otimes``, ``\wedge`` or ``\times``: vectors."""
    found: set[str] = set()
    for node in (n for tree in (r, a) for n in parts(tree)):
        if isinstance(node, App) and node.op in ("cross", "otimes", "wedge"):
            for arg in node.args:
                found |= set(_ends(arg, capitals=node.op == "cross"))
    return found


def _ends(node: Node, capitals: bool) -> list[str]:
    """The names that make a value a vector: of ``m v + w`` v and w."""
    if isinstance(node, Sym):
        small = is_small(node.name) or is_accented(node.name) or node.name in COLUMNS
        return [node.name] if small or capitals else []
    if isinstance(node, Group) and len(node.items) == 1:
        return _ends(node.items[0], capitals)
    if isinstance(node, App) and node.op in ("add", "neg"):
        return [name for arg in node.args for name in _ends(arg, capitals)]
    if isinstance(node, App) and node.op == "mul":
        accented = [x.name for x in node.args if isinstance(x, Sym) and is_accented(x.name)]
        return accented or _ends(node.args[-1], capitals)
    return []


def _at_the_end(r: Node, a: Node, directional: bool) -> set[str]:
    """Small letters at the end of a product behind a matrix: vectors, as in ``A^{-1}b``.

    The reference says which; the answer of names that are not in it, or where neither is the
    reference. A letter that leads a product
    elsewhere is a number: ``c A^{-1} b`` equals ``A^{-1} b c``.
    """
    known = {n.name for n in parts(r) if isinstance(n, Sym)} if directional else set()
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
            if not (isinstance(arg, Sym) and (is_small(arg.name) or arg.name in COLUMNS)):
                break
            run.append(arg.name)
        if run and len(run) < len(node.args) and capitals_in(node.args[-len(run) - 1]):
            found |= {name for name in run if ends_in_vector(Sym(name))}
    vectors = [Sym(name) for name in found]
    for node in parts(tree):  # b of "Ax - b"
        if isinstance(node, App) and node.op == "add":
            bare = [x.args[0] if isinstance(x, App) and x.op == "neg" else x for x in node.args]
            if any(isinstance(x, App) and x.op == "mul" and x.args[-1] in vectors
                   for x in bare):  # fmt: skip
                found |= {x.name for x in bare if isinstance(x, Sym) and ends_in_vector(x)}
    return found


__all__ = ["roles"]
