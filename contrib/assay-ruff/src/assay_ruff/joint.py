"""Ruff in ``style.joint``, by its param ``analysers = ["assay_ruff.joint:ruff"]``."""

from __future__ import annotations

from functools import lru_cache

from assay.verifiers.code_style.tools.errors import CannotRead

from assay_ruff import run

SELECT = ("F", "B", "UP", "SIM")
"""Rules about what no formatter changes; those about layout (E, W) are the formatters' business."""


class Ruff:
    """Ruff's formatter joins the formatters, its linter the voters."""

    name = "ruff"

    def formatted(self, text: str, line_length: int) -> str:
        """The program as ruff's formatter writes it.

        Raises:
            CannotRead: it does not parse, or takes ruff too long.
        """
        return _output(text, tuple(run.format_arguments(line_length)))

    def objections(self, text: str, line_length: int) -> list[str]:
        """What ruff's linter finds by the rules of `SELECT`.

        Raises:
            CannotRead: as above.
        """
        said = _output(text, tuple(run.lint_arguments(line_length, SELECT, ())))
        try:
            found = run.findings(said)
        except run.Unreadable as err:
            raise CannotRead(str(err)) from None
        return [f"line {line}: {code} {words}" for line, code, words in found]


@lru_cache(maxsize=64)
def _output(text: str, arguments: tuple[str, ...]) -> str:
    """Kept for the orders in which ``style.joint`` tries its formatters on one text."""
    try:
        return run.ruff(arguments, text)
    except run.Unreadable as err:
        raise CannotRead(str(err)) from None


ruff = Ruff()
