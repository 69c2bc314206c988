"""Errors of a verifier against labels: known truths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from planted import PLANTED, analyse, covers, make_frame, quiet, the
from scipy import stats

from assay import load_rubric
from assay.audit.analyses.reliability import analysis as reliability
from assay.audit.frame import Frame, Stratum
from assay.plugins.host import Host

MARGIN = reliability.MARGIN_LOST.id

RUBRIC = {"kind": "weighted", "criteria": {"math.answer": 0.6, "format.boxed": 0.4}}


def log(
    seed: int,
    *,
    fp: float = 0.0,
    fn: float = 0.0,
    fp_b: float | None = None,
    prompts: int = 200,
    size: int = 4,
    key: str = "math.answer",
) -> Frame:
    """Half of the rows are wrong; stratum b has its own false-positive rate.

    Errors cluster: a prompt is misread as a whole half of the time.
    """
    random = np.random.default_rng(seed)
    n = prompts * size
    prompt = np.repeat(np.arange(prompts), size)
    label = (random.random(n) < 0.5).astype(float)
    b = random.random(n) < 0.5
    luck = np.where(
        random.random(n) < 0.5, np.repeat(random.random(prompts), size), random.random(n)
    )
    wrongly = luck < np.where(b, fp if fp_b is None else fp_b, fp)
    score = np.where(label == 1, (luck >= fn).astype(float), wrongly.astype(float))
    boxed = (random.random(n) < 0.5).astype(float)
    return make_frame(
        {key: score, "format.boxed": boxed},
        weights={key: 0.6, "format.boxed": 0.4},
        prompt=prompt,
        label=label,
        length=random.integers(10, 100, n),
        strata={"model": Stratum(("a", "b"), b.astype(np.int64))},
    )


def rates(frame: Frame, **context: Any) -> dict[tuple[Any, Any], tuple[Any, ...]]:
    outcome = analyse("reliability", frame, **context)
    return {(row[0], row[1]): row for row in outcome.tables["rates"].rows}


def test_rates_by_hand() -> None:
    """Wrong: 4, of which 1 passes. Right: 2, of which 1 fails. The missing score counts nowhere."""
    frame = make_frame(
        {"answer": [1, 0, 0, 0, 1, 0, np.nan]},
        weights={"answer": 1},
        label=[0, 0, 0, 0, 1, 1, 1],
    )
    found = rates(frame)
    assert found["answer", "FP"][2] == 0.25
    assert found["answer", "FN"][2] == 0.5
    assert found["answer", "J"][2] == pytest.approx(0.25)
    # Clopper and Pearson's, 1 of 4, as in their tables
    assert found["answer", "FP"][3:5] == pytest.approx((0.0063, 0.8059), abs=1e-4)


def test_a_label_that_nobody_gave_is_no_label() -> None:
    frame = make_frame({"answer": [1, 1]}, weights={"answer": 1}, label=[np.nan, 0])
    assert rates(frame)["answer", "FP"][5] == 1


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ({"fp": 0.3}, reliability.FALSE_POSITIVES),
        ({"fn": 0.3}, reliability.FALSE_NEGATIVES),
        ({"fp": 0.02, "fp_b": 0.5}, reliability.UNEVEN_ERRORS),
        ({"fp": 0.8, "fn": 0.8}, reliability.INVERTED),
    ],
)
def test_what_is_planted_is_found(planted: dict[str, float], kind: Any) -> None:
    assert the(analyse("reliability", log(1, **planted)), kind.id).rollouts


def test_the_side_that_errs_is_named() -> None:
    found = the(analyse("reliability", log(1, fp=0.02, fp_b=0.5)), reliability.UNEVEN_ERRORS.id)
    assert found.subject == ("math.answer", "model", "b")
    assert "for model b" in found.title


def test_errors_reach_the_certificate() -> None:
    """Weights .6 and .4: the margin is .2. With J = .5 it is .3 - .4 = -.1."""
    host = Host()
    rubric = load_rubric(RUBRIC, host).bind(host)
    outcome = analyse("reliability", log(2, fp=0.3, fn=0.2), rubric=rubric)
    found = the(outcome, reliability.MARGIN_LOST.id)
    assert found.value == pytest.approx(0.6 * 0.5 - 0.4, abs=0.06)
    found = rates(log(2, fp=0.0, fn=0.0), rubric=rubric)
    assert found["math.answer", "expected margin"][2] == pytest.approx(0.2)


def test_without_a_rubric_it_says_so() -> None:
    outcome = analyse("reliability", log(1))
    assert any("--rubric" in lack for lack in outcome.lacks)


def test_agreement_by_hand() -> None:
    """Both pass 1, both fail 2, one of them 1: po 3/4, pe 1/2, kappa 1/2."""
    frame = make_frame(
        {"a": [1, 1, 0, 0], "b": [1, 0, 0, 0]}, weights={"a": 1, "b": 1}, label=[1, 1, 0, 0]
    )
    row = analyse("reliability", frame).tables["agreement"].rows[0]
    assert row[:3] == ("a", "b", pytest.approx(0.5))


def test_a_score_without_levels_has_an_auc_and_no_error_rates() -> None:
    """A reward model's scores, -4 to 6: half of the highest is nobody's threshold."""
    random = np.random.default_rng(0)
    label = (random.random(400) < 0.5).astype(float)
    score = random.normal(1 + 2 * label, 1.5)
    frame = make_frame({"rm": score}, score, label=label, prompt=np.repeat(np.arange(100), 4))
    outcome = analyse("reliability", frame)
    assert not outcome.findings
    assert outcome.tables["rates"].rows == ()
    assert any("--passes rm=SCORE" in lack for lack in outcome.lacks)
    name, auc, low, high, n = outcome.tables["auc"].rows[0]
    above = (score[label == 1][:, None] > score[label == 0]).mean()
    assert auc == pytest.approx(above)
    assert (name, n) == ("rm", 100)
    assert 0.5 < float(str(low)) < float(str(auc)) < float(str(high)) < 1
    chosen = {(r[0], r[1]): r[2] for r in analyse(
        "reliability", frame, passes={"rm": 2.0}
    ).tables["rates"].rows}  # fmt: skip
    assert chosen["rm", "FP"] == (score[label == 0] >= 2).mean()


REACH = [
    (2.0, "no row can pass at 2: the highest level of acc is 1", "above the top level"),
    (1.0, "", "the top level is what passes by itself"),
    (0.5, "", "between two levels, which tells rows apart"),
    (0.0, "every row passes at 0: the lowest level of acc is 0", "at the lowest level none fails"),
]


@pytest.mark.parametrize(("at", "why", "reason"), REACH, ids=[row[2] for row in REACH])
def test_a_score_that_tells_no_rows_apart_has_no_rates(at: float, why: str, reason: str) -> None:
    """All right completions fail at 2: that is the number's doing, and says nothing of `acc`."""
    frame = make_frame({"acc": [1, 0, 1, 0]}, weights={"acc": 1}, label=[1, 0, 0, 1])
    outcome = analyse("reliability", frame, passes={"acc": at})
    if why:
        assert not outcome.findings
        assert outcome.tables["rates"].rows == ()
        assert f"another score for acc to pass: {why}. --passes acc=SCORE" in outcome.lacks
    else:
        assert len(outcome.tables["rates"].rows) == 3


