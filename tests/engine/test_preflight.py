"""What is found in a data set before a run, whatever the verifier."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from assay import Engine, Sample, verifier
from assay.engine.preflight import PreflightRow, preflight
from assay.errors import PluginError
from assay.plugins.spec import PreflightFinding

RUBRIC = {
    "kind": "weighted",
    "criteria": {
        "right": {"use": "math.answer", "weight": 0.8},
        "tidy": {"use": "demo.tidy", "weight": 0.2},
    },
}


@verifier("demo.tidy@1", cost="inline", levels=[0, 1])
def tidy(sample: Sample) -> bool:
    """No exclamation marks, and not empty."""
    return "!" not in sample.answer and bool(sample.answer)


def found(
    rows: Iterable[dict[str, Any]], rubric: Any = RUBRIC, **options: Any
) -> list[tuple[str, str, str]]:
    offers = [tidy, *options.pop("verifiers", ())]
    with Engine(rubric, workers=1, verifiers=offers) as engine:
        prompts = [PreflightRow.from_row(row, f"rows:{i}", **options) for i, row in enumerate(rows)]
        return [(f.place, f.id, f.severity) for f in preflight(engine, prompts)]


def because(rows: Iterable[dict[str, Any]], rubric: Any = RUBRIC) -> list[str]:
    with Engine(rubric, workers=1, verifiers=[tidy]) as engine:
        prompts = [PreflightRow.from_row(row, "") for row in rows]
        return [f.because for f in preflight(engine, prompts)]


def test_a_sound_row_has_no_findings() -> None:
    rows = [
        {"prompt": "1+1?", "reference": "2", "solution": "That is 1 + 1 = \\boxed{2}."},
        {"prompt": "1+1?", "reference": "2"},
        {"prompt": "1+1?", "reference": ["2", "two"], "completion": "whatever was there"},
        {"reference": "2", "solution": ["1 + 1 = 2", "so \\boxed{2}"]},
    ]
    assert found(rows) == []


def test_a_malformed_row() -> None:
    rows: list[dict[str, Any]] = [{"reference": []}, {"prompt": "1+1?"}]
    assert found(rows) == [
        ("rows:0", "row.malformed", "error"),
        ("rows:1", "row.malformed", "error"),
    ]


def test_a_solution_that_is_no_text() -> None:
    assert found([{"reference": "2", "solution": 2}]) == [("rows:0", "row.malformed", "error")]


def test_a_reference_that_cannot_be_read() -> None:
    assert found([{"reference": "\\frac{0}{0}"}, {"reference": "2"}]) == [
        ("rows:0", "reference.unreadable", "error")
    ]


def test_a_solution_that_is_wrong_by_the_reference() -> None:
    rows = [{"reference": "3", "solution": "That is \\boxed{2}."}]
    assert found(rows) == [("rows:0", "reference.not_rewarded", "error")]
    (noted,) = because(rows)
    assert noted.startswith("the reference solution earns 0.2 of 1: right, ")


def test_a_solution_that_lacks_only_an_auxiliary() -> None:
    rows = [{"reference": "2", "solution": "Ha! \\boxed{2}"}]
    assert found(rows) == [("rows:0", "reference.not_rewarded", "warning")]


def test_the_solution_may_have_another_name() -> None:
    rows = [{"reference": "2", "worked": "\\boxed{3}"}]
    assert found(rows) == []
    assert found(rows, solution="worked") == [("rows:0", "reference.not_rewarded", "error")]


def test_columns_are_mapped() -> None:
    rows = [{"answer": "2", "solution": "\\boxed{2}"}]
    assert found(rows, columns={"reference": "answer"}) == []


def test_a_prompt_that_can_only_tie() -> None:
    """Whatever is said earns what the solution earns."""
    rubric = {"kind": "weighted", "criteria": {"demo.tidy": 1}}
    assert found([{"solution": "\\boxed{2}"}], rubric) == [("rows:0", "prompt.tie", "error")]


def test_a_low_solution_is_no_tie_where_the_reference_earns_more() -> None:
    rubric = {"kind": "clip", "of": RUBRIC, "low": 0.9, "high": 1.0}
    rows = [{"reference": "2", "solution": "\\boxed{3}!"}]
    assert found(rows, rubric) == [("rows:0", "reference.not_rewarded", "error")]


HOOKED = """
from assay import Verdict, VerifierSpec, hookimpl
from assay.errors import ReferenceUnreadable
from assay.plugins.spec import PreflightFinding


class Hooked:
    def verify(self, sample):
        return Verdict.judged("demo.hooked@1", float(sample.answer == "text"), "read it")

    def preflight(self, sample):
        assert sample.completion == ""
        if sample.reference == "raise":
            raise ReferenceUnreadable("cannot be read")
        if sample.reference == "crash":
            raise RuntimeError("a bug")
        if sample.reference == "warn":
            yield PreflightFinding("demo.odd", "odd", "warning")


def make(params):
    return Hooked()


@hookimpl
def assay_verifiers():
    return [VerifierSpec("demo.hooked@1", "", f"{__name__}:make", "inline", needs=("reference",))]
"""


def test_hooks_of_verifiers(tmp_path: Path) -> None:
    file = tmp_path / "hooked.py"
    file.write_text(HOOKED)
    rows = [
        {"prompt": "?", "reference": name, "solution": "text"}
        for name in ("fine", "warn", "raise", "crash")
    ]
    rubric = {"kind": "weighted", "criteria": {"demo.hooked": 1}}
    with Engine(rubric, workers=1, plugins=[str(file)]) as engine:
        prompts = [PreflightRow.from_row(row, f"rows:{i}") for i, row in enumerate(rows)]
        assert list(preflight(engine, prompts)) == [
            PreflightFinding("demo.odd", "odd", "warning", "demo.hooked", "rows:1"),
            PreflightFinding(
                "reference.unreadable", "cannot be read", "error", "demo.hooked", "rows:2"
            ),
            PreflightFinding(
                "preflight.crashed",
                "preflight of demo.hooked@1 failed: RuntimeError: a bug",
                "error",
                "demo.hooked",
                "rows:3",
            ),
        ]


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(PluginError, match="not one of info, warning, error"):
        PreflightFinding("x", "y", "fatal")  # type: ignore[arg-type]


def test_many_rows_in_order() -> None:
    rows = [{"reference": "2", "solution": f"\\boxed{{{i % 2 + 2}}}"} for i in range(600)]
    assert [place for place, _, _ in found(rows)] == [f"rows:{i}" for i in range(1, 600, 2)]
