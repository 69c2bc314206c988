"""Criteria that see the group: who is compared with whom, and what those get who cannot be."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Engine, Reward, Sample, UnscoredError, verifier, verify
from assay.engine.calls.groups import GROUP_MOST, with_peers
from assay.errors import ConfigError, PluginError, RubricError, SampleError

RANK = {"kind": "weighted", "criteria": {"group.rank": 1}}

PAIRWISE = '''
import assay


@assay.verifier("demo.wins@1", cost="worker", needs=["peers", "reference"])
def wins(sample):
    """Share of the others that it wins against, asked pair by pair."""
    def better(a, b):
        return abs(len(a.completion) - a.reference) < abs(len(b.completion) - b.reference)
    return sum(better(sample, other) for other in sample.peers) / len(sample.peers)


@assay.verifier("demo.peeks@1", cost="worker", needs=["peers"])
def peeks(sample):
    return 1.0 if sample.peers[0].reference else 0.0
'''


def samples(*lengths: int, group: str | None = "g", **fields: Any) -> list[Sample]:
    return [Sample("x" * n, group_id=group, **fields) for n in lengths]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(RANK) as made:
        yield made


def values(rewards: list[Reward]) -> list[float | None]:
    return [reward.value for reward in rewards]


class Ruling(NamedTuple):
    batch: list[Sample]
    size: int | None
    wanted: list[float | str]
    """The value, or what the error of an invalid row says."""
    why: str


ALONE = "group 'g' has one sample, and nothing to compare it with"
RULINGS = [
    Ruling(samples(1, 2, 3), None, [1.0, 0.5, 0.0], "a group is what a call has of one group_id"),
    Ruling(samples(1, 2, 3), 3, [1.0, 0.5, 0.0], "a whole group"),
    Ruling(samples(2, 2, 2), None, [0.5, 0.5, 0.5], "ties are half a win"),
    Ruling(
        [*samples(1, 9), *samples(5, 7, group="h")],
        None,
        [1.0, 0.0, 1.0, 0.0],
        "groups do not see each other",
    ),
    Ruling(
        [s for pair in zip(samples(1, 9), samples(5, 7, group="h"), strict=True) for s in pair],
        2,
        [1.0, 1.0, 0.0, 0.0],
        "groups may be interleaved",
    ),
    Ruling(
        [*samples(1, 9, step=1), *samples(5, 7, step=2)],
        None,
        [1.0, 0.0, 1.0, 0.0],
        "the same prompt at another step is another group",
    ),
    Ruling(
        [*samples(1, 2), *samples(3, group=None)],
        None,
        [1.0, 0.0, "no 'group_id'"],
        "who has no group is invalid, and disturbs nobody",
    ),
    Ruling(samples(1), None, [ALONE], "alone is nothing to compare"),
    Ruling(samples(1, 2), 3, ["group 'g' has 2 of 3 samples"] * 2, "an incomplete group"),
    Ruling(
        samples(1, 2, 3),
        2,
        [1.0, 0.0, "group 'g' has more than 2 samples"],
        "who comes to a group that is whole",
    ),
    Ruling(
        [replace(samples(2)[0], group_id=None, peers=("x", "xxx"))],  # type: ignore[arg-type]
        None,
        [0.5],
        "a sample may bring its peers",
    ),
]


@pytest.mark.parametrize("ruling", RULINGS, ids=lambda r: r.why)
def test_who_is_compared_and_what_the_others_get(ruling: Ruling) -> None:
    with Engine(RANK, group_size=ruling.size) as made:
        batch = made.verify_batch(ruling.batch)
        by_index = dict(made.iter_batch(iter(ruling.batch)))
        awaited = asyncio.run(made.averify_batch(ruling.batch))
    for rewards in (batch, [by_index[i] for i in range(len(batch))], awaited):
        for reward, wanted in zip(rewards, ruling.wanted, strict=True):
            if isinstance(wanted, str):
                assert (reward.status, reward.value) == ("invalid", None)
                assert wanted in (reward.error or "")
                assert "fix: " in (reward.error or "")
            else:
                assert (reward.status, reward.value) == ("scored", wanted)


def test_a_group_over_the_bound_is_invalid_as_a_whole() -> None:
    batch = samples(*[1] * (GROUP_MOST + 1))
    with Engine(RANK) as made, pytest.raises(UnscoredError, match="1,025 samples, more than 1,024"):
        made.verify_batch(batch)
    with Engine(RANK, on_unscored="ignore") as made:
        rewards = made.verify_batch(batch)
    assert {(r.status, r.value) for r in rewards} == {("invalid", None)}
    assert "1,025 samples, more than 1,024" in (rewards[0].error or "")


def test_one_sample_alone_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(SampleError, match=r"no 'group_id'.*\n.*all in one call"):
        verify("x", rubric=RANK)
    with pytest.raises(SampleError, match="one sample, and nothing to compare"):
        verify("x", rubric=RANK, group_id="g")
    assert verify("x", rubric=RANK, peers=["xx", "x"]).value == 0.75


def test_a_row_that_is_no_sample_leaves_its_group_incomplete() -> None:
    rows = [*samples(1, 2), SampleError("broken")]
    with Engine(RANK, group_size=3) as made:
        rewards = made.verify_batch(rows)
    assert [r.status for r in rewards] == ["invalid"] * 3
    assert "2 of 3" in (rewards[0].error or "")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=14), st.randoms())
def test_order_changes_nothing_and_every_value_is_the_share_of_wins(
    engine: Engine, rows: list[tuple[int, int]], pick: random.Random
) -> None:
    batch = [Sample("x" * n, group_id=f"{group}") for group, n in rows]
    order = list(range(len(batch)))
    pick.shuffle(order)
    found = values(engine.verify_batch(batch))
    shuffled = values(engine.verify_batch([batch[i] for i in order]))
    assert [shuffled[order.index(i)] for i in range(len(batch))] == found
    for i, (group, n) in enumerate(rows):
        others = [m for j, (g, m) in enumerate(rows) if g == group and j != i]
        wins = sum(1.0 if n < m else 0.5 if n == m else 0.0 for m in others)
        assert found[i] == (wins / len(others) if others else None)


def test_a_worker_sees_the_group_with_the_declared_fields_alone(tmp_path: Path) -> None:
    plugin = tmp_path / "pairwise.py"
    plugin.write_text(PAIRWISE)
    batch = [
        Sample("x" * n, reference=r, group_id=g)
        for g, n, r in [("a", 3, 3), ("a", 5, 3), ("a", 9, 3), ("b", 1, 7), ("b", 6, 7)]
    ]
    with Engine(
        {"kind": "weighted", "criteria": {"demo.wins": 1}}, plugins=[str(plugin)], workers=1
    ) as made:
        assert values(made.verify_batch(batch)) == [1.0, 0.5, 0.0, 0.0, 1.0]
    with Engine(
        {"kind": "weighted", "criteria": {"demo.peeks": 1}}, plugins=[str(plugin)], workers=1
    ) as made:
        verdict = made.verify_batch(batch)[0].verdicts["demo.peeks"]
    assert verdict.status == "crashed"
    assert "reads 'reference'" in verdict.because


def test_peers_show_declared_fields_inline_too() -> None:
    caught = []

    @verifier("demo.swallows@1", cost="inline", needs=["peers"])
    def swallows(sample: Sample) -> float:
        assert sample.peers is not None
        assert sample.peers[0].peers is None
        try:
            _ = sample.peers[0].prompt
        except AttributeError as err:
            caught.append(err)
        return 1.0

    rubric = {"kind": "weighted", "criteria": {"demo.swallows": 1}}
    with Engine(rubric, verifiers=[swallows]) as made:
        reward = made.verify_batch(samples(1, 2, prompt="p"))[0]
    assert reward.verdicts["demo.swallows"].status == "crashed"  # what it caught counts as well


def test_a_group_is_judged_anew_where_another_was_alike(engine: Engine) -> None:
    """The cache knows completions; the same one in another group has another score."""
    first = values(engine.verify_batch(samples(2, 3)))
    assert first == [1.0, 0.0]
    assert values(engine.verify_batch(samples(2, 1))) == [0.0, 1.0]


def test_a_case_that_does_not_compare_needs_no_group() -> None:
    rubric = {
        "kind": "switch",
        "on": "info.source",
        "cases": {"a": RANK, "b": {"kind": "weighted", "criteria": {"length.cosine": 1}}},
    }
    batch = [
        Sample("x", group_id="g", info={"source": "a"}),
        Sample("x", info={"source": "b"}),
        Sample("", group_id="g", info={"source": "b"}),
        Sample("x", group_id="h", info={"source": "b"}),
    ]
    with Engine(rubric) as made:
        found = made.verify_batch(batch)
    assert found[0].value == 0.0  # the third is of its group, and shorter
    assert [r.status for r in found] == ["scored"] * 4


def test_a_budget_that_is_spent_leaves_no_group_without_an_answer(tmp_path: Path) -> None:
    plugin = tmp_path / "slow.py"
    plugin.write_text(
        "import time, assay\n"
        '@assay.verifier("demo.slow@1", cost="worker", needs=["peers"])\n'
        "def slow(sample):\n    time.sleep(60)\n    return 1.0\n"
    )
    rubric = {"kind": "weighted", "criteria": {"demo.slow": 1}}
    with Engine(rubric, plugins=[str(plugin)], workers=1, timeout_s=60) as made:
        rewards = made.verify_batch(samples(1, 2, 3), budget_s=0.3)
    assert [r.status for r in rewards] == ["unscored"] * 3
    assert all("budget" in (r.error or "") for r in rewards)


def test_held_samples_are_bounded() -> None:
    rows = (Sample("x", group_id=str(i)) for i in itertools.count())
    with pytest.raises(ConfigError, match=r"more than 100 samples wait.*\n.*--group-size"):
        list(with_peers(rows, lambda _: True, None, held_most=100))
    endless = (Sample("x", group_id=str(i // 2)) for i in itertools.count())
    whole = with_peers(endless, lambda _: True, 2, held_most=100)
    assert all(isinstance(row, Sample) for row in itertools.islice(whole, 1000))


@pytest.mark.parametrize("size", [1, 0, -2, GROUP_MOST + 1, 2.5])
def test_a_size_that_no_group_has_is_refused(size: Any) -> None:
    with pytest.raises(ConfigError, match="group_size"):
        Engine(RANK, group_size=size)


def test_needing_peers_is_not_optional() -> None:
    with pytest.raises(PluginError, match="always does"):
        verifier("demo.maybe@1", needs=["peers?"])(lambda sample: 1.0)


@pytest.mark.parametrize(
    ("rubric", "why"),
    [
        (
            {
                "kind": "turns",
                "outcome": {"kind": "weighted", "criteria": {"math.answer": 1}},
                "shaping": {"kind": "potential", "phi": RANK},
            },
            "phi",
        ),
        (
            {
                "kind": "process",
                "outcome": "math.answer",
                "steps": "group.rank",
                "over": "turns",
                "k": 4,
            },
            "steps",
        ),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_no_group_of_turns(rubric: dict[str, Any], why: str) -> None:
    with pytest.raises(RubricError, match="judged turn by turn"):
        Engine(rubric)


@pytest.mark.parametrize(
    ("peers", "why"),
    [(["a", 4], "peers[1] is a int"), ("ab", "peers is"), ([{"text": "a"}], "no 'completion'")],
)
def test_peers_that_are_none_are_refused(peers: Any, why: str) -> None:
    with pytest.raises(SampleError) as caught:
        Sample("x", peers=peers)
    assert why in str(caught.value)


def test_peers_go_to_json_and_back() -> None:
    sample = Sample("x", peers=[Sample("y", reference=1, peers=["z"]), "w"])  # type: ignore[arg-type]
    assert sample.to_json()["peers"] == [{"completion": "y", "reference": 1}, {"completion": "w"}]
    assert Sample.from_row(sample.to_json()) == sample
