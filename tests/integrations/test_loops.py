"""Six rows inside the reward code of each trainer: a right answer, a wrong one, and four that go
wrong. What does not install here is called as its source calls; the docs' table says which."""

from __future__ import annotations

import asyncio
import importlib.util
import math
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from loop_rows import BY_NAME, JUDGED, OPTIONS, ROWS, RUBRIC, VALUES, WRITTEN, LoopRow

from assay import ConfigError, SampleError, UnscoredError
from assay.integrations import (
    areal,
    inspect_ai,
    ms_swift,
    nemo_gym,
    openenv,
    openrlhf,
    slime,
)
from assay.integrations import verifiers as vf
from assay.integrations.scorer import Scorer

DOUBT, MALFORMED = BY_NAME["undecided"], BY_NAME["malformed"]
OTHERS = {name: value for name, value in OPTIONS.items() if name != "rubric"}


def needed(module: str) -> Any:
    return pytest.importorskip(module, reason=f"optional part not installed: {module}")


def as_written(rows: list[LoopRow]) -> list[float]:
    """What rows are paid where a number is written for those that nobody can tell."""
    return [WRITTEN if row.value is None else row.value for row in rows]


def test_no_module_imports_its_trainer() -> None:
    import subprocess

    trainers = ("verifiers", "inspect_ai", "swift", "openrlhf", "skyrl_gym", "openenv", "areal",
                "slime", "nemo_gym", "torch", "ray", "trl", "verl")  # fmt: skip
    ours = ", ".join(
        ("areal", "inspect_ai", "ms_swift", "nemo_gym", "openenv", "openrlhf", "skyrl", "slime",
         "trl", "verifiers", "verl"))  # fmt: skip
    code = (
        f"import sys\nfrom assay.integrations import {ours}\n"
        f"print([m for m in {trainers!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_right_and_wrong_in_every_form_that_needs_no_trainer() -> None:
    """What goes wrong takes seconds to do so, and is tested with the slow ones."""
    scorer = Scorer("math", can=nemo_gym.CAN, truth="expected_answer")
    for row in (BY_NAME["right"], BY_NAME["wrong"]):
        sample, said = slime_sample(row), nemo_body(row)
        assert [
            swift_step([ms_swift.reward("math")], [row], ["p"])[0][0],
            openrlhf.reward("math")(*labelled(row))["rewards"],
            areal.reward("math")(**areal_row(row)),
            asyncio.run(slime.reward("math")(SimpleNamespace(), sample)),
            asyncio.run(nemo_gym.verified(scorer, said))["reward"],
        ] == [row.value] * 5


# -- verifiers v1 ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.optional
def test_verifiers_records_contributions_and_fails_what_has_no_score() -> None:
    needed("verifiers.v1")
    import verifiers.v1 as v1
    from verifiers.v1.errors import TaskError
    from verifiers.v1.trace import Trace, TraceTask

    class Data(v1.TaskData):  # type: ignore[misc]
        answer: str
        data_source: str

    scored = vf.reward(RUBRIC, **OTHERS)

    class Ours(v1.Task[Data]):  # type: ignore[misc]
        @v1.reward
        async def assay(self, task: Any, trace: Any) -> Any:
            return await scored(task, trace)

    def trace_of(row: LoopRow) -> tuple[Any, Any]:
        data = Data(answer=row.truth, data_source=row.data_source, prompt=row.prompt)
        trace = Trace.model_construct(task=TraceTask.model_construct(type="t", data=data))
        trace.root_reply = row.completion
        return Ours(data), trace

    async def all_judged() -> list[Any]:
        pairs = [trace_of(row) for row in JUDGED]
        await asyncio.gather(*(task.score(trace) for task, trace in pairs))
        return [trace for _, trace in pairs]

    traces = asyncio.run(all_judged())
    assert [trace.reward for trace in traces] == VALUES
    assert "assay" not in traces[0].rewards  # one reward a contribution
    assert "math/math.answer" in traces[0].rewards
    for row in (DOUBT, MALFORMED):
        task, trace = trace_of(row)
        with pytest.raises(TaskError):
            asyncio.run(task.score(trace))
        assert all(value is None for value in trace.rewards.values())


@pytest.mark.optional
def test_verifiers_plugs_a_function_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed("verifiers.v1")
    import verifiers.v1 as v1
    from verifiers.v1.trace import Trace, TraceTask

    text = "from assay.integrations.verifiers import reward\nscored = reward('math')\n"
    (tmp_path / "plugged_rewards.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    class Data(v1.TaskData):  # type: ignore[misc]
        answer: str

    config = v1.TaskConfig(rewards={"assay": {"fn": "plugged_rewards:scored", "weight": 0.5}})
    data = Data(answer="18")
    trace = Trace.model_construct(task=TraceTask.model_construct(type="t", data=data))
    trace.root_reply = "so it is 18"
    asyncio.run(v1.Task(data, config).score(trace))
    assert trace.reward == 0.5


# -- inspect_ai -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_inspect_evaluates_with_its_mock_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed("inspect_ai")
    monkeypatch.setenv("INSPECT_LOG_DIR", str(tmp_path))
    import tiktoken  # its table of tokens is a download

    counted = SimpleNamespace(encode=lambda text, **_: list(text))
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: counted)
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda name: counted)
    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import Sample as InspectSample
    from inspect_ai.model import ModelOutput, get_model
    from inspect_ai.solver import generate

    rows = [*JUDGED, DOUBT]
    model = get_model(
        "mockllm/model",
        custom_outputs=[ModelOutput.from_content("mockllm", row.completion) for row in rows],
    )
    dataset = [
        InspectSample(input=row.prompt, target=row.truth, metadata={"data_source": row.data_source})
        for row in rows
    ]
    task = Task(dataset=dataset, solver=generate(), scorer=inspect_ai.rubric(RUBRIC, **OTHERS))
    (log,) = evaluate(
        task, model=model, display="none", log_level="error", max_samples=1, log_dir=str(tmp_path)
    )
    assert log.status == "success", log.error
    scores = [next(iter(sample.scores.values())) for sample in log.samples]
    assert [score.value["reward"] for score in scores[:4]] == VALUES
    assert len({tuple(score.value) for score in scores[:4]}) == 1  # the same keys always
    assert math.isnan(scores[0].value["code/tests"])
    assert "factored" not in str(scores[4].value)
    metrics = {m.name: m.params for s in log.results.scores for m in s.metrics.values()}
    assert "mean" in metrics
    (reward,) = [s for s in log.results.scores if s.name == "reward"]
    assert reward.metrics["mean"].value == 0.25  # of four: the fifth is nobody's 0
    assert reward.unscored_samples == 1


