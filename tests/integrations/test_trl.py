"""Reward functions for TRL: the contract by direct calls."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import multiprocessing
import os
import pickle
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assay import ConfigError, RubricError, SampleError, UnscoredError, VerifierNotFound
from assay.integrations.trl import areward, per_criterion, reward
from assay.plugins.one_file_plugins import module_from_file

HERE = Path(__file__).parent
PLUGIN = str(HERE / "loop_plugin.py")
EXAMPLE = HERE.parents[1] / "examples" / "train_trl.py"


def weighted(**criteria: float) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": {f"loop.{k}": w for k, w in criteria.items()}}


def chat(*texts: str) -> list[list[dict[str, str]]]:
    return [[{"role": "assistant", "content": text}] for text in texts]


def batch(*texts: str, **columns: Any) -> dict[str, Any]:
    return {
        "prompts": ["?"] * len(texts),
        "completions": list(texts),
        "completion_ids": [[1]] * len(texts),
        **columns,
    }


# -- one function for a rubric --------------------------------------------------------------------


def test_conversational_and_plain_completions_are_scored_alike() -> None:
    score = reward(weighted(right=1), plugins=[PLUGIN])
    answers = ["18", "19", "18"]
    assert score(**batch("18", "18", "no", reference=answers)) == [1.0, 0.0, 0.0]
    talk = batch(reference=answers, trainer_state=SimpleNamespace(global_step=3)) | {
        "prompts": [[{"role": "user", "content": "9+9?"}]] * 3,
        "completions": chat("18", "18", "no"),
        "completion_ids": [[1], [1, 2], [1, 2, 3]],
    }
    assert score(**talk) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("reference", "completion", "value"),
    [
        ("She has 16 - 7 = 9 eggs.\n9 * 2 = 18\n#### 18", r"\boxed{18}", 1.0),
        ("#### 1,234", "so 1234 in all: \\boxed{1234}", 1.0),
        ("10 - 9\n#### 1", r"\boxed{10}", 0.0),
    ],
)
def test_a_column_of_gsm8k_is_a_reference_as_it_is(
    reference: str, completion: str, value: float
) -> None:
    score = reward("math", columns={"reference": "answer"})
    assert score(**batch(completion, answer=[reference])) == [value]


def test_a_function_reads_a_column() -> None:
    columns = {"reference": ("answer", str.strip)}
    score = reward(weighted(right=1), columns=columns, plugins=[PLUGIN])
    assert score(**batch("18", answer=["  18 "])) == [1.0]


def test_what_the_trainer_knows_and_the_other_columns_reach_the_verifier() -> None:
    score = reward(weighted(length=1), columns={"info.unit": "si"}, plugins=[PLUGIN], name="told")
    extras: dict[str, list[str]] = {}
    score(
        **batch("a", "b", si=["m", "kg"], trainer_state=SimpleNamespace(global_step=7))
        | {"completion_ids": [[5, 5, 5], [5]], "prompts": ["p", "q"]},
        log_extra=extras.__setitem__,
    )
    assert extras == {
        "told/because": [
            "loop.length: [3, 7, 'p', {'unit': 'm'}]",
            "loop.length: [1, 7, 'q', {'unit': 'kg'}]",
        ]
    }


def test_a_mapped_column_goes_before_what_the_trainer_knows() -> None:
    score = reward(weighted(length=1), columns={"n_tokens": "size"}, plugins=[PLUGIN], name="t")
    extras: dict[str, list[str]] = {}
    score(**batch("a", size=[99]), log_extra=extras.__setitem__)
    assert extras["t/because"] == ["loop.length: [99, None, '?', {}]"]


def test_columns_that_no_json_can_hold_are_left_out_not_an_error() -> None:
    class Image:
        __hash__ = None  # type: ignore[assignment]

    odd = {"image": [Image()], "images": [[Image()]], "environments": [object()], "tags": [{1, 2}]}
    score = reward(weighted(right=1), plugins=[PLUGIN])
    assert score(**batch("18", reference=["18"], steps=["text, not steps"], **odd)) == [1.0]


def test_a_column_that_a_verifier_reads_is_kept_whatever_holds_it() -> None:
    class Scalar:
        def item(self) -> str:
            return "kg"

    score = reward(weighted(length=1), plugins=[PLUGIN], name="t")
    extras: dict[str, list[str]] = {}
    score(**batch("a", unit=[Scalar()], other=[Scalar()]), log_extra=extras.__setitem__)
    assert extras["t/because"] == ["loop.length: [1, None, '?', {'unit': 'kg'}]"]


def test_an_empty_chat_is_a_completion_like_any_other() -> None:
    score = reward(weighted(right=1), plugins=[PLUGIN])
    empty = batch("", reference=["18"]) | {"completions": [[]]}
    assert score(**empty) == [0.0]


def test_what_cannot_be_told_is_none() -> None:
    score = reward(weighted(doubtful=1), plugins=[PLUGIN])
    assert score(**batch("yes", "doubt", "no")) == [1.0, None, 0.0]


def test_a_hang_of_sympy_is_cut_off_and_the_others_are_scored() -> None:
    score = reward(weighted(factored=1), plugins=[PLUGIN], timeout_s=1.0, workers=2, name="f")
    metrics: dict[str, float] = {}
    rows = batch("a", f"factor:{module_from_file(PLUGIN).HARD}", "b")
    for _ in range(4):
        start = time.monotonic()
        values = score(**rows, log_metric=metrics.__setitem__)
        assert time.monotonic() - start < 30.0
        if None not in values:  # as it is where a busy machine gave the worker too little time
            break
    assert values == [1.0, 0.0, 1.0]
    assert metrics["f/cut_off"] == pytest.approx(1 / 3)
    score.close()


@pytest.mark.slow
def test_what_the_budget_of_a_call_does_not_reach_is_unscored_not_cut_off() -> None:
    hard = f"factor:{module_from_file(PLUGIN).HARD}"
    options: dict[str, Any] = {"plugins": [PLUGIN], "workers": 1, "name": "f"}
    score = reward(weighted(factored=1), timeout_s=60.0, budget_s=5.0, **options)
    metrics: dict[str, float] = {}
    assert score(**batch("a", hard), log_metric=metrics.__setitem__) == [1.0, None]
    assert (metrics["f/unscored"], metrics["f/cut_off"]) == (0.5, 0.0)
    score.close()


def test_a_summary_is_logged_where_the_trainer_lets_us() -> None:
    metrics: dict[str, float] = {}
    score = reward(weighted(doubtful=1), plugins=[PLUGIN], name="d")
    score(**batch("yes", "doubt", "no", "no"), log_metric=metrics.__setitem__)
    assert metrics == {
        "d/unscored": 0.25,
        "d/invalid": 0.0,
        "d/cut_off": 0.0,
        "d/score/loop.doubtful": pytest.approx(1 / 3),
    }


@pytest.mark.parametrize(
    ("rubric", "options", "name"),
    [
        ("math", {}, "math"),
        ("math+format", {}, "math+format"),
        ("math", {"name": "right"}, "right"),
        (weighted(doubtful=1), {"plugins": [PLUGIN]}, "assay"),
    ],
)
def test_the_name_in_the_trainers_logs(rubric: Any, options: Any, name: str) -> None:
    assert reward(rubric, **options).__name__ == name
    assert areward(rubric, **options).__name__ == name


# -- mistakes -------------------------------------------------------------------------------------


def test_mistakes_in_the_options_are_told_before_any_training() -> None:
    with pytest.raises(RubricError, match="did you mean 'math'"):
        reward("maths")
    with pytest.raises(VerifierNotFound, match=r"did you mean 'math\.answer'"):
        reward({"kind": "weighted", "criteria": {"math.anser": 1}})
    with pytest.raises(ConfigError, match="timeout_s is 0"):
        reward("math", timeout_s=0.0)
    with pytest.raises(ConfigError, match="on_invalid is 'skip', must be raise, mask"):
        reward("math", on_invalid="skip")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"columns has 'refrence'.*did you mean 'reference'"):
        reward("math", columns={"refrence": "answer"})
    with pytest.raises(ConfigError, match="wanted a column's name, or"):
        reward("math", columns={"reference": 3})  # type: ignore[dict-item]
    with pytest.raises(ConfigError, match="'completion', which the trainer itself brings"):
        reward("math", columns={"completion": "text"})


@pytest.mark.parametrize("on_invalid", ["raise", "mask"])
def test_a_column_that_is_not_there_names_those_that_are(on_invalid: Any) -> None:
    score = reward("math", columns={"reference": "anwser"}, on_invalid=on_invalid)
    with pytest.raises(ConfigError) as caught:
        score(**batch("18", answer=["18"], question=["?"]))
    assert str(caught.value) == (
        "no column 'anwser', which columns maps to 'reference'; did you mean 'answer'?"
        "\n  columns of the data set: answer, question"
    )


@pytest.mark.parametrize("on_invalid", ["raise", "mask"])
def test_a_field_that_no_column_fills_is_told_at_the_first_call(on_invalid: Any) -> None:
    score = reward("math", on_invalid=on_invalid)
    with pytest.raises(ConfigError) as caught:
        score(**batch("18", answer=["18"], question=["?"]))
    assert str(caught.value) == (
        "no column fills 'reference', which math.answer@1 needs"
        "\n  columns of the data set: answer, question"
        '\n  fix: name the column that holds it, e.g. columns={"reference": "answer"}'
    )


def test_a_reference_that_cannot_be_read_stops_the_run_and_shows_the_row() -> None:
    score = reward(weighted(right=1), columns={"reference": "answer"}, plugins=[PLUGIN])
    with pytest.raises(SampleError) as caught:
        score(**batch("18", "18", answer=["18", "???"]) | {"prompts": ["9+9?", "8+8?"]})
    assert str(caught.value) == (
        "a row of the data set is malformed: reference '???' cannot be read"
        "\n  prompt: '8+8?'"
        "\n  column 'answer': '???'"
        "\nfix: correct the row, map another column with columns={...}, or leave such rows out of "
        "training with on_invalid='mask'"
    )


def test_a_row_without_a_reference_gets_one_fix_and_no_option_of_the_command_line() -> None:
    score = reward(weighted(right=1), columns={"reference": "answer"}, plugins=[PLUGIN])
    with pytest.raises(SampleError) as caught:
        score(**batch("18", answer=[None]))
    assert str(caught.value).count("fix: ") == 1
    assert "--map" not in str(caught.value)


@pytest.mark.parametrize("bad", [None, "???", {"a": 1}, [], float("nan"), True])
def test_malformed_rows_can_be_left_out_instead(bad: Any) -> None:
    options: dict[str, Any] = {"columns": {"reference": "answer"}, "plugins": [PLUGIN]}
    rows = batch("18", "18", answer=["18", bad])
    assert reward(weighted(right=1), on_invalid="mask", **options)(**rows) == [1.0, None]
    with pytest.raises(SampleError, match="a row of the data set is malformed"):
        reward(weighted(right=1), **options)(**rows)


def test_a_function_of_a_column_that_raises_is_a_malformed_row() -> None:
    options: dict[str, Any] = {"columns": {"reference": ("answer", int)}, "plugins": [PLUGIN]}
    with pytest.raises(SampleError) as caught:
        reward(weighted(right=1), **options)(**batch("18", answer=["eighteen"]))
    assert "int of column 'answer', for 'reference', raised ValueError" in str(caught.value)


@pytest.mark.parametrize(
    ("installed", "warned"), [("1.5.1", True), ("1.6.0", False), ("2.0", False)]
)
def test_a_trl_that_takes_none_for_a_zero_is_warned_of(
    installed: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.integrations import trl

    monkeypatch.setattr(trl, "version", lambda name: installed)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reward("math")
    said = [str(w.message) for w in caught]
    assert [s.startswith("TRL 1.5.1 trains on a completion without a score") for s in said] == (
        [True] if warned else []
    )


def test_masks_that_add_up_over_small_calls_are_not_silent() -> None:
    score = reward(weighted(doubtful=1), plugins=[PLUGIN])
    small = batch(*["yes"] * 15, "doubt")  # 1 of 16 is more than 5%
    for _ in range(12):
        score(**small)
    with pytest.raises(UnscoredError, match=r"13 of the last 208 completions have no score") as got:
        score(**small)
    assert "told to doubt" in str(got.value)
    assert len(got.value.rewards) == 208
    score = reward(weighted(doubtful=1), plugins=[PLUGIN], on_unscored="warn")
    for _ in range(12):
        score(**small)
    with pytest.warns(RuntimeWarning, match="of the last 208"):
        score(**small)
    score = reward(weighted(doubtful=1), plugins=[PLUGIN], max_unscored=0.1)
    for _ in range(13):
        score(**small)


# -- pickles, processes, threads, loops -----------------------------------------------------------


def test_the_coroutine_form_is_one_to_every_trainer() -> None:
    score = areward(weighted(right=1), plugins=[PLUGIN])
    assert inspect.iscoroutinefunction(score)
    assert inspect.iscoroutinefunction(pickle.loads(pickle.dumps(score)))
    assert not inspect.iscoroutinefunction(reward("math"))
    values = asyncio.run(score(**batch("18", "no", reference=["18", "18"])))
    assert values == [1.0, 0.0]


def test_the_coroutine_form_lets_the_loop_run() -> None:
    score = areward(weighted(slow=1), plugins=[PLUGIN], workers=1)

    async def both() -> int:
        task = asyncio.ensure_future(score(**batch(*map(str, range(10)))))
        beats = 0
        while not task.done():
            await asyncio.sleep(0.01)
            beats += 1
        assert task.result() == [1.0] * 10
        return beats

    assert asyncio.run(both()) >= 10
    score.close()


def test_no_pickle_holds_an_engine_and_a_used_function_still_pickles() -> None:
    score = reward("math", columns={"reference": "answer"})
    score(**batch("18", answer=["18"]))
    data = pickle.dumps(score)
    assert b"Engine" not in data
    again = pickle.loads(data)
    assert again.__name__ == "math"
    assert again(**batch(r"\boxed{18}", answer=["18"])) == [1.0]


def test_a_spawned_daemonic_child_scores_with_workers_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As asynchronous GRPO does, whose child is a daemon: `multiprocessing` allows it no child."""
    monkeypatch.syspath_prepend(str(HERE))
    target = importlib.import_module("spawned").call
    options: dict[str, Any] = {"plugins": [PLUGIN], "workers": 1, "timeout_s": 20.0}
    functions: list[Any] = [
        reward(weighted(factored=1), **options),
        areward(weighted(factored=1), name="later", **options),
        *per_criterion(weighted(doubtful=3, factored=1), contributions=True, **options),
    ]
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    rows = batch("yes", "no", "doubt")
    child = context.Process(target=target, args=(there, functions, rows), daemon=True)
    child.start()
    try:
        assert here.poll(60.0), "the child said nothing"
        names, values = here.recv()
    finally:
        child.join(10.0)
        child.kill()
    assert names == ["assay", "later", "loop.doubtful", "loop.factored"]
    assert values == [[1, 1, 1], [1, 1, 1], [3, 0, None], [1, 1, None]]


