"""Exceptions that cross from one sandbox to the other, by name."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Sequence
from typing import Any

from assay.verifiers.code_tests.sandbox.wire.codec import Opaque, decode


class ProgramError(Exception):
    """The program under test raised something that is not a builtin exception."""


def raised(noted: dict[str, Any], asked: Any) -> Exception:
    """What the program said it raised, as the nearest builtin class, or one that the test names.

    Its arguments and attributes are the program's word, as it is whether it raises at all.

    Args:
        noted: `claims.failure`.
        asked: The name of what was called.
    """
    kind = getattr(builtins, str(noted.get("base")), None)
    text = str(noted.get("text"))
    if not isinstance(kind, type) or not issubclass(kind, Exception):
        return ProgramError(f"{noted.get('type')}: {text}")
    if issubclass(kind, StopIteration | StopAsyncIteration) and asked != "__next__":
        # it would end the test's own loop, map or all() over calls, unasserted
        return ProgramError(text)
    values = _values(noted.get("args"))
    of_text = kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError)
    if of_text and (values is None or len(values) != 5):
        kind = ValueError
    # an AssertionError of the program's is not one of the test's, but reads like it
    caught = _caught_as(noted.get("names") or (), kind, _of_library(noted.get("library") or ()))
    err = _made(caught, values, text)
    for name, value in (noted.get("fields") or {}).items():
        if value is not None and not name.startswith("_") and not hasattr(Exception, name):
            setattr(err, name, decode(value))
    if noted.get("cause"):
        err.__cause__ = raised(noted["cause"], "__next__")
    return err


def _values(noted: Any) -> tuple[Any, ...] | None:
    values = decode(noted) if noted is not None else None
    plain = type(values) is tuple and not any(type(x) is Opaque for x in values)
    return values if plain else None


def _made(kind: type[Exception], args: tuple[Any, ...] | None, text: str) -> Exception:
    """Of those arguments, and of that text where the program's class writes one of its own."""
    if args is None:
        return kind(text)
    if not _says(args, text) and kind.__module__ == "builtins":
        kind = _subclass(kind.__name__, (kind,))
    try:
        err = kind(*args)
    except Exception:  # a class of the prompt's may ask for other arguments
        err = kind.__new__(kind, *args)
    err.args = args
    if not _says(args, text):
        vars(err)["_assay_text"] = text
    return err


def _says(args: tuple[Any, ...], text: str) -> bool:
    """Whether the text is what any exception makes of its arguments."""
    plain = args[0] if len(args) == 1 and type(args[0]) is str else str(Exception(*args))
    return plain[:200] == text[:200]


_exceptions: dict[str, type[Exception]] = {}
"""By the names of what the test catches: a class for each, where it has none of its own."""


def catchable(
    names: Sequence[str], lineage: Callable[[str], tuple[list[str], str]]
) -> dict[str, type[Exception]]:
    """Classes for exceptions of the program's that the test names.

    Args:
        names: What the suite calls them.
        lineage: The names of a class's bases among the program's classes, itself first, and its
            nearest builtin base; of what is not a class, nothing and "".
    """
    lines = {name: lineage(name) for name in names}
    for name in sorted(names, key=lambda x: len(lines[x][0])):  # bases first
        mine, builtin = lines[name]
        base = getattr(builtins, builtin, Exception)
        if not (isinstance(base, type) and issubclass(base, Exception)):
            base = Exception
        if issubclass(base, StopIteration | StopAsyncIteration):
            base = Exception
        above = next((_exceptions[x] for x in mine[1:] if x in _exceptions), base)
        _exceptions[name] = _subclass(name, (above,))
    return _exceptions


def _subclass(name: str, bases: tuple[type[Exception], ...]) -> type[Exception]:
    def text(self: Exception) -> str:
        said = vars(self).get("_assay_text")
        return said if said is not None else bases[0].__str__(self)

    made: type[Exception] = type(
        name, bases, {"__init__": Exception.__init__, "__str__": text, "__module__": "program"}
    )
    return made


def _of_library(names: Sequence[str]) -> list[type[Exception]]:
    """Classes of the standard library's, by module and name, as far as the test has loaded them."""
    found = []
    for module, _, name in (x.partition(":") for x in names):
        if module.partition(".")[0] in sys.stdlib_module_names:
            cls = getattr(sys.modules.get(module), name, None)
            if isinstance(cls, type) and issubclass(cls, Exception):
                found.append(cls)
    return found


def _caught_as(
    names: Sequence[str], kind: type[Exception], library: Sequence[type[Exception]]
) -> type[Exception]:
    """A class like `kind` that is caught as the test's classes of those names, too."""
    known = vars(sys.modules["program"])  # the test's own module
    mine = [known.get(name, _exceptions[name]) for name in names if name in _exceptions]
    bases = [x for x in mine if isinstance(x, type) and issubclass(x, Exception)]
    bases = [x for x in bases if not issubclass(x, StopIteration | StopAsyncIteration)]
    if bases and mine[0] is bases[0] and names[0] in _exceptions and issubclass(bases[0], kind):
        exactly: type[Exception] = bases[0]  # the very class that it raised
        return exactly
    named = kind.__name__ if bases or not library else library[0].__name__
    for cls in library:
        if not _covers(bases, cls):
            bases.append(cls)
    try:
        both = _subclass(named, (*bases, *([] if _covers(bases, kind) else [kind])))
    except TypeError:  # no order of all of them
        return kind
    return both if bases else kind


def _covers(bases: Sequence[type], kind: type) -> bool:
    return any(issubclass(x, kind) for x in bases)


def builtin_exception(noted: dict[str, Any]) -> Exception:
    """The exception that a function of the test's raised, as its nearest builtin class."""
    return raised(noted, "__next__")
