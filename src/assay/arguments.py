"""Arguments of public calls: refused by name where no call can use them.

A wrong argument that is let through raises deep inside, in words that name neither it nor what was
wanted; or it is taken for something else, as a text is that is gone through letter by letter.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from assay.errors import AssayError, ConfigError
from assay.printable import a_type, brief

Kind = TypeVar("Kind")


def many(
    value: Any, name: str, wanted: str, fix: str = "", error: type[AssayError] = ConfigError
) -> Iterable[Any]:
    """`value`, where it holds several things: neither a text nor a table, nor a single thing.

    Args:
        value: As the user gave it.
        name: Of the argument.
        wanted: What it should hold, such as "a list of rewards".
        fix: How to give it, if there is more to say.
        error: What is raised.

    Raises:
        AssayError: `error`, which says what was got.
    """
    if not isinstance(value, str | bytes | Mapping):
        try:
            iter(value)
        except TypeError:
            pass
        else:
            return value  # type: ignore[no-any-return]
    raise error(f"{name} is {a_type(value)}; wanted {wanted}" + (f"\nfix: {fix}" if fix else ""))


def table(
    value: Any, name: str, wanted: str, error: type[AssayError] = ConfigError
) -> Mapping[Any, Any]:
    """`value`, where it is a dict or its like.

    Raises:
        AssayError: `error`, which says what was got.
    """
    if isinstance(value, Mapping):
        return value
    raise error(f"{name} is {a_type(value)}; wanted {wanted}")


def of_kind(
    value: Any, kind: type[Kind], name: str, fix: str = "", error: type[AssayError] = ConfigError
) -> Kind:
    """`value`, where it is an object of that class.

    Raises:
        AssayError: `error`, which says what was got.
    """
    if isinstance(value, kind):
        return value
    a = "an" if kind.__name__[0] in "AEIO" else "a"
    raise error(
        f"{name} is {a_type(value)}; wanted {a} {kind.__name__}" + (f"\nfix: {fix}" if fix else "")
    )


def is_number(value: Any) -> bool:
    """Whether it is a number that fits into a float: no truth value, no NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return not math.isnan(float(value))
    except OverflowError:  # an integer beyond any float
        return False


def a_path(value: Any, name: str, error: type[AssayError] = ConfigError) -> str:
    """A path as text, where the system can have a file of that name.

    Raises:
        AssayError: `error`; no text and no `os.PathLike`, empty, or with characters that no name
            of a file has.
    """
    found = value if isinstance(value, str) else None
    if isinstance(value, os.PathLike):
        plain = os.fspath(value)
        found = plain if isinstance(plain, str) else None
    if found is None:
        raise error(f"{name} is {a_type(value)}; wanted a path, as text or a Path")
    if not found:
        raise error(f"{name} is empty; wanted a path")
    try:
        os.fsencode(found)
    except UnicodeEncodeError:
        raise error(f"{name} is {brief(found)}, which cannot be a file's name") from None
    if "\0" in found:
        raise error(f"{name} is {brief(found)}; a file's name has no null character")
    return found
