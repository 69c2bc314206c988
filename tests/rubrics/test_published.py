"""The published combinations: their certificates, and that the docs say the same."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.prove.certificate import shown
from assay.rubrics.written.load import presets
from assay.rubrics.written.number import fraction

HOST = Host()
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/reference/published-rewards.md"


class Case(NamedTuple):
    name: str
    ruling: str
    margin: str | None
    price: str | None


CASES = [
    Case("deepseek-r1", "tie", "0", "1"),
    Case("trl-accuracy-format", "tie", "0", "1"),
    Case("trl-accuracy-overlong", "tie", "0", "1"),
    Case("trl-accuracy-overlong-repetition", "refuted", "-1", "1"),
    Case("open-r1", "refuted", "-1", "1"),
    Case("dapo", "proved", "1", "1/2"),
    Case("gdpo-gsm8k", "refuted", "-1", "1"),
    Case("alarm", "not_proved", None, None),
    Case("code-style-sum", "proved", "2/5", "3/7"),
    Case("code-style-gated", "proved", "1/2", "1/2"),
    Case("code", "proved", "1", "0"),
    Case("code+style", "proved", "1/2", "1/2"),
    Case("math", "proved", "1", "0"),
    Case("math+format", "proved", "9/10", "1/19"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_published(case: Case) -> None:
    rubric = load_rubric(case.name)
    assert load_rubric(rubric.to_dict()) == rubric
    certificate = rubric.prove(host=HOST)
    assert certificate.verdict == case.ruling
    assert certificate.margin == (None if case.margin is None else fraction(case.margin))
    assert certificate.price == (None if case.price is None else fraction(case.price))
    if case.ruling in ("refuted", "tie"):
        witness = certificate.witness
        assert witness is not None
        correct = rubric.compose(witness.verdicts("correct")).value
        wrong = rubric.compose(witness.verdicts("wrong")).value
        assert correct is not None
        assert wrong is not None
        assert correct < wrong if case.ruling == "refuted" else correct == wrong


def test_every_published_rubric_is_in_the_docs_with_its_certificate() -> None:
    text = DOCS.read_text("utf-8")
    published = {f.stem for f in (ROOT / "rubrics/published").glob("*.toml")}
    assert published <= {case.name for case in CASES}
    assert published <= set(presets())
    for case in CASES:
        (line,) = [row for row in text.splitlines() if row.startswith(f"| `{case.name}` |")]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[2] == case.ruling.replace("_", " ")
        assert cells[3] == ("" if case.margin is None else shown(fraction(case.margin)))
        price = "" if case.price is None else f"{float(fraction(case.price)):.0%}"
        assert cells[4] == price
