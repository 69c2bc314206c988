"""The tables of languages: each complete, each phrase with its source, each named in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay import Sample
from assay.verifiers.math_answer.languages import LANGUAGES
from assay.verifiers.math_answer.verifier import MathAnswer

PAGE = Path(__file__).parents[3] / "docs" / "how-answers-are-compared.md"


def score(completion: str, reference: str) -> float:
    return MathAnswer().verify(Sample(completion=completion, reference=reference)).score


@pytest.mark.parametrize("table", LANGUAGES, ids=lambda t: t.name)
def test_a_table_is_complete_and_documented(table):
    for phrases in (table.states, table.labels, table.chooses, table.denies, table.joins):
        assert phrases
        assert all(source for source in phrases.values())
    assert table.name in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", LANGUAGES, ids=lambda t: t.name)
def test_every_phrase_that_states_an_answer_is_read(table):
    missed = [p for p in table.states if score(f"... 12.\n{p} 37", "37") != 1.0]
    missed += [p for p in table.labels if score(f"... 12.\n{p}: 37", "37") != 1.0]
    missed += [p for p in table.labels if score(f"... 12.\n**{p}：**37", "37") != 1.0]
    missed += [p for p in table.labels if score(f"... 12.\n{p}: (C)", "C") != 1.0]
    assert missed == []


@pytest.mark.parametrize("table", LANGUAGES, ids=lambda t: t.name)
def test_a_denial_after_a_label_pays_nothing(table):
    label = next(iter(table.labels))
    paid = [d for d in table.denies if len(d) > 2 and score(f"{label}: {d} 37", "37") != 0.0]
    assert paid == []
