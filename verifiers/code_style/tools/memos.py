"""What the tools remember from one program to the next, to be forgotten."""

from __future__ import annotations

import functools
import gc
from typing import Any


def memos(*packages: str) -> list[Any]:
    """The memo functions (`functools.lru_cache`) of these packages, as far as they are imported.

    Bounded by their authors, but by thousands of entries, each of which may hold a syntax tree.
    """
    return [
        item
        for item in gc.get_objects()
        if isinstance(item, functools._lru_cache_wrapper)
        and (item.__module__ or "").partition(".")[0] in packages
    ]


def forget(found: list[Any]) -> None:
    """Empty them."""
    for memo in found:
        memo.cache_clear()
