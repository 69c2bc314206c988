"""Every example in the documentation runs and prints what it says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(p.relative_to(ROOT) for p in ROOT.joinpath("docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_examples(page: Path) -> None:
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    failures, _ = doctest.testfile(
        str(ROOT / page), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert failures == 0
