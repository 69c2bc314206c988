"""The laws that others rely on: deterministic, bounded, honest, as declared."""

from collections.abc import Callable


def test_it_keeps_the_laws(assay_check: Callable[..., None]) -> None:
    assay_check("instructions.follows")
