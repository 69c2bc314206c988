"""Every interval of every table holds the truth as often as it says, from a dozen prompts on.

The logs are those of `simulated_logs`: groups of one size, of unequal sizes, with ties and rare
events, and with several groups of a prompt, which are alike. Where a table gives no interval, it
says that there are too few for one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pytest
import simulated_logs as logs
from planted import make_frame
from scipy import stats

from assay import load_rubric
from assay.audit.analyses import load
from assay.audit.context import Context
from assay.audit.stats.intervals import ratio, span_of
from assay.plugins.host import Host
from assay.rubrics import BoundRubric

thorough = [pytest.mark.slow, pytest.mark.thorough]

PROMPTS = [12, 25, 40, 100]


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def weighted(*weights: float) -> BoundRubric:
    names = ("math.answer", "format.boxed", "format.tags")
    return bound({"kind": "weighted", "criteria": dict(zip(names, weights, strict=True))})


class Case(NamedTuple):
    name: str
    make: logs.Make
    analyses: tuple[str, ...]
    context: dict[str, Any]
    figures: int
    """With an interval, at least."""
    runs: int = 300
    whole: int = 20_000
    besides: frozenset[str] = frozenset()


GATE = {"kind": "gate", "gate": "math.answer", "then": "format.boxed", "floor": 0.4}
CASES = [
    Case(
        "the policy as it is",
        logs.one_policy,
        ("signal", "budget", "relations", "shaping", "reliability", "length", "errors"),
        {},
        30,
        besides=frozenset({"bands"}),  # other edges in every log: see below
    ),
    Case(
        "another rubric and other weights",
        logs.of_our_verifiers,
        ("counterfactual", "robustness"),
        {"rubric": weighted(0.7, 0.2, 0.1), "against": weighted(0.4, 0.2, 0.5)},
        15,
    ),
    Case(
        "a rubric that is not a sum",
        logs.gated,
        ("budget", "robustness"),
        {"rubric": bound(GATE)},
        12,
    ),
    Case(
        "steps with prompts of their own",
        logs.steps_of_their_own,
        ("trends",),
        {},
        6,
        250,
        5_000,
        frozenset({"lines"}),  # of a dozen steps others are joined than of a hundred
    ),
    Case("prompts again at every step", logs.again_and_again, ("trends",), {}, 40, 250, 5_000),
    Case("turns", logs.walks, ("shaping",), {}, 4, 250, 5_000),
]


@pytest.mark.parametrize("prompts", [pytest.param(p, marks=thorough) for p in PROMPTS])
@pytest.mark.parametrize("kind", logs.KINDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_interval_holds_the_truth(case: Case, kind: str, prompts: int) -> None:
    short, count = logs.shortfalls(
        case.make,
        kind,
        prompts,
        analyses=case.analyses,
        context=case.context,
        runs=case.runs,
        whole=case.whole,
        besides=case.besides,
    )
    assert not short
    assert count >= case.figures


@pytest.mark.parametrize("prompts", [pytest.param(p, marks=thorough) for p in PROMPTS])
@pytest.mark.parametrize("kind", logs.KINDS)
def test_leads_in_bands_of_length(kind: str, prompts: int) -> None:
    """Each log has edges of its own: the truth is the lead of all rollouts between these."""
    whole = logs.one_policy(kind, 20_000, 10**6)
    length = np.round(whole.length)
    cell = whole.group * 2 + whole.score("answer").astype(int)
    _, cell = np.unique(cell, return_inverse=True)
    size = np.bincount(cell)
    lead = whole.reward - (np.bincount(cell, weights=whole.reward) / size)[cell]
    compared = size[cell] > 1
    there, held = Counter[int](), Counter[int]()
    for seed in range(200):
        frame = logs.one_policy(kind, prompts, seed)
        object.__setattr__(frame, "length", np.round(frame.length))
        rows = load("length").run(frame, Context()).tables["bands"].rows
        for band, (name, _, low, high, _) in enumerate(rows):
            first, last = (float(end.replace(",", "")) for end in str(name).split(" to "))
            below = length <= last if band == len(rows) - 1 else length < last
            inside = compared & (length >= first) & below
            if isinstance(low, float) and isinstance(high, float):
                there[band] += 1
                held[band] += low <= lead[inside].mean() <= high
    for band, count in there.items():
        doubt = stats.binomtest(held[band], count, logs.LEAST, alternative="less").pvalue
        assert doubt > 0.001, (band, held[band] / count)
    assert len(there) == 10


# -- the laws beside the simulations --------------------------------------------------------------


def test_a_dozen_prompts_that_agree_do_not_make_their_mean_certain() -> None:
    """None of 12 failed; of 20 that fail as often as not one step shows none in 4,000."""
    ones, alone = np.ones(12), np.arange(12)
    seen = ratio(ones, ones, alone, span=span_of(np.array([1.0, 1.0, 0.0])))
    assert (seen.value, seen.high) == (1.0, 1.0)
    assert 0.6 < seen.low < 0.9
    bare = ratio(3 * ones, ones, alone, span=span_of(np.full(12, 3.0)))  # nothing ever differed
    assert (bare.low, bare.high) == (-np.inf, np.inf)
    assert np.isinf(ratio(ones[:4], ones[:4], alone[:4], span=(0.0, 1.0)).low)  # too few


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ([0.0, 1.0, 1.0], (0.0, 1.0)),
        ([0.5, 0.5], (0.0, 1.0)),
        ([-1.0, 1.0, np.nan], (-1.0, 1.0)),
        ([0.1 * i for i in range(9)], None),
        ([np.nan], None),
    ],
    ids=["pass or fail", "a grade", "a penalty", "many values", "nothing known"],
)
def test_what_a_value_can_be(values: list[float], span: Any) -> None:
    assert span_of(np.array(values)) == span


def test_a_step_in_which_nobody_fails_has_an_interval() -> None:
    """Of 300 rollouts 6 fail, all at the first step: that none can at the last is not shown."""
    step = np.repeat([0.0, 1.0], 150)
    score = np.ones(300)
    score[:6] = 0.0
    frame = make_frame(
        {"a": score}, weights={"a": 1.0}, step=step, prompt=np.tile(np.arange(150) // 10, 2)
    )
    rows = load("trends").run(frame, Context()).tables["lines"].rows
    (last,) = (row for row in rows if row[:2] == ("a", 1.0))
    assert last[2:5:2] == (1.0, 1.0)
    assert isinstance(last[3], float)
    assert 0.6 < last[3] < 0.95
