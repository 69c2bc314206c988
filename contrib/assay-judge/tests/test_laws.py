"""The laws that others rely on, with a judge that is there."""

from collections.abc import Callable

from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check


def test_it_keeps_the_laws(judge: str, assay_check: Callable[..., None]) -> None:
    assay_check("judge.aspects", hostile=100)


def test_without_a_judge_nothing_is_said_to_hold_that_was_not_tried() -> None:
    (found,) = check(Host().resolve("judge.aspects"), Settings(hostile=10))
    holds = {f.law.name for f in found.findings if f.ruling == "holds"}
    assert holds == {"loads", "cheap-import", "travels-to-workers", "honest-about-undecided"}
    assert found.passed
