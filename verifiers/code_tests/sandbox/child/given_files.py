"""Files that a row gives beside its tests: written where the program runs, modules importable."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any


class _Given(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules among the files, after everything that is installed."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The module's spec, if a file of that name is given."""
        place = name.replace(".", "/")
        for file, is_package in ((f"{place}.py", False), (f"{place}/__init__.py", True)):
            if file in self._files:
                spec = importlib.machinery.ModuleSpec(
                    name, self, origin=file, is_package=is_package
                )
                spec.loader_state = self._files[file]
                return spec
        inside = any(file.startswith(f"{place}/") for file in self._files)
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if inside else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the file's code."""
        spec = module.__spec__
        code = (spec.loader_state if spec is not None else None) or ""
        exec(compile(code, f"<{module.__name__}>", "exec"), vars(module))  # noqa: S102


def place(files: Mapping[str, str], modules: Sequence[str]) -> None:
    """Write the files into the current folder; let the program import those of `modules`."""
    for name, text in files.items():
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    if modules:
        sys.meta_path.append(_Given({name: files[name] for name in modules if name in files}))
