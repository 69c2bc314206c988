"""The example on shaping says what it says, and its turns are what `turns` pays."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assay.model import Sample, Turn, Verdict
from assay.rubrics import load_rubric

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def shaping() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_shaping", EXAMPLES / "shaping.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_shaping"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_toy(shaping: ModuleType) -> None:
    toy = shaping.code_repair()
    solved = {name: shaping.solve(toy, shaper) for name, shaper in shaping.SHAPERS.items()}
    best = solved.pop("outcome only")
    assert solved.pop("potential difference, zero at the end") == best
    assert all(value < best for value in solved.values())
    assert solved["one-turn reward at every turn"] == min(solved.values())


def test_random_processes(shaping: ModuleType) -> None:
    moved = shaping.shifted(60)
    assert moved["potential difference, zero at the end"] == 0
    assert moved["outcome only"] == 0
    for name in ("potential difference, end kept", "clipped progress"):
        assert moved[name] > Fraction(1, 2)
    assert moved["potential difference, wrong gamma"] > Fraction(1, 4)


def followed(process: Any, policy: dict[tuple[int, int], str], turn: int, state: int) -> Fraction:
    """The true value of a policy from a state on."""
    total = Fraction(0)
    for after, chance in process.moves[state][policy[turn, state]].items():
        if turn == process.horizon - 1 or after in process.final:
            total += chance * process.outcome[after]
        else:
            total += chance * process.gamma * followed(process, policy, turn + 1, after)
    return total


@pytest.mark.slow
def test_solve_against_every_policy(shaping: ModuleType) -> None:
    """Backward induction finds what trying all deterministic policies finds."""
    for seed in range(3):
        process = shaping.random_process(seed)
        short = shaping.Process(**{**vars(process), "horizon": 2})
        states = list(short.moves)
        best = None
        for choice in itertools.product("abc", repeat=2 * len(states)):
            policy = {
                (turn, state): choice[turn * len(states) + i]
                for turn in range(2)
                for i, state in enumerate(states)
            }
            value = followed(short, policy, 0, short.start)
            best = value if best is None or value > best else best
        assert shaping.solve(short, shaping.outcome_only) == best


def test_potential_is_what_turns_pays(shaping: ModuleType) -> None:
    rubric = load_rubric(
        {
            "kind": "turns",
            "outcome": "repair.solved",
            "shaping": {"kind": "potential", "phi": "repair.share", "gamma": 0.5},
        }
    )
    for path in itertools.product(range(4), repeat=3):
        shares = [Fraction(k, 4) for k in path]
        sample = Sample("x", turns=[Turn(str(k)) for k in path])
        verdicts = {"outcome": Verdict.judged("repair.solved@1", 1.0, "")}
        for t, share in enumerate(shares[:-1]):
            verdicts[f"phi#{t}"] = Verdict.judged("repair.share@1", float(share), "")
        turns = rubric.compose(verdicts, sample).turns
        before = [Fraction(0), *shares]
        expected = [
            shaping.potential(before[t], shares[t], t == 2, Fraction(1, 2)) + (t == 2)
            for t in range(3)
        ]
        assert turns == tuple(float(x) for x in expected)
        discounted = sum(float(x) * 0.5**t for t, x in enumerate(expected))
        assert discounted == 0.25  # the outcome, discounted: the shaping sums to 0


def test_the_plot(shaping: ModuleType) -> None:
    text = shaping.svg({"a": (Fraction(1, 2), Fraction(0))})
    assert text.startswith("<svg")
    assert "0.500" in text
