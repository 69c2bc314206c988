"""The recipes of the docs, run as they stand there: a right answer, a wrong one, and one that
nobody can decide, called as the libraries call. The libraries themselves are stand-ins here."""

from __future__ import annotations

import asyncio
import math
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import assay
from assay import UnscoredError
from assay.integrations import scorer as core

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "train-with-others.md"
RIGHT, WRONG, DOUBTFUL = r"so \boxed{18}", r"so \boxed{19}", "doubt"


@assay.verifier("recipes.doubtful@1", cost="inline", levels=[0, 1], needs=["reference"])
def doubtful(sample: Any) -> bool:
    """Right where the box holds the reference; a fault of its own where it is told to doubt."""
    if sample.text == DOUBTFUL:
        raise RuntimeError("told to doubt")
    return f"\\boxed{{{sample.reference}}}" in sample.text


def recipes() -> dict[str, str]:
    """Heading -> its block of Python."""
    text = PAGE.read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    found = {}
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        (block,) = re.findall(r"^```python\n(.*?)^```", body, re.MULTILINE | re.DOTALL)
        found[heading.split(",")[0].strip()] = block
    return found


class Anything(SimpleNamespace):
    """A class of a library that holds what it is given."""


class Base:
    """A class of a library that is extended."""

    def __init__(self, **given: Any) -> None:
        self.given = given


def unchanged(*_: Any, **__: Any) -> Callable[[Any], Any]:
    return lambda thing: thing


class Rank:
    rank, world_size = 0, 1


class Worker(Base):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rank_info = Rank()


emitted: list[dict[str, float]] = []

STANDING_IN: dict[str, dict[str, Any]] = {
    "rllm": {"evaluator": lambda function: function},
    "rllm.eval.types": {
        "EvalOutput": Anything,
        "Signal": lambda name, value: Anything(name=name, value=value),
    },
    "tinker_cookbook.renderers": {"get_text_content": lambda message: message["content"]},
    "tinker_cookbook.rl.types": {"Env": Base, "StepResult": Anything},
    "torch": {
        "tensor": list,
        "ones_like": lambda values: [1] * len(values),
        "zeros_like": lambda values: [0] * len(values),
    },
    "nemo_rl.environments.interfaces": {
        "EnvironmentInterface": Base,
        "EnvironmentReturn": Anything,
    },
    "art": {"Trajectory": Anything},
    "agentlightning": {"emit_reward": lambda reward, primary_key: emitted.append(reward)},
    "trinity.common.rewards": {"REWARD_FUNCTIONS": Anything(register_module=unchanged)},
    "trinity.common.rewards.reward_fn": {"RewardFn": Base},
    "roll.distributed.executor.worker": {"Worker": Worker},
    "roll.distributed.scheduler.decorator": {
        "Dispatch": Anything(ONE_TO_ALL=0, DP_MP_COMPUTE=1),
        "register": unchanged,
    },
    "roll.distributed.scheduler.protocol": {
        "DataProto": Anything(from_dict=lambda tensors: Anything(batch=tensors))
    },
    "roll.models.model_providers": {
        "default_tokenizer_provider": lambda model_args: Anything(
            batch_decode=lambda tokens, skip_special_tokens: list(tokens)
        )
    },
    "lighteval.metrics.metrics_sample": {"SampleLevelComputation": Base},
    "lighteval.metrics.utils.metric_utils": {
        "SampleLevelMetric": lambda name, higher, category, sample, corpus: Anything(
            sample_level_fn=sample, corpus_level_fn=corpus
        )
    },
    "lighteval.tasks.requests": {"SamplingMethod": Anything(GENERATIVE=0)},
}
"""What of the libraries the recipes use: recorded from the versions that the page names."""


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Runs one, with a rubric that can be told to doubt in place of the recipe's."""
    for name, members in STANDING_IN.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            if ".".join(parts[:end]) not in STANDING_IN or end == len(parts):
                module = ModuleType(".".join(parts[:end]))
                module.__path__ = []
                monkeypatch.setitem(sys.modules, module.__name__, module)
        vars(sys.modules[name]).update(members)

    class Doubting(core.Scorer):
        def __init__(self, rubric: Any, **options: Any) -> None:
            assert rubric == "math+format"
            mine = {"kind": "weighted", "criteria": {"recipes.doubtful": 1}}
            options.setdefault("max_unscored", 1.0)
            super().__init__(mine, verifiers=[doubtful], **options)

    monkeypatch.setattr(core, "Scorer", Doubting)

    def run(heading: str) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "a_recipe"}
        exec(compile(recipes()[heading], f"{PAGE.name}: {heading}", "exec"), names)
        return names

    yield run
    emitted.clear()


def test_every_recipe_is_tested_here() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert len(recipes()) == 11
    assert [name for name in recipes() if f'recipe("{name}")' not in tested] == []


def test_rllm(recipe: Any) -> None:
    evaluate = recipe("rLLM")["assay"]

    def paid(text: str, wrap: bool) -> Any:
        row = {"ground_truth": "18"}
        task = SimpleNamespace(metadata=row) if wrap else row
        return evaluate(task, SimpleNamespace(artifacts={"answer": text}))

    right, wrong = paid(RIGHT, True), paid(WRONG, False)
    assert (right.reward, right.is_correct, right.signals[0].value) == (1.0, True, 1.0)
    assert (wrong.reward, wrong.is_correct) == (0.0, False)
    with pytest.raises(UnscoredError):
        paid(DOUBTFUL, True)
    with pytest.raises(KeyError):  # an episode without an answer is not a wrong one
        evaluate({"ground_truth": "18"}, SimpleNamespace(artifacts={}))


