"""The markup of the rollout browser; the script fills it."""

from __future__ import annotations

from assay.audit.report.html import Html, tag
from assay.audit.report.sections import section

KEYS = (
    (("j", "↓"), "next rollout"),
    (("k", "↑"), "previous rollout"),
    (("Enter",), "read it"),
    (("n", "p"), "next, previous of its group"),
    (("d",), "compare with the next of its group"),
    (("Esc",), "back to the list"),
    (("/",), "search the texts"),
    (("f",), "filter by finding"),
    (("s", "r"), "sort by; reverse"),
    (("c",), "clear every filter"),
    (("?",), "these keys"),
)
"""Of the rollout browser, while the focus is in it."""


def browser(shown: int, limit: int, texts: bool) -> Html:
    """The frame of the rollout browser; its script fills it."""
    said = f"{shown:,} rollouts. "
    said += (
        f"Completions are cut after {limit:,} characters, those that a finding names after 40,000; "
        "the place in the log tells where to read on."
        if texts
        else "This report was made without the log's texts: it has the figures only."
    )
    controls = tag(
        "div",
        _field("Finding", tag("select", id="by-finding")),
        _field("Status", tag("select", id="by-status")),
        _field("Label", tag("select", id="by-label")),
        _field(
            "Group", tag("input", id="by-group", inputmode="numeric", size=7, placeholder="any")
        ),
        _field("Search", tag("input", id="search", type="search", placeholder="text, /regex/")),
        _field("Sort by", tag("select", id="sort")),
        tag("button", "Ascending", type="button", id="reverse", aria_pressed="false"),
        tag("button", "Clear", type="button", id="clear"),
        tag(
            "button", "Keys", type="button", id="help", aria_expanded="false", aria_controls="keys"
        ),
        class_="controls",
        role="search",
        aria_label="Filter and sort rollouts",
    )
    keys = tag(
        "dl",
        [tag("div", tag("dt", [tag("kbd", k) for k in ks]), tag("dd", d)) for ks, d in KEYS],
        id="keys",
        hidden=True,
    )
    listing = tag(
        "div",
        tag("div", id="columns", class_="row head", aria_hidden="true"),
        tag(
            "div",
            tag("div", id="room"),
            id="list",
            tabindex="0",
            role="listbox",
            aria_label="Rollouts",
        ),
        class_="listing",
    )
    return section(
        "rollouts",
        "Rollouts",
        said,
        tag("noscript", tag("p", "The rollout browser needs JavaScript; the rest does not.")),
        tag(
            "div",
            controls,
            keys,
            tag("p", id="count", role="status", aria_live="polite"),
            tag(
                "div",
                listing,
                tag("article", id="detail", tabindex="-1", aria_label="Rollout", hidden=True),
                class_="panes",
            ),
            id="browser",
        ),
    )


def _field(name: str, control: Html) -> Html:
    return tag("label", tag("span", name), control)
