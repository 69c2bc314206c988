"""A badge that says whether a plugin keeps the laws: an SVG of a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assay.testing.check import Checked

CHAR_PX = 6.6
"""Mean width of a letter of Verdana at 11 px."""

GOOD, BAD = "#2e7d32", "#c62828"


def badge(results: Sequence[Checked]) -> str:
    """``assay check | 22 laws`` in green, or ``3 broken`` in red."""
    broken = sum(len(result.broken) for result in results)
    held = sum(f.ruling == "holds" for result in results for f in result.findings)
    left, right = "assay check", f"{broken} broken" if broken else f"{held} laws hold"
    widths = [round(len(text) * CHAR_PX) + 12 for text in (left, right)]
    colour = BAD if broken else GOOD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sum(widths)}" height="20" role="img" '
        f'aria-label="{escape(left)}: {escape(right)}">'
        f'<rect width="{sum(widths)}" height="20" rx="3" fill="#555"/>'
        f'<rect x="{widths[0]}" width="{widths[1]}" height="20" rx="3" fill="{colour}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">'
        f'<text x="{widths[0] / 2:g}" y="14">{escape(left)}</text>'
        f'<text x="{widths[0] + widths[1] / 2:g}" y="14">{escape(right)}</text></g></svg>\n'
    )
