"""``import pytest`` for suites that run beside their program: as far as suites of tasks use it."""

from __future__ import annotations

import contextlib
import importlib
import re
import sys
import types
import unittest
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from assay.verifiers.code_tests.sandbox.child import pytest_like
from assay.verifiers.code_tests.sandbox.child.together.fixtures import Fixture, MonkeyPatch

ROWS, FIXTURE, SKIPPED, MARKS = "_assay_rows", "_assay_fixture", "_assay_skipped", "_assay_uses"


class ParamRow(tuple[Any, ...]):
    """What `param` makes."""

    skipped = False


def param(*values: Any, marks: Any = (), **_: Any) -> ParamRow:
    """A row of ``parametrize``."""
    row = ParamRow(values)
    listed = marks if isinstance(marks, list | tuple) else [marks]
    row.skipped = any(getattr(m, "leaves_out", False) for m in listed)
    return row


def fixture(
    function: Any = None,
    *,
    scope: str = "function",
    params: Any = (),
    autouse: bool = False,
    name: str | None = None,
    **_: Any,
) -> Any:
    """A function that makes what tests are given."""

    def decorate(make: Callable[..., Any]) -> Any:
        values = tuple(p[0] if type(p) is ParamRow else p for p in params or ())
        make.__dict__[FIXTURE] = (name or make.__name__, Fixture(make, scope, values, autouse))
        return make

    return decorate if function is None else decorate(function)


class _Decorator:
    """A mark: called with a test, or with arguments and then with a test."""

    def __init__(self, name: str, args: tuple[Any, ...] = (), kwargs: Any = None) -> None:
        self.name, self.args, self.kwargs = name, args, kwargs or {}
        self.leaves_out = name in ("skip", "xfail")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        target = args[0] if len(args) == 1 and not kwargs else None
        if isinstance(target, types.FunctionType | type) and self.name != "parametrize":
            return self._mark(target)
        if self.args and target is not None:
            return self._mark(target)
        return _Decorator(self.name, args, kwargs)

    def _mark(self, target: Any) -> Any:
        if self.name in ("skip", "xfail") or (
            self.name == "skipif" and any(x for x in self.args if not isinstance(x, str))
        ):
            setattr(target, SKIPPED, True)
        if self.name == "usefixtures":
            setattr(target, MARKS, [*getattr(target, MARKS, []), *self.args])
        if self.name == "parametrize":
            names, rows = self.args[0], self.args[1]
            listed = [x.strip() for x in names.split(",")] if isinstance(names, str) else names
            made = []
            for row in rows:
                if getattr(row, "skipped", False):
                    continue
                values = row if len(listed) > 1 or type(row) is ParamRow else (row,)
                made.append(dict(zip(listed, values, strict=True)))
            setattr(target, ROWS, [*getattr(target, ROWS, []), made])
        return target


class _BesideMark:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Decorator(name)

    @staticmethod
    def parametrize(names: Any, rows: Any, **_: Any) -> Any:
        """A test on every row."""
        return _Decorator("parametrize", (names, list(rows)))


def skip(reason: str = "", **_: Any) -> None:
    """Leave the rest of the test out."""
    raise unittest.SkipTest(reason)


def importorskip(name: str, *_: Any, **__: Any) -> Any:
    """The module, or the test is left out."""
    try:
        return importlib.import_module(name)
    except ImportError as err:
        raise unittest.SkipTest(str(err)) from None


@contextlib.contextmanager
def warns(kinds: Any = Warning, *, match: str | None = None) -> Iterator[Any]:
    """At least one such warning must be given within."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
    found = [w for w in caught if issubclass(w.category, kinds)]
    if not found:
        raise AssertionError("no such warning was given")
    if match is not None and not any(re.search(match, str(w.message)) for w in found):
        raise AssertionError("no warning matches")


@contextlib.contextmanager
def deprecated_call() -> Iterator[Any]:
    """As `warns`, of what is deprecated."""
    with warns((DeprecationWarning, PendingDeprecationWarning)) as caught:
        yield caught


def install() -> None:
    """Let ``import pytest`` find this."""
    module = types.ModuleType("pytest")
    vars(module).update(
        raises=pytest_like.raises, approx=pytest_like.approx, fail=pytest_like.fail, param=param,
        fixture=fixture, mark=_BesideMark(), skip=skip, importorskip=importorskip, warns=warns,
        deprecated_call=deprecated_call, MonkeyPatch=MonkeyPatch, main=lambda *_, **__: 0,
    )  # fmt: skip
    sys.modules["pytest"] = module
