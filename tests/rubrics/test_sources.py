"""Published rubrics against their sources' definitions, written a second time, on random texts."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from assay import Engine
from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric

HOST = Host()
TEXTS = 1000

PIECES = [
    "<think>", "</think>", "<answer>", "</answer>", "<think>\n", "\n</think>\n", "\n<answer>\n",
    "\n</answer>", "\n</answer>\n", "\n", " ", "so ", "so so so so ", "a b c ", "\\boxed{4}", "4",
    "x" * 40,
]  # fmt: skip
WHOLE = ["<think>\n", "a b c", "\n</think>\n<answer>\n", "4", "\n</answer>"]


def text(pick: random.Random) -> str:
    """Pieces of what a format asks for: whole ones, nearly whole ones and heaps."""
    if pick.random() < 0.5:
        pieces = list(WHOLE)
        for _ in range(pick.randint(0, 2)):
            pieces[pick.randrange(len(pieces))] = pick.choice(PIECES)
        if pick.random() < 0.3:
            pieces.append(pick.choice(PIECES))
        return "".join(pieces)
    return "".join(pick.choices(PIECES, k=pick.randint(0, 30)))


# -- the sources' definitions ---------------------------------------------------------------------


def open_r1_format(words: str) -> float:
    pattern = r"^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$"
    return float(bool(re.match(pattern, words, re.DOTALL | re.MULTILINE)))


def open_r1_tags(words: str) -> float:
    tags = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>")
    return sum(0.25 for tag in tags if words.count(tag) == 1)


def open_r1_cosine(words: str, right: bool) -> float:
    cosine = math.cos(math.pi * len(words) / 1000)
    at_end, at_start = (0.5, 1.0) if right else (-0.5, -1.0)
    return at_end + 0.5 * (at_start - at_end) * (1.0 + cosine)


def trl_think(words: str) -> float:
    opens = words.startswith("<think>") and words.count("<think>") == 1
    return float(opens and "</think>" in words)


def overlong(n: int, most: int, buffer: int) -> float:
    """DAPO, equation 13."""
    if n <= most - buffer:
        return 0.0
    return ((most - buffer) - n) / buffer if n <= most else -1.0


def geo3k_format(words: str) -> float:
    return float(bool(re.fullmatch(r"<think>.*</think>.*\\boxed\{.*\}.*", words, re.DOTALL)))


def repetition(words: str, n: int, most: float) -> float:
    tokens = words.lower().split()
    grams = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return (1 - len(set(grams)) / len(grams)) * most if grams else 0.0


class Source(NamedTuple):
    rubric: Any
    reward: Callable[[str, bool, int], float]
    why: str


def penalty(n: int, most: float) -> dict[str, Any]:
    use = {"use": "length.repetition", "weight": -most, "params": {"ngram": n}}
    base = {"kind": "constant", "value": most}
    return {"kind": "weighted", "criteria": {"math.answer": 1, "repeats": use, "base": base}}


SOURCES = [
    Source("open-r1", lambda t, r, n: r + open_r1_format(t) + open_r1_tags(t), "open-r1 default"),
    Source("open-r1-cosine", lambda t, r, n: open_r1_cosine(t, r), "open-r1 cosine"),
    Source(penalty(3, -1.0), lambda t, r, n: r + repetition(t, 3, -1.0), "open-r1 repetition"),
    Source("trl-accuracy-format", lambda t, r, n: r + trl_think(t), "TRL accuracy and think"),
    Source("trl-accuracy-overlong", lambda t, r, n: r + overlong(n, 20480, 4096), "TRL overlong"),
    Source("dapo", lambda t, r, n: 2 * r - 1 + overlong(n, 20480, 4096), "verl's manager for DAPO"),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.why)
def test_a_published_rubric_pays_what_its_source_pays(source: Source) -> None:
    bound = load_rubric(source.rubric).bind(HOST)
    pick = random.Random(source.why)
    judges = {
        key: offer.make(bound.params[key])
        for key, offer in bound.offers.items()
        if offer.spec.name != "math.answer@1"
    }
    paid = set()
    for _ in range(TEXTS):
        words, right, n = text(pick), pick.random() < 0.5, pick.randint(1, 25_000)
        sample = Sample(words, n_tokens=n)
        verdicts = {
            key: judges[key].verify(sample)
            if key in judges
            else Verdict.judged("math.answer@1", float(right), "given")
            for key in bound.offers
        }
        value = bound.compose(verdicts, sample).value
        wanted = source.reward(words, right, n)
        assert value == pytest.approx(wanted, abs=1e-9), (words, right, n)
        paid.add(round(wanted, 6))
    assert len(paid) > 1


def gsm8k(words: str, truth: str) -> float:
    """verl's reading: the last number after ####, among the last 300 characters, by its text."""
    found = re.findall(r"#### (-?[0-9.,]+)", words[-300:])
    return float(bool(found) and found[-1].replace(",", "") == truth)


