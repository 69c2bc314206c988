"""Several signatures in one log: in order, or a sign that the rules changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted import make_frame

from assay.audit.frame import Stratum
from assay.audit.signatures import explained

NONE = np.nan


@pytest.mark.parametrize(
    ("names", "codes", "scores", "said", "fine"),
    [
        (("a",), [0, 0, 0, 0], [[1, 1, 1, 1], [0, 1, 0, 1]], "", True),
        (("a:x", "a:y"), [0, 0, 1, 1], [[1, 1, 1, 1], [0, 1, 0, 1]], "in 2 phases", True),
        (("a", "b"), [0, 0, 1, 1], [[1, 0, NONE, NONE], [NONE, NONE, 1, 0]], "a switch", True),
        (("a", "b"), [0, 1, 0, 1], [[1, 1, 1, 1], [0, 1, 0, 1]], "signatures differ", False),
        (("a", "b"), [0, 1, 1, 1], [[1, 0, NONE, NONE], [NONE, NONE, 1, 0]], "differ", False),
    ],
    ids=["one", "phases of one rubric", "cases of one switch", "two rubrics", "a case with two"],
)
def test_what_they_mean(
    names: tuple[str, ...], codes: list[int], scores: list[list[float]], said: str, fine: bool
) -> None:
    columns = {"a": np.array(scores[0]), "b": np.array(scores[1])}
    frame = make_frame(columns, [1, 0, 1, 0], prompt=[0, 0, 1, 1])
    judged = np.where(np.isfinite(frame.scores), 0, -1).astype(np.int8)
    frame = replace(frame, statuses=judged, signature=Stratum(names, np.array(codes)))
    why, in_order = explained(frame)
    assert said in why
    assert (why == "") is (said == "")
    assert in_order is fine
