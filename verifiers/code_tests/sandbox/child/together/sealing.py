"""What the test leans on, as it was before the program: remembered, compared, restored.

Modules' functions and classes, those classes' attributes, and the code of Python functions. What
a program adds to a library is its own affair, except for operators and other special methods,
which everybody's objects would then have.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterator
from typing import Any

_HEAP_TYPE = 1 << 9

_MISSING = object()

_Code = tuple[types.CodeType, Any, Any]


class Seal:
    """A record of everything callable in all modules that are loaded now."""

    def __init__(self) -> None:
        self._builtins = dict(vars(builtins))
        self._loaded = dict(sys.modules)
        self._modules: list[tuple[types.ModuleType, dict[str, Any]]] = []
        self.classes: dict[type, dict[str, Any]] = {}
        self._functions: dict[types.FunctionType, _Code] = {}
        who_finds: list[list[Any]] = [sys.meta_path, sys.path_hooks]
        self._lists = [(x, list(x)) for x in who_finds]
        self._finders = dict(sys.path_importer_cache)
        for module in list(sys.modules.values()):
            if isinstance(module, types.ModuleType):
                self._modules.append((module, self._callable(vars(module))))
        for cls in list(self.classes):
            self.classes[cls] = dict(vars(cls))
            for value in self.classes[cls].values():
                self._remember(value)

    def add(self, module: types.ModuleType) -> None:
        """Remember one more module: the test's own."""
        known = set(self.classes)
        self._modules.append((module, self._callable(vars(module))))
        for cls in set(self.classes) - known:
            self.classes[cls] = dict(vars(cls))
            for value in self.classes[cls].values():
                self._remember(value)

    def _callable(self, names: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for name, value in list(names.items()):
            if callable(value):
                found[name] = value
                self._remember(value)
                if isinstance(value, type) and value.__flags__ & _HEAP_TYPE:
                    self.classes.setdefault(value, {})
        return found

    def _remember(self, value: Any) -> None:
        if type(value) is staticmethod or type(value) is classmethod:
            value = value.__func__
        elif type(value) is property:
            value = value.fget
        if type(value) is types.FunctionType:
            self._functions[value] = (value.__code__, value.__defaults__, value.__kwdefaults__)

    def changes(self) -> Iterator[str]:
        """What is not as it was, by name."""
        for module, name, _ in self._changed_names():
            yield f"{module.__name__}.{name}"
        for cls, name, _ in self._changed_attributes():
            yield f"{cls.__module__}.{cls.__qualname__}.{name}"
        for function, _ in self._changed_functions():
            yield f"the code of {function.__qualname__}"

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
        for module, name, value in list(self._changed_names()):
            vars(module)[name] = value
        for cls, name, value in list(self._changed_attributes()):
            if value is _MISSING:
                type.__delattr__(cls, name)
            else:
                type.__setattr__(cls, name, value)
        for function, (code, defaults, named) in list(self._changed_functions()):
            function.__code__, function.__defaults__, function.__kwdefaults__ = (
                code, defaults, named,
            )  # fmt: skip

    def _changed_names(self) -> Iterator[tuple[types.ModuleType, str, Any]]:
        for module, kept in self._modules:
            names = vars(module)
            for name, value in kept.items():
                if names.get(name, _MISSING) is not value:
                    yield module, name, value

    def _changed_attributes(self) -> Iterator[tuple[type, str, Any]]:
        for cls, kept in self.classes.items():
            names = vars(cls)
            for name, value in kept.items():
                if names.get(name, _MISSING) is not value and name not in _CACHES:
                    yield cls, name, value
            if len(names) != len(kept):
                for name in [n for n in names if n not in kept]:
                    if name.startswith("__") and name not in _CACHES and callable(names[name]):
                        yield cls, name, _MISSING

    def _changed_functions(self) -> Iterator[tuple[types.FunctionType, _Code]]:
        for function, kept in self._functions.items():
            code, defaults, named = kept
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not named
            ):
                yield function, kept


_CACHES = frozenset(
    {"__abstractmethods__", "_abc_impl", "__doc__", "__annotations__", "__weakref__",
     "__dict__", "__signature__", "__class_getitem__", "__match_args__", "__hash__",
     "__static_attributes__", "__firstlineno__", "_abc_cache", "__subclasshook__"}
)  # fmt: skip
"""What Python and libraries themselves set on classes in the course of time."""
