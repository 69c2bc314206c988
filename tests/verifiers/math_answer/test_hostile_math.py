"""The hostile set: the right verdict or an honest "not shown", and never a kill.

No times are asserted. A pair that takes `KILL_S` seconds, or more than the memory that the child
may have, has failed; `benchmarks/math_answers.py` reports times and memory.
"""

from __future__ import annotations

import json
import resource
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "cases"))
try:
    from hostile_math import CANARY, CASES, Case
finally:
    sys.path.pop(0)

KILL_S = 10.0
MEMORY_BYTES = 1 << 30
"""Address space of the child, the libraries it loads included."""


class Child:
    """A judging process; started anew after a kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def ask(self, mode: str, index: int) -> dict[str, Any]:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "hostile_child.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=self.folder,
                text=True,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES)
                ),
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{mode} {index}\n")
        self.process.stdin.flush()
        ready = select.select([self.process.stdout], [], [], KILL_S)[0]
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.end()
            return {"killed": True}
        noted: dict[str, Any] = json.loads(line)
        return noted

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    found = Child(tmp_path_factory.mktemp("hostile"))
    yield found
    found.end()


def problem(case: Case, noted: dict[str, Any]) -> str | None:
    """What is wrong with a verdict, or None."""
    if "killed" in noted:
        return f"had to be killed after {KILL_S:g} s"
    if "raised" in noted:
        return f"raised {noted['raised']}"
    if "refused" in noted:  # the reference: honest, where it is itself absurd
        return "refused its reference" if case.must and case.equal else None
    if case.equal is None or noted["equal"] is case.equal:
        return None
    if noted["equal"]:
        return f"found equal: {noted['because']}"
    if case.must:
        return f"not found equal: {noted['because']}"
    return None


EVERY = [
    pytest.param(i, id=case.why, marks=[] if i % 3 == 0 else pytest.mark.slow)
    for i, case in enumerate(CASES)
]


@pytest.mark.parametrize("index", EVERY)
def test_equivalent_stands_it(index: int, child: Child) -> None:
    assert problem(CASES[index], child.ask("equivalent", index)) is None
    assert not (child.folder / CANARY).exists()


def is_balanced(text: str) -> bool:
    depth = 0
    for previous, c in zip(" " + text, text, strict=False):
        if c in "{}" and previous != "\\":
            depth += 1 if c == "{" else -1
            if depth < 0:
                return False
    return depth == 0


@pytest.mark.parametrize("index", EVERY)
def test_the_verifier_stands_it(index: int, child: Child) -> None:
    """In a box. Where its braces are not balanced, another answer is read: only bounds count."""
    case = CASES[index]
    noted = child.ask("verify", index)
    boxed = is_balanced(case.answer) and not case.answer.rstrip().endswith("\\")
    assert problem(case if boxed else case._replace(equal=None), noted) is None
    assert not (child.folder / CANARY).exists()


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 100
    assert len({(c.reference, c.answer) for c in CASES}) == len(CASES)
