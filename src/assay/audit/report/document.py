"""The page as one text: its parts, its data, its style and script, and the policy over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from importlib import resources
from typing import TYPE_CHECKING

from assay.audit import analyses
from assay.audit.report import palette, rollouts, sections
from assay.audit.report.html import Html, hash_source, island, join, tag
from assay.audit.report.renderer import Renderer, current
from assay.audit.report.report_size import MAX_ROWS
from assay.audit.report.rollout_browser import browser
from assay.audit.report.sample import RULE, shown_rows
from assay.findings import RowCell

if TYPE_CHECKING:
    from assay.audit.frame import Frame
    from assay.audit.report.rollouts import WholeRowsOf
    from assay.audit.run import Audit
    from assay.findings import AnalysisSpec

SCRIPTS = ("store.js", "diff.js", "list.js", "detail.js", "page.js")
"""One script, in files of one concern each."""


def page(
    audit: Audit,
    rows: WholeRowsOf | None,
    *,
    specs: Sequence[AnalysisSpec] = (),
    max_rows: int = MAX_ROWS,
    made: Sequence[tuple[str, str]] = (),
) -> str:
    """The page as text; the same arguments give the same page, where charts can be drawn."""
    from altair.utils.schemapi import debug_mode

    # charts are checked in the tests; it takes longer than to draw them
    around = current()
    with debug_mode(False), nullcontext(around) if around else Renderer() as renderer:
        return _page(audit, rows, specs, max_rows, made, renderer)


def _page(
    audit: Audit,
    rows: WholeRowsOf | None,
    specs: Sequence[AnalysisSpec],
    max_rows: int,
    made: Sequence[tuple[str, str]],
    renderer: Renderer,
) -> str:
    frame, found = audit.frame, audit.findings
    named = [row for f in found for row in f.rollouts]
    named += [
        int(cell)
        for outcome in audit.outcomes
        for table in outcome.tables.values()
        for row in table.rows
        for cell in row
        if isinstance(cell, RowCell)
    ]
    shown = shown_rows(frame, named, max_rows)
    known = _specs(audit, specs)
    kinds = {kind.id: kind for spec in known.values() for kind in spec.kinds}
    on_page = {int(row): i for i, row in enumerate(shown)}

    def place(row: int) -> Html | str:
        return sections.place_of(row, frame, on_page)

    parts: list[tuple[str, str, Html | None]] = []
    parts.append(("findings", "Findings", sections.findings(audit, kinds, on_page)))
    parts.append(("reward", "Reward", sections.reward(frame)))
    for outcome in audit.outcomes:
        spec = known.get(outcome.analysis)
        title = spec.title if spec else outcome.analysis.replace("_", " ").capitalize()
        parts.append((outcome.analysis, title, sections.analysis(outcome, title, spec, place)))
        if outcome.analysis == "trends":  # what it found, then what it found it in
            parts.append(("steps", "Step by step", sections.steps(frame)))
    parts.append(("lacks", "What the log lacked", sections.lacks(audit, known)))
    present = [(id_, title, part) for id_, title, part in parts if part is not None]

    starts, chunks = rollouts.chunks(frame, shown, rows, frozenset(named))
    data = rollouts.columns(frame, shown, found)
    data["chunks"] = starts
    data["texts"] = rows is not None
    main = tag(
        "main",
        sections.head(audit, len(shown), RULE, made, renderer.fault),
        sections.contents([(i, t) for i, t, _ in present] + [("rollouts", "Rollouts")]),
        [part for _, _, part in present],
        browser(len(shown), rollouts.Limits.of(len(shown)).completion, rows is not None),
    )
    return _document(_title(frame), main, join([chunks, island("data", data)]))


def _specs(audit: Audit, more: Sequence[AnalysisSpec]) -> Mapping[str, AnalysisSpec]:
    known = {spec.name: spec for spec in more}
    for outcome in audit.outcomes:
        if outcome.analysis in analyses.ANALYSES and outcome.analysis not in known:
            known[outcome.analysis] = analyses.load(outcome.analysis).spec
    return known


def _title(frame: Frame) -> str:
    first = rollouts.short_names(frame.files)[:1]
    return ": ".join(["Assay audit", *first])


def _document(title: str, main: Html, data: Html) -> str:
    here = resources.files(__package__)
    style = palette.css() + (here / "page.css").read_text("utf-8")
    parts = [(here / name).read_text("utf-8") for name in SCRIPTS]
    script = '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"
    policy = (
        f"default-src 'none'; script-src {hash_source(script)}; style-src {hash_source(style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(style)),
    )
    body = tag("body", sections.skip(), main, data, tag("script", Html(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en').markup}\n"
