"""Rows out: valid JSON whatever came in, whole lines whatever happens, and resumption."""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import RolloutsError
from assay.rollouts.columns import with_rewards, without_rewards
from assay.rollouts.output import RewardsFile, encode
from assay.rollouts.rows import Row, parse_line
from assay.rollouts.sources import Source

OURS = {"reward": 1.0, "status": "scored", "terms": {}, "verdicts": {}, "signature": "s1"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refuse(name: str) -> Any:
    raise AssertionError(f"{name} is not valid JSON")


def nulled(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: nulled(v) for k, v in value.items()}
    return [nulled(v) for v in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(st.characters()), anything, max_size=5))
def test_every_row_is_one_line_of_valid_json(row: dict[str, Any]) -> None:
    line = encode(row)
    assert line.endswith(b"\n")
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line, parse_constant=refuse) == nulled(row)


@given(st.dictionaries(st.text(), anything, max_size=5))
def test_what_is_written_is_read_back_as_the_same_row(row: dict[str, Any]) -> None:
    again = parse_line(encode(row), "a", 1).data
    assert again == nulled(row)


def test_ours_replace_theirs_and_stand_at_the_end() -> None:
    out = with_rewards({"status": 200, "completion": "x", "error": "kept: ours has none"}, OURS)
    assert list(out) == ["completion", "error", *OURS]
    assert out["status"] == "scored"


def test_nothing_of_an_earlier_scoring_stays() -> None:
    first = with_rewards({"completion": "x"}, {**OURS, "error": "e", "turns_reward": [1.0]})
    assert with_rewards(first, OURS) == {"completion": "x", **OURS}
    assert without_rewards(first) == {"completion": "x"}


def signed(signature: str) -> Callable[[Row, Mapping[str, Any]], str]:
    """A rubric that signs every row alike."""
    return lambda row, old: signature


# -- the file --------------------------------------------------------------------------------


