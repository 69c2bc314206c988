"""Rubrics from names, files and dicts; and errors, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.errors import RubricError, VerifierNotFound
from assay.model import Verdict
from assay.plugins.host import Host
from assay.rubrics import Criterion, Gate, Rubric, Weighted, load_rubric
from assay.rubrics.written.number import Number

ERRORS: list[tuple[str, str]] = [
    (
        'kind = "wieghted"\ncriteria = ["a.a"]',
        "kind is 'wieghted', which no composer is called; did you mean 'weighted'? "
        "- at `$.kind` of FILE\n  got: kind 'wieghted'\n  fix: kinds: weighted, gate, priority, "
        "process, vote, product, min, clip, switch, turns, phases",
    ),
    (
        'kind = "process"\noutcome = "a.a"\nsteps = "b.b"\nk = 4\nalpha = 1.2',
        "alpha is 1.2, must lie in [0, 1] - at `$.alpha` of FILE\n  got: alpha 1.2\n"
        "  meaning: The share of the outcome; 0.7 gives the steps 0.3.\n"
        "  fix: leave it out for the default, 0.7",
    ),
    (
        'kind = "weighted"\n[criteria.steps]\nkind = "process"\noutcome = "a.a"\nsteps = "b.b"\n'
        "k = 4\naplha = 0.5",
        "process has no field 'aplha'; did you mean 'alpha'? - at `$.criteria.steps.aplha` of FILE"
        "\n  fix: fields: key, weight, about, outcome, steps, over, agg, alpha, k, tau",
    ),
    (
        'kind = "gate"\ngate = "a.a"',
        "gate needs `then` - at `$` of FILE\n"
        "  fix: fields: key, weight, about, gate, then, floor, at, ramp",
    ),
    (
        'kind = "process"\noutcome = "a.a"\nsteps = "b.b"\nk = 4\nagg = "prefx"',
        "agg is 'prefx', must be 'prefix', 'mean', 'min', 'product', 'last' or 'geometric_mean'; "
        "did you mean 'prefix'? - at `$.agg` of FILE\n  got: agg 'prefx'",
    ),
    (
        '[criteria]\n"a.a" = true',
        'a.a is True, which is not a criterion - at `$.criteria["a.a"]` of FILE\n'
        '  fix: a verifier\'s name, {"use": name, ...}, or a rubric {"kind": ...}',
    ),
    (
        '[criteria]\n"a/b" = 1',
        "'a/b' cannot be a criterion's key - at `$.criteria` of FILE\n"
        "  fix: text without '/' and '#', not beginning with '('",
    ),
    (
        '[criteria]\n"a.a" = inf',
        'weight is inf, must be finite - at `$.criteria["a.a"].weight` of FILE',
    ),
    ('kind = "weighted"\ncriteria = []', "weighted has no criteria - at `$` of FILE"),
    (
        'kind = "weighted"\nkey = "a.aa"\ncriteria = ["a.a", "c.d"]',
        "key 'a.aa' is not part of this rubric; did you mean 'a.a'? - at `$.key` of FILE",
    ),
    (
        'kind = "gate"\ngate = "a.a"\nfloor = 0.1\n[then]\nkind = "weighted"\n'
        'criteria = {"b.b" = -1}',
        "an open gate could pay -0.8, less than a closed one - at `$.then` of FILE",
    ),
    (
        'kind = "product"\n[criteria]\n"a.a" = {}\n'
        'b = {kind = "weighted", criteria = {"b.b" = -1}}',
        "a factor can be negative (-1) - at `$.criteria.b` of FILE",
    ),
    (
        'kind = "min"\n[criteria]\n"a.a" = {weight = 2}',
        'min reads no weights - at `$.criteria["a.a"].weight` of FILE\n  fix: drop it',
    ),
    (
        'kind = "switch"\non = "info.x"\n[cases]\n'
        '"openai/gsm8k" = {kind = "clip", of = "a.a", lo = 0}',
        "clip has no field 'lo'; did you mean 'low'? - at `$.cases[\"openai/gsm8k\"].lo` of FILE",
    ),
    (
        'kind = "switch"\non = "label"\ncases = {a = "a.a"}',
        "on is 'label', which a rubric must not read - at `$.on` of FILE",
    ),
    (
        'kind = "phases"\ncases = [{rubric = "a.a"}, {rubric = "b.b"}]',
        "a phase without `until` must be the last - at `$.cases[0]` of FILE",
    ),
    (
        'kind = "turns"\noutcome = "a.a"\nshaping = {kind = "repeat"}',
        "paying the one-turn reward at every turn changes what is optimal: a policy that stalls "
        "before it solves collects more - at `$.shaping.kind` of FILE",
    ),
    (
        'kind = "priority"\nmode = "lexicographic"\ntau = 0.5\ncriteria = ["a.a"]',
        "tau has no meaning in mode lexicographic - at `$.tau` of FILE",
    ),
    ("kind = ", "FILE cannot be read as TOML: "),
    (
        "[criteria]\nmath.answer = 1",
        "math holds a table with 'answer', which is not a field of a criterion "
        "- at `$.criteria.math.answer` of FILE\n"
        '  fix: for the verifier math.answer, quote its name: "math.answer" = ...; '
        "fields: use, weight, params, missing, levels",
    ),
    (
        "[criteria.math.answer]\nweight = 1",
        "math holds a table with 'answer', which is not a field of a criterion",
    ),
    (
        '[criteria]\n"a.a" = "0.9"',
        "'0.9' is text, and names no verifier; a weight is a number "
        '- at `$.criteria["a.a"]` of FILE\n  fix: leave out the quotes: 0.9',
    ),
    (
        'kind = "table"\ncriteria = ["a.a"]\nrows = [{when = {"a.a" = "hi"}, value = 1}]',
        "a.a is 'hi', must be a score or a range - at `$.rows[0].when[\"a.a\"]` of FILE",
    ),
]


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=[e[1][:50] for e in ERRORS])
def test_errors_word_for_word(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "train.toml"
    file.write_text(text)
    with pytest.raises(RubricError) as caught:
        load_rubric(file)
    assert str(caught.value).startswith(message.replace("FILE", str(file)))


def test_a_path_that_is_not_there_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text('criteria = {"a.a" = 1}')
    with pytest.raises(RubricError, match=r"No such file or directory; did you mean 'train.toml'"):
        load_rubric(tmp_path / "trian.toml")


def test_an_unknown_preset_suggests_the_nearest() -> None:
    with pytest.raises(RubricError, match=r"no rubric 'math-format'; did you mean 'math.format'"):
        load_rubric("math-format")


def test_an_unknown_verifier_suggests_the_nearest() -> None:
    with pytest.raises(VerifierNotFound, match=r"no verifier 'format.boxd'; .*'format.boxed'"):
        load_rubric({"format.boxd": 1}).bind(Host())


def test_params_are_checked_when_bound() -> None:
    rubric = load_rubric({"format.boxed": {"params": {"onec": True}}})
    with pytest.raises(RubricError, match="did you mean 'once'"):
        rubric.bind(Host())


def test_python_and_files_mean_the_same(tmp_path: Path) -> None:
    python = Gate(gate="math.answer", then=Weighted(criteria={"a.a": 0.25, "b.b": {"missing": 0}}))
    file = tmp_path / "r.toml"
    file.write_text(
        'kind = "gate"\ngate = "math.answer"\n[then]\nkind = "weighted"\n'
        '[then.criteria]\n"a.a" = 0.25\n"b.b" = {missing = 0}\n'
    )
    assert load_rubric(str(file)) == python
    assert list(python.leaves()) == ["gate", "then/a.a", "then/b.b"]


SHORT: list[tuple[Any, Any]] = [
    ({"a.a": 1}, {"kind": "weighted", "criteria": {"a.a": 1}}),
    ({"criteria": ["a.a"]}, {"kind": "weighted", "criteria": {"a.a": 1}}),
    (
        {"kind": "vote", "criteria": ["a.a", "b.b"]},
        {"kind": "vote", "criteria": {"a.a": "a.a", "b.b": {"use": "b.b"}}},
    ),
]


@pytest.mark.parametrize(("short", "long"), SHORT)
def test_short_forms(short: Any, long: Any) -> None:
    assert load_rubric(short) == load_rubric(long)


@pytest.mark.parametrize(
    ("written", "exact"),
    [("0.1", "1/10"), ("1/3", "1/3"), ("1e-3", "1/1000"), (0.1, "1/10"), (2, "2")],
)
def test_numbers_are_what_was_written(written: Any, exact: str) -> None:
    assert str(Number(written).exact) == exact


@pytest.mark.parametrize(
    "bad", ["", "x", "1/0", "nan", float("nan"), float("inf"), True, None, "1e9999"]
)
def test_no_numbers(bad: Any) -> None:
    with pytest.raises(ValueError):
        Number(bad)


def test_a_rubric_is_frozen_hashable_and_pickles() -> None:
    import pickle

    rubric = load_rubric("math+format")
    with pytest.raises(Exception, match="frozen"):
        rubric.about = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        rubric.criteria["x"] = Criterion(use="a.a")  # type: ignore[attr-defined]
    rubric.compose(
        [Verdict.judged("math.answer@1", 1, ""), Verdict.judged("format.boxed@1", 1, "")]
    )
    assert pickle.loads(pickle.dumps(rubric)) == rubric
    assert hash(rubric) == hash(load_rubric(rubric.to_dict()))


def test_about_changes_no_signature() -> None:
    a = load_rubric({"kind": "weighted", "criteria": {"format.boxed": 1}}).bind(Host())
    b = load_rubric({"kind": "weighted", "about": "x", "criteria": {"format.boxed": 1}}).bind(
        Host()
    )
    c = load_rubric({"kind": "weighted", "criteria": {"format.boxed": 2}}).bind(Host())
    d = load_rubric({"format.boxed": {"params": {"once": True}}}).bind(Host())
    e = a.rubric.bind(Host(), {"python": "3.12"})
    assert a.signature == b.signature
    assert len({x.signature for x in (a, c, d, e)}) == 4


def test_isolation_and_phase_are_in_the_signature() -> None:
    rubric: Rubric = load_rubric({"format.boxed": 1})
    bound = rubric.bind(Host())
    plain = bound.compose({"format.boxed": Verdict.judged("format.boxed@1", 1, "")})
    boxed = bound.compose(
        {"format.boxed": Verdict.judged("format.boxed@1", 1, "", details={"isolation": "rlimit"})}
    )
    assert plain.signature == bound.signature != boxed.signature


def test_the_order_of_criteria_counts_in_comparisons() -> None:
    """The first is the key: two rubrics that differ in order are two rubrics."""
    a = load_rubric({"kind": "priority", "criteria": ["a.a", "b.b"]})
    b = load_rubric({"kind": "priority", "criteria": ["b.b", "a.a"]})
    assert a != b
    assert load_rubric(a.to_dict()) == a
    assert len({a, b, load_rubric(a.to_dict())}) == 2


def test_a_key_may_lie_deeper() -> None:
    inner = {"kind": "weighted", "criteria": {"a.a": 1, "b.b": 1}}
    table = {"kind": "weighted", "criteria": {"x.x": 1, "y": inner}}
    lost = {"x.x": 1.0, "y/a.a": 1.0, "y/b.b": None}

    def verdicts() -> dict[str, Verdict]:
        return {
            k: Verdict.undecided(k, "") if s is None else Verdict.judged(k, s, "")
            for k, s in lost.items()
        }

    assert load_rubric(table).compose(verdicts()).value == 2.0
    assert load_rubric({**table, "key": "y"}).compose(verdicts()).value == 2.0
    assert load_rubric({**table, "key": "y/b.b"}).compose(verdicts()).value is None
    with pytest.raises(RubricError, match=r"key 'c.c' is not part of this rubric"):
        load_rubric({**table, "key": "y/c.c"}).compose(verdicts())
    with pytest.raises(RubricError, match=r"x.x is a criterion"):
        load_rubric({**table, "key": "x.x/c"}).compose(verdicts())


def test_too_many_ways_are_refused() -> None:
    switch = {"kind": "switch", "on": "info.x", "cases": {str(i): "a.a" for i in range(10)}}
    table = {"kind": "vote", "criteria": {f"k{i}": switch for i in range(4)}}
    with pytest.raises(RubricError, match="its switches can stand in 10000 ways"):
        load_rubric(table).compose({})


def test_a_weight_of_the_whole_means_nothing() -> None:
    with pytest.raises(RubricError, match="the whole rubric has a weight"):
        load_rubric({"kind": "weighted", "weight": 2, "criteria": {"a.a": 1}})


def test_what_was_computed_is_neither_compared_nor_copied() -> None:
    table = {"kind": "gate", "gate": "a.a", "then": "b.b", "ramp": [0, 1]}
    used, fresh = load_rubric(table), load_rubric(table)
    scores = {"gate": Verdict.judged("a.a", 0.5, ""), "then": Verdict.judged("b.b", 1, "")}
    assert used.compose(scores).value == 0.5
    assert used == fresh
    assert hash(used) == hash(fresh)
    changed = used.model_copy(update={"floor": Number(0), "then": Criterion(use="c.c")})
    lower = {**scores, "then": Verdict.judged("c.c", 0.5, "")}
    assert changed.compose(lower).value == 0.25
    assert changed.leaves()["then"].use == "c.c"


def test_levels_must_not_contradict_the_verifier() -> None:
    rubric = load_rubric({"format.tags": {"levels": [0, 1]}})
    with pytest.raises(RubricError, match=r"format.tags@1 can score 0.2, which `levels` leaves"):
        rubric.bind(Host())
    strict = load_rubric({"format.tags": {"levels": [0, 1], "params": {"graded": False}}})
    assert strict.bind(Host()).levels["format.tags"] == (0, 1)
