"""The demo's log has the faults that were planted, and the audit finds them and no others."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scored import frame_of

from assay.audit.context import Context
from assay.audit.demo import FAULTS, demo_log
from assay.audit.run import Audit, audit

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "rollouts" / "gsm8k_solutions.jsonl"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    with gzip.open(demo_log(), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def found(rows: list[dict[str, Any]]) -> Audit:
    return audit(frame_of(rows), Context(rows=lambda wanted: [rows[i] for i in wanted]))


def test_the_log_is_what_it_says(rows: list[dict[str, Any]]) -> None:
    assert len(rows) == 1200
    assert {row["step"] for row in rows} == set(range(1, 13))
    assert all(row["status"] == "scored" for row in rows)
    assert demo_log().stat().st_size < 250_000


def test_every_planted_fault_is_found_and_nothing_else_is_grave(found: Audit) -> None:
    grave = {f.id for f in found.findings if f.severity != "info"}
    for main, consequences in FAULTS.items():
        assert main in grave
        grave -= {main, *consequences}
    assert grave == set()


def test_the_faults_are_as_large_as_a_plain_count_says(
    found: Audit, rows: list[dict[str, Any]]
) -> None:
    by_id = {f.id: f for f in found.findings}
    wrong = [row for row in rows if not row["label"]]
    passed = [row for row in wrong if row["terms"]["answer"]["score"] == 1]
    assert by_id["reliability.false_positives"].value == pytest.approx(len(passed) / len(wrong))
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(row["group_id"], []).append(row["terms"]["answer"]["score"])
    # four of a group, and every group has a signal: each spends the same squared advantage
    still = sum(len(set(scores)) == 1 for scores in groups.values())
    assert by_id["signal.off_key"].value == pytest.approx(still / len(groups))


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no {CORPUS.name} beside the repository")
def test_the_log_is_made_again_to_the_byte_but_for_the_signature(
    rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    code = (
        "import sys, json; from pathlib import Path; from assay.audit.demo.make import rows\n"
        "json.dump(rows(Path(sys.argv[1])), open(sys.argv[2], 'w'))"
    )
    out = tmp_path / "rows.json"
    subprocess.run([sys.executable, "-c", code, str(CORPUS), str(out)], check=True, timeout=120)
    made = json.loads(out.read_text())
    for row in (*rows, *made):
        row.pop("signature")
    assert made == rows
