"""Which criterion of a log is the key: the one that says whether a completion is correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.frame import Frame
from assay.errors import ConfigError, nearest
from assay.printable import in_line, in_lines

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric, Rubric

NAMED = 20
"""Criteria that an error names."""


def key_of(
    key: str | None, rubric: BoundRubric | None, criteria: Sequence[str], own: bool
) -> str | None:
    """The criterion named, else the rubric's key, else the first of a log that Assay wrote.

    Args:
        key: As the user named it.
        rubric: The log's, where there is one.
        criteria: Of the log, in order.
        own: Assay wrote the log.

    Raises:
        ConfigError: the log has no criterion `key`.
    """
    if key is not None:
        if key not in criteria:
            more = f" and {len(criteria) - NAMED:,} more" if len(criteria) > NAMED else ""
            named = in_lines(criteria[:NAMED])
            noted = f"criteria: {named}{more}" if criteria else "the log has no criteria"
            raise ConfigError(
                f"--key {in_line(key)}: no criterion of the log{nearest(key, criteria)}\n{noted}"
            )
        return key
    if rubric is not None:
        found = key_leaf(rubric.rubric)
        return found if found in criteria else None
    return criteria[0] if own and criteria else None


def equals_reward(frame: Frame) -> str | None:
    """The one criterion that is the reward, in every row that has both; None where none, or two.

    A reward that is one criterion is what the run was for.
    """
    same = []
    for criterion in frame.criteria:
        score = frame.score(criterion)
        both = np.isfinite(score) & np.isfinite(frame.reward)
        if both.sum() < 2 or not (both == np.isfinite(frame.reward)).all():
            continue
        if (score[both] == frame.reward[both]).all() and np.ptp(score[both]) > 0:
            same.append(criterion)
    return same[0] if len(same) == 1 else None


def key_leaf(rubric: Rubric, named: str | None = None) -> str:
    """The key criterion of a rubric, as keys of leaves are: nested keys joined with ``/``.

    Where a switch or the phases choose, that of their first case.
    """
    from assay.rubrics.written.criterion import Criterion

    parts = rubric.parts()
    named = named or rubric.key or next(iter(parts))
    for name, part in parts.items():
        if named == name or named.startswith(name + "/"):
            if isinstance(part, Criterion):
                return name
            return f"{name}/{key_leaf(part, named[len(name) + 1 :] or None)}"
    return named
