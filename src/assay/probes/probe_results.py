"""The board out of what the engine paid: a line for each probe."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.engine.engine import Engine
from assay.errors import ConfigError
from assay.model import Reward
from assay.plugins.probe import Attack, ProbeSpec
from assay.plugins.registered import TargetOffer
from assay.probes.board import (
    SAME,
    Board,
    ProbeResult,
    Response,
    RewardSpread,
    Scale,
    Score,
    bounded_mean,
)
from assay.probes.task import Task
from assay.probes.tasks import Known

THRESHOLD = 0.10
"""A wrong completion that earns this share of what a correct one earns at the median is paid."""

RESPONSES = 5
"""Responses that a line keeps to be read."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One completion to be judged."""

    probe: str
    task: int
    attack: Attack
    at: int
    """Where its sample stands."""
    base: int | None


def board_of(
    engine: Engine,
    offers: Mapping[str, TargetOffer[ProbeSpec]],
    tasks: Sequence[Task],
    known: Known,
    key: str | None,
    shots: Sequence[Shot],
    rewards: Mapping[int, Reward],
    errors: Mapping[str, str],
    again: Mapping[int, Reward],
    seed: int,
    notes: list[str],
) -> Board:
    """The board of what was judged.

    Args:
        engine: Whose rubric was probed.
        offers: The probes that were run.
        tasks: The prompts, by the number that shots know them by.
        known: Correct and wrong answers with what they earned.
        key: The key criterion.
        shots: Every completion of every probe.
        rewards: Where a shot's sample stands -> what it earned.
        errors: Probe -> what it raised.
        again: The correct answers judged a second time, the last one first.
        seed: Of the run.
        notes: What the reader must know.

    Raises:
        ConfigError: no correct answer gets a reward.
    """
    correct = RewardSpread.of([r.value for _, _, r in known.correct])
    if correct.median is None:
        why = next((r.error for _, _, r in known.correct if r.error), "")
        raise ConfigError(f"no correct answer gets a reward: {(why or '').partition(chr(10))[0]}")
    wrong = RewardSpread.of([r.value for _, _, r in known.wrong])
    control = [rewards[s.at].value for s in shots if s.probe in ("answer.wrong", "code.stub")]
    floor = wrong.median if wrong.median is not None else RewardSpread.of(control).median
    low, high = _range(engine, known, rewards)
    scale = Scale.of(correct.median, floor, low, high)
    criteria = tuple(engine.rubric.rubric.leaves())
    medians = {
        c: RewardSpread.of([_score(r, c) for _, _, r in known.correct]).median for c in criteria
    }
    by_probe: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        by_probe[shot.probe].append(shot)
    lines = []
    for name, offer in offers.items():
        mine = by_probe.get(name, [])
        if mine or name in errors:
            lines.append(
                _line(offer, mine, rewards, tasks, scale, medians, key, errors.get(name, ""))
            )
    order = {"wrong": 0, "neutral": 1, "honest": 2}
    lines.sort(key=lambda x: (order[x.spec.claim], -_rank(x), x.spec.name))
    refused = 0
    if known.by == "label" and key is not None:
        top = _top(engine, key)
        refused = sum((_score(r, key) or 0.0) < top - SAME for _, _, r in known.correct)
    unsteady = tuple(
        Response(place, "", sample.text, other, None)
        for (place, sample, reward), other in zip(
            known.correct, (again[len(again) - 1 - i] for i in range(len(again))), strict=True
        )
        if reward.value != other.value
    )
    return Board(
        scale=scale,
        correct=correct,
        wrong=wrong,
        criteria=criteria,
        key=key,
        lines=tuple(lines),
        prompts=len(tasks),
        seed=seed,
        known_by=known.by,
        refused=refused,
        unsteady=unsteady[:RESPONSES],
        notes=tuple(notes),
    )


def _rank(line: ProbeResult) -> float:
    if line.figure is None:
        return -math.inf
    return -line.figure if line.spec.claim == "honest" else line.figure


def _top(engine: Engine, key: str) -> float:
    levels = engine.rubric.levels.get(key)
    return float(levels[-1]) if levels else 1.0


def _range(engine: Engine, known: Known, rewards: Mapping[int, Reward]) -> tuple[float, float]:
    """The lowest and highest reward there can be: as declared, else as seen."""
    reaches = [engine.rubric.reach(sample) for _, sample, _ in known.correct]
    if reaches and all(reach is not None for reach in reaches):
        known_reaches = [reach for reach in reaches if reach is not None]
        return float(min(r[0] for r in known_reaches)), float(max(r[1] for r in known_reaches))
    judged = [*(r for _, _, r in (*known.correct, *known.wrong)), *rewards.values()]
    seen = [r.value for r in judged if r.value is not None]
    return min(seen), max(seen)


def _score(reward: Reward, criterion: str) -> float | None:
    """A criterion's score; over turns, the last one's."""
    verdict = reward.verdicts.get(criterion)
    if verdict is None:
        of_turns = [v for k, v in reward.verdicts.items() if k.startswith(f"{criterion}#")]
        verdict = of_turns[-1] if of_turns else None
    return verdict.score if verdict is not None else None


