"""Logs of policies whose figures are known, of any number of prompts, and who covers them.

Four kinds of each: groups of one size, of unequal sizes, with ties and rare events, and with
several groups of a prompt, which are alike. The truth is what the same figure is in a log of very
many prompts. Where a table gives no interval, it says that there are too few for one.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from planted import make_frame
from scipy import stats

from assay.audit.analyses import load
from assay.audit.context import Context
from assay.audit.frame import Frame, TurnRewards
from assay.findings import ReportTable

KINDS = ("equal", "unequal", "ties", "clusters")

LEAST = 0.93
"""Of intervals at 95%, the share that must hold the truth; a binomial test at p < .001."""

RAISED = 0.95
"""Share of logs that must raise a finding for its interval to be looked at: those that are raised
where chance is on their side do not cover, whatever the interval."""

Make = Callable[[str, int, int], Frame]
"""From kind, prompts (or steps) and seed."""


def _sizes(kind: str, prompts: int, random: np.random.Generator) -> Any:
    if kind == "unequal":
        return random.choice([2, 3, 4, 8, 16], prompts)
    return np.full(prompts, 4)


def one_policy(kind: str, prompts: int, seed: int) -> Frame:
    """Three criteria, .7/.2/.1; a key of a prompt's own difficulty, errors that cluster."""
    random = np.random.default_rng(seed)
    sizes = _sizes(kind, prompts, random)
    repeats = random.integers(1, 6, prompts) if kind == "clusters" else np.ones(prompts, int)
    of_group = np.repeat(np.arange(prompts), repeats)
    size = np.repeat(sizes, repeats)
    prompt, group = np.repeat(of_group, size), np.repeat(np.arange(len(of_group)), size)
    n = len(prompt)
    chance, taste = random.beta(0.6, 0.6, prompts)[prompt], random.beta(2, 1, prompts)[prompt]
    answer = (random.random(n) < chance).astype(float)
    if kind == "ties":
        style = (random.random(n) < 0.9).astype(float)
        tags = (random.random(n) < 0.97).astype(float)
    else:
        style = np.clip(0.5 * taste + 0.25 * answer + random.normal(0, 0.2, n), 0, 1)
        tags = (random.random(n) < taste).astype(float)
    misread = np.where(random.random(prompts) < 0.15, 0.5, 0.04)[prompt]
    label = np.where(random.random(n) < misread, 1 - answer, answer)
    length = np.exp(
        random.normal(5, 0.5, n) + 0.3 * style + 0.4 * random.normal(size=prompts)[prompt]
    )
    return make_frame(
        {"answer": answer, "style": style, "tags": tags},
        weights={"answer": 0.7, "style": 0.2, "tags": 0.1},
        prompt=prompt,
        group=group,
        label=label,
        length=length,
        truncated=(length > np.exp(5.6)).astype(np.int8),
    )


def of_our_verifiers(kind: str, prompts: int, seed: int) -> Frame:
    """The same under names that a rubric knows, so that it can be composed anew."""
    frame = one_policy(kind, prompts, seed)
    names = ("math.answer", "format.boxed", "format.tags")
    weights = dict(zip(names, (0.7, 0.2, 0.1), strict=True))
    return dataclasses.replace(frame, criteria=names, key=names[0], weights=weights)


def gated(kind: str, prompts: int, seed: int) -> Frame:
    """Paid by a gate on the answer with a floor of .4; nothing is known of contributions."""
    frame = of_our_verifiers(kind, prompts, seed)
    scores = {name: frame.score(name) for name in frame.criteria[:2]}
    answer, boxed = scores.values()
    reward = np.where(answer >= 1, 0.4 + 0.6 * boxed, 0.0)
    return make_frame(scores, reward, prompt=frame.prompt, group=frame.group)


