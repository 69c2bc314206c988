"""The samples on which a verifier is checked: its author's examples, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from assay.errors import SampleError
from assay.model import EMPTY, Sample
from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.testing.hostile import COUNT, hostile_texts

EMPTIES = ("", " ", "\n\n", "\u200b", "<think></think>", "<think>\nhm\n</think>\n")
"""Completions that hold no answer."""

PROMPTS = (
    "Solve the task step by step and give the final answer at the end.",
    "Question: what is asked above?\nAnswer in the form that the task wants.",
)
"""Echoed where the author's examples have no prompt; no answer stands in them."""

TASKS = 3
"""Tasks (the fields besides the completion) that empty and echoed completions are tried on."""

CORE_HOSTILE = 40
CORE_CHARS = 4_000
"""Hostile texts that are judged again and again, to see the same verdict: few, and none huge."""


@dataclass(frozen=True, slots=True)
class BenchCase:
    """One sample, and where it comes from."""

    kind: str
    """``example``, ``empty``, ``echo``, ``malformed``, ``hostile`` or ``sample``."""
    label: str
    """In words, for the report."""
    sample: Sample
    example: Example | None = None

    def with_text(self, text: str) -> BenchCase:
        """The same case with another completion."""
        return replace(self, sample=replace(self.sample, completion=text))


class Cases:
    """All cases of one verifier with one set of params.

    Args:
        spec: The verifier's.
        examples: Those of its author that hold under these params.
        samples: Further ones that the caller brings.
        hostile: How many hostile completions.
        seed: Of the hostile completions and of their order.

    Attributes:
        problem: Why the samples cannot be made, or empty: without an example nobody knows what a
            field that the verifier needs looks like.
    """

    def __init__(
        self,
        spec: VerifierSpec,
        examples: Sequence[Example],
        samples: Sequence[Sample] = (),
        hostile: int = COUNT,
        seed: int = 0,
    ) -> None:
        self.problem = ""
        self.examples: list[BenchCase] = []
        self.malformed_examples: list[BenchCase] = []
        for i, example in enumerate(examples):
            try:
                case = BenchCase(
                    "example", f"example {i} ({example.kind})", example.sample(), example
                )
            except SampleError as err:
                if example.score is None:
                    continue  # so malformed that no sample can be made of it: never judged
                self.problem = f"example {i} cannot be a sample: {err}"
                continue
            (self.examples if example.score is not None else self.malformed_examples).append(case)
        self.given = [BenchCase("sample", f"sample {i}", s) for i, s in enumerate(samples)]
        known = [case.sample for case in (*self.examples, *self.given)]
        tasks: list[Sample] = []
        for sample in known:
            bare = replace(sample, completion="")
            if bare not in tasks and spec.missing(bare) is None:
                tasks.append(bare)
        if not tasks and any(need[-1] != "?" for need in spec.needs):
            self.problem = self.problem or (
                f"it needs {', '.join(spec.needs)}, and no example shows what that looks like"
            )
        self.tasks = tasks or ([Sample("")] if not self.problem else [])
        self.empty = self._each("empty", [(repr(text), text) for text in EMPTIES])
        self.echo = [case for task in self.tasks[:TASKS] for case in _echoes(task)]
        self.malformed = self._malformed()
        self.hostile = self._hostile(hostile, seed)

    def _each(self, kind: str, texts: Sequence[tuple[str, str]]) -> list[BenchCase]:
        return [
            BenchCase(kind, label, replace(task, completion=text))
            for task in self.tasks[:TASKS]
            for label, text in texts
        ]

    def _malformed(self) -> list[BenchCase]:
        """Each malformed row, under completions that would earn something elsewhere."""
        texts = [case.sample.text for case in self.examples[:3]]
        found = list(self.malformed_examples)
        for case in self.malformed_examples:
            for text in [*texts, "", "0", "none", *_said(case.sample)]:
                found.append(replace(case.with_text(text), kind="malformed"))
        return found

    def _hostile(self, count: int, seed: int) -> list[BenchCase]:
        if not self.tasks:
            return []
        found = []
        full = [c.sample.text for c in self.examples if c.example and c.example.score == 1.0]
        for i, (family, text) in enumerate(hostile_texts(count, seed)):
            task = self.tasks[i % len(self.tasks)]
            if full and i % 5 == 4:  # inside of a good answer, past the first glance of a verifier
                text = f"{text}\n{full[i % len(full)]}" if i % 2 else f"{full[i % len(full)]}{text}"
            found.append(BenchCase("hostile", family, replace(task, completion=text)))
        return found

    @property
    def all(self) -> list[BenchCase]:
        """Every case, the author's first."""
        return [
            *self.examples,
            *self.given,
            *self.empty,
            *self.echo,
            *self.malformed,
            *self.hostile,
        ]

    def core(self, seed: int = 0) -> list[BenchCase]:
        """A few of every kind, in an order by seed."""
        small = [c for c in self.hostile if len(c.sample.text) <= CORE_CHARS][:CORE_HOSTILE]
        found = [*self.examples, *self.given[:20], *self.empty[:3], *self.echo[:3]]
        found += [*self.malformed[:3], *small]
        if seed:
            Random(seed).shuffle(found)  # noqa: S311 (no secret)
        return found


def _said(sample: Sample) -> list[str]:
    """A malformed reference itself: to repeat it must not be the way to be paid for it."""
    reference = sample.reference
    values = reference if isinstance(reference, tuple) else (reference,)
    return [str(value) for value in values if value is not None]


def _echoes(task: Sample) -> list[BenchCase]:
    prompt = task.prompt
    texts: list[str] = []
    if isinstance(prompt, str):
        texts = [prompt]
    elif prompt is not None:
        texts = [message.content for message in prompt[-1:]]
    cases = []
    for text in texts or PROMPTS:
        for label, said in (("the prompt", text), ("the prompt, twice", f"{text}\n{text}")):
            sample = replace(task, completion=said, prompt=task.prompt or text)
            cases.append(BenchCase("echo", label, sample))
    return cases


def params_of(example: Example) -> Mapping[str, Any]:
    """Under which an example holds."""
    return example.params or EMPTY
