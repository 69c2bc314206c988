"""The page holds the log: every row, text and term of it, against a plain reading of the file."""

from __future__ import annotations

import gzip
import json
import math
import re
from typing import Any

import pytest

from assay.audit.context import Context
from assay.audit.demo import demo_log
from assay.audit.logs import read_log
from assay.audit.report.document import page
from assay.audit.run import audit
from assay.printable import printable


@pytest.fixture(scope="module")
def html() -> str:
    with read_log([str(demo_log())]) as log:
        return page(audit(log.frame, Context(rows=log.rows)), log.rows)


def islands(html: str) -> dict[str, Any]:
    found = re.findall(r'<script type="application/json" id="([\w-]+)">([^<]*)</script>', html)
    return {name: json.loads(text) for name, text in found}


@pytest.mark.slow
def test_every_row_of_the_page_is_the_row_of_the_log(html: str) -> None:
    with gzip.open(demo_log(), "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    held = islands(html)
    data = held["data"]
    assert data["row"] == list(range(len(rows)))
    assert data["criteria"] == list(rows[0]["terms"])
    chunks = [held[f"chunk-{i}"] for i in range(len(data["chunks"]))]
    ends = [*data["chunks"][1:], len(rows)]
    texts = [
        (chunk["texts"], shown)
        for chunk, start, end in zip(chunks, data["chunks"], ends, strict=True)
        for shown in chunk["rows"][: end - start]
    ]
    assert len(texts) == len(rows)
    for i, (row, (words, shown)) in enumerate(zip(rows, texts, strict=True)):
        assert data["line"][i] == i + 1
        assert data["reward"][i] == pytest.approx(row["reward"], abs=1e-6)
        assert data["label"][i] == float(row["label"])
        assert data["step"][i] == row["step"]
        assert data["length"][i] == len(row["completion"])
        assert shown["c"] == printable(row["completion"])
        assert "cut" not in shown
        assert words[shown["p"]] == printable(row["prompt"])
        assert words[shown["r"]] == printable(row["reference"])
        assert words[shown["sig"]] == row["signature"]
        contributions = []
        for j, (key, verifier, status, weight, score, contribution, because) in enumerate(
            shown["t"]
        ):
            term, verdict = row["terms"][words[key]], row["verdicts"][words[key]]
            assert (words[verifier], words[status]) == (term["verifier"], verdict["status"])
            assert words[because] == verdict["because"]
            assert (weight, score) == pytest.approx((term["weight"], term["score"]), abs=1e-6)
            assert data["scores"][j][i] == pytest.approx(term["score"], abs=1e-6)
            contributions.append(contribution)
        assert math.fsum(contributions) == pytest.approx(row["reward"], abs=1e-5)
    groups = [row["group_id"] for row in rows]
    pairs = set(zip(groups, data["group"], strict=True))
    assert len(pairs) == len(set(groups)) == len(set(data["group"]))


@pytest.mark.slow
def test_the_same_log_gives_the_same_page(html: str) -> None:
    with read_log([str(demo_log())]) as log:
        assert page(audit(log.frame, Context(rows=log.rows)), log.rows) == html
