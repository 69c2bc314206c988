"""The laws that others rely on: deterministic, bounded, honest, as declared."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["data.json_schema", "data.tool_calls", "data.sql"])
def test_they_keep_the_laws(assay_check: Callable[..., None], name: str) -> None:
    assay_check(name)
