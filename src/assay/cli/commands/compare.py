"""`assay compare`: are two answers equal, and how was that decided?"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.cli.console import plain, show
from assay.cli.exits import FINDINGS, FINE

if TYPE_CHECKING:
    from assay.verifiers.math_answer import Comparison, Policy


class Custom(StrEnum):
    """Which customs are granted to the answer."""

    DEFAULT = "default"
    STRICT = "strict"
    LENIENT = "lenient"


def compare(
    reference: Annotated[
        str, typer.Argument(metavar="REFERENCE", help="The right answer.", show_default=False)
    ],
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help="The answer to judge.", show_default=False)
    ],
    policy: Annotated[
        Custom, typer.Option(help="Customs granted to the answer; strict: mathematics alone.")
    ] = Custom.DEFAULT,
    timeout: Annotated[
        float, typer.Option(help="Seconds for a computer algebra system, where one is needed.")
    ] = 5.0,
) -> None:
    """Compare an answer with a reference, as math.answer does; exit code 1 unless they are equal.

    Numbers below zero need no quoting: assay compare -1/2 -0.5. After -- nothing is an option.
    """
    from assay.verifiers.math_answer import Policy, equivalent

    customs = None if policy is Custom.DEFAULT else getattr(Policy, policy)()
    found = equivalent(reference, answer, customs)
    if not found.equal and found.certainty == "unproved":
        found = _with_algebra(reference, answer, customs, timeout, found)
    show(_receipt(found))
    raise typer.Exit(FINE if found.equal else FINDINGS)


def _with_algebra(
    reference: str, answer: str, policy: Policy | None, timeout_s: float, found: Comparison
) -> Comparison:
    """The comparison by the verifier, which takes to a worker what needs computer algebra."""
    from dataclasses import replace

    from assay import Engine, Sample

    params = {} if policy is None else policy.model_dump()
    rubric = {"answer": {"use": "math.answer", "weight": 1, "params": params}}
    with Engine(rubric, workers=1, timeout_s=timeout_s) as engine:
        reward = engine.verify(Sample(f"\\boxed{{{answer}}}", reference=reference))
    verdict = reward.verdicts["answer"]
    return replace(
        found,
        equal=verdict.score == 1.0,
        decided_by=str(verdict.details.get("decided_by", found.decided_by)),
        certainty=str(verdict.details.get("certainty", "unproved")),
        because=verdict.because,
    )


def _receipt(found: Comparison) -> Group:
    if found.equal:
        headline = Text("equal", "bold green")
    elif found.certainty == "unproved":
        headline = Text("not shown equal", "bold yellow")
    else:
        headline = Text("different", "bold red")
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for what, figure in (
        ("reference", found.reference),
        ("answer", found.answer),
        ("decided by", found.decided_by),
        ("certainty", found.certainty),
        ("because", found.because),
    ):
        table.add_row(what, plain(figure))
    return Group(headline, table)
