"""Rulings on mixed numbers with what stands beside them, and on amounts in several units."""

from __future__ import annotations

import pytest
from located import Ruling, judged

MIXED = [
    Ruling(r"\frac13", r"\boxed{33\frac{1}{3}\%}", True, "a percent sign is of the whole"),
    Ruling("2/3", r"\boxed{66\frac{2}{3}\%}", True, "once more"),
    Ruling("1/3", r"\boxed{33 1/3\%}", True, "with a slash"),
    Ruling("0.025", r"\boxed{2\frac{1}{2}\%}", True, "against a decimal"),
    Ruling("11/100", r"\boxed{33\frac{1}{3}\%}", False, "and is not a product"),
    Ruling(r"45.5^\circ", r"\boxed{45\frac12^\circ}", True, "a degree sign is of the whole"),
    Ruling("2.50", r"\boxed{\$2\frac12}", True, "an amount of money"),
    Ruling("3.5", "$3 1/2", True, "an amount with a slash"),
    Ruling("1", r"\boxed{\$2\frac12}", False, "and no product"),
    Ruling("-7/3", r"\boxed{-2\frac{1}{3}}", True, "a sign is of the whole"),
    Ruling(r"\$1600 @ 4\%", r"\boxed{\$1600 @ 4\%}", True, "an amount before another numeral"),
]

AMOUNTS = [
    Ruling("4.5 hours", "4 hours and 30 minutes", True, "joined by a word"),
    Ruling("270 minutes", "4 hours, 30 minutes", True, "by a comma"),
    Ruling("270 minutes", "4 h 30 min", True, "in letters"),
    Ruling("66 inches", r"\boxed{5 \text{ feet and } 6 \text{ inches}}", True, "in a box"),
    Ruling("5 feet 6 inches", "66 inches", True, "the other way round"),
    Ruling("40 ounces", "2 pounds and 8 ounces", True, "pounds beside ounces weigh"),
    Ruling("$1.25", "1 dollar and 25 cents", True, "money"),
    Ruling("3.2 km", "3 km and 200 m", True, "a letter that is a unit"),
    Ruling("3.5 hours", "2 hours, 90 minutes", False, "90 minutes are no part of an hour"),
    Ruling("7 cm", "3 cm and 4 cm", False, "two lengths in one unit are two answers"),
    Ruling("5.03 m", "5 m of rope and 3 kg", False, "what does not measure the same"),
    Ruling("30", "4 hours and 30 minutes", False, "a part of it"),
    Ruling("4 hours, 30 minutes", "4 hours and 30 minutes", True, "list against list"),
]


@pytest.mark.parametrize("ruling", [*MIXED, *AMOUNTS], ids=lambda r: r.why)
def test_ruling(ruling: Ruling) -> None:
    assert judged(ruling) == ruling.right
