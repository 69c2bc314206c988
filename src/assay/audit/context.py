"""What an analysis knows besides the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.arguments import is_number, of_kind, table
from assay.errors import ConfigError
from assay.model import EMPTY
from assay.printable import brief

if TYPE_CHECKING:
    from assay.plugins.host import Host
    from assay.rubrics import BoundRubric

BIND = "load_rubric('math').bind(assay.plugins.host.Host())"
"""How to make a rubric that knows its verifiers."""

CONFIDENCE = 0.95
"""Of every interval that is shown."""

FALSE_ALARM = 0.01
"""How often a clean log raises a finding of one kind, at most. Where an analysis looks at many
things for the same kind (pairs, steps), all of them together."""


@dataclass(frozen=True)
class Context:
    """Everything that is not in the log."""

    rubric: BoundRubric | None = None
    """The rubric that the log was scored with, where it is known."""
    against: BoundRubric | None = None
    """Another, to compare it with."""
    host: Host | None = None
    rows: Callable[[Sequence[int]], Sequence[Mapping[str, Any]]] | None = None
    """Whole rows of the log, text and verdicts, for rows of the frame; costs a look into the
    files, so it is for a few thousand at most."""
    passes: Mapping[str, float] = EMPTY
    """Criterion -> the score from which it passes, where the user names one."""
    seed: int = 0
    """Of whatever an analysis draws; ours draw nothing, and give the same for the same log."""

    def __post_init__(self) -> None:
        from assay.plugins.host import Host
        from assay.rubrics import BoundRubric

        for name, kind in (("rubric", BoundRubric), ("against", BoundRubric), ("host", Host)):
            if getattr(self, name) is not None:
                of_kind(getattr(self, name), kind, name, BIND if kind is BoundRubric else "")
        if self.rows is not None and not callable(self.rows):
            raise ConfigError(f"rows is {brief(self.rows)}; wanted a function, such as `log.rows`")
        table(self.passes, "passes", "a dict: criterion -> the score from which it passes")
        for criterion, score in self.passes.items():
            if not is_number(score):
                raise ConfigError(
                    f"passes[{brief(criterion)}] is {brief(score)}; wanted the score from which "
                    "it passes"
                )
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise ConfigError(f"seed is {brief(self.seed)}, must be a whole number")

    @staticmethod
    def alarm(comparisons: int = 1) -> float:
        """The confidence of a two-sided interval beyond whose end a finding is raised.

        Args:
            comparisons: Things that are looked at for one kind of finding; Bonferroni's bound.
        """
        return 1.0 - 2.0 * FALSE_ALARM / max(1, comparisons)
