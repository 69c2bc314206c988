"""Arbitrary constants: ``C_1 e^x + C_2 e^{-x}`` under other names, signs and scales.

An answer with arbitrary constants is a family. Where the constants occur linearly, two families
are equal if what stands at the constants of one spans the same functions as at those of the other,
and their particular parts differ by such a function: ``x^2 + C``, ``x^2 + 1 - K``.
"""

from __future__ import annotations

from itertools import permutations

from flint import acb, acb_mat, fmpq

from assay.verifiers.math_answer.arithmetic import numerics, scalars
from assay.verifiers.math_answer.arithmetic.balls import Env, evaluate
from assay.verifiers.math_answer.arithmetic.precision import NoValue, Precision
from assay.verifiers.math_answer.equality_result import EqualityResult
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.reading.labels import is_label
from assay.verifiers.math_answer.reading.simplify import settle
from assay.verifiers.math_answer.tree import App, Node, Num, Rel, Sym, substitute, symbols

MOST = 3
"""Most constants of one answer: as many as an equation of third order has."""

CHECKS = 5
"""Points beyond those that fix the coefficients, at which they are checked."""


def is_sure(name: str) -> bool:
    """Whether `name` is written for nothing but an arbitrary constant: ``C``, ``C_1``, ``c_2``."""
    head = name.partition("_")[0]
    return name in ("C", "K") or (head in ("C", "c", "K", "k") and head != name)


def _may_be(name: str) -> bool:
    """Whether it may be one where the other side has one in its place."""
    head = name.partition("_")[0]
    return head in ("A", "B", "C", "D", "K", "M", "a", "b", "c", "k", "alpha", "beta", "lambda")


def compare(r: Node, a: Node, policy: Policy, labelled: bool) -> EqualityResult | None:
    """Whether two expressions are the same family; None: not shown, or no families.

    Args:
        r: The reference, without its label.
        a: The answer, likewise.
        policy: What custom decides.
        labelled: Whether it is the value of a name, as ``y = ...`` is.
    """
    left, right = symbols(r), symbols(a)
    pool_r = [n for n in sorted(left) if is_sure(n) or (_may_be(n) and n not in right)]
    pool_a = [n for n in sorted(right) if is_sure(n) or (_may_be(n) and n not in left)]
    if not (0 < len(pool_r) == len(pool_a) <= MOST):
        return None
    sure = all(map(is_sure, pool_r)), all(map(is_sure, pool_a))
    if not any(sure) or not (labelled or all(sure)):
        return None  # without a label, A and B may be given quantities
    others = left - set(pool_r)
    if not others or others != right - set(pool_a):
        return None
    try:
        for order in permutations(pool_r):
            names: dict[str, Node] = dict(zip(pool_a, map(Sym, order), strict=True))
            found = scalars.same(r, substitute(a, names), policy)
            if found.equal:
                return found._replace(why="with other names for the constants")
        if labelled or all(sure):
            return _spans(r, a, pool_r, pool_a, sorted(others), labelled)
    except (Unreadable, NoValue, ZeroDivisionError, ValueError, OverflowError):
        return None
    return None


def _spans(
    r: Node, a: Node, pool_r: list[str], pool_a: list[str], others: list[str], labelled: bool
) -> EqualityResult | None:
    one, two = _parts(r, pool_r), _parts(a, pool_a)
    if one is None or two is None:
        return None
    count = len(pool_r)
    values: list[tuple[list[acb], list[acb]]] = []
    for env in numerics.points(r, a, others):
        with Precision(numerics.PRECISION, real=True):
            try:
                values.append(([_at(f, env) for f in one], [_at(f, env) for f in two]))
            except (NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                continue
        if len(values) == count + CHECKS:
            break
    else:
        return None
    if not labelled and not all(
        value.overlaps(first)
        for pair in values
        for column, begin in zip(pair, values[0], strict=True)
        for value, first in zip(column[1:], begin[1:], strict=True)
    ):
        return None  # "C x" may be a formula in a given C; "x^2 + C" is an integral
    with Precision(numerics.PRECISION):
        wanted = [[*two_[1:], two_[0] - one_[0]] for one_, two_ in values]
        basis = acb_mat([one_[1:] for one_, _ in values[:count]])
        weights = basis.solve(acb_mat(wanted[:count]))
        square = acb_mat([[weights[i, j] for j in range(count)] for i in range(count)])
        if square.det().contains(0):
            return None
        for (one_, _), want in zip(values[count:], wanted[count:], strict=True):
            for j, value in enumerate(want):
                total = acb(0)
                for i in range(count):
                    total += one_[1 + i] * weights[i, j]
                if not total.overlaps(value):
                    return None
                if total.real.rad() > 2.0**-40 * (1 + abs(float(value.real.mid()))):
                    return None  # too wide to say anything: less than a float's 24 bits besides 16
    return EqualityResult(
        True, "numeric", "probable", "the same family of functions, by its constants"
    )


def _at(node: Node, env: Env) -> acb:
    value = evaluate(node, env)
    if not value.is_finite():
        raise NoValue
    return value


def _parts(node: Node, names: list[str]) -> list[Node] | None:
    """The part without constants, and what stands at each; None where they are not linear."""
    none: dict[str, Node] = {n: Num(fmpq(0)) for n in names}
    rest = substitute(node, none)
    parts: list[Node] = [rest]
    terms: list[Node] = [rest]
    for name in names:
        unit = substitute(node, {**none, name: Num(fmpq(1))})
        factor = App("add", (unit, App("neg", (rest,))))
        parts.append(factor)
        terms.append(App("mul", (factor, Sym(name))))
    linear = numerics.same(node, App("add", tuple(terms)))
    return parts if linear.equal else None


def same_family(r: Node, a: Node, policy: Policy) -> EqualityResult | None:
    """Whether both are one family of functions under other names or scales of its constants."""
    r, a = settle(r), settle(a)
    labels = [n.args[0] for n in (r, a) if isinstance(n, Rel) and n.ops == ("=",)]
    if any(not is_label(label) for label in labels) or (
        len(labels) == 2 and labels[0] != labels[1]
    ):
        return None
    left, right = (n.args[1] if isinstance(n, Rel) and n.ops == ("=",) else n for n in (r, a))
    if not (isinstance(left, App) and isinstance(right, App)):
        return None
    return compare(left, right, policy, labelled=bool(labels))
