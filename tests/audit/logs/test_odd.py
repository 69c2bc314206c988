"""Logs that are broken, strange or hostile: read as far as they go, and reported."""

from __future__ import annotations

import gzip
import json
import math
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_log import NAN, check, same, write_rows
from planted import make_frame

from assay.audit.frame import LARGEST, SMALLEST
from assay.audit.logs import Log, read_log
from assay.audit.logs.fields.database import connect
from assay.audit.logs.fields.values import UNREADABLE_NUMBER
from assay.errors import ConfigError, RolloutsError


def row(i: int = 0, score: Any = 1.0, **more: Any) -> dict[str, Any]:
    """A row of `assay verify` with one criterion."""
    term = {"verifier": "a.b@1", "weight": 1.0, "score": score, "contribution": score}
    verdict = {"verifier": "a.b@1", "status": "judged", "score": score, "because": "looked"}
    base = {
        "prompt_id": f"p{i // 2}",
        "completion": f"text {i}",
        "reward": score,
        "status": "scored",
        "terms": {"a.b": term},
        "verdicts": {"a.b": verdict},
        "signature": "ab12",
    }
    return {**base, **more}


def read(path: Path, **options: Any) -> Log:
    with read_log(path, **options) as log:
        return log


# -- lines ----------------------------------------------------------------------------------------


def test_lines_that_are_no_rows_are_counted_and_named(tmp_path: Path) -> None:
    lines = [
        json.dumps(row(0)).encode(),
        b"",
        b"{not json",
        b"[1, 2]",
        b"   ",
        b'{"a": "\xff"}',
        json.dumps(row(1)).encode(),
        b"7",
        b'{"reward": 1, "status": "scored"} trailing',
        json.dumps(row(2)).encode()[:-4],
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join(lines))
    log = read(path)
    assert log.frame.n == 2
    same(log.frame.line, [1, 7])
    assert log.unreadable == 6
    noted = {p.what: (p.count, p.places) for p in log.problems}
    assert noted["lines not read, a row must be an object, got a list"] == (1, (f"{path}:4",))
    assert noted["lines not read, not JSON"][0] == 3
    assert noted["lines not read, not JSON"][1][0] == (
        f"{path}:3 Expecting property name enclosed in double quotes at column 2"
    )
    assert noted["lines not read, not UTF-8"] == (1, (f"{path}:6 byte 0xff at position 7",))
    text = "lines not read, a row must be an object, got a list: 1"
    assert str(log.problems[0]).startswith(text)


def test_rows_that_only_python_reads(tmp_path: Path) -> None:
    """Half a character, two keys of one name, spaces before: all are rows to Python."""
    lines = [
        json.dumps(row(0, completion="half \ud800")),
        "  " + json.dumps(row(1)),
        '{"reward": 0.5, ' + json.dumps(row(2, 0.25))[1:],
        json.dumps(row(3))[:-1] + ', "reward": 0.125}',
        json.dumps(row(4, completion="é\u2028\u0085x")) + "\r",
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines) + "\n", newline="")
    with read_log(path) as log:
        rows = [json.loads(line) for line in lines]
        check(log.frame, rows)
        assert log.problems == ()
        assert log.rows(range(5)) == rows


def test_a_byte_order_mark_is_no_part_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(row(0)).encode() + b"\n")
    with read_log(path) as log:
        check(log.frame, [row(0)])
        assert log.rows([0]) == [row(0)]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    rows = [
        row(0, NAN, reward="NaN", step=10**400),
        row(1, math.inf, reward=True, step=10**25),
        row(2, "0.5", reward=[1], step=-0.0),
        row(3, None, reward=None, step=1e-320),
        row(4, {"x": 1}, reward=False, step=None),
    ]
    log = read(write_rows(tmp_path / "log.jsonl", rows))
    frame = log.frame
    same(frame.reward, [NAN, 1.0, NAN, NAN, 0.0])
    same(frame.score("a.b"), [NAN] * 5)
    same(frame.step, [NAN, 1e25, 0.0, 0.0, NAN])  # 1e-320 is nearer to 0 than a frame tells
    noted = {p.what: (p.count, p.places[0]) for p in log.problems}
    path = frame.files[0]
    assert noted[f"reward: {UNREADABLE_NUMBER}"] == (
        2,
        f"{path}:1",
    )
    assert noted[f"step: {UNREADABLE_NUMBER}"] == (
        1,
        f"{path}:1",
    )
    assert noted[f"score of 'a.b': {UNREADABLE_NUMBER}"] == (
        4,
        f"{path}:1",
    )


