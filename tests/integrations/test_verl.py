"""verl's reward functions: by direct calls as verl makes them, and inside verl's own managers."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assay import ConfigError, SampleError
from assay.integrations.verl import (
    acompute_score,
    compute_score,
    compute_score_batch,
    scalar_score,
)

HERE = Path(__file__).parent
PLUGIN = str(HERE / "loop_plugin.py")
SWITCH = {
    "kind": "switch",
    "on": "info.data_source",
    "cases": {
        "gsm8k": {"kind": "weighted", "criteria": {"math.answer": 1}},
        "apps": {"kind": "weighted", "criteria": {"code.tests": 1}},
    },
}
PROGRAM = "```python\ndef gcd(a, b):\n    return a if not b else gcd(b, a % b)\n```"
TESTS = {"type": "call", "entry_point": "gcd", "cases": [{"args": [12, 18], "expected": 6}]}


def call(solution: str, truth: Any, info: Any = None, source: str = "gsm8k", **options: Any) -> Any:
    return compute_score(
        data_source=source, solution_str=solution, ground_truth=truth, extra_info=info, **options
    )


def test_a_completion_is_scored_with_its_receipt() -> None:
    found = call(r"so \boxed{18}", "18", {"index": 7}, rubric="math+format")
    assert found == {
        "score": 1.0,
        "assay_scored": 1.0,
        "assay/math.answer": 1.0,
        "assay/math.answer/scored": 1.0,
        "assay/format.boxed": 1.0,
        "assay/format.boxed/scored": 1.0,
        "assay_because": "math.answer: 18 and 18 are equal; format.boxed: \\boxed{18}",
    }


def test_every_completion_has_the_same_keys() -> None:
    """verl takes the keys of the first of a batch: a later one's are lost, or a KeyError."""
    rows = [("gsm8k", r"\boxed{1}", "1"), ("apps", PROGRAM, TESTS)]
    found = [call(s, t, source=d, rubric=SWITCH) for d, s, t in rows]
    assert found[0].keys() == found[1].keys()
    assert [row["score"] for row in found] == [1.0, 1.0]
    assert found[0]["assay/gsm8k/math.answer"] == 1.0
    assert (found[0]["assay/apps/code.tests"], found[0]["assay/apps/code.tests/scored"]) == (-1, 0)
    numbers = {k: v for row in found for k, v in row.items() if k != "assay_because"}
    assert all(isinstance(v, float) for v in numbers.values())


def test_the_ground_truth_is_the_tests_where_the_rubric_needs_tests() -> None:
    for truth in (TESTS, json.dumps(TESTS)):  # a columnar file holds them as text
        assert call(PROGRAM, truth, rubric="code")["score"] == 1.0


def test_entries_of_extra_info_are_columns() -> None:
    info = {"answer": "18", "split": "train", "num_turns": None, "rollout_reward_scores": {}}
    found = call("18", "ignored", info, columns={"reference": "answer"})
    assert found["score"] == 1.0


def test_options_as_hydra_passes_them() -> None:
    """OmegaConf's containers are mappings and sequences of their own."""
    from collections import UserDict, UserList

    options = {"columns": UserDict(reference="answer"), "plugins": UserList([PLUGIN])}
    assert call("18", "", {"answer": "18"}, **options)["score"] == 1.0


def test_mistakes_are_told_with_what_there_is() -> None:
    with pytest.raises(
        ConfigError, match=r"unexpected keyword argument 'rubrik'(\. Did .*)?\noptions: rubric, "
    ):
        call("1", "1", rubrik="math")
    with pytest.raises(ConfigError, match=r"cannot be written as JSON.*\nfix: name the rubric by"):
        call("1", "1", rubric=object())
    with pytest.raises(SampleError, match="a row of the data set is malformed"):
        call("1", "", rubric="math")


def test_the_coroutine_form_is_seen_as_one_and_waits_for_nobody() -> None:
    async def both() -> list[Any]:
        calls = [acompute_score("s", rf"\boxed{{{i}}}", "3", {}) for i in range(6)]
        return await asyncio.gather(*calls)

    assert asyncio.iscoroutinefunction(acompute_score)
    assert [row["score"] for row in asyncio.run(both())] == [0, 0, 0, 1, 0, 0]


def test_a_batch_knows_groups() -> None:
    """Rows with one index are completions of one prompt."""
    rubric = {"kind": "weighted", "criteria": {"loop.doubtful": 1}}
    found = compute_score_batch(
        data_sources=["s"] * 4,
        solution_strs=["yes", "doubt", "no", "yes"],
        ground_truths=["1"] * 4,
        extra_infos=[{"index": 1}, {"index": 1}, {"index": 2}, {"index": 2}],
        rubric=rubric,
        plugins=[PLUGIN],
        unscored="group_mean",
    )
    assert [row["score"] for row in found] == [1.0, 1.0, 0.0, 1.0]
    assert [row["assay_scored"] for row in found] == [1.0, 0.0, 1.0, 1.0]


