"""Where charts cannot be drawn, the page has tables, and says why."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from planted import make_frame

from assay.audit.report import write_report
from assay.audit.report.renderer import CannotDraw, Renderer
from assay.audit.run import audit

SPEC = {"mark": "point", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x"}}}


def test_a_renderer_that_ends_draws_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Renderer() as renderer:
        for _ in range(2):
            with pytest.raises(CannotDraw, match="ended with exit code"):
                renderer.draw(SPEC)


@pytest.mark.slow
def test_one_process_draws_many_charts() -> None:
    with Renderer() as renderer:
        assert renderer.draw(SPEC) == renderer.draw(SPEC)
        large = {**SPEC, "data": {"values": [{"x": i} for i in range(5_000)]}}  # beyond a pipe
        assert renderer.draw(large).startswith("<svg")
    assert not renderer.fault


def test_a_page_without_charts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = make_frame(
        {"a": [1, 0, 1, 1], "b": [1, 1, 0, 1]}, weights={"a": 1, "b": 0.5}, prompt=[0, 0, 1, 1]
    )
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        fault = write_report(
            audit(frame),
            None,
            tmp_path / "r.html",
            command="assay audit x.jsonl",
            date=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        )
    html = (tmp_path / "r.html").read_text()
    assert "exit code" in fault
    assert "Charts could not be drawn here" in html
    assert "<svg" not in html
    assert "<caption>Gradient budget</caption>" in html
    for fact in ("assay audit x.jsonl", "2026-03-04 05:06 UTC", "<dt>Seed</dt><dd>0</dd>"):
        assert fact in html


@pytest.mark.slow
def test_nearest_orders_are_places_in_the_log() -> None:
    from assay.audit.report.document import page

    frame = make_frame(
        {"a": [1, 0, 1, 1], "b": [1, 1, 0, 1]}, weights={"a": 1, "b": 0.5}, prompt=[0, 0, 1, 1]
    )
    html = page(audit(frame), None)
    nearest = html.partition("Nearest orders")[2]
    assert '<a href="#rollout-0">line 1</a>' in nearest
    assert '<a href="#rollout-1">line 2</a>' in nearest


@pytest.mark.slow
def test_under_a_limit_of_address_space(tmp_path: Path) -> None:
    """The engine that draws asks for more than 8 GB, and traps where it cannot have them."""
    code = (
        "import resource, sys; from assay.cli.main import main;"
        "resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000));"
        "sys.argv = ['assay', 'audit', '--demo', '--fail-on', 'error', '--report', sys.argv[1]];"
        "main()"
    )
    target = tmp_path / "r.html"
    run = subprocess.run(
        [sys.executable, "-c", code, str(target)], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 1, run.stderr
    assert "has tables in place of charts" in run.stderr
    assert "Charts could not be drawn here" in target.read_text()
