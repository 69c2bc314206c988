"""The laws that others rely on."""

from collections.abc import Callable


def test_it_keeps_the_laws(assay_check: Callable[..., None]) -> None:
    assay_check("reasoning_gym.solves")
