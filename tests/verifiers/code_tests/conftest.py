from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.verifiers.code_tests.sandbox import selftest
from assay.verifiers.code_tests.sandbox.pool import Pool

CASES = Path(__file__).parents[2] / "cases" / "code"

ISOLATED = ("namespaces", "landlock+seccomp")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(x) for x in (CASES / f"{name}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session", params=ISOLATED)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Two lanes at each level that holds on this machine."""
    found = selftest.finding(request.param)
    if not found.holds:
        pytest.skip(f"{request.param} does not hold here: {found.why}")
    with Pool(request.param, 2) as made:
        yield made


@pytest.fixture(scope="session")
def best() -> Iterator[Pool]:
    """Two lanes at the best level that holds on this machine."""
    with Pool(selftest.choose("landlock+seccomp").level, 2) as made:
        yield made
