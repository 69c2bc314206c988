"""A program of several files: its modules found among them, and what a suite has of each.

They come after everything that is installed or given beside the tests, so none is taken for a
module of those. At the program's mercy, as everything in its process is.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from assay.verifiers.code_tests.sandbox.child.claims import SOURCE


class ProgramFiles(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the program's modules; none until it is opened."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: tuple[str, ...] = ()
        self._claimed: frozenset[str] = frozenset()
        self._before = ("", "")

    def open(self, several: Mapping[str, Any], before: str) -> None:
        """Write the files into the current folder, and let them be imported from now on.

        Args:
            several: What the job says of them.
            before: The prompt's code, run in the main module before its own.
        """
        for path, text in several["files"].items():
            with contextlib.suppress(OSError):  # one that cannot be: a file where a folder is
                folder = os.path.dirname(path)
                if folder:
                    os.makedirs(folder, exist_ok=True)
                with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
                    file.write(text)
        self._files = {k: v for k, v in several["files"].items() if k.endswith(".py")}
        self._folders = tuple(several["folders"])
        self._before = (several["main_path"], before)

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The module's spec, if it is the program's."""
        parent = name.rpartition(".")[0]
        spec = getattr(sys.modules.get(parent), "__spec__", None)
        if parent and getattr(spec, "loader", None) is not self:
            return None  # of another package
        place = name.replace(".", "/")
        for start in [f"{folder}{place}" for folder in self._folders]:
            for file, is_package in ((f"{start}/__init__.py", True), (f"{start}.py", False)):
                if file in self._files:
                    return self._spec(name, file, is_package=is_package)
        inside = tuple(f"{folder}{place}/" for folder in self._folders)
        if any(file.startswith(inside) for file in self._files):
            return self._spec(name, "", is_package=True)
        return None

    def _spec(self, name: str, file: str, *, is_package: bool) -> importlib.machinery.ModuleSpec:
        origin = os.path.abspath(file) if file else None
        spec = importlib.machinery.ModuleSpec(name, self, origin=origin, is_package=is_package)
        spec.has_location = bool(file)  # ``__file__`` is there
        spec.loader_state = file
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the file's code."""
        spec = module.__spec__
        file = spec.loader_state if spec is not None else ""
        if not file:
            return
        main_path, before = self._before
        if file == main_path and before:
            code = compile(before, "<prompt>", "exec", dont_inherit=True)
            exec(code, vars(module))  # noqa: S102 - the data set's
        exec(self.code(file), vars(module))  # noqa: S102 - the point of the sandbox

    def code(self, file: str) -> types.CodeType:
        """A file's code; tracebacks name the file."""
        return compile(self._files[file], f"{SOURCE}/{file}", "exec", dont_inherit=True)


class Within(Mapping[str, Any]):
    """Names of a program of one file, where some may be of an object: ``models.User``."""

    def __init__(self, names: Mapping[str, Any], within: Mapping[str, str]) -> None:
        self._names, self._within = names, within

    def __getitem__(self, name: str) -> Any:
        owner = self._within.get(name, "")
        if owner in self._names and hasattr(self._names[owner], name):
            return getattr(self._names[owner], name)
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class NamesByModule(Mapping[str, Any]):
    """What a suite asks a program of several files for: each name of the module it has it from."""

    def __init__(self, of: Mapping[str, types.ModuleType], bare: list[types.ModuleType]) -> None:
        self._of = of
        self._bare = bare
        """Where other names are looked for, in order."""

    def __getitem__(self, name: str) -> Any:
        if name in self._of:
            try:
                return getattr(self._of[name], name)
            except AttributeError:
                raise KeyError(name) from None
        for module in self._bare:
            if name in vars(module):
                return vars(module)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        seen = dict.fromkeys(x for x in self._of if x in self)
        for module in self._bare:
            seen |= {x: None for x in list(vars(module)) if x not in self._of}
        return iter(seen)

    def __len__(self) -> int:
        return len(list(iter(self)))


def load(
    finder: ProgramFiles, several: Mapping[str, Any], before: str
) -> tuple[NamesByModule, list[types.ModuleType]]:
    """Import what the suite does: its names, and the program's modules, the main one first.

    Raises:
        BaseException: what the program raises.
    """
    finder.open(several, before)
    aliases: dict[str, str] = several["aliases"]
    main = importlib.import_module(several["main"]) if several["main"] else None
    modules = [main] if main is not None else []
    for name in [*several["modules"], *several["names"].values()]:
        modules.append(_module(name, aliases))
    of = {}
    for name, module in several["names"].items():
        of[name] = _module(module, aliases)
        if not hasattr(of[name], name):  # ``from app import models``
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(f"{module}.{name}")
    stars = [_module(name, aliases) for name in reversed(several["stars"])]  # the later one wins
    return NamesByModule(of, [*stars, *modules[: main is not None]]), [
        x for x in dict.fromkeys(modules) if isinstance(x, types.ModuleType)
    ]


def _module(name: str, aliases: Mapping[str, str]) -> Any:
    """The module by a name that the suite has for it, known by it from now on."""
    if name not in aliases:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as err:
            package, _, last = name.rpartition(".")
            if not package or err.name != name or not hasattr(_module(package, aliases), last):
                raise
            return getattr(sys.modules[package], last)  # an object that is used like a module
    found = importlib.import_module(aliases[name])
    known_as(found, name)
    return found


def known_as(module: types.ModuleType, name: str) -> None:
    """Let ``import a.b`` mean `module`, and ``a`` too where it means nothing else."""
    sys.modules[name] = module
    parts = name.split(".")
    for i in range(1, len(parts)):
        if sys.modules.setdefault(".".join(parts[:i]), module) is module:
            vars(module).setdefault(parts[i], module)