def test_opening_changes_nothing_until_the_work_starts(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("an earlier run\n")
    file = RewardsFile(str(path))
    assert path.read_text() == "an earlier run\n"
    file.start()
    file.write(b"{}\n")
    file.close()
    assert path.read_text() == "{}\n"


def test_refusals(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text("{}\n")
    (tmp_path / "link.jsonl").symlink_to(source)
    os.link(source, tmp_path / "hard.jsonl")
    for name in ("a.jsonl", "link.jsonl", "hard.jsonl"):
        with pytest.raises(RolloutsError, match="is an input"):
            RewardsFile(str(tmp_path / name), [Source(str(source))])
    assert source.read_text() == "{}\n"
    with pytest.raises(RolloutsError, match=r"cannot be written: no folder .*none\nfix: mkdir -p "):
        RewardsFile(str(tmp_path / "none" / "r.jsonl"))
    with pytest.raises(RolloutsError, match="cannot be written: Is a directory"):
        RewardsFile(str(tmp_path))
    with pytest.raises(RolloutsError, match=r"plain JSONL, not as \.gz"):
        RewardsFile(str(tmp_path / "r.jsonl.gz"))


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    first = RewardsFile(str(tmp_path / "r.jsonl"))
    with pytest.raises(RolloutsError, match="another run is writing it"):
        RewardsFile(str(tmp_path / "r.jsonl"))
    first.close()
    RewardsFile(str(tmp_path / "r.jsonl")).close()


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    (tmp_path / "a.jsonl").write_text("{}\n")
    for _ in range(3):
        file = RewardsFile(str(tmp_path / "r.jsonl"))
        file.start()
        list(file.finished(iter([]), signed("s")))
        file.close()
        file.close()
        with pytest.raises(RolloutsError):
            RewardsFile(str(tmp_path / "a.jsonl"), [Source(str(tmp_path / "a.jsonl"))])
    assert descriptors() == before


def test_a_device_that_is_full() -> None:
    file = RewardsFile("/dev/full")
    file.start()
    with pytest.raises(RolloutsError, match="/dev/full: No space left on device after 0 whole"):
        file.write(b"{}\n")
    file.close()


def test_a_file_that_reaches_its_limit_keeps_whole_rows(tmp_path: Path) -> None:
    """A limit on the size of files stops a write in the middle, as a full disk does."""
    path = tmp_path / "r.jsonl"
    program = (
        "import resource, signal, sys\n"
        "from assay.errors import RolloutsError\n"
        "from assay.rollouts.output import RewardsFile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "file = RewardsFile(sys.argv[1]); file.start()\n"
        "try:\n"
        "    for i in range(100): file.write(b'{\"i\": %d}\\n' % (10**20 + i))\n"
        "except RolloutsError as err: print(err)\n"
        "file.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    whole = path.read_text().splitlines()
    assert [json.loads(line)["i"] for line in whole] == [10**20 + i for i in range(len(whole))]
    assert len(whole) == 1000 // 29
    assert f"File too large after {len(whole)} whole rows" in done.stdout
    assert f"--resume then goes on from row {len(whole) + 1}" in done.stdout
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


# -- resumption ------------------------------------------------------------------------------


def rows_in(n: int = 5) -> Iterator[Row]:
    for i in range(n):
        yield Row("in.jsonl", i + 1, {"completion": str(i), "loss": float("nan")})


def log(path: Path, rows: list[Row], signature: str = "s1") -> None:
    path.write_bytes(
        b"".join(encode(with_rewards(r.data, {**OURS, "signature": signature})) for r in rows)
    )


def test_resume_takes_what_is_whole_and_drops_the_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    log(path, list(rows_in(3)))
    whole = path.read_bytes()
    for torn in (b"", b'{"comp', b'{"completion": "3"}', b"\n", b"\0\0\0\n"):
        path.write_bytes(whole + torn)
        file = RewardsFile(str(path))
        rows = rows_in()
        assert [row.line for row, _ in file.finished(rows, signed("s1"))] == [1, 2, 3]
        assert path.read_bytes() == whole
        row = next(rows)
        assert row.line == 4
        file.write(encode(with_rewards(row.data, OURS)))
        file.close()
        assert path.read_bytes().startswith(whole)
        assert len(path.read_bytes().splitlines()) == 4


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_resume_after_a_kill_at_any_byte(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "r.jsonl"
    log(path, list(rows_in()))
    full = path.read_bytes()
    path.write_bytes(full[:cut])
    file = RewardsFile(str(path))
    rows = rows_in()
    done = [row.line for row, _ in file.finished(rows, signed("s1"))]
    assert done == list(range(1, full[:cut].count(b"\n") + 1))
    for row in rows:
        file.write(encode(with_rewards(row.data, OURS)))
    file.close()
    assert path.read_bytes() == full


def refusal(path: Path, rows: Iterator[Row], signature: str = "s1") -> str:
    before = path.read_bytes()
    file = RewardsFile(str(path))
    with pytest.raises(RolloutsError) as err:
        list(file.finished(rows, signed(signature)))
    file.close()
    assert path.read_bytes() == before, "a refused resumption changes nothing"
    return str(err.value)


def test_resume_refuses_another_signature(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    log(path, list(rows_in(3)))
    assert f"{path}:1: was scored with signature s1, this run's is s2" in refusal(
        path, rows_in(), "s2"
    )


def test_resume_refuses_another_input(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    rows = list(rows_in(3))
    log(path, rows)
    other = [rows[0], Row("in.jsonl", 2, {"completion": "changed"}), rows[2]]
    assert f"{path}:2: does not hold in.jsonl:2" in refusal(path, iter(other))
    assert f"{path}:3: the inputs end before this row" in refusal(path, rows_in(2))


def test_resume_refuses_a_file_that_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"completion": "0"}\n{"completion": "1"}\n')
    assert f"{path}:1: is not a row that `assay verify` wrote" in refusal(path, rows_in())


def test_resume_knows_a_row_that_was_no_json(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    bad, good = Row("in.jsonl", 1, None, "not JSON"), Row("in.jsonl", 2, {"completion": "x"})
    invalid = {**OURS, "reward": None, "status": "invalid", "error": "not JSON"}
    path.write_bytes(encode(with_rewards(None, invalid)) + encode(with_rewards(good.data, OURS)))
    file = RewardsFile(str(path))
    rows = iter([bad, good])
    assert [row.line for row, _ in file.finished(rows, signed("s1"))] == [1, 2]
    file.close()


def test_resume_reads_an_invalid_last_row_again(tmp_path: Path) -> None:
    """There --strict has stopped, and the user has mended the input."""
    path = tmp_path / "r.jsonl"
    log(path, list(rows_in(2)))
    whole = path.read_bytes()
    invalid = {**OURS, "reward": None, "status": "invalid", "error": "not JSON"}
    path.write_bytes(whole + encode(with_rewards(None, invalid)))
    file = RewardsFile(str(path))
    rows = rows_in()
    assert [row.line for row, _ in file.finished(rows, signed("s1"))] == [1, 2]
    assert next(rows).line == 3
    assert path.read_bytes() == whole
    file.close()