def test_tinker(recipe: Any) -> None:
    env_class = recipe("Tinker")["AssayEnv"]
    renderer = SimpleNamespace(
        build_generation_prompt=lambda said: [one["content"] for one in said],
        get_stop_sequences=lambda: ["<end>"],
        parse_response=lambda action: ({"role": "assistant", "content": action}, True),
    )

    async def talk(*texts: str) -> list[Any]:
        env = env_class(renderer, {"question": "9 + 9?", "answer": "18"})
        assert await env.initial_observation() == (["9 + 9?"], ["<end>"])
        return [await env.step(text, extra={"stop_reason": "stop"}) for text in texts]

    first, second = asyncio.run(talk(WRONG, RIGHT))
    assert (first.reward, first.episode_done) == (0.0, False)
    assert len(first.next_observation) == 3
    assert (second.reward, second.episode_done, second.metrics) == (1.0, True, {"value": 1.0})
    with pytest.raises(UnscoredError):
        asyncio.run(talk(DOUBTFUL))


def test_nemo_rl(recipe: Any) -> None:
    env = recipe("NeMo-RL")["AssayEnvironment"]({"rubric": "math+format"})

    def step(*texts: str) -> Any:
        logs = [
            [{"role": "user", "content": "9 + 9?"}, {"role": "assistant", "content": text}]
            for text in texts
        ]
        return env.step(logs, [{"ground_truth": "18"}] * len(texts))

    found = step(RIGHT, WRONG)
    assert (found.rewards, found.terminateds) == ([1.0, 0.0], [1, 1])
    assert len(found.observations) == len(found.next_stop_strings) == 2
    with pytest.raises(UnscoredError):
        step(RIGHT, DOUBTFUL)


def test_tunix(recipe: Any) -> None:
    reward = recipe("Tunix")["assay"]

    def paid(prompts: list[str], texts: list[str]) -> Any:
        return reward(prompts=prompts, completions=texts, answer=["18"] * len(texts))

    assert paid(["a"] * 3, [RIGHT, WRONG, DOUBTFUL]) == [1.0, 0.0, 0.5]
    with pytest.raises(UnscoredError):
        paid(["a", "b"], [RIGHT, DOUBTFUL])


def test_art(recipe: Any) -> None:
    rewarded = recipe("ART")["rewarded"]

    def paid(text: str) -> Any:
        choice = SimpleNamespace(message=SimpleNamespace(content=text))
        return asyncio.run(rewarded([{"role": "user"}], choice, {"answer": "18"}))

    assert [paid(text).reward for text in (RIGHT, WRONG)] == [1.0, 0.0]
    assert list(paid(RIGHT).metrics.values()) == [1.0]
    with pytest.raises(UnscoredError):
        paid(DOUBTFUL)


def test_agent_lightning(recipe: Any) -> None:
    emit = recipe("agent-lightning")["emit"]
    for text in (RIGHT, WRONG, DOUBTFUL):
        asyncio.run(emit(text, {"answer": "18"}))
    assert [one["reward"] for one in emitted] == [1.0, 0.0, 0.0]  # the page writes 0.0
    assert [one["scored"] for one in emitted] == [1.0, 1.0, 0.0]


def test_trinity(recipe: Any) -> None:
    reward = recipe("Trinity-RFT")["AssayReward"]()

    def paid(text: str) -> float:
        return float(sum(reward(response=text, truth="18", prompt="9 + 9?").values()))

    assert [paid(text) for text in (RIGHT, WRONG)] == [1.0, 0.0]
    with pytest.raises(UnscoredError):
        paid(DOUBTFUL)


def test_roll(recipe: Any) -> None:
    worker = recipe("ROLL")["AssayRewardWorker"](SimpleNamespace(model_args=None))
    worker.initialize(None)

    def paid(*texts: str) -> Any:
        data = SimpleNamespace(
            batch={"responses": list(texts)}, non_tensor_batch={"ground_truth": ["18"] * len(texts)}
        )
        return worker.compute_rewards(data).batch

    found = paid(RIGHT, WRONG)
    assert found["scores"] == found["response_level_rewards"] == [1.0, 0.0]
    assert found["token_level_rewards"] == [0, 0]
    with pytest.raises(UnscoredError):
        paid(RIGHT, DOUBTFUL)


def test_torchforge(recipe: Any) -> None:
    reward = recipe("torchforge")["Assay"]()
    assert [reward("9 + 9?", text, "18") for text in (RIGHT, WRONG)] == [1.0, 0.0]
    with pytest.raises(UnscoredError):
        reward("9 + 9?", DOUBTFUL, "18")


def test_lm_eval(recipe: Any) -> None:
    names = recipe("lm-eval")
    rows = [names["process_results"]({"answer": "18"}, [t]) for t in (RIGHT, WRONG, DOUBTFUL)]
    assert [row["reward"] for row in rows] == [1.0, 0.0, None]
    assert names["of_scored"]([row["reward"] for row in rows]) == 0.5
    with pytest.raises(ValueError, match="at least one data point"):
        names["of_scored"]([None])


def test_lighteval(recipe: Any) -> None:
    metric = recipe("lighteval")["reward"]
    doc = SimpleNamespace(get_golds=lambda: ["18"])
    values = [
        metric.sample_level_fn.compute(doc=doc, model_response=SimpleNamespace(final_text=[text]))
        for text in (RIGHT, WRONG, DOUBTFUL)
    ]
    assert values == [1.0, 0.0, None]
    assert math.isclose(metric.corpus_level_fn(values), 0.5)
