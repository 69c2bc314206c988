"""The verifier: a language model's votes on aspects of a response.

Source:
    Lifshitz et al. 2025, "Multi-Agent Verification", arXiv:2502.20379: aspect verifiers that each
    approve or not, and the share of approvals. Gunjal et al. 2025, "Rubrics as Rewards",
    arXiv:2507.17746: criteria of a task's own as the aspects.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

from assay import Part, ReferenceUnreadable, Sample, ServiceUnavailable, Verdict

from assay_judge.endpoint import Endpoint
from assay_judge.params import JudgeParams
from assay_judge.question import Malformed, Question, Refused

NAME = "judge.aspects@1"

REMEMBERED = 10_000
"""Votes kept, so that an equal response of a later step is not paid for again."""


class Judge:
    """The share of votes that approve."""

    def __init__(self, params: JudgeParams | None = None) -> None:
        self._params = params or JudgeParams()
        self._endpoint = Endpoint(self._params)
        self._votes: OrderedDict[tuple[Question, int], bool] = OrderedDict()

    async def verify(self, sample: Sample) -> Verdict:
        """Judge one response.

        Raises:
            ReferenceUnreadable: a reference that is blank.
            ServiceUnavailable: the judge cannot answer, or what it says is not a verdict: the
                engine asks again, and no score comes of it.
        """
        reference = _reference(sample)
        response = sample.answer.strip().strip("\u200b")
        if not response:
            return Verdict.judged(NAME, 0.0, "the response is empty")
        if len(response) > self._params.max_chars:
            because = f"the response has more than {self._params.max_chars} characters"
            return Verdict.judged(NAME, 0.0, because)
        prompt = _prompt(sample)
        asked = [
            (Question(aspect, prompt, reference, response), vote)
            for aspect in self._params.aspects
            for vote in range(self._params.votes)
        ]
        used: dict[str, Any] = {"model": self._endpoint.model, "asked": 0, "tokens": 0}
        try:
            found = await asyncio.gather(*(self._vote(question, n, used) for question, n in asked))
        except Refused as err:
            return Verdict.undecided(NAME, f"the judge refuses: {err}", details=used)
        score = sum(found) / len(found)
        votes = self._params.votes
        parts = [
            Part(aspect[:200], sum(found[i * votes : (i + 1) * votes]) / votes)
            for i, aspect in enumerate(self._params.aspects)
        ]
        because = f"{sum(found)} of {len(found)} votes approve"
        return Verdict.judged(NAME, score, because, parts=parts, details=used)

    async def _vote(self, question: Question, vote: int, used: dict[str, Any]) -> bool:
        known = self._votes.get((question, vote))
        if known is not None:
            return known
        answer = await self._endpoint.ask(question.messages(), vote)
        used["asked"] += 1
        usage = answer.get("usage")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        used["tokens"] += tokens if isinstance(tokens, int) else 0
        try:
            said = question.verdict(answer)
        except Malformed as err:  # the judge's fault, and not a zero of the response's
            raise ServiceUnavailable(f"{self._endpoint.url}: {err}") from err
        self._votes[question, vote] = said
        if len(self._votes) > REMEMBERED:
            self._votes.popitem(last=False)
        return said


def _reference(sample: Sample) -> str:
    given = sample.reference
    if given is None:
        return ""
    several = given if isinstance(given, tuple) else (given,)
    text = "\nor\n".join(str(one).strip() for one in several)
    if not text.strip():
        raise ReferenceUnreadable("the reference is blank")
    return text


def _prompt(sample: Sample) -> str:
    prompt = sample.prompt
    if prompt is None:
        return ""
    if isinstance(prompt, str):
        return prompt
    return "\n\n".join(f"{message.role}: {message.content}" for message in prompt)
