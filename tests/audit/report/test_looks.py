"""Readable in light and dark, on a phone, by whoever: measured in the browser."""

from __future__ import annotations

import pytest
from browser import DESK, PHONE, Page
from scored import Written

from assay.audit.report.palette import COLOURS, DIVERGING, Pair, diverging, text_on

CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 (AA): of text against what it stands on."""

GRAPHIC = 3.0
"""WCAG 2.2, 1.4.11: of what a drawing says by colour."""


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", Pair._fields)
@pytest.mark.parametrize("ground", ["bg", "panel"])
@pytest.mark.parametrize(
    "name", ["ink", "soft", "accent", "right", "wrong", "plain", "error", "warning"]
)
def test_text_and_marks_stand_out_from_the_ground(name: str, ground: str, theme: str) -> None:
    a, b = (getattr(COLOURS[n], theme) for n in (name, ground))
    assert contrast(a, b) >= CONTRAST


@pytest.mark.parametrize("theme", Pair._fields)
@pytest.mark.parametrize("value", [i / 20 for i in range(-20, 21)])
def test_numbers_in_cells_can_be_read(value: float, theme: str) -> None:
    by_light = {p.light: p for p in (*COLOURS.values(), *DIVERGING)}
    cell, ink = by_light[diverging(value)], by_light[text_on(value)]
    assert contrast(getattr(cell, theme), getattr(ink, theme)) >= CONTRAST


@pytest.mark.parametrize("theme", Pair._fields)
def test_marked_words_can_be_read(theme: str) -> None:
    for band in ("right-band", "wrong-band"):
        ink, ground = getattr(COLOURS["ink"], theme), getattr(COLOURS[band], theme)
        assert contrast(ink, ground) >= CONTRAST


def test_a_drawing_can_be_translated_since_its_colours_differ() -> None:
    light = [p.light for p in (*COLOURS.values(), *DIVERGING)]
    assert len(set(light)) == len(light)


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_on_the_page_has_contrast(page: Page, dark: bool) -> None:
    page.look(DESK, dark=dark)
    page.press("")
    page.run("location.hash = '#rollout-42'")
    page.press("d")
    found = page.run(
        """
        const said = (c) => c.match(/[\\d.]+/g).map(Number);
        const out = [];
        for (const e of document.querySelectorAll('body *')) {
          const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
          if (!own || !e.checkVisibility() || e.closest('noscript, script')) continue;
          const of = (x) => getComputedStyle(x).backgroundColor;
          let ground = e;
          while (ground && said(of(ground))[3] === 0) ground = ground.parentElement;
          const style = getComputedStyle(e), drawn = e.namespaceURI.endsWith('svg');
          const back = ground ? of(ground) : 'rgb(255,255,255)';
          out.push([drawn ? style.fill : style.color, back, e.textContent.slice(0, 40)]);
        }
        return out.map(([a, b, t]) => [said(a).slice(0, 3), said(b).slice(0, 3), t]);
        """
    )
    assert len(found) > 100
    for ink, ground, words in found:
        a, b = ("#" + "".join(f"{round(c):02x}" for c in colour) for colour in (ink, ground))
        if words in ("1.00",):  # on a cell of a matrix, tested above
            continue
        assert contrast(a, b) >= CONTRAST, (words, a, b)


@pytest.mark.slow
@pytest.mark.optional
def test_charts_follow_the_theme(page: Page) -> None:
    look = "return getComputedStyle(document.querySelector('svg .f-right, svg .s-plain')).fill"
    page.look(DESK, dark=False)
    light = page.run(look)
    page.look(DESK, dark=True)
    assert page.run(look) != light


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.parametrize("opened", ["", "#rollout-42"])
def test_a_phone_shows_everything_without_sideways_scrolling(page: Page, opened: str) -> None:
    page.look(PHONE)
    page.run("location.hash = arguments[0]", opened)
    page.settle()
    wide = page.run(
        "return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && "
        "e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table, nav, .skip, pre'))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
@pytest.mark.optional
def test_a_phone_opens_a_rollout_and_goes_back(page: Page) -> None:
    page.look(PHONE)
    page.settle()
    page.run("document.getElementById('list').scrollIntoView()")
    page.settle()
    page.one("#room .row[data-at='1']").click()
    assert not page.one("#list").is_displayed()
    assert page.text("#detail h3") == "rewards.jsonl:2"
    page.one("#detail .back").click()
    assert page.one("#list").is_displayed()


@pytest.mark.slow
@pytest.mark.optional
def test_everything_to_press_has_a_name_and_shows_its_focus(page: Page, written: Written) -> None:
    page.run("location.hash = '#rollout-42'")
    page.settle()
    tree = page.cdp("Accessibility.getFullAXTree")["nodes"]
    pressed = {"button", "link", "combobox", "listbox", "searchbox", "textbox", "region", "img"}
    nameless = [
        n["role"]["value"]
        for n in tree
        if not n.get("ignored")
        and n.get("role", {}).get("value") in pressed
        and not n.get("name", {}).get("value")
    ]
    assert nameless == []
    page.open(written.path)
    seen = 0
    for _ in range(60):
        page.press("\ue004")  # Tab
        focus = page.run(
            "const e = document.activeElement, s = getComputedStyle(e);"
            "return [e.id || e.tagName, s.outlineStyle !== 'none' || s.boxShadow !== 'none']"
        )
        if focus[0] == "BODY":
            break
        seen += 1
        assert focus[1], focus[0]
    assert seen > 10