@pytest.mark.optional
def test_inspect_finds_the_scorer_by_its_entry_point() -> None:
    needed("inspect_ai")
    from importlib.metadata import entry_points

    (found,) = [e for e in entry_points(group="inspect_ai") if e.value.startswith("assay.")]
    found.load()
    from inspect_ai._util.registry import registry_lookup

    assert registry_lookup("scorer", "assay/rubric") is not None


# -- ms-swift -------------------------------------------------------------------------------


def swift_step(functions: list[Any], rows: list[LoopRow], groups: list[str]) -> list[list[float]]:
    """As ``compute_rewards_per_func`` of ms-swift 4.6.0 calls: completions by place, columns by
    name, None as NaN."""
    columns = {
        "prompt_id": groups,
        "solution": [row.truth for row in rows],
        "data_source": [row.data_source for row in rows],
        "finish_reason": ["stop"] * len(rows),
        "response_token_ids": [[1, 2, 3]] * len(rows),
        "messages": [[{"role": "user", "content": row.prompt}] for row in rows],
    }
    completions = [row.completion for row in rows]
    state = SimpleNamespace(global_step=3)
    out = [f(completions, trainer_state=state, **columns) for f in functions]
    return [[math.nan if x is None else x for x in column] for column in out]


@pytest.mark.slow
def test_ms_swift_is_never_given_none() -> None:
    assert swift_step([ms_swift.reward(RUBRIC, **OTHERS)], JUDGED, ["p"] * 4) == [VALUES]
    rows = [*JUDGED, DOUBT]
    mean = ms_swift.reward(RUBRIC, unscored="group_mean", max_unscored=1.0, **OTHERS)
    assert swift_step([mean], rows, ["p"] * 5) == [[*VALUES, 0.25]]
    with pytest.raises(UnscoredError, match="no completion of a group has a score"):
        swift_step([mean], rows, [*"abcde"])
    written = ms_swift.reward(RUBRIC, unscored=WRITTEN, **OTHERS)
    assert swift_step([written], rows, ["p"] * 5) == [as_written(rows)]
    with pytest.raises(UnscoredError):
        swift_step([ms_swift.reward(RUBRIC, **OTHERS)], [DOUBT], ["p"])
    with pytest.raises(SampleError, match="a row of the data set is malformed"):
        swift_step([written], [MALFORMED], ["p"])
    with pytest.raises(ConfigError, match="unscored is 'mask', which this trainer cannot do"):
        ms_swift.reward("math", unscored="mask")
    assert pickle.loads(pickle.dumps(mean)).__name__ == mean.__name__


