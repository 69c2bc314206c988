"""Other names for arbitrary constants and parameters: ``C`` for ``K``, ``k`` for ``n``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from assay.verifiers.math_answer.tree import App, Node, Sym, symbols, walk


def namings(r: Node, a: Node, parameters: frozenset[str]) -> Iterator[dict[str, Sym]]:
    """Each way to give the loose names of `a` those of `r`, no two of them the same one.

    Args:
        r: The reference, or all parts of it that share their constants.
        a: The answer, likewise.
        parameters: Names that a clause declares free (``for some integer t``).
    """
    left, right = symbols(r), symbols(a)
    only_r, only_a = sorted(left - right), sorted(right - left)
    constants_r = sorted(n for n in left if _is_constant(n))
    constants_a = sorted(n for n in right if _is_constant(n))
    loose_r = [n for n in only_r if _is_loose(n, r, parameters)]
    loose_a = [n for n in only_a if _is_loose(n, a, parameters)]
    if (
        len(only_r) == len(only_a)
        and 0 < len(only_r) <= 3  # all orders are tried: 6 of three
        and (
            (len(loose_r) == len(only_r) and len(loose_a) == len(only_a))
            or (parameters and set(only_a) <= parameters)
            or (parameters and set(only_r) <= parameters)
        )
    ):
        pool_r, pool_a = only_r, only_a
    elif (
        len(constants_r) == len(constants_a)
        and 2 <= len(constants_r) <= 4  # all orders are tried: 24 of four
        and (left - set(constants_r) == right - set(constants_a))
    ):
        pool_r, pool_a = constants_r, constants_a
    else:
        return
    for order in permutations(pool_r):
        yield dict(zip(pool_a, (Sym(n) for n in order), strict=True))


def _is_loose(name: str, tree: Node, parameters: frozenset[str]) -> bool:
    """Whether `name` stands for an arbitrary constant or parameter in `tree`."""
    if name in parameters or _is_constant(name):
        return True
    if name in ("k", "n", "m", "l", "j", "t", "N", "K", "q"):
        return any(
            (isinstance(n, Sym) and n.name == "pi") or (isinstance(n, App) and n.op == "deg")
            for n in walk(tree)
        )
    return False


def _is_constant(name: str) -> bool:
    """Whether a name is one that constants of integration have: C, c_1, K, A_0."""
    head = name.partition("_")[0]
    # a bare A, B or D is as often a point or an event
    return head in ("C", "c", "K", "k") or (head in ("A", "B", "D") and head != name)
