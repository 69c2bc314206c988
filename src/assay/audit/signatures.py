"""What several signatures in one log mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Frame


def explained(frame: Frame) -> tuple[str, bool]:
    """Why rows have different signatures, and whether that is in order; empty where they do not.

    A signature is ``base`` or ``base:phase``. The base also tells the verifiers and the sandbox
    that a row used, so the cases of one switch (mathematics and programs) have different ones.
    """
    if frame.signature is None or len(frame.signature.names) < 2:
        return "", True
    names, codes = frame.signature.names, frame.signature.codes
    bases = np.array([name.partition(":")[0] for name in names])
    number = np.unique(bases, return_inverse=True)[1].reshape(-1)
    if len(np.unique(number)) == 1:
        return f"one rubric in {len(names)} phases", True
    rows = codes >= 0
    judged = frame.statuses[rows] >= 0
    case = np.unique(judged, axis=0, return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([case, number[codes[rows]]], axis=1), axis=0)
    cases = len(np.unique(pairs[:, 0]))
    if cases > 1 and len(pairs) == cases:
        return (
            f"one signature for each of {cases} sets of criteria: consistent with one rubric and "
            "its cases (a switch)",
            True,
        )
    return (
        "signatures differ: rows were scored by different rubrics, versions or sandboxes",
        False,
    )
