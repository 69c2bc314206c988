"""What a suite imports of installed packages: their objects do not cross to another process."""

from __future__ import annotations

import ast

from assay.verifiers.code_tests.suites.imports.modules import OFFERED, is_published
from assay.verifiers.code_tests.suites.trust.needs import Needs


def shared_libraries(tree: ast.AST) -> Needs | None:
    """The need of a suite that looks at objects of a library's; None where it uses none.

    Numpy's arrays cross as values, and pandas has a reason of its own (`needs`).
    """
    tried = {
        id(y)
        for x in ast.walk(tree) if isinstance(x, ast.Try) and x.handlers
        for statement in x.body for y in ast.walk(statement)
    }  # fmt: skip
    used = {x.id for x in ast.walk(tree) if isinstance(x, ast.Name)}
    for item in ast.walk(tree):
        if id(item) in tried:
            continue
        if isinstance(item, ast.Import):
            roots = [(a.name.partition(".")[0], a.asname) for a in item.names]
            bound = [(root, name or root) for root, name in roots]
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            root = item.module.partition(".")[0]
            bound = [(root, a.asname or a.name) for a in item.names]
        else:
            continue
        for root, name in bound:
            if root not in OFFERED and name in used and is_published(root):
                why = f"line {item.lineno} uses {root}, whose objects do not cross to a process"
                return Needs("in_process", (why,))
    return None
