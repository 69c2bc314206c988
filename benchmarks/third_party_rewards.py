"""Published reward functions, wrapped as verifiers and held to the laws of `assay check`.

    python benchmarks/third_party_rewards.py [--json FILE] [--hostile N]

prints which laws each keeps. It is itself the plugin that it checks, so `assay check
benchmarks/third_party_rewards.py --all` shows a whole page of each. Needs ``trl``, ``math-verify``,
``verl`` and ``reasoning-gym``; what is not installed is left out, and named.

Each is wrapped as its own trainer calls it: in the calling process, on the completion's text, with
the row's reference. A wrapper adds nothing and forgives nothing; a score of None is `undecided`.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assay import Example, Sample, Verdict, VerifierSpec, hookimpl
from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check, chosen

BOXED = (
    Example.full(r"So it is \boxed{4}.", reference="4"),
    Example.zero(r"So it is \boxed{5}.", reference="4"),
    Example.malformed(r"So it is \boxed{4}.", reference="", why="there is nothing to compare with"),
)
ENTRY = {"answer": "12", "metadata": {"numbers": [3, 4, 5], "target": 12}}


@cache
def _function(module: str, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


class Scored:
    """A verifier around a function from a sample to a number, a dict with a score, or None."""

    def __init__(self, name: str, score: Callable[[Sample], Any]) -> None:
        self._name = name
        self._score = score

    def verify(self, sample: Sample) -> Verdict:
        """What the function says."""
        given = self._score(sample)
        score = given["score"] if isinstance(given, dict) else given
        if score is None:
            return Verdict.undecided(self._name, "it returned None")
        return Verdict.judged(self._name, score, f"it returned {given!r:.200}")


def trl_accuracy(params: None) -> Scored:
    """TRL's `accuracy_reward`."""
    reward = _function("trl.rewards", "accuracy_reward")
    return Scored(
        "trl.accuracy@1",
        lambda s: reward([[{"role": "assistant", "content": s.text}]], [str(s.reference)])[0],
    )


def trl_think_format(params: None) -> Scored:
    """TRL's `think_format_reward`."""
    reward = _function("trl.rewards", "think_format_reward")
    return Scored(
        "trl.think_format@1", lambda s: reward([[{"role": "assistant", "content": s.text}]])[0]
    )


def verl_gsm8k(params: None) -> Scored:
    """The `gsm8k.compute_score` of verl."""
    score = _function("verl.utils.reward_score.gsm8k", "compute_score")
    return Scored("verl.gsm8k@1", lambda s: score(s.text, str(s.reference)))


def verl_math(params: None) -> Scored:
    """The `math_reward.compute_score` of verl."""
    score = _function("verl.utils.reward_score.math_reward", "compute_score")
    return Scored("verl.math@1", lambda s: score(s.text, str(s.reference)))


def verl_math_dapo(params: None) -> Scored:
    """The `math_dapo.compute_score` of verl, from its -1 and 1 to 0 and 1."""
    score = _function("verl.utils.reward_score.math_dapo", "compute_score")
    return Scored(
        "verl.math_dapo@1", lambda s: (1.0 + score(s.text, str(s.reference))["score"]) / 2.0
    )


def _reasoning_gym(name: str, task: str) -> Scored:
    score = _function("reasoning_gym.factory", "get_score_answer_fn")(task)
    return Scored(name, lambda s: score(s.answer, json.loads(json.dumps(_plain(s.info["entry"])))))


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | None):
        return value
    if hasattr(value, "items"):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value]


def gym_chain_sum(params: None) -> Scored:
    """The `score_answer` of reasoning-gym for chain_sum, which pays a part for guesses."""
    return _reasoning_gym("reasoning_gym.chain_sum@1", "chain_sum")


def gym_countdown(params: None) -> Scored:
    """The `score_answer` of reasoning-gym for countdown, which reads expressions."""
    return _reasoning_gym("reasoning_gym.countdown@1", "countdown")


