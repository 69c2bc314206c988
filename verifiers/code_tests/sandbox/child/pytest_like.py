"""What suites use of pytest, for a sandbox in which nothing is installed.

`raises`, `approx`, `fail`, `param` and `mark`; anything else is not an attribute of this module.
"""

from __future__ import annotations

import math
import re
import sys
import types
from typing import Any


class Raised:
    """``with raises(E, match=...) as info``: `info.value` is what was raised."""

    def __init__(self, kinds: Any, match: str | None) -> None:
        self._kinds, self._match = kinds, match
        self.value: Any = None
        self.type: Any = None

    def __enter__(self) -> Raised:
        return self

    def __exit__(self, kind: Any, err: Any, _: Any) -> bool:
        if kind is None:
            raise AssertionError("nothing was raised")
        if not issubclass(kind, self._kinds):
            return False
        self.value, self.type = err, kind
        if self._match is not None and re.search(self._match, str(err)) is None:
            raise AssertionError("what was raised does not match")
        return True


def raises(kinds: Any, *call: Any, match: str | None = None, **kwargs: Any) -> Any:
    """A context that must raise one of these; or a call that must."""
    made = Raised(kinds, match)
    if not call:
        return made
    with made:
        call[0](*call[1:], **kwargs)
    return made


class Approx:
    """Equal to what is near to it: by 1e-6 of it or 1e-12, or as said."""

    def __init__(self, want: Any, rel: float | None, abs_: float | None) -> None:
        self._want, self._rel, self._abs = want, rel, abs_

    def __eq__(self, got: object) -> bool:
        return self._near(got, self._want)

    __hash__ = None  # type: ignore[assignment]

    def _near(self, got: Any, want: Any) -> bool:
        if isinstance(want, dict):
            return isinstance(got, dict) and got.keys() == want.keys() and all(
                self._near(got[k], v) for k, v in want.items()
            )  # fmt: skip
        if isinstance(want, list | tuple):
            same = type(got) is type(want) and len(got) == len(want)
            return same and all(map(self._near, got, want))
        if not isinstance(want, int | float | complex) or isinstance(want, bool):
            return bool(got == want)
        if not isinstance(got, int | float | complex):
            return False
        if got == want:
            return True
        relative = 1e-6 if self._rel is None and self._abs is None else self._rel or 0.0
        near = max(relative * abs(want), 1e-12 if self._abs is None else self._abs)
        return not math.isinf(abs(want)) and abs(got - want) <= near


def approx(want: Any, rel: float | None = None, abs: float | None = None) -> Approx:  # noqa: A002
    """See `Approx`."""
    return Approx(want, rel, abs)


def fail(reason: str = "") -> None:
    """Fail the test."""
    raise AssertionError(reason)


class _Row(tuple[Any, ...]):
    """What `param` makes."""


def param(*values: Any, **_: Any) -> _Row:
    """A row of `_Mark.parametrize`."""
    return _Row(values)


class _Mark:
    @staticmethod
    def parametrize(names: Any, rows: Any, **_: Any) -> Any:
        """Called without arguments, the test runs on every row."""
        listed = [x.strip() for x in names.split(",")] if isinstance(names, str) else list(names)

        def decorate(test: Any) -> Any:
            def run(*args: Any, **given: Any) -> None:
                for row in rows:
                    values = row if len(listed) > 1 or type(row) is _Row else (row,)
                    test(*args, **given, **dict(zip(listed, values, strict=True)))

            return run

        return decorate

    def __getattr__(self, name: str) -> Any:
        if name in ("skip", "skipif", "xfail"):
            return _left_out
        return _only_said  # slow, timeout, a suite's own


def _left_out(*given: Any, **_: Any) -> Any:
    """A test that is not expected to pass is not called; with a condition, if that holds."""
    if len(given) == 1 and callable(given[0]):
        return _nothing
    holds = all(x for x in given if not isinstance(x, str))
    return (lambda _: _nothing) if holds else (lambda test: test)


def _nothing(*_: Any, **__: Any) -> None:
    pass


def _only_said(*given: Any, **_: Any) -> Any:
    if len(given) == 1 and callable(given[0]):
        return given[0]
    return lambda test: test


def install() -> None:
    """Let ``import pytest`` find this."""
    module = types.ModuleType("pytest")
    vars(module).update(raises=raises, approx=approx, fail=fail, param=param, mark=_Mark())
    sys.modules["pytest"] = module
