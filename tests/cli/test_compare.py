"""`assay compare`: the question, the answer, and how it was found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from .conftest import Done

Assay = Callable[..., Done]


class Case(NamedTuple):
    args: tuple[str, ...]
    code: int
    headline: str
    why: str


CASES = [
    Case(("1/2", "0.5"), 0, "equal", "a decimal is an exact rational"),
    Case(("1/3", "0.25"), 1, "different", "two rationals"),
    Case(("-1/2", "-0.5"), 0, "equal", "a minus sign is not an option"),
    Case(("-1", "-x"), 1, "different", "nor is a letter after it"),
    Case(("3.14", "3.142"), 0, "equal", "custom: an answer may have more digits"),
    Case(("--policy", "strict", "3.14", "3.142"), 1, "different", "strict: mathematics alone"),
    Case((r"\frac{1}{2}", r"\boxed{1/2}"), 0, "equal", "LaTeX, and an answer in a box"),
    Case(("--", "-1", "-1.0"), 0, "equal", "after two dashes nothing is an option"),
    Case(("2", r"\frac{"), 1, "different", "an answer that cannot be read is wrong"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_compare(assay: Assay, case: Case) -> None:
    done = assay("compare", *case.args)
    assert (done.code, done.err) == (case.code, "")
    lines = done.out.splitlines()
    assert lines[0] == case.headline
    assert [line.split("  ")[0] for line in lines[1:6]] == [
        "reference",
        "answer",
        "decided by",
        "certainty",
        "because",
    ]


def test_a_reference_that_cannot_be_read_is_the_users_mistake(assay: Assay) -> None:
    done = assay("compare", r"\frac{1", "2")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("assay: error: the reference ")
    assert len(done.err.splitlines()) == 1


def test_what_needs_algebra_is_bounded(assay: Assay) -> None:
    """A tower of powers ends by a limit on work or on time, not in a hang, and is not equal."""
    done = assay("compare", "--timeout", "1", "2", "9^{9^{9^{9}}}")
    assert done.code == 1
    assert done.out.splitlines()[0] in ("different", "not shown equal")


def test_in_colour_on_a_terminal(assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert assay("compare", "1", "1").out.startswith("\x1b[1;32mequal\x1b[0m")
    assert assay("compare", "1", "2").out.startswith("\x1b[1;31mdifferent\x1b[0m")


def test_what_was_typed_does_not_steer_the_terminal(assay: Assay) -> None:
    done = assay("compare", "1", "[bold]\x1b[31mx[/bold]")
    assert done.code == 1
    assert "\x1b" not in done.out
