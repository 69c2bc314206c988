"""Plain ``exec`` as an oracle for `code.tests`, and the tables that both are asked about.

A table is a text file in ``tests/cases/code_tests``::

    === name
    the suite: assertions, or a JSON object of tests
    --- prompt      (helpers; at most once)
    --- right       (a program that plain exec passes, and so must code.tests)
    --- wrong       (one that plain exec fails, and so must code.tests)
    --- lost: why   (plain exec passes it; code.tests does not, on purpose)
    --- gained: why (plain exec fails it; code.tests does not, on purpose)
    --- refused: why (code.tests takes the row for unreadable)
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

TABLES = Path(__file__).parents[2] / "cases" / "code_tests"


@dataclass(slots=True)
class Task:
    """A suite and its programs."""

    name: str
    tests: dict[str, Any]
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def job(self, program: str) -> dict[str, Any]:
        """What the oracle is asked."""
        return {"tests": self.tests, "program": program}


def tasks(path: Path) -> Iterator[Task]:
    """The tasks of a table, in its order."""
    for block in ("\n" + path.read_text()).split("\n=== ")[1:]:
        head, _, body = block.partition("\n")
        suite, *parts = ("\n" + body).split("\n--- ")
        suite = suite.strip()
        is_json = suite.startswith("{")
        tests = json.loads(suite) if is_json else {"type": "asserts", "code": suite}
        task = Task(f"{path.stem}: {head.strip()}", tests)
        for part in parts:
            kind, _, text = part.partition("\n")
            text = text.strip("\n") + "\n"
            if kind == "prompt":
                task.tests["prompt"] = text
            else:
                getattr(task, kind.partition(":")[0].strip()).append(text)
        yield task


ORACLE = r"""
import contextlib, io, json, os, sys, unittest
def called(tests, program):
    space = {"__name__": "program"}
    exec(program, space)
    for case in tests["cases"]:
        if space[tests["entry_point"]](*case["args"]) != case["expected"]:
            return False
    return True
def printed(tests, program):
    for case in tests["cases"]:
        sys.stdin, out = io.StringIO(case["stdin"]), io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                exec(program, {"__name__": "__main__"})
            except SystemExit as err:
                if err.code:
                    return False
        if out.getvalue().split("\n") != case["expected"].split("\n"):
            got = [x.rstrip() for x in out.getvalue().rstrip().split("\n")]
            if got != [x.rstrip() for x in case["expected"].rstrip().split("\n")]:
                return False
    return True
def asserted(tests, program):
    space = {"__name__": "program"}
    exec(tests.get("prompt", ""), space)
    exec(program, space)
    before = dict(space)
    exec(tests["code"], space)
    if "check" in space and space["check"] is not before.get("check"):
        if "check(" not in tests["code"].replace("def check(", ""):
            space["check"](space[tests["entry_point"]])
        return True
    mine = {k: v for k, v in space.items() if v is not before.get(k)}
    ok = True
    for name, value in mine.items():
        if isinstance(value, type) and issubclass(value, unittest.TestCase):
            suite = unittest.defaultTestLoader.loadTestsFromTestCase(value)
            done = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
            ok = ok and done.wasSuccessful()
        elif name.startswith("test") and callable(value) and f"\n{name}(" not in tests["code"]:
            value()
    return ok
for line in sys.stdin.buffer.read().splitlines():
    job = json.loads(line)
    pid = os.fork()
    if not pid:
        import resource, signal
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        signal.alarm(int(sys.argv[1]))
        sys.stdin, said = io.StringIO(), os.dup(1)
        with open(os.devnull, "w") as sink:
            os.dup2(sink.fileno(), 1)
            os.dup2(sink.fileno(), 2)
        how = {"call": called, "stdio": printed, "asserts": asserted}[job["tests"]["type"]]
        why = "fail"
        try:
            why = "pass" if how(job["tests"], job["program"]) else "fail"
        except BaseException as err:
            why = f"fail {type(err).__name__}: {err}"[:200]
        os.write(said, json.dumps(why).encode() + b"\n")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status:
        os.write(1, json.dumps(f"fail status {status}").encode() + b"\n")
"""


def oracle(jobs: Sequence[dict[str, Any]], seconds: int = 10) -> list[str]:
    """``pass`` or ``fail ...`` of each job, by plain exec in a forked process each."""
    given = "\n".join(map(json.dumps, jobs)).encode()
    done = subprocess.run(
        [sys.executable, "-c", ORACLE, str(seconds)], input=given, capture_output=True, check=True
    )
    said = [json.loads(x) for x in done.stdout.splitlines()]
    assert len(said) == len(jobs), done.stderr[-2000:]
    return said


class _Mutation(ast.NodeTransformer):
    """The n-th place of a program where one of a few small mistakes can be made, made."""

    _COMPARES: ClassVar[dict[type, type]] = {
        ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
    }  # fmt: skip
    _OPERATORS: ClassVar[dict[type, type]] = {
        ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
        ast.Div: ast.FloorDiv, ast.Mod: ast.FloorDiv,
    }  # fmt: skip

    def __init__(self, n: int) -> None:
        self.left = n

    def _mine(self) -> bool:
        self.left -= 1
        return self.left == -1

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if self._mine():
            node.ops[0] = self._COMPARES[type(node.ops[0])]()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) in self._OPERATORS and self._mine():
            node.op = self._OPERATORS[type(node.op)]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._mine():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) is bool and self._mine():
            return ast.Constant(not node.value)
        if type(node.value) is int and self._mine():
            return ast.Constant(node.value + 1)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None and self._mine():
            node.value = ast.Constant(None)
        return node


def mutants(program: str) -> Iterator[str]:
    """Programs one small mistake away: off by one, a turned comparison, nothing returned."""
    n = 0
    while True:
        mutation = _Mutation(n)
        changed = mutation.visit(ast.parse(program))
        if mutation.left >= 0:
            return
        yield ast.unparse(ast.fix_missing_locations(changed))
        n += 1
