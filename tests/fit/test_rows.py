"""What rows of preferences may look like, what is wrong with others, and what is left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import ConfigError, SampleError
from assay.fit import Pairs, Rankings, gather, read_preference
from assay.fit.preference_rows import KINDS, PreferenceKind, criteria_of, kind_of

A, B = {"s": 1.0, "t": 0.5}, {"s": 0.0, "t": 0.25}


class Shape(NamedTuple):
    row: dict[str, Any]
    kind: PreferenceKind
    scores: list[dict[str, float | None] | None]
    why: str


VERDICT = {"verifier": "math.answer@1", "status": "judged", "score": 1.0}
UNDECIDED = {"verifier": "style.black@1", "status": "undecided", "score": None}

SHAPES = [
    Shape({"chosen": A, "rejected": B}, "pairs", [A, B], "maps of scores"),
    Shape({"chosen": {"scores": A}, "rejected": {"scores": B}}, "pairs", [A, B], "rows of scores"),
    Shape({"chosen": {"s": True}, "rejected": {"s": 0}}, "pairs", [{"s": 1.0}, {"s": 0.0}],
          "true is 1"),
    Shape({"chosen": {"s": None}, "rejected": B}, "pairs", [{"s": None}, B], "null is not a score"),
    Shape({"chosen": "yes", "rejected": "no"}, "pairs", [None, None], "texts wait for a rubric"),
    Shape({"chosen": [{"role": "assistant", "content": "a"}], "rejected": "b"}, "pairs",
          [None, None], "chat messages too"),
    Shape({"chosen": {"verdicts": {"m": VERDICT, "b": UNDECIDED}}, "rejected": {"m": 0, "b": 1}},
          "pairs", [{"m": 1.0, "b": None}, {"m": 0.0, "b": 1.0}], "what `assay verify` writes"),
    Shape({"ranking": [A, B]}, "rankings", [A, B], "a ranking"),
    Shape({"ranking": [A], "rest": [B, A]}, "rankings", [A, B, A], "the best of three"),
    Shape({"scores": A, "rating": 4}, "ratings", [A], "a rating"),
    Shape({"verdicts": {"m": VERDICT}, "label": False}, "labels", [{"m": 1.0}], "a label"),
    Shape({"completion": "yes", "label": 1}, "labels", [None], "KTO's rows, to be scored"),
    Shape({"chosen": A, "rejected": B, "rating": 2}, "pairs", [A, B], "a pair may have a rating"),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s.why)
def test_shapes(shape: Shape) -> None:
    assert kind_of(shape.row, {}, "f:1") == shape.kind
    found = read_preference(shape.row, shape.kind, "f:1")
    assert [i.scores for i in found.items] == shape.scores
    assert all((i.row is None) == (i.scores is not None) for i in found.items)


def test_a_text_brings_the_columns_beside_it() -> None:
    row = {"prompt": "1+1?", "reference": "2", "chosen": "2", "rejected": "3", "note": 1}
    found = read_preference(row, "pairs", "f:1")
    assert [i.row for i in found.items] == [
        {"prompt": "1+1?", "reference": "2", "note": 1, "completion": text} for text in "23"
    ]
    assert found.prompt == "1+1?"


def test_verifiers_are_told_by_verdicts() -> None:
    row = {"verdicts": {"m": VERDICT}, "rating": 1.5}
    (item,) = read_preference(row, "ratings", "f:1").items
    assert item.uses == {"m": "math.answer@1"}


PROMPTS: list[tuple[dict[str, Any], object, str]] = [
    ({"prompt_id": 7, "prompt": "x"}, 7, "the id counts before the text"),
    ({"prompt": [{"role": "user", "content": "x"}]}, '[{"content": "x", "role": "user"}]',
     "messages are compared as JSON"),
    ({}, None, "none"),
]  # fmt: skip


@pytest.mark.parametrize(("extra", "prompt", "why"), PROMPTS, ids=[p[2] for p in PROMPTS])
def test_prompts(extra: dict[str, Any], prompt: object, why: str) -> None:
    found = read_preference({"chosen": A, "rejected": B, **extra}, "pairs", "f:1")
    assert found.prompt == prompt


def test_messages_before_the_last_are_the_prompt() -> None:
    question = {"role": "user", "content": "1+1?"}
    row = {
        "chosen": [question, {"role": "assistant", "content": "2"}],
        "rejected": [question, {"role": "assistant", "content": "3"}],
    }
    assert read_preference(row, "pairs", "f:1").prompt == ('[{"content": "1+1?", "role": "user"}]')


class Wrong(NamedTuple):
    row: dict[str, Any]
    kind: PreferenceKind
    message: str


WRONG = [
    Wrong({"chosen": A}, "pairs", "f:3: `rejected` is missing"),
    Wrong({"chosen": A, "rejcted": B}, "pairs",
          "f:3: `rejected` is missing; did you mean 'rejcted'?"),
    Wrong({"chosen": A, "rejected": None}, "pairs", "f:3: `rejected` is null"),
    Wrong({"chosen": 3, "rejected": B}, "pairs",
          "f:3: `chosen` is 3, wanted scores {name: number in [0, 1]}, text, or chat messages"),
    Wrong({"chosen": {}, "rejected": B}, "pairs",
          "f:3: `chosen` is {}, wanted scores {name: number in [0, 1]}, text, or chat messages"),
    Wrong({"chosen": {"style": "high"}, "rejected": B}, "pairs",
          'f:3: `chosen.style` is "high", wanted a number, or null for no score'),
    Wrong({"chosen": {"style": 1.5}, "rejected": B}, "pairs",
          "f:3: `chosen.style` is 1.5, must lie in [0, 1]"),
    Wrong({"chosen": {"verdicts": {"m": 1}}, "rejected": B}, "pairs",
          "f:3: `chosen.verdicts.m` is 1, wanted a verdict"),
    Wrong({"ranking": A}, "rankings",
          'f:3: `ranking` is {"s": 1.0, "t": 0.5}, wanted a list, best first'),
    Wrong({"ranking": [A]}, "rankings",
          "f:3: `ranking` holds 1 of two completions that it must have"),
    Wrong({"ranking": [A, {"s": -1}]}, "rankings",
          "f:3: `ranking[1].s` is -1, must lie in [0, 1]"),
    Wrong({"scores": A, "rating": "good"}, "ratings",
          'f:3: `rating` is "good", wanted a number'),
    Wrong({"scores": A, "rating": float("inf")}, "ratings",
          "f:3: `rating` is Infinity, wanted a finite number"),
    Wrong({"scores": A, "rating": 10**400}, "ratings",
          f"f:3: `rating` is 1{'0' * 56}..., wanted a finite number"),
    Wrong({"scores": A, "rating": -1e101}, "ratings",
          "f:3: `rating` is -1e+101, wanted a number within +-1e+100"),
    Wrong({"scores": A, "label": "yes"}, "labels", 'f:3: `label` is "yes", wanted true or false'),
    Wrong({"scores": A, "label": 2}, "labels", "f:3: `label` is 2, wanted true or false"),
    Wrong({"text": "x", "label": True}, "labels",
          "f:3: has neither `scores`, nor `verdicts`, nor `completion`: has `text`, `label`"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda w: w.message)
def test_errors_name_place_field_and_what_was_wanted(wrong: Wrong) -> None:
    with pytest.raises(SampleError) as error:
        read_preference(wrong.row, wrong.kind, "f:3")
    assert str(error.value) == wrong.message


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["s", "scores", "verdicts", "score", "completion", "role"]), inner
        )
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    ["chosen", "rejected", "ranking", "rest", "rating", "label", "scores", "verdicts",
     "completion", "prompt", "prompt_id"]
)  # fmt: skip


@settings(max_examples=120)
@given(st.dictionaries(fields, anything), st.sampled_from(KINDS))
def test_whatever_a_row_holds_it_is_read_or_refused(
    row: dict[str, Any], kind: PreferenceKind
) -> None:
    """And what is read has scores in [0, 1], or none, and a prompt that can be a key."""
    found, noted = None, ""
    try:
        found = read_preference(row, kind, "f:1")
    except SampleError as err:
        noted = str(err)
    if found is None:
        assert noted.startswith("f:1: ")
        return
    hash(found.prompt)
    for item in found.items:
        assert (item.scores is None) != (item.row is None)
        for score in (item.scores or {}).values():
            assert score is None or 0.0 <= score <= 1.0
    if kind in ("ratings", "labels"):
        assert found.outcome is not None
        assert np.isfinite(found.outcome)


def test_a_row_of_no_kind() -> None:
    with pytest.raises(SampleError) as error:
        kind_of({"better": "a", "worse": "b"}, {}, "f:1")
    assert str(error.value) == (
        "f:1: is not a preference: has `better`, `worse`"
        "\nwanted: `chosen` and `rejected`; or `ranking`; or `rating`; or `label`"
        "\nfix: name the columns, e.g. --map chosen=preferred --map rejected=other"
    )
    assert kind_of({"better": A, "worse": B}, {"chosen": "better", "rejected": "worse"}, "") == (
        "pairs"
    )


def test_a_row_of_two_kinds() -> None:
    with pytest.raises(SampleError) as error:
        kind_of({"scores": A, "rating": 3, "label": True}, {}, "f:1")
    assert str(error.value) == (
        "f:1: has `rating` and `label`, so it could be ratings or labels"
        "\nfix: say which with --kind, e.g. --kind ratings"
    )


# -- gathering ----------------------------------------------------------------------------------


def pair(chosen: dict[str, float | None], rejected: dict[str, float | None], **more: Any) -> Any:
    return read_preference({"chosen": chosen, "rejected": rejected, **more}, "pairs", "f:1")


def test_a_pair_without_a_score_is_left_out_and_told() -> None:
    rows = [pair(A, B), pair({"s": 1.0, "t": None}, B), pair({"s": 1.0}, B), pair(B, A)]
    found = gather("pairs", rows, ("s", "t"))
    assert isinstance(found.model, Pairs)
    assert found.model.rows.tolist() == [[1.0, 0.25], [-1.0, -0.25]]
    assert (found.rows, found.left_out, dict(found.missing)) == (4, 2, {"t": 2})


def test_a_rubric_may_name_what_stands_in() -> None:
    found = gather("pairs", [pair({"s": 1.0, "t": None}, B)], ("s", "t"), {"t": 0.0})
    assert isinstance(found.model, Pairs)
    assert found.model.rows.tolist() == [[1.0, -0.25]]
    assert found.left_out == 0


def test_a_ranking_loses_the_item_and_keeps_the_rest() -> None:
    rows = [
        read_preference({"ranking": [A, {"s": 0.5, "t": None}, B]}, "rankings", "f:1"),
        read_preference({"ranking": [A], "rest": [B, {"s": None, "t": 1}]}, "rankings", "f:2"),
        read_preference({"ranking": [{"s": None, "t": 1}], "rest": [A, B]}, "rankings", "f:3"),
    ]
    found = gather("rankings", rows, ("s", "t"))
    assert isinstance(found.model, Rankings)
    assert [len(r) for r in found.model.items] == [2, 2]
    assert (found.cut, found.left_out) == (2, 1)  # the third lost all that was in order


def test_nothing_left_says_what_is_missing() -> None:
    with pytest.raises(ConfigError) as error:
        gather("pairs", [pair({"s": 1.0}, B)], ("s", "t"))
    assert str(error.value) == (
        "of 1 pairs none has all its scores; missing: 't' in 1"
        "\nfix: leave the criterion out by naming the others with --criterion"
    )


def test_equal_sides_are_counted() -> None:
    assert gather("pairs", [pair(A, A), pair(A, B)], ("s", "t")).silent == 1


def test_one_outcome_is_no_preference() -> None:
    rows = [read_preference({"scores": A, "label": True}, "labels", "f:1")] * 3
    with pytest.raises(ConfigError, match="every row has the same label, 1: no preference in it"):
        gather("labels", rows, ("s", "t"))


def test_rows_without_a_prompt_are_each_alone() -> None:
    rows = [pair(A, B, prompt_id="p"), pair(B, A, prompt_id="p"), pair(A, B), pair(B, A)]
    model = gather("pairs", rows, ("s", "t")).model
    assert model.prompts is not None
    assert model.prompts.tolist() == [0, 0, 1, 2]
    assert model.clustered
    assert gather("pairs", [pair(A, B), pair(B, A)], ("s",)).model.prompts is None


def test_criteria_in_order_of_appearance_or_as_asked() -> None:
    rows = [pair({"b": 1}, {"b": 0, "a": 1}), pair({"c": 1}, {"b": 0})]
    assert criteria_of(rows) == ("b", "a", "c")
    assert criteria_of(rows, ["c", "b"]) == ("c", "b")
    assert criteria_of(rows, ["c", "b", "c"]) == ("c", "b"), "asked for twice is fitted once"
    with pytest.raises(ConfigError) as error:
        criteria_of([pair({"style": 1}, {"style": 0})], ["stile"])
    assert str(error.value) == (
        "no row has a score of 'stile'; did you mean 'style'?\nscores in the rows: style"
    )


def test_levels_seen() -> None:
    rows = [pair({"s": 1, "t": x / 50}, {"s": 0, "t": 0.5}) for x in range(50)]
    found = gather("pairs", rows, ("s", "t"))
    assert dict(found.levels) == {"s": (0.0, 1.0)}
    assert np.isfinite(found.model.design()).all()


def test_pairs_tied_in_a_criterion() -> None:
    """What is left is what the criterion does not decide; what it decided is counted."""
    up, down = {"s": 1.0, "t": 0.2}, {"s": 0.0, "t": 0.9}
    rows = [pair(up, down), pair(down, up), pair(up, down), pair(A, {"s": 1.0, "t": 0.25})]
    found = gather("pairs", rows, ("s", "t"), tied="s")
    assert isinstance(found.model, Pairs)
    assert found.model.names == ("t",)
    assert found.model.rows.tolist() == [[0.25]]
    assert (found.decided, found.left_out) == ((2, 3), 0)
    with pytest.raises(ConfigError, match="all 1 pairs differ in 's': none is left to fit to"):
        gather("pairs", rows[:1], ("s", "t"), tied="s")
    with pytest.raises(ConfigError, match="needs pairs, and that criterion beside another"):
        gather("pairs", rows, ("s",), tied="s")
