"""Tests of a program: one typed model, whatever shape a data set has them in (`shapes`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assay.verifiers.code_tests.comparing.assert_views import View
from assay.verifiers.code_tests.comparing.compare import Rules
from assay.verifiers.code_tests.comparing.printed import TextPolicy
from assay.verifiers.code_tests.suites.imports.program_imports import ProgramImports
from assay.verifiers.code_tests.suites.trust.needs import PROXY, Needs

MAX_CASES = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One call, or one run on one standard input."""

    label: str
    entry_point: str = ""
    args: tuple[Any, ...] = ()
    """Encoded (`codec`), ready to be sent."""
    kwargs: Mapping[str, Any] | None = None
    init: tuple[Any, ...] = ()
    """Arguments of the class, where `entry_point` is ``Class.method``; encoded."""
    stdin: str = ""
    expected: tuple[Any, ...] = ()
    """Nodes (or texts, for stdio), of which any will do; empty: ask the reference solution."""
    public: bool = False
    """Its expected value may be shown to the model."""
    weight: float = 1.0
    rules: Rules | None = None
    """How an assertion's own text says to compare; None: as the params say."""
    view: View | None = None
    """What of the value an assertion looks at; None: the value itself, to be equal."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What of an assert suite must run as code: in a sandbox that calls the program's."""

    code: str
    names: tuple[str, ...]
    """What the program is asked for."""
    asserts: int
    classes: tuple[str, ...] = ()
    """Those of the names that the test takes for classes."""
    exceptions: tuple[str, ...] = ()
    """Names of exception classes that the test catches, if they are not builtin ones."""
    constructed: tuple[str, ...] = ()
    """Those that it may take for classes, by their capital letter."""
    constants: tuple[str, ...] = ()
    """Those of the names that the test calls nowhere."""
    in_place: bool = True
    """What a call did to its arguments is done to the test's own, also where its result is used."""


@dataclass(frozen=True, slots=True)
class WrittenSuite:
    """An assert suite as its author wrote it: what runs beside the program, in one process."""

    code: str
    names: tuple[str, ...] = ()
    """What `entry_point` names."""
    modules: tuple[str, ...] = ()
    """Names by which the suite imports the program."""
    imports: ProgramImports = field(default_factory=ProgramImports)
    """What it imports of each of the program's modules."""


@dataclass(frozen=True, slots=True)
class Suite:
    """All tests of one program."""

    kind: Literal["call", "stdio"]
    cases: tuple[Case, ...]
    rest: Rest | None = None
    whole: Rest | None = None
    """Cases and rest together, in the suite's own order: for programs that keep a state."""
    needs: Needs = PROXY
    """The least trust under which it can be judged."""
    written: WrittenSuite | None = None
    """The text of an assert suite."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts by their paths: what lies beside the program as it runs."""
    of_tests: frozenset[str] = frozenset()
    """Those of the files that are modules of the tests alone."""
    before: str = ""
    """The prompt's code: helpers, and the stub that a completion may continue."""
    entry_points: tuple[str, ...] = ()
    timeout_s: float | None = None
    total_timeout_s: float | None = None
    memory_mb: int | None = None
    reference: str | None = None
    """A solution, to make expected values with."""
    generator: str | None = None
    n: int = 0
    checker: str | None = None
    """Code with ``check(input, output, expected)``: a special judge."""
    lent: str = ""
    """Imports whose names a program may use without importing them itself."""
    text: TextPolicy = "trailing"
    """How printed output is compared, where the params do not say."""
    self_comparisons: int = 0
    """Assertions that compared the program with itself, left out."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Published packages beyond the usual that the row imports, and where it does."""

    def beside(self, *, tests: bool = False) -> dict[str, Any]:
        """The part of a job that says which files there are.

        Args:
            tests: It is the tests' job, not the program's.
        """
        if not self.files:
            return {}
        given = {k: v for k, v in self.files.items() if tests or k not in self.of_tests}
        return {"files": given, "importable": [x for x in given if x.endswith(".py")]}
