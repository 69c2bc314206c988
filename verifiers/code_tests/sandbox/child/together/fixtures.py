"""Pytest's fixtures, for suites beside their program: those of its own, and the suite's."""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import os
import pathlib
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_MISSING = object()


class MonkeyPatch:
    """Sets attributes, items and variables, and undoes it."""

    def __init__(self) -> None:
        self._undo = contextlib.ExitStack()

    def setattr(self, target: Any, name: Any, value: Any = _MISSING, raising: bool = True) -> None:
        """Set ``target.name``, or the attribute that a dotted text names."""
        if value is _MISSING:
            path, value = str(target), name
            target, name = _resolved(path)
        old = vars(target).get(name, _MISSING) if isinstance(target, type) else _MISSING
        if old is _MISSING:
            old = getattr(target, name, _MISSING)
        if old is _MISSING and raising:
            raise AttributeError(f"{target!r} has no attribute {name!r}")
        setattr(target, name, value)
        self._undo.callback(_set_back, target, name, old)

    def delattr(self, target: Any, name: Any = _MISSING, raising: bool = True) -> None:
        """Delete an attribute."""
        if name is _MISSING:
            target, name = _resolved(str(target))
        old = getattr(target, name, _MISSING)
        if old is _MISSING:
            if raising:
                raise AttributeError(name)
            return
        delattr(target, name)
        self._undo.callback(setattr, target, name, old)

    def setitem(self, mapping: Any, name: Any, value: Any) -> None:
        """Set an item."""
        old = mapping.get(name, _MISSING) if hasattr(mapping, "get") else mapping[name]
        mapping[name] = value
        self._undo.callback(_item_back, mapping, name, old)

    def delitem(self, mapping: Any, name: Any, raising: bool = True) -> None:
        """Delete an item."""
        if name not in mapping:
            if raising:
                raise KeyError(name)
            return
        old = mapping.pop(name)
        self._undo.callback(mapping.__setitem__, name, old)

    def setenv(self, name: str, value: str, prepend: str | None = None) -> None:
        """Set a variable of the environment."""
        if prepend and name in os.environ:
            value = value + prepend + os.environ[name]
        self.setitem(os.environ, name, str(value))

    def delenv(self, name: str, raising: bool = True) -> None:
        """Delete one."""
        self.delitem(os.environ, name, raising)

    def syspath_prepend(self, path: Any) -> None:
        """Look for modules there first."""
        sys.path.insert(0, str(path))
        self._undo.callback(sys.path.remove, str(path))

    def chdir(self, path: Any) -> None:
        """Change the working directory."""
        self._undo.callback(os.chdir, os.getcwd())
        os.chdir(path)

    @contextlib.contextmanager
    def context(self) -> Iterator[MonkeyPatch]:
        """One whose changes end with the block."""
        made = MonkeyPatch()
        try:
            yield made
        finally:
            made.undo()

    def undo(self) -> None:
        """Undo all."""
        self._undo.close()


def _resolved(path: str) -> tuple[Any, str]:
    import importlib

    parts = path.split(".")
    owner: Any = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:-1], 2):
        if not hasattr(owner, part):
            importlib.import_module(".".join(parts[:i]))
        owner = getattr(owner, part)
    return owner, parts[-1]


def _set_back(target: Any, name: str, old: Any) -> None:
    if old is _MISSING:
        delattr(target, name)
    else:
        setattr(target, name, old)


def _item_back(mapping: Any, name: Any, old: Any) -> None:
    if old is _MISSING:
        mapping.pop(name, None)
    else:
        mapping[name] = old


class Captured(NamedTuple):
    """What was printed since the last look."""

    out: str
    err: str


class Capture:
    """``capsys``."""

    def __init__(self) -> None:
        self._out, self._err = io.StringIO(), io.StringIO()
        self._old = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._out, self._err

    def readouterr(self) -> Captured:
        """What was printed since the last look."""
        found = Captured(self._out.getvalue(), self._err.getvalue())
        for stream in (self._out, self._err):
            stream.seek(0)
            stream.truncate()
        return found

    @contextlib.contextmanager
    def disabled(self) -> Iterator[None]:
        """Print as usual within."""
        mine = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._old
        try:
            yield
        finally:
            sys.stdout, sys.stderr = mine

    def stop(self) -> None:
        """Print as before."""
        sys.stdout, sys.stderr = self._old


