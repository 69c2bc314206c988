"""What is given to a fit, checked: matrices of finite numbers, names, prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from assay.arguments import many, of_kind
from assay.errors import ConfigError
from assay.printable import in_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]
    Indices: TypeAlias = NDArray[np.intp]
else:
    from assay.fit.extra import np


def matrix(values: Any, what: str) -> Array:
    """`values` as a matrix of finite floats.

    Raises:
        ConfigError: it is none, or has no row or no column.
    """
    array, kind = np.array, np.float64  # numpy's absence is not a fault of the values
    try:
        found = array(values, dtype=kind)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{what} must be rows of numbers, all of one length") from None
    if found.ndim != 2 or 0 in found.shape:
        raise ConfigError(f"{what} has shape {found.shape}, must have rows and columns")
    if not np.isfinite(found).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(found))[0])
        raise ConfigError(
            f"{what}[{row}][{in_line(column)}] is {found[row, column]}, must be finite"
            "\nfix: leave out what has no score, and say so; it is not 0"
        )
    return found


def column(values: Any, what: str) -> Array:
    """`values` as finite floats, one after the other.

    Raises:
        ConfigError: something else, or one that is not finite.
    """
    array, kind = np.asarray, np.float64
    try:
        found = array(values, dtype=kind)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{what} must be a list of numbers") from None
    if found.ndim != 1:
        raise ConfigError(f"{what} has shape {found.shape}, must be a list of numbers")
    if not np.isfinite(found).all():
        raise ConfigError(f"{what} must be finite")
    return found


def truths(values: Any, what: str) -> NDArray[np.bool_]:
    """`values` as truth values: True and False, or 1 and 0.

    Texts are refused: to Python "no" and "False" are true.

    Raises:
        ConfigError: something else.
    """
    array = np.asarray
    try:
        found = array(values)
    except (TypeError, ValueError, OverflowError):
        found = array(())
    if found.ndim != 1 or found.dtype.kind not in "biuf" or not np.isin(found, (0, 1)).all():
        raise ConfigError(f"{what} must be a list of True and False, or of 1 and 0")
    return np.asarray(found, dtype=bool)


def named(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """The criteria's names, or made-up ones.

    Raises:
        ConfigError: too many, too few, or one of them twice.
    """
    if names is None:
        return tuple(f"s{i}" for i in range(count))
    given = tuple(many(names, "names", "a list with a name for each column of scores"))
    for i, name in enumerate(given):
        of_kind(name, str, f"names[{i}]", "the name of a criterion")
    if len(given) != count:
        raise ConfigError(f"{len(given)} names go with {count} columns of scores")
    if len(set(given)) != count:
        twice = next(n for n in given if given.count(n) > 1)
        raise ConfigError(f"two columns are named {twice!r}")
    return given


def numbered(prompts: Sequence[object] | None, units: int, noun: str) -> Indices | None:
    """Prompts as numbers from 0, in order of appearance; None where none is given.

    Raises:
        ConfigError: not one for each unit.
    """
    if prompts is None:
        return None
    known: dict[object, int] = {}
    try:
        numbers = [
            known.setdefault(p, len(known))
            for p in many(prompts, "prompts", f"a list with a prompt for each {noun}")
        ]
    except TypeError:  # a list, a dict: no hash
        raise ConfigError("a prompt is a list or its like; wanted a text or a number") from None
    if len(numbers) != units:
        raise ConfigError(f"{len(numbers)} prompts go with {units} {noun}s")
    return np.array(numbers, dtype=np.intp)


def renumbered(prompts: Indices | None, units: Indices) -> Indices | None:
    """The prompts of some of the units, numbered from 0 again."""
    if prompts is None:
        return None
    _, numbers = np.unique(prompts[units], return_inverse=True)
    return np.asarray(numbers)