def test_a_forked_child_does_not_use_its_parents_workers() -> None:
    score = reward(weighted(slow=1), plugins=[PLUGIN], workers=1)
    assert score(**batch("a")) == [1.0]
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if score(**batch("b")) == [1.0] else 1)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    assert score(**batch("c")) == [1.0]
    score.close()


def test_neither_trl_nor_torch_is_imported() -> None:
    code = (
        "import sys, assay.integrations.trl as t; t.reward('math'); t.per_criterion();"
        "print([m for m in ('trl', 'torch', 'transformers', 'sympy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_completions_of_a_prompt_are_a_group() -> None:
    rubric = {"kind": "weighted", "criteria": {"group.rank": {"params": {"of": "tokens"}}}}
    function = reward(rubric, group_size=2)
    found = function(
        prompts=["a", "b", "a", "b"],
        completions=["x"] * 4,
        completion_ids=[[1], [1, 2, 3], [1, 2], [1, 2]],
    )
    assert found == [1.0, 0.0, 0.0, 1.0]
    with pytest.raises(SampleError, match="has 1 of 2 samples"):
        function(prompts=["a"], completions=["x"], completion_ids=[[1]])
    with pytest.raises(ConfigError, match=r"no column fills 'group_id', which group.rank@1 needs"):
        function(completions=["x"], completion_ids=[[1]])
