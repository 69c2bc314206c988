"""Two trees at seeded matrices: what differs there is proved to differ, what agrees is probable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, permutations
from typing import Literal

from assay.verifiers.math_answer.arithmetic.noncommuting.evaluation import (
    Misfit,
    evaluate,
)
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import (
    ADJOINT,
    Roles,
    is_state,
    mark_of,
    parts,
)
from assay.verifiers.math_answer.arithmetic.noncommuting.seeded import Values, identity
from assay.verifiers.math_answer.arithmetic.noncommuting.shapes import (
    Shapes,
)
from assay.verifiers.math_answer.arithmetic.precision import NoValue, Precision
from assay.verifiers.math_answer.equality_result import UNKNOWN, EqualityResult
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.tree import App, Node, Sym, walk

PRECISION = 160
"""Bits: an inverse and some products of small matrices lose a few dozen of them."""

POINTS = 3
"""Agreeing points that make two expressions probably equal."""

SMALLEST = 3
"""Least size of a matrix: of two rows some commute that do not otherwise."""

WORK = 1_000_000
"""Most products of entries in one comparison: a fraction of a second."""

_SIZES = 8
"""Choices of sizes that are tried: ``X^T X`` has an inverse only if X has more rows."""

_NODES = 400
"""Largest trees, together; each node may be a product of matrices."""

_NAMES = 12
"""Most matrices and vectors; a formula with more is not one answer."""

_SPREAD = 2.0**-50
"""Widest ball that counts as known, relative to the largest entry."""

FAILURES = (Misfit, NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError)


def same(a: Node, b: Node, roles: Roles) -> EqualityResult:
    """Whether two expressions have the same value for all matrices that fit in.

    Symmetric. A difference is proved by the matrices at which it shows; an equality at all seeded
    ones is probable; neither where there is no value.
    """
    if sum(1 for t in (a, b) for _ in walk(t)) > _NODES:
        why = f"their order counts, and they have more than {_NODES} parts"
        return EqualityResult(None, "bounds", "unproved", why)
    shapes = Shapes(roles)
    try:
        left, right = evaluate(a, shapes), evaluate(b, shapes)
    except (Misfit, RecursionError):
        return UNKNOWN
    if len(shapes.names) > _NAMES:
        return UNKNOWN
    shared = _named(a, roles) == _named(b, roles) and not _tensors(a) and not _tensors(b)
    if shared and shapes.differ(left, right):
        return EqualityResult(False, "numeric", "proved", SHAPES)
    with suppress(Misfit):  # of different shape: they differ wherever they have values
        shapes.plus(left, right)
    sizes = list(_sizes(shapes))
    whole = _exponents(a) | _exponents(b)
    imaginary = any(
        isinstance(n, Sym) and (n.name == "i" or n.name in ADJOINT or is_state(n.name))
        for t in (a, b)
        for n in walk(t)
    )
    seeds = sorted(hashlib.blake2b(repr(t).encode(), digest_size=8).digest() for t in (a, b))
    shown: EqualityResult | None = None
    work = [WORK]
    for chosen in sizes:
        agreed = vanished = 0
        for point in range(POINTS):
            seed = b"".join((*seeds, bytes([point])))
            values = Values(roles, chosen, seed, whole, imaginary, work)
            found = _compared(a, b, values)
            if found is None:
                break
            if found == "differ":
                return EqualityResult(False, "numeric", "proved", ORDER)
            agreed += 1
            vanished += found == "vanish"
        if agreed >= POINTS:
            shown = EqualityResult(
                True, "numeric", "probable", f"they agree at {agreed} seeded choices of matrices"
            )
            # where both are 0, the sizes may be why: det(AB) of factors that are not square
            if vanished < agreed:
                return shown
    if shown is None and work[0] < 0:
        why = "their order counts, and they take more products of matrices than are worked out"
        return EqualityResult(None, "bounds", "unproved", why)
    return shown or UNKNOWN


SHAPES = "as matrices they may differ in rows and columns, so the order of the factors counts"
ORDER = "they differ at seeded matrices, and the order of the factors counts"


def _compared(a: Node, b: Node, values: Values) -> Literal["agree", "vanish", "differ"] | None:
    """What both are at one point; None: one has no value, or it is not known."""
    with Precision(PRECISION):
        try:
            left, right = evaluate(a, values), evaluate(b, values)
            if values.is_number(left) != values.is_number(right):  # 1 for the identity matrix
                number, like = (left, right) if values.is_number(left) else (right, left)
                if number[0, 0] == 0:  # the zero vector, the zero matrix
                    number = like * 0
                    left, right = number, like
                elif like.nrows() != like.ncols():
                    return "differ"
                else:
                    left, right = identity(int(like.nrows())) * number[0, 0], like
            if (left.nrows(), left.ncols()) != (right.nrows(), right.ncols()):
                return "differ"
            entries = [*left.entries(), *right.entries()]
            if not all(entry.is_finite() for entry in entries):
                return None
            if not left.overlaps(right):
                return "differ"
            largest = max(float(abs(entry).mid()) for entry in entries)
            spread = max(float(entry.real.rad() + entry.imag.rad()) for entry in entries)
        except FAILURES:
            return None
    if spread > _SPREAD * max(largest, 2.0**-20):
        return None
    return "vanish" if all(entry.contains(0) for entry in entries) else "agree"


def _named(node: Node, roles: Roles) -> set[str]:
    """The matrices and vectors in it."""
    names = {n.name for n in walk(node) if isinstance(n, Sym)}
    return names & (roles.matrices | roles.vectors)


def _tensors(node: Node) -> bool:
    """Whether it has products whose sizes `Shapes` does not follow."""
    return any(isinstance(n, App) and n.op in ("otimes", "wedge") for n in walk(node))


def _sizes(shapes: Shapes) -> Iterator[dict[str, tuple[int, int]]]:
    """Sizes for the names: different ones where nothing makes them equal, then all the same."""
    free = shapes.free()
    given = shapes.fixed
    orders = islice(permutations(range(SMALLEST, SMALLEST + len(free))), _SIZES)
    for order in (*orders, (SMALLEST,) * len(free)):
        of = given | dict(zip(free, order, strict=True))
        yield {
            name: (of[shapes.find(rows)], of[shapes.find(columns)])
            for name, (rows, columns) in shapes.names.items()
        }


def _exponents(node: Node) -> frozenset[str]:
    """Names in exponents: whole numbers, so that powers of matrices have values."""
    return frozenset(
        part.name
        for n in parts(node)
        if isinstance(n, App) and n.op == "pow" and mark_of(n) is None
        for part in walk(n.args[1])
        if isinstance(part, Sym) and n.args[0] != Sym("e")
    )


__all__ = ["ORDER", "SHAPES", "same"]
