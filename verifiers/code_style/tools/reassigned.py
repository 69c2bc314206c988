"""Pylint's question whether a name is assigned again, answered from an index.

Pylint walks the whole scope for each assignment, so two thousand constants of a module take it half
a minute. The answers are the same.
"""

from __future__ import annotations

from typing import Any

from astroid import nodes
from pylint.checkers import utils

_Lines = dict[str, tuple[int, int]]
NAME = "_is_reassigned_relative_to_current"

PYLINTS: Any = getattr(utils, NAME, None)
"""Pylint's own; None where this version has no such function."""

_scopes: dict[int, tuple[Any, _Lines]] = {}
"""For each scope the first and the last line that assigns a name; the scope is kept with it, so
that its identity stays its own."""


def install() -> None:
    """Have pylint ask here; a version of pylint that asks otherwise keeps its own way."""
    if hasattr(utils, NAME):
        setattr(utils, NAME, is_reassigned)


def forget() -> None:
    """Empty the index, with the trees that it holds."""
    _scopes.clear()


def is_reassigned(node: Any, varname: str, before: bool) -> bool:
    """Whether a name is assigned again in the node's scope, on an earlier or a later line."""
    bound = isinstance(node, nodes.Lambda) and node.parent is not None
    scope = node.parent.scope() if bound else node.scope()
    if node.lineno is None:
        return False
    if id(scope) not in _scopes:
        _scopes[id(scope)] = (scope, _assigned(scope))
    lines = _scopes[id(scope)][1].get(varname)
    if lines is None:
        return False
    return bool(lines[0] < node.lineno if before else lines[1] > node.lineno)


def _assigned(scope: Any) -> _Lines:
    found: _Lines = {}
    kinds = (nodes.AssignName, nodes.ClassDef, nodes.FunctionDef)
    for item in scope.nodes_of_class(kinds):
        defines = isinstance(item, nodes.ClassDef | nodes.FunctionDef)
        owner = item.parent if defines else item
        if item.lineno is None or owner is None or owner.scope() is not scope:
            continue
        first, last = found.get(item.name, (item.lineno, item.lineno))
        found[item.name] = (min(first, item.lineno), max(last, item.lineno))
    return found
