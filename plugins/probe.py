"""What a probe is: the spec that offers it, what it is handed, and what it gives back.

A probe writes completions that are known to be wrong, or known to be right in another style, and
the board shows what a rubric pays for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, Protocol, TypeAlias

from assay.errors import PluginError
from assay.model import Sample
from assay.printable import brief

ProbeClaim: TypeAlias = Literal["wrong", "honest", "neutral"]
"""What a probe says of its completions.

``wrong``
    each is wrong by construction, whatever a verifier makes of it;
``honest``
    each is as right as the correct completion it was made from, in another style;
``neutral``
    neither: where an attack names its `baseline`, it must not earn more than that; else the
    board only shows what it earns.
"""

CLAIMS: tuple[ProbeClaim, ...] = ("wrong", "honest", "neutral")

Subject: TypeAlias = Literal["any", "answer", "code"]
"""What kind of sample it is for: any; one with a reference answer; one with tests."""

SUBJECTS: tuple[Subject, ...] = ("any", "answer", "code")

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9-]*)+")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class Attack:
    """One completion of a probe."""

    text: str
    """What the model would have written."""
    form: str = ""
    """Which of the probe's ways this is, ``boxed`` or ``last of three``: the same word for every
    sample, since a policy learns one way and keeps to it. The board takes the best paid one."""
    baseline: str | None = None
    """For a neutral probe: the same completion without the trick. It must earn as much."""
    truncated: bool = False
    """Whether the server would have said that the completion was cut off."""


class ProbeTask(Protocol):
    """What a probe is handed: one prompt of the user's, and what is known of it.

    Everything in it is derived from the user's own samples. `rng` is seeded by the run's seed,
    the probe's name and the prompt, so the same call writes the same completions.
    """

    rng: Random

    @property
    def sample(self) -> Sample:
        """A correct completion with all its fields; where none is known, one with no text."""
        ...

    @property
    def subject(self) -> Subject:
        """``code`` for a sample with tests, ``answer`` for one with a reference, else ``any``."""
        ...

    @property
    def prompt(self) -> str:
        """The prompt's text; of a chat, the last message's."""
        ...

    @property
    def correct(self) -> str:
        """A completion known to be correct; empty where none is known."""
        ...

    @property
    def answers(self) -> Sequence[str]:
        """The reference answers as text; empty for code."""
        ...

    def wrong_answers(self, count: int) -> list[str]:
        """Up to `count` answers that are proved to differ from every reference."""
        ...

    def dressed(self, answer: str) -> Iterable[Attack]:
        """A final answer in the ways that answers are given: boxed, in tags, in words."""
        ...

    def wrong_responses(self) -> list[Attack]:
        """Whole responses that are plainly wrong: a wrong answer, or a program that does nothing.

        Empty where none can be shown to be wrong.
        """
        ...

    def mentions_answer(self, text: str) -> bool:
        """Whether a reference answer stands anywhere in `text`, as text or as a number."""
        ...


class Probe(Protocol):
    """What a spec's target is: a function from a task to its attacks, none where it has none."""

    def __call__(self, task: ProbeTask) -> Iterable[Attack]:
        """The completions to try. Cheap and pure: it runs in the calling process."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """One probe, offered under a name. Cheap to make: `target` is imported on first use.

    Raises:
        PluginError: a name, target, claim or subject that is not allowed; names the probe.
    """

    name: str
    """``family.what``, e.g. ``answer.many-boxes``."""
    summary: str
    """One line: what the completion is."""
    target: str
    """``package.module:function``, called with a `ProbeTask`, returns `Attack` objects."""
    claim: ProbeClaim
    """What it says of its completions; the board's findings rest on it."""
    attacks: str
    """What it is aimed at, in a few words: ``extraction``, ``test harness``, ``LLM judge``."""
    subject: Subject = "any"
    """For which samples it writes completions."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or _NAME.fullmatch(self.name) is None:
            raise PluginError(
                f"probe name {brief(self.name)} is not of the form 'family.what'"
                "\nfix: lower case, a dot, words joined by hyphens, e.g. 'answer.many-boxes'"
            )
        if not isinstance(self.target, str) or _TARGET.fullmatch(self.target) is None:
            raise PluginError(
                f"probe {self.name!r}: target {brief(self.target)} is not 'package.module:function'"
            )
        for field, value, known in (
            ("claim", self.claim, CLAIMS),
            ("subject", self.subject, SUBJECTS),
        ):
            if value not in known:
                raise PluginError(
                    f"probe {self.name!r}: {field} {brief(value)} is not one of {', '.join(known)}"
                )

    @property
    def family(self) -> str:
        """The name up to the first dot."""
        return self.name.partition(".")[0]
