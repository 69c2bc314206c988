"""Whatever a sample holds: its record is a whole one, and gives it back."""

from __future__ import annotations

import datetime
import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Engine, Reward, Sample, Term, Verdict, load_rubric
from assay.ledger import Ledger
from assay.ledger.as_rows import as_row
from assay.ledger.encode import dump
from assay.ledger.read import read_records, read_rows, rubrics, shards
from assay.ledger.writer import Writer
from assay.rollouts.columns import without_rewards
from assay.rollouts.output import encode

from .conftest import RUBRIC, records

ROLLOUTS = Path(__file__).parents[1] / "cases/gsm8k_solutions_40.jsonl"


def plain(value: Any) -> Any:
    """As it reads once written as JSON: NaN as null, tuples as lists."""
    return json.loads(encode({"value": value}))["value"]


def recorded(*pairs: tuple[Sample, Reward]) -> list[dict[str, Any]]:
    """The records of these samples and rewards."""
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(Ledger(folder, flush_rows=10_000, flush_s=3600), "math", RUBRIC)
        call = writer.call()
        for i, (sample, reward) in enumerate(pairs):
            writer.put(call, i, sample, reward)
        writer.close()
        found = list(read_records(folder))
        by_duckdb = duckdb.sql(f"select completion, reward from '{folder}/*.parquet' order by seq")
        assert by_duckdb.fetchall() == [(r["completion"], r["reward"]) for r in found]
        return found


SCORED = Reward(1.0, "scored", {"a.b": Term("a.b@1", 1.0, 1.0, 1.0)}, signature="ab12")


class Odd(NamedTuple):
    fields: dict[str, Any]
    column: str
    holds: Any
    why: str


ODD = [
    Odd({"completion": "a\ud800b"}, "completion", "a\ufffdb", "half a character has no UTF-8"),
    Odd({"completion": "\x00\x1b[31m"}, "completion", "\x00\x1b[31m", "control characters stay"),
    Odd({"completion": ""}, "completion", "", "an empty text is a text"),
    Odd({"completion": "é" * 10_000_000}, "n_chars", 10_000_000, "20 MB of text in one row"),
    Odd(
        {"completion": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "4"}]},
        "completion",
        "4",
        "of a chat the assistant's last message is judged",
    ),
    Odd(
        {"completion": [{"role": "assistant", "content": "4", "reasoning_content": "2+2\udfff"}]},
        "completion",
        "<think>2+2\ufffd</think>4",
        "reasoning beside the content is part of the text",
    ),
    Odd(
        {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]},
        "prompt",
        "s\n\nu",
        "a chat as prompt",
    ),
    Odd({"n_tokens": 10**30}, "n_tokens", None, "a number beyond 64 bits is kept beside"),
    Odd({"step": 2**63 - 1}, "step", 2**63 - 1, "the largest number of 64 bits"),
    Odd({"reference": 10**400}, "reference", "1" + "0" * 400, "a long integer as reference"),
    Odd({"reference": ["1/2", 0.5]}, "reference", '["1/2",0.5]', "several references"),
    Odd({"reference": 'a"\ud83d'}, "reference", '"a\\"\\ud83d"', "half a character in JSON text"),
    Odd({"label": True}, "label_number", 1.0, "a label that is true"),
    Odd({"label": 0.25}, "label_number", 0.25, "a label that is a number"),
    Odd({"label": "good"}, "label_number", None, "a label that is a word"),
    Odd({"label": 10**400}, "label_number", None, "a label no float can hold"),
    Odd({"label": {"by": ["a", "b"]}}, "label", '{"by":["a","b"]}', "a label with structure"),
    Odd({"group_id": "g\ud800"}, "group_id", "g\ufffd", "half a character in an id"),
    Odd({"steps": ()}, "steps", "[]", "no steps are other than none given"),
    Odd({"turns": ["a", {"completion": "b", "feedback": "c"}]}, "completion", "x", "turns"),
    Odd({"tests": {"cases": [{"args": [1, 2.5, None, True]}]}}, "completion", "x", "tests"),
    Odd({"tests": '{"cases": []}'}, "tests", '"{\\"cases\\": []}"', "tests as JSON text"),
    Odd({"info": {"reference": "other", "id": 7}}, "completion", "x", "an entry named as a field"),
    Odd({"info": {"info": {"a": 1}}}, "completion", "x", "an entry named info"),
    Odd({"info": {"": "\u2028\x85"}}, "completion", "x", "an entry without a name"),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda o: o.why)
