"""What is wrong with a data set, found before a run is paid for.

Works on any rubric: it asks the engine what the best known completion of each row is worth (the
reference solution, or what can be made of the reference itself), and what saying nothing is worth.
Verifiers add what they alone can tell by a hook, `assay.plugins.spec.Preflight`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, ReferenceUnreadable, SampleError
from assay.model import EMPTY, Message, Reward, Sample
from assay.model.paths import MISSING, value_at
from assay.model.view import Reader
from assay.plugins.spec import Preflight, PreflightFinding, Severity, Verifier
from assay.printable import a_type, printable

if TYPE_CHECKING:
    from assay.engine.engine import Engine

SOLUTIONS = ("reference_solution", "canonical_solution", "solution")
"""Columns that are taken for a reference solution, in this order, where none is named."""

BLANKS = ("", "I do not know.")
"""What a completion that does not try says."""

ROWS = 256
"""Rows that are judged in one batch."""

SAME = 1e-9
"""Rewards nearer than this are the same."""

_NOTHING = float("-inf")


@dataclass(frozen=True, slots=True)
class PreflightRow:
    """One row to look at."""

    place: str
    """How findings name it: ``file:line``."""
    sample: Sample | SampleError
    """With an empty completion; or what is wrong with the row."""
    solution: str | None = None
    """The reference solution, where the row has one."""

    @classmethod
    def from_row(
        cls,
        row: Mapping[str, Any],
        place: str,
        columns: Mapping[str, str] = EMPTY,
        solution: str | None = None,
    ) -> PreflightRow:
        """A prompt from a row of a data set; a completion in it is left out.

        Args:
            row: The row.
            place: File and line.
            columns: Field of `Sample` -> column.
            solution: Column of the reference solution; by default the first of `SOLUTIONS`.
        """
        others = {field: column for field, column in columns.items() if field != "completion"}
        bare = {k: v for k, v in row.items() if k != columns.get("completion")}
        try:
            sample = Sample.from_row({**bare, "completion": ""}, others)
        except SampleError as err:
            return cls(place, err)
        names = SOLUTIONS if solution is None else (solution,)
        values = (value_at(row, name) for name in names)
        text = next((v for v in values if v is not MISSING and v not in (None, "", [])), None)
        if isinstance(text, list) and all(isinstance(step, str) for step in text):
            text = "\n".join(text)
        if text is not None and not isinstance(text, str):
            wrong = SampleError(f"the solution is {a_type(text)}; wanted text")
            return cls(place, wrong)
        return cls(place, sample, text)


def preflight(engine: Engine, prompts: Iterable[PreflightRow]) -> Iterator[PreflightFinding]:
    """Findings, in the order of the rows.

    ``row.malformed``, ``reference.unreadable``, ``reference.unscored`` (the best known completion
    gets no score), ``reference.not_rewarded`` (it gets less than the most there is: an error where
    the key criterion is what it lacks, else a warning), ``prompt.tie`` (saying nothing earns as
    much), and what the verifiers' own hooks find.

    Args:
        engine: Its rubric, workers and bounds are used; up to seven completions a row are judged.
        prompts: Read as they are needed, 256 at a time.
    """
    rows = iter(prompts)
    made: dict[str, Verifier] = {}
    while chunk := list(itertools.islice(rows, ROWS)):
        asked: list[Sample] = []
        tried: list[_Tried] = []
        for prompt in chunk:
            tried.append(_Tried.of(prompt, asked))
        if engine.sees_groups:  # what is tried for one row is compared with each other
            for i, one in enumerate(tried):
                for at in (*one.blank, *one.solved, *one.stated):
                    asked[at] = replace(asked[at], group_id=str(i))
        rewards = dict(engine.iter_batch(asked))
        for one in tried:
            for finding in _findings(engine, one, asked, rewards, made):
                yield replace(finding, place=one.prompt.place)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Where the completions that are tried for one row stand among all that are judged."""

    prompt: PreflightRow
    blank: range
    solved: range
    stated: range

    @classmethod
    def of(cls, prompt: PreflightRow, asked: list[Sample]) -> _Tried:
        """Add the row's samples to `asked`."""
        found = []
        sample = prompt.sample
        for texts in (BLANKS, *_texts(prompt)):
            start = len(asked)
            if isinstance(sample, Sample):
                asked.extend(replace(sample, completion=text) for text in texts)
            found.append(range(start, len(asked)))
        return cls(prompt, *found)

    @property
    def known(self) -> range:
        """The completions that should earn all there is: the solution, or else the reference."""
        return self.solved or self.stated

    @property
    def what(self) -> str:
        """Those, in words."""
        return "the reference solution" if self.solved else "the reference itself"


def _texts(prompt: PreflightRow) -> tuple[list[str], list[str]]:
    """The reference solution as a completion, in a few ways; and what the reference gives."""
    sample = prompt.sample
    if not isinstance(sample, Sample):
        return [], []
    solved, stated = [], []
    if prompt.solution is not None:
        solved = _written_out(prompt.solution, _text(sample.prompt))
    if sample.reference is not None:
        first = sample.reference[0] if isinstance(sample.reference, tuple) else sample.reference
        stated = [f"\\boxed{{{first}}}", str(first)]
    return solved, stated


