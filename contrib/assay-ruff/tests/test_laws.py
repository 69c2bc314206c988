"""The laws that others rely on."""

from collections.abc import Callable


def test_they_keep_the_laws(assay_check: Callable[..., None]) -> None:
    assay_check("ruff.lint", "ruff.format", hostile=60)