def test_numbers_beyond_what_a_frame_holds(tmp_path: Path) -> None:
    """A sentinel for "minus infinity" is not a reward, and its square is not a float."""
    lowest = -3.4028234663852886e38
    rows = [
        row(0, 1e31, reward=lowest),
        row(1, 1e30, reward=1.0),
        row(2, 1e-31, reward=-1e30, turns_reward=[1.0, lowest]),
        row(3, 0.5, reward=0.5, turns_reward=[0.5, 1e-30]),
    ]
    log = read(write_rows(tmp_path / "log.jsonl", rows))
    frame = log.frame
    same(frame.reward, [NAN, 1.0, -1e30, 0.5])
    same(frame.score("a.b"), [NAN, 1e30, 0.0, 0.5])
    assert frame.turns is not None
    same(frame.turns.rewards, [1.0, NAN, 0.5, 1e-30])
    noted = {p.what: (p.count, p.places[0].rpartition(":")[2]) for p in log.problems}
    assert noted == {
        "reward: a number beyond 1e+30": (1, "1"),
        "score of 'a.b': a number beyond 1e+30": (1, "1"),
        "contribution of 'a.b': a number beyond 1e+30": (1, "1"),
        "turns_reward: a number beyond 1e+30": (1, "3"),
    }


def test_a_frame_made_by_hand_holds_no_such_number() -> None:
    with pytest.raises(ValueError, match=r"^frame: reward holds a number beyond 1e\+30$"):
        make_frame({"a": [0.0]}, [1e31])
    assert make_frame({"a": [0.0]}, [-1e-31]).reward.tolist() == [0.0]


def test_statuses_that_nobody_knows(tmp_path: Path) -> None:
    rows = [row(0, status="done"), row(1)]
    rows[1]["verdicts"]["a.b"]["status"] = "felt"
    log = read(write_rows(tmp_path / "log.jsonl", rows))
    same(log.frame.row_status, [0, 0])
    same(log.frame.statuses[:, 0], [0, -1])
    assert [p.what for p in log.problems] == [
        "status: none that Assay knows",
        "status of 'a.b': none that Assay knows",
    ]


def test_labels(tmp_path: Path) -> None:
    labels = [True, 0, 1.0, "Correct", "wrong", None, "maybe", 0.5, [1], "I"]
    rows = [row(i, label=label) for i, label in enumerate(labels)]
    log = read(write_rows(tmp_path / "log.jsonl", rows))
    same(log.frame.label, [1.0, 0.0, 1.0, 1.0, 0.0, NAN, NAN, NAN, NAN, 0.0])
    assert [(p.what, p.count) for p in log.problems] == [("label: neither right nor wrong", 3)]


def test_rows_with_different_criteria(tmp_path: Path) -> None:
    rows = [row(i) for i in range(6)]
    for i in (1, 4):
        rows[i]["terms"] = {f"c{i}": rows[i]["terms"]["a.b"]}
        rows[i]["verdicts"] = {f"c{i}": rows[i]["verdicts"]["a.b"]}
    rows[5] = {"prompt": "p", "completion": "c", "reward": 1, "scores": {"a.b": 0.5, "z": 1}}
    log = read(write_rows(tmp_path / "log.jsonl", rows))
    assert log.frame.criteria == ("a.b", "c1", "c4", "z")
    same(log.frame.score("a.b"), [1.0, NAN, 1.0, 1.0, NAN, 0.5])
    same(log.frame.score("c4"), [NAN, NAN, NAN, NAN, 1.0, NAN])
    same(log.frame.score("z"), [NAN] * 5 + [1.0])


NASTY = [
    "select",
    'a"b',
    "a'b",
    "a'); DROP TABLE batch; --",
    "x[1]",
    "$.a",
    "a/b~c",
    "~0",
    "A.B",
    "a.B",
    "*",
    "0",
    " ",
    "über",
    "tab\there",
    "nul\0here",
    "\N{GRINNING FACE}",
    "{criterion}",
    "--",
    "line\nbreak",
]


