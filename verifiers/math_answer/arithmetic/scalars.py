"""Two values: exact arithmetic, then algebra, then balls, then the rounding that is allowed."""

from __future__ import annotations

from typing import NamedTuple

from flint import arb, fmpq

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.arithmetic import algebra, exact, numerics
from assay.verifiers.math_answer.equality_result import UNKNOWN, EqualityResult, different
from assay.verifiers.math_answer.limits import TooBig, Undefined
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import (
    BINARY,
    COMMUTING,
    App,
    Node,
    Num,
    Rel,
    Sym,
    children,
    rebuild,
    walk,
)

DOUBLE_DIGITS = 15
"""Significant digits from which on a decimal was printed by floating point: a double holds 15 to
17, of which computing spoils the last."""

SHORT = 3
"""Significant digits below which a decimal reference is taken as exact: 0.5 is one half."""


def same(a: Node, b: Node, policy: Policy) -> EqualityResult:
    """Whether two scalar expressions are equal; symmetric; no rounding."""
    left, right = exact.rational(a), exact.rational(b)
    if left is not None and right is not None:
        if left == right:
            return EqualityResult(True, "exact", "proved")
        return different(f"{short(right)} is not {short(left)}", "exact")
    if a == b:
        return EqualityResult(True, "structure", "proved")
    if _infinite(a) or _infinite(b):
        return _endless(a, b)
    proof = algebra.same(a, b)
    if proof is not None:
        return proof
    found = numerics.same(a, b, policy.variables == "positive")
    if (
        found.equal is None
        and isinstance(a, App)
        and isinstance(b, App)
        and a.op == b.op
        and (a.op in OPERATORS and len(a.args) == len(b.args) and _all_alike(a, b, policy))
    ):
        return EqualityResult(True, "structure", "proved", "the same operation on equal parts")
    if found.equal is not True and policy.log == "either" and _has_log(a, b):
        ten = numerics.same(_log_ten(a), _log_ten(b), policy.variables == "positive")
        if ten.equal:
            return ten._replace(why=ten.why + ", with log to base ten")
    return found


def _infinite(node: Node) -> int:
    """1 or -1 for infinity with its sign, else 0."""
    sign = 1
    while isinstance(node, App) and node.op == "neg":
        node, sign = node.args[0], -sign
    return sign if isinstance(node, Sym) and node.name == "infinity" else 0


def _endless(a: Node, b: Node) -> EqualityResult:
    """Infinity against a number, or against infinity."""
    signs = _infinite(a), _infinite(b)
    if all(signs):
        if signs[0] == signs[1]:
            return EqualityResult(True, "structure", "proved")
        return different("the signs of infinity differ", "exact")
    if _real(b if signs[0] else a) is not None:
        return different("one is infinite, the other is a number", "exact")
    return UNKNOWN


OPERATORS = BINARY | {"sum", "prod", "int", "iint", "oint", "lim", "bigcup", "bigcap"}


def _all_alike(a: App, b: App, policy: Policy) -> bool:
    """Whether the operands agree in pairs, in order where the order counts."""
    if a.op not in COMMUTING:
        return all(_alike(x, y, policy) for x, y in zip(a.args, b.args, strict=True))
    rest = list(b.args)
    for one in a.args:
        partner = next((k for k, other in enumerate(rest) if _alike(one, other, policy)), None)
        if partner is None:
            return False
        del rest[partner]
    return True


def _alike(a: Node, b: Node, policy: Policy) -> bool:
    if a == b:
        return True
    if isinstance(a, Rel) and isinstance(b, Rel) and a.ops == b.ops:
        return all(_alike(x, y, policy) for x, y in zip(a.args, b.args, strict=True))
    if isinstance(a, Num | Sym | App) and isinstance(b, Num | Sym | App):
        return same(a, b, policy).equal is True
    return False


def _has_log(*nodes: Node) -> bool:
    return any(isinstance(n, App) and n.op == "log" for t in nodes for n in walk(t))


def _log_ten(node: Node) -> Node:
    below = children(node)
    if not below:
        return node
    new = tuple(_log_ten(c) for c in below)
    if isinstance(node, App) and node.op == "log":
        return App("lg", new)
    return rebuild(node, new)


def short(value: fmpq) -> str:
    """A rational for a sentence."""
    if exact.bits(value) > 200:  # 60 digits, more than is read in a sentence
        return "a number of many digits"
    return str(value)


