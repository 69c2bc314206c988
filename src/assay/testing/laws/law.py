"""What a law is: a name, a reason, a way to mend what breaks it, and a look at a bench."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from assay.testing.bench.bench import Bench
from assay.testing.bench.cases import BenchCase
from assay.testing.bench.checked_process import SampleResult


class NotChecked(Exception):
    """A law does not apply to this verifier, or cannot be tried; says why."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A law is broken."""

    what: str
    """One sentence: what was seen."""
    case: BenchCase | None = None
    """The smallest sample found that shows it."""
    trace: str = ""
    """Of the exception behind it, if there is one."""


class Law(ABC):
    """One thing that must hold of every verifier that others are to trust."""

    name: ClassVar[str]
    """As the report calls it: words joined by hyphens."""
    why: ClassVar[str]
    """One sentence: what goes wrong in training where it does not hold."""
    fix: ClassVar[str]
    """One sentence: what the author can do."""
    needs_service: ClassVar[bool] = True
    """Whether it says nothing of a verifier whose service cannot be reached."""

    @abstractmethod
    def look(self, bench: Bench) -> Breach | None:
        """The breach, or None where the law holds.

        Raises:
            NotChecked: it does not apply, or cannot be tried.
        """


def first_breach(
    bench: Bench,
    cases: list[tuple[BenchCase, SampleResult]],
    broken: Callable[[SampleResult], bool],
    in_words: Callable[[SampleResult], str],
) -> Breach | None:
    """The first outcome that is `broken`, with the smallest sample that shows it.

    Args:
        bench: Where smaller samples are tried.
        cases: With what they came to.
        broken: Whether an outcome breaks the law.
        in_words: What to say of it.
    """
    found = [(case, outcome) for case, outcome in cases if broken(outcome)]
    if not found:
        return None
    case, outcome = min(found, key=lambda pair: len(pair[0].sample.text))
    if outcome.status != "hung":  # each try would cost the whole deadline
        small = bench.shrink(case, lambda c: broken(bench.judge(c)))
        if small is not case:
            case, outcome = small, bench.judge(small)
    count = f" (and {len(found) - 1} more of {len(cases)} samples)" if len(found) > 1 else ""
    return Breach(f"{in_words(outcome)}{count}", case, outcome.trace)