def test_names_are_never_read_as_queries(tmp_path: Path) -> None:
    """Criteria, columns and values that are SQL, paths or patterns are just names."""
    rows = []
    for i in range(3):
        terms = {
            key: {"verifier": "v@1", "weight": 1, "score": (i + j) / 32, "contribution": 0.0}
            for j, key in enumerate(NASTY)
        }
        rows.append(row(i, terms=terms, verdicts={}, **{"'; --": "'x'", 'co"l': i}))
    path = write_rows(tmp_path / "log.jsonl", rows)
    with read_log(path, key="a'b", by=["'; --", 'co"l']) as log:
        check(log.frame, rows)
        assert log.frame.criteria == tuple(NASTY)
        assert log.frame.strata["'; --"].names == ("'x'",)
        assert log.frame.strata['co"l'].names == ("0", "1", "2")
    import pandas as pd

    table = tmp_path / "log.parquet"
    scores = [{f"s {key}".replace("\0", ""): i / 4 for key in NASTY} for i in range(3)]
    pd.DataFrame(
        [{**r, "terms": None, "verdicts": None, **s} for r, s in zip(rows, scores, strict=True)]
    ).to_parquet(table)
    columns = {f"scores.{name}": name for name in scores[0] if "." not in name}
    with read_log(table, columns=columns, reader="columns") as log:
        assert set(log.frame.criteria) == {name for name in scores[0] if "." not in name}
        for name in log.frame.criteria:
            same(log.frame.score(name), [0.0, 0.25, 0.5])


def test_the_database_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    db = connect()
    for query in (
        f"SELECT * FROM read_csv('{tmp_path}/x.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/y.csv'",
        f"ATTACH '{tmp_path}/z.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM glob('/*')",
    ):
        with pytest.raises(Exception, match=r"Permission|Invalid|IO|configuration"):
            db.execute(query)
    db.close()
    assert os.listdir(tmp_path) == ["x.csv"]


