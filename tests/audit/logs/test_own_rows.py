"""What `assay verify` writes, read back: equal to a plain reading, row by row."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from plain_log import check, write_rows

from assay import Engine, Sample, Verdict, verifier
from assay.audit.context import Context
from assay.audit.logs import read_log
from assay.audit.run import audit
from assay.cli.main import main
from assay.rollouts.columns import with_rewards

DATA = Path(__file__).parents[3] / "examples" / "data" / "gsm8k_solutions_200.jsonl"


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's rows, scored by the command."""
    out = tmp_path_factory.mktemp("scored") / "rewards.jsonl"
    with pytest.raises(SystemExit) as left:
        main(["verify", str(DATA), "--rubric", "math+format", "-o", str(out), "--no-progress"])
    assert left.value.code == 0
    return out


def test_the_example_scored_by_verify(scored: Path) -> None:
    rows = rows_of(scored)
    with read_log(scored) as log:
        check(log.frame, rows)
        assert log.reader == "assay"
        assert log.problems == ()
        assert log.frame.criteria == ("math.answer", "format.boxed")
        assert log.frame.key == "math.answer"
        assert log.frame.weights == {"math.answer": 0.95, "format.boxed": 0.05}
        assert log.frame.label.tolist() == [float(r["label"]) for r in rows]
        models = log.frame.strata["model"]
        assert [models.names[c] for c in models.codes] == [r["model"] for r in rows]
        assert log.rows([7, 199, 0, 7]) == [rows[i] for i in (7, 199, 0, 7)]
        assert log.frame.signature is not None
        assert log.frame.signature.names == (rows[0]["signature"],)


def test_the_same_as_gzip_as_parquet_and_in_pieces(scored: Path, tmp_path: Path) -> None:
    """Another file, another order of columns, the same frame."""
    import pandas as pd

    rows = rows_of(scored)
    packed = tmp_path / "rewards.jsonl.gz"
    with scored.open("rb") as source, gzip.open(packed, "wb") as target:
        shutil.copyfileobj(source, target)
    table = tmp_path / "rewards.parquet"
    pd.DataFrame(rows).to_parquet(table, row_group_size=30)
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    for i in range(0, 200, 40):
        write_rows(pieces / f"{i:03}.jsonl", rows[i : i + 40])
    for path in (packed, table, pieces, str(pieces / "*.jsonl")):
        with read_log(path) as log:
            check(log.frame, rows)
            assert log.problems == ()
            got = log.rows([0, 55, 199])
            assert [g["completion"] for g in got] == [rows[i]["completion"] for i in (0, 55, 199)]
            assert [g["verdicts"]["math.answer"]["because"] for g in got] == [
                rows[i]["verdicts"]["math.answer"]["because"] for i in (0, 55, 199)
            ]
    with read_log(pieces) as log:
        assert len(log.frame.files) == 5
        assert (int(log.frame.file[41]), int(log.frame.line[41])) == (1, 2)


@verifier("logs.ends@1", cost="inline", levels=[0, 1])
def ends(sample: Sample) -> Verdict:
    if "fog" in sample.text:
        return Verdict.undecided("logs.ends@1", "fog")
    return Verdict.judged("logs.ends@1", float(sample.text.endswith("!")), "looked at its end")


@verifier("logs.share@1", cost="inline")
def share(sample: Sample) -> Verdict:
    if "mist" in sample.text:
        return Verdict.undecided("logs.share@1", "mist")
    return Verdict.judged("logs.share@1", sample.text.count("a") / max(1, len(sample.text)), "a's")


