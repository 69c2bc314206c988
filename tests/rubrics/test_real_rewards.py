"""Published rubrics against the very functions of TRL and verl, where these are installed."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from assay import Engine, Sample
from assay.rubrics import load_rubric

pytestmark = [pytest.mark.optional, pytest.mark.slow]  # their imports alone take seconds

COUNT = 1000
LIMIT, BUFFER = 60, 20
"""Tokens, so few that the texts below lie on both sides of each."""

WORDS = ["so", "then", "we", "add", "both", "sides", "again", "hence", "it", "follows"]
FRAMES = [
    "{w}\n{a}", "<think>{w}</think>\n{a}", "<think>\n{w}\n</think>\n<answer>{a}</answer>",
    "<think>{w}\n{a}", "<think>{w}<think>{v}</think>\n{a}", "{v} <think>{w}</think>\n{a}",
    "{w}</think>\n{a}",
]  # fmt: skip


class Row(NamedTuple):
    text: str
    solution: str
    ids: list[int]
    """A token a word, as the rubrics' verifiers of repetition count them."""

    @property
    def sample(self) -> Sample:
        return Sample(self.text, reference=self.solution, n_tokens=len(self.ids))


def number(pick: random.Random) -> str:
    top, bottom = pick.randint(-20, 20), pick.randint(2, 9)
    return str(top) if pick.random() < 0.6 else rf"\frac{{{top}}}{{{bottom}}}"


def rows(seed: str) -> list[Row]:
    """Answers that are right, wrong or absent, in frames that fit and that do not."""
    pick = random.Random(seed)
    vocabulary: dict[str, int] = {}
    found = []
    for _ in range(COUNT):
        solution = number(pick)
        answer = solution if pick.random() < 0.5 else number(pick)
        stated = rf"The answer is $\boxed{{{answer}}}$" if pick.random() < 0.9 else "none"
        few = WORDS[: pick.choice([1, 2, 4, 10])]
        words, others = (pick.choices(few, k=pick.randint(0, 60)) for _ in range(2))
        frame = pick.choice(FRAMES)
        text = frame.format(w=" ".join(words), v=" ".join(others), a=stated)
        ids = [vocabulary.setdefault(word, len(vocabulary)) for word in text.lower().split()]
        found.append(Row(text, solution, ids))
    return found


def changed(value: Any, params: Mapping[str, Mapping[str, Any]]) -> Any:
    """A rubric's dict with other params for some verifiers."""
    if isinstance(value, str) and value in params:
        return {"use": value, "params": dict(params[value])}
    if isinstance(value, list):
        return [changed(v, params) for v in value]
    if not isinstance(value, Mapping):
        return value
    out = {k: v if k == "use" else changed(v, params) for k, v in value.items()}
    if isinstance(out.get("criteria"), Mapping):  # a verifier's name as the key of its weight
        for key, entry in out["criteria"].items():
            if key in params:
                entry = entry if isinstance(entry, Mapping) else {"weight": entry}
                out["criteria"][key] = {**entry, "params": dict(params[key])}
    if out.get("use") in params:
        out["params"] = dict(params[str(out["use"])])
    return out


def paid(rubric: str, params: Mapping[str, Mapping[str, Any]], batch: Sequence[Row]) -> list[float]:
    table = changed(load_rubric(rubric).to_dict(), params)
    with Engine(table) as engine:
        values = [reward.value for reward in engine.verify_batch([row.sample for row in batch])]
    assert None not in values
    return [value for value in values if value is not None]


# -- TRL ------------------------------------------------------------------------------------------


def trl(name: str, *options: Any, **more: Any) -> Callable[[Sequence[Row]], list[float]]:
    """One of TRL's reward functions, on rows; or one that its factory makes."""

    def call(batch: Sequence[Row]) -> list[float]:
        function = getattr(importlib.import_module("trl.rewards"), name)
        if name.startswith("get_"):
            function = function(*options, **more)
        found: list[float] = function(
            completions=[[{"role": "assistant", "content": row.text}] for row in batch],
            solution=[f"${row.solution}$" for row in batch],
            completion_ids=[row.ids for row in batch],
        )
        return found

    return call