def rounded(reference: Node, answer: Node, policy: Policy) -> EqualityResult | None:
    """Equality by rounding, where the policy allows it and one side is a decimal."""
    ref, ans = written(reference), written(answer)
    asked = _as_asked(answer, policy)
    if ref is None and ans is None and asked is None:
        return None
    try:
        truth, value = _real(reference), _real(answer)
    except TooBig:
        return None
    if truth is None or value is None:
        return None
    gap = abs(truth - value)
    if policy.reference_rounded and ref is not None and ref.places > 0 and ref.digits >= SHORT:
        shows_less = ans is not None and ans.places > 0 and ans.half_unit > 2 * ref.half_unit
        if not shows_less and gap <= ref.half_unit:
            return EqualityResult(
                True, "rounding", "rounded", "it rounds to the reference's digits"
            )
    if asked is not None and gap <= asked.half_unit:
        return EqualityResult(True, "rounding", "rounded", "it is rounded as the policy asks")
    if ans is not None and ref is None:
        least = policy.answer_digits
        if least is not None and ans.digits >= least and gap <= _last_digit(ans):
            return EqualityResult(
                True,
                "rounding",
                "rounded",
                f"the answer has {ans.digits} digits and rounds rightly",
            )
    if policy.significant is not None and gap <= abs(truth) * arb(fmpq(5, 10**policy.significant)):
        return EqualityResult(
            True, "rounding", "rounded", f"{policy.significant} significant digits agree"
        )
    return None


class WrittenDecimal(NamedTuple):
    """A decimal as it was written, and the width of its rounding in the value of the whole."""

    places: int
    """Digits after the point; of ``1.50 \\times 10^3``, after the point of what it stands for."""
    digits: int
    """Significant digits."""
    half_unit: arb
    """Half a unit of the last digit, times whatever stands beside the decimal."""


def written(node: Node) -> WrittenDecimal | None:
    """The decimal that `node` is, behind a sign, a mark or a power of ten; None: it is none.

    The marks scale the value, so they scale the rounding too: 12.5% stands for what lies
    within 0.05 of a hundredth, not within 0.05.
    """
    scale = arb(1)
    while isinstance(node, App) and node.op in ("neg", "percent", "deg"):
        if node.op == "percent":
            scale = scale / 100
        elif node.op == "deg":
            scale = scale * arb.pi() / 180
        node = node.args[0]
    shift = 0
    if isinstance(node, App) and node.op == "mul" and len(node.args) == 2:  # 1.5 \times 10^3
        first, second = node.args
        if not (isinstance(first, Num) and isinstance(second, App) and second.op == "pow"):
            return None
        base, exponent = second.args[0], exact.whole(second.args[1])
        if not (isinstance(base, Num) and base.value == 10 and exponent is not None):
            return None
        if abs(exponent) > limits.DIGITS:
            return None
        node, shift = first, exponent
        scale = scale * arb(10) ** shift
    elif isinstance(node, Num) and node.places is None:
        return None
    if not isinstance(node, Num):
        return None
    places = node.places or 0
    digits = node.digits or len(str(abs(int(node.value.p))))
    # a hair more, so that a value just half a unit away rounds to it whatever the balls' width
    half = arb(fmpq(1, 2)) * arb(10) ** -places * scale * (1 + arb(fmpq(1, 10**12)))
    return WrittenDecimal(places - shift, digits, half)


def _as_asked(answer: Node, policy: Policy) -> WrittenDecimal | None:
    """The answer as a rounded number, where it shows the digits that the policy asks for."""
    if policy.places is None and policy.digits is None:
        return None
    shown = written(answer)
    if shown is None:  # a whole number is one of its digits
        bare = answer
        while isinstance(bare, App) and bare.op == "neg":
            bare = bare.args[0]
        if not (isinstance(bare, Num) and bare.value.q == 1 and bare.value and bare.base is None):
            return None
        shown = WrittenDecimal(0, len(str(abs(int(bare.value.p)))), arb(fmpq(1, 2)))
    enough_places = policy.places is not None and shown.places >= policy.places
    enough_digits = policy.digits is not None and shown.digits >= policy.digits
    return shown if enough_places or enough_digits else None


def _real(node: Node) -> arb | None:
    value = exact.rational(node)
    if value is not None:
        return arb(value)
    ball = numerics.value_of(node)
    if ball is None or not ball.is_finite() or ball.imag != 0:
        return None
    return ball.real


def _last_digit(decimal: WrittenDecimal) -> arb:
    """Half a unit of the last digit; of what floating point printed, four units."""
    return 8 * decimal.half_unit if decimal.digits >= DOUBLE_DIGITS else decimal.half_unit


def defined(node: Node) -> None:
    """Check that a scalar has a value at all.

    Raises:
        Undefined: it divides by zero, as 0/0 does.
    """
    for part in walk(node):
        if isinstance(part, App) and part.op in ("inv", "mod"):
            below = part.args[-1]
            if exact.rational(below) == 0:
                raise Undefined("a division by zero")


__all__ = ["UNKNOWN", "defined", "rounded", "same"]