def test_odd_values_are_recorded_and_come_back(odd: Odd) -> None:
    sample = Sample(**{"completion": "x", **odd.fields})
    [record] = recorded((sample, SCORED))
    assert record[odd.column] == odd.holds
    row = as_row(record)
    assert Sample.from_row(without_rewards(row)) == sample
    assert {k: row[k] for k in SCORED.to_json()} == plain(SCORED.to_json())


def test_what_json_has_not_is_told_as_what_comes_nearest() -> None:
    odd = {
        "nan": float("nan"),
        "inf": [float("-inf"), {"x": float("inf")}],
        "date": datetime.date(2026, 1, 2),
        "bytes": b"ab",
        "giant": 1 << 20_000,
    }
    [record] = recorded((Sample("x", label=float("nan"), info=odd), SCORED))
    row = as_row(record)
    assert row["label"] is None
    assert {k: row[k] for k in odd} == {
        "nan": None,
        "inf": [None, {"x": None}],
        "date": "2026-01-02",
        "bytes": "ab",
        "giant": hex(1 << 20_000),
    }


def test_a_value_nested_beyond_reason_is_told_in_words() -> None:
    value: Any = "deep"
    for _ in range(100_000):
        value = [value]
    assert json.loads(dump(value)) == "a list nested too deeply"
    circle: list[Any] = []
    circle.append(circle)
    assert json.loads(dump(circle)) == "a list nested too deeply"
    while isinstance(value, list):  # or its end would nest as deeply
        value = value.pop()


def test_odd_rows_do_not_spoil_their_neighbours() -> None:
    pairs = [(Sample(f"plain {i}", info={"i": i}), SCORED) for i in range(50)]
    pairs[7] = (Sample("half \udc00", group_id="\ud800", n_tokens=2**70), SCORED)
    found = recorded(*pairs)
    assert [r["completion"] for r in found if r["exact"] is None] == [
        f"plain {i}" for i in range(50) if i != 7
    ]
    assert json.loads(found[7]["exact"]) == {
        "completion": "half \udc00",
        "group_id": "\ud800",
        "n_tokens": 2**70,
    }


half = st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF)
texts = st.text(st.one_of(st.characters(), half), max_size=12)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts).map(
    lambda v: None if v in (float("inf"), float("-inf")) else v
)
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3), max_leaves=6
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": texts},
    optional={"reasoning_content": texts},
)
chats = st.one_of(texts, st.lists(messages, min_size=1, max_size=3))
said = chats.filter(lambda c: isinstance(c, str) or any(m["role"] == "assistant" for m in c))
counts = st.integers(min_value=0, max_value=2**70)
references = st.one_of(texts, st.integers(), numbers)
samples = st.fixed_dictionaries(
    {"completion": said},
    optional={
        "reference": st.one_of(references, st.lists(references, min_size=1, max_size=3)),
        "prompt": chats,
        "tests": st.one_of(texts, st.dictionaries(texts, values, max_size=2)),
        "steps": st.lists(values, max_size=2),
        "turns": st.lists(
            st.fixed_dictionaries({"completion": chats}, optional={"feedback": texts}), max_size=2
        ),
        "n_tokens": counts,
        "finish_reason": texts,
        "step": counts,
        "label": values,
        "prompt_id": texts,
        "group_id": texts,
        "info": st.dictionaries(texts, values, max_size=3),
    },
).map(lambda fields: Sample(**fields))
verdicts = st.one_of(
    st.builds(
        lambda score, because, details: Verdict.judged("a.b@1", score, because, details=details),
        st.floats(0, 1),
        texts,
        st.dictionaries(texts, leaves, max_size=2),
    ),
    st.builds(lambda because: Verdict.undecided("a.b@1", because), texts),
)
terms = st.builds(
    Term, texts, numbers, st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), numbers)
)
rewards = st.builds(
    lambda value, terms, verdicts, turns, error, signature: Reward(
        value,
        "unscored" if value is None else "scored",
        terms,
        verdicts,
        None if turns is None else tuple(turns),
        signature,
        error,
    ),
    st.one_of(st.none(), numbers),
    st.dictionaries(texts, terms, max_size=3),
    st.dictionaries(texts, verdicts, max_size=3),
    st.one_of(st.none(), st.lists(st.one_of(st.none(), numbers), max_size=3)),
    st.one_of(st.none(), texts),
    texts,
)


