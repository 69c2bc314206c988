"""The boxes of a response that answers a question with several parts, one box for each."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.locating.boxes import boxes
from assay.verifiers.math_answer.reading.parts import named

_LABEL = re.compile(
    r"(?:\bpart\s+|\bquestion\s+|\bproblem\s+|[(\uff08]|\n\s*|\A\s*|\*\*)[(\uff08]?"
    r"(?P<label>[1-9]|[a-h]|i{1,3}|iv)(?:[)\uff09]|[.:](?=\s)|\b(?=[,:]))",
    re.IGNORECASE,
)
_ORDERS = (
    ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
    tuple("abcdefgh"),
    ("i", "ii", "iii", "iv"),
)


def parts_boxed(text: str, count: int) -> str | None:
    r"""The boxes of `count` parts as named values; None unless there is one behind each label.

    >>> parts_boxed(r"(a) \boxed{2} and (b) \boxed{3}", 2)
    'P_1 = 2 ; P_2 = 3'
    >>> parts_boxed(r"\boxed{2} and \boxed{3}", 2) is None
    True
    """
    found = boxes(text)
    if len(found) != count or not 1 < count <= 9:
        return None
    starts = [0, *(box.end for box in found)]
    labels = [
        {m["label"].lower() for m in _LABEL.finditer(text, start, box.start)}
        for start, box in zip(starts, found, strict=False)
    ]
    for order in _ORDERS:
        if len(order) >= count and all(order[k] in labels[k] for k in range(count)):
            return named([box.content.strip() for box in found])
    return None
