"""The page of findings, and what every kind must say."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.audit.analyses import ANALYSES, all_analyses
from assay.audit.run import REMEDIES
from assay.cli.findings_page import kinds, markdown, specs
from assay.findings import FindingKind

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "findings.md"


def test_the_page_is_up_to_date() -> None:
    """`python docs/reference/make_pages.py` mends it."""
    assert PAGE.read_text(encoding="utf-8") == markdown()


def test_ids_are_unique_and_say_whose_they_are() -> None:
    assert len({kind.id for kind in kinds()}) == len(list(kinds()))
    for analysis, name in zip(all_analyses(), ANALYSES, strict=True):
        assert analysis.spec.name == name
    for spec in specs():
        assert all(kind.id.startswith(f"{spec.name}.") for kind in spec.kinds)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.id)
def test_a_kind_tells_the_reader_everything(kind: FindingKind) -> None:
    for text in (kind.title, kind.meaning, kind.formula, kind.source, kind.action):
        assert text.strip() == text
        assert text
    assert kind.meaning.endswith(".")
    assert kind.action.endswith(".")
    assert not kind.title.endswith(".")


def test_every_need_has_a_remedy() -> None:
    """What a log lacks is reported together with how to provide it."""
    for analysis in all_analyses():
        assert set(analysis.spec.needs) <= set(REMEDIES)
