"""The parts of the page that are read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.report.charts.choose_charts import charts_of
from assay.audit.report.html import Child, Html, prose, tag
from assay.audit.report.overview import reward_figures, time_figures
from assay.audit.report.page_pieces import decimal, figure, table
from assay.audit.signatures import explained
from assay.findings import AnalysisSpec
from assay.plugins.spec import SEVERITIES
from assay.printable import one_line

if TYPE_CHECKING:
    from assay.audit.frame import Frame
    from assay.audit.run import Audit
    from assay.findings import Finding, FindingKind, Outcome

SHORT = 12
"""Rows of a table that is shown as it is; a longer one is folded."""

FILES = 4
"""Names of files that the head of the page tells."""

NAMES = {"error": "error", "warning": "warning", "info": "note"}
"""What a severity is called on the page."""


def head(
    audit: Audit,
    shown: int,
    rule: str,
    made: Sequence[tuple[str, str]] = (),
    without_charts: str = "",
) -> Html:
    """What was looked at, and by what.

    Args:
        audit: What was found.
        shown: Rows in the browser.
        rule: How they were chosen.
        made: How the page was made: name, value.
        without_charts: Why charts could not be drawn; empty where they were.
    """
    frame = audit.frame
    facts = [(n, v) for n, v in (*_facts(frame, shown, rule), *made) if v]
    notes = [f"Charts could not be drawn here: {without_charts}. Tables stand in their place."]
    notes = notes if without_charts else []
    if audit.failed:
        names = ", ".join(audit.failed)
        notes.append(f"Analyses that ended with a fault of Assay, and have no answer: {names}.")
    return tag(
        "header",
        tag("p", "Assay audit", class_="kicker"),
        tag("h1", "What does this reward teach?"),
        tag("p", *_summary(audit), class_="summary"),
        [tag("p", prose(note), class_="said-so") for note in notes],
        tag("dl", [tag("div", tag("dt", n), tag("dd", v)) for n, v in facts], class_="facts"),
    )


def _summary(audit: Audit) -> list[Html | str]:
    counts = {s: sum(f.severity == s for f in audit.findings) for s in reversed(SEVERITIES)}
    parts: list[Html | str] = []
    for severity, count in counts.items():
        if count:
            said = f"{count} {NAMES[severity]}{'s' if count > 1 else ''}"
            parts += [tag("span", said, class_=f"count {severity}"), " "]
    if not parts:
        parts = [
            "Nothing was found. That is not a proof: it says what this log, of this size, shows "
            "under these questions."
        ]
    return parts


def _facts(frame: Frame, shown: int, rule: str) -> list[tuple[str, str]]:
    names = [one_line(f, 80) for f in frame.files[:FILES]]
    more = f" and {len(frame.files) - FILES} more" if len(frame.files) > FILES else ""
    groups = frame.groups
    sizes = np.unique(groups.sizes) if len(groups) else np.zeros(0)
    size = (
        f"{sizes[0]}"
        if len(sizes) == 1
        else f"{sizes.min()} to {sizes.max()}"
        if len(sizes)
        else ""
    )
    rows = f"{frame.total:,}"
    if frame.n < frame.total:
        rows = f"{frame.n:,} of {frame.total:,}, sampled by whole groups"
    if shown < frame.n:
        rows += f"; the browser below holds {shown:,}: {rule}"
    known = np.isfinite(frame.reward)
    steps = frame.step[np.isfinite(frame.step)]
    signatures = ""
    if frame.signature is not None and len(frame.signature.names):
        s = frame.signature.names
        signatures = (
            one_line(s[0], 40)
            if len(s) == 1
            else (
                f"{len(s)} different: {explained(frame)[0]} ("
                + ", ".join(one_line(n, 90) for n in s[:3])
                + (", …" if len(s) > 3 else "")
                + ")"
            )
        )
    return [
        ("Log", ", ".join(names) + more),
        ("Rollouts", rows),
        ("Prompts", f"{len(np.unique(frame.prompt[frame.prompt >= 0])):,}"),
        ("Groups", f"{len(groups):,} of {size} rollouts" if len(groups) else "none"),
        ("Steps", f"{steps.min():g} to {steps.max():g}" if len(steps) else ""),
        ("Scored", f"{known.mean():.1%}" if frame.n else ""),
        ("Mean reward", decimal(float(frame.reward[known].mean())) if known.any() else ""),
        ("Right by label", f"{np.nanmean(frame.label):.1%}" if "label" in frame.has else ""),
        ("Rubric", one_line(frame.rubric, 200)),
        ("Criteria", ", ".join(one_line(c, 60) for c in frame.criteria)),
        ("Weights", ", ".join(f"{one_line(c, 60)} {w:.6g}" for c, w in frame.weights.items())),
        ("Key criterion", one_line(frame.key, 60) if frame.key is not None else "not known"),
        ("Signature", signatures),
    ]


def findings(audit: Audit, kinds: Mapping[str, FindingKind], on_page: Mapping[int, int]) -> Html:
    """Every finding, worst first.

    Args:
        audit: What was found.
        kinds: Id -> what it means.
        on_page: Row of the frame -> its number in the browser.
    """
    found = audit.findings
    cards = [_card(f, i, kinds.get(f.id), audit.frame, on_page) for i, f in enumerate(found)]
    body: Html | list[Html] = cards or tag("p", "None.")
    return section("findings", "Findings", "Worst first." if found else "", body)


def _card(
    found: Finding, number: int, kind: FindingKind | None, frame: Frame, on_page: Mapping[int, int]
) -> Html:
    value = decimal(found.value)
    if found.interval is not None:
        value += f" [{decimal(found.interval[0])}, {decimal(found.interval[1])}]"
    if not np.isfinite(found.value):  # as where a rubric can lose without bound
        value = "no figure"
    elif found.interval is not None:
        value += ", 95% interval"
    else:
        value += ", exact for this log"
    formula = tag("span", kind.formula, class_="formula") if kind else None
    said: list[tuple[str, Child]] = [
        ("What to do", prose(found.suggestion)),
        ("What it means", prose(kind.meaning) if kind else None),
        ("Rollouts to read", _links(found, number, frame, on_page)),
    ]
    measure: list[tuple[str, Child]] = [
        ("Measured", f"{value}; {found.n:,} independent units"),
        ("Formula", formula),
        ("Source", found.source),
    ]
    return tag(
        "article",
        tag(
            "h3",
            tag("span", NAMES[found.severity], class_=f"count {found.severity}"),
            " ",
            found.title,
        ),
        tag("p", tag("code", found.id), class_="id"),
        tag("div", _pairs(said, ""), _pairs(measure, "measure"), class_="said"),
        class_=f"finding {found.severity}",
        id=f"finding-{number}",
    )


def _pairs(rows: Sequence[tuple[str, Child]], class_: str) -> Html:
    known = [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows if value]
    return tag("dl", known, class_=class_ or None)


def place_of(row: int, frame: Frame, on_page: Mapping[int, int]) -> Html | str:
    """Where a row stands in the log; a link where the browser below holds it."""
    place = f"line {int(frame.line[row]):,}"
    if len(frame.files) > 1:
        place = f"{one_line(frame.files[frame.file[row]], 60)} {place}"
    return tag("a", place, href=f"#rollout-{on_page[row]}") if row in on_page else place


def _links(found: Finding, number: int, frame: Frame, on_page: Mapping[int, int]) -> Html | None:
    links: list[Html | str] = []
    for row in found.rollouts:
        links += [place_of(row, frame, on_page), " "]
    if not links:
        return None
    if any(row in on_page for row in found.rollouts):
        links.append(
            tag("button", "all in the browser", type="button", class_="quiet", data_finding=number)
        )
    return tag("span", links, class_="links")


def reward(frame: Frame) -> Html | None:
    """Bands of reward."""
    figures = reward_figures(frame)
    if not figures:
        return None
    about = (
        "What the reward pays right and wrong rollouts. Where the bands overlap, it cannot tell "
        "them apart."
    )
    return section("reward", "Reward", about, tag("div", figures, class_="figures"))


def steps(frame: Frame) -> Html | None:
    """Time lines."""
    figures = time_figures(frame)
    if not figures:
        return None
    about = (
        "Means by step of training; bands are 95% intervals over prompts. A rise tells nothing "
        "about its cause."
    )
    return section("steps", "Step by step", about, tag("div", figures, class_="figures"))


def analysis(
    outcome: Outcome,
    title: str,
    spec: AnalysisSpec | None,
    place: Callable[[int], Html | str] = str,
) -> Html | None:
    """Charts, notes and tables of one analysis; closed where it has no finding.

    Args:
        outcome: What it found.
        title: Its heading.
        spec: What it asks, where that is known.
        place: What to show for a cell that is a row of the frame.
    """
    about = spec.question if spec else ""
    if outcome.failed:
        said = f"This analysis ended with a fault of Assay, and has no answer: {outcome.failed}"
        return section(outcome.analysis, title, about, tag("p", said, class_="said-so"))
    figures: list[Html] = []
    folded: list[Html] = []
    open_: list[Html] = []
    keys: dict[str, None] = {}
    for found in outcome.tables.values():
        drawn = False  # where charts cannot be drawn, the table stands in their place
        for chart in charts_of(found):
            made = figure(chart.chart, chart.title, "")
            if made is not None:
                drawn = True
                figures.append(made)
                keys.setdefault(chart.key)
        if drawn:
            folded.append(table(found, place))
            if found.note:
                keys.setdefault(f"{found.title}: {found.note}")
        elif not found.rows:
            open_.append(tag("p", f"{found.title}: none. {found.note}".strip(), class_="note"))
        elif len(found.rows) <= SHORT:
            open_.append(table(found, place))
        else:
            open_.append(tag("details", tag("summary", found.title), table(found, place)))
    if not (figures or open_ or outcome.notes):
        return None
    body: list[Child] = [
        [tag("p", prose(key), class_="note") for key in keys],
        tag("div", figures, class_="figures") if figures else None,
        [tag("p", prose(note), class_="said-so") for note in outcome.notes],
        open_,
        tag("details", tag("summary", "The charts as tables"), folded) if folded else None,
    ]
    if not outcome.findings:
        closed = tag("details", tag("summary", "No finding. Its figures"), body, class_="quiet")
        return section(outcome.analysis, title, about, closed)
    return section(outcome.analysis, title, about, *body)


def lacks(audit: Audit, specs: Mapping[str, AnalysisSpec]) -> Html | None:
    """What the log does not tell, and how to provide it."""
    by_need: dict[str, list[str]] = {}
    for outcome in audit.outcomes:
        spec = specs.get(outcome.analysis)
        for lack in outcome.lacks:
            by_need.setdefault(lack, []).append(spec.title if spec else outcome.analysis)
    if not by_need:
        return None
    items = [
        tag("li", tag("b", prose(need)), f" — for {', '.join(who)}")
        for need, who in by_need.items()
    ]
    about = "Questions that this log leaves open, and what would answer them."
    return section("lacks", "What the log lacked", about, tag("ul", items))


def section(id_: str, title: str, about: str, *children: object) -> Html:
    """A section under its heading."""
    return tag(
        "section",
        tag("h2", title, id=f"{id_}-title"),
        tag("p", about, class_="about") if about else None,
        *children,  # type: ignore[arg-type]
        id=id_,
        aria_labelledby=f"{id_}-title",
    )


def contents(sections: Sequence[tuple[str, str]]) -> Html:
    """Links to the sections."""
    return tag(
        "nav",
        [tag("a", title, href=f"#{id_}") for id_, title in sections],
        aria_label="Sections",
    )


def skip() -> Html:
    """For the keyboard: past everything."""
    return tag("a", "Skip to the rollouts", href="#rollouts", class_="skip")
