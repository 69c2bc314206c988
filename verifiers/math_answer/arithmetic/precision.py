"""How exactly balls are worked out, and what is noted on the way.

flint's precision is global to the process, so it is set and put back under a lock; a narrower
precision could only widen balls, never falsify them.
"""

from __future__ import annotations

from flint import acb, ctx

from assay import forks

_LOCK = forks.Lock()

_before: list[int] = []
"""The precisions that the blocks under way put back, outermost first."""


@forks.in_child
def _out_of_every_block() -> None:
    """A block of another thread goes on in the parent only: put back what it would have."""
    if _before and not _LOCK.mine:
        ctx.prec = _before[0]
        _before.clear()


class NoValue(Exception):
    """No number: an operation that balls do not cover, or a pole."""


def magnitude(value: acb) -> int:
    """About log2 of an upper bound of ``|value|``; raises where it is not finite."""
    if not value.is_finite():
        raise NoValue
    upper = value.abs_upper()
    mantissa, exponent = upper.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length()


class Precision:
    """flint's working precision, set for a block."""

    def __init__(self, bits: int, real: bool = False) -> None:
        self.bits = bits
        self.real = real

    def __enter__(self) -> None:
        _LOCK.__enter__()
        _before.append(ctx.prec)
        ctx.prec = self.bits
        Noted.bits = 0
        Noted.real = self.real

    def __exit__(self, *_: object) -> None:
        ctx.prec = _before.pop()
        _LOCK.__exit__()


class Noted:
    """What the evaluation under way notes and reads; used under the lock of `Precision`."""

    bits = 0
    """How far apart, in bits, the sizes of added terms were since this was last reset."""
    real = False
    """Whether roots and logarithms of negative numbers have no value, as in real analysis."""


def note(value: acb) -> None:
    """Remember how far from 1 in size an argument or exponent is: e^(10^-200) is not 1."""
    if not value.contains(0):
        size = 2 * abs(magnitude(value))
        if size > Noted.bits:
            Noted.bits = size


def real_only(value: acb) -> None:
    """Refuse a negative number to roots and logarithms, where only real values count."""
    if Noted.real and value.imag.contains(0) and value.real < 0:
        raise NoValue
