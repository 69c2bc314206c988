"""A digest of a function's code, so that a redefined function is another one.

A module that was imported does not change when its file is edited, and a cell of a notebook can be
run again under the same name: only the code object itself says what will run.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

DEPTH = 24
"""How far functions that call functions are followed."""

DIGITS = 16


def code_digest(thing: Any) -> str:
    """Of a function, with the functions and constants of its own package that it uses.

    Not of what other packages do: their versions are theirs. The same code has the same digest in
    every process of the same Python.
    """
    digest = _Digest(getattr(thing, "__module__", None) or "")
    digest.feed(thing, DEPTH)
    return digest.hexdigest()


class _Digest:
    def __init__(self, module: str) -> None:
        self._root = module.partition(".")[0]
        self._hash = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self._held: list[Any] = []  # an id stays taken as long as its object lives

    def hexdigest(self) -> str:
        return self._hash.hexdigest()[:DIGITS]

    def feed(self, value: Any, depth: int) -> None:
        if value is None or isinstance(value, str | bytes | int | float | complex | type(...)):
            self._say(type(value).__name__, repr(value))
            return
        known = self._seen.setdefault(id(value), len(self._seen))
        self._held.append(value)
        if known < len(self._seen) - 1:
            self._say("again", str(known))
        elif depth <= 0:
            self._say("deep", type(value).__qualname__)
        elif isinstance(value, FunctionType):
            self._function(value, depth)
        elif isinstance(value, CodeType):
            self._code(value, depth)
        elif isinstance(value, type):
            self._class(value, depth)
        else:
            self._object(value, depth)

    def _say(self, *words: str) -> None:
        for word in words:
            data = word.encode("utf-8", "surrogatepass")
            self._hash.update(len(data).to_bytes(8, "little") + data)

    def _is_own(self, module: str | None) -> bool:
        return module is not None and module.partition(".")[0] == self._root

    def _function(self, function: FunctionType, depth: int) -> None:
        if not self._is_own(function.__module__):
            self._say("function", str(function.__module__), function.__qualname__)
            return
        self._say("own function")
        self._code(function.__code__, depth)
        self.feed(function.__defaults__, depth - 1)
        self.feed(function.__kwdefaults__, depth - 1)
        for cell in function.__closure__ or ():
            try:
                self.feed(cell.cell_contents, depth - 1)
            except ValueError:  # not filled yet
                self._say("empty")
        names = sorted(_names(function.__code__))
        for name in names:
            if name not in function.__globals__:
                continue
            value = function.__globals__[name]
            self._say("global", name)
            self.feed(value, depth - 1)
            if isinstance(value, ModuleType) and self._is_own(value.__name__):
                for inner in names:
                    if inner in vars(value):
                        self._say("attribute", inner)
                        self.feed(vars(value)[inner], depth - 1)

    def _code(self, code: CodeType, depth: int) -> None:
        self._say("code", code.co_code.hex(), *code.co_names, *code.co_varnames)
        self._say(*code.co_freevars, str(code.co_flags), str(code.co_argcount))
        self._say(code.co_exceptiontable.hex())
        for constant in code.co_consts:
            self.feed(constant, depth - 1)

    def _class(self, made: type, depth: int) -> None:
        if not self._is_own(made.__module__):
            self._say("class", made.__module__, made.__qualname__)
            return
        self._say("own class", made.__qualname__)
        for base in made.__bases__:
            self.feed(base, depth - 1)
        for name, value in sorted(vars(made).items()):
            if isinstance(value, property):
                parts: list[Any] = [value.fget, value.fset]
            elif isinstance(value, staticmethod | classmethod):
                parts = [value.__func__]
            elif isinstance(value, FunctionType) or (not name.startswith("_") and _plain(value)):
                parts = [value]
            else:
                continue
            self._say("member", name)
            for part in parts:
                self.feed(part, depth - 1)

    def _object(self, value: Any, depth: int) -> None:
        if isinstance(value, MethodType):
            self.feed(value.__func__, depth - 1)
            self.feed(value.__self__, depth - 1)
        elif isinstance(value, tuple | list):
            self._say(type(value).__name__, str(len(value)))
            for item in value:
                self.feed(item, depth - 1)
        elif isinstance(value, set | frozenset):
            self._say("set", *sorted(map(repr, value)))
        elif isinstance(value, Mapping):
            self._say("mapping", str(len(value)))
            for key, item in value.items():
                self._say(repr(key) if _plain(key) else type(key).__qualname__)
                self.feed(item, depth - 1)
        elif isinstance(value, re.Pattern):
            self._say("pattern", repr(value.pattern), str(value.flags))
        elif isinstance(value, ModuleType):
            self._say("module", value.__name__)
        else:
            self._say("object", type(value).__module__, type(value).__qualname__)
            if self._is_own(type(value).__module__):
                self.feed(type(value), depth - 1)
                self.feed(getattr(value, "__dict__", None), depth - 1)


def _plain(value: Any) -> bool:
    return isinstance(value, str | bytes | int | float | tuple | frozenset | type(None))


def _names(code: CodeType) -> set[str]:
    """Every name that a function, or one within it, looks up."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def forget(module: str) -> None:
    """Have the next import of a module, and of its package, read the files again.

    Objects that were made of it keep their own globals, so what runs goes on as it was.
    """
    root = module.partition(".")[0]
    for name in [n for n in list(sys.modules) if n == root or n.startswith(root + ".")]:
        del sys.modules[name]
