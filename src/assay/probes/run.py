"""Has an engine judge what the probes write, and makes the board."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assay.engine.engine import Engine
from assay.errors import ConfigError
from assay.model import Message, Reward, Sample, Turn
from assay.plugins.probe import ProbeSpec
from assay.plugins.registered import TargetOffer
from assay.printable import printable
from assay.probes.board import Board
from assay.probes.dress import redress
from assay.probes.probe_results import Shot, board_of
from assay.probes.task import Task
from assay.probes.tasks import Known, Prompt, chosen, judged, prompts_of

PROMPTS = 20
"""Prompts that are attacked, by default."""


def probe(
    engine: Engine,
    samples: Iterable[Sample],
    *,
    n: int = PROMPTS,
    seed: int = 0,
    probes: Sequence[str] = (),
    restyle: bool = False,
) -> Board:
    """What the engine's rubric pays for completions that are wrong by construction.

    Prompts are drawn, their completions judged, those that are right found (by `label`, else by
    the key criterion, else made from the reference solution or the reference), and every probe
    is tried on every prompt that it applies to. Cost: some 180 completions a prompt with a
    reference answer, some 70 with tests.

    Args:
        engine: Its rubric is probed; with its workers, bounds and plugins.
        samples: The user's own, all of them read; their labels are used, never shown to verifiers.
        n: Prompts at most.
        seed: Of the draw and of what probes draw.
        probes: Names or families of the probes to run; by default all.
        restyle: Give the correct completions the form that the rubric pays best: for samples
            whose style is nobody's choice.

    Raises:
        ConfigError: no sample can be judged by this rubric, or no correct answer is known; or no
            probe is called that.
    """
    if engine.sees_groups:
        names = [k for k, offer in engine.rubric.offers.items() if offer.spec.sees_group]
        raise ConfigError(
            f"{', '.join(names)} compares the completions of a group, and an attack has none"
            "\nfix: probe the rubric without it; its range is in `assay prove`"
        )
    offers = _offers(engine, probes)
    prompts = chosen(prompts_of(samples), n, seed)
    key = _key(engine, prompts)
    known = judged(engine, prompts, key)
    if not known.correct:
        raise ConfigError(
            "no correct answer is known, so there is nothing to measure probes by"
            + (f"\n  {known.invalid} rows cannot be judged: {known.why}" if known.invalid else "")
            + "\nfix: rows with a `label`, a `reference` or a `reference_solution`"
        )
    notes = []
    if restyle:
        known, form = _restyled(engine, known)
        if form:
            notes.append(f"correct answers are given in the form that pays best: {form}")
    if known.invalid:
        notes.append(f"{known.invalid} rows cannot be judged and are left out: {known.why}")
    tasks = _tasks(prompts, known)
    shots, asked, errors = _aim(offers, tasks, seed)
    rewards = dict(engine.iter_batch(asked))
    shots, mute = _answered(shots, rewards)
    if mute:
        first = next(iter(mute))
        why = f": {mute[first]}" if mute[first] else ""
        notes.append(
            f"{len(mute)} prompts are left out, since none of their completions can be judged; the "
            f"first, {tasks[first].place}{why}"
        )
    again = dict(engine.iter_batch([s for _, s, _ in reversed(known.correct)]))
    return board_of(engine, offers, tasks, known, key, shots, rewards, errors, again, seed, notes)


def _offers(engine: Engine, names: Sequence[str]) -> dict[str, TargetOffer[ProbeSpec]]:
    every = engine.host.probes
    if not names:
        return dict(every)
    found = {
        name: offer
        for name, offer in every.items()
        if any(name == wanted or name.startswith(wanted + ".") for wanted in names)
    }
    for wanted in names:
        if not any(name == wanted or name.startswith(wanted + ".") for name in every):
            families = sorted({offer.spec.family for offer in every.values()})
            raise ConfigError(f"no probe or family {wanted!r}\nfamilies: {', '.join(families)}")
    return found


def _key(engine: Engine, prompts: Sequence[Prompt]) -> str | None:
    """The key criterion; None where the rubric looks at turns, or no prompt can be judged."""
    for prompt in prompts:
        for sample in prompt.samples:
            try:
                leaves = getattr(engine.rubric.plan(sample), "leaves", ())
            except ValueError:
                continue
            return next((leaf.key for leaf in leaves if leaf.is_key), None)
    return None


def _restyled(engine: Engine, known: Known) -> tuple[Known, str]:
    """The correct completions in the one form that has the highest mean reward."""
    forms: dict[str, list[tuple[str, Sample]]] = defaultdict(list)
    for place, sample, _ in known.correct:
        task = Task(sample, True, (), place)
        if not task.answers:
            return known, ""
        for form, text in redress(sample.text, task.answers[0]).items():
            forms[form].append((place, replace(sample, completion=text)))
    rows = [(form, row) for form, several in forms.items() for row in several]
    rewards = dict(engine.iter_batch([sample for _, (_, sample) in rows]))
    means: dict[str, list[float]] = defaultdict(list)
    for i, (form, _) in enumerate(rows):
        value = rewards[i].value
        means[form].append(-math.inf if value is None else value)
    best = max(means, key=lambda form: statistics.fmean(means[form]))  # the first of equals
    if best == "as it is":
        return known, ""
    correct = tuple(
        (place, sample, rewards[i])
        for i, (form, (place, sample)) in enumerate(rows)
        if form == best
    )
    return replace(known, correct=correct), best


def _tasks(prompts: Sequence[Prompt], known: Known) -> list[Task]:
    """A task for each prompt: with the best paid of its correct completions, if it has one."""
    best: dict[str, tuple[Sample, float]] = {}
    for place, sample, reward in known.correct:
        worth = -math.inf if reward.value is None else reward.value
        if place not in best or worth > best[place][1]:
            best[place] = (sample, worth)
    firsts = [Task(p.samples[0], False, (), p.place) for p in prompts]
    answers = [task.answers[0] if task.answers else "" for task in firsts]
    tasks = []
    for i, prompt in enumerate(prompts):
        others = [a for j, a in enumerate(answers) if j != i and a]
        found = best.get(prompt.place)
        sample = found[0] if found else replace(prompt.samples[0], completion="")
        tasks.append(Task(sample, found is not None, others, prompt.place))
    return tasks


def _aim(
    offers: Mapping[str, TargetOffer[ProbeSpec]], tasks: Sequence[Task], seed: int
) -> tuple[list[Shot], list[Sample], dict[str, str]]:
    """Every completion to be judged, and what probes raised."""
    shots: list[Shot] = []
    asked: list[Sample] = []
    errors: dict[str, str] = {}
    for name, offer in offers.items():
        function = offer.load()
        for i, task in enumerate(tasks):
            if offer.spec.subject not in ("any", task.subject):
                continue
            try:
                attacks = list(function(task.seeded(f"{seed}\0{name}")))
            except Exception as err:  # a plugin's: shown on the board, the other probes go on
                errors[name] = printable(f"{type(err).__name__}: {err}", 300)
                break
            for attack in attacks:
                asked.append(_sample(task.sample, attack.text, attack.truncated))
                base = None
                if attack.baseline is not None:
                    base = len(asked)
                    asked.append(_sample(task.sample, attack.baseline, attack.truncated))
                at = len(asked) - 1 - (base is not None)
                shots.append(Shot(name, i, attack, at, base))
    return shots, asked, errors


def _answered(
    shots: Sequence[Shot], rewards: Mapping[int, Reward]
) -> tuple[list[Shot], dict[int, str]]:
    """The shots at prompts of which anything was judged; of the others, why nothing was.

    A reference that cannot be read leaves every completion of its prompt without a score. That is
    a fault of the row, and says nothing of any probe.
    """
    there = {s.task for s in shots if rewards[s.at].value is not None}
    mute: dict[int, str] = {}
    for shot in shots:
        if shot.task not in there and shot.task not in mute:
            mute[shot.task] = (rewards[shot.at].error or "").partition("\n")[0]
    return [shot for shot in shots if shot.task in there], mute


def _sample(sample: Sample, text: str, truncated: bool) -> Sample:
    """The prompt's sample with another completion; what was known of the old one is not kept."""
    tokens = sample.n_tokens
    if tokens is not None:  # as many to the character as in the completion it was reported for
        tokens = round(tokens * len(text) / max(1, len(sample.text)))
    finish = sample.finish_reason
    if finish is not None or truncated:
        finish = "length" if truncated else "stop"
    chat = not isinstance(sample.completion, str)
    return replace(
        sample,
        completion=(Message("assistant", text),) if chat else text,
        n_tokens=tokens,
        finish_reason=finish,
        label=None,
        steps=() if sample.steps is not None else None,
        turns=(Turn(text),) if sample.turns is not None else None,
    )
