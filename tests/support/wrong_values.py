"""Values that hardly any argument can be: each is given for each argument of a public call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from assay.errors import AssayError


class Thing:
    """An object of a class that nobody knows."""


class Mute:
    """One that cannot even be shown in a message."""

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


def _nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = wrap(None)
    for _ in range(depth):
        value = wrap(value)
    return value


def _loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def wrong_values() -> Iterator[Any]:
    """All of them, made anew: some can be gone through only once."""
    yield from (None, True, -1, 0, 5, 10**400, 1.5, float("nan"), float("inf"), 1j)
    yield from ("", "x", "\n", "\0", "\ud800", b"x", [], [None], [5], [[]], ["x"], (), {}, set())
    yield from ({"k": 5}, {"k": None}, {"k": {"k": 5}}, {5: "k"}, {None: None}, {"kind": 5}, {1})
    yield from (Thing, Thing(), Mute(), len, object(), iter([5]), range(3), Exception("e"), ...)
    yield from (_loop(), _nested(2_000, lambda v: [v]), _nested(2_000, lambda v: {"k": v}))


class Call(NamedTuple):
    """A public call, with arguments that it takes."""

    name: str
    function: Callable[..., Any]
    fits: dict[str, Any]


class Wrong(NamedTuple):
    """A ruling: a wrong call, the error it ends in, words that stand in the error, and why."""

    call: Callable[[], Any]
    error: type[AssayError]
    noted: str
    why: str


def escapes(call: Call) -> list[str]:
    """Every wrong value that raises what is no error of ours, one argument after the other."""
    found: list[str] = []
    call.function(**call.fits)
    for argument in call.fits:
        for value in wrong_values():
            try:
                made = call.function(**{**call.fits, argument: value})
                if inspect.isgenerator(made):
                    list(made)
            except AssayError as err:
                if not str(err).strip():
                    found.append(f"{argument}={type(value).__name__}: an error without words")
            except Exception as err:
                found.append(f"{argument}={type(value).__name__}: {type(err).__name__}: {err}")
    return found
