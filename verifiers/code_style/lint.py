"""``style.pylint``: what pylint reports, weighed, by a formula that padding cannot raise."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from assay.model import Verdict
from assay.verifiers.code_style.feedback import finding_lines, finding_parts
from assay.verifiers.code_style.judge import StyleVerifier
from assay.verifiers.code_style.params import PylintParams
from assay.verifiers.code_style.parse import parse
from assay.verifiers.code_style.parsed_program import ParsedProgram
from assay.verifiers.code_style.style_findings import StyleFinding, counted
from assay.verifiers.code_style.tools.pylint_check import (
    PylintMessage,
    PylintStyle,
    pylint_messages,
)

JOINED = "multiple-statements"
JOINED_TEXT = "More than one statement on a single line"

DEFAULT_WEIGHTS: Mapping[str, float] = PylintParams().weights


class PylintVerifier(StyleVerifier):
    """Weighted findings of pylint."""

    name = "style.pylint@1"

    def __init__(self, params: PylintParams) -> None:
        super().__init__(params, params.half)
        self._weights = {**DEFAULT_WEIGHTS, **params.weights}
        if {JOINED, "C0321"} & set(params.disable):
            self._weights[JOINED] = 0.0
        self._style = PylintStyle(params.max_line_length, params.disable, params.good_names)

    def _judge(self, reading: ParsedProgram, half: float) -> Verdict:
        findings = [
            weigh(
                pylint_messages(text, self._style),
                text,
                self._weights,
                self._style.max_line_length,
            )
            for text in reading.texts
        ]
        weight = sum(f.weight for found in findings for f in found)
        reported = sum(map(len, findings))
        lines = finding_lines(reading, findings[0])
        return self._verdict(
            reading,
            weight,
            half,
            f"{counted(reported, 'finding')} of pylint, weight {weight:g}"
            if reported
            else "pylint reports nothing",
            parts=finding_parts(reading, findings[0]),
            feedback=["pylint reports:", *lines] if lines else [],
            details={"messages": reported, "weight": weight},
        )


def weigh(
    messages: Sequence[PylintMessage], text: str, weights: Mapping[str, float], limit: int
) -> list[StyleFinding]:
    """`messages` with the weight of their names, or else of their categories.

    pylint tells of two statements on a line as of ten, and of a line of 101 characters as of one
    of 5,000. Here each statement counts that shares its line with one before it, and a line as
    often as it exceeds `limit` whole, so that writing a program on one line gains nothing.
    """
    lines = text.split("\n")
    found = []
    for message in messages:
        weight = weights.get(message.name, weights[message.category])
        if message.name == "line-too-long" and message.line <= len(lines):
            weight *= max(1, (len(lines[message.line - 1]) - 1) // limit)
        if message.name != JOINED:
            found.append(
                StyleFinding(message.line, message.code, message.name, message.text, weight)
            )
    joined = joined_statements(text)
    reported = {m.line: m for m in messages if m.name == JOINED}
    for line in sorted(joined.keys() | reported.keys()):
        message_text = reported[line].text if line in reported else JOINED_TEXT
        weight = weights[JOINED] * max(1, joined.get(line, 0))
        if weight == 0.0 and line not in reported:
            continue
        found.append(StyleFinding(line, "C0321", JOINED, message_text, weight))
    return sorted(found, key=lambda f: (f.line, f.code, f.text))


def joined_statements(text: str) -> dict[int, int]:
    r"""For each line on which a statement follows something else, how many do; not stubs' ``...``.

    >>> joined_statements("x = 1; y = 2\ndef f(): ...\n")
    {1: 1}
    """
    tree = parse(text)
    if isinstance(tree, str):
        return {}
    lines = text.split("\n")
    found: dict[int, int] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or node.col_offset == 0:
            continue
        before = lines[node.lineno - 1].encode()[: node.col_offset]
        if before.strip() and not _is_ellipsis(node):
            found[node.lineno] = found.get(node.lineno, 0) + 1
    return found


def _is_ellipsis(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    )


def pylint(params: BaseModel | None) -> PylintVerifier:
    """The factory of ``style.pylint``."""
    return PylintVerifier(params if isinstance(params, PylintParams) else PylintParams())
