"""What the entry point names: offers the verifiers, imports neither."""

from collections.abc import Iterable

from assay import Example, VerifierSpec, hookimpl

from assay_ruff.params import FormatParams, LintParams

GOOD = 'def double(n):\n    """Twice n."""\n    return 2 * n\n'
UNUSED = "import os\n\n\ndef double(n):\n    return 2 * n\n"


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """Each verifier by name; its module is imported where it judges."""
    yield VerifierSpec(
        name="ruff.lint@1",
        summary="1 / (1 + findings of ruff's linter in the program).",
        target="assay_ruff.verifiers:Lint",
        cost="worker",
        params=LintParams,
        tools=("ruff",),
        effects=("processes",),
        examples=(
            Example.full(GOOD),
            Example.full(f"So:\n```python\n{GOOD}```\n"),
            Example.scores(0.5, UNUSED),
            Example.scores(
                0.5, UNUSED.replace("os\n", "os  # noqa\n", 1), why="it is not an excuse"
            ),
            Example.full(UNUSED, params={"select": ["E"]}),
            Example.zero("def double(n:\n", why="it does not parse"),
        ),
    )
    yield VerifierSpec(
        name="ruff.format@1",
        summary="1 / (1 + lines that ruff's formatter would change in the program).",
        target="assay_ruff.verifiers:Format",
        cost="worker",
        params=FormatParams,
        tools=("ruff",),
        effects=("processes",),
        examples=(
            Example.full(GOOD),
            Example.scores(0.5, GOOD.replace("2 * n", "2*n")),
            Example.zero("# fmt: off\n" + GOOD.replace("2 * n", "2*n")),
            Example.zero("def double(n:\n", why="it does not parse"),
        ),
    )
