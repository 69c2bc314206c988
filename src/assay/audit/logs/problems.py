"""What could not be read, counted and placed: nothing is lost silently."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from assay.printable import one_line

PLACES = 5
"""Places that are named for one problem."""


@dataclass(frozen=True, slots=True)
class LogProblem:
    """Something of one kind that could not be read, all over the log."""

    what: str
    count: int
    places: tuple[str, ...]
    """The first few, as ``file:line``, with what is particular to each."""

    def __str__(self) -> str:
        more = f" and {self.count - len(self.places):,} more" if self.count > PLACES else ""
        return f"{self.what}: {self.count:,} ({'; '.join(self.places)}{more})"


@dataclass
class Problems:
    """Collects them."""

    unreadable: int = 0
    """Lines and rows that are in no frame."""
    _found: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def line(self, place: str, error: str) -> None:
        """A line that is not a row."""
        self.unreadable += 1
        kind, _, detail = error.partition("\n")[0].partition(": ")
        self.add(f"lines not read, {kind}", f"{place} {detail}".rstrip())

    def add(self, what: str, place: str, count: int = 1) -> None:
        """`count` more of `what`; the first of them is at `place`."""
        what = one_line(what, 200)
        n, places = self._found.setdefault(what, (0, []))
        if len(places) < PLACES:
            places.append(one_line(place, 300))
        self._found[what] = (n + count, places)

    def restore(self, other: Problems) -> None:
        """Be as `other`."""
        self.unreadable, self._found = other.unreadable, deepcopy(other._found)

    def all(self) -> tuple[LogProblem, ...]:
        """In the order in which they were met."""
        return tuple(LogProblem(what, n, tuple(p)) for what, (n, p) in self._found.items())
