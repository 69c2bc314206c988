"""An audit as JSON: stable keys, plain values, every finding and table."""

from __future__ import annotations

import json

import numpy as np
from planted import make_frame

from assay.audit.as_json import to_json
from assay.audit.frame import Stratum, Totals
from assay.audit.run import Audit, audit
from assay.findings import Finding, Outcome, ReportTable

KEYS = {
    "": {"version", "assay", "seed", "log", "findings", "analyses"},
    "log": {
        *("files", "rows", "total", "groups", "prompts", "criteria", "key", "rubric", "steps"),
        *("signatures", "scored", "unscored", "invalid", "reward", "whole"),
    },
    "finding": {
        *("id", "severity", "title", "value", "interval", "n", "source", "suggestion", "subject"),
        "rollouts",
    },
    "analysis": {"name", "tables", "lacks", "notes", "failed"},
    "table": {"title", "columns", "rows", "note"},
}


def planted() -> Audit:
    frame = make_frame(
        {"a": [1, 0, np.nan], "b": [0, 1, 1]},
        [1.0, 0.5, np.nan],
        prompt=[0, 0, 1],
        step=[1, 2, 2],
        signature=Stratum(("s", "t"), np.array([0, 0, 1])),
        total=9,
        totals=Totals(
            9,
            {"scored": 7, "unscored": 2},
            {"a": {"judged": 7}},
            steps=np.array([1.0, 2.0]),
            step_rows=np.array([4, 5]),
            step_scored=np.array([3, 4]),
            step_reward=np.array([0.5, 0.5]),
        ),
    )
    finding = Finding(
        "x.y", "warning", "t", float("nan"), (0.0, float("inf")), 3, "own", "do", (2,), ("a",)
    )
    exact = Finding("x.z", "error", "t", 1.0, None, 3, "own", "do")
    table = ReportTable("T", ("a", "b"), (("n", float("nan")), (True, np.float64(2.5))), "note")
    return Audit(frame, (Outcome("x", (finding, exact), {"t": table}, ("l",), ("n",)),))


def test_the_keys_are_those_that_are_documented() -> None:
    found = to_json(planted())
    assert set(found) == KEYS[""]
    assert set(found["log"]) == KEYS["log"]
    assert all(set(f) == KEYS["finding"] for f in found["findings"])
    assert all(set(a) == KEYS["analysis"] for a in found["analyses"])
    assert all(set(t) == KEYS["table"] for a in found["analyses"] for t in a["tables"].values())


def test_the_values_are_those_of_the_audit() -> None:
    found = to_json(planted())
    assert [f["id"] for f in found["findings"]] == ["x.z", "x.y"]  # worst first
    assert found["findings"][1]["rollouts"] == [{"file": "planted.jsonl", "line": 3, "row": 2}]
    assert found["findings"][0]["interval"] is None
    assert found["findings"][1]["value"] is None
    assert found["findings"][1]["interval"] == [0.0, None]
    assert found["analyses"][0]["tables"]["t"]["rows"] == [["n", None], [True, 2.5]]
    log = found["log"]
    assert log["total"] == 9
    assert log["whole"] == {
        "row_status": {"scored": 7, "unscored": 2},
        "statuses": {"a": {"judged": 7}},
    }
    assert (log["rows"], log["groups"], log["prompts"]) == (3, 1, 2)
    assert (log["scored"], log["unscored"], log["invalid"]) == (2, 1, 0)
    assert log["reward"] == {"mean": 0.75, "low": 0.5, "high": 1.0}
    assert log["signatures"] == {"s": 2, "t": 1}


def test_it_is_json_and_of_plain_values() -> None:
    random = np.random.default_rng(1)
    scores = {"a": (random.random(80) < 0.5).astype(float), "b": random.random(80)}
    frame = make_frame(scores, weights={"a": 0.5, "b": 0.5}, prompt=np.arange(80) // 4)
    for found in (planted(), audit(frame)):
        as_json = to_json(found)
        assert json.loads(json.dumps(as_json, allow_nan=False)) == as_json