def test_prime_gets_a_number() -> None:
    score = scalar_score("gsm8k", r"\boxed{2}", "2", None)
    assert (score, type(score)) == (1.0, float)


@pytest.mark.parametrize("function", [compute_score, acompute_score, compute_score_batch])
def test_it_can_be_sent_to_another_process(function: Any) -> None:
    assert pickle.loads(pickle.dumps(function)) is function


def test_nothing_of_the_trainer_is_imported() -> None:
    code = (
        "import sys, assay.integrations.verl\n"
        "print(sorted({'verl', 'torch', 'ray', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- inside verl -----------------------------------------------------------------------------------

MANAGERS = """
import asyncio, json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager as Loop
from verl.trainer.ppo.reward import get_custom_reward_fn
from verl.workers.reward_manager.batch import BatchRewardManager
from verl.workers.reward_manager.naive import NaiveRewardManager as Legacy

plugin, which = sys.argv[1:]
ROWS = [
    ("gsm8k", r"so \\\\boxed{18}", "18"),
    ("gsm8k", r"so \\\\boxed{19}", "18"),
    ("gsm8k", r"\\\\boxed{9^{9^{9^9}}}", "18"),
    ("apps", "```python\\ndef gcd(a, b):\\n    while True: pass\\n```", json.dumps(
        {"type": "call", "entry_point": "gcd", "cases": [{"args": [12, 18], "expected": 6}],
         "timeout_s": 0.5})),
    ("doubt", "doubt", "1"),
]


class Tokenizer:
    def decode(self, ids, skip_special_tokens=True):
        return "".join(chr(int(i)) for i in ids if int(i))

    def batch_decode(self, many, skip_special_tokens=True):
        return [self.decode(ids) for ids in many]


def batch(rows):
    width = max(len(text) for _, text, _ in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width + 1, dtype=torch.long)
    mask[:, 0] = 1
    for i, (_, text, _) in enumerate(rows):
        ids[i, : len(text)] = torch.tensor([ord(c) for c in text])
        mask[i, 1 : len(text) + 1] = 1
    tensors = TensorDict(
        {"prompts": torch.ones(len(rows), 1, dtype=torch.long), "responses": ids,
         "attention_mask": mask}, batch_size=[len(rows)])
    def column(values):
        out = np.empty(len(values), dtype=object)
        out[:] = values
        return out
    return DataProto(tensors, {
        "data_source": column([source for source, _, _ in rows]),
        "reward_model": column([{"ground_truth": truth} for _, _, truth in rows]),
        "extra_info": column([{"index": i} for i in range(len(rows))]),
    })


rubric = {"kind": "switch", "on": "info.data_source", "cases": {
    "gsm8k": {"kind": "weighted", "criteria": {"math.answer": 1}},
    "apps": {"kind": "weighted", "criteria": {"code.tests": 1}},
    "doubt": {"kind": "weighted", "criteria": {"loop.doubtful": 1}}}}
names = {"loop": "acompute_score", "legacy": "compute_score", "batch": "compute_score_batch"}
config = OmegaConf.create({"reward": {"custom_reward_function": {
    "path": "pkg://assay.integrations.verl", "name": names[which],
    "reward_kwargs": {"rubric": rubric, "plugins": [plugin], "unscored": -7.0}}}})
function = get_custom_reward_fn(config)
if which == "loop":
    async def run():
        manager = Loop(OmegaConf.create({}), Tokenizer(), function)
        data = batch(ROWS)
        return [await manager.run_single(data[i : i + 1]) for i in range(len(ROWS))]
    found = asyncio.run(run())
    print(json.dumps([[r["reward_score"], r["reward_extra_info"]["assay_scored"]] for r in found]))
else:
    if which == "legacy":
        manager = Legacy(Tokenizer(), 0, function)
    else:
        manager = BatchRewardManager(Tokenizer(), 0, function)
    found = manager(batch(ROWS), return_dict=True)
    scores = found["reward_tensor"].sum(dim=1).tolist()
    print(json.dumps(list(map(list, zip(scores, found["reward_extra_info"]["assay_scored"])))))
"""

EXPECTED = [[1.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [-7.0, 0.0]]
"""Right; wrong; a power tower; an endless program; one that nobody can tell, as it was written."""


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.parametrize("manager", ["loop", "legacy", "batch"])
def test_inside_verls_own_managers(manager: str, tmp_path: Path) -> None:
    """Its configuration, its loading of the function, its reward loop and legacy managers."""
    for module in ("verl", "torch", "tensordict", "ray"):
        pytest.importorskip(module, reason=f"optional part: {module} (verl's managers)")
    script = tmp_path / "managers.py"
    script.write_text(MANAGERS)
    done = subprocess.run(
        [sys.executable, str(script), PLUGIN, manager], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == EXPECTED
