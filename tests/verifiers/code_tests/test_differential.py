"""`code.tests` against plain ``exec``: the same programs pass, and the same fail.

The tables (`differential.py` says how to read them) are suites in the manner of the known data
sets. Where the two differ, the table says so and why.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.pool import Pool
from assay.verifiers.code_tests.verifier import CodeTests

from .differential import TABLES, Task, mutants, oracle, tasks

ALL = CodeTestsParams(code="whole", score="all")
NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))


def judged(pool: Pool, jobs: Sequence[dict[str, Any]]) -> list[float | str]:
    """The score of each, or why there is none."""

    def one(job: dict[str, Any]) -> float | str:
        sample = Sample(completion=job["program"], tests=job["tests"])
        try:
            verdict = CodeTests(ALL, pool).verify(sample)
        except ReferenceUnreadable as err:
            return f"refused: {err}"
        score = verdict.score
        return score if verdict.status is Status.JUDGED and score is not None else verdict.because

    with ThreadPoolExecutor(2) as workers:
        return list(workers.map(one, jobs))


def read(name: str) -> list[Task]:
    return list(tasks(TABLES / f"{name}.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_with_plain_exec(best: Pool, name: str) -> None:
    rows = [
        (task.name, kind, task.job(program))
        for task in read(name)
        for kind in ("right", "wrong", "lost", "gained", "refused")
        for program in getattr(task, kind)
    ]
    jobs = [job for _, _, job in rows]
    for (suite, kind, job), plain, ours in zip(rows, oracle(jobs), judged(best, jobs), strict=True):
        where = f"{suite}\n{job['program']}\nplain exec: {plain}; code.tests: {ours}"
        assert (plain == "pass") is (kind in ("right", "lost", "refused")), where
        if kind == "refused":
            assert str(ours).startswith("refused: "), where
        else:
            assert ours == (1.0 if kind in ("right", "gained") else 0.0), where


def test_there_is_a_right_and_a_wrong_program_for_every_suite() -> None:
    for name in NAMES:
        for task in read(name):
            assert task.right or task.lost or task.refused, task.name
            assert task.wrong or task.gained or task.refused, task.name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_on_mutants(best: Pool, name: str) -> None:
    """Programs one small mistake away from the right ones; most fail, some are right still."""
    jobs = []
    for task in read(name):
        for program in task.right:
            made = list(mutants(program))
            random.Random(0).shuffle(made)
            jobs += [task.job(x) for x in made[:8]]
    differing = []
    said = oracle(jobs, 5)
    for job, plain, ours in zip(jobs, said, judged(best, jobs), strict=True):
        if ours != (1.0 if plain == "pass" else 0.0):
            differing.append((job["tests"], job["program"], plain, ours))
    assert len(set(said)) > 1  # some of each
    assert not differing, differing[:3]
