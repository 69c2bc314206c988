"""A criterion's name is data: with a line end in it, it cannot pass for a line of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done, write_rows

Assay = Callable[..., Done]

COMMANDS: list[tuple[str, ...]] = [
    ("verify", "rows.jsonl", "-r", "r.json", "--out", "o.jsonl", "--summary", "s.md"),
    ("prove", "r.json"),
    ("preflight", "rows.jsonl", "-r", "r.json"),
    ("probe", "r.json", "--rows", "rows.jsonl", "--n", "1"),
    ("rubrics", "r.json"),
    ("rubrics", "r.json", "--json"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c[:1] + c[-1:]))
def test_a_line_end_in_a_name(command: tuple[str, ...], assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(
        "from assay import verifier\n@verifier('faulty.one@1', cost='inline')\n"
        "def one(sample): raise RuntimeError('x\\nFORGED by an exception')\n"
    )
    criteria = {
        "math.answer": 1,
        "a\nFORGED by a name": {"use": "format.boxed", "weight": 0.5},
        "b\nFORGED by another": {"use": "faulty.one", "weight": -0.5},
    }
    (tmp_path / "r.json").write_text(json.dumps({"kind": "weighted", "criteria": criteria}))
    row = {
        "completion": "\\boxed{1}",
        "reference": "1",
        "solution": "\\boxed{1}",
        "data_source\nFORGED by a column": 1,
    }
    write_rows(tmp_path / "rows.jsonl", [row])
    done = assay(*command, "--plugin", "faulty.py")
    assert done.code in (0, 1), done.err
    written = (tmp_path / "s.md").read_text() if "s.md" in command else ""
    for line in (done.out + done.err + written).splitlines():
        assert not line.lstrip(" -*|").startswith("FORGED"), line
