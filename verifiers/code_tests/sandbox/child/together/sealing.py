"""What the test leans on, as it was before the program: remembered, compared, restored.

Modules' functions and classes, and the attributes of the classes that tests lean on. What a program
adds to a library is its own affair, except for operators and other special methods, which
everybody's objects would then have.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

_HEAP_TYPE = 1 << 9

_MISSING = object()

_LEANED_ON = (
    "builtins", "math", "operator", "functools", "itertools", "json", "re", "collections", "copy",
    "io", "contextlib", "abc", "types", "difflib", "enum", "unittest", "numpy", "pandas",
)  # fmt: skip
"""Modules, and what lies in them, that tests compare with: their classes are remembered, too, and
no honest program changes any of it while a test runs."""


class Seal:
    """A record of everything callable in all modules that are loaded now.

    Not of functions' code: who changes that is refused (`watching`).
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}
        self._builtins: dict[str, Any] = {}
        self._lists: list[tuple[list[Any], list[Any]]] = []
        self._finders: dict[str, Any] = {}
        self.known: set[type] = set()
        """Every class that a module has."""
        self._names: list[tuple[types.ModuleType, dict[str, Any]]] = []
        self._leaned_on: list[tuple[types.ModuleType, dict[str, Any]]] = []
        self._classes: dict[type, dict[str, Any]] = {}
        self.extend()

    def extend(self) -> None:
        """Remember what was loaded since, too."""
        for name, module in list(sys.modules.items()):
            ours = name == "assay" or name.startswith("assay.")
            if name not in self._loaded and not ours and isinstance(module, types.ModuleType):
                self._loaded[name] = module
                self._remember(module, vars(module), leaned_on=name.partition(".")[0] in _LEANED_ON)
        self._builtins = dict(vars(builtins))
        who_finds: list[list[Any]] = [sys.meta_path, sys.path_hooks]
        self._lists = [(x, list(x)) for x in who_finds]
        self._finders = dict(sys.path_importer_cache)

    def add(self, module: types.ModuleType, programs: Sequence[types.ModuleType]) -> None:
        """Remember one more module: the test's own, but for what of it is the program's."""
        theirs = [vars(program) for program in programs]
        own = {
            n: x for n, x in vars(module).items()
            if not any(names.get(n, _MISSING) is x for names in theirs)
        }  # fmt: skip
        self._remember(module, own, leaned_on=True)

    def _remember(
        self, module: types.ModuleType, names: dict[str, Any], *, leaned_on: bool
    ) -> None:
        kept = {name: x for name, x in list(names.items()) if callable(x)}
        classes = [x for x in kept.values() if isinstance(x, type) and x.__flags__ & _HEAP_TYPE]
        self.known.update(classes)
        (self._leaned_on if leaned_on else self._names).append((module, kept))
        for cls in classes if leaned_on else ():
            if cls not in self._classes:
                self._classes[cls] = dict(vars(cls))

    def changes(self) -> Iterator[str]:
        """What tests lean on and is not as it was, by name."""
        for module, name, _ in _changed_names(self._leaned_on):
            yield f"{module.__name__}.{name}"
        for cls, name, _ in self._changed_attributes():
            yield f"{cls.__module__}.{cls.__qualname__}.{name}"

    def restore(self) -> None:
        """Make it as it was."""
        names = vars(builtins)
        names.update(self._builtins)  # never empty: what runs here looks there
        for name in [n for n in names if n not in self._builtins]:
            del names[name]
        for name, found in self._loaded.items():
            sys.modules[name] = found
        for given, items in self._lists:
            given[:] = items
        sys.path_importer_cache.clear()
        sys.path_importer_cache.update(self._finders)
        for module, name, value in list(_changed_names([*self._names, *self._leaned_on])):
            vars(module)[name] = value
        for cls, name, value in list(self._changed_attributes()):
            if value is _MISSING:
                type.__delattr__(cls, name)
            else:
                type.__setattr__(cls, name, value)

    def _changed_attributes(self) -> Iterator[tuple[type, str, Any]]:
        for cls, kept in self._classes.items():
            names = vars(cls)
            for name, value in kept.items():
                if names.get(name, _MISSING) is not value and name not in _CACHES:
                    yield cls, name, value
            if len(names) != len(kept):
                for name in [n for n in names if n not in kept]:
                    if name.startswith("__") and name not in _CACHES and callable(names[name]):
                        yield cls, name, _MISSING


def _changed_names(
    modules: list[tuple[types.ModuleType, dict[str, Any]]],
) -> Iterator[tuple[types.ModuleType, str, Any]]:
    for module, kept in modules:
        names = vars(module)
        for name, value in kept.items():
            if names.get(name, _MISSING) is not value:
                yield module, name, value


_CACHES = frozenset(
    {"__abstractmethods__", "_abc_impl", "__doc__", "__annotations__", "__weakref__",
     "__dict__", "__signature__", "__class_getitem__", "__match_args__", "__hash__",
     "__static_attributes__", "__firstlineno__", "_abc_cache", "__subclasshook__"}
)  # fmt: skip
"""What Python and libraries themselves set on classes in the course of time."""
