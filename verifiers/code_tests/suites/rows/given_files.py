"""`files` beside a row's tests: data that a program opens, and helper modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from typing import Any

from assay import syntax
from assay.printable import a_type
from assay.verifiers.code_tests.suites.rows.fields import refuse

_MOST_BYTES = 4 << 20
_MOST_FILES = 100
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\- ]*(/[A-Za-z0-9_][A-Za-z0-9_.\- ]*)*")


def read_files(value: Any) -> dict[str, str]:
    """The files by their paths, relative to where the program runs.

    Raises:
        ReferenceUnreadable: no object of texts, a path that leads elsewhere, more than 4 MB.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        refuse(f"files is {a_type(value)}, must be an object of paths and texts")
    for path, text in value.items():
        if not isinstance(text, str):
            refuse(f"files[{path!r}] is {a_type(text)}, must be text")
        if not _PATH.fullmatch(path):
            refuse(f"files[{path!r}]: a path must be relative, and stay in the program's folder")
    if len(value) > _MOST_FILES or sum(map(len, value.values())) > _MOST_BYTES:
        refuse(f"files hold more than {_MOST_FILES} files or {_MOST_BYTES >> 20} MB")
    return dict(value)


def roots(files: Collection[str]) -> set[str]:
    """Names by which they are imported."""
    return {path.partition("/")[0].removesuffix(".py") for path in files if path.endswith(".py")}


def of_suite(tree: ast.AST, files: Mapping[str, str]) -> set[str]:
    """Those modules among the files that the suite imports, itself or by another of them.

    The program does not get them: they may hold what is expected of it.
    """
    found: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        for item in ast.walk(todo.pop()):
            names: list[str] = []
            if isinstance(item, ast.Import):
                names = [a.name for a in item.names]
            elif isinstance(item, ast.ImportFrom) and item.module:
                names = [item.module, *(f"{item.module}.{a.name}" for a in item.names)]
            for name in names:
                root = name.partition(".")[0]
                for path in files:
                    if path in found or not path.endswith(".py"):
                        continue
                    if path == f"{root}.py" or path.startswith(f"{root}/"):
                        found.add(path)
                        try:
                            todo.append(syntax.parsed(files[path]))
                        except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
                            refuse(f"files[{path!r}] is not Python: {err}")
    return found
