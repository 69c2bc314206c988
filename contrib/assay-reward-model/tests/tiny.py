"""A tiny model that learns in seconds to like kind words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from assay_reward_model.losses import bradley_terry, classification

GOOD = ["good", "kind", "right", "clear"]
BAD = ["bad", "rude", "wrong", "vague"]
OTHER = ["it", "is", "the", "answer", "so"]


def tokenizer() -> Any:
    vocabulary = {w: i for i, w in enumerate(["[PAD]", "[UNK]", *GOOD, *BAD, *OTHER])}
    plain = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    )


def model(words: int) -> Any:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=words, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=2048, num_labels=1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertForSequenceClassification(config)


def logits(scorer: Any, reader: Any, texts: list[str]) -> Tensor:
    encoded = reader(texts, padding=True, return_tensors="pt")
    given = scorer(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"])
    found: Tensor = given.logits[:, 0]
    return found


def trained(folder: Path) -> Path:
    """Trained from pairs by Bradley-Terry, and saved."""
    reader = tokenizer()
    scorer = model(len(reader))
    draw = random.Random(0)
    steps = torch.optim.Adam(scorer.parameters(), lr=0.01)
    for _ in range(60):
        pairs = [
            [f"the answer is {draw.choice(words)} {draw.choice(OTHER)}" for words in (GOOD, BAD)]
            for _ in range(16)
        ]
        chosen = logits(scorer, reader, [good for good, _ in pairs])
        rejected = logits(scorer, reader, [bad for _, bad in pairs])
        loss = bradley_terry(chosen, rejected)
        steps.zero_grad()
        torch.autograd.backward(loss)
        steps.step()
    scorer.save_pretrained(folder)
    reader.save_pretrained(folder)
    return folder


def trained_on_labels(folder: Path, texts: list[str], labels: list[float]) -> Path:
    """Trained from labels by classification, and saved."""
    reader = tokenizer()
    scorer = model(len(reader))
    draw = random.Random(0)
    steps = torch.optim.Adam(scorer.parameters(), lr=0.005)
    for _ in range(120):
        chosen = [draw.randrange(len(texts)) for _ in range(32)]
        given = logits(scorer, reader, [texts[i] for i in chosen])
        loss = classification(given, torch.tensor([labels[i] for i in chosen]))
        steps.zero_grad()
        torch.autograd.backward(loss)
        steps.step()
    scorer.save_pretrained(folder)
    reader.save_pretrained(folder)
    return folder
