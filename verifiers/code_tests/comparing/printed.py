"""Whether what a program printed is what was expected."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, TypeAlias

from assay.verifiers.code_tests.comparing.compare import Rules, same_number, show

TextPolicy: TypeAlias = Literal["trailing", "exact", "tokens", "numbers"]
"""See `CodeTestsParams.text`."""


def text_difference(got: str, want: str, policy: TextPolicy, rules: Rules) -> str | None:
    """Where printed output differs from what was expected; None if it does not."""
    if policy == "numbers":
        a, b = got.strip().split("\n"), want.strip().split("\n")
        a = [_words(x, y) for x, y in zip(a, b, strict=False)] + a[len(b) :]
        b = [" ".join(y.split()) for y in b]
    elif policy == "exact":
        a, b = got.split("\n"), want.split("\n")
    elif policy == "trailing":
        a, b = _lines(got), _lines(want)
    else:
        a, b = got.split(), want.split()
    unit = "word" if policy == "tokens" else "line"
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y and not (policy == "tokens" and rules.abs_tol and _close(x, y, rules)):
            return f"{unit} {i + 1}: got {show(x)}, wanted {show(y)}"
    if len(a) != len(b):
        return f"got {len(a)} {unit}s, wanted {len(b)}"
    return None


def _lines(text: str) -> list[str]:
    """Lines without trailing blanks, and without blank lines at the end."""
    lines = [line.rstrip(" \t\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,4})?"
)
"""A number as programs print it, short enough to be compared at once. In ASCII: Python reads
``３`` as 3, which no judge of contests does."""
_FLOAT = re.compile(r"[+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]{1,4})?|inf|infinity|nan)", re.IGNORECASE)
"""Where a tolerance is asked for: no underscores within, either."""


def _words(line: str, wanted: str) -> str:
    """The line's words, those that are a number of the same value written as is wanted."""
    words, like = line.split(), wanted.split()
    for i, (x, y) in enumerate(zip(words, like, strict=False)):
        if x != y and _NUMBER.fullmatch(x) and _NUMBER.fullmatch(y) and Decimal(x) == Decimal(y):
            words[i] = y
    return " ".join(words)


def _close(x: str, y: str, rules: Rules) -> bool:
    if _FLOAT.fullmatch(x) is None:
        return False
    try:
        return same_number(float(x), float(y), rules)
    except ValueError:
        return False
