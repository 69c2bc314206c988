"""What a verifier sees of a sample, what keys the cache, and fields that no worker can be sent."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import pickle
from pathlib import Path
from typing import Any

import pytest

from assay import Engine, ReferenceUnreadable, Sample, Verdict, VerifierSpec, verifier
from assay.engine.cache import VerdictCache
from assay.errors import FieldNotDeclared, SampleError
from assay.model import SAMPLE_FIELDS
from assay.model.view import Reader

RUBRIC = {"kind": "weighted", "criteria": {"test.see": 1.0}}

WHOLE = Sample(
    "x",
    reference="1",
    prompt="p",
    tests={"cases": [1]},
    steps=("a",),
    turns=["t"],  # type: ignore[arg-type]
    n_tokens=3,
    finish_reason="stop",
    step=4,
    label=True,
    prompt_id="p1",
    group_id="g1",
    info={"unit": "m", "other": 1},
)


@pytest.mark.parametrize(
    ("needs", "seen"),
    [
        ([], set()),
        (["reference"], {"reference"}),
        (["reference?", "tests", "n_tokens?"], {"reference", "tests", "n_tokens"}),
        (["info"], {"info"}),
        (["info.unit"], {"info"}),
    ],
)
def test_a_verifier_sees_what_it_needs_and_nothing_else(needs: list[str], seen: set[str]) -> None:
    shown: list[Sample] = []

    @verifier("test.see@1", cost="inline", needs=needs)
    def see(sample: Sample) -> float:
        shown.append(sample)
        return 1.0

    with Engine(RUBRIC, verifiers=[see]) as engine:
        engine.verify(WHOLE)
    (sample,) = shown
    for name in set(SAMPLE_FIELDS) - seen - {"completion"}:
        with pytest.raises(FieldNotDeclared):
            getattr(sample, name)
    for name in seen - {"info"}:
        assert getattr(sample, name) == getattr(WHOLE, name)
    if "info.unit" in needs:
        assert sample.info == {"unit": "m"}


@pytest.mark.parametrize(
    ("value", "noted"),
    [
        (float("nan"), "info.unit is not valid JSON: Out of range float values"),
        (datetime.date(2024, 1, 1), "info.unit is not valid JSON: Object of type date"),
        (10**5000, "info.unit is not valid JSON: Exceeds the limit"),
        (b"x", "info.unit is not valid JSON: Object of type bytes"),
    ],
    ids=["not a number", "a date", "an integer too long to write", "bytes"],
)
@pytest.mark.parametrize("deterministic", [True, False])
def test_a_needed_field_that_is_no_json_makes_its_row_invalid_and_no_other(
    value: Any, noted: str, deterministic: bool
) -> None:
    @verifier("test.see@1", cost="inline", needs=["info.unit"], deterministic=deterministic)
    def see(sample: Sample) -> float:
        return 1.0

    bad = Sample("x", info={"unit": value})
    good = Sample("x", info={"unit": "m", "other": value})
    with Engine(RUBRIC, verifiers=[see]) as engine:
        rewards = engine.verify_batch([good, bad, good])
    if deterministic:  # no key is made otherwise, and an inline verifier is not sent anything
        assert [r.status for r in rewards] == ["scored", "invalid", "scored"]
        assert rewards[1].error is not None
        assert rewards[1].error.startswith(noted)
    else:
        assert [r.status for r in rewards] == ["scored"] * 3


def test_a_full_cache_forgets_the_oldest() -> None:
    cache = VerdictCache(2)
    verdict = Verdict.judged("a.b@1", 1.0, "x")
    for key in (b"1", b"2", b"2", b"3"):
        cache.put((1, key), verdict)
    assert [cache.get((1, key)) is verdict for key in (b"1", b"2", b"3")] == [False, True, True]
    cache.put((1, b"4"), Verdict.undecided("a.b@1", "x"))
    assert cache.get((1, b"4")) is None
    assert cache.get((1, b"3")) is verdict


def test_a_cache_of_no_size_keeps_nothing() -> None:
    cache = VerdictCache(0)
    cache.put((1, b"1"), Verdict.judged("a.b@1", 1.0, "x"))
    assert cache.get((1, b"1")) is None


# -- a field that was not declared ---------------------------------------------------------------


def _helper(sample: Sample) -> Any:
    return sample.reference


def _default(sample: Sample) -> Any:
    return getattr(sample, "reference", None)


def _has(sample: Sample) -> Any:
    return hasattr(sample, "reference")


def _caught(sample: Sample) -> Any:
    try:
        return sample.reference
    except Exception:
        return None


def _replaced(sample: Sample) -> Any:
    return dataclasses.replace(sample, completion="y")


def _unreadable(sample: Sample) -> Any:
    if _caught(sample) is None:
        raise ReferenceUnreadable("no reference")


READERS = [_helper, _default, _has, _caught, _replaced, _unreadable]


class _Judge:
    def __init__(self, read: Any) -> None:
        self._read = read

    def verify(self, sample: Sample) -> Verdict:
        return Verdict.judged("test.see@1", float(self._read(sample) == sample.reference))


@pytest.mark.parametrize("read", READERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", ["function", "factory", "class"])
def test_a_field_that_was_not_declared_pays_nobody(read: Any, kind: str) -> None:
    """It would have been None, as the reference of the empty completion is, or of every row."""
    offered: Any
    if kind == "function":

        @verifier("test.see@1", cost="inline")
        def offered(sample: Sample) -> float:
            return float(read(sample) is None)

    else:
        global make
        make = (lambda params: _Judge(read)) if kind == "factory" else _made_by_class(read)
        target = f"{__name__}:make"
        offered = VerifierSpec("test.see@1", "", target, cost="inline")
    with Engine(RUBRIC, verifiers=[offered]) as engine:
        reward = engine.verify(Sample("", reference="1"))
    assert reward.value is None
    verdict = reward.verdicts["test.see"]
    assert verdict.status == "crashed"
    assert "verifier 'test.see@1' reads '" in verdict.because
    assert "of its sample, which its needs do not name; fix: needs=['" in verdict.because


def _made_by_class(read: Any) -> Any:
    class Made(_Judge):
        def __init__(self, params: Any) -> None:
            super().__init__(read)

    return Made


make: Any = None


def test_workers_show_no_more_either(tmp_path: Path) -> None:
    path = tmp_path / "reads.py"
    path.write_text(
        "from assay import verifier\n"
        "def helper(sample): return getattr(sample, 'reference', None)\n"
        "@verifier('test.see@1')\ndef see(sample): return helper(sample) is None\n"
        "@verifier('test.wait@1', cost='waiting')\n"
        "async def wait(sample): return helper(sample) is None\n"
    )
    rubric = {"kind": "product", "criteria": ["test.see", "test.wait"]}
    with Engine(rubric, plugins=[str(path)], workers=1) as engine:
        reward = engine.verify(Sample("", reference="1"))
    for verdict in reward.verdicts.values():
        assert "reads 'reference' of its sample, which its needs do not name" in verdict.because


@pytest.mark.parametrize("how", ["get", "[]", "in"])
def test_an_entry_of_info_that_was_not_declared(how: str) -> None:
    @verifier("test.see@1", cost="inline", needs=["info.unit"])
    def see(sample: Sample) -> float:
        info = sample.info
        assert info["unit"] == info.get("unit") == dict(info)["unit"] == "m"
        return float(
            {"get": info.get, "[]": info.__getitem__, "in": info.__contains__}[how]("other")
        )

    with Engine(RUBRIC, verifiers=[see]) as engine:
        verdict = engine.verify(WHOLE).verdicts["test.see"]
    assert "reads 'info.other' of its sample" in verdict.because


def test_a_view_is_a_sample_in_every_other_way() -> None:
    view = Reader("a.b@1", ("reference", "info.unit", "n_tokens?")).show(WHOLE)
    assert isinstance(view, Sample)
    assert (view.text, view.answer, view.reference, view.n_tokens) == ("x", "x", "1", 3)
    assert view.to_json() == {
        "completion": "x", "reference": "1", "info": {"unit": "m"}, "n_tokens": 3
    }  # fmt: skip
    assert repr(view) == "Sample(completion='x', reference='1', info={'unit': 'm'}, n_tokens=3)"
    for other in (copy.copy(view), copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
        assert other == view
        assert hash(other) == hash(view)
        with pytest.raises(FieldNotDeclared, match=r"'a\.b@1' reads 'tests'"):
            _ = other.tests
    with pytest.raises(FieldNotDeclared, match="must not read"):
        _ = view.label
    with pytest.raises(AttributeError, match="no attribute 'refrence'"):
        _ = view.refrence  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("columns", "noted"),
    [
        ({"gold": "1", "model": "m"}, "fix: name the column that holds it, --map reference=gold;"),
        ({"model": "m"}, "fix: name the column that holds it, --map reference=COLUMN;"),
    ],
    ids=["a column that others call so", "nothing that it could be"],
)
def test_a_row_without_a_field_says_which_column_may_hold_it(
    columns: dict[str, str], noted: str
) -> None:
    with Engine("math", workers=1) as engine, pytest.raises(SampleError) as raised:
        engine.verify(Sample.from_row({"completion": "1", **columns}))
    assert str(raised.value).startswith("no 'reference', which math.answer@1 needs; the row has")
    assert noted in str(raised.value)