def test_gsm8k_in_verl_reads_what_stands_after_the_hashes() -> None:
    """Ours pays all that verl pays; beyond that, the same number otherwise written or stated."""
    pick = random.Random(11)
    samples, theirs, stated = [], [], []
    for _ in range(TEXTS):
        truth = str(pick.choice([pick.randint(-40, 40), pick.randint(1000, 10**6)]))
        answer = truth if pick.random() < 0.6 else str(pick.randint(-40, 40))
        form = pick.choice(
            ["#### {}", "#### {:,}", "#### {}.0", "The answer is {}.", "#### {}\n\n"]
        )
        words = " ".join(pick.choices(["so", "we", "add", "both"], k=pick.randint(0, 150)))
        text = f"{words}\n{form.format(int(answer))}"
        samples.append(Sample(text, reference=truth))
        theirs.append(gsm8k(text, truth))
        stated.append(answer == truth)
    with Engine("verl-gsm8k") as engine:
        ours = [reward.value for reward in engine.verify_batch(samples)]
    assert ours == [float(same) for same in stated]
    more = [s.text for s, a, b in zip(samples, ours, theirs, strict=True) if a != b]
    assert all(text.endswith(".0") or "The answer is" in text for text in more)
    assert 0 < len(more) < TEXTS / 2


def test_geometry_in_verl_asks_for_a_closed_box() -> None:
    """Ours is stricter: the box must close, stand outside the thoughts and hold something."""
    bound = load_rubric("verl-geo3k").bind(HOST)
    judges = {k: o.make(bound.params[k]) for k, o in bound.offers.items() if k != "math.answer"}
    pick, same = random.Random(3), 0
    for _ in range(TEXTS):
        words = text(pick)
        if pick.random() < 0.5:
            words += "\\boxed{4}"
        found = {k: judge.verify(Sample(words)) for k, judge in judges.items()}
        found["math.answer"] = Verdict.judged("math.answer@1", 1.0, "given")
        value = bound.compose(found).value
        assert value is not None
        assert value <= 0.9 + 0.1 * geo3k_format(words) + 1e-9
        same += value == pytest.approx(0.9 + 0.1 * geo3k_format(words), abs=1e-9)
    assert same > TEXTS * 0.8


def test_logic_rl_is_proved_where_a_right_answer_has_the_format() -> None:
    certificate = load_rubric("logic-rl").prove(given=["answer <= format"], host=HOST)
    assert (certificate.verdict, float(certificate.margin or 0)) == ("proved", 3.5)


def len_reward(lengths: list[int], right: list[bool]) -> list[float]:
    """open-r1's, after Kimi k1.5."""
    low, high = min(lengths), max(lengths)
    if low == high:
        return [0.0] * len(lengths)
    shares = [0.5 - (n - low) / (high - low) for n in lengths]
    return [share if ok else min(0.0, share) for share, ok in zip(shares, right, strict=True)]


def test_lengths_among_the_group_are_paid_as_in_open_r1() -> None:
    """By the engine, from the group_id alone."""
    rubric = load_rubric("kimi-length").to_dict()
    pick = random.Random(5)
    groups = []
    samples = []
    for group in range(TEXTS // 4):
        right = [pick.random() < 0.5 for _ in range(4)]
        texts = ["x" * pick.choice([3, 5, 9, 40]) + f"\\boxed{{{int(ok)}}}" for ok in right]
        groups.append((texts, right))
        samples += [Sample(t, reference="1", group_id=str(group)) for t in texts]
    with Engine(rubric) as engine:
        values = [reward.value for reward in engine.verify_batch(samples)]
    for group, (texts, right) in enumerate(groups):
        wanted = len_reward([len(t) for t in texts], right)
        for value, ok, length in zip(values[4 * group :], right, wanted, strict=False):
            assert value == pytest.approx(ok + length, abs=1e-12), (texts, right)