def in_its_own_process(script: str, python: str = sys.executable) -> Any:
    """What a script beside this one prints last."""
    import json
    import subprocess

    done = subprocess.run(
        [python, "-W", "ignore", str(Path(__file__).parent / script)],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.optional
def test_ms_swift_in_its_own_reward_step() -> None:
    for module in ("swift", "dacite", "modelscope", "peft", "json_repair"):
        needed(module)
    found = in_its_own_process("ms_swift_run.py")
    right, wrong, hang, endless, doubt = found["written"]
    assert (right, wrong, endless, doubt) == (1.0, 0.0, 0.0, WRITTEN)
    assert hang in (0.0, WRITTEN)  # a busy machine starves it, and then nobody can tell
    assert found["mean"][-1] in (0.25, pytest.approx(1 / 3))
    assert found["advantages"][-1] == pytest.approx(0.0)
    assert found["no group known"] == "UnscoredError"
    assert found["raise"] == "UnscoredError"
    assert found["malformed"] == "SampleError"


@pytest.mark.optional
def test_ms_swift_registers_under_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """`swift.rewards` itself needs the whole of ms-swift; its registry is a dict of classes that
    are made with the trainer's arguments."""
    orms: dict[str, Any] = {}
    monkeypatch.setitem(sys.modules, "swift", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "swift.rewards", SimpleNamespace(orms=orms))
    ms_swift.register("assay", RUBRIC, unscored=WRITTEN, **OTHERS)
    function = orms["assay"](args=SimpleNamespace())
    assert type(function).__name__ == "assay"
    assert swift_step([function], list(MATH_ONLY), ["p"] * 2) == [[1.0, 0.0]]


# -- OpenRLHF -------------------------------------------------------------------------------


def labelled(row: LoopRow, text: str | None = None) -> tuple[list[str], list[str], list[str]]:
    """Query, prompt and label, with a chat template's tokens as OpenRLHF leaves them."""
    prompt = f"<|im_start|>user\n{row.prompt}<|im_end|>\n<|im_start|>assistant\n"
    return [f"{prompt}{text or row.completion}<|im_end|>"], [prompt], [row.truth]


MATH_ONLY = (BY_NAME["right"], BY_NAME["wrong"])


@pytest.mark.slow
def test_openrlhf_gets_scalars_for_one_and_the_cause_in_print(capsys: Any) -> None:
    function = openrlhf.reward("math", unscored=WRITTEN)
    found = [function(*labelled(row)) for row in MATH_ONLY]
    assert [f["rewards"] for f in found] == [1.0, 0.0]
    assert all(isinstance(f["scores"], float) for f in found)
    assert found[0]["extra_logs"]["assay_scored"] == 1.0
    program = openrlhf.reward("code", unscored=WRITTEN, timeout_s=3.0)
    assert program(*labelled(BY_NAME["endless program"]))["rewards"] == 0.0
    for name, row in (("loop.factored", BY_NAME["SymPy hang"]), ("loop.doubtful", DOUBT)):
        rubric = {"kind": "weighted", "criteria": {name: 1}}
        one = openrlhf.reward(rubric, unscored=WRITTEN, **OTHERS)(*labelled(row))
        assert one["rewards"] == (WRITTEN if row is DOUBT else 0.0)
        assert one["extra_logs"]["assay_scored"] == float(row is not DOUBT)
    with pytest.raises(SampleError):
        function(*labelled(MALFORMED))
    assert "assay: SampleError: a row of the data set is malformed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("query", "prompt", "answer"),
    [
        ("1+1?2", "1+1?", "2"),
        ("<s>[INST] 1+1? [/INST] 2</s>", "[INST] 1+1? [/INST]", " 2"),
        ("<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n<|endoftext|>",
         "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n", "2"),
        ("...cut prompt 1+1? 2", "a much longer prompt 1+1? 2", ""),
        ("2<pad><pad>", "", "2"),
    ],
)  # fmt: skip
def test_openrlhf_answers_are_cut_out_of_queries(query: str, prompt: str, answer: str) -> None:
    if answer:
        assert openrlhf.answer_of(query, prompt) == answer
    else:
        assert "2" in openrlhf.answer_of(query, prompt)


