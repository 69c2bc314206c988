"""A chart as a drawing that needs no script: Vega-Lite in, clean SVG out.

Charts are drawn when the report is written. A page with Vega in it would need either
``unsafe-eval`` or an interpreter, and two megabytes; a drawing needs neither, is there before any
script runs, prints, and follows the theme by CSS. Values at a mark are recognised by its ``title``,
which browsers show and screen readers read.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from assay.audit.report.html import Html, text
from assay.audit.report.palette import variables
from assay.audit.report.renderer import CannotDraw, Renderer, current

_NS = "{http://www.w3.org/2000/svg}"

_KEPT = frozenset(
    [
        "transform",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "width",
        "height",
        "text-anchor",
        "font-size",
        "font-weight",
        "opacity",
        "fill-opacity",
        "stroke-opacity",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
    ]
)
"""Attributes that a drawing keeps; colours become classes, everything else is left out."""

_DRAWN = frozenset(_NS + name for name in ("g", "path", "line", "rect", "text", "tspan", "circle"))

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "titlePadding": 8,
        "labelLimit": 150,
        "labelFlush": False,
    },
    "axisX": {"grid": True, "gridWidth": 1, "tickCount": 4},
    "axisQuantitative": {"grid": True, "gridWidth": 1, "tickCount": 4},
}


def draw(chart: Any, label: str) -> Html | None:
    """An Altair chart as an ``svg`` element; None where charts cannot be drawn here.

    Within a `Renderer` its process draws, and its `fault` says why where nothing was drawn.

    Args:
        chart: With its data in it, in the light colours of the palette. Names of a log are data
            in it, never names of fields and never expressions.
        label: What the drawing shows, in a sentence, for who does not see it.
    """
    spec = chart.to_dict(validate=False)  # the tests validate; here it would take most of the time
    spec["config"] = themed()
    renderer = current()
    try:
        if renderer is not None:
            drawing = renderer.draw(spec)
        else:  # a single chart, outside of a page
            with Renderer() as alone:
                drawing = alone.draw(spec)
    except CannotDraw:
        return None
    root = ElementTree.fromstring(drawing)  # noqa: S314 - see the import
    width, height = root.get("width", "0"), root.get("height", "0")
    inner = "".join(_clean(child) for child in root)
    return Html(
        f'<svg role="img" aria-label="{text(label)}" width="{text(width)}" '
        f'height="{text(height)}" viewBox="0 0 {text(width)} {text(height)}">{inner}</svg>'
    )


def themed() -> dict[str, Any]:
    """`CONFIG` with the colours of the palette."""
    from assay.audit.report.palette import light

    axis = {"labelColor": light("soft"), "titleColor": light("soft"), "gridColor": light("line")}
    return CONFIG | {"axis": CONFIG["axis"] | axis}


def _clean(element: ElementTree.Element) -> str:
    if element.tag not in _DRAWN:
        return ""
    name = element.tag.removeprefix(_NS)
    children = "".join(_clean(child) for child in element)
    said = element.get("aria-label", "")
    noted = element.get("aria-roledescription", "") in _MARKS and said
    content = text(element.text or "") if name in ("text", "tspan") else ""
    if (name == "path" and not element.get("d")) or (name == "g" and not children):
        return ""
    if name == "path" and element.get("class") == "background":
        return ""
    if name == "g" and not noted and not ({"transform", "opacity", "fill"} & set(element.keys())):
        return children
    attributes = [
        f' {key}="{text(_short(value))}"' for key, value in element.items() if key in _KEPT
    ]
    attributes += _classes(element)
    title = f"<title>{text(said)}</title>" if noted else ""
    return f"<{name}{''.join(attributes)}>{title}{content}{children}</{name}>"


_MARKS = frozenset({"point", "bar", "rect mark", "rule mark", "circle", "tick", "line mark"})


def _classes(element: ElementTree.Element) -> list[str]:
    names = {pair.light: name for name, pair in variables().items()}
    found = []
    classes = []
    for attribute, prefix in (("fill", "f"), ("stroke", "s")):
        value = element.get(attribute)
        if value in (None, "none", "transparent"):
            if value is not None:
                found.append(f' {attribute}="none"')
            continue
        if value not in names:
            raise ValueError(f"a drawing in a colour that is not of the palette: {value}")
        classes.append(f"{prefix}-{names[value]}")
    if classes:
        found.append(f' class="{" ".join(classes)}"')
    return found


def _short(value: str) -> str:
    """Coordinates to a tenth of a pixel: a third of the bytes."""
    import re

    return re.sub(r"\d+\.\d{2,}", lambda m: f"{float(m.group()):.1f}".removesuffix(".0"), value)