def test_a_score_beyond_a_log_without_levels_has_no_rates() -> None:
    frame = make_frame({"rm": [-1.5, 0.5, 2.5, 3.5]}, weights={"rm": 1}, label=[0, 0, 1, 1])
    outcome = analyse("reliability", frame, passes={"rm": 4.0})
    assert outcome.tables["rates"].rows == ()
    assert any("the highest score of rm here is 3.5" in lack for lack in outcome.lacks)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("prompts", [12, 25, 40, 100])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_intervals_of_auc_cover(prompts: int, shift: float) -> None:
    """Right and wrong of one prompt move together: an easy prompt has both higher scores."""
    truth = float(stats.norm.cdf(shift / np.sqrt(2 * (0.5 + 1.0))))
    found = []
    for seed in range(600):
        random = np.random.default_rng(seed)
        prompt = np.repeat(np.arange(prompts), 6)
        label = np.tile([0.0, 1.0] * 3, prompts)
        score = shift * label + np.repeat(random.normal(0, 0.5**0.5, prompts), 6)
        score = score + random.normal(0, 1, len(prompt))
        frame = make_frame({"a": score}, score, label=label, prompt=prompt)
        row = analyse("reliability", frame).tables["auc"].rows[0]
        found.append((float(row[2]), float(row[3])))  # type: ignore[arg-type]
    held = np.mean([low <= truth <= high for low, high in found])
    assert held >= 0.93