def openrlhf_agent_module() -> Any:
    return needed("openrlhf.utils.agent")


@pytest.mark.optional
def test_openrlhf_executor_calls_the_file(tmp_path: Path) -> None:
    module = openrlhf_agent_module()
    file = tmp_path / "reward_func.py"
    file.write_text(
        "from assay.integrations.openrlhf import reward\n"
        "reward_func = reward('math', unscored=-7.0)\n",
        encoding="utf-8",
    )
    executor = module.SingleTurnAgentExecutor(str(file))
    for row in MATH_ONLY:
        (found,) = asyncio.run(executor._fetch_rewards_via_func(*labelled(row)))
        assert found["rewards"] == row.value


@pytest.mark.optional
def test_openrlhf_agents_pay_turns_that_sum_to_the_value() -> None:
    openrlhf_agent_module()
    torch = needed("torch")
    executor = openrlhf.agent("math", max_turns=3, unscored=WRITTEN)()

    async def talk() -> tuple[list[float], Any]:
        instance = executor.agent_instance_cls()
        await instance.reset({"observation": "Nine and nine?", "label": "18"})
        paid, found = [], None
        for text in (r"\boxed{17}", r"\boxed{18}<|im_end|>"):
            found = await instance.step({"action_text": text, "label": "18"})
            paid.append(found["rewards"].item())
        return paid, found

    paid, last = asyncio.run(talk())
    assert isinstance(last["scores"], torch.Tensor)
    assert (paid, last["done"], last["environment_feedback"]) == ([0.0, 1.0], True, "")


# -- SkyRL ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.optional
def test_skyrl_environment() -> None:
    gym = needed("skyrl_gym")
    from skyrl_gym.envs import register

    register(id="assay-test", entry_point="assay.integrations.skyrl:AssayEnv")

    def env_of(row: LoopRow, **config: Any) -> Any:
        extras = {
            "reward_spec": {"method": "rule", "ground_truth": row.truth},
            "data_source": row.data_source,
        }
        return gym.make("assay-test", env_config={**OPTIONS, **config}, extras=extras)

    for row in [*JUDGED, DOUBT]:
        env = env_of(row, unscored=WRITTEN)
        env.init([{"role": "user", "content": row.prompt}])
        out = env.step(row.completion)
        assert out["reward"] == (WRITTEN if row.value is None else row.value)
        assert out["done"]
        assert env.get_metrics()["assay_unscored"] == float(row.value is None)
    with pytest.raises(UnscoredError):
        env_of(DOUBT).step(DOUBT.completion)
    with pytest.raises(SampleError):
        env_of(MALFORMED, unscored=WRITTEN).step(MALFORMED.completion)
    talk = env_of(BY_NAME["right"], unscored=WRITTEN, max_turns=3)
    talk.init([{"role": "user", "content": "Nine and nine?"}])
    first = talk.step(r"\boxed{17}")
    assert (first["reward"], first["done"], len(first["observations"])) == (0.0, False, 1)
    second = talk.step(r"\boxed{18}")
    assert first["reward"] + second["reward"] == talk.get_metrics()["assay_value"] == 1.0
    assert second["done"]


