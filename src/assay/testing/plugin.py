"""Fixtures for the tests of a plugin.

Name it in ``conftest.py``: ``pytest_plugins = ["assay.testing.plugin"]``. `assay_check` holds one
to the laws; `sample` makes samples; `hostile` is the list of hostile completions; `engine` makes
engines that are closed after the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assay.engine.engine import Engine
from assay.model import Sample
from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check, chosen
from assay.testing.hostile import hostile_texts


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """``sample("so it is 4", reference="4")``."""
    return Sample


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """300 hostile completions: huge, empty, broken, nested, hidden code, other languages."""
    return tuple(text for _, text in hostile_texts(300, 0))


@pytest.fixture
def engine() -> Iterator[Callable[..., Engine]]:
    """``engine("topic.verifier")``: of a verifier's name, or of anything that `Engine` takes."""
    made: list[Engine] = []

    def make(rubric: Any, **options: Any) -> Engine:
        if isinstance(rubric, str) and "." in rubric and not rubric.endswith((".toml", ".json")):
            rubric = {"kind": "weighted", "criteria": {rubric.partition("@")[0]: 1}}
        made.append(Engine(rubric, **{"workers": 1, **options}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def assay_check() -> Callable[..., None]:
    """``assay_check("topic.verifier", plugins=["file.py"])``: fails with every broken law."""

    def run(*names: str, plugins: tuple[str, ...] = (), **settings: Any) -> None:
        host = Host(plugins=list(plugins))
        lines = []
        for offer in chosen(host, names):
            for result in check(offer, Settings(**settings)):
                lines += [f"{result.title}: {f.law.name}: {f.what}\n  fix: {f.law.fix}"
                          for f in result.broken]  # fmt: skip
        if lines:
            pytest.fail("\n".join(lines), pytrace=False)

    return run