@given(st.lists(st.tuples(samples, rewards), min_size=1, max_size=4))
def test_any_sample_and_any_reward_come_back(pairs: list[tuple[Sample, Reward]]) -> None:
    for (sample, reward), record in zip(pairs, recorded(*pairs), strict=True):
        row = as_row(record)
        noted = plain(reward.to_json())
        assert {name: row[name] for name in noted} == noted
        assert Sample.from_row(without_rewards(row)) == Sample.from_row(plain(sample.to_json()))
        assert record["seconds"] == reward.seconds


def test_real_rollouts_come_back_as_the_rows_they_were(folder: Path) -> None:
    rows = [json.loads(line) for line in ROLLOUTS.read_text().splitlines()]
    with Engine("math", ledger=folder) as engine:
        rewards = engine.verify_batch(Sample.from_row(row) for row in rows)
    found = sorted(read_records(folder), key=lambda r: r["index"])
    for row, reward, record in zip(rows, rewards, found, strict=True):
        assert as_row(record) == plain({**row, **reward.to_json()})
        [term] = record["terms"]
        verdict = reward.verdicts["math.answer"]
        assert (term["status"], term["verdict_score"]) == (verdict.status, verdict.score)


def test_stored_verdicts_compose_to_the_same_rewards(folder: Path) -> None:
    """Under the rubric that the shards name, and without a verifier."""
    rubric = {
        "kind": "gate",
        "gate": "math.answer",
        "then": {"kind": "weighted", "criteria": {"length.overlong": 1}},
    }
    rubric["then"]["criteria"] = {  # type: ignore[index]
        "short": {"use": "length.overlong", "params": {"max_tokens": 100, "buffer_tokens": 50}}
    }
    rows = [json.loads(line) for line in ROLLOUTS.read_text().splitlines()]
    samples = [Sample.from_row({**r, "n_tokens": len(r["completion"]) // 4}) for r in rows]
    with Engine(rubric, ledger=folder) as engine:
        given = engine.verify_batch(samples)
    assert len({reward.value for reward in given}) > 2
    [noted] = rubrics(folder).values()
    again = load_rubric(noted)
    for record in read_records(folder):
        row = as_row(record)
        stored = {key: Verdict.from_json(v) for key, v in row["verdicts"].items()}
        reward = again.compose(stored, Sample.from_row(without_rewards(row)))
        assert reward.value == given[record["index"]].value == record["reward"]


def test_rows_that_are_no_samples_are_recorded_as_they_were(folder: Path) -> None:
    bad = {"answer": 4, "deep": [{"a": [1.5, None]}], "when": datetime.date(2026, 1, 2)}
    with Engine("math", ledger=folder) as engine:
        rewards = engine.verify_batch([bad, Sample("4", reference="4")])  # type: ignore[list-item]
    found = {r["index"]: r for r in records(folder)}
    assert [rewards[i].status for i in range(2)] == ["invalid", "scored"]
    row = as_row(found[0])
    assert found[0]["completion"] is None
    assert without_rewards(row) == {**bad, "when": "2026-01-02"}
    assert (row["status"], row["error"]) == ("invalid", rewards[0].error)


def test_a_file_that_is_no_shard_is_named(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "other.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(OSError, match=r"other\.parquet: cannot be read"):
        list(read_rows(folder))
    duckdb.sql("select 1 as a").write_parquet(str(folder / "other.parquet"))
    with pytest.raises(OSError, match=r"other\.parquet: is not a shard of a ledger"):
        list(read_rows(folder))
    with pytest.raises(OSError, match="nowhere: No such file"):
        shards(folder / "nowhere")
