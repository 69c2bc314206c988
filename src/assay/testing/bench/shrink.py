"""Makes a text that shows a fault smaller, as long as it still shows it."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 300
SECONDS = 8.0
"""What a shrink may cost: it helps whoever reads the report, and is not the finding."""


def shrunk(text: str, broken: Callable[[str], bool]) -> str:
    """The shortest text found that is still `broken`; `text` itself where none is.

    Takes out ever smaller pieces (Zeller and Hildebrandt 2002, "Simplifying and Isolating
    Failure-Inducing Input", IEEE TSE 28(2)), then makes letters plain. Bounded by `TRIES` and
    `SECONDS`, so the result need not be minimal.

    >>> shrunk("what is 4/0 then", lambda t: "/0" in t)
    '/0'
    """
    until = time.monotonic() + SECONDS
    tries = 0

    def still(candidate: str) -> bool:
        nonlocal tries
        tries += 1
        return tries <= TRIES and time.monotonic() < until and broken(candidate)

    if text and still(""):
        return ""
    size = max(1, len(text) // 2)
    while text:
        at, smaller = 0, False
        while at < len(text):
            candidate = text[:at] + text[at + size :]
            if still(candidate):
                text, smaller = candidate, True
            else:
                at += size
            if tries > TRIES or time.monotonic() >= until:
                return text
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    for i, letter in enumerate(text):
        if letter != "a":
            candidate = f"{text[:i]}a{text[i + 1 :]}"
            if still(candidate):
                text = candidate
    return text
