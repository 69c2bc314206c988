"""What could not be judged: known truths."""

from __future__ import annotations

import numpy as np
import pytest
from planted import PLANTED, analyse, covers, make_frame, quiet, the

from assay.audit.analyses import errors
from assay.audit.frame import STATUSES, Frame
from assay.findings import FindingKind


def log(
    seed: int,
    *,
    lost: float = 0.0,
    lost_wrong: float | None = None,
    rise: float = 0.0,
    prompts: int = 200,
    size: int = 4,
) -> Frame:
    """Rows go unscored with chance `lost` (wrong ones `lost_wrong`), plus `rise` over the run.

    Half of the prompts are hard for the machine, too: rows of a prompt share their fate in part.
    """
    random = np.random.default_rng(seed)
    n = prompts * size
    prompt = np.repeat(np.arange(prompts), size)
    step = prompt.astype(float)
    label = (random.random(n) < 0.5).astype(float)
    chance = np.where(label == 1, lost, lost if lost_wrong is None else lost_wrong)
    hard = np.repeat(random.random(prompts) < 0.5, size)
    chance = chance * np.where(hard, 1.5, 0.5) + rise * step / step.max()
    score = np.where(random.random(n) < chance, np.nan, label)
    return make_frame(
        {"answer": score}, weights={"answer": 1.0}, prompt=prompt, step=step, label=label
    )


def test_each_treatment_pays_something_else() -> None:
    """Group 0: right, wrong, lost. Zero pays the lost one 0; the others compare two rows."""
    frame = make_frame({"answer": [1, 0, np.nan]}, weights={"answer": 1}, prompt=[0, 0, 0])
    zero, exclude, mask = analyse("errors", frame).tables["policies"].rows
    assert zero[1:] == pytest.approx((1 / 3, 1.0, (4 / 9 + 1 / 9 + 1 / 9) / 3))
    assert exclude[1:] == pytest.approx((0.5, 1.0, 0.25))
    assert mask[1:] == pytest.approx((0.5, 1.0, 0.5 / 3))


def test_a_crash_is_always_told() -> None:
    statuses = np.array([[0], [STATUSES.index("crashed")], [0]], np.int8)
    frame = make_frame({"answer": [1, np.nan, 0]}, weights={"answer": 1}, statuses=statuses)
    found = the(analyse("errors", frame), errors.CRASHES.id)
    assert found.title == "answer crashed on 1 of 3 rows"
    assert (found.severity, found.rollouts, found.interval) == ("error", (1,), None)


def test_who_vanishes_is_told() -> None:
    found = the(analyse("errors", log(3, lost=0.02, lost_wrong=0.4)), errors.BIASED_ROWS.id)
    assert found.title.startswith("wrong completions go unscored")
    assert found.value == pytest.approx(0.38, abs=0.1)
    found = the(analyse("errors", log(3, lost=0.4, lost_wrong=0.02)), errors.BIASED_ROWS.id)
    assert found.title.startswith("right completions go unscored")
    assert found.value == pytest.approx(-0.38, abs=0.1)


def test_what_lacks_is_named() -> None:
    outcome = analyse("errors", make_frame({"answer": [1.0]}, weights={"answer": 1}))
    assert any("label" in lack for lack in outcome.lacks)
    assert any("step" in lack for lack in outcome.lacks)


def test_an_empty_log_has_no_findings() -> None:
    assert analyse("errors", make_frame({"answer": []}, [])).findings == ()


@pytest.mark.slow
def test_intervals_cover() -> None:
    share, bias, rise = [], [], []
    for seed in range(PLANTED):
        share.append(the(analyse("errors", log(seed, lost=0.2)), errors.UNSCORED_ROWS.id).interval)
        found = analyse("errors", log(seed, lost=0.1, lost_wrong=0.4))
        bias.append(the(found, errors.BIASED_ROWS.id).interval)
        rise.append(the(analyse("errors", log(seed, rise=0.5)), errors.RISING_ROWS.id).interval)
    covers([i for i in share if i], 0.2)
    covers([i for i in bias if i], 0.3)
    covers([i for i in rise if i], 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "planted",
    [
        pytest.param({"lost": 0.05}, id="as many unscored as is allowed"),
        pytest.param({"lost": 0.03, "lost_wrong": 0.07}, id="wrong ones a little more often"),
        pytest.param({"rise": 0.05}, id="a rise as large as is allowed"),
    ],
)
def test_clean_logs_are_quiet(planted: dict[str, float]) -> None:
    quiet("errors", lambda seed: log(seed, **planted))


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("prompts", [25, 40, 100])
@pytest.mark.parametrize(
    ("planted", "kind", "truth"),
    [
        ({"lost": 0.05, "lost_wrong": 0.6}, errors.BIASED_ROWS, 0.55),
        ({"lost": 0.5}, errors.UNSCORED_ROWS, 0.5),
        ({"rise": 0.9}, errors.RISING_ROWS, 0.9),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_few_prompts_are_covered(
    planted: dict[str, float], kind: FindingKind, truth: float, prompts: int
) -> None:
    """Faults so large that nearly every log raises them: else only lucky ones were looked at."""
    found = []
    for seed in range(PLANTED):
        outcome = analyse("errors", log(seed, prompts=prompts, size=16, **planted))
        found += [f.interval for f in outcome.findings if f.id == kind.id and f.interval]
    assert len(found) > 0.95 * PLANTED
    covers(found, truth)


def test_a_log_without_any_reward_is_an_error_of_one_prompt_too() -> None:
    """No interval is needed: nothing was paid, and an exit code of 0 would hide it."""
    nan = np.nan
    frame = make_frame({"answer": [nan, nan]}, weights={"answer": 1}, prompt=[0, 0])
    found = the(analyse("errors", frame), errors.UNSCORED_ROWS.id)
    assert (found.severity, found.value, found.interval, found.n) == ("error", 1.0, None, 2)
    assert found.title == "no row has a reward, of 2"
