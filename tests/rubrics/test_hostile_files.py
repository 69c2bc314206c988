"""Files that are not rubrics, though their names say so: one clear error, and at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay import load_rubric, verify
from assay.errors import RubricError
from assay.rubrics import Weighted

pytest.importorskip("yaml")


def _bomb(kind: str) -> str:
    levels = [f"a0: &a0 {kind}"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    return "\n".join(levels)


def _merges() -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k{i}: *a{i - 1}}}" for i in range(1, 40)]
    return "\n".join(lines)


class Hostile(NamedTuple):
    suffix: str
    text: str
    says: str
    why: str


HOSTILE = [
    Hostile(".yaml", _bomb("lol"), "more than 20,000 values", "aliases of aliases: a small bomb"),
    Hostile(".yaml", _bomb("{x: 1}"), "more than 20,000 values", "the same with tables"),
    Hostile(".yaml", _merges(), "more than 20,000 values", "merge keys multiply as aliases do"),
    Hostile(".yaml", "a: &a [*a]", "within what it stands for", "an alias of its own list"),
    Hostile(".yaml", "a: *nothing", "undefined alias", "an alias of nothing"),
    Hostile(".yaml", "a: " + "[" * 60_000, "more than 64 levels", "depth in flow style"),
    Hostile(
        ".yaml",
        "\n".join(" " * i + "a:" for i in range(300)),
        "more than 64 levels",
        "depth in block style",
    ),
    Hostile(
        ".yaml",
        "math.answer: {weight: 1" + ":59" * 60_000 + "}",
        "must be a number",
        "sexagesimal: once a huge integer",
    ),
    Hostile(".yaml", "weight: " + "9" * 200_000, "200000 digits", "more digits than Python reads"),
    Hostile(".yaml", "weight: 0x" + "f" * 100_000, "integer of 400,000 bits", "no such limit"),
    Hostile(".toml", "weight = 0x" + "f" * 100_000, "integer of 400,000 bits", "in TOML either"),
    Hostile(".json", '{"weight": ' + "9" * 200_000 + "}", "200000 digits", "and in JSON"),
    Hostile(".yaml", "a: !!python/object/apply:os.system [ls]", "no meaning", "code in a tag"),
    Hostile(".yaml", "a: !!timestamp 2001-01-01", "no meaning", "a date by its tag"),
    Hostile(".yaml", "a: !!binary aGk=", "no meaning", "bytes by their tag"),
    Hostile(".yaml", "a: \x00", "cannot be read as YAML", "a NUL"),
    Hostile(
        ".toml", "[" + ".".join("a" * 1000) + "]", "more than 64 parts", "a long dotted header"
    ),
    Hostile(".toml", "a" + ".a" * 100_000 + " = 1", "more than 64 parts", "a long dotted key"),
    Hostile(".toml", "x = {" + '"a" . ' * 1000 + "a = 1}", "more than 64 parts", "quoted, inline"),
    Hostile(
        ".toml",
        "\n".join(f"[{'.'.join('a' * n)}]" for n in range(1, 300)),
        "more than 64 parts",
        "nested tables, one a line",
    ),
    Hostile(".toml", "x = " + "[" * 100_000, "nested too deeply", "lists in lists"),
    Hostile(".toml", "x = " + "{a=" * 60_000, "nested too deeply", "inline tables"),
    Hostile(".json", "[" * 100_000, "nested too deeply", "and in JSON"),
    Hostile(
        ".json", '{"a":' * 100 + "1" + "}" * 100, "nested too deeply", "that Python would read"
    ),
    Hostile(".json", "[" + "1," * 30_000 + "1]", "more than 20,000 values", "many values"),
    Hostile(".toml", "# " + "x" * 300_000, "more than 262,144 bytes", "a large file"),
    Hostile(".toml", "\udcff", "is not UTF-8", "another encoding"),
]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda c: f"{c.suffix[1:]}: {c.why}")
def test_one_clear_error(case: Hostile, tmp_path: Path) -> None:
    """Each of these once took a hang's time, all memory, or a traceback, or could have."""
    path = tmp_path / f"rubric{case.suffix}"
    path.write_text(case.text, errors="surrogateescape")
    with pytest.raises(RubricError) as caught:
        load_rubric(path)
    noted = str(caught.value)
    assert case.says in noted
    assert str(path) in noted
    assert len(noted) < 1000, "the error shows the file, not all of it"


