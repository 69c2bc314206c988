"""Yes and no, true and false: what a text says where it calls nothing its answer."""

from __future__ import annotations

import pytest
from located import Ruling, judged

TRUTHS = [
    Ruling("True", "The statement is true.", True, "a sentence"),
    Ruling("False", "The statement is true.", False, "the other one"),
    Ruling("False", "The statement is not true.", True, "denied"),
    Ruling("True", "The statement is not true.", False, "what is denied"),
    Ruling("Yes", "Yes, it is.", True, "the first word"),
    Ruling("No", "No, because 3 is odd.", True, "the first word, with a number behind it"),
    Ruling("true", "Then n + 1 = 5 is prime. Therefore, the claim is true.", True, "behind a sum"),
    Ruling("True", "It is true. Wait: the statement is false.", False, "the last one counts"),
    Ruling("True", "I cannot say whether it is true or false.", False, "left open"),
    Ruling("True", "If the statement is true, then 4 is prime.", False, "supposed"),
    Ruling("True", "True or false? Let us see.", False, "the question"),
    Ruling("True", "The statement is true for n = 2 only.", False, "for some only"),
    Ruling("True", r"The claim is true, so \boxed{\text{False}}", False, "a box counts before it"),
    Ruling("5", "It is true that 2 + 3 is 5.", True, "where a number is asked for"),
]


@pytest.mark.parametrize("ruling", TRUTHS, ids=[r.why for r in TRUTHS])
def test_ruling(ruling):
    assert judged(ruling) is ruling.right