@pytest.mark.parametrize("depth", [150, 900, 100_000])
def test_a_row_nested_deeply_harms_nobody(depth: int, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    deep = "[" * depth + "]" * depth
    path.write_text(json.dumps(row(0)) + "\n" + json.dumps(row(1))[:-1] + f', "x": {deep}}}\n')
    with read_log(path) as log:
        assert log.frame.n >= 1
        got = log.rows(range(log.frame.n))
        assert got[0] == row(0)
        assert all(r["reward"] == 1.0 for r in got)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = (
    "reward step prompt_id group_id prompt n_tokens label terms verdicts scores turns_reward "
    "finish_reason signature model status info completion"
)
FIELD = st.sampled_from(FIELDS.split())


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.dictionaries(FIELD, JSON, max_size=8), min_size=1, max_size=6))
def test_whatever_json_a_row_holds_it_is_a_row(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    """No value in any field raises, loses a row, or changes what a plain reading gives."""
    path = write_rows(tmp_path_factory.mktemp("any") / "log.jsonl", rows)
    with read_log(path, reader="columns") as log:
        assert log.frame.n == len(rows)
        plain = [r.get("reward") for r in rows]
        wanted = [
            (float(v) if abs(v) >= SMALLEST else 0.0)
            if isinstance(v, bool | int | float) and abs(v) <= LARGEST
            else NAN
            for v in plain
        ]
        same(log.frame.reward, wanted)
        assert len(log.rows(range(len(rows)))) == len(rows)


# -- files ----------------------------------------------------------------------------------------


def test_gzip_of_several_members_and_single_rows_again(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    rows = [row(i, i / 64) for i in range(60)]
    with path.open("wb") as file:
        for i in range(0, 60, 20):
            text = "".join(json.dumps(r) + "\n" for r in rows[i : i + 20])
            file.write(gzip.compress(text.encode()))
    with read_log(path) as log:
        check(log.frame, rows)
        wanted = [59, 0, 31, 30, 19, 20]
        assert log.rows(wanted) == [rows[i] for i in wanted]


def test_single_rows_of_a_large_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked from the nearest mark before them, not from the start."""
    from assay.audit.logs.sources import jsonl_files

    monkeypatch.setattr(jsonl_files, "SEEK_BYTES", 4096)
    monkeypatch.setattr(jsonl_files, "PIECE_BYTES", 1500)
    monkeypatch.setattr(jsonl_files, "READ_BYTES", 700)
    path = tmp_path / "log.jsonl.gz"
    rows = [row(i, i / 1024, completion=os.urandom(40).hex()) for i in range(500)]
    text = "".join(json.dumps(r) + "\n" for r in rows).encode()
    path.write_bytes(gzip.compress(text[: len(text) // 2]) + gzip.compress(text[len(text) // 2 :]))
    with read_log(path) as log:
        check(log.frame, rows)
        wanted = [499, 3, 250, 251, 252, 480, 0, 77]
        assert log.rows(wanted) == [rows[i] for i in wanted]
        part = log._parts[0].lines
        assert part is not None
        assert len(part._marks) > 5


def test_a_gzip_that_is_cut_off(tmp_path: Path) -> None:
    rows = [row(i, completion=os.urandom(3000).hex()) for i in range(40)]
    whole = gzip.compress("".join(json.dumps(r) + "\n" for r in rows).encode())
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with read_log(path) as log:
        n = log.frame.n
        assert 10 < n < 30
        check(log.frame, rows[:n])
        assert log.rows([n - 1]) == [rows[n - 1]]
        assert [str(p) for p in log.problems] == [
            f"files not read to their end: 1 ({path}:{n + 1}: cannot be read further: "
            "the gzip file ends in the middle)"
        ]


def test_a_parquet_file_that_is_broken_inside(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "log.parquet"
    rows = [row(i, completion=os.urandom(200).hex()) for i in range(50)]
    pd.DataFrame(rows).to_parquet(path, row_group_size=10)
    raw = bytearray(path.read_bytes())
    raw[2000:2400] = b"\xee" * 400  # within the pages of the first row groups
    path.write_bytes(raw)
    good = write_rows(tmp_path / "good.jsonl", [row(0)])
    with read_log([path, good]) as log:
        assert [p.what for p in log.problems] == ["files not read to their end"]
        assert log.frame.n >= 1


def refuse(path: Path, noted: str, **options: Any) -> None:
    with pytest.raises(RolloutsError) as raised:
        read_log(path, **options)
    assert str(raised.value) == noted.replace("PATH", str(path))


def test_files_that_are_never_read(tmp_path: Path) -> None:
    noted = (
        "PATH: may hold a pickle, which runs code when it is loaded; never read"
        "\nfix: write the log as JSONL or Parquet; of slime's debug rollouts, where you trust "
        "the file, each of its `samples` as a line of JSON"
    )
    for name in ("log.jsonl", "log.pkl", "log.bin"):
        (tmp_path / name).write_bytes(pickle.dumps([row(0)]))
        refuse(tmp_path / name, noted)
    for name in ("log.pt", "log.npy", "log.ckpt"):
        (tmp_path / name).write_text(json.dumps(row(0)))
        refuse(tmp_path / name, noted)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda p: p.write_text(""), "PATH: holds no rows"),
    "blank lines only": (lambda p: p.write_text("\n\n  \n"), "PATH: holds no rows"),
    "a list": (
        lambda p: p.write_text(json.dumps([row(0)])),
        "PATH: is one JSON list, must have one row on each line (JSONL)"
        "\nfix: jq -c '.[]' FILE.json > FILE.jsonl",
    ),
    "no rows at all": (
        lambda p: p.write_text("hello\nworld\n"),
        "PATH: is not a log: neither JSONL nor Parquet, and no reader knows it"
        "\nfix: write one JSON object on each line (.jsonl), or Parquet",
    ),
    "foreign rows": (
        lambda p: p.write_text('{"a": 1, "b": 2}\n'),
        "PATH: has neither a reward nor scores, and no reader knows it\ncolumns: a, b"
        "\nfix: name them, e.g. --map reward=COLUMN --map scores.style=COLUMN; or "
        "score the rows first: assay verify FILE --rubric RUBRIC --out SCORED_FILE",
    ),
    "rows that are all nested too deeply": (
        lambda p: p.write_text(('{"reward": 1, "x": ' + "[" * 5000 + "]" * 5000 + "}\n") * 3),
        "PATH:1: is not a row, nor are the lines after it: nested deeper than 200 levels",
    ),
    "zstd": (
        lambda p: p.write_bytes(b"\x28\xb5\x2f\xfd" + b"x" * 40),
        "PATH: is compressed with zstd, must be JSONL, .gz or Parquet\nfix: zstd -d FILE",
    ),
    "half a Parquet file": (
        lambda p: p.write_bytes(b"PAR1" + b"x" * 40),
        "PATH: is not a whole Parquet file: Parquet magic bytes not found in footer. Either the "
        "file is corrupted or this is not a parquet file.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_files_that_are_no_logs(name: str, tmp_path: Path) -> None:
    make, noted = CASES[name]
    path = tmp_path / "log.jsonl"
    make(path)
    refuse(path, noted)


def test_paths_that_are_none(tmp_path: Path) -> None:
    write_rows(tmp_path / "rollouts.jsonl", [row(0)])
    refuse(tmp_path / "rolouts.jsonl", "PATH: no such file; did you mean 'rollouts.jsonl'?")
    refuse(tmp_path / "*.parquet", "PATH: no file matches")
    empty = tmp_path / "empty"
    empty.mkdir()
    refuse(
        empty,
        "PATH: holds no log (.jsonl, .ndjson, .json, .parquet, .eval, or these with .gz)",
    )
    with pytest.raises(RolloutsError, match=r"^no log was named$"):
        read_log([])


def test_a_folder_of_different_files(tmp_path: Path) -> None:
    """Each file has its own reader; what nobody knows is reported; what is hidden is left alone."""
    import pandas as pd

    rows = [row(i) for i in range(4)]
    write_rows(tmp_path / "a.jsonl", rows)
    (tmp_path / "b").mkdir()
    pd.DataFrame(rows).to_parquet(tmp_path / "b" / "c.parquet")
    (tmp_path / "d.json").write_text(json.dumps({"configuration": 1}, indent=2))
    (tmp_path / ".hidden.jsonl").write_text("nothing")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "empty.jsonl").write_text("")
    with read_log(tmp_path) as log:
        assert log.frame.n == 8
        check(log.frame, [*rows, *rows])
        assert log.reader == "assay"
        assert [str(p) for p in log.problems] == [
            f"files left out, no reader knows them: 1 ({tmp_path}/d.json)"
        ]
        assert [r["completion"] for r in log.rows([5, 2])] == ["text 1", "text 2"]
    with read_log([tmp_path / "a.jsonl", str(tmp_path / "*.jsonl")]) as log:
        assert log.frame.n == 4  # each file once


def test_a_file_that_changed_since(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "log.jsonl", [row(i) for i in range(4)])
    with read_log(path) as log:
        path.write_text("short\n")
        with pytest.raises(RolloutsError, match=r"log\.jsonl: has changed since it was read"):
            log.rows([3])
        with pytest.raises(IndexError):
            log.rows([4])
    with pytest.raises(ValueError, match="closed"):
        log.rows([0])


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a field": (
        {"columns": {"rewrad": "reward"}},
        "--map rewrad=reward: no field 'rewrad'; did you mean 'reward'?\nfields: reward, status, "
        "step, prompt_id, group_id, prompt, completion, n_tokens, label, finish_reason, truncated, "
        "signature, rubric, turns_reward, model, data_source, reference, tests, turns, steps, "
        "info, scores.NAME",
    ),
    "a column": (
        {"columns": {"step": "sttus"}},
        "--map step=sttus: no column 'sttus'; did you mean 'status'?"
        "\ncolumns: prompt_id, completion, reward, status, terms, verdicts, signature, info",
    ),
    "a path": (
        {"columns": {"label": "terms.a.c.score", "scores.x": "info.acc"}},
        "--map label=terms.a.c.score: no column 'terms.a.c.score'\ncolumns in 'terms': a.b",
    ),
    "the end of a path": (
        {"columns": {"step": "info.stp"}},
        "--map step=info.stp: no column 'info.stp'; did you mean 'info.step'?"
        "\ncolumns in 'info': step",
    ),
    "a criterion without a name": (
        {"columns": {"scores.": "reward"}},
        "--map scores.=reward: must name a criterion: scores.NAME",
    ),
    "a key": (
        {"key": "a.c"},
        "--key a.c: no criterion of the log; did you mean 'a.b'?\ncriteria: a.b",
    ),
    "a column to tell rows apart by": (
        {"by": ["modell"]},
        "--by modell: no row has that column"
        "\ncolumns: prompt_id, completion, reward, status, terms, verdicts, signature, info",
    ),
    "a reader": (
        {"reader": "tlr"},
        "--reader tlr: no reader is called that; did you mean 'trl'?\nreaders: assay, ledger, trl, "
        "verl, openrlhf, verifiers, verifiers_results, inspect, lists, lm_eval, evals, skyrl, "
        "slime, areal, nemo_gym, rllm, wandb, weave, columns",
    ),
    "rows": ({"max_rows": 0}, "max_rows is 0, must be a whole number of at least 1"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_of_the_user(name: str, tmp_path: Path) -> None:
    options, noted = MISTAKES[name]
    path = write_rows(tmp_path / "log.jsonl", [row(0, info={"step": 1})])
    with pytest.raises(ConfigError) as raised:
        read_log(path, **options)
    assert str(raised.value) == noted


def test_a_column_with_a_value_for_every_row_tells_nothing_apart(tmp_path: Path) -> None:
    rows = [row(i, uid=f"u{i}") for i in range(1200)]
    with pytest.raises(ConfigError, match="--by uid: has more than 1000 different values"):
        read_log(write_rows(tmp_path / "log.jsonl", rows), by=["uid"])


def test_lengths_in_tokens_only_where_every_completion_has_them(tmp_path: Path) -> None:
    """Found out late: the log is read again, with characters."""
    rows = [row(i, n_tokens=3) for i in range(400)]
    rows[300]["n_tokens"] = None
    with read_log(write_rows(tmp_path / "log.jsonl", rows)) as log:
        check(log.frame, rows)
        assert log.frame.length_unit == "characters"
    rows[300]["completion"] = None  # an invalid row has neither
    with read_log(write_rows(tmp_path / "log.jsonl", rows)) as log:
        check(log.frame, rows)
        assert log.frame.length_unit == "tokens"


def test_a_thousand_criteria(tmp_path: Path) -> None:
    """They are read by one expression; planning one for each took minutes."""
    bare = [
        {"prompt": f"q{i // 2}", "reward": 1, "scores": {f"c{j}": (i + j) % 5 for j in range(1000)}}
        for i in range(4)
    ]
    log = read(write_rows(tmp_path / "bare.jsonl", bare))
    assert log.frame.criteria == tuple(bare[0]["scores"])
    for i, one in enumerate(bare):
        same(log.frame.scores[i], [float(v) for v in one["scores"].values()])
    with pytest.raises(ConfigError, match=r"criteria: c0, .*, c19 and 980 more"):
        read_log(tmp_path / "bare.jsonl", key="x")


MISSHAPEN: dict[str, tuple[str, Any, int]] = {
    "samples that are not a list": ("inspect", {"samples": 5}, 0),
    "a sample of other types": (
        "inspect",
        {"samples": [7, {"id": {}, "scores": [1], "output": {"choices": 5}}]},
        1,
    ),
    "choices of other types": ("inspect", {"samples": [{"id": 1, "output": {"choices": [5]}}]}, 1),
    "traces that are none": ("verifiers", {"traces": [5, "x"]}, 0),
    "a trace of other types": (
        "verifiers",
        {"traces": [1, {"rewards": [1]}, {"nodes": 5, "calls": 7, "stop_condition": []}]},
        2,
    ),
    "a weight that is not a number": (
        "verifiers",
        {"traces": [{"rewards": {"a": {"score": 1, "weight": "y"}, "b": {"score": 0.5}}}]},
        1,
    ),
}


@pytest.mark.parametrize("why", MISSHAPEN)
def test_the_right_keys_around_the_wrong_types(why: str, tmp_path: Path) -> None:
    """What looks like a format and is none harms nobody: rows there are, are rows."""
    reader, noted, n = MISSHAPEN[why]
    around: dict[str, Any] = {"id": 1, "env": 5, "task": [], "traces": []}
    if reader == "inspect":
        around = {"version": 2, "status": "x", "eval": {"task": 1, "model": 2}}
    good = write_rows(tmp_path / "good.jsonl", [row(0)])
    odd = write_rows(tmp_path / "odd.jsonl", [{**around, **noted}])
    with read_log([odd, good]) as log:
        assert log.frame.n == n + 1
        assert log.reader == f"{reader}, assay"


def test_half_floats(tmp_path: Path) -> None:
    """The database does not know them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    halves = pa.array(np.array([1.0, 0.5], np.float16))
    pq.write_table(pa.table({"prompt": ["a", "b"], "reward": halves}), tmp_path / "log.parquet")
    same(read(tmp_path / "log.parquet").frame.reward, [1.0, 0.5])


def test_a_gzip_that_was_only_begun(tmp_path: Path) -> None:
    """Alone it is an error; beside others, of a run that goes on, it is reported and left out."""
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"reward": 1}' * 99)[:5])
    write_rows(tmp_path / "a.jsonl", [row(0)])
    with pytest.raises(RolloutsError, match=r"b\.jsonl\.gz: Compressed file ended before"):
        read_log(tmp_path / "b.jsonl.gz")
    with read_log(tmp_path) as log:
        assert log.frame.n == 1
        assert [p.what for p in log.problems] == ["files left out, cannot be read"]


def test_an_eval_file_that_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "x.eval").write_bytes(b"PK\x03\x04garbage")
    with pytest.raises(RolloutsError, match="cannot be read further: File is not a zip file"):
        read_log(tmp_path / "x.eval")
