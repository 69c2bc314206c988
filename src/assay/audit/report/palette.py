"""Colours of page and charts, in light and dark; distinguished by eyes of every kind.

Right and wrong are blue and orange, never green and red (after Okabe and Ito 2008, "Color
Universal Design"). A chart is drawn once, in the light colours; in the page each becomes a CSS
variable, so that the same drawing follows the reader's theme.
"""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """One colour in both themes."""

    light: str
    dark: str


COLOURS: dict[str, Pair] = {
    "bg": Pair("#ffffff", "#14171a"),
    "panel": Pair("#f5f6f8", "#1d2126"),
    "ink": Pair("#1b1f24", "#e9ebee"),
    "soft": Pair("#56606b", "#a7b0ba"),
    "line": Pair("#d8dde3", "#3a414a"),
    "accent": Pair("#0b5cab", "#74bdf5"),
    "right": Pair("#0072b2", "#56b4e9"),
    "wrong": Pair("#b84900", "#f39353"),
    "right-band": Pair("#b9dcf0", "#23506d"),
    "wrong-band": Pair("#f6cfb3", "#6b3d1d"),
    "plain": Pair("#4d5b6b", "#b4bfcc"),
    "plain-band": Pair("#ccd3db", "#424c58"),
    "error": Pair("#a8123e", "#ff93a8"),
    "warning": Pair("#855600", "#f1b950"),
    "strong-text": Pair("#fffffe", "#14171b"),
    "mark": Pair("#fff3c4", "#4b4014"),
}
"""Name of the CSS variable -> colour. Light colours are all different: they are how a drawing is
translated."""

DIVERGING: tuple[Pair, ...] = (
    Pair("#a84b00", "#f5a869"),
    Pair("#e58a2e", "#8d5a2a"),
    Pair("#f8bd82", "#6a4727"),
    Pair("#fce2c8", "#44362c"),
    Pair("#f0f1f2", "#2a2f36"),
    Pair("#cfe1f0", "#25394b"),
    Pair("#9dc7e4", "#2a4f6d"),
    Pair("#5fa3d3", "#2f6893"),
    Pair("#1f64a4", "#86c6f5"),
)
"""From -1 (orange) to 1 (blue)."""


def light(name: str) -> str:
    """The colour that a chart is drawn in."""
    return COLOURS[name].light


def diverging(value: float) -> str:
    """The colour of a value in [-1, 1]; beyond, that of the end."""
    last = len(DIVERGING) - 1
    return DIVERGING[round(min(1.0, max(-1.0, value)) * last / 2 + last / 2)].light


def text_on(value: float) -> str:
    """The colour of text that stands on `diverging(value)`."""
    return light("strong-text" if abs(value) > 1 - 1 / (len(DIVERGING) - 1) else "ink")


def variables() -> dict[str, Pair]:
    """Every CSS variable."""
    return COLOURS | {f"div-{i}": pair for i, pair in enumerate(DIVERGING)}


def css() -> str:
    """The variables in both themes, and a class for fills and strokes of drawings."""
    named = variables()
    light_block = "".join(f"--{name}:{pair.light};" for name, pair in named.items())
    dark_block = "".join(f"--{name}:{pair.dark};" for name, pair in named.items())
    classes = "".join(
        f".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}" for name in named
    )
    return (
        f":root{{color-scheme:light dark;{light_block}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark_block}}}}}\n"
        # paper is white whatever the screen is
        f"@media print{{:root{{{light_block}}}}}\n{classes}\n"
    )
