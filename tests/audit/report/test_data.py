"""What the page is given: names, texts, receipts, and which charts a table gets."""

from __future__ import annotations

import math
from typing import Any

import altair
import numpy as np
import pytest
from planted import make_frame

from assay.audit.report.charts.bands import Band, bands, counted, histogram, reach
from assay.audit.report.charts.choose_charts import charts_of
from assay.audit.report.charts.forest import Figure, extent, forest
from assay.audit.report.charts.lines import At, line
from assay.audit.report.charts.matrix import matrix
from assay.audit.report.overview import STEPS, apart_by_outcome, by_step, quartiles_by_step
from assay.audit.report.page_pieces import decimal
from assay.audit.report.rollouts import as_text, number, receipt, short_names
from assay.audit.report.svg import draw
from assay.findings import Cell, ReportTable


@pytest.mark.parametrize(
    ("files", "short"),
    [
        ([], []),
        (["a.jsonl"], ["a.jsonl"]),
        (["/runs/x/a.jsonl"], ["a.jsonl"]),
        (["/runs/x/a.jsonl", "/runs/y/a.jsonl"], ["x/a.jsonl", "y/a.jsonl"]),
        (["/runs/ab/1", "/runs/ac/1"], ["ab/1", "ac/1"]),  # folders, not letters
        (["/r/a", "b"], ["/r/a", "b"]),
        (["/r/a", "/r/b/c"], ["a", "b/c"]),
    ],
)
def test_files_lose_the_folder_that_all_are_in(files: list[str], short: list[str]) -> None:
    assert short_names(files) == short


@pytest.mark.parametrize(
    ("completion", "text"),
    [
        ("as it is", "as it is"),
        (None, ""),
        ([{"role": "assistant", "content": "hi"}], "[assistant]\nhi"),
        (
            [{"role": "user", "content": [{"type": "text", "text": "a"}]}, {"role": "assistant"}],
            "[user]\na\n\n[assistant]\n",
        ),
        (["a", "b"], "a\nb"),
        (7, "7"),
    ],
)
def test_texts_of_every_form(completion: Any, text: str) -> None:
    assert as_text(completion) == text


@pytest.mark.parametrize(
    ("value", "said"),
    [(float("nan"), "–"), (3.0, "3"), (0.12345, "0.123"), (12345.6, "12,346"), (-0.5, "-0.5")],
)
def test_numbers_as_a_person_writes_them(value: float, said: str) -> None:
    assert decimal(value) == said


@pytest.mark.parametrize(
    ("value", "as_json"), [(math.nan, None), (math.inf, None), (1.0, 1), (0.1234567, 0.123457)]
)
def test_numbers_in_an_island(value: float, as_json: float | None) -> None:
    assert number(value) == as_json


def test_a_receipt_tells_what_the_row_tells_and_the_frame_fills_in() -> None:
    frame = make_frame({"a": [0.5], "b": [np.nan]}, weights={"a": 0.8, "b": 0.2}, prompt=[0])
    assert receipt(frame, 0, {}) == [
        ("a", "", (0.8, 0.5, 0.4), "judged", ""),
        ("b", "", (0.2, None, None), "undecided", ""),
    ]
    row = {
        "terms": {"a": {"verifier": "v@1", "weight": 1, "score": 0.25, "contribution": 0.25}},
        "verdicts": {"a": {"verifier": "v@1", "status": "judged", "because": "so"}},
    }
    assert receipt(frame, 0, row) == [("a", "v@1", (1.0, 0.25, 0.25), "judged", "so")]
    assert receipt(frame, 0, {"terms": "nonsense", "verdicts": 7})[0][0] == "a"


