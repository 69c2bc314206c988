"""Verdicts that crashed, counted by what went wrong: the exception, and the line that raised it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.printable import one_line

SHOWN = 5
"""Kinds of crashes that are shown, the commonest first."""

KINDS = 1000
"""Kinds that are distinguished: a message with a row's own words in it makes one of each row."""

_FRAME = re.compile(r'File "([^"\n]+)", line (\d+), in (\S+)')


class Crashes:
    """What crashed, how often, and where it was first seen."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], str] = {}

    def add(self, key: str, verdict: Mapping[str, Any], place: str) -> None:
        """A crashed verdict of a criterion, as a row out has it."""
        because = str(verdict.get("because", ""))
        details = verdict.get("details")
        trace = str(details.get("traceback", "")) if isinstance(details, Mapping) else ""
        frames = _FRAME.findall(trace)
        where = f" ({Path(frames[-1][0]).name}, line {frames[-1][1]})" if frames else ""
        kind = (key, re.sub(r"\d+", "0", because[:200]) + where)
        if kind not in self._counts and len(self._counts) >= KINDS:
            kind = (key, "")
        self._counts[kind] += 1
        shown = one_line(because, 200) + where
        self._first.setdefault(kind, f"{shown if kind[1] else 'otherwise'}; first at {place}")

    def sentences(self) -> list[str]:
        """A sentence for each of the commonest kinds."""
        found = [
            f"{one_line(kind[0])} crashed on {n:,} row{'s' if n > 1 else ''}: {self._first[kind]}"
            for kind, n in self._counts.most_common(SHOWN)
        ]
        if len(self._counts) > SHOWN:
            others = sum(self._counts.values()) - sum(n for _, n in self._counts.most_common(SHOWN))
            found.append(f"{others:,} other crashes, of {len(self._counts) - SHOWN:,} kinds")
        return found
