"""Trees are made from any thread: other threads that parse cost nobody a verdict."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from typing import Any

import pytest

from assay import syntax

DEEP = "x = " + "[" * 60 + "]" * 60 + "\n" + "y = " + "+".join(["(1 * 2)"] * 400)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        pytest.param(syntax.parsed, DEEP, marks=pytest.mark.slow),
        (syntax.parsed_expression, "[" * 60 + "]" * 60),
    ],
    ids=["module", "expression"],
)
def test_parsing_in_many_threads(parse: Callable[[str], Any], text: str) -> None:
    """On Python 3.11 `ast.parse` itself raises SystemError here within a few hundred calls."""
    wanted = ast.dump(parse(text))
    failed: list[str] = []

    def work() -> None:
        for _ in range(40):
            try:
                same = ast.dump(parse(text)) == wanted
            except Exception as err:
                failed.append(repr(err))
            else:
                if not same:
                    failed.append("another tree")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("text", ["def", "x = \x00", "1 +"])
def test_what_is_not_python_raises_as_ast_does(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError)) as theirs:
        ast.parse(text)
    with pytest.raises((SyntaxError, ValueError)) as ours:
        syntax.parsed(text)
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


def test_a_fault_of_the_interpreter_that_stays_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def broken(*_: object, **__: object) -> ast.Module:
        tried.append(1)
        raise SystemError("AST constructor recursion depth mismatch (before=7, after=9)")

    monkeypatch.setattr(ast, "parse", broken)
    with pytest.raises(SystemError, match="recursion depth mismatch"):
        syntax.parsed("x = 1")
    assert len(tried) == syntax.TRIES
