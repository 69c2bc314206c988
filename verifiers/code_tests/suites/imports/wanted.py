"""Packages that a row takes for granted: what its suite, prompt or reference imports.

Only the row is asked. That a *program* imports a package that is not offered is the program's own
doing: else any program could have itself left unscored, by an import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from assay import syntax
from assay.verifiers.code_tests.suites.imports.modules import OFFERED, is_published

_IMPORT = re.compile(r"^\s*(?:>>> )?(?:import\s+(\w+)|from\s+(\w+)[\w.]*\s+import\b)", re.M)

_LEFT = OFFERED | {
    "dateutil", "pytz", "tzdata", "six",  # come with pandas, wherever that is offered
    # tools of tests: no program imports them, and a suite that uses them is refused for that
    "hypothesis", "mock", "parameterized", "freezegun", "pyfakefs", "responses", "requests_mock",
    "httpretty", "testfixtures", "nose", "behave", "allure", "pytest_mock", "pytest_asyncio",
}  # fmt: skip


def wanted(texts: Mapping[str, str | None]) -> dict[str, str]:
    """Published packages beyond the usual that texts of a row import, and where.

    Args:
        texts: What to call each text, and the text: code, or prose with lines of code in it.
    """
    found: dict[str, str] = {}
    for where, text in texts.items():
        for root in _imported(text or ""):
            if is_published(root) and root not in _LEFT:
                found.setdefault(root, where)
    return found


def _imported(text: str) -> list[str]:
    if "import" not in text:
        return []
    try:
        tree = syntax.parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [a or b for a, b in _IMPORT.findall(text)]
    # what is tried says itself what to do without
    guarded = {id(y) for x in ast.walk(tree) if isinstance(x, ast.Try) for y in ast.walk(x)}
    roots: list[str] = []
    for item in ast.walk(tree):
        if id(item) in guarded:
            continue
        if isinstance(item, ast.Import):
            roots += [a.name.partition(".")[0] for a in item.names]
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            roots.append(item.module.partition(".")[0])
    return roots