SPECS = (
    ("trl", "math_verify", VerifierSpec(
        "trl.accuracy@1", "TRL's accuracy_reward", f"{__name__}:trl_accuracy", cost="inline",
        needs=("reference",), examples=BOXED)),
    ("trl", "trl", VerifierSpec(
        "trl.think_format@1", "TRL's think_format_reward", f"{__name__}:trl_think_format",
        cost="inline", levels=(0, 1), pays=("empty",), examples=(
            Example.full("<think>\nhm\n</think>\nfour"), Example.zero("four")))),
    ("verl", "verl", VerifierSpec(
        "verl.gsm8k@1", "verl's gsm8k", f"{__name__}:verl_gsm8k", cost="inline",
        needs=("reference",), levels=(0, 1), examples=(
            Example.full("so\n#### 4", reference="4"), Example.zero("so\n#### 5", reference="4"),
            Example.malformed("so\n#### 4", reference="")))),
    ("verl", "verl", VerifierSpec(
        "verl.math@1", "verl's math_reward", f"{__name__}:verl_math", cost="inline",
        needs=("reference",), levels=(0, 1), examples=BOXED)),
    ("verl", "verl", VerifierSpec(
        "verl.math_dapo@1", "verl's math_dapo", f"{__name__}:verl_math_dapo", cost="inline",
        needs=("reference",), levels=(0, 1), examples=(
            Example.full("Answer: 4", reference="4"), Example.zero("Answer: 5", reference="4"),
            Example.malformed("Answer: 4", reference="")))),
    ("reasoning-gym", "reasoning_gym", VerifierSpec(
        "reasoning_gym.chain_sum@1", "reasoning-gym's chain_sum", f"{__name__}:gym_chain_sum",
        cost="inline", needs=("info.entry",), examples=(
            Example.full("12", info={"entry": ENTRY}), Example.zero("13", info={"entry": ENTRY}),
            Example.zero("1 2 3 4 5 6 7 8 9 10 11 12 13", info={"entry": ENTRY},
                         why="it names every number there is"),
            Example.malformed("12", info={"entry": {**ENTRY, "answer": ""}})))),
    ("reasoning-gym", "reasoning_gym", VerifierSpec(
        "reasoning_gym.countdown@1", "reasoning-gym's countdown", f"{__name__}:gym_countdown",
        cost="inline", needs=("info.entry",), examples=(
            Example.full("3 + 4 + 5", info={"entry": ENTRY}),
            Example.zero("twelve", info={"entry": ENTRY}),
            Example.malformed("3 + 4 + 5", info={"entry": {"answer": "12", "metadata": {}}})))),
)  # fmt: skip
"""(distribution, module that must be there, verifier)."""


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    """Those whose distribution is installed."""
    return [spec for _, module, spec in SPECS if find_spec(module) is not None]


def main() -> None:
    """Check each and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="where to write the findings")
    parser.add_argument("--hostile", type=int, default=300, help="hostile completions for each")
    options = parser.parse_args()
    host = Host(plugins=[__file__])
    settings = Settings(hostile=options.hostile)
    found = [one for offer in chosen(host, [__file__]) for one in check(offer, settings)]
    print("| reward function | laws kept | laws broken, and what shows it |")
    print("|---|---|---|")
    for one in found:
        distribution = next(d for d, _, spec in SPECS if spec.name == one.name)
        holds = sum(f.ruling == "holds" for f in one.findings)
        broken = "<br>".join(f"`{f.law.name}`: {f.what}" for f in one.broken) or "none"
        shown = broken.replace("|", "\\|")
        print(f"| {one.name} of {distribution} {version(distribution)} | {holds} | {shown} |")
    for distribution, module, spec in SPECS:
        if find_spec(module) is None:
            print(f"not installed, left out: {spec.name} of {distribution}")
    if options.json:
        text = json.dumps([one.to_json() for one in found], indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