# -- OpenEnv --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.optional
def test_openenv_rubric() -> None:
    needed("openenv.core.rubrics")
    ours = openenv.rubric(RUBRIC, unscored=WRITTEN, **OTHERS)

    async def paid(row: LoopRow) -> float:
        action = SimpleNamespace(message=row.completion)
        metadata = {"answer": row.truth, "data_source": row.data_source}
        return float(await ours(action, SimpleNamespace(metadata=metadata)))

    rows = [*JUDGED, DOUBT]
    found = [asyncio.run(paid(row)) for row in rows]
    assert found == as_written(rows)
    assert ours.last_score == WRITTEN
    asyncio.run(paid(BY_NAME["right"]))
    assert dict(ours.named_children())["math_math_answer"].last_score == 1.0
    with pytest.raises(SampleError):
        asyncio.run(paid(MALFORMED))
    with pytest.raises(ConfigError, match="none of the fields message, content"):
        asyncio.run(ours(SimpleNamespace(), SimpleNamespace(metadata={})))


# -- AReaL ----------------------------------------------------------------------------------


def areal_row(row: LoopRow) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": row.prompt}],
        "completions": row.completion,
        "prompt_ids": [1],
        "completion_ids": [2, 3],
        "answer": row.truth,
        "data_source": row.data_source,
    }


@pytest.mark.slow
def test_areal_calls_once_a_completion_and_in_time() -> None:
    ours = areal.reward(RUBRIC, unscored=WRITTEN, **OTHERS)
    rows = [*JUDGED, DOUBT]
    assert [ours(**areal_row(row)) for row in rows] == as_written(rows)
    again = pickle.loads(pickle.dumps(ours))
    assert again(**areal_row(BY_NAME["right"])) == 1.0
    with pytest.raises(UnscoredError):
        areal.reward(RUBRIC, **OTHERS)(**areal_row(DOUBT))
    with pytest.raises(ConfigError, match=r"does not fit the 15 s that the trainer waits"):
        areal.reward("math", timeout_s=10.0)
    assert areal.reward("math", timeout_s=10.0, patience_s=60.0)


