"""Arguments of the wrong kind, of the audit and of fits: one clear error, no result by chance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.support.wrong_values import Call, Wrong, escapes

from assay.audit import Context, audit, read_log, to_json, write_report
from assay.errors import ConfigError, RolloutsError
from assay.fit import (
    Pairs,
    bradley_terry,
    fit,
    item_bradley_terry,
    item_plackett_luce,
    least_squares,
    logistic,
    order_consistency,
    plackett_luce,
    planned_size,
    sample_size,
    scaled,
)

SCORES = np.random.default_rng(0).normal(size=(12, 2))
RANKINGS = [SCORES[i : i + 3] for i in range(0, 12, 3)]
YES = [i % 2 == 0 for i in range(12)]
FITTED = fit(Pairs(SCORES), l2=0.1)
MORE = {"names": ["a", "b"], "prompts": None, "l2": 0.1, "confidence": 0.95}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = [
        json.dumps({"completion": "x" * i, "reward": float(i % 2), "prompt_id": str(i // 2)})
        for i in range(8)
    ]
    log = tmp_path_factory.mktemp("log") / "log.jsonl"
    log.write_text("\n".join(lines), "utf-8")
    return log


CALLS = [
    Call("Context", Context, {
        "rubric": None, "against": None, "host": None, "rows": None, "passes": {}, "seed": 0,
    }),
    Call("bradley_terry", bradley_terry, {"differences": SCORES, **MORE}),
    Call("plackett_luce", plackett_luce, {"rankings": RANKINGS, "ordered": None, **MORE}),
    Call("least_squares", least_squares, {"scores": SCORES, "ratings": SCORES[:, 0], **MORE}),
    Call("logistic", logistic, {"scores": SCORES, "labels": YES, **MORE}),
    Call("fit", fit, {"model": Pairs(SCORES), "l2": 0.1, "confidence": 0.95}),
    Call("order_consistency", order_consistency, {
        "model": Pairs(SCORES), "l2": 0.1, "folds": 2, "seed": 0, "key": None, "confidence": 0.95,
    }),
    Call("sample_size", sample_size, {"fitted": FITTED, "width": 1.0}),
    Call("planned_size", planned_size, {
        "model": Pairs(SCORES), "weights": [1.0, 1.0], "width": 1.0, "confidence": 0.95,
    }),
    Call("scaled", scaled, {"fitted": FITTED}),
    Call("items in pairs", item_bradley_terry, {
        "pairs": [("a", "b"), ("b", "a")], "l2": 0.1, "confidence": 0.95,
    }),
    Call("items in rankings", item_plackett_luce, {
        "rankings": [("a", "b"), ("b", "a")], "rest": None, "l2": 0.1, "confidence": 0.95,
    }),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_only_errors_of_ours_come_out(call: Call) -> None:
    assert escapes(call) == []


def test_only_errors_of_ours_come_out_of_a_log(path: Path) -> None:
    with read_log(path) as log:
        found = audit(log.frame, analyses=())
        for call in (
            Call("read_log", read_log, {
                "paths": path, "columns": {}, "key": None, "rubric": None, "by": (),
                "max_rows": 10, "reader": None, "host": None,
            }),
            Call("audit", audit, {"frame": log.frame, "context": None, "analyses": ()}),
            Call("to_json", to_json, {"audit": found}),
        ):  # fmt: skip
            assert escapes(call) == []


WRONG = [
    Wrong(lambda: logistic(SCORES, ["no", "yes"] * 6), ConfigError,
          "labels must be a list of True and False, or of 1 and 0",
          "to Python the text 'no' is true: all would have been accepted"),
    Wrong(lambda: logistic(SCORES, [float("nan")] * 12), ConfigError,
          "labels must be a list of True and False", "NaN is true, too"),
    Wrong(lambda: item_bradley_terry([("a", "b", "c")]), ConfigError,
          "pairs[0] has 3 items, must be (winner, loser)", "three would be taken for a ranking"),
    Wrong(lambda: bradley_terry(SCORES, names="ab"), ConfigError,
          "names is a str; wanted a list with a name for each column of scores",
          "a text would name the columns by its letters"),
    Wrong(lambda: fit(SCORES), ConfigError, "model is a ndarray; wanted what was observed",
          "a matrix does not say what was observed"),
    Wrong(lambda: Context(rubric="math"), ConfigError,
          "rubric is a str; wanted a BoundRubric\nfix: load_rubric('math').bind(",
          "a name is loaded and bound first"),
    Wrong(lambda: Context(passes={"a": "0.5"}), ConfigError, "passes['a'] is '0.5'; wanted",
          "a text cannot be compared with scores"),
    Wrong(lambda: read_log("log.jsonl", reader=5), ConfigError, "reader is an int; wanted a str",
          "a reader has a name"),
    Wrong(lambda: read_log(5), RolloutsError, "paths is an int; wanted a path, or a list",
          "a number is no file"),
    Wrong(lambda: audit([]), ConfigError, "frame is a list; wanted a Frame\nfix: audit(log.frame)",
          "rows are read by read_log first"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.why)
def test_an_error_names_the_argument(case: Wrong) -> None:
    with pytest.raises(case.error) as raised:
        case.call()
    assert case.noted in str(raised.value)


def test_a_report_is_not_written_over_a_folder(path: Path, tmp_path: Path) -> None:
    with read_log(path) as log:
        found = audit(log.frame, analyses=())
        with pytest.raises(RolloutsError, match="is a folder; wanted the path of an HTML file"):
            write_report(found, log.rows, tmp_path)
        with pytest.raises(ConfigError, match="rows is 5; wanted a function"):
            write_report(found, 5, tmp_path / "report.html")  # type: ignore[arg-type]
