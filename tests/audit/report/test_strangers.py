"""What a log says is text, whatever it says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Page
from scored import frame_of

from assay.audit.report.document import page as made
from assay.audit.report.html import island, tag, text
from assay.audit.run import Audit, audit
from assay.findings import Finding, Outcome, ReportTable

SCRIPT = "</script><script>window.pwned = 1</script>"
NASTY = (
    SCRIPT,
    "<img src=x onerror='window.pwned=2'>",
    "<!--<script>",
    "]]><svg/onload=window.pwned=3>",
    "{{constructor.constructor('window.pwned=4')()}}",
    "datum['x'] + window.pwned",
    "javascript:window.pwned=5",
    "a\u202eb\u2066c\x1b[31m\x00\u200b",
    "\ud800 half a character",
    "\u2028\u2029",
    "__proto__",
    "constructor",
    "'\"`&amp;${window.pwned=6}",
    "".join(chr(c) for c in range(32)),
)


def row(number: int, words: str) -> dict[str, object]:
    names = (NASTY[4], NASTY[5], NASTY[0])
    status = "judged"
    return {
        "prompt_id": f"{number // 4}{words}",
        "group_id": f"{number // 4}",
        "prompt": words,
        "completion": [{"role": words, "content": words}] if number % 2 else words,
        "reference": words,
        "label": number % 3 == 0,
        "step": number % 5,
        "reward": number % 7 / 7,
        "status": "scored",
        "signature": words,
        "error": words,
        "terms": {
            n: {"verifier": words, "weight": 0.5, "score": number % (i + 2) / 2, "contribution": 0}
            for i, n in enumerate(names)
        },
        "verdicts": {
            n: {"verifier": words, "status": status, "score": 1, "because": words} for n in names
        },
    }


def hostile() -> tuple[Audit, list[dict[str, object]]]:
    """A log in which every name and every text is an attack."""
    rows = [row(i, NASTY[i // 4 % len(NASTY)]) for i in range(4 * len(NASTY))]
    frame = frame_of(rows, files=(SCRIPT,), rubric=SCRIPT, length_unit=SCRIPT)
    found = audit(frame)
    finding = Finding(
        id="planted.hostile",
        severity="error",
        title=SCRIPT,
        value=1.0,
        interval=None,
        n=1,
        source=SCRIPT,
        suggestion=SCRIPT,
        rollouts=(0, 1),
    )
    names = NASTY[:6]
    tables = {
        "figures": ReportTable(
            SCRIPT,
            ("of", "name", "value", "from", "to"),
            tuple((SCRIPT, n, 0.5, 0.25, 0.75) for n in names),
            SCRIPT,
        ),
        "square": ReportTable(
            SCRIPT, ("name", *names), tuple((n, *[0.5] * len(names)) for n in names)
        ),
        "lines": ReportTable(
            SCRIPT,
            ("name", "step", "value", "from", "to"),
            tuple((n, s, 0.5, 0.25, 0.75) for n in names for s in range(3)),
        ),
        "plain": ReportTable(SCRIPT, names[:2], tuple((n, n) for n in names)),
    }
    planted = Outcome("probes", (finding,), tables, (SCRIPT,), (SCRIPT,))
    return Audit(frame, (*found.outcomes, planted)), rows


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [key for key, _ in attrs]))


def _elements(html: str) -> list[tuple[str, list[str]]]:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.found


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "script", "noscript", "header"),
    *("nav", "section", "article", "h1", "h2", "h3", "p", "a", "b", "strong", "span", "code"),
    *("dl", "dt", "dd", "div", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("details", "summary", "figure", "figcaption", "label", "select", "input", "button", "kbd"),
    *("svg", "g", "path", "line", "rect", "text", "tspan"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "type", "role"),
    *(
        "tabindex",
        "hidden",
        "scope",
        "placeholder",
        "size",
        "inputmode",
        "aria-label",
        "aria-hidden",
    ),
    *(
        "aria-labelledby",
        "aria-live",
        "aria-pressed",
        "aria-expanded",
        "aria-controls",
        "data-finding",
    ),
    *("width", "height", "viewbox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "fill"),
    *("text-anchor", "font-size", "font-weight", "opacity", "stroke", "stroke-width"),
    *("stroke-dasharray", "stroke-linecap", "fill-opacity", "stroke-opacity"),
}


@pytest.fixture(scope="module")
def html() -> str:
    found, rows = hostile()
    return made(found, lambda wanted: [rows[i] for i in wanted])


def test_nothing_of_a_log_becomes_markup_or_script(html: str) -> None:
    assert len(re.findall(r"<script\b", html)) == html.count("</script>")
    scripts = re.findall(r"<script\b[^>]*>", html)
    assert scripts.count("<script>") == 1  # ours; the others are JSON
    assert all('type="application/json"' in s for s in scripts if s != "<script>")
    assert "<img" not in html
    assert "<!--" not in html
    elements = _elements(html)
    assert {name for name, _ in elements} <= ELEMENTS
    assert {key for _, keys in elements for key in keys} <= ATTRIBUTES
    assert not re.search("[\u202e\u2066\x00\x1b\u2028\u2029\ud800]", html)
    html.encode("utf-8")


def test_a_page_allows_its_own_script_and_nothing_else(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    rules = dict(r.strip().split(" ", 1) for r in policy[1].replace("&#x27;", "'").split(";"))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]+'", rules["script-src"])
    assert re.fullmatch(r"'sha256-[\w+/=]+'", rules["style-src"])
    assert rules["require-trusted-types-for"] == "'script'"
    # the policy stands before anything it must hold for
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<script")


@pytest.mark.parametrize("words", NASTY)
def test_an_island_reads_back_as_it_was(words: str) -> None:
    markup = island("data", {"a": words.replace("\ud800", "")}).markup
    inside = markup.removeprefix('<script type="application/json" id="data">')
    inside = inside.removesuffix("</script>\n")
    assert "<" not in inside
    assert json.loads(inside) == {"a": words.replace("\ud800", "")}


def test_text_stays_text_and_attributes_cannot_run() -> None:
    assert tag("p", '<b a="1">', title='"><script>').markup == (
        '<p title="&quot;&gt;&lt;script&gt;">&lt;b a=&quot;1&quot;&gt;</p>'
    )
    assert text("a\u202eb") == r"a\u202eb"
    with pytest.raises(ValueError, match="without inline code"):
        tag("p", onclick="run()")


@pytest.mark.slow
@pytest.mark.optional
def test_a_hostile_log_is_read_as_text(chromium: Page, tmp_path: Path, html: str) -> None:
    rows = hostile()[1]
    path = tmp_path / "hostile.html"
    path.write_text(html, encoding="utf-8")
    chromium.look()
    chromium.open(Path("/dev/null"))
    chromium.complaints()
    chromium.requests()
    chromium.open(path)
    chromium.settle()
    assert any(e.text.endswith(SCRIPT) for e in chromium.all("article.finding h3"))
    for at in range(0, len(rows), 4):
        chromium.run("location.hash = '#rollout-' + arguments[0]", at)
        chromium.settle()
        shown = chromium.text("#detail pre.completion")
        assert shown.startswith(NASTY[at // 4][:4].replace("\ud800", r"\ud800")) or "\\" in shown
        chromium.press("d")
    for select in ("#sort", "#by-finding"):
        for option in range(len(chromium.all(f"{select} option"))):
            chromium.run(
                "const s = document.querySelector(arguments[0]); s.selectedIndex = arguments[1];"
                "s.dispatchEvent(new Event('change'))",
                select,
                option,
            )
            chromium.settle()
    assert chromium.run("return window.pwned === undefined && ({}).x === undefined")
    assert chromium.complaints() == []
    assert chromium.requests() == [path.as_uri()]


@pytest.mark.slow
@pytest.mark.optional
def test_what_gets_into_the_page_all_the_same_is_refused(page: Page) -> None:
    """The second wall: markup that somehow got there neither runs nor loads."""
    page.run(
        "const s = document.createElement('script');"
        "try { s.textContent = 'window.pwned = 1'; document.body.append(s) } catch (e) {}"
        "const i = document.createElement('img');"
        "i.src = 'http://127.0.0.1:9/x'; document.body.append(i)"
    )
    page.settle()
    assert page.run("return window.pwned === undefined")
    assert page.run(
        "try { document.body.innerHTML = '<b>x</b>'; return false } catch (e) { return true }"
    )
    assert any("Content Security Policy" in c for c in page.complaints())
    assert [r for r in page.requests() if "127.0.0.1" in r] == ["csp http://127.0.0.1:9/x"]


def test_a_log_without_rows_or_without_texts_still_gives_a_page() -> None:
    frame = hostile()[0].frame
    assert "made without the log" in made(Audit(frame, ()), None)
    assert "Nothing was found" in made(audit(frame_of([])), lambda wanted: [])
