"""Exceptions that cross from one sandbox to the other, by name."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from typing import Any


class ProgramError(Exception):
    """The program under test raised something that is no builtin exception."""


def raised(told: dict[str, Any], asked: Any) -> Exception:
    """What the program said it raised, as the nearest builtin class, or one that the test catches.

    Args:
        told: `claims.failure`.
        asked: The name of what was called.
    """
    kind = getattr(builtins, str(told.get("base")), None)
    text = str(told.get("text"))
    if not isinstance(kind, type) or not issubclass(kind, Exception):
        return ProgramError(f"{told.get('type')}: {text}")
    if issubclass(kind, StopIteration | StopAsyncIteration) and asked != "__next__":
        # it would end the test's own loop, map or all() over calls, unasserted
        return ProgramError(text)
    if kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
        kind = ValueError
    # an AssertionError of the program's is not one of the test's, but reads like it
    return _caught_as(told.get("names") or (), kind)(text)


_exceptions: dict[str, type[Exception]] = {}
"""By the names of what the test catches: a class for each, where it has none of its own."""


def catchable(names: Sequence[str]) -> dict[str, type[Exception]]:
    """Classes for exceptions of the program's that the test catches by these names."""
    _exceptions.update((name, type(name, (Exception,), {})) for name in names)
    return _exceptions


def _caught_as(names: Sequence[str], kind: type[Exception]) -> type[Exception]:
    """A class like `kind` that is caught as the test's classes of those names, too.

    It is the program's word, as it is whether it raises at all.
    """
    known = vars(sys.modules["program"])  # the test's own module
    mine = [known.get(name, _exceptions[name]) for name in names if name in _exceptions]
    bases = [x for x in mine if isinstance(x, type) and issubclass(x, Exception)]
    bases = [x for x in bases if not issubclass(x, StopIteration | StopAsyncIteration)]
    try:
        made = type(kind.__name__, (*bases, kind), {"__init__": Exception.__init__})
    except TypeError:  # no order of all of them
        return kind
    return made if bases else kind


def builtin_exception(told: dict[str, Any]) -> Exception:
    """The exception that a function of the test's raised, as its nearest builtin class."""
    return raised(told, "__next__")
