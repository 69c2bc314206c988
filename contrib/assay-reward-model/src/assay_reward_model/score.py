"""The verifier: a transformers sequence classifier with one logit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import torch
from assay import Sample, ServiceUnavailable, Verdict
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from assay_reward_model.params import ScoreParams

NAME = "reward_model.score@1"

BATCH = 16
UNNAMED = "no model is named: params.model, or ASSAY_REWARD_MODEL"

DIGITS = 3
"""Scores are rounded to this many: the last digits of a logit change with the size of the batch."""


class Score:
    """A logit from `low` to `high`, as a score from 0 to 1."""

    def __init__(self, params: ScoreParams | None = None) -> None:
        self._params = params or ScoreParams()
        name = self._params.model or os.environ.get("ASSAY_REWARD_MODEL", "")
        self._tokenizer: Any = None
        self._model: Any = None
        if name:
            self._tokenizer = AutoTokenizer.from_pretrained(name)
            self._tokenizer.truncation_side = "left"  # the end of a response matters most
            dtype = getattr(torch, self._params.dtype)
            self._model = AutoModelForSequenceClassification.from_pretrained(name).to(dtype).eval()
            if self._model.config.num_labels != 1:
                raise ValueError(f"{name} has {self._model.config.num_labels} logits, wanted 1")

    def verify_many(self, samples: Sequence[Sample]) -> list[Verdict]:
        """Judge several responses in one pass of the model.

        Raises:
            ServiceUnavailable: no model is named.
        """
        asked = [sample for sample in samples if sample.answer.strip(" \n\t\u200b")]
        if asked and self._model is None:
            raise ServiceUnavailable(UNNAMED)
        found = dict(zip(map(id, asked), self._pass(asked), strict=True)) if asked else {}
        return [self._verdict(found.get(id(sample))) for sample in samples]

    def logits(self, samples: Sequence[Sample]) -> list[float]:
        """The model's logits as they are, for `calibration.ends`; sixteen samples at a time.

        Raises:
            ServiceUnavailable: no model is named.
        """
        if self._model is None:
            raise ServiceUnavailable(UNNAMED)
        return [
            x for i in range(0, len(samples), BATCH) for x in self._pass(samples[i : i + BATCH])
        ]

    def _pass(self, samples: Sequence[Sample]) -> list[float]:
        texts = [text_of(sample) for sample in samples]
        encoded = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self._params.max_tokens,
            return_tensors="pt",
        )
        with torch.inference_mode():
            logits = self._model(
                input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]
            ).logits
        values: list[float] = logits[:, 0].tolist()
        return values

    def _verdict(self, logit: float | None) -> Verdict:
        if logit is None:
            return Verdict.judged(NAME, 0.0, "the response is empty")
        low, high = self._params.low, self._params.high
        share = (logit - low) / (high - low)
        score = round(min(max(share, 0.0), 1.0), DIGITS)  # NaN stays one, and is not a score
        because = f"the model's logit lies at {score:g} of the way from {low:g} to {high:g}"
        return Verdict.judged(NAME, score, because)


def text_of(sample: Sample) -> str:
    """What the model reads: the prompt, a blank line, the response without its reasoning."""
    prompt = sample.prompt
    if prompt is None:
        before = ""
    elif isinstance(prompt, str):
        before = f"{prompt}\n\n"
    else:
        before = "".join(f"{message.role}: {message.content}\n\n" for message in prompt)
    text = f"{before}{sample.answer.strip()}"
    return text.encode("utf-8", "replace").decode()  # tokenizers refuse half a surrogate pair
