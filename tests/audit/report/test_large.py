"""As many rollouts as a page can carry: sampled by rule, and never standing still."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Page
from planted import make_frame

from assay.audit.frame import Frame
from assay.audit.report import MAX_ROWS, write_report
from assay.audit.report.document import page as made
from assay.audit.report.rollouts import LONGEST, SHORTEST, Limits
from assay.audit.report.sample import shown_rows
from assay.audit.run import Audit, audit
from assay.findings import Finding, Outcome


def log(n: int, size: int = 8) -> Frame:
    random = np.random.default_rng(5)
    scores = {
        "answer": (random.random(n) < 0.4).astype(float),
        "format": random.random(n).round(2),
        "length": random.random(n).round(3),
    }
    return make_frame(
        scores,
        weights={"answer": 0.7, "format": 0.2, "length": 0.1},
        prompt=np.arange(n) // size,
        step=np.arange(n) // 1000,
        label=scores["answer"],
        length=random.integers(50, 900, n),
    )


def texts(wanted: Any) -> list[dict[str, Any]]:
    words = ("the answer is that there are seven of them", "and", "each one counts for two")
    found = []
    for row in wanted:
        random = np.random.default_rng(row)
        completion = f"number {row}: " + " ".join(random.choice(words, 20))
        found.append({"prompt": f"problem {row // 8}", "completion": completion, "reference": "7"})
    return found


def test_every_row_is_shown_where_there_is_room() -> None:
    assert shown_rows(log(800), [], 800).tolist() == list(range(800))


@pytest.mark.parametrize("limit", [1, 7, 8, 9, 100, 799])
def test_groups_are_taken_whole_and_named_rows_come_first(limit: int) -> None:
    frame = log(800)
    named = [17, 401]
    shown = shown_rows(frame, named, limit)
    assert len(shown) <= limit
    assert shown.tolist() == sorted(set(shown.tolist()))
    assert set(named[:limit]) <= set(shown.tolist())
    sizes = np.bincount(frame.group[shown], minlength=100)
    partial = [g for g, s in enumerate(sizes) if s not in (0, 8)]
    assert set(partial) <= {17 // 8, 401 // 8}
    if limit >= 100:
        assert partial == []
        assert limit - len(shown) < 8  # what is left over is less than a group


def test_the_sample_does_not_follow_the_order_of_the_log() -> None:
    shown = shown_rows(log(8000), [], 800)
    assert 0.35 < np.mean(shown < 4000) < 0.65


def test_rows_of_no_group_are_sampled_one_by_one() -> None:
    frame = make_frame({"a": np.zeros(50)}, np.zeros(50))
    assert len(shown_rows(frame, [3], 10)) == 10
    assert 3 in shown_rows(frame, [3], 10)


def test_a_page_keeps_its_size_by_cutting_texts() -> None:
    assert Limits.of(10).completion == LONGEST
    assert SHORTEST <= Limits.of(MAX_ROWS).completion < 500


def test_a_cut_text_says_where_the_rest_is_and_a_sample_how_it_was_drawn() -> None:
    frame = log(80)
    finding = Finding("x.y", "info", "t", 1.0, None, 1, "own", "s", (3,))
    found = Audit(frame, (Outcome("x", (finding,)),))
    html = made(
        found, lambda wanted: [{"completion": "x" * 9000, "terms": {}} for _ in wanted], max_rows=16
    )
    assert "the browser below holds 16: every rollout that a finding names" in html
    assert html.count('"cut":9000') == 15  # the one that a finding names is whole
    assert f"cut after {LONGEST:,} characters" in html


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "report.html"
    write_report(audit(log(MAX_ROWS)), texts, path)
    return path


BOUND_MS = 50
"""A task that holds the page up longer is a long task (W3C Long Tasks)."""


@pytest.mark.optional
@pytest.mark.slow
def test_fifty_thousand_rollouts_scroll_sort_and_search(
    chromium: Page, large: Path, record_property: Any
) -> None:
    """What must hold: few rows in the page, the right ones, whatever is done. How long the tasks
    were is measured and reported; a busy machine fails no test."""
    chromium.look()
    chromium.open(large)
    chromium.until("document.querySelectorAll('#room .row').length > 5")
    chromium.run(
        "window.tasks = []; new PerformanceObserver(l => l.getEntries().forEach("
        "e => window.tasks.push(e.duration))).observe({ type: 'longtask' })"
    )
    for share in np.linspace(0, 1, 60):
        chromium.run(
            "const l = document.getElementById('list');"
            "l.scrollTop = arguments[0] * (l.scrollHeight - l.clientHeight)",
            float(share),
        )
        chromium.settle()
        assert len(chromium.all("#room .row")) < 60
        assert chromium.run(
            "const box = document.getElementById('list').getBoundingClientRect();"
            "const seen = [...document.querySelectorAll('#room .row:not([hidden])')]"
            ".map(r => r.getBoundingClientRect())"
            ".filter(r => r.bottom > box.top && r.top < box.bottom);"
            "return seen.length * 34 >= box.height - 34"
        )
    scrolled = chromium.run("return window.tasks.splice(0)")
    last = chromium.run(
        "return [...document.querySelectorAll('#room .row:not([hidden]) .place')]"
        ".map(p => Number(p.textContent)).sort((a, b) => a - b).at(-1)"
    )
    assert last == MAX_ROWS
    chromium.choose("#sort", "reward")
    chromium.settle()
    sorted_ = chromium.run("return window.tasks.splice(0)")
    chromium.one("#search").send_keys("number 49999")
    chromium.until("document.getElementById('count').textContent.startsWith('1 of 50,000')")
    searched = chromium.run("return window.tasks.splice(0)")
    for name, tasks in (("scroll", scrolled), ("sort", sorted_), ("search", searched)):
        record_property(f"{name}: tasks over {BOUND_MS} ms", [round(t) for t in tasks])
        print(f"{name}: tasks over {BOUND_MS} ms: {[round(t) for t in tasks]}")
    print(f"file: {large.stat().st_size / 1e6:.1f} MB")
    assert chromium.complaints() == []


@pytest.mark.optional
@pytest.mark.slow
def test_no_script_of_ours_runs_long_while_scrolling(chromium: Page, large: Path) -> None:
    """Counted in work, not in time: a draw reads at most the chunks that its rows stand in."""
    chromium.look()
    chromium.open(large)
    chromium.until("document.querySelectorAll('#room .row').length > 5")
    chromium.run("document.getElementById('list').scrollTop = 800000")
    chromium.settle()
    left = chromium.run("return document.querySelectorAll('script[id^=chunk-]').length")
    all_ = len(chromium.run("return [...document.scripts].map(s => s.id)")) - 2
    assert all_ - left <= 4