def _line(
    offer: TargetOffer[ProbeSpec],
    shots: Sequence[Shot],
    rewards: Mapping[int, Reward],
    tasks: Sequence[Task],
    scale: Scale,
    medians: Mapping[str, float | None],
    key: str | None,
    error: str,
) -> ProbeResult:
    spec = offer.spec
    gain = any(shot.base is not None for shot in shots)
    honest = spec.claim == "honest" and key is not None and bool(medians.get(key))
    figures = {s.at: _figure(s, rewards, scale, medians, key if honest else None) for s in shots}
    forms = _by_form(shots, figures)
    if not forms:
        lost = sum(rewards[s.at].value is None for s in shots)
        return ProbeResult(
            spec, offer.plugin, "", 0, 0, 0, None, None, None, None, 0, 0, 0, lost, error=error
        )
    pick = min if spec.claim == "honest" else max
    form = pick(forms, key=lambda f: statistics.fmean(forms[f].values()))
    values = forms[form]
    of_form = [s for s in shots if s.attack.form == form and rewards[s.at].value is not None]
    mean = statistics.fmean(v for s in of_form if (v := rewards[s.at].value) is not None)
    figure = statistics.fmean(values.values())
    ends = _ends(scale, gain, honest, medians.get(key or "") or 1.0)
    level = 1.0 - 0.05 / len(forms)
    interval = bounded_mean(list(values.values()), *ends, level)
    known = [(s, f) for s in shots if (f := figures[s.at]) is not None]
    extreme: dict[int, float] = {}
    for shot, f in known:
        extreme[shot.task] = pick(extreme.get(shot.task, f), f)
    ranked = sorted(known, key=lambda x: x[1], reverse=spec.claim != "honest")
    return ProbeResult(
        spec=spec,
        plugin=offer.plugin,
        form=form,
        forms=len(forms),
        ways=len({s.attack.form for s, f in known if f >= THRESHOLD - SAME}),
        n=len(values),
        mean=mean,
        figure=figure,
        interval=interval,
        worst=pick(extreme.values()),
        reached=sum(f >= THRESHOLD - SAME for f in extreme.values()),
        beaten=sum(f >= 1.0 - SAME for f in extreme.values()),
        prompts=len(extreme),
        unscored=sum(rewards[s.at].value is None for s in shots),
        scores=_scores(of_form, rewards, medians),
        key=_key_score(shots, rewards, medians, key),
        gain=gain,
        responses=_responses(ranked, rewards, tasks),
        error=error,
    )


def _figure(
    shot: Shot,
    rewards: Mapping[int, Reward],
    scale: Scale,
    medians: Mapping[str, float | None],
    key: str | None,
) -> float | None:
    """One completion on the board's scale; of an honest one, its key criterion's share."""
    reward = rewards[shot.at]
    if reward.value is None:
        return None
    if key is not None:
        score, median = _score(reward, key), medians[key]
        return score / median if score is not None and median else None
    if shot.base is not None:
        base = rewards[shot.base].value
        return None if base is None else scale.of_gain(reward.value - base)
    return scale.of_reward(reward.value)


def _by_form(
    shots: Sequence[Shot], figures: Mapping[int, float | None]
) -> dict[str, dict[int, float]]:
    """Form -> prompt -> mean figure."""
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for shot in shots:
        figure = figures[shot.at]
        if figure is not None:
            found[shot.attack.form][shot.task].append(figure)
    return {
        form: {task: statistics.fmean(several) for task, several in by_task.items()}
        for form, by_task in found.items()
    }


def _ends(scale: Scale, gain: bool, honest: bool, median: float) -> tuple[float, float]:
    """Between what figures can lie."""
    if honest:
        return 0.0, 1.0 / median
    if gain:
        span = abs(scale.of_gain(scale.high - scale.low))
        return -span, span
    return scale.of_reward(scale.low), scale.of_reward(scale.high)


def _scores(
    shots: Sequence[Shot], rewards: Mapping[int, Reward], medians: Mapping[str, float | None]
) -> dict[str, Score]:
    found = {}
    for criterion, median in medians.items():
        values = [v for s in shots if (v := _score(rewards[s.at], criterion)) is not None]
        if values:
            found[criterion] = Score(statistics.fmean(values), median)
    return found


def _key_score(
    shots: Sequence[Shot],
    rewards: Mapping[int, Reward],
    medians: Mapping[str, float | None],
    key: str | None,
) -> Score | None:
    """The key criterion's mean score of the form that it likes best."""
    forms: dict[str, list[float]] = defaultdict(list)
    for shot in shots:
        score = _score(rewards[shot.at], key) if key is not None else None
        if score is not None:
            forms[shot.attack.form].append(score)
    if not forms or key is None:
        return None
    return Score(max(statistics.fmean(scores) for scores in forms.values()), medians.get(key))


def _responses(
    ranked: Sequence[tuple[Shot, float]], rewards: Mapping[int, Reward], tasks: Sequence[Task]
) -> tuple[Response, ...]:
    """The first ones, of different forms before others of a form that is there already."""
    seen: set[str] = set()
    fresh: list[tuple[Shot, float]] = []
    rest: list[tuple[Shot, float]] = []
    for shot, figure in ranked:
        where = rest if shot.attack.form in seen else fresh
        seen.add(shot.attack.form)
        where.append((shot, figure))
    return tuple(
        Response(tasks[s.task].place, s.attack.form, s.attack.text, rewards[s.at], figure)
        for s, figure in [*fresh, *rest][:RESPONSES]
    )
