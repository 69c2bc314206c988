"""`code.tests` against plain ``exec``: the same programs pass, and the same fail.

The tables (`differential.py` says how to read them) are suites in the manner of the known data
sets. Where the two differ, the table says so and why.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sweeps import quick

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

from .conftest import rows
from .differential import TABLES, Task, mutants, oracle, tasks

ALL = CodeTestsParams(code="whole", score="all")
NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))


def judged(pool: SandboxPool, jobs: Sequence[dict[str, Any]]) -> list[float | str]:
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


@pytest.mark.parametrize("name", quick(NAMES, 3))
def test_it_agrees_with_plain_exec(best: SandboxPool, name: str) -> None:
    asked = [
        (task.name, kind, task.job(program))
        for task in read(name)
        for kind in ("right", "wrong", "lost", "gained", "refused")
        for program in getattr(task, kind)
    ]
    jobs = [job for _, _, job in asked]
    for (suite, kind, job), plain, ours in zip(
        asked, oracle(jobs), judged(best, jobs), strict=True
    ):
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
def test_it_agrees_on_mutants(best: SandboxPool, name: str) -> None:
    """Programs one small mistake away from the right ones; most fail, some are right still."""
    jobs = []
    for task in read(name):
        for program in task.right:
            made = list(mutants(program))
            random.Random(0).shuffle(made)
            jobs += [task.job(x) for x in made[:8]]
    agree(best, jobs)


def agree(pool: SandboxPool, jobs: Sequence[dict[str, Any]]) -> None:
    """That both say the same of each."""
    differing = []
    said = oracle(jobs, 5)
    for job, plain, ours in zip(jobs, said, judged(pool, jobs), strict=True):
        if ours != (1.0 if plain == "pass" else 0.0):
            differing.append((job["tests"], job["program"], plain, ours))
    assert len(set(said)) > 1  # some of each
    assert not differing, differing[:3]


@pytest.mark.slow
def test_it_agrees_on_humaneval_and_its_mutants(best: SandboxPool) -> None:
    """Four mutants of each solution; what the prompt defines, which a test may use, stays."""
    jobs = []
    for row in rows("humaneval"):
        tests = {k: row[k] for k in ("prompt", "entry_point")}
        tests |= {"type": "asserts", "code": row["test"]}
        program = row["prompt"] + row["canonical_solution"]
        made = [x for x in mutants(program) if helpers(x, row) == helpers(program, row)]
        random.Random(1).shuffle(made)
        jobs += [{"tests": tests, "program": x} for x in (program, *made[:4])]
    agree(best, jobs)


def helpers(program: str, row: dict[str, Any]) -> list[str]:
    """What a program defines beside the function asked for."""
    body = ast.parse(program).body
    return [ast.dump(x) for x in body if getattr(x, "name", "") != row["entry_point"]]
