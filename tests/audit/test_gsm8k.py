"""Real rollouts: four models to a problem as a group, recomputed plainly, row by row."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from sweeps import quick

import assay
from assay.audit.analyses.budget.analysis import GRPO
from assay.audit.as_json import to_json
from assay.audit.context import Context
from assay.audit.logs import read_log
from assay.audit.run import audit
from assay.rollouts.output import encode

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "examples" / "data" / "gsm8k_solutions_200.jsonl"
WHOLE = ROOT.parent / "shared" / "corpora" / "rollouts" / "gsm8k_solutions.jsonl"

RUBRIC = {"kind": "process", "outcome": "math.answer", "steps": "math.steps", "alpha": 0.7}
"""Proved: a right answer is paid at least .7, a wrong one at most .3."""

pytestmark = pytest.mark.filterwarnings("ignore:process")


class Scored:
    """A file of rows with rewards, and the audit of it."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.rows: list[dict[str, Any]] = []
        with source.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        with assay.Engine(RUBRIC) as engine:
            for row, reward in zip(rows, engine.verify_batch(rows), strict=True):
                self.rows.append(row | reward.to_json())
            rubric = engine.rubric
        path = folder / "scored.jsonl"
        path.write_bytes(b"".join(encode(row) for row in self.rows))
        with read_log([str(path)], rubric=rubric, by=("model",)) as log:
            self.frame = log.frame
            found = audit(log.frame, Context(rubric=rubric, rows=log.rows))
        self.json = to_json(found)
        self.groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows:
            self.groups[row["group_id"]].append(row)

    def table(self, analysis: str, name: str) -> list[list[Any]]:
        """Rows of one table of the report."""
        (found,) = [a for a in self.json["analyses"] if a["name"] == analysis]
        rows: list[list[Any]] = found["tables"][name]["rows"]
        return rows


@pytest.fixture(scope="module", params=quick(["bundled", "whole"], 2))
def scored(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Scored:
    source = BUNDLED if request.param == "bundled" else WHOLE
    if not source.exists():
        pytest.skip(f"the whole corpus is not beside the project: {source.name}")
    return Scored(source, tmp_path_factory.mktemp(request.param))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_every_row_is_as_in_the_file(scored: Scored) -> None:
    frame = scored.frame
    assert frame.n == len(scored.rows)
    where = {int(line): i for i, line in enumerate(frame.line)}
    for number, row in enumerate(scored.rows, 1):
        i = where[number]
        assert frame.reward[i] == row["reward"]
        assert frame.label[i] == row["label"]
        assert frame.length[i] == len(row["completion"])
        assert {c: frame.scores[i, j] for j, c in enumerate(frame.criteria)} == {
            c: row["terms"][c]["score"] for c in frame.criteria
        }
        assert frame.strata["model"].names[frame.strata["model"].codes[i]] == row["model"]


def test_signal(scored: Scored) -> None:
    """Plainly: loops over groups, no array in sight."""
    dead = off = spent = 0.0
    for rows in scored.groups.values():
        rewards = [r["reward"] for r in rows]
        outcomes = {r["terms"]["outcome"]["score"] for r in rows}
        mean = _mean(rewards)
        variance = _mean([(r - mean) ** 2 for r in rewards])
        if len(set(rewards)) == 1:
            dead += 1
            continue
        squares = sum((r - mean) ** 2 / variance for r in rewards) - 1  # by n - 1, as trainers do
        spent += squares
        off += squares if len(outcomes) == 1 else 0.0
    figures = {row[0]: row[1] for row in scored.table("signal", "signal")}
    assert figures["share without signal"] == pytest.approx(dead / len(scored.groups))
    assert figures["share of squared advantage off the key"] == pytest.approx(off / spent)


def test_budget(scored: Scored) -> None:
    """Covariance shares: of each criterion's contribution with the reward, within groups."""
    share = {"outcome": 0.0, "steps": 0.0}
    grpo = {"outcome": 0.0, "steps": 0.0}
    for rows in scored.groups.values():
        rewards = [r["reward"] for r in rows]
        mean = _mean(rewards)
        std = (sum((r - mean) ** 2 for r in rewards) / (len(rows) - 1)) ** 0.5 + 1e-4  # TRL's
        for name in share:
            parts = [r["terms"][name]["contribution"] for r in rows]
            center = _mean(parts)
            both = sum((p - center) * (r - mean) for p, r in zip(parts, rewards, strict=True))
            share[name] += both
            grpo[name] += both / std**2 if len(set(rewards)) > 1 else 0.0
    figures = {(row[0], row[1]): row[2] for row in scored.table("budget", "shares")}
    for name in share:
        expected = share[name] / sum(share.values())
        assert figures["reward variance", name] == pytest.approx(expected)
        assert figures[GRPO, name] == pytest.approx(grpo[name] / sum(grpo.values()))


def test_order(scored: Scored) -> None:
    pairs = reversed_ = 0
    for rows in scored.groups.values():
        for i, one in enumerate(rows):
            for other in rows[i + 1 :]:
                if one["label"] != other["label"]:
                    pairs += 1
                    better, worse = (one, other) if one["label"] else (other, one)
                    reversed_ += better["reward"] < worse["reward"]
    figures = {(row[0], row[1]): row[2] for row in scored.table("shaping", "reversals")}
    assert figures["label", "pairs that differ in outcome"] == pairs
    assert figures["label", "share reversed"] == reversed_ / pairs


def test_reliability(scored: Scored) -> None:
    figures = {(row[0], row[1]): row for row in scored.table("reliability", "rates")}
    passed = {True: [0, 0], False: [0, 0]}
    for row in scored.rows:
        passed[row["label"]][0] += row["terms"]["outcome"]["score"] == 1
        passed[row["label"]][1] += 1
    assert figures["outcome", "FP"][2] == passed[False][0] / passed[False][1]
    assert figures["outcome", "FN"][2] == pytest.approx(1 - passed[True][0] / passed[True][1])
    assert figures["outcome", "FP"][5] == passed[False][1]
    assert ("steps", "FP") not in figures  # a share of steps has no level from which it passes
    for name, auc, *_ in scored.table("reliability", "auc"):
        of: dict[bool, list[float]] = {True: [], False: []}
        for row in scored.rows:
            of[row["label"]].append(row["terms"][name]["score"])
        wrong = sorted(of[False])
        places = [(bisect_left(wrong, s) + bisect_right(wrong, s)) / 2 for s in of[True]]
        assert auc == pytest.approx(sum(places) / len(places) / len(wrong))


def test_what_the_log_tells(scored: Scored) -> None:
    """What the how-to shows: proved, and yet 30% of the advantage is off the key."""
    findings = {f["id"]: f for f in scored.json["findings"]}
    certificate = scored.table("shaping", "certificate")
    assert certificate[0][1] == "proved"
    assert not any(f["severity"] == "error" for f in scored.json["findings"])
    if len(scored.rows) > 2000:
        found = findings["signal.off_key"]
        assert found["value"] == pytest.approx(0.30, abs=0.005)
        named = {r["line"] for r in found["rollouts"]}
        groups = [scored.groups[scored.rows[line - 1]["group_id"]] for line in named]
        for rows in groups:  # to read: the outcome is the same for all, the reward is not
            assert len({r["terms"]["outcome"]["score"] for r in rows}) == 1
            assert len({r["reward"] for r in rows}) > 1
