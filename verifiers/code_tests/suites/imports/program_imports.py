"""Which of the program's modules a suite imports, and what of each: for programs of several files.

A program of one file stands for all of them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assay.verifiers.code_tests.suites.imports.modules import modules_by_use


@dataclass(frozen=True, slots=True)
class ProgramImports:
    """What a suite imports of its program."""

    modules: tuple[str, ...] = ()
    """Dotted names, in order; of ``from . import x`` it is ``x``."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the program calls it -> the modules that the suite has it from: several where it tries
    one after another."""
    stars: tuple[str, ...] = ()
    """Modules of which everything is imported."""
    within: Mapping[str, str] = field(default_factory=dict)
    """Names that it has of what may be a module or an object, as their use alone says: in a program
    of one file of the object, where there is one of that name."""
    twice: tuple[str, ...] = ()
    """Names that it has from two modules, as ``a.f and b.f``: one file cannot hold both."""


def program_imports(tree: ast.AST, roots: Collection[str]) -> ProgramImports:
    """What a suite imports of its program.

    Args:
        tree: The suite as written.
        roots: Names by which it imports the program; "" for relative imports.
    """
    found = _ImportScan(roots, modules_by_use(tree, roots))
    tries = (x for x in ast.walk(tree) if isinstance(x, ast.Try))
    guarded = {id(x) for outer in tries for x in ast.walk(outer)}
    for item in ast.walk(tree):
        if isinstance(item, ast.ImportFrom):
            found.take_from(item, tried=id(item) in guarded)
        elif isinstance(item, ast.Import):
            found.take(item)
    for item in ast.walk(tree):
        if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name | ast.Attribute):
            module = found.expressions.get(ast.unparse(item.value))
            if module is not None:
                found.name(item.attr, module)
                if module in found.objects:
                    found.within[item.attr] = module.rpartition(".")[2]
    names = {name: tuple(modules) for name, modules in found.names.items()}
    twice = [
        " and ".join(f"{module}.{name}" for module in modules)
        for name, modules in names.items()
        if len({x.partition(".")[0] for x in modules}) < len(modules) and name not in found.tried
    ]
    return ProgramImports(
        tuple(found.modules), names, tuple(found.stars), found.within, tuple(twice)
    )


class _ImportScan:
    def __init__(self, roots: Collection[str], by_use: Collection[str]) -> None:
        self._roots, self._by_use = roots, by_use
        self.objects: set[str] = set()
        self.within: dict[str, str] = {}
        self.modules: dict[str, None] = {}
        self.stars: dict[str, None] = {}
        self.names: dict[str, list[str]] = {}
        self.tried: set[str] = set()
        """Names imported in a ``try``, which may have another way to get them."""
        self.expressions: dict[str, str] = {}
        """Of the suite's, those that stand for a module of the program."""

    def name(self, name: str, module: str) -> None:
        if f"{module}.{name}" in self.modules:  # ``app.models`` of ``app.models.User``
            return
        modules = self.names.setdefault(name, [])
        if module not in modules:
            modules.append(module)

    def take_from(self, item: ast.ImportFrom, *, tried: bool) -> None:
        module = item.module or ""
        if ("" if item.level else module.partition(".")[0]) not in self._roots:
            return
        if module:
            self.modules[module] = None
        for alias in item.names:
            if alias.name == "*":
                self.stars[module] = None
            elif (
                not module  # from . import models
                or alias.name in self._roots
                or (alias.asname or alias.name) in self._by_use
            ):
                path = f"{module}.{alias.name}".strip(".")
                self.modules[path] = None
                self.expressions[alias.asname or alias.name] = path
                if (alias.asname or alias.name) in self._by_use:
                    self.objects.add(path)
            else:
                self.name(alias.name, module)
                if tried:
                    self.tried.add(alias.name)

    def take(self, item: ast.Import) -> None:
        for alias in item.names:
            if alias.name.partition(".")[0] in self._roots:
                self.modules[alias.name] = None
                self.expressions[alias.asname or alias.name] = alias.name
