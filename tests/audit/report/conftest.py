"""One browser and one written report for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Page, browser
from scored import Written, frame_of, solutions

from assay.audit.report import write_report
from assay.audit.run import Audit, audit
from assay.findings import Finding, Outcome

RUBRIC = {
    "kind": "weighted",
    "criteria": {
        "answer": {"use": "math.answer", "weight": 0.7},
        "short": {
            "use": "length.overlong",
            "weight": 0.3,
            "params": {"max_tokens": 100, "buffer_tokens": 80},
        },
    },
}


def planted(rollouts: tuple[int, ...]) -> Outcome:
    """A finding that names rollouts, whatever the analyses say of this log."""
    found = Finding(
        id="signal.dead_groups",
        severity="warning",
        title="two rollouts to read",
        value=0.25,
        interval=(0.125, 0.5),
        n=12,
        source="own",
        suggestion="read them",
        rollouts=rollouts,
    )
    return Outcome("planted", (found,))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    rows = solutions(RUBRIC)
    found = audit(frame_of(rows))
    found = Audit(found.frame, (*found.outcomes, planted((6, 42))))
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(found, lambda wanted: [rows[i] for i in wanted], path)
    return Written(path, found, rows)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def page(chromium: Page, written: Written) -> Page:
    chromium.look()
    chromium.open(Path("/dev/null"))
    chromium.complaints()
    chromium.requests()
    return chromium.open(written.path)
