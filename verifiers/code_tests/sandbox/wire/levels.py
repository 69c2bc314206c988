"""The levels of isolation."""

from __future__ import annotations

from typing import Literal, TypeAlias

Level: TypeAlias = Literal["namespaces", "landlock+seccomp", "rlimits-only"]

LEVELS: tuple[Level, ...] = ("namespaces", "landlock+seccomp", "rlimits-only")
"""Best first."""


def better(level: Level) -> tuple[Level, ...]:
    """`level` and every level above it, best first."""
    return LEVELS[: LEVELS.index(level) + 1]