def _written_out(solution: str, prompt: str) -> list[str]:
    """A reference solution as a completion: as it is, or going on from a prompt that is code."""
    texts = [solution]
    if prompt and solution[:1].isspace():  # the body of the function that the prompt begins
        texts.append(prompt.rstrip("\n") + "\n" + solution.strip("\n"))
    if "```" not in solution and ("\n" in solution or "def " in solution):
        texts.append(f"```python\n{texts[-1]}\n```")
    return texts


def _findings(
    engine: Engine,
    tried: _Tried,
    asked: Sequence[Sample],
    rewards: Mapping[int, Reward],
    made: dict[str, Verifier],
) -> Iterator[PreflightFinding]:
    sample = tried.prompt.sample
    if not isinstance(sample, Sample):
        yield PreflightFinding("row.malformed", printable(str(sample), 300))
        return
    everything = [*tried.blank, *tried.solved, *tried.stated]
    broken = _broken(engine, [asked[i] for i in everything if rewards[i].status == "invalid"])
    if broken is not None:
        yield broken
        return
    if tried.known:
        best = max(tried.known, key=lambda i: _worth(rewards[i]))
        yield from _rewarded(engine, tried, asked[best], rewards[best])
        most = max(_worth(rewards[i]) for i in (*tried.solved, *tried.stated))
        idle = max(_worth(rewards[i]) for i in tried.blank)
        if idle >= most - SAME and idle > _NOTHING:
            yield PreflightFinding(
                "prompt.tie",
                f"a completion that says nothing earns {idle:g}, as much as {tried.what}",
            )
    yield from _own(engine, sample, made)


def _broken(engine: Engine, invalid: Sequence[Sample]) -> PreflightFinding | None:
    """Why no completion of this row can be judged, if that is so."""
    if not invalid:
        return None
    try:
        engine.verify(replace(invalid[0], peers=()) if engine.sees_groups else invalid[0])
    except ReferenceUnreadable as err:
        return PreflightFinding("reference.unreadable", printable(str(err).partition("\n")[0], 300))
    except AssayError as err:
        return PreflightFinding("row.malformed", printable(str(err), 300))
    return None


def _rewarded(
    engine: Engine, tried: _Tried, sample: Sample, best: Reward
) -> Iterator[PreflightFinding]:
    """Whether the best known completion gets all there is."""
    if best.value is None:
        why = best.error or best.status
        yield PreflightFinding(
            "reference.unscored", f"{tried.what} gets no score: {printable(why, 300)}"
        )
        return
    top = _top(engine, sample)
    if top is None or best.value >= top - SAME:
        return
    key = _key(engine, sample)
    lost = {
        name: verdict
        for name, verdict in best.verdicts.items()
        if verdict.score is None or verdict.score < _highest(engine, name)
    }
    lost = {k: v for k, v in lost.items() if not _relative(engine, k)}
    if not lost and engine.sees_groups:
        return  # a solution may be the longest of what was tried
    first = key if key in lost else next(iter(lost), "")
    because = f"{tried.what} earns {best.value:.4g} of {top:.4g}"
    if first:
        because += f": {first}, {printable(lost[first].because, 200)}"
    severity: Severity = "error" if key is None or key in lost or not lost else "warning"
    yield PreflightFinding("reference.not_rewarded", because, severity, first)


def _own(engine: Engine, sample: Sample, made: dict[str, Verifier]) -> Iterator[PreflightFinding]:
    """What the verifiers' hooks find."""
    try:
        keys = engine.rubric.active(sample)
    except SampleError as err:
        yield PreflightFinding("row.malformed", printable(str(err), 300))
        return
    for key in keys:
        offer = engine.rubric.offers[key]
        try:
            if key not in made:
                made[key] = offer.make(engine.rubric.params[key])
            verifier = made[key]
            if not isinstance(verifier, Preflight):
                continue
            shown = Reader(offer.spec.name, offer.spec.needs).show(sample)
            for finding in verifier.preflight(shown):
                yield replace(finding, criterion=key)
            shown.check()
        except ReferenceUnreadable as err:
            because = printable(str(err).partition("\n")[0], 300)
            yield PreflightFinding("reference.unreadable", because, criterion=key)
        except Exception as err:  # a plugin's hook: its fault is reported, the other rows go on
            because = f"preflight of {offer.spec.name} failed: {type(err).__name__}: {err}"
            yield PreflightFinding("preflight.crashed", printable(because, 300), criterion=key)


def _relative(engine: Engine, key: str) -> bool:
    """Whether what this criterion lacks is a matter of the others that were tried."""
    offer = engine.rubric.offers.get(key.partition("#")[0])
    return offer is not None and offer.spec.sees_group


def _worth(reward: Reward) -> float:
    return reward.value if reward.value is not None else _NOTHING


def _top(engine: Engine, sample: Sample) -> float | None:
    """The most that this sample's case of the rubric can pay; None where that is not known."""
    reach = engine.rubric.reach(sample)
    return float(reach[1]) if reach is not None else None


def _highest(engine: Engine, key: str) -> float:
    levels = engine.rubric.levels.get(key.partition("#")[0])
    return float(levels[-1]) if levels else 1.0


def _key(engine: Engine, sample: Sample) -> str | None:
    """The key criterion for this sample; None where the rubric looks at turns."""
    leaves = getattr(engine.rubric.plan(sample), "leaves", ())
    return next((leaf.key for leaf in leaves if leaf.is_key), None)


def _text(prompt: str | tuple[Message, ...] | None) -> str:
    if prompt is None or isinstance(prompt, str):
        return prompt or ""
    return prompt[-1].content