TABLES: list[tuple[str, tuple[str, ...], tuple[tuple[Cell, ...], ...], list[str]]] = [
    (
        "figures with intervals are one panel",
        ("figure", "value", "from", "to"),
        (("a", 0.5, 0.4, 0.6), ("count", 30, None, None)),
        ["T"],
    ),
    (
        "the first of several texts tells panels apart",
        ("in", "name", "share", "from", "to", "n"),
        (("x", "a", 0.5, 0.4, 0.6, 3), ("y", "a", 0.5, 0.4, 0.6, 3)),
        ["T: x", "T: y"],
    ),
    (
        "what is far larger has an axis of its own",
        ("figure", "value", "from", "to"),
        (("a", 0.5, 0.4, 0.6), ("b", 0.5, 0.4, 0.6), ("length", 900.0, 800.0, 1000.0)),
        ["T", "T"],
    ),
    (
        "every pair once is a matrix, and its intervals",
        ("a", "b", "rank correlation", "from", "to"),
        (("x", "y", 0.1, 0.0, 0.2), ("x", "z", -0.1, -0.2, 0.0), ("y", "z", 0.9, 0.8, 1.0)),
        ["T", "T"],
    ),
    (
        "a square is a matrix",
        ("name", "x", "y"),
        (("x", 1.0, -0.5), ("y", -0.5, 1.0)),
        ["T"],
    ),
    ("a square beyond 1 is none", ("name", "x", "y"), (("x", 1.0, 7.0), ("y", 7.0, 1.0)), []),
    (
        "steps are lines",
        ("name", "step", "value", "from", "to"),
        (("x", 1, 0.1, 0.0, 0.2), ("x", 2, 0.1, 0.0, 0.2), ("y", 1, 0.1, 0.0, 0.2)),
        ["T: x"],  # one point is not a line
    ),
    ("anything else is printed", ("a", "b"), (("x", 1),), []),
    ("no rows, no chart", ("figure", "value", "from", "to"), (), []),
    (
        "nothing known, no chart",
        ("figure", "value", "from", "to"),
        (("a", float("nan"), None, None), ("b", 1.0, float("-inf"), float("inf"))),
        [],
    ),
    ("no name, no chart", ("n", "value", "from", "to"), ((1, 0.5, 0.4, 0.6),), []),
]


@pytest.mark.parametrize("case", TABLES, ids=lambda c: c[0])
def test_a_table_is_drawn_by_its_columns(
    case: tuple[str, tuple[str, ...], tuple[tuple[Cell, ...], ...], list[str]],
) -> None:
    _, columns, rows, titles = case
    drawn = list(charts_of(ReportTable("T", columns, rows)))
    assert [d.title for d in drawn] == titles
    for chart in drawn:
        assert chart.chart.to_dict()["config"]  # by Altair's own schema


RED = Band("red", np.linspace(0, 1, 50), "wrong")

CHARTS: list[tuple[str, Any, list[str]]] = [
    (
        "forest",
        lambda: forest([Figure("a", 0.5, 0.25, 0.75), Figure("b", -0.5, None, None)], "unit"),
        ["a: 0.5, 95% interval 0.25 to 0.75", "b: -0.5"],
    ),
    (
        "matrix",
        lambda: matrix(["a", "b"], [[1.0, -0.5], [None, float("nan")]]),
        ["a and b: -0.500"],
    ),
    (
        "line",
        lambda: line([At(1, 0.5, 0.25, 0.75), At(2, 0.75, None, None)], "unit"),
        ["step 1: 0.5 (0.25 to 0.75)", "step 2: 0.75"],
    ),
    ("bands", lambda: bands([RED]), ["red: median 0.5, middle half 0.25 to 0.75"]),
    ("histogram", lambda: histogram(RED, reach([RED]), 0.5), ["reward"]),
]


@pytest.mark.parametrize("case", CHARTS, ids=lambda c: c[0])
def test_a_drawing_tells_its_values(case: tuple[str, Any, list[str]]) -> None:
    """By Altair's schema, in colours of the palette alone, with each value in a title."""
    _, made, noted = case
    chart = made()
    assert isinstance(chart, altair.TopLevelMixin)
    drawing = draw(chart, "label").markup
    assert drawing.startswith('<svg role="img" aria-label="label"')
    for words in noted:
        assert f"<title>{words}" in drawing
    assert "style=" not in drawing
    assert 'fill="#' not in drawing
    assert 'stroke="#' not in drawing


def test_a_colour_from_elsewhere_is_refused() -> None:
    data = altair.Data(values=[{"a": 1}])
    chart = altair.Chart(data).mark_point(color="#123456").encode(x="a:Q")
    with pytest.raises(ValueError, match="not of the palette"):
        draw(chart, "label")


