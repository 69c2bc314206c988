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


_HERE = next((x for x in ISOLATED if selftest.finding(x).holds), ISOLATED[0])  # type: ignore[arg-type]
"""The best level of this machine. Tests run at it; those of the other levels are slow, since they
double the time of whoever waits. What differs between levels is in `test_exposed` and
`test_faults`, which run at all of them."""


@pytest.fixture(
    scope="session",
    params=[x if x == _HERE else pytest.param(x, marks=pytest.mark.slow) for x in ISOLATED],
)
def pool(request: pytest.FixtureRequest) -> Iterator[SandboxPool]:
    """Two slots at each level that holds on this machine."""
    yield from _pool(request.param)


@pytest.fixture(scope="session")
def best() -> Iterator[SandboxPool]:
    """Two slots at the best level that holds on this machine."""
    with SandboxPool(selftest.choose("landlock+seccomp").level, 2) as made:
        yield made