def steps_of_their_own(kind: str, steps: int, seed: int) -> Frame:
    """Two new prompts at every step, with a shock that they share; all moves along lines."""
    random = np.random.default_rng(seed)
    prompt = np.repeat(np.arange(2 * steps), _sizes(kind, 2 * steps, random))
    step, n = (prompt // 2).astype(float), len(prompt)
    t = step / step.max()
    shock = random.normal(0, 0.05, steps)[prompt // 2]
    taste = random.normal(0, 0.1, 2 * steps)[prompt]
    answer = (random.random(n) < np.clip(0.5 - 0.2 * (t - 0.5) + shock + taste, 0, 1)).astype(float)
    style = 0.5 + 0.3 * t + shock + taste + random.normal(0, 0.2, n)
    if kind == "ties":
        style = (random.random(n) < 0.05 + 0.1 * t).astype(float)
    length = 100 * (1 + 2.0 * t) * np.exp(taste) + 30 * shock + random.normal(0, 10, n)
    return make_frame(
        {"answer": answer, "style": style},
        weights={"answer": 0.7, "style": 0.3},
        step=step,
        prompt=prompt,
        label=answer,
        length=length,
    )


def again_and_again(kind: str, prompts: int, seed: int) -> Frame:
    """The same prompts at each of eight steps; each learns at a rate of its own."""
    random = np.random.default_rng(seed)
    steps = 8
    one = np.repeat(np.arange(prompts), _sizes(kind, prompts, random))
    prompt, step = np.tile(one, steps), np.repeat(np.arange(steps), len(one)).astype(float)
    n, t = len(prompt), step / (steps - 1)
    chance = random.beta(0.6, 0.6, prompts)[prompt]
    learns = random.normal(0.2, 0.3, prompts)[prompt]
    answer = (random.random(n) < chance).astype(float)
    style = 0.5 + learns * t + random.normal(0, 0.1, prompts)[prompt] + random.normal(0, 0.2, n)
    if kind == "ties":
        style = (random.random(n) < 0.9 + 0.08 * t).astype(float)
    return make_frame(
        {"answer": answer, "style": style},
        weights={"answer": 0.7, "style": 0.3},
        step=step,
        prompt=prompt,
        group=prompt * steps + step.astype(int),
        label=np.where(random.random(n) < 0.1, 1 - answer, answer),
        length=np.exp(random.normal(5, 0.5, n) + 0.3 * t),
    )


def walks(kind: str, prompts: int, seed: int) -> Frame:
    """Trajectories of one to five turns; each further turn is paid .2, by a prompt's own rate."""
    random = np.random.default_rng(seed)
    prompt = np.repeat(np.arange(prompts), _sizes(kind, prompts, random))
    m = len(prompt)
    lengths = random.integers(1, 6, m)
    own = np.repeat(np.arange(m), lengths)
    rate = (0.2 + random.normal(0, 0.1, prompts))[prompt]
    paid = rate[own] + random.normal(0, 0.05, len(own))
    if kind == "ties":
        paid = (random.random(len(own)) < 0.1).astype(float)
    ends = (random.random(m) < random.beta(0.6, 0.6, prompts)[prompt]).astype(float)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    paid[offsets[1:] - 1] = ends
    turns = TurnRewards(offsets, paid)
    return make_frame({"outcome": ends}, ends, weights={"outcome": 1.0}, prompt=prompt, turns=turns)


# -- figures and their intervals ------------------------------------------------------------------


def figures(frame: Frame, analyses: Sequence[str], context: Context) -> dict[Any, Any]:
    """Name of a figure -> value and ends, of every table with intervals and of every finding."""
    found: dict[Any, Any] = {}
    for name in analyses:
        outcome = load(name).run(frame, context)
        for title, table in outcome.tables.items():
            for j in range(1, len(table.columns) - 2):
                first, second = table.columns[j + 1 : j + 3]
                if first.endswith("from") and second.endswith("to"):
                    for row in table.rows:
                        at = row[1] if title == "lines" else None
                        figure = (name, title, table.columns[j], _label(table, row, j), at)
                        found[figure] = row[j : j + 3]
        for finding in outcome.findings:
            if finding.interval is not None:
                figure = (name, "finding", finding.id, str(finding.subject), None)
                found[figure] = (finding.value, *finding.interval)
    return found


def _label(table: ReportTable, row: Any, value: int) -> str:
    return ", ".join(str(row[i]) for i in range(value) if isinstance(row[i], str))


def shortfalls(
    make: Make,
    kind: str,
    prompts: int,
    *,
    analyses: Sequence[str],
    context: Mapping[str, Any],
    runs: int,
    whole: int,
    besides: frozenset[str] = frozenset(),
) -> tuple[dict[Any, float], int]:
    """Figures whose intervals hold the truth too seldom, with their coverage; and how many there
    are in all.

    Args:
        make: The log.
        kind: Of `KINDS`.
        prompts: Of each log.
        analyses: Whose figures.
        context: Of `Context`.
        runs: Logs.
        whole: Prompts of the log that tells the truth.
        besides: Titles of tables whose figures are others in every log.
    """
    large = figures(make(kind, whole, 10**6), analyses, Context(**context))
    truth = {name: cells[0] for name, cells in large.items()}
    there, held = Counter[Any](), Counter[Any]()
    for seed in range(runs):
        found = figures(make(kind, prompts, seed), analyses, Context(seed=seed, **context))
        for name, (value, low, high) in found.items():
            wanted = truth.get(name)
            if wanted is None or value is None or low is None or high is None:
                continue
            if name[1] not in besides:
                there[name] += 1
                held[name] += low - 1e-9 <= wanted <= high + 1e-9
    short = {
        name: held[name] / count
        for name, count in there.items()
        if (name[1] != "finding" or count >= RAISED * runs)
        and stats.binomtest(held[name], count, LEAST, alternative="less").pvalue < 0.001
    }
    return short, len(there)
