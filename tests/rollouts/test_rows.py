"""What is a row, what is none, and that a bad one never takes the others with it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.errors import RolloutsError, SampleError
from assay.model import Sample
from assay.rollouts.rows import Row, parse_line, read_rows
from assay.rollouts.so_far import ReadSoFar
from assay.rollouts.sources import Source, find_sources


class Case(NamedTuple):
    line: bytes
    error: str | None
    why: str


CASES = [
    Case(b'{"completion": "4"}', None, "an object is a row"),
    Case(b'{"completion": "4"}\r\n', None, "Windows line ends are white space"),
    Case(b'{"completion": NaN}', None, "NaN is read, so that the field can refuse it by name"),
    Case(b'{"completion": "\\ud800"}', None, "half a character can come out of a model"),
    Case(b'{"completion": "\xed\xa0\x80"}', None, "and be written unescaped by Python"),
    Case(b'{"completion": "\\u0000"}', None, "a NUL byte is text"),
    Case('{"completion": "a\u2028b"}'.encode(), None, "a line separator within text ends no line"),
    Case(b"not json", "not JSON: Expecting value at column 1", "the place in the line is reported"),
    Case(b'{"a": 1,}', "not JSON: ", "a trailing comma is not JSON"),
    Case(b'{"a": 1} {"a": 2}', "not JSON: Extra data at column 10", "one row a line"),
    Case(b"[1, 2]", "a row must be an object, got a list", "a list names no columns"),
    Case(b'"text"', "a row must be an object, got text", "nor does text"),
    Case(b"3", "a row must be an object, got a number", "nor does a number"),
    Case(b"null", "a row must be an object, got null", "nor does null"),
    Case(b"true", "a row must be an object, got a bool", "nor does a bool"),
    Case(b'{"a": "\xff"}', "not UTF-8: byte 0xff at position 7", "JSON is UTF-8"),
    Case(b'{"a": ' + b"9" * 5000 + b"}", "not readable: Exceeds the limit", "a giant integer"),
    Case(b"[" * 100_000, "nested deeper than 200 levels", "no recursion is deep enough for it"),
    Case(
        b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}",
        "nested deeper than 200 levels",
        "what can be read must be fit to be written again",
    ),
    Case(b'{"a": [' + b"[]," * 300 + b"[]]}", None, "many lists side by side are not deep"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_a_line(case: Case) -> None:
    row = parse_line(case.line, "a.jsonl", 7)
    assert row.place == "a.jsonl:7"
    if case.error is None:
        assert row.error is None
        assert isinstance(row.data, dict)
    else:
        assert row.data is None
        assert row.error is not None
        assert row.error.startswith(case.error)


def rows_of(*paths: Path | str) -> list[Row]:
    return list(read_rows(find_sources([str(p) for p in paths])))


def test_blank_lines_are_no_rows_but_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"completion": "1"}\n\n  \n{"completion": "2"}')
    assert [(r.line, r.data) for r in rows_of(path)] == [
        (1, {"completion": "1"}),
        (4, {"completion": "2"}),
    ]


def test_gzip_is_told_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(b'{"completion": "1"}\n{"completion": "2"}\n'))
    assert [r.data for r in rows_of(path)] == [{"completion": "1"}, {"completion": "2"}]


def test_a_truncated_gzip_gives_its_rows_then_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = b"".join(
        b'{"completion": "%d", "x": "%s"}\n' % (i, os.urandom(20).hex().encode())
        for i in range(2000)
    )
    path.write_bytes(gzip.compress(lines)[:-2000])
    rows = read_rows(find_sources([str(path)]))
    seen: list[Row] = []
    with pytest.raises(RolloutsError, match=r"a\.jsonl\.gz:\d+: cannot be read further: "):
        seen.extend(rows)
    assert 1000 < len(seen) < 2000


def test_several_files_and_globs_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", "[c]"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"completion": name}) + "\n")
    seen = rows_of(tmp_path / "b.jsonl", tmp_path / "[a-b].jsonl", tmp_path / "[c].jsonl")
    assert [r.data["completion"] for r in seen if r.data] == ["b", "a", "b", "[c]"]


class Refusal(NamedTuple):
    pattern: str
    error: str
    why: str


@pytest.mark.parametrize(
    "case",
    [
        Refusal("rolouts.jsonl", "no such file; did you mean 'rollouts.jsonl'?", "a slip"),
        Refusal("*.json", "no file matches", "a glob without a match is a mistake"),
        Refusal("folder", "is a directory", "its files must be named"),
        Refusal("gone/a.jsonl", "no such file", "nor is there the folder"),
        Refusal(
            "dangling.jsonl",
            "is a symbolic link to nowhere, which is not there",
            "a link to nowhere",
        ),
    ],
    ids=lambda c: c.why,
)
def test_an_input_that_cannot_be_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Refusal
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rollouts.jsonl").write_text("{}\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling.jsonl").symlink_to("nowhere")
    with pytest.raises(RolloutsError) as err:
        find_sources(["rollouts.jsonl", case.pattern])
    assert case.error in str(err.value)
    assert case.pattern in str(err.value)


def test_standard_input_once() -> None:
    assert find_sources(["-"]) == [Source("-")]
    with pytest.raises(RolloutsError, match="only once"):
        find_sources(["-", "-"])


def test_standard_input_may_be_compressed() -> None:
    program = (
        "from assay.rollouts.rows import read_rows; from assay.rollouts.sources import Source\n"
        "print([(r.place, r.data) for r in read_rows([Source('-')])])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=gzip.compress(b'{"completion": "1"}\n'),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == "[('stdin:1', {'completion': '1'})]"


def test_a_pipe_is_opened_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f'echo \'{{"completion": "1"}}\' > {pipe}'])
    try:
        assert [r.data for r in rows_of(pipe)] == [{"completion": "1"}]
    finally:
        assert writer.wait(10) == 0


@pytest.mark.slow
def test_how_much_has_been_read(tmp_path: Path) -> None:
    """In bytes of the files as they lie there, over all of them; pipes and Parquet do not say."""
    lines = b"".join(b'{"completion": "%d"}\n' % i for i in range(200_000))
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "b.gz").write_bytes(gzip.compress(lines, 1))
    sources = find_sources([str(tmp_path / "a.jsonl"), str(tmp_path / "b.gz")])
    so_far = ReadSoFar(sources)
    assert so_far.share is None
    seen = [so_far.share or 0.0 for _ in read_rows(sources, so_far)]
    first = len(lines) / (len(lines) + (tmp_path / "b.gz").stat().st_size)
    assert seen == sorted(seen)
    assert seen[0] < 0.1
    assert abs(seen[199_999] - first) < 0.05
    assert first < seen[300_000] < 1.0
    assert seen[-1] == 1.0
    pipes = ReadSoFar([Source("-")])
    assert pipes.share is None


def test_a_sample_or_why_there_is_none() -> None:
    good = Row("a", 1, {"response": "4", "gold": 4, "source": "x"})
    sample = good.sample({"completion": "response", "reference": "gold"})
    assert isinstance(sample, Sample)
    assert (sample.completion, sample.reference, dict(sample.info)) == ("4", 4, {"source": "x"})
    for bad, error in [
        (Row("a", 1, {"respnse": "4"}), "no 'completion' in the row"),
        (Row("a", 1, {"completion": "4", "reference": [[]]}), "reference[0] is a list"),
        (Row("a", 1, {"completion": "4", "reference": float("nan")}), "reference is nan"),
        (Row("a", 1, {"completion": 4}), "completion is an int"),
        (Row("a", 1, None, "not JSON"), "not JSON"),
    ]:
        why = bad.sample()
        assert isinstance(why, SampleError)
        assert str(why).startswith(error)


def test_rescoring_reads_no_earlier_reward() -> None:
    row = Row(
        "a",
        1,
        {
            "completion": "4",
            "reward": 1.0,
            "status": "scored",
            "terms": {},
            "verdicts": {},
            "signature": "x",
        },
    )
    sample = row.sample()
    assert isinstance(sample, Sample)
    assert sample.info == {}


def test_a_column_called_status_is_the_users_where_no_run_of_ours_wrote_it() -> None:
    sample = Row("a", 1, {"completion": "4", "status": "ok"}).sample()
    assert isinstance(sample, Sample)
    assert sample.info == {"status": "ok"}