def scored_rows(rubric: Any, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As `assay verify` writes them."""
    samples = [Sample.from_row(row) for row in rows]
    with Engine(rubric, verifiers=[ends, share], workers=1) as engine:
        rewards = engine.verify_batch(samples)
    found = [with_rewards(r, w.to_json()) for r, w in zip(rows, rewards, strict=True)]
    return [json.loads(json.dumps(row)) for row in found]


TEXTS = ["aha!", "no", "fog", "mist a!", "banana", "a!", "", "fog!"]
PLAIN = [
    {"prompt": f"q{i // 4}", "completion": text, "step": i // 4, "n_tokens": len(text)}
    for i, text in enumerate(TEXTS)
]
TURNS = [
    {
        "prompt_id": f"q{i // 2}",
        "completion": texts[-1],
        "turns": [{"completion": text} for text in texts],
    }
    for i, texts in enumerate([["a", "aa!"], ["b"], ["fog", "a", "ab!"], ["mist", "x!"]])
]
GATE = {"kind": "gate", "gate": "logs.ends", "then": "logs.share"}
RUBRICS = {
    "a composer that is not a sum": (GATE, PLAIN),
    "nested": ({"kind": "weighted", "criteria": {"logs.share": 0.2, "g": GATE}}, PLAIN),
    "a switch: rows with different criteria": (
        {
            "kind": "switch",
            "on": "info.part",
            "cases": {"one": "logs.ends", "two": GATE},
        },
        [{**row, "part": "one" if i % 2 else "two"} for i, row in enumerate(PLAIN)],
    ),
    "a table": (
        {
            "kind": "table",
            "criteria": {"e": "logs.ends", "s": {"use": "logs.share", "missing": 0}},
            "rows": [
                {"when": {"e": 1, "s": [0.3, 1]}, "value": 1},
                {"when": {"e": 1}, "value": 0.8},
                {"when": {"s": [0.3, 1]}, "value": 0.1},
            ],
        },
        PLAIN,
    ),
    "the most of two, and a constant": (
        {
            "kind": "weighted",
            "criteria": {
                "logs.ends": 2,
                "most": {"kind": "max", "criteria": ["logs.ends", "logs.share"]},
                "base": {"kind": "constant", "value": -1},
            },
        },
        PLAIN,
    ),
    "a weight that moves with the step": (
        {
            "kind": "weighted",
            "criteria": {
                "logs.ends": 1,
                "s": {"kind": "schedule", "of": "logs.share", "points": [[0, 0.5], [2, 0.1]]},
            },
        },
        PLAIN,
    ),
    "a cost without a cap": (
        {
            "kind": "weighted",
            "criteria": {
                "logs.ends": 1,
                "bad": {"kind": "cost", "of": "logs.share", "each": 0.1, "unknown": 1},
            },
        },
        PLAIN,
    ),
    "the length among the group": (
        {"kind": "weighted", "criteria": {"logs.ends": 1, "length.in_group": 0.5}},
        [{**row, "group_id": row["prompt"]} for row in PLAIN],
    ),
    "turns with a potential": (
        {"kind": "turns", "outcome": "logs.ends", "shaping": {"phi": "logs.share"}},
        TURNS,
    ),
    "the same paid at every turn": (
        {"kind": "turns", "outcome": "logs.ends", "shaping": {"kind": "repeat"}, "unsafe": True},
        TURNS,
    ),
}


@pytest.mark.parametrize("name", RUBRICS)
def test_every_kind_of_rubric(name: str, tmp_path: Path) -> None:
    import pandas as pd

    rubric, plain = RUBRICS[name]
    rows = scored_rows(rubric, plain)
    path = write_rows(tmp_path / "log.jsonl", rows)
    with read_log(path) as log:
        check(log.frame, rows)
        assert log.problems == ()
        assert log.rows(range(len(rows))) == rows
    table = tmp_path / "log.parquet"
    pd.DataFrame(rows).to_parquet(table)
    with read_log(table) as log:
        check(log.frame, rows)
        assert log.problems == ()


@pytest.mark.parametrize("name", RUBRICS)
def test_every_kind_of_rubric_is_audited(name: str, tmp_path: Path) -> None:
    """No analysis fails, and by its own rubric no order of the log is reversed."""
    rubric, plain = RUBRICS[name]
    path = write_rows(tmp_path / "log.jsonl", scored_rows(rubric, plain))
    with (
        Engine(rubric, verifiers=[ends, share], workers=1) as engine,
        read_log(path, rubric=engine.rubric) as log,
    ):
        context = Context(rubric=engine.rubric, against=engine.rubric, rows=log.rows)
        found = audit(log.frame, context)
    assert not [outcome.failed for outcome in found.outcomes if outcome.failed]
    ran = {outcome.analysis: outcome for outcome in found.outcomes}
    assert {"signal", "budget", "shaping"} <= set(ran)
    compared = ran["counterfactual"].tables.get("against")
    assert compared is not None
    figures = {row[0]: row[1] for row in compared.rows}
    assert figures.get("share of orders reversed", 0.0) in (0.0, None)


def test_contributions_and_the_composers_own_add_up(tmp_path: Path) -> None:
    """What a gate adds or takes is not a criterion; the rest of the reward is its own."""
    rows = scored_rows(GATE, PLAIN)
    with read_log(write_rows(tmp_path / "log.jsonl", rows)) as log:
        frame = log.frame
    assert frame.criteria == ("logs.ends", "logs.share") or set(frame.criteria) == {"gate", "then"}
    rest = [r["terms"]["(gate)"]["contribution"] for r in rows]
    for i, row in enumerate(rows):
        if row["reward"] is not None:
            total = frame.contributions[i].sum() + rest[i]
            assert total == pytest.approx(row["reward"], abs=1e-12)


def test_the_rubric_gives_order_and_key(tmp_path: Path) -> None:
    from assay import load_rubric

    rows = scored_rows(GATE, PLAIN)
    path = write_rows(tmp_path / "log.jsonl", rows)
    other = load_rubric({"kind": "gate", "gate": "logs.ends", "then": "logs.share", "key": "then"})
    with (
        Engine(other, verifiers=[ends, share], workers=1) as engine,
        read_log(path, rubric=engine.rubric) as log,
    ):
        assert log.frame.key == "then"
        assert log.frame.criteria == ("gate", "then")
    nested = {"kind": "weighted", "criteria": {"g": {**GATE, "key": "then"}, "logs.share": 0.2}}
    rows = scored_rows(nested, PLAIN)
    path = write_rows(tmp_path / "nested.jsonl", rows)
    with (
        Engine(nested, verifiers=[ends, share], workers=1) as engine,
        read_log(path, rubric=engine.rubric) as log,
    ):
        assert log.frame.key == "g/then"
        assert log.frame.criteria == ("g/gate", "g/then", "logs.share")
