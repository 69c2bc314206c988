"""The model's scores against labels: its ends from some responses, the audit on others."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assay import Engine, Sample
from assay.audit import Context, audit, read_log
from tiny import BAD, GOOD, OTHER, trained_on_labels

from assay_reward_model.calibration import ends
from assay_reward_model.params import ScoreParams
from assay_reward_model.score import Score


def responses(seed: int, n: int) -> list[tuple[str, float]]:
    """Words that the model learned to like or not, and whether the response is right.

    The more kind words of four, the likelier: nobody's liking says for sure what is right.
    """
    draw = random.Random(seed)
    found = []
    for _ in range(n):
        kind = draw.randrange(5)
        words = [draw.choice(GOOD) for _ in range(kind)] + [
            draw.choice(BAD) for _ in range(4 - kind)
        ]
        draw.shuffle(words)
        text = f"the answer is {' '.join(words)} {draw.choice(OTHER)}"
        found.append((text, float(draw.random() < 0.1 + 0.2 * kind)))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    texts, labels = zip(*responses(0, 800), strict=True)
    made = trained_on_labels(tmp_path_factory.mktemp("model"), list(texts), list(labels))
    return str(made)


def test_calibrated_by_some_labels_and_held_against_others_by_the_audit(
    folder: str, engine: Callable[..., Engine], tmp_path: Path
) -> None:
    known = responses(1, 300)
    logits = Score(ScoreParams(model=folder)).logits([Sample(text) for text, _ in known])
    low, high = ends(logits, [label for _, label in known])
    assert low < high

    params = {"model": folder, "low": low, "high": high}
    use = {"use": "reward_model.score", "weight": 1, "params": params}
    rubric = {"kind": "weighted", "criteria": {"liked": use}}
    others = responses(2, 600)
    samples = [Sample(t, prompt_id=str(i // 4), label=y) for i, (t, y) in enumerate(others)]
    rewards = engine(rubric, memory_bytes=0, timeout_s=60.0).verify_batch(samples)
    rows = [
        {"completion": text, "label": label, "prompt_id": str(i // 4), **reward.to_json()}
        for i, ((text, label), reward) in enumerate(zip(others, rewards, strict=True))
    ]
    file = tmp_path / "rewards.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    with read_log(str(file)) as log:
        found = audit(log.frame, Context(rows=log.rows, passes={"liked": 0.5}))
    tables: Any = next(o for o in found.outcomes if o.analysis == "reliability").tables
    (auc,) = tables["auc"].rows
    assert auc[0] == "liked"
    assert auc[2] > 0.5, "it orders right above wrong, as far as the interval goes"
    assert {row[1] for row in tables["rates"].rows} >= {"FP", "FN"}, (
        "at the threshold that is named"
    )
    bins = tables["calibration"].rows
    assert len(bins) >= 3
    gaps = [abs(mean - right) for _, _, _, mean, right, *_ in bins]
    assert max(gaps) < 0.2, bins
    assert [row[4] for row in bins] == sorted(row[4] for row in bins), (
        "more liked, more often right"
    )


def test_the_ends_of_a_line() -> None:
    logits = [float(x) for x in range(-5, 6)]
    labels = [0.0] * 5 + [1.0] * 6
    low, high = ends(logits, labels)
    assert low < 0.0 < high
    middle = (0.0 - low) / (high - low)
    assert middle == pytest.approx(sum(labels) / len(labels)), "the mean logit is the mean label"
    moved = ends([2.0 * x + 3.0 for x in logits], labels)
    assert moved == pytest.approx((2.0 * low + 3.0, 2.0 * high + 3.0))


@pytest.mark.parametrize(
    ("logits", "labels", "said"),
    [
        ([0.0] * 9, [0.0, 1.0] * 4 + [1.0], "at least ten"),
        ([0.0] * 10, [1.0] * 10, "right and wrong responses are needed"),
        ([1.0] * 10, [0.0, 1.0] * 5, "do not rise"),
        ([float(x) for x in range(10)], [1.0] * 5 + [0.0] * 5, "do not rise"),
    ],
)
def test_what_gives_no_scale_is_refused(
    logits: list[float], labels: list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ends(logits, labels)
