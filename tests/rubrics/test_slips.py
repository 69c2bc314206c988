"""Slips of the pen in a rubric: nothing is lost in silence, and the error leads to the place."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from assay import load_rubric
from assay.errors import RubricError, VerifierNotFound
from assay.plugins.host import Host


class Twice(NamedTuple):
    name: str
    text: str
    says: str
    why: str


TWICE = [
    Twice(
        "a.json",
        '{"criteria": {"a.a": 1, "b.b": 1, "a.a": 2}}',
        "a.json cannot be read as JSON: the key 'a.a' stands twice in one table",
        "JSON alone would keep the last and say nothing",
    ),
    Twice(
        "a.yaml",
        "criteria:\n  a.a: 1\n  a.a: 2\n",
        "a.yaml cannot be read as YAML: the key 'a.a' stands twice in one table",
        "so would YAML",
    ),
    Twice(
        "a.toml",
        '[criteria]\n"a.a" = 1\n"a.a" = 2\n',
        "a.toml cannot be read as TOML: Cannot overwrite a value",
        "TOML forbids it by itself",
    ),
]


@pytest.mark.parametrize("case", TWICE, ids=lambda c: c.why)
def test_no_weight_is_lost_to_another_of_its_name(case: Twice, tmp_path: Path) -> None:
    if case.name.endswith(".yaml"):
        pytest.importorskip("yaml")
    (tmp_path / case.name).write_text(case.text)
    with pytest.raises(RubricError) as caught:
        load_rubric(tmp_path / case.name)
    assert case.says in str(caught.value)


def test_a_merged_key_may_be_overridden(tmp_path: Path) -> None:
    """YAML's merge is meant for that: nothing stands twice as it was written."""
    pytest.importorskip("yaml")
    text = "criteria:\n  a.a: &a {weight: 2}\n  b.b: {<<: *a, weight: 3}\n"
    (tmp_path / "a.yaml").write_text(text)
    weights = [float(leaf.weight) for leaf in load_rubric(tmp_path / "a.yaml").leaves().values()]
    assert weights == [2.0, 3.0]


@pytest.mark.parametrize("name", ["a.toml", "a.json", "a.yaml"])
def test_a_mark_of_encoding_at_the_start_is_no_part_of_a_rubric(name: str, tmp_path: Path) -> None:
    """Editors on Windows write one."""
    if name.endswith(".yaml"):
        pytest.importorskip("yaml")
    text = '[criteria]\n"a.a" = 1' if name.endswith(".toml") else '{"criteria": {"a.a": 1}}'
    (tmp_path / name).write_text(text, "utf-8-sig")
    assert list(load_rubric(tmp_path / name).leaves()) == ["a.a"]


def test_an_empty_name_is_not_the_working_directory() -> None:
    with pytest.raises(RubricError, match=r"^no rubric ''\n"):
        load_rubric("")


def test_the_error_has_the_name_under_which_it_can_be_caught() -> None:
    """What a traceback shows is what `except` wants."""
    with pytest.raises(RubricError) as caught:
        load_rubric({})
    assert f"{type(caught.value).__module__}.{type(caught.value).__qualname__}" == (
        "assay.errors.RubricError"
    )


INNER = {"kind": "min", "criteria": ["x.y"]}

PLACES = [
    ({"math.anser": 1}, '$.criteria["math.anser"]'),
    ({"kind": "gate", "gate": "math.answer", "then": "math.anser"}, "$.then"),
    (
        {
            "b": {
                "kind": "gate",
                "gate": "math.answer",
                "then": {"kind": "min", "criteria": ["x.y"]},
            }
        },
        '$.criteria.b.then.criteria["x.y"]',
    ),
    ({"kind": "switch", "on": "info.s", "cases": {"g": "x.y"}}, "$.cases.g"),
]


@pytest.mark.parametrize(("rubric", "place"), PLACES, ids=lambda p: str(p)[:40])
def test_an_unknown_verifier_is_shown_where_it_is_written(
    rubric: dict[str, object], place: str
) -> None:
    """The path leads through the file, not through the keys of the receipt."""
    loaded = load_rubric(rubric)
    with pytest.raises(VerifierNotFound) as caught:
        loaded.bind(Host())
    assert f"- at `{place}`" in str(caught.value).splitlines()[0]


def test_a_proof_says_first_that_the_key_has_no_verifier() -> None:
    """A slip in the name must not read like a weakness of the rubric."""
    certificate = load_rubric({"math.anser": 0.9, "format.tags": 0.1}).prove()
    assert certificate.worst.because == (
        "no verifier 'math.anser'; did you mean 'math.answer'? - at `$.criteria[\"math.anser\"]`; "
        "the scores that it can give are not known"
    )
    assert "`assay verifiers` lists them" in certificate.edit


def test_a_key_of_ones_own_needs_a_verifier() -> None:
    """Without `use` the key is taken for the verifier's name, and no verifier has one like that."""
    with pytest.raises(VerifierNotFound) as caught:
        load_rubric({"acc": {"weight": 0.9}}).bind(Host())
    assert str(caught.value) == (
        "no verifier 'acc' - at `$.criteria.acc`\n"
        "fix: a verifier's name has a dot, as math.answer; a key of your own names it: "
        'acc = {use = "math.answer", ...}'
    )


class Param(NamedTuple):
    name: str
    value: object
    says: str
    why: str


PARAMS = [
    Param("tolerance", 1, "math.answer@1 has no param 'tolerance' - at", "no such param"),
    Param("ordr", "keep", "has no param 'ordr'; did you mean 'order'? - at", "a slip in its name"),
    Param(
        "order",
        "kepp",
        "order is 'kepp', must be 'ignore' or 'keep'; did you mean 'keep'?",
        "a choice",
    ),
    Param("decimal_comma", "maybe", "decimal_comma is 'maybe', must be true or false", "a switch"),
    Param("places", -1, "places is -1, must be 0 or more", "a bound"),
    Param("places", "x", "places is 'x', must be a whole number", "a number"),
    Param("answer_fields", 5, "answer_fields is 5, must be a list", "a list"),
]


@pytest.mark.parametrize("case", PARAMS, ids=lambda c: c.why)
def test_a_param_is_refused_in_our_words(case: Param) -> None:
    """What it is, what it must be, and where it is written."""
    rubric = load_rubric({"key": {"use": "math.answer", "params": {case.name: case.value}}})
    with pytest.raises(RubricError) as caught:
        rubric.bind(Host())
    first, *_, last = str(caught.value).splitlines()
    assert case.says in first
    assert first.endswith(f"- at `$.criteria.key.params.{case.name}`")
    assert last.startswith("fix: its params are order, ")
    assert last.endswith("`assay verifiers math.answer@1` explains them")
