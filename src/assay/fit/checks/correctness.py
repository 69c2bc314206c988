"""Which criterion tells right from wrong, where nobody says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.model import EMPTY

if TYPE_CHECKING:
    from assay.plugins.host import Host

AGAINST = frozenset({"reference", "tests"})
"""Fields of a sample that say what is right: a verifier that needs one judges correctness."""

WORDS = frozenset(
    [
        "accuracy",
        "acc",
        "answer",
        "correct",
        "correctness",
        "outcome",
        "passed",
        "right",
        "solved",
        "success",
        "tests",
    ]
)
"""What trainers call such a criterion. One word of a name is enough: ``is_correct``."""


def correctness_of(
    names: Sequence[str], uses: Mapping[str, str] = EMPTY, host: Host | None = None
) -> str | None:
    """The first criterion that judges correctness; None where none is known to.

    By its verifier, where one is known; else by a word of its name. A feature that merely stands
    first (length, politeness) is not a key: a certificate of it would say: gate the rest on it.

    Args:
        names: The criteria.
        uses: Criterion -> verifier, where rows tell.
        host: Whose verifiers are known; None: only names count.
    """
    for name in names:
        needs = _needs(uses.get(name, name), host)
        if needs is not None:
            if AGAINST & needs:
                return name
        elif WORDS & set(re.split(r"[^a-z]+", name.lower())):
            return name
    return None


def _needs(verifier: str, host: Host | None) -> frozenset[str] | None:
    """What a verifier reads; None where it is none that is known."""
    if host is None:
        return None
    try:
        return frozenset(host.resolve(verifier).spec.needs)
    except AssayError:
        return None