@pytest.mark.slow
@pytest.mark.optional
def test_areal_wrapper_with_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own wrapper, of which a logger is all that it needs of the rest of AReaL."""
    spec = importlib.util.find_spec("areal")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("optional part not installed: areal")
    file = Path(next(iter(spec.submodule_search_locations))) / "api" / "reward_api.py"
    import logging

    monkeypatch.setitem(sys.modules, "areal", SimpleNamespace())
    logs = SimpleNamespace(getLogger=logging.getLogger)
    monkeypatch.setitem(sys.modules, "areal.utils", SimpleNamespace(logging=logs))
    source = importlib.util.spec_from_file_location("reward_api", file)
    assert source is not None
    assert source.loader is not None
    module = importlib.util.module_from_spec(source)
    source.loader.exec_module(module)
    ours = areal.reward("math", unscored=WRITTEN)
    wrapper = module.AsyncRewardWrapper(ours, timeout_seconds=15, max_workers=1)
    try:
        for row in MATH_ONLY:
            assert asyncio.run(wrapper(**areal_row(row))) == row.value
    finally:
        module.AsyncRewardWrapper._atexit_shutdown_all()


# -- slime ----------------------------------------------------------------------------------


def slime_sample(row: LoopRow) -> Any:
    return SimpleNamespace(
        prompt=row.prompt,
        response=row.completion,
        label=row.truth,
        metadata={"data_source": row.data_source},
        response_length=3,
        reward=None,
        remove_sample=False,
    )


@pytest.mark.slow
def test_slime_masks_and_leaves_the_masked_out_of_the_group() -> None:
    """As its reward hub awaits: one sample, or all of a group."""
    score = slime.reward(RUBRIC, max_unscored=1.0, **OTHERS)
    samples = [slime_sample(row) for row in [*JUDGED, DOUBT]]
    for sample in samples:
        sample.reward = asyncio.run(score(SimpleNamespace(), sample))
    assert [sample.reward for sample in samples[:4]] == VALUES
    assert math.isnan(samples[4].reward)
    assert [sample.remove_sample for sample in samples] == [False] * 4 + [True]
    assert samples[0].metadata["assay"]["assay_scored"] == 1.0
    args = SimpleNamespace(n_samples_per_prompt=5, grpo_std_normalization=False)
    raw, advantages = slime.post_process(args, samples)
    assert raw == [*VALUES, 0.25]
    assert advantages == [0.75, -0.25, -0.25, -0.25, 0.0]
    args.grpo_std_normalization = True
    _, scaled = slime.post_process(args, samples)
    assert scaled[0] == pytest.approx(0.75 / 0.5, rel=1e-5)
    group = [slime_sample(row) for row in [*JUDGED, DOUBT]]
    mean = slime.reward(RUBRIC, unscored="group_mean", max_unscored=1.0, **OTHERS)
    assert asyncio.run(mean(SimpleNamespace(), group)) == [*VALUES, 0.25]
    with pytest.raises(SampleError):
        asyncio.run(score(SimpleNamespace(), slime_sample(MALFORMED)))


# -- NeMo-Gym -------------------------------------------------------------------------------


def nemo_body(row: LoopRow) -> dict[str, Any]:
    said = {"type": "output_text", "text": row.completion}
    message = {"type": "message", "role": "assistant", "content": [said]}
    reasoning = {"type": "reasoning", "summary": []}
    return {
        "responses_create_params": {"input": [{"role": "user", "content": row.prompt}]},
        "response": {"output": [reasoning, message]},
        "expected_answer": row.truth,
        "data_source": row.data_source,
    }


@pytest.mark.slow
def test_nemo_gym_replies_with_components_or_masks() -> None:
    """The fields of its reply, as ``/verify`` gives them; the server itself needs Python 3.13."""
    scorer = Scorer(RUBRIC, can=nemo_gym.CAN, truth="expected_answer", max_unscored=1.0, **OTHERS)

    def reply(row: LoopRow) -> Mapping[str, Any]:
        return asyncio.run(nemo_gym.verified(scorer, nemo_body(row)))

    found = [reply(row) for row in JUDGED]
    assert [f["reward"] for f in found] == VALUES
    for one in found:
        assert math.fsum(one["reward_components"].values()) == one["reward"]
        assert all(one[key] == value for key, value in one["reward_components"].items())
        assert "mask_sample" not in one
    masked = reply(DOUBT)
    assert (masked["mask_sample"], masked["failure_kind"]) == (True, "verifier_error")
    assert "told to doubt" in masked["failure_reason"]
    with pytest.raises(SampleError):
        reply(MALFORMED)


@pytest.mark.slow
def test_nemo_gym_in_its_own_server() -> None:
    """Its own application and routes, in an interpreter that it runs in; `.ci/run` makes one."""
    root = Path(__file__).parents[2]
    python = root / ".venv" / "gym" / "bin" / "python"
    if not python.exists():
        pytest.skip("NeMo-Gym needs a Python 3.13 of its own: see .ci/run")
    seeded, mode, *replies = in_its_own_process("nemo_gym_run.py", str(python))
    assert (seeded, mode) == (200, "stateless")
    judged, masked, malformed = replies[:4], replies[4][1], replies[5]
    assert [reply["reward"] for _, reply in judged] == VALUES
    for row, (_, reply) in zip(JUDGED, judged, strict=True):
        if row.why == "SymPy hang" and reply["mask_sample"]:  # starved by a busy machine
            assert "too busy" in reply["failure_reason"]
            continue
        assert math.fsum(reply["reward_components"].values()) == reply["reward"]
        assert not reply["mask_sample"]
    assert (masked["mask_sample"], masked["failure_kind"]) == (True, "verifier_error")
    assert "told to doubt" in masked["failure_reason"]
    assert malformed[0] == 500  # an error, and no reward


def test_every_row_is_there() -> None:
    assert [row.why for row in ROWS] == [
        "right", "wrong", "SymPy hang", "endless program", "undecided", "malformed"]  # fmt: skip
