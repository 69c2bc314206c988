"""Recomposing a log with its own rubric gives its rewards back, to the bit."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import make_frame
from sweeps import quick

from assay import Engine, Sample, load_rubric
from assay.audit.context import Context
from assay.audit.logs.log import Log, read_log
from assay.audit.recomposing.recompose import Recomposer
from assay.cli.main import main
from assay.plugins.host import Host
from assay.rubrics import BoundRubric
from assay.rubrics.compiled.column_sums import fsum

DATA = Path(__file__).parents[2] / "examples/data/gsm8k_solutions_200.jsonl"
ROWS = [json.loads(line) for line in DATA.read_text().splitlines()]
for number, row in enumerate(ROWS):
    row["step"] = number // 20
    row["data_source"] = "even" if number % 2 else "odd"
    row["n_tokens"] = 16_000 + (number * 37) % 4_800
    row["completion"] += "" if number % 3 else f" \\boxed{{{row['reference'].replace(',', '')}}}"
    if number % 17 == 0:
        row["reference"] = "not to be read )("

RUBRICS: dict[str, Any] = {
    "math": "math",
    "math+format": "math+format",
    "a reference that cannot be read is not a score": {
        "kind": "weighted",
        "criteria": {"format.boxed": 0.7, "math.answer": 0.3},
    },
    "a penalty that is missing counts in full": {
        "kind": "weighted",
        "criteria": {"format.boxed": 0.7, "math.answer": -0.3, "length.overlong": 0.1},
    },
    "a number stands in": {
        "kind": "weighted",
        "criteria": {"format.boxed": 1, "math.answer": {"weight": 0.1, "missing": 0.3}},
    },
    "gate": {
        "kind": "gate",
        "gate": "math.answer",
        "then": {"kind": "weighted", "criteria": {"length.overlong": 0.4, "format.boxed": 0.6}},
        "floor": 0.1,
    },
    "gate with a ramp": {
        "kind": "gate",
        "gate": "length.overlong",
        "then": "format.boxed",
        "ramp": [0.2, 0.9],
    },
    "lexicographic": {
        "kind": "priority",
        "criteria": ["math.answer", "format.boxed", "length.overlong"],
    },
    "threshold with a sigmoid": {
        "kind": "priority",
        "mode": "threshold",
        "scale": "sigmoid",
        "weights": [1, "1/3", 0.7],
        "criteria": ["math.answer", "length.overlong", "format.boxed"],
    },
    "product": {"kind": "product", "criteria": ["math.answer", "length.overlong", "format.boxed"]},
    "min in a sum": {
        "kind": "weighted",
        "criteria": {
            "math.answer": 0.7,
            "rest": {
                "kind": "min",
                "weight": 0.3,
                "criteria": ["length.overlong", "format.boxed"],
            },
        },
    },
    "vote, clipped": {
        "kind": "clip",
        "of": {"kind": "vote", "criteria": ["math.answer", "length.overlong", "format.boxed"]},
        "low": 0.2,
        "high": 0.9,
    },
    "a switch on a column": {
        "kind": "switch",
        "on": "info.data_source",
        "cases": {
            "even": {"kind": "weighted", "criteria": {"math.answer": 0.9, "format.boxed": 0.1}},
            "odd": {"kind": "product", "criteria": ["math.answer", "length.overlong"]},
        },
    },
    "phases": {
        "kind": "phases",
        "cases": [
            {"until": 4, "rubric": "math.answer"},
            {
                "rubric": {
                    "kind": "weighted",
                    "criteria": {"math.answer": 0.7, "length.overlong": 0.3},
                }
            },
        ],
    },
    "process": {
        "kind": "process",
        "outcome": "math.answer",
        "steps": "math.steps",
        "k": 4,
        "alpha": 0.6,
    },
}


TURNS: dict[str, Any] = {
    "the outcome alone": {"kind": "turns", "outcome": "math.answer"},
    "a potential": {
        "kind": "turns",
        "outcome": {"kind": "weighted", "criteria": {"math.answer": 0.9, "format.boxed": 0.1}},
        "shaping": {
            "kind": "potential",
            "gamma": 0.9,
            "phi": {"kind": "weighted", "criteria": {"format.boxed": 0.25, "length.overlong": 0.5}},
        },
    },
    "a repeated reward": {
        "kind": "turns",
        "outcome": "math.answer",
        "shaping": {"kind": "repeat"},
        "unsafe": True,
    },
    "turns are steps": {
        "kind": "process",
        "outcome": "math.answer",
        "steps": "format.boxed",
        "over": "turns",
        "agg": "mean",
        "k": 3,
    },
}
RUBRICS |= TURNS


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def in_turns(row: dict[str, Any]) -> dict[str, Any]:
    """A solution as a trajectory: each line a turn."""
    lines = [line for line in row["completion"].splitlines() if line.strip()] or ["-"]
    return {**row, "turns": [{"completion": line} for line in lines]}


class Scored(NamedTuple):
    """A rubric, and what ``assay verify`` wrote with it."""

    rubric: BoundRubric
    log: Log


@pytest.fixture(scope="module", params=quick(RUBRICS, 3), ids=str)
def scored(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = tmp_path_factory.mktemp("log")
    rubric = RUBRICS[request.param]
    rows = ROWS if request.param not in TURNS else [in_turns(row) for row in ROWS]
    (folder / "in.jsonl").write_text("\n".join(json.dumps(r) for r in rows) + "\n")
    name = rubric
    if isinstance(rubric, dict):
        name = str(folder / "rubric.json")
        Path(name).write_text(json.dumps(rubric))
    words = ["verify", str(folder / "in.jsonl"), "--rubric", name, "--max-unscored", "1"]
    with pytest.raises(SystemExit) as end:
        main([*words, "--out", str(folder / "out.jsonl")])
    assert end.value.code == 0
    own = bound(rubric)
    return Scored(own, read_log(folder / "out.jsonl", rubric=own))


def test_its_own_rubric_gives_a_log_its_rewards_back(scored: Scored) -> None:
    own, frame = scored.rubric, scored.log.frame
    recomposer = Recomposer(own, frame, Context(rubric=own))
    np.testing.assert_array_equal(recomposer.rewards, frame.reward)
    assert recomposer.vector
    assert recomposer.lacks == ()
    assert np.isfinite(frame.reward).any()


BOTH = [
    name
    for name, rubric in RUBRICS.items()
    if name not in TURNS
    and "format.boxed" in str(rubric)
    and "switch" not in str(rubric)
    and name != "gate with a ramp"
]


@pytest.mark.parametrize("scored", BOTH, indirect=True)
def test_another_rubric_gives_what_the_engine_would_have_given(scored: Scored) -> None:
    """Composed from stored scores, against verifiers run anew on the same rows."""
    other = bound({"kind": "weighted", "criteria": {"math.answer": 0.9, "format.boxed": 0.1}})
    with Engine(other.rubric, on_unscored="ignore") as engine:
        anew = engine.verify_batch([Sample.from_row(r) for r in ROWS])
    wanted = [math.nan if r.value is None else r.value for r in anew]
    context = Context(rubric=scored.rubric)
    np.testing.assert_array_equal(Recomposer(other, scored.log.frame, context).rewards, wanted)


def test_a_verdict_under_other_params_is_another_criterion() -> None:
    """Same key, same verifier, other params: it is named, and nothing is invented."""
    scores = {"math.answer": [1.0, 0.0], "length.overlong": [0.5, 1.0]}
    frame = make_frame(scores, weights={"math.answer": 1, "length.overlong": 1})
    own = bound({"kind": "weighted", "criteria": {"math.answer": 1, "length.overlong": 1}})
    tight = {"weight": 1, "params": {"max_tokens": 100, "buffer_tokens": 10}}
    other = bound({"kind": "weighted", "criteria": {"math.answer": 1, "length.overlong": tight}})
    recomposer = Recomposer(other, frame, Context(rubric=own))
    assert np.isnan(recomposer.rewards).all()
    assert "'length.overlong'" in recomposer.lacks[0]


def test_a_criterion_under_another_key_is_found_by_its_verifier() -> None:
    frame = make_frame({"right": [1.0, 0.0], "boxed": [0.0, 1.0]}, [0.0, 0.0])
    criteria = {"right": {"use": "math.answer"}, "boxed": {"use": "format.boxed"}}
    own = bound({"kind": "weighted", "criteria": criteria})
    other = bound("math+format")
    assert Recomposer(other, frame, Context(rubric=own)).rewards.tolist() == [0.95, 0.05]


def test_a_row_without_a_verdict_has_no_reward() -> None:
    """Not to be confused with a verdict without a score, for which the rubric has a rule."""
    frame = make_frame(
        {"math.answer": [1.0, 1.0, 1.0], "format.boxed": [1.0, np.nan, np.nan]},
        [0.0, 0.0, 0.0],
        statuses=np.array([[0, 0], [0, 1], [0, -1]], np.int8),
    )
    recomposer = Recomposer(bound("math+format"), frame, Context())
    np.testing.assert_array_equal(recomposer.rewards, [1.0, 0.95, np.nan])
    assert recomposer.lacks == ("verdicts for 'format.boxed' in 1 of 3 rows",)


def test_rows_without_a_verdict_are_counted_over_all_cases_and_by_no_what_if() -> None:
    """A criterion beside a switch is read in every case; a what-if is not a row of the log."""
    cases = [{"until": 10, "rubric": "format.boxed"}, {"rubric": "length.overlong"}]
    rest = {"kind": "phases", "weight": 0.1, "cases": cases}
    own = bound({"kind": "weighted", "criteria": {"math.answer": 0.9, "rest": rest}})
    right = [1.0, np.nan, 1.0, np.nan]
    frame = make_frame(
        {"math.answer": right, "rest/phase1": [1.0] * 4, "rest/phase2": [1.0] * 4},
        [0.0] * 4,
        step=[3, 3, 30, 30],
        statuses=np.array([[0, 0, 0], [-1, 0, 0], [0, 0, 0], [-1, 0, 0]], np.int8),
    )
    recomposer = Recomposer(own, frame, Context(rubric=own))
    assert recomposer.lacks == ("verdicts for 'math.answer' in 2 of 4 rows",)
    recomposer.of(frame.scores[:2], np.array([0, 1]))
    assert recomposer.lacks == ("verdicts for 'math.answer' in 2 of 4 rows",)


def test_a_what_if_is_composed_with_the_case_of_its_row() -> None:
    cases = [{"until": 10, "rubric": "math.answer"}, {"rubric": "format.boxed"}]
    own = bound({"kind": "phases", "cases": cases})
    scores = {"phase1": [1.0, 1.0], "phase2": [0.0, 0.0]}
    frame = make_frame(scores, [1.0, 0.0], step=[3, 30])
    recomposer = Recomposer(own, frame, Context(rubric=own))
    changed = np.array([[0.2, 0.3], [0.2, 0.3], [0.4, 0.5]])
    assert recomposer.of(changed, np.array([0, 1, 1])).tolist() == [0.2, 0.3, 0.5]


def test_steps_are_aggregated_anew_from_whole_rows() -> None:
    """Parts of verdicts are not columns: another K needs the rows, and gets them."""
    own = bound({"kind": "process", "outcome": "math.answer", "steps": "math.steps", "k": 4})
    other = bound({"kind": "process", "outcome": "math.answer", "steps": "math.steps", "k": 2})
    parts = [{"label": "1", "score": 1.0}, {"label": "2", "score": 0.0}]
    judged = {"status": "judged", "because": "so"}
    row = {
        "completion": "2 + 2 = 4",
        "verdicts": {
            "outcome": {"verifier": "math.answer@1", "score": 0.0, **judged},
            "steps": {"verifier": "math.steps@1", "score": 0.5, "parts": parts, **judged},
        },
    }
    frame = make_frame({"outcome": [0.0, 0.0], "steps": [0.25, 0.25]}, [0.075, 0.075])
    context = Context(rubric=own, rows=lambda rows: [row for _ in rows])
    assert Recomposer(own, frame, context).rewards == pytest.approx(0.075)
    assert Recomposer(other, frame, context).rewards == pytest.approx(0.15)
    blind = Recomposer(other, frame, Context(rubric=own))
    assert np.isnan(blind.rewards).all()
    assert "'steps'" in blind.lacks[0]


def test_steps_of_which_one_was_not_judged_are_worth_what_the_receipt_says() -> None:
    """A crashed turn makes the criterion one without a score; the other turns were paid for."""
    own = bound({"kind": "process", "outcome": "math.answer", "steps": "math.steps", "k": 4})
    frame = make_frame({"outcome": [1.0, 1.0], "steps": [0.5, np.nan]}, [0.85, 0.775])
    shares = np.array([[0.7, 0.15], [0.7, 0.075]])
    frame = dataclasses.replace(frame, contributions=shares)
    assert Recomposer(own, frame, Context(rubric=own)).rewards == pytest.approx([0.85, 0.775])


NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([0.1, 0.2, 0.3, -0.3, 1e-17, 2.0**-53, 1.0, 1 / 3])


@given(st.lists(st.lists(NUMBERS, min_size=4, max_size=4), min_size=1, max_size=6))
def test_columns_are_summed_as_fsum_does(columns: list[list[float]]) -> None:
    found = fsum([np.array(c) for c in columns])
    assert found.tolist() == [math.fsum(row) for row in zip(*columns, strict=True)]


def test_many_columns_are_summed_as_fsum_does() -> None:
    random = np.random.default_rng(0)
    weights, scores = random.random((40, 1)), random.integers(0, 5, (40, 20_000)) / 4
    columns = list(weights * scores * 10.0 ** random.integers(-9, 9, (40, 1)))
    assert fsum(columns).tolist() == [math.fsum(c) for c in np.stack(columns, axis=1).tolist()]


def test_half_way_sums_are_rounded_as_fsum_does() -> None:
    """1 + 2**-53 lies half-way between two floats; a speck more or less decides."""
    specks = (0.0, 2.0**-120, -(2.0**-120))
    rows = [[a, 2.0**-53, s] for s in specks for a in (1.0, 1.0 + 2.0**-52)]
    found = fsum([np.array(c) for c in zip(*rows, strict=True)])
    assert found.tolist() == [math.fsum(r) for r in rows]
