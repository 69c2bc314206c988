"""Each trainer's script: short, shown on a page, and run in the trainer's own code as far as that
goes without an accelerator: its parser takes our options, its reward code calls our function."""

from __future__ import annotations

import argparse
import ast
import asyncio
import importlib.util
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(
    path.name
    for start in ("train", "evaluate", "serve", "rescore")
    for path in EXAMPLES.glob(f"{start}_*.py")
)
ROWS = EXAMPLES / "data" / "gsm8k_solutions_200.jsonl"


def needed(module: str) -> Any:
    return pytest.importorskip(module, reason=f"optional part not installed: {module}")


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(code: str, *arguments: str, cwd: Path) -> str:
    """In a process of its own: trainers set up logs, threads and warnings as they are imported."""
    paths = os.pathsep.join([str(EXAMPLES), str(ROOT / "tests" / "support")])
    offline = {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "RAY_DEDUP_LOGS": "0"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        env={**os.environ, **offline, "PYTHONPATH": paths, "HF_HOME": str(cwd / "home")},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    return done.stdout


def last_json(text: str) -> Any:
    return json.loads(text.splitlines()[-1])


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_short_and_shown_on_a_page(script: str) -> None:
    lines = (EXAMPLES / script).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert any(f"<!-- examples/{script} -->\n\n```python\n" in page for page in pages)


def test_every_trainer_of_the_table_has_a_script() -> None:
    table = (ROOT / "docs" / "reference" / "trainers.md").read_text(encoding="utf-8")
    pages = set(re.findall(r"\(\.\./how-to/([\w-]+\.md)\)", table))
    assert len(pages) >= 11
    for page in pages - {"train-with-others.md"}:  # recipes, which a test of theirs runs
        text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
        assert "<!-- examples/" in text, page


@pytest.mark.slow
@pytest.mark.optional
def test_verl_takes_the_options_and_calls_the_function(tmp_path: Path) -> None:
    needed("verl")
    needed("hydra")
    out = run(
        """
import asyncio, json, os, sys
import train_verl as script
started = []
os.execv = lambda program, words: started.extend(words)
script.main("MODEL", sys.argv[1])
from hydra import compose, initialize_config_module
with initialize_config_module("verl.trainer.config", version_base=None):
    config = compose("ppo_trainer", overrides=started[3:])
from verl.trainer.ppo.reward import get_custom_reward_fn
from verl.utils.config import validate_config
validate_config(config, use_reference_policy=True, use_critic=False)
import datasets
(row, *_) = datasets.load_dataset("parquet", data_files=config.data.train_files, split="train")
found = asyncio.run(get_custom_reward_fn(config)(
    data_source=row["data_source"], solution_str=r"\\boxed{18}",
    ground_truth=row["reward_model"]["ground_truth"], extra_info={}))
print(json.dumps([started[1:3], found["score"], found["assay_scored"]]))
""",
        str(ROWS),
        cwd=tmp_path,
    )
    assert last_json(out) == [["-m", "verl.trainer.main_ppo"], 1.0, 1.0]


def own_parser(file: Path) -> argparse.ArgumentParser:
    """The parser that a script makes in its main block, without the rest of the script."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (main,) = [n for n in tree.body if isinstance(n, ast.If) and "__main__" in ast.unparse(n.test)]
    made = [
        statement
        for statement in main.body
        if ast.unparse(statement).startswith(("parser = argparse", "parser.add_argument"))
    ]
    names: dict[str, Any] = {"argparse": argparse, "datetime": datetime}
    exec(compile(ast.Module(made, []), str(file), "exec"), names)
    parser = names["parser"]
    assert isinstance(parser, argparse.ArgumentParser)
    return parser


@pytest.mark.optional
def test_openrlhf_takes_the_options_and_calls_the_file() -> None:
    agent = needed("openrlhf.utils.agent")
    script = loaded("train_openrlhf")
    file = Path(agent.__file__).parents[1] / "cli" / "train_ppo_ray.py"
    given = own_parser(file).parse_args(script.options("MODEL", "ROWS.jsonl"))
    told = vars(given)
    assert (told["data.prompt_dataset"], told["data.label_key"]) == ("ROWS.jsonl", "reference")
    assert told["data.apply_chat_template"]
    executor = agent.SingleTurnAgentExecutor(told["reward.remote_url"])
    answers = {r"\boxed{18}": 1.0, r"\boxed{19}": 0.05}
    for answer, value in answers.items():
        (found,) = asyncio.run(
            executor._fetch_rewards_via_func(
                [f"Nine and nine?{answer}"], ["Nine and nine?"], ["18"]
            )
        )
        assert found["rewards"] == pytest.approx(value)
        assert found["extra_logs"]["assay_scored"] == 1.0


@pytest.mark.slow
@pytest.mark.optional
def test_ms_swift_takes_the_options_and_calls_the_plugin(tmp_path: Path) -> None:
    needed("swift")
    for of_it in ("dacite", "modelscope", "peft", "json_repair"):
        needed(of_it)
    out = run(
        """
import dataclasses, json, os
import torch
from swift.arguments import RLHFArguments
from swift.rewards import orms
from swift.rl_core.data import GRPOSample
from swift.rl_core.grpo_algorithm import score_completions
from swift.utils import import_external_file
import train_ms_swift
options = train_ms_swift.options("MODEL", "ROWS.jsonl")
given = dict(zip(options[::2], options[1::2]))
known = {field.name for field in dataclasses.fields(RLHFArguments)}
orms.pop("assay")
import_external_file(given["--external_plugins"])
def sample(text):
    said = [{"role": "user", "content": "9 + 9?"}, {"role": "assistant", "content": text}]
    return GRPOSample.from_row({"messages": said, "prompt_id": "p", "solution": "18"})
paid = score_completions([sample(r"\\boxed{18}"), sample("19")], [orms["assay"](args=None)], None,
                         False, torch.device("cpu"))
print(json.dumps([sorted(n[2:] for n in given if n[2:] not in known), paid.tolist()]))
""",
        cwd=tmp_path,
    )
    assert last_json(out) == [[], [[1.0], [0.0]]]


@pytest.mark.optional
def test_areal_imports_the_function_and_has_the_arguments() -> None:
    spec = importlib.util.find_spec("areal")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("optional part not installed: areal")
    needed("datasets")
    folder = Path(next(iter(spec.submodule_search_locations)))

    def arguments(file: str, owner: str, name: str) -> set[str]:
        tree = ast.parse((folder / file).read_text(encoding="utf-8"))
        (cls,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner]
        (method,) = [n for n in cls.body if isinstance(n, ast.FunctionDef) and n.name == name]
        return {argument.arg for argument in method.args.args}

    passed = {
        word.arg
        for call in ast.walk(ast.parse((EXAMPLES / "train_areal.py").read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("trainer.train", "PPOTrainer")
        for word in call.keywords
    }
    trainer = "trainer/rl_trainer.py"
    known = arguments(trainer, "PPOTrainer", "__init__") | arguments(trainer, "PPOTrainer", "train")
    assert passed <= known
    workflow = arguments("workflow/rlvr.py", "RLVRWorkflow", "__init__")
    assert {"reward_fn", "gconfig", "tokenizer"} <= workflow
    score = loaded("train_areal").score
    assert score("9 + 9?", r"\boxed{18}", [1], [2], answer="18", messages=[]) == 1.0


@pytest.mark.optional
def test_verifiers_loads_the_taskset_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    v1 = needed("verifiers.v1")
    from verifiers.v1.trace import Trace, TraceTask
    from verifiers.v1.utils.loaders import load_taskset, taskset_config_type

    monkeypatch.syspath_prepend(str(EXAMPLES))
    taskset = load_taskset(taskset_config_type("train-verifiers")(id="train-verifiers"))
    assert isinstance(taskset, v1.Taskset)
    task = next(iter(taskset))
    paid = []
    for reply in (r"\boxed{18}", "It is 19."):
        trace = Trace.model_construct(task=TraceTask.model_construct(type="t", data=task.data))
        trace.root_reply = reply
        asyncio.run(task.score(trace))
        paid.append(trace.reward)
    assert paid == [1.0, 0.0]


@pytest.mark.slow
@pytest.mark.optional
def test_inspect_evaluates(tmp_path: Path) -> None:
    needed("inspect_ai")
    out = run(
        """
import types, tiktoken  # its table of tokens is a download
counted = types.SimpleNamespace(encode=lambda text, **_: list(text))
tiktoken.get_encoding = tiktoken.encoding_for_model = lambda name: counted
import evaluate_inspect
evaluate_inspect.main(limit="4")
""",
        cwd=tmp_path,
    )
    assert re.search(r"^reward +0\.000 +without a score: 0$", out, re.MULTILINE)
    assert "math.answer" in out


@pytest.mark.optional
def test_skyrl_pays_turns_that_sum_to_the_value(tmp_path: Path) -> None:
    needed("skyrl_gym")
    out = run("import train_skyrl; train_skyrl.main()", cwd=tmp_path)
    paid = [float(line.split()[0]) for line in out.splitlines() if line[:1] in "+-"]
    assert len(paid) == 4
    assert sum(paid[:3]) == pytest.approx(paid[3])
    assert paid[3] == 1.0


@pytest.mark.slow
@pytest.mark.optional
def test_openenv_serves_the_environment(tmp_path: Path) -> None:
    """Its own application: a reset and a step of one session."""
    needed("openenv.core.env_server")
    out = run(
        """
import json
from starlette.testclient import TestClient
import train_openenv as script
app = script.create_app(lambda: script.Sums(rubric=script.rubric("math+format")),
                        script.Answer, script.Question)
with TestClient(app) as client, client.websocket_connect("/ws") as session:
    session.send_json({"type": "reset", "data": {"seed": 1}})
    asked = session.receive_json()["data"]
    session.send_json({"type": "step", "data": {"message": r"\\boxed{81}"}})
    found = session.receive_json()["data"]
print(json.dumps([asked["observation"]["text"], found["reward"], found["done"]]))
""",
        cwd=tmp_path,
    )
    assert last_json(out) == ["What are nine times nine?", 1.0, True]


@pytest.mark.filterwarnings("error")
def test_slime_awaits_the_function_that_its_options_name() -> None:
    """As its reward hub does; slime itself is on no package index."""
    from types import SimpleNamespace

    script = loaded("train_slime")
    named = dict(zip(script.OPTIONS, script.OPTIONS[1:], strict=False))
    path, _, attribute = named["--custom-rm-path"].rpartition(".")
    assert path == "train_slime"
    sample = SimpleNamespace(
        prompt="9 + 9?", response=r"\boxed{18}", label="18", metadata={}, remove_sample=False
    )
    sample.reward = asyncio.run(getattr(script, attribute)(SimpleNamespace(), sample))
    args = SimpleNamespace(n_samples_per_prompt=1, grpo_std_normalization=True)
    function = getattr(script, named["--custom-reward-post-process-path"].rpartition(".")[2])
    assert function(args, [sample]) == ([1.0], [0.0])


@pytest.mark.slow
@pytest.mark.optional
def test_ray_scores_a_log_again(tmp_path: Path) -> None:
    needed("ray.data")
    log = tmp_path / "log.jsonl"
    rows = [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()[:20]]
    kept = ("group_id", "prompt", "completion", "reference")
    log.write_text("\n".join(json.dumps({k: row[k] for k in kept}) for row in rows), "utf-8")
    code = "import sys, rescore_on_ray as script; script.main(*sys.argv[1:])"
    run(code, str(tmp_path / "*.jsonl"), str(tmp_path / "out"), "math", "1", cwd=tmp_path)
    from assay import Engine, Sample

    pyarrow = needed("pyarrow.parquet")
    found = pyarrow.read_table(tmp_path / "out").to_pylist()
    with Engine("math") as engine:
        known = engine.verify_batch([Sample.from_row(row) for row in rows])
    assert sorted(str(row["reward"]) for row in found) == sorted(str(r.value) for r in known)