@pytest.mark.slow
@pytest.mark.thorough
def test_intervals_cover() -> None:
    fp, fn, j = [], [], []
    for seed in range(PLANTED):
        found = rates(log(seed, fp=0.15, fn=0.1))
        fp.append(found["math.answer", "FP"][3:5])
        fn.append(found["math.answer", "FN"][3:5])
        j.append(found["math.answer", "J"][3:5])
    covers(fp, 0.15)
    covers(fn, 0.10)
    covers(j, 0.75)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("prompts", [30, 200])
def test_few_clusters_still_cover(prompts: int) -> None:
    found = [
        rates(log(seed, fp=0.3, prompts=prompts))["math.answer", "FP"] for seed in range(PLANTED)
    ]
    covers([row[3:5] for row in found], 0.3)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize(
    "planted",
    [
        pytest.param({"fp": 0.05, "fn": 0.05}, id="as many errors as are allowed"),
        pytest.param({"fp": 0.02, "fp_b": 0.08}, id="a little uneven"),
    ],
)
def test_clean_logs_are_quiet(planted: dict[str, float]) -> None:
    quiet("reliability", lambda seed: log(seed, **planted))


@pytest.mark.slow
@pytest.mark.thorough
def test_a_margin_that_just_holds_is_quiet() -> None:
    """The margin is .6 J - .4: 0 at J = 2/3."""
    host = Host()
    rubric = load_rubric(RUBRIC, host).bind(host)

    def clean(seed: int) -> Frame:
        return log(seed, fp=1 / 6, fn=1 / 6)

    found = [analyse("reliability", clean(seed), rubric=rubric).findings for seed in range(400)]
    alarms = sum(any(f.id == reliability.MARGIN_LOST.id for f in each) for each in found)
    assert alarms <= 11  # binomial(400, .01): more has a chance below .001


@pytest.mark.slow
@pytest.mark.thorough
def test_a_margin_that_is_lost_is_covered() -> None:
    """.6 J - .4 at J = 1 - .35 - .25."""
    host = Host()
    rubric = load_rubric(RUBRIC, host).bind(host)
    found = [
        the(analyse("reliability", log(s, fp=0.35, fn=0.25), rubric=rubric), MARGIN)
        for s in range(PLANTED)
    ]
    covers([f.interval for f in found if f.interval], 0.6 * 0.4 - 0.4)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("planted", "kind", "truth"),
    [
        ({"fp": 0.02, "fp_b": 0.5}, reliability.UNEVEN_ERRORS, 0.48),
        ({"fp": 0.8, "fn": 0.8}, reliability.INVERTED, -0.6),
    ],
)
def test_sizes_of_findings_are_covered(planted: dict[str, float], kind: Any, truth: float) -> None:
    # Twice the usual prompts: each log has to raise the finding, else only the luckier half counts.
    logs = (log(s, prompts=400, **planted) for s in range(PLANTED))
    found = [the(analyse("reliability", each), kind.id) for each in logs]
    covers([f.interval for f in found if f.interval], truth)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        pytest.param({"fp": 0.02, "fp_b": 0.12}, reliability.UNEVEN_ERRORS, id="uneven by .1"),
        pytest.param({"fp": 0.5, "fn": 0.5}, reliability.INVERTED, id="as good as chance"),
    ],
)
def test_logs_at_the_edge_are_quiet(planted: dict[str, float], kind: Any) -> None:
    alarms = sum(
        any(f.id == kind.id for f in analyse("reliability", log(seed, **planted)).findings)
        for seed in range(400)
    )
    assert alarms <= 11  # binomial(400, .01): more has a chance below .001