def _link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


SPECIAL: list[tuple[str, Callable[[Path], Any], str]] = [
    ("a FIFO that nobody writes", os.mkfifo, "a named pipe"),
    ("an endless device", _link_to_zero, "a device"),
    ("a directory", Path.mkdir, "a directory"),
]


@pytest.mark.parametrize(("why", "make", "says"), SPECIAL, ids=[s[0] for s in SPECIAL])
def test_only_regular_files(
    why: str, make: Callable[[Path], Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "rubric.toml"
    make(path)
    with pytest.raises(RubricError, match=says):
        load_rubric(path)
    with pytest.raises(RubricError, match=says):
        verify("x", reference="1", rubric=str(path))


def test_a_pipe_without_a_writer_holds_up_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    os.mkfifo(path)
    caught: list[BaseException] = []

    def load() -> None:
        try:
            load_rubric(path)
        except RubricError as err:
            caught.append(err)

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(timeout=30)
    assert caught, "it still waits for a writer"


def test_a_dict_of_shared_parts_counts_them_each_time() -> None:
    bomb: Any = {"kind": "product", "criteria": ["a.a"]}
    for _ in range(40):
        bomb = {"kind": "product", "criteria": {"a": bomb, "b": bomb}}
    with pytest.raises(RubricError, match=r"more than 20,000 values|nested too deeply"):
        load_rubric(bomb)


def test_a_dict_within_itself() -> None:
    loop: dict[str, Any] = {"kind": "product"}
    loop["criteria"] = {"a": loop}
    with pytest.raises(RubricError, match="nested too deeply"):
        load_rubric(loop)
    with pytest.raises(RubricError, match="nested too deeply"):
        verify("x", reference="1", rubric=loop)


MEANT = [
    ("kind: gate\ngate: math.answer\nthen: format.boxed", "plain"),
    (
        "kind: weighted\ncriteria:\n  math.answer: &half {weight: 0.5}\n  format.boxed: *half",
        "an alias",
    ),
    ("kind: weighted\ncriteria:\n  math.answer: {<<: {weight: 0.5}}\n  format.boxed: .5", "merged"),
    (
        "kind: switch\non: info.data_source\ncases:\n  gsm8k: math.answer\n  no: format.boxed",
        "`on` and `no` are words, not truth values",
    ),
]


@pytest.mark.parametrize("text", [m[0] for m in MEANT], ids=[m[1] for m in MEANT])
def test_yaml_that_people_write_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rubric.yml"
    path.write_text(text)
    uses = {leaf.use for leaf in load_rubric(path).leaves().values()}
    assert uses == {"math.answer", "format.boxed"}


def test_floats_in_yaml_are_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text("math.answer: 0.1\nformat.boxed: 1e-1\n")
    assert load_rubric(path) == Weighted(criteria={"math.answer": 0.1, "format.boxed": 0.1})


def test_rubrics_that_ship_are_far_from_the_limits() -> None:
    from assay.rubrics.written.load import presets

    for name in presets():
        assert load_rubric(name)


NO_SOURCES: list[tuple[Any, str]] = [
    (["math"], "fix: rubric='math'"),
    (["math.answer", "format.boxed"], "fix: one rubric with weights, rubric={'math.answer': 1"),
    (7, "fix: rubric='math'"),
    (open, "fix: rubric='math'"),
    ({"math"}, "fix: rubric='math'"),
]


@pytest.mark.parametrize(("source", "fix"), NO_SOURCES, ids=[str(i) for i in range(5)])
@pytest.mark.parametrize("call", [load_rubric, lambda s: verify("x", reference="1", rubric=s)])
def test_what_is_no_rubric(call: Callable[[Any], Any], source: Any, fix: str) -> None:
    with pytest.raises(RubricError) as caught:
        call(source)
    assert str(caught.value).startswith("a rubric is a name, a path, a dict or a Rubric, got ")
    assert fix in str(caught.value)
