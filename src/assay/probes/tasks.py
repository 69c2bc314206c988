"""From the user's samples to prompts whose correct answers are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeAlias

from assay.engine.engine import Engine
from assay.engine.preflight import SOLUTIONS
from assay.model import Reward, Sample

ROWS = 16
"""Completions of one prompt that are looked at."""

SAME = 1e-9

KnownBy: TypeAlias = Literal["label", "key", "solution", "reference"]


@dataclass(slots=True)
class Prompt:
    """One prompt and its completions."""

    place: str
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Known:
    """Which completions are right and which are wrong, and how that is known."""

    by: KnownBy
    correct: tuple[tuple[str, Sample, Reward], ...]
    """(place, sample, reward)."""
    wrong: tuple[tuple[str, Sample, Reward], ...]
    invalid: int = 0
    """Rows that the rubric cannot judge."""
    why: str = ""
    """Why the first of those cannot be judged."""


def label_of(label: Any) -> bool | None:
    """What a label says: true and 1 are right, false and 0 are wrong; other words, other things."""
    if isinstance(label, bool):
        return label
    if isinstance(label, int | float):
        return True if label == 1 else False if label == 0 else None
    return None


def prompts_of(samples: Iterable[Sample]) -> list[Prompt]:
    """Samples by prompt, in the order in which prompts come up."""
    found: dict[Any, Prompt] = {}
    for i, sample in enumerate(samples):
        key: Any = sample.prompt_id or (sample.prompt, sample.reference, repr(sample.tests))
        if key not in found:
            found[key] = Prompt(sample.prompt_id or f"sample {i + 1}", [])
        if len(found[key].samples) < ROWS:
            found[key].samples.append(sample)
    return list(found.values())


def chosen(prompts: Sequence[Prompt], n: int, seed: int) -> list[Prompt]:
    """At most `n` of them, in their order; those with an answer labelled right go first."""
    if len(prompts) <= n:
        return list(prompts)
    order = list(range(len(prompts)))
    Random(f"prompts\0{seed}").shuffle(order)  # noqa: S311
    order.sort(key=lambda i: not any(label_of(s.label) for s in prompts[i].samples))
    return [prompts[i] for i in sorted(order[:n])]


def judged(engine: Engine, prompts: Sequence[Prompt], key: str | None) -> Known:
    """What the rubric pays for the samples, and which of them are right.

    By label where any is labelled; else where the key criterion gives all there is; where no
    completion is right, by the reference solution of the row, or what the reference alone makes.
    """
    rows = [(p.place, s) for p in prompts for s in p.samples]
    rewards = _rewards(engine, [s for _, s in rows])
    good = [(place, s, r) for (place, s), r in zip(rows, rewards, strict=True)]
    broken = [r for _, _, r in good if r.status == "invalid"]
    why = (broken[0].error or "").partition("\n")[0] if broken else ""
    good = [g for g in good if g[2].status != "invalid"]
    labels = [label_of(s.label) for _, s, _ in good]
    by: KnownBy = "label" if any(label is not None for label in labels) else "key"
    if by == "key":
        labels = [_top(engine, key, r) for _, _, r in good]
    correct = tuple(g for g, label in zip(good, labels, strict=True) if label)
    wrong = tuple(g for g, label in zip(good, labels, strict=True) if label is False)
    if not correct:
        by, correct = _made(engine, prompts)
    return Known(by, correct, wrong, len(broken), why)


def _made(
    engine: Engine, prompts: Sequence[Prompt]
) -> tuple[KnownBy, tuple[tuple[str, Sample, Reward], ...]]:
    """Correct completions where no row has one."""
    solutions: list[tuple[str, Sample]] = []
    stated: list[tuple[str, Sample]] = []
    for prompt in prompts:
        sample = prompt.samples[0]
        solution = next((sample.info[n] for n in SOLUTIONS if sample.info.get(n)), None)
        if isinstance(solution, str):
            solutions.append((prompt.place, replace(sample, completion=solution)))
        if sample.reference is not None:
            first = sample.reference[0] if isinstance(sample.reference, tuple) else sample.reference
            text = f"The answer is $\\boxed{{{first}}}$."
            stated.append((prompt.place, replace(sample, completion=text)))
    by: KnownBy = "solution" if solutions else "reference"
    rows = solutions or stated
    rewards = _rewards(engine, [s for _, s in rows])
    made = [(place, s, r) for (place, s), r in zip(rows, rewards, strict=True)]
    return by, tuple(m for m in made if m[2].status != "invalid")


def _top(engine: Engine, key: str | None, reward: Reward) -> bool | None:
    """Whether the key criterion gives all there is; None where it could not tell."""
    if key is None:
        return None
    verdict = reward.verdicts.get(key)
    if verdict is None or verdict.score is None:
        return None
    levels = engine.rubric.levels.get(key)
    top = float(levels[-1]) if levels else 1.0
    low = float(levels[0]) if levels else 0.0
    if verdict.score >= top - SAME:
        return True
    return False if verdict.score <= low + SAME else None


def _rewards(engine: Engine, samples: Sequence[Sample]) -> list[Reward]:
    found = dict(engine.iter_batch(samples))
    return [found[i] for i in range(len(samples))]
