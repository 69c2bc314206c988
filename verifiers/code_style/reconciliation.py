"""The configuration under which black and autopep8 do not undo each other. Imports neither."""

from __future__ import annotations

from typing import Any

IGNORES = ("E203", "E701", "E704", "W503", "W504", "E501", "E226", "E24")
"""What autopep8 must leave to black: measured, see `docs/code-style.md`."""


def reconciliation(line_length: int = 88) -> str:
    """The configuration, for ``pyproject.toml``.

    Measured, not proved: every cycle that the corpora and generated programs showed is gone.
    Semantic fixes (E711, E712, E721, E722, E731) stay off with ``aggressive = 0``.
    """
    return f"""\
# Run autopep8 first, black last.
[tool.autopep8]
max_line_length = {line_length}
ignore = "{",".join(IGNORES)}"
aggressive = 0

[tool.black]
line-length = {line_length}
"""


def reconciled_params(line_length: int = 88) -> dict[str, dict[str, Any]]:
    """The same as params of the verifiers, by name."""
    return {
        "style.black": {"line_length": line_length},
        "style.autopep8": {"max_line_length": line_length, "ignore": list(IGNORES)},
        "style.joint": {"line_length": line_length, "reconciled": True},
    }
