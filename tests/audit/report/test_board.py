"""The board of probes in a report: drawn by claim, and its paid answers there to read."""

from __future__ import annotations

from planted import make_frame
from toy_graders import substring

from assay import Engine
from assay.audit.report.document import page
from assay.audit.run import Audit
from assay.probes.bundled import bundled
from assay.probes.outcome import SPEC, as_outcome
from assay.probes.run import probe


def test_a_report_draws_the_board() -> None:
    rubric = {"kind": "weighted", "criteria": {"toy.substring": 0.9, "format.boxed": 0.1}}
    with Engine(rubric, verifiers=[substring]) as engine:
        board = probe(engine, bundled("answers"), n=6, restyle=True)
    frame = make_frame({"a": [1, 0]}, [1.0, 0.0], prompt=[0, 0])
    found = Audit(frame, (as_outcome(board),))
    html = page(found, None, specs=[SPEC])
    assert SPEC.question in html
    assert "Board of probes: wrong" in html
    for finding in found.findings:
        assert f"<code>{finding.id}</code>" in html
    paid = [line for line in board.wrong_lines() if line.figure]
    assert paid
    for line in paid:
        assert f"<title>{line.spec.name}: {line.figure:.4g}, 95% interval" in html
