"""autopep8 and pycodestyle, in process: text in, text and findings out, no configuration read."""

from __future__ import annotations

import copy
import inspect
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import autopep8
import pycodestyle

from assay.verifiers.code_style.style_findings import StyleFinding
from assay.verifiers.code_style.tools.errors import CannotRead

AUTOPEP8_IGNORES = ("E226", "E24", "W50", "W690")
"""What autopep8 leaves alone unless told otherwise."""

PYCODESTYLE_IGNORES = ("E121", "E123", "E126", "E226", "E24", "E704", "W503", "W504")
"""What pycodestyle leaves unreported unless told otherwise: PEP 8 does not ask for it."""


@dataclass(frozen=True, slots=True)
class Autopep8Style:
    """The options of autopep8 and pycodestyle that change what they do."""

    max_line_length: int = 79
    ignore: tuple[str, ...] = AUTOPEP8_IGNORES
    aggressive: int = 0


@lru_cache(maxsize=64)
def autopep8_output(text: str, style: Autopep8Style, only: str | None = None) -> str:
    """What autopep8 makes of `text`.

    Args:
        text: The program.
        style: Its options.
        only: Apply only the fixes of this code, to see which one changes a text.

    Raises:
        CannotRead: the tokenizer or the recursion limit is in the way.
    """
    options = copy.copy(_autopep8_options())
    options.max_line_length = style.max_line_length
    options.ignore = list(style.ignore)
    options.aggressive = style.aggressive
    options.select = [only] if only is not None else []
    try:
        fixed: str = autopep8.fix_code(text, options)
    except (tokenize.TokenError, SyntaxError):
        raise CannotRead("autopep8 cannot read the program") from None
    except RecursionError:
        raise CannotRead("autopep8 cannot read the program: it is nested too deeply") from None
    return fixed


@lru_cache(maxsize=1)
def _autopep8_options() -> Any:
    return autopep8.parse_args([""], apply_config=False)  # building its parser takes longer


@lru_cache(maxsize=64)
def pycodestyle_findings(text: str, style: Autopep8Style) -> tuple[StyleFinding, ...]:
    """What pycodestyle reports, in the order of lines.

    A line too long weighs as many lines as it should have been, so that writing a program on one
    line gains nothing.

    Raises:
        CannotRead: the recursion limit is in the way.
    """
    ignore = tuple(sorted({*style.ignore, *PYCODESTYLE_IGNORES}))
    options = _pycodestyle_options(style.max_line_length, ignore)
    report = _Report(options)
    try:
        checker = pycodestyle.Checker(
            lines=text.splitlines(keepends=True), options=options, report=report
        )
        checker.check_all()
    except RecursionError:
        raise CannotRead("pycodestyle cannot read the program: nested too deeply") from None
    lines = text.splitlines()
    findings = []
    for line, column, message in sorted(set(report.found)):
        code = message[:4]
        weight = 1.0
        if code == "E501" and 1 <= line <= len(lines):
            weight = float((len(lines[line - 1]) - 1) // style.max_line_length)
        findings.append(StyleFinding(line, code, "", f"column {column + 1}: {message[5:]}", weight))
    return tuple(findings)


class _Report(pycodestyle.BaseReport):  # type: ignore[misc]
    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.found: list[tuple[int, int, str]] = []

    def error(self, line_number: int, offset: int, text: str, check: Any) -> Any:
        if not self._ignore_code(text[:4]):
            self.found.append((line_number, offset, text))
        return None


@lru_cache(maxsize=8)
def _pycodestyle_options(max_line_length: int, ignore: tuple[str, ...]) -> Any:
    options = pycodestyle.StyleGuide(
        parse_argv=False,
        config_file=None,
        paths=["-"],
        ignore=ignore,
        max_line_length=max_line_length,
    ).options
    # Importing autopep8 puts a check of its own in the place of one of pycodestyle's.
    theirs = pycodestyle.continued_indentation
    options.logical_checks = [
        (name, theirs, list(inspect.signature(theirs).parameters))
        if check is getattr(autopep8, "continued_indentation", None)
        else (name, check, arguments)
        for name, check, arguments in options.logical_checks
    ]
    return options
