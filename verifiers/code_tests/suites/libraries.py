"""What a suite imports of installed packages: their objects do not cross to another process."""

from __future__ import annotations

import ast

from assay.verifiers.code_tests.suites.modules import OFFERED, is_published
from assay.verifiers.code_tests.suites.needs import Needs


def shared_libraries(tree: ast.AST) -> Needs | None:
    """The need of a suite that looks at objects of a library's; None where it imports none.

    Numpy's arrays cross as values, and pandas has a reason of its own (`needs`).
    """
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            roots = [a.name.partition(".")[0] for a in item.names]
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            roots = [item.module.partition(".")[0]]
        else:
            continue
        for root in roots:
            if root not in OFFERED and is_published(root):
                why = f"line {item.lineno} uses {root}, whose objects do not cross to a process"
                return Needs("in_process", (why,))
    return None
