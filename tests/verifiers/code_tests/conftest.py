from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool

CASES = Path(__file__).parents[2] / "cases" / "code"

ISOLATED = ("namespaces", "landlock+seccomp")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(x) for x in (CASES / f"{name}.jsonl").read_text().splitlines()]


def _pool(level: Any) -> Iterator[SandboxPool]:
    found = selftest.finding(level)
    if not found.holds:
        pytest.skip(f"{level} does not hold here: {found.why}")
    with SandboxPool(level, 2) as made:
        yield made


@pytest.fixture(scope="session", params=ISOLATED)
def pool(request: pytest.FixtureRequest) -> Iterator[SandboxPool]:
    """Two slots at each level that holds on this machine."""
    yield from _pool(request.param)


@pytest.fixture(
    scope="session",
    params=[ISOLATED[0], pytest.param(ISOLATED[1], marks=pytest.mark.slow)],
)
def patient(request: pytest.FixtureRequest) -> Iterator[SandboxPool]:
    """As `pool`, for tests that wait for time limits: the second level is slow."""
    yield from _pool(request.param)


@pytest.fixture(scope="session")
def best() -> Iterator[SandboxPool]:
    """Two slots at the best level that holds on this machine."""
    with SandboxPool(selftest.choose("landlock+seccomp").level, 2) as made:
        yield made
