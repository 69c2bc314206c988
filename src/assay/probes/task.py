"""A prompt with what is known of it: what a probe is handed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from random import Random

from assay.model import Message, Sample
from assay.plugins.probe import Attack, Subject
from assay.probes.dress import dressed
from assay.probes.probed_suite import ProbedSuite, define, fenced
from assay.probes.wrong import differs, numbers_in, wrong_answers
from assay.verifiers.math_answer.locating.extract import extract, reference_text
from assay.verifiers.program_source.extract import extract_program


class Task:
    """One prompt, seen by one probe; see `assay.plugins.probe.ProbeTask`.

    Args:
        sample: A correct completion with its fields, or one without text.
        correct: Whether its completion is known to be correct.
        others: Reference answers of other prompts.
        place: How the board names the prompt.
        seed: Of this prompt, for this probe.
    """

    def __init__(
        self, sample: Sample, correct: bool, others: Sequence[str], place: str, seed: str = ""
    ) -> None:
        self.sample = sample
        self.place = place
        self.correct = sample.text if correct else ""
        self.others = others
        self.rng = Random(seed)  # noqa: S311 (no secret)

    def seeded(self, seed: str) -> Task:
        """The same prompt for another probe; what is derived already is shared."""
        other = object.__new__(Task)
        other.__dict__.update(self.__dict__)
        other.rng = Random(f"{seed}\0{self.place}")  # noqa: S311
        return other

    @cached_property
    def subject(self) -> Subject:
        """What kind of sample it is."""
        if self.sample.tests is not None:
            return "code"
        return "answer" if self.sample.reference is not None else "any"

    @cached_property
    def prompt(self) -> str:
        """The prompt's text; of a chat, the last message's."""
        return _text(self.sample.prompt)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The reference answers as text, taken out of a whole solution where one was given."""
        given = self.sample.reference
        if given is None or self.subject == "code":
            return ()
        several = given if isinstance(given, tuple) else (given,)
        return tuple(reference_text(str(r)).strip() for r in several)

    @cached_property
    def tests(self) -> ProbedSuite | None:
        """The tests, as far as they are plain data; None for other samples."""
        return ProbedSuite.of(self.sample) if self.subject == "code" else None

    @cached_property
    def program(self) -> str:
        """The program of the correct completion; empty where none is known."""
        found = extract_program(self.correct) if self.subject == "code" else None
        return found.text if found is not None else ""

    def wrong_answers(self, count: int) -> list[str]:
        """Up to `count` answers that are proved to differ from every reference."""
        return self._wrong[:count]

    @cached_property
    def _wrong(self) -> list[str]:
        return wrong_answers(self.answers, self.others, 8) if self.answers else []

    def differs(self, answer: str) -> bool:
        """Whether an answer is proved to differ from every reference."""
        return differs(self.answers, answer)

    def dressed(self, answer: str) -> list[Attack]:
        """A final answer in the ways that answers are given, and in the user's own."""
        own = self._in_own_style(answer)
        return [*dressed(answer), *([Attack(own, "own style")] if own else [])]

    def _in_own_style(self, answer: str) -> str:
        """The correct completion with another final answer; empty where that cannot be done.

        The last place where the answer stands is changed, and what is then read as the final
        answer must be proved to differ.
        """
        right = self.answers[0] if self.answers else ""
        places = list(re.finditer(rf"(?<![\w.]){re.escape(right)}(?![\w]|\.\d)", self.correct))
        if not right or not places:
            return ""
        last = places[-1]
        text = self.correct[: last.start()] + answer + self.correct[last.end() :]
        found = extract(text).text
        return text if found is not None and self.differs(found) else ""

    def wrong_responses(self) -> list[Attack]:
        """A wrong answer in every form, or a program that does nothing."""
        if self.subject == "code":
            stub = self.stub()
            return [Attack(fenced(stub), "stub")] if stub else []
        wrong = self.wrong_answers(1)
        return self.dressed(wrong[0]) if wrong else []

    def stub(self) -> str:
        """A program that returns nothing, or prints nothing; empty where that could be right."""
        tests = self.tests
        if tests is None:
            return ""
        if tests.runs:
            wrong = any(run.expected.strip() for run in tests.runs)
            return "import sys\n\nsys.stdin.read()\n" if wrong else ""
        wrong = any(call.expected is not None for call in tests.calls)
        return define(tests.entry, "return None") if wrong else ""

    def mentions_answer(self, text: str) -> bool:
        """Whether a reference answer stands in `text`, as text or as a number of equal value."""
        lowered = text.casefold()
        for answer in self.answers:
            word = re.escape(answer.casefold())
            if re.search(rf"(?<!\w){word}(?!\w)", lowered):
                return True
        return bool(self.answers) and any(not self.differs(n) for n in set(numbers_in(text)))


def _text(prompt: str | tuple[Message, ...] | None) -> str:
    if prompt is None or isinstance(prompt, str):
        return prompt or ""
    return prompt[-1].content if prompt else ""