class Logs(logging.Handler):
    """``caplog``."""

    def __init__(self) -> None:
        super().__init__(0)
        self.records: list[logging.LogRecord] = []
        self.handler = self
        self._levels: list[tuple[logging.Logger, int]] = []
        self.setFormatter(logging.Formatter("%(levelname)-8s %(name)s:%(filename)s %(message)s"))
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        record.message = record.getMessage()
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        """Each record's message."""
        return [r.getMessage() for r in self.records]

    @property
    def text(self) -> str:
        """All, formatted."""
        return "".join(self.format(r) + "\n" for r in self.records)

    @property
    def record_tuples(self) -> list[tuple[str, int, str]]:
        """Logger, level and message of each."""
        return [(r.name, r.levelno, r.getMessage()) for r in self.records]

    def clear(self) -> None:
        """Forget them."""
        self.records.clear()

    def set_level(self, level: Any, logger: str | None = None) -> None:
        """Of a logger, until the test's end."""
        found = logging.getLogger(logger)
        self._levels.append((found, found.level))
        found.setLevel(level)

    @contextlib.contextmanager
    def at_level(self, level: Any, logger: str | None = None) -> Iterator[None]:
        """Likewise, within a block."""
        found = logging.getLogger(logger)
        old = found.level
        found.setLevel(level)
        try:
            yield
        finally:
            found.setLevel(old)

    def stop(self) -> None:
        """Log as before."""
        logging.getLogger().removeHandler(self)
        for found, level in reversed(self._levels):
            found.setLevel(level)


class Fixture(NamedTuple):
    """A function of the suite's that makes what a test is given."""

    make: Callable[..., Any]
    scope: str
    params: tuple[Any, ...]
    autouse: bool


class FixtureRequest(NamedTuple):
    """What a fixture may know of the test under way."""

    param: Any
    instance: Any


class Fixtures:
    """Makes what a test's arguments name, and ends it afterwards."""

    def __init__(self, defined: dict[str, Fixture]) -> None:
        self._defined = defined
        self._long: dict[tuple[str, int], Any] = {}
        self._at_end = contextlib.ExitStack()

    def choices(self, names: list[str]) -> list[dict[str, Any]]:
        """For each way to choose among the parameters of what these need: fixture to parameter."""
        found: list[dict[str, Any]] = [{}]
        for name in self._needed(names):
            params = self._defined[name].params
            if params:
                found = [{**x, name: p} for x in found for p in params]
        return found

    def _needed(self, names: list[str]) -> list[str]:
        out: dict[str, None] = {}
        todo = [*names, *(n for n, f in self._defined.items() if f.autouse)]
        while todo:
            name = todo.pop()
            if name in self._defined and name not in out:
                out[name] = None
                todo += _arguments(self._defined[name].make)
        return list(out)

    @contextlib.contextmanager
    def given(
        self, names: list[str], params: dict[str, Any], instance: Any
    ) -> Iterator[dict[str, Any]]:
        """The values of those names, for one test."""
        with contextlib.ExitStack() as stack:
            made: dict[str, Any] = {}
            for name, fixture in self._defined.items():
                if fixture.autouse:
                    self._value(name, made, params, instance, stack)
            yield {n: self._value(n, made, params, instance, stack) for n in names}

    def _value(
        self,
        name: str,
        made: dict[str, Any],
        params: dict[str, Any],
        instance: Any,
        stack: contextlib.ExitStack,
    ) -> Any:
        if name in made:
            return made[name]
        if name == "request":
            return FixtureRequest(None, instance)
        if name not in self._defined:
            made[name] = _own(name, stack)
            return made[name]
        fixture = self._defined[name]
        long = (name, id(params.get(name)))
        if fixture.scope != "function" and long in self._long:
            return self._long[long]
        ends = stack if fixture.scope == "function" else self._at_end
        arguments = {}
        for needed in _arguments(fixture.make):
            if needed == "request":
                arguments[needed] = FixtureRequest(params.get(name), instance)
            elif needed != "self":
                arguments[needed] = self._value(needed, made, params, instance, ends)
        make = fixture.make
        if "self" in inspect.signature(make).parameters:
            make = make.__get__(instance)
        value = make(**arguments)
        if inspect.isgenerator(value):
            running = value
            value = next(running)
            ends.callback(next, running, None)
        made[name] = value
        if fixture.scope != "function":
            self._long[long] = value
        return value

    def close(self) -> None:
        """End what outlives a test."""
        self._at_end.close()


def _arguments(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def _own(name: str, stack: contextlib.ExitStack) -> Any:
    """One of pytest's own."""
    if name in ("tmp_path", "tmpdir"):
        folder = tempfile.mkdtemp()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return pathlib.Path(folder)
    if name == "tmp_path_factory":
        return _Folders()
    if name == "monkeypatch":
        patch = MonkeyPatch()
        stack.callback(patch.undo)
        return patch
    if name in ("capsys", "capfd"):
        capture = Capture()
        stack.callback(capture.stop)
        return capture
    if name == "caplog":
        logs = Logs()
        stack.callback(logs.stop)
        return logs
    if name == "recwarn":
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        return caught
    raise LookupError(f"no fixture {name!r}")


class _Folders:
    def mktemp(self, name: str, numbered: bool = True) -> pathlib.Path:
        return pathlib.Path(tempfile.mkdtemp(prefix=name))

    def getbasetemp(self) -> pathlib.Path:
        return pathlib.Path(tempfile.gettempdir())
