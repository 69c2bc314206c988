"""Verdicts: what builds, what does not, and what survives a trip."""

from __future__ import annotations

import copy
import json
import math
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from arrays import Several
from hypothesis import given
from hypothesis import strategies as st
from json_values import jsons, texts

from assay.errors import VerdictError
from assay.model import (
    DETAILS_BYTES,
    TEXT_CHARS,
    Part,
    Status,
    Verdict,
)

NAN = float("nan")


V = "a.b@1"


@pytest.mark.parametrize(
    ("score", "value"),
    [(0, 0.0), (1, 1.0), (True, 1.0), (0.5, 0.5), (Fraction(1, 2), 0.5), (Decimal("0.25"), 0.25)],
)
def test_a_score_is_a_float(score: Any, value: float) -> None:
    verdict = Verdict.judged(V, score, "x")
    assert verdict.score == value
    assert type(verdict.score) is float


@pytest.mark.parametrize(
    "score",
    [
        NAN,
        math.inf,
        -math.inf,
        -0.1,
        1.0000000001,
        2,
        10**5000,
        "1",
        "nan",
        None,
        [],
        Several(),
        1j,
    ],
    ids=lambda s: str(s)[:12] if not isinstance(s, int) else str(s % 10**9),
)
def test_a_score_that_cannot_be_is_no_verdict_and_is_never_clipped(score: Any) -> None:
    with pytest.raises(VerdictError) as raised:
        Verdict.judged(V, score, "x")
    assert V in str(raised.value)
    assert len(str(raised.value)) < 200
    if score is not None:
        with pytest.raises(VerdictError):
            Part("a", score)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.JUDGED])
def test_only_what_is_judged_has_a_score(status: Status) -> None:
    assert Verdict(V, status, None, "x").score is None
    assert Verdict(V, str(status), None, "x").status is status  # type: ignore[arg-type]
    with pytest.raises(VerdictError, match=f"a.b@1: status {status} does not go with score 0"):
        Verdict(V, status, 0.0, "x")
    with pytest.raises(VerdictError, match="status judged does not go with score None"):
        Verdict(V, Status.JUDGED, None, "x")


@pytest.mark.parametrize(
    ("fields", "noted"),
    [
        ({"verifier": 5}, "a verdict's verifier is 5; wanted its name"),
        ({"status": "fine"}, "a.b@1: status 'fine' is not one of judged, undecided,"),
        ({"status": []}, "a.b@1: status [] is not one of"),
        ({"because": None}, "a.b@1: because is None; wanted text"),
        ({"feedback": 5}, "a.b@1: feedback is an int; wanted text"),
        ({"parts": ["a"]}, "a.b@1: a part is a str; wanted a Part"),
        ({"parts": 5}, "a.b@1: parts is an int; wanted a list"),
        ({"details": [1]}, "details is a list; wanted a mapping"),
        ({"details": {"a": NAN}}, "details: 'a' is nan, which is not valid JSON"),
        ({"details": {"a": {"b": [math.inf]}}}, "details: 'b' is inf, which is not valid JSON"),
        ({"details": {"a": {1}}}, "details.a is a set; use JSON values"),
        ({"details": {"a": b"x"}}, "details: 'a' is b'x', which is not valid JSON"),
        ({"details": {"a": Decimal(1)}}, "details: 'a' is Decimal('1'), which is not valid JSON"),
        ({"details": {"a": 10**5000}}, "details: 'a' is an integer of 16610 bits"),
        ({"details": {1: 1}}, "details has the key 1; keys must be text"),
        ({"seconds": NAN}, "seconds is nan"),
    ],
)
def test_a_verdict_that_cannot_be(fields: dict[str, Any], noted: str) -> None:
    given = {"verifier": V, "status": Status.JUDGED, "score": 1.0, "because": "x", **fields}
    if "seconds" in fields:
        with pytest.raises(VerdictError) as raised:
            Verdict.from_json({**given, "status": "judged"})
    else:
        with pytest.raises(VerdictError) as raised:
            Verdict(**given)
    assert noted in str(raised.value)


@pytest.mark.parametrize("span", [(1,), (2, 1), (-1, 1), ("a", "b"), 5, (0.5, 1)])
def test_a_span_that_cannot_be(span: Any) -> None:
    with pytest.raises(VerdictError, match=r"span is .* must be"):
        Part("a", 1.0, span)


def test_evidence_is_capped() -> None:
    long = "x" * 100_000
    verdict = Verdict.judged(V, 1.0, long, feedback=long, parts=[Part(long)])
    assert verdict.feedback is not None
    for text in (verdict.because, verdict.feedback, verdict.parts[0].label):
        assert len(text) == TEXT_CHARS + 3
        assert text.endswith("...")


@given(
    st.dictionaries(
        st.text(max_size=5).flatmap(lambda t: st.sampled_from([t, t * 2000])),
        st.integers(0, 30_000).map("x".__mul__) | st.integers(),
        max_size=40,
    )
)
def test_details_are_capped_and_say_so(details: dict[str, Any]) -> None:
    verdict = Verdict.judged(V, 1.0, "x", details=details)
    assert len(json.dumps(verdict.details)) <= DETAILS_BYTES
    if verdict.details != details:
        assert verdict.details["dropped_bytes"] > DETAILS_BYTES


def test_seconds_are_no_part_of_equality() -> None:
    a = Verdict(V, Status.JUDGED, 1.0, "x", seconds=1.0)
    b = Verdict(V, Status.JUDGED, 1.0, "x", seconds=2.0)
    assert a == b
    assert hash(a) == hash(b)


units = st.floats(0.0, 1.0)
parts = st.builds(
    Part,
    texts,
    st.none() | units,
    st.none() | st.tuples(st.integers(0, 9), st.integers(9, 20)),
    st.dictionaries(texts, jsons, max_size=2).filter(lambda d: "inf" not in json.dumps(d).lower()),
)
finite = st.dictionaries(texts, jsons, max_size=3).filter(lambda d: "Infinity" not in json.dumps(d))
verdicts = st.one_of(
    st.builds(
        Verdict,
        st.just(V),
        st.just(Status.JUDGED),
        units,
        texts,
        st.lists(parts, max_size=3).map(tuple),
        st.none() | texts,
        finite,
        units,
    ),
    st.builds(
        Verdict,
        st.just(V),
        st.sampled_from([s for s in Status if s is not Status.JUDGED]),
        st.none(),
        texts,
        details=finite,
    ),
)


@given(verdicts)
def test_a_verdict_survives_json_pickle_and_copies(verdict: Verdict) -> None:
    wire = json.dumps(verdict.to_json(), allow_nan=False)
    back = Verdict.from_json(json.loads(wire))
    for other in (back, pickle.loads(pickle.dumps(verdict)), copy.deepcopy(verdict)):
        assert other == verdict
        assert hash(other) == hash(verdict)
    assert back.seconds == pytest.approx(verdict.seconds, abs=1e-6)


@given(
    jsons
    | st.fixed_dictionaries(
        {},
        optional={
            "verifier": st.just(V) | jsons,
            "status": st.sampled_from([*map(str, Status)]) | jsons,
            "score": units | jsons,
            "because": jsons,
            "parts": st.lists(jsons | st.just({"label": "a", "span": [1]}), max_size=2) | jsons,
            "feedback": jsons,
            "details": jsons,
            "seconds": jsons,
        },
    )
)
def test_a_strangers_json_is_a_verdict_or_a_verdict_error(value: Any) -> None:
    try:
        verdict = Verdict.from_json(value)
    except VerdictError:
        return
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json(), allow_nan=False))) == verdict
