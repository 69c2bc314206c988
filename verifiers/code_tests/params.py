"""What a rubric may set of `code.tests`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CodeTestsParams(BaseModel):
    """Params of `code.tests@1`. What a sample's `tests` say of limits goes before these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: Literal["share", "all", "weighted"] = "share"
    """Share of the cases passed; 1 if all passed and else 0; or the share of their weights."""
    first: int | None = Field(default=None, ge=1)
    """Judge by the first so many cases only."""
    stop: bool | None = None
    """Stop at the first failure; the rest count as failed. None: where `score` is ``all``."""
    timeout_s: float = Field(default=4.0, gt=0, le=600)
    """Seconds that a case may take, by the parent's clock. After a timeout no case is run."""
    total_timeout_s: float | None = Field(default=None, gt=0, le=3600)
    """Seconds that all cases of a program may take together; None: the larger of 10 and
    twice `timeout_s`."""
    memory_mb: int = Field(default=512, ge=16, le=65536)
    """Address space of a run, on top of the interpreter's own."""
    output_mb: int = Field(default=8, ge=1, le=256)
    """What a run may print."""
    code: Literal["last", "joined", "longest", "whole"] = "last"
    """Which fenced block is the program: the last, all of them joined, the longest; or the whole
    text. Without fences it is the whole text."""
    rel_tol: float = Field(default=1e-9, ge=0, le=1)
    """Relative tolerance where a float is expected or got; integers are compared exactly. An
    ``assert ... ==`` has none, unless its own text says so."""
    abs_tol: float = Field(default=0.0, ge=0)
    """Absolute tolerance, likewise."""
    text: Literal["trailing", "exact", "tokens", "numbers"] | None = None
    """Printed output. ``trailing``: blanks at the ends of lines and of the output are ignored;
    ``exact``: nothing is; ``tokens``: only the words count (and numbers among them by the
    tolerances, if `abs_tol` is set); ``numbers``: of each line only the words, and ``0.5`` is
    ``0.50``. By default ``trailing``, and ``numbers`` for rows in the shape of APPS, TACO,
    LiveCodeBench and CodeContests, whose own harnesses are as lenient."""
    exact_types: bool = False
    """Tell list from tuple, int from float, set from frozenset, Counter from dict. Of
    assertions, which compare as Python does, it tells bool from int only, and only of those that
    are cases; what runs in the second sandbox is Python's own."""
    unordered: bool = False
    """Compare lists as if sorted."""
    nan_equal: bool = False
    """NaN equals NaN; else it equals nothing."""
    trust: Literal["proxy", "operators", "in_process"] = "proxy"
    """How far a suite's word may rest on the program. ``proxy``: the program decides nothing of its
    test. ``operators``: operators of classes that the suite constructs are believed.
    ``in_process``: test and program share one interpreter, where the suite needs it (mocks, files,
    streams). What a suite needs is read off the suite before any program runs; one that needs more
    than this is `invalid`, never 0."""
    packages: tuple[str, ...] = ()
    """Installed distributions that programs and tests may import besides numpy, pandas and scipy,
    as pip names them: ``scikit-learn``, ``requests==2.*``. What they need comes with them. They can
    be read and not changed. Where one is not installed, rows are `invalid`."""
    min_isolation: Literal["namespaces", "landlock+seccomp", "rlimits-only"] = "landlock+seccomp"
    """The least isolation that will do. ``rlimits-only`` keeps no program from your files."""
    remote: str | None = None
    """URL of a SandboxFusion server (``http://host:8080``). Then programs run there, and how well
    they are isolated is its affair."""
    language: str = "python"
    """Other than Python only with `remote`, and only for stdin and stdout."""

    def levels(self) -> tuple[float, ...] | None:
        """The values a score can take: 0 and 1 if all or nothing, else any."""
        return (0.0, 1.0) if self.score == "all" else None
