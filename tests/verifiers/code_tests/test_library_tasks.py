"""Tasks about libraries, in the ways that BigCodeBench tests them; `unittest` itself has the word.

Every program is labelled by running its suite in plain Python, in this interpreter's environment,
and must then be paid, or not, under the trust that such suites need.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

TABLES = Path(__file__).parents[2] / "cases" / "libraries"

MODULES = {"scikit-learn": "sklearn"}
"""Names of modules that differ from their distribution's."""


class Task(NamedTuple):
    packages: tuple[str, ...]
    why: str
    suite: str
    programs: tuple[tuple[str, str], ...]
    """``right`` or ``wrong``, and the program."""


def tasks() -> Iterator[Task]:
    """All tasks of all tables, in their order."""
    for path in sorted(TABLES.glob("*.txt")):
        for block in ("\n" + path.read_text()).split("\n=== ")[1:]:
            head, _, body = block.partition("\n")
            packages, _, why = head.partition(":")
            suite, *parts = body.split("\n--- ")
            programs = tuple((p.partition("\n")[0], p.partition("\n")[2] + "\n") for p in parts)
            yield Task(
                tuple(x.strip() for x in packages.split(",") if x.strip()),
                why.strip(), suite, programs,
            )  # fmt: skip


TASKS = list(tasks())

ORACLE = """
import io, json, sys, types, unittest
sys.dont_write_bytecode = True
program, suite = json.load(sys.stdin)
module = sys.modules["__test__"] = types.ModuleType("__test__")
exec(program, module.__dict__)
exec(suite, module.__dict__)
found = unittest.defaultTestLoader.loadTestsFromTestCase(module.TestCases)
done = unittest.TextTestRunner(stream=io.StringIO()).run(found)
sys.__stdout__.write("right" if done.wasSuccessful() and done.testsRun else "wrong")
"""


def labelled(task: Task, program: str, folder: Path) -> str:
    """What unittest says of a program, in plain Python."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ORACLE],
        input=json.dumps([program, task.suite]),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout[-5:]


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[tuple[str, ...], SandboxPool]]:
    """A slot for each set of packages: what is loaded stays."""
    made: dict[tuple[str, ...], SandboxPool] = {}
    yield made
    for pool in made.values():
        pool.close()


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.parametrize("task", TASKS, ids=lambda t: f"{', '.join(t.packages) or 'none'}: {t.why}")
def test_a_task_is_judged_as_unittest_judges_it(
    pools: dict[tuple[str, ...], SandboxPool], tmp_path: Path, task: Task
) -> None:
    for name in task.packages:
        if importlib.util.find_spec(MODULES.get(name, name)) is None:
            pytest.skip(f"optional part: {name} is not installed")
    if task.packages not in pools:
        pools[task.packages] = SandboxPool(selftest.choose("landlock+seccomp").level, 1)
    params = CodeTestsParams(
        trust="in_process", packages=task.packages, code="whole", score="all",
        timeout_s=20, total_timeout_s=60,
    )  # fmt: skip
    verifier = CodeTests(params, pools[task.packages])
    tests = {"type": "asserts", "code": task.suite, "entry_point": "task_func"}
    for label, program in task.programs:
        assert labelled(task, program, tmp_path) == label, program
        verdict = verifier.verify(Sample(completion=program, tests=tests))
        assert verdict.score == float(label == "right"), f"{verdict.because}\n{program}"


def test_there_are_forty_tasks_over_eight_packages_and_each_has_wrong_programs() -> None:
    assert len(TASKS) >= 40
    assert len({name for task in TASKS for name in task.packages}) >= 8
    for task in TASKS:
        labels = [label for label, _ in task.programs]
        assert labels.count("right") == 1, task.why
        assert labels.count("wrong") >= 2, task.why
