"""What stands in a report's head."""

from __future__ import annotations

import sys
from dataclasses import replace
from html import escape as html_escape

import numpy as np
import pytest
from planted import make_frame

from assay.audit.frame import Stratum
from assay.audit.report.document import page
from assay.audit.run import Audit, audit


def test_phases_can_be_told_apart_by_their_signatures() -> None:
    """Of one rubric's phases only the ends differ: cut short, they would be the same text."""
    frame = make_frame({"a": [1, 0]}, weights={"a": 0.75}, prompt=[0, 0])
    names = ("ae60cb9b397dd9c0:phase1", "ae60cb9b397dd9c0:phase2")
    html = page(Audit(replace(frame, signature=Stratum(names, np.array([0, 1]))), ()), None)
    assert ", ".join(names) in html
    assert "a 0.75" in html


@pytest.fixture(scope="module")
def audited() -> str:
    """The page, with tables for charts, of a log whose key errs and whose rest is quiet."""
    random = np.random.default_rng(0)
    n = 400
    answer = (random.random(n) < 0.5).astype(float)
    frame = make_frame(
        {"answer": answer, "style": (random.random(n) < 0.5).astype(float)},
        weights={"answer": 0.9, "style": 0.1},
        prompt=np.arange(n) // 4,
        label=np.where(random.random(n) < 0.3, 1 - answer, answer),
        length=random.normal(100, 10, n),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")  # no process that draws
        return page(audit(frame), None)


def section_of(html: str, name: str) -> str:
    return html.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def test_sections_without_a_finding_are_closed(audited: str) -> None:
    quiet = section_of(audited, "length")
    assert '<details class="quiet"><summary>No finding. Its figures</summary>' in quiet
    found = section_of(audited, "reliability")
    assert found
    assert "No finding" not in found
    assert found.index("<caption>Errors against the label</caption>") > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reliability", "FP: false positives, the share of wrong completions that the criterion"),
        ("reliability", "FN: false negatives, the share of right ones that it fails"),
        ("reliability", "J = 1 - FP - FN (Youden's index): 1 never errs, 0 tells nothing"),
        ("shaping", "tau-b: those paid in the outcome's order less those paid against it"),
        ("shaping", "Top-1 regret: what the best-paid rollout of a group lacks"),
    ],
)
def test_terms_are_explained_where_they_stand(audited: str, name: str, said: str) -> None:
    assert html_escape(said, quote=False) in section_of(audited, name).replace("&#x27;", "'")
