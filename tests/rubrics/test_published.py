"""The published combinations: their certificates, and that the docs say the same."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from assay.errors import VerifierNotFound
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.results.certificate import shown
from assay.rubrics.written.load import presets, published
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
    Case("open-r1", "refuted", "-1", "1"),
    Case("open-r1-cosine", "proved", "1", "1/3"),
    Case("cosine-reward", "proved", "1", "10/11"),
    Case("cosine-repetition", "proved", "19/20", "201/220"),
    Case("kimi-length", "proved", "1/2", "2/3"),
    Case("dapo", "proved", "1", "1/2"),
    Case("gdpo-gsm8k", "refuted", "-1", "1"),
    Case("grpo-demo", "refuted", None, "1"),
    Case("verl-gsm8k", "proved", "1", "0"),
    Case("verl-geo3k", "proved", "4/5", "1/9"),
    Case("logic-rl", "refuted", "-5/2", "1"),
    Case("simplerl", "proved", "1", "1/3"),
    Case("r1-v", "tie", "0", "1"),
    Case("tinyzero-countdown", "proved", "9/10", "1/10"),
    Case("search-r1", "proved", "3/5", "1/4"),
    Case("toolrl", "proved", "5", "1/6"),
    Case("toolrl-dynamic", "tie", "0", "1"),
    Case("unsloth-qwen3", "refuted", "-12", "1"),
    Case("deepscaler-tool", "proved", "1", "1/3"),
    Case("ragen", "refuted", None, "1"),
    Case("rubrics-as-rewards", "refuted", "-9/20", "1"),
    Case("verifiers-environment", "proved", "4/5", "1/5"),
    Case("alarm", "not_proved", None, None),
    Case("alarm-translation", "not_proved", None, None),
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
        if case.margin is None or "schedule" in str(rubric.to_dict()):
            return  # counts of faults, and the step: `test_kinds` composes those
        correct = rubric.compose(witness.verdicts("correct")).value
        wrong = rubric.compose(witness.verdicts("wrong")).value
        assert correct is not None
        assert wrong is not None
        assert correct < wrong if case.ruling == "refuted" else correct == wrong


def test_every_published_rubric_is_in_the_docs_with_its_certificate() -> None:
    text = DOCS.read_text("utf-8")
    assert {case.name for case in CASES} == set(published())
    assert len(list((ROOT / "rubrics/published").rglob("*.toml"))) >= 25
    for case in CASES:
        (line,) = [row for row in text.splitlines() if row.startswith(f"| `{case.name}` |")]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[2] == case.ruling.replace("_", " ")
        assert cells[3] == ("" if case.margin is None else shown(fraction(case.margin)))
        price = "" if case.price is None else f"{float(fraction(case.price)):.0%}"
        assert cells[4] == price


def test_alarm_has_the_weights_of_its_source() -> None:
    """halfrot/ALaRM: 5 to 1 for answers to questions, 3 to 1 for translations."""
    weights = {n: load_rubric(n).to_dict()["weights"] for n in ("alarm", "alarm-translation")}
    assert weights == {"alarm": [5, 1], "alarm-translation": [3, 1]}
    assert "z-score" in load_rubric("alarm").about


def test_no_two_sources_are_combined() -> None:
    """Every published file says whence it is; two sources have no file in common."""
    for path in (ROOT / "rubrics/published").rglob("*.toml"):
        assert load_rubric(path.stem).about, path
    assert "trl-accuracy-overlong-repetition" not in published()


@pytest.mark.parametrize("name", published())
def test_what_is_offered_can_be_run_and_the_rest_cannot(name: str) -> None:
    """A name that `verify` suggests works there."""
    rubric = load_rubric(name)
    if name in presets():
        assert rubric.bind(HOST).offers.keys() == rubric.leaves().keys()
    else:
        with pytest.raises(VerifierNotFound):
            rubric.bind(HOST)
