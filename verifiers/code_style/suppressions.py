"""Takes out the comments that tell analysers to look away, before anything is judged."""

from __future__ import annotations

import io
import re
import tokenize

PRAGMA = re.compile(
    r"\b(?:pylint|fmt|yapf|autopep8|isort|ruff|flake8|pycodestyle|mypy|pyright|pyre|pytype)\s*:"
    r"|\btype\s*:\s*ignore\b"
    r"|\bno(?:qa|pep8|sec|sonar)\b"
    r"|\bpyre-(?:ignore|fixme|strict|unsafe)\b"
    r"|\bpragma\s*:\s*no\s?cover\b",
    re.IGNORECASE,
)
"""What the analysers in use read in comments. A type comment (``# type: list[int]``) is none."""

_SEGMENT = re.compile(r"#[^#]*")


def without_suppressions(source: str) -> tuple[str, tuple[int, ...], int]:
    r"""`source` without suppression comments.

    A comment that holds nothing else goes with the two blanks before it, and with its line if it
    stands alone; of a comment with other words, these stay.

    Args:
        source: A program that parses; its line ends are ``\n``.

    Returns:
        The text, the line of `source` (from 1) that each of its lines was, and how many
        suppressions were taken out.

    Raises:
        tokenize.TokenError, SyntaxError: the tokenizer cannot read what the parser could.

    >>> without_suppressions("x = 1  # noqa\n# fmt: off\ny = 2  # two # type: ignore\n")
    ('x = 1\ny = 2  # two\n', (1, 3, 4), 3)
    """
    lines = source.split("\n")
    if PRAGMA.search(source) is None:
        return source, tuple(range(1, len(lines) + 1)), 0
    removed = 0
    dropped: set[int] = set()
    for found in list(tokenize.generate_tokens(io.StringIO(source).readline)):
        if found.type != tokenize.COMMENT or PRAGMA.search(found.string) is None:
            continue
        row, column = found.start
        line = lines[row - 1]
        kept = []
        for segment in _SEGMENT.findall(found.string):
            if PRAGMA.search(segment) is None:
                kept.append(segment)
            else:
                removed += 1
        comment = "".join(kept).rstrip()
        if comment:
            lines[row - 1] = line[:column] + comment
        elif line[:column].strip():
            # The two blanks that belong to a comment; what else stands there was there before it.
            lines[row - 1] = line[:column].removesuffix("  ")
        else:
            dropped.add(row)
    numbers = [n for n in range(1, len(lines) + 1) if n not in dropped]
    return "\n".join(lines[n - 1] for n in numbers), tuple(numbers), removed