@pytest.mark.parametrize(
    ("figures", "ends"),
    [
        ([(0.5, 0.4, 0.6)], (0, 1)),
        ([(0.1, 0.0, 0.2)], (0, 0.216)),
        ([(0.0, 0.0, 0.0)], (0, 1)),
        ([(5.0, 4.0, 10.0)], (3.64, 10.36)),
        ([(5.0, 1.0, 10.0)], (0, 10.54)),
        ([(-1.0, -1.0, -1.0)], (-1.06, -0.94)),
    ],
)
def test_an_axis_reaches_what_it_must(figures: Any, ends: tuple[float, float]) -> None:
    found = extent([Figure("a", *f) for f in figures])
    assert found == pytest.approx(ends)


def test_rewards_are_told_apart_by_label_else_by_the_key() -> None:
    scores = {"answer": [1.0, 0.0, 1.0, np.nan]}
    frame = make_frame(scores, [1.0, 0.25, 0.5, 0.75], prompt=[0, 0, 1, 1])
    name, found = apart_by_outcome(frame)
    assert name == "answer"
    assert [(k.name, frame.reward[k.rows].tolist()) for k in found] == [
        ("answer 1", [1.0, 0.5]),
        ("answer 0", [0.25]),
        ("answer missing", [0.75]),
    ]
    frame = make_frame(scores, [1.0, 0.25, 0.5, np.nan], prompt=[0, 0, 1, 1], label=[0, 1, 1, 1])
    name, found = apart_by_outcome(frame)
    assert [(k.name, frame.reward[k.rows].tolist()) for k in found] == [
        ("right by label", [0.25, 0.5]),
        ("wrong by label", [1.0]),
    ]


def test_a_key_of_many_values_is_cut_by_quantiles_and_loses_no_row() -> None:
    key = np.random.default_rng(3).random(400)
    frame = make_frame({"key": key}, key, prompt=np.arange(400) // 4)
    _, found = apart_by_outcome(frame)
    assert len(found) == 5
    assert sum(kind.rows.sum() for kind in found) == 400
    assert key[found[0].rows].min() > key[found[1].rows].max()


def test_means_over_steps_are_plain_means() -> None:
    random = np.random.default_rng(2)
    step = np.repeat(np.arange(6), 20).astype(float)
    values = random.random(120)
    values[7] = np.nan
    frame = make_frame({"a": values}, values, prompt=np.arange(120) // 4, step=step)
    found = by_step(frame, values)
    assert [p.step for p in found] == list(range(6))
    for point in found:
        assert point.value == pytest.approx(np.nanmean(values[step == point.step]))
        assert point.low is not None
        assert point.high is not None
        assert point.low < point.value < point.high


def test_many_steps_are_joined_and_no_row_is_lost() -> None:
    n = 4 * 500
    frame = make_frame(
        {"a": np.ones(n)}, np.arange(n, dtype=float), prompt=np.arange(n), step=np.arange(n) // 4
    )
    found = by_step(frame, frame.reward)
    assert len(found) == STEPS
    assert np.mean([p.value for p in found]) == pytest.approx(np.mean(frame.reward), rel=0.01)


def test_one_prompt_at_a_step_has_no_interval() -> None:
    frame = make_frame({"a": [1, 0, 1, 0]}, [1, 0, 1, 0], prompt=[0, 0, 1, 1], step=[1, 1, 2, 2])
    assert [(p.low, p.high) for p in by_step(frame, frame.reward)] == [(None, None)] * 2


def test_the_middle_half_over_steps() -> None:
    step = np.repeat([1.0, 2.0], 5)
    reward = np.array([0, 1, 2, 3, 4, 10, 10, 10, 10, 99.0])
    frame = make_frame({"a": np.ones(10)}, reward, prompt=np.arange(10), step=step)
    found = quartiles_by_step(frame, reward < 50)
    assert [tuple(p) for p in found] == [(1.0, 2.0, 1.0, 3.0), (2.0, 10.0, 10.0, 10.0)]


@pytest.mark.parametrize("largest", [5e-324, 1e-17, 1e300, 1.7e308])
def test_rewards_of_any_size_have_a_histogram(largest: float) -> None:
    """Too near or too far apart for doubles, they are drawn all the same, each once."""
    band = Band("red", np.array([0.0, largest, -largest]), "wrong")
    shares, edges = counted(band, reach([band]))
    assert np.isfinite(edges).all()
    assert shares.sum() <= 1.0 + 1e-12
