"""Why two formatters undo each other: their rules, and the lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.verifiers.code_style.feedback import changed_lines
from assay.verifiers.code_style.orbit import Orbit
from assay.verifiers.code_style.reconciliation import IGNORES
from assay.verifiers.code_style.tools.autopep8_format import (
    Autopep8Style,
    autopep8_output,
    pycodestyle_findings,
)

_RULES = {
    "E203": "no space before ':'",
    "E501": "line too long",
    "E701": "several statements on one line (colon)",
    "E704": "several statements on one line (def)",
    "W503": "line break before an operator",
    "W504": "line break after an operator",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One formatter's part in a cycle."""

    formatter: str
    rule: str
    """The rule it follows when it undoes the others: a code where it has codes."""
    lines: tuple[int, ...]
    """The lines that it changes, in the text it is given."""
    before: str
    after: str
    """The first place, as it finds and as it leaves it."""


def sides(orbit: Orbit, style: Autopep8Style, line_length: int) -> tuple[Side, ...]:
    """What each formatter does in a cycle, in its order."""
    found = []
    for i, (text, name) in enumerate(zip(orbit.texts, orbit.by, strict=True)):
        after = orbit.texts[(i + 1) % len(orbit.texts)]
        lines = tuple(changed_lines(text, after))
        if name == "autopep8":
            rule = _codes(text, lines, style)
        elif name == "black":
            rule = _black_rule(text, after, line_length)
        else:
            rule = "its layout"
        back = changed_lines(after, text)
        found.append(Side(name, rule, lines, _excerpt(text, lines), _excerpt(after, back)))
    return tuple(found)


def _codes(text: str, lines: tuple[int, ...], style: Autopep8Style) -> str:
    """The codes whose fix alone changes `text`; asked one by one, so none is guessed."""
    here = {f.code for f in pycodestyle_findings(text, style) if f.line in lines}
    codes = [c for c in sorted(here) if autopep8_output(text, style, only=c) != text]
    return ", ".join(f"{c} {_RULES[c]}" if c in _RULES else c for c in codes) or "its layout"


def _black_rule(before: str, after: str, line_length: int) -> str:
    if before.count("\n") != after.count("\n"):
        if before.count("\n") > after.count("\n"):
            return f"what fits into {line_length} characters stands on one line"
        return f"lines break to fit into {line_length} characters"
    if re.sub(r"[ \t]*:", ":", before) == re.sub(r"[ \t]*:", ":", after):
        return "spaces on both sides of ':' in a slice with expressions"
    return "its layout"


def _excerpt(text: str, lines: tuple[int, ...] | list[int]) -> str:
    rows = text.split("\n")
    return "\n".join(rows[n - 1] for n in lines[:3] if n <= len(rows))


def reconciled_style(line_length: int = 88) -> Autopep8Style:
    """autopep8's side of the reconciling configuration."""
    return Autopep8Style(line_length, IGNORES, 0)