class Case(NamedTuple):
    rubric: str
    functions: Sequence[Callable[[Sequence[Row]], list[float]]]
    params: Mapping[str, Mapping[str, Any]]


COSINE = {"length.cosine": {"max_length": LIMIT, "unit": "tokens"}}
SCALED = trl(
    "get_cosine_scaled_reward",
    max_len=LIMIT,
    min_value_wrong=-10.0,
    max_value_wrong=0.0,
    min_value_correct=1.0,
    max_value_correct=2.0,
)
ACCURACY = trl("accuracy_reward")
CASES = [
    Case("math", [ACCURACY], {}),
    Case("trl-accuracy-format", [ACCURACY, trl("think_format_reward")], {}),
    Case(
        "trl-accuracy-overlong",
        [ACCURACY, trl("get_soft_overlong_punishment", LIMIT, BUFFER)],
        {"length.overlong": {"max_tokens": LIMIT, "buffer_tokens": BUFFER}},
    ),
    Case("cosine-reward", [SCALED], COSINE),
    Case(
        "cosine-repetition",
        [SCALED, trl("get_repetition_penalty_reward", ngram_size=4, max_penalty=-0.05)],
        {**COSINE, "length.repetition": {"ngram": 4}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.rubric)
def test_a_rubric_pays_what_trl_pays(case: Case) -> None:
    pytest.importorskip("trl", reason="optional part not installed: trl")
    pytest.importorskip("math_verify", reason="optional part not installed: math_verify")
    batch = rows(case.rubric)
    found = [sum(values) for values in zip(*(f(batch) for f in case.functions), strict=True)]
    ours = paid(case.rubric, case.params, batch)
    for row, theirs, value in zip(batch, found, ours, strict=True):
        assert value == pytest.approx(theirs, abs=1e-9), row
    assert len({round(value, 6) for value in found}) > 1


# -- verl -----------------------------------------------------------------------------------------


def verl(module: str) -> Any:
    pytest.importorskip("verl", reason="optional part not installed: verl")
    return importlib.import_module(f"verl.utils.reward_score.{module}")


def test_a_rubric_pays_what_verl_pays_for_gsm8k() -> None:
    """Where the answer stands after ####, as verl's reading asks; ours reads others, too."""
    score = verl("gsm8k").compute_score
    pick = random.Random(8)
    batch = []
    for _ in range(COUNT):
        solution = str(pick.choice([pick.randint(-50, 50), pick.randint(1000, 2_000_000)]))
        answer = solution if pick.random() < 0.5 else str(pick.randint(-50, 50))
        if len(answer) > 4 and pick.random() < 0.5:
            answer = f"{int(answer):,}"
        words = " ".join(pick.choices(WORDS, k=pick.randint(0, 80)))
        before = f"#### {pick.randint(0, 50)}\n" if pick.random() < 0.2 else ""
        batch.append(Row(f"{words}\n{before}#### {answer}", solution, [1]))
    theirs = [float(score(row.text, row.solution)) for row in batch]
    assert paid("verl-gsm8k", {}, batch) == theirs
    assert set(theirs) == {0.0, 1.0}


def test_a_rubric_pays_what_verl_pays_for_dapo() -> None:
    """Its score of the answer, and the overlong penalty of its manager up to the longest answer."""
    score = verl("math_dapo").compute_score
    pick = random.Random(9)
    batch, theirs = [], []
    for _ in range(COUNT):
        solution = str(pick.randint(-50, 999))
        answer = solution if pick.random() < 0.5 else str(pick.randint(-50, 999))
        stated = pick.choice([f"Answer: {answer}", f"Answer: ${answer}$", rf"\boxed{{{answer}}}"])
        words = " ".join(pick.choices(WORDS, k=pick.randint(0, 40)))
        row = Row(f"{words}\n{stated}", solution, [1] * pick.randint(1, LIMIT))
        batch.append(row)
        exceed = len(row.ids) - (LIMIT - BUFFER)
        theirs.append(score(row.text, solution)["score"] + min(-exceed / BUFFER * 1.0, 0))
    ours = paid("dapo", {"length.overlong": {"max_tokens": LIMIT, "buffer_tokens": BUFFER}}, batch)
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert len(set(theirs)) > 10
