"""Functions of one ball: ``sin``, ``ln``, the factorial. They know no trees.

Raise `NoValue` at a pole or where the value is not certain, `TooBig` beyond the bounds.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from assay.verifiers.math_answer.arithmetic.precision import NoValue, magnitude, real_only
from assay.verifiers.math_answer.limits import TooBig

EXPONENT_BITS = 3000
"""Arguments of exponentials beyond 2^3000 are refused."""


def log(value: acb) -> acb:
    """The natural logarithm, principal branch."""
    if value.contains(0):
        raise NoValue
    real_only(value)
    return value.log()


def real(value: acb) -> arb:
    """A number that may be real, as one."""
    if not value.imag.contains(0):
        raise NoValue
    return value.real


def _abs(value: acb) -> acb:
    if value.imag == 0:
        return acb(abs(value.real))
    return acb((value.real * value.real + value.imag * value.imag).sqrt())


def _gamma(value: acb) -> acb:
    if magnitude(value) > 80:  # its exponent alone would have as many bits
        raise TooBig("a factorial too large to compute")
    return value.gamma()


def _zeta(value: acb) -> acb:
    if magnitude(value) > 10:  # Riemann's function is slow far from 0
        raise TooBig("a value of zeta too large to compute")
    return value.zeta()


def _factorial(value: acb) -> acb:
    return _gamma(value + 1)


def _floor(value: acb) -> acb:
    return acb(unique(real(value).floor()))


def _ceil(value: acb) -> acb:
    return acb(unique(real(value).ceil()))


def unique(value: arb) -> arb:
    """The one integer in a ball."""
    whole = value.unique_fmpz()
    if whole is None:
        raise NoValue
    return arb(whole)


def _recip(function: Callable[[acb], acb]) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        below = function(value)
        if below.contains(0):
            raise NoValue
        return 1 / below

    return inner


def _of_recip(function: Callable[[acb], acb]) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        if value.contains(0):
            raise NoValue
        return function(1 / value)

    return inner


def _acot(value: acb) -> acb:
    return acb(arb.pi() / 2) - value.atan()


def _hyperbolic(name: str) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        if magnitude(value) > EXPONENT_BITS:
            raise TooBig("a power too large to compute")
        found: acb = getattr(value, name)()
        return found

    return inner


FUNCTIONS: dict[str, Callable[[acb], acb]] = {
    "sin": acb.sin, "cos": acb.cos, "tan": acb.tan, "cot": acb.cot, "sec": _recip(acb.cos),
    "csc": _recip(acb.sin), "asin": acb.asin, "acos": acb.acos, "atan": acb.atan, "acot": _acot,
    "asec": _of_recip(acb.acos), "acsc": _of_recip(acb.asin),
    "sinh": _hyperbolic("sinh"), "cosh": _hyperbolic("cosh"), "tanh": _hyperbolic("tanh"),
    "coth": _recip(_hyperbolic("tanh")), "sech": _recip(_hyperbolic("cosh")),
    "csch": _recip(_hyperbolic("sinh")), "asinh": acb.asinh, "acosh": acb.acosh,
    "atanh": acb.atanh, "ln": log, "log": log, "lg": lambda v: log(v) / arb(10).log(),
    "abs": _abs, "gamma": _gamma, "zeta": _zeta, "factorial": _factorial,
    "floor": _floor, "ceil": _ceil,
    "re": lambda v: acb(v.real), "im": lambda v: acb(v.imag), "arg": lambda v: acb(v.arg()),
    "sgn": lambda v: acb(real(v).sgn()), "erf": acb.erf,
}  # fmt: skip
"""Name -> function; the others are operations on trees."""
