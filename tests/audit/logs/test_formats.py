"""Files of other trainers and tools, in the shapes that their own writers give them."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from plain_log import NAN, same, write_rows

from assay import Engine, Sample
from assay.audit.frame import Frame
from assay.audit.logs import read_log
from assay.errors import RolloutsError

# -- TRL ------------------------------------------------------------------------------------------


def trl_table(step: int, chat: bool) -> dict[str, list[Any]]:
    """The columns of ``GRPOTrainer.log`` (trl/trainer/grpo_trainer.py, 1.16)."""
    n = 8
    prompts: list[Any] = [f"prompt {i // 4}" for i in range(n)]
    completions: list[Any] = ["x" * (i + 1) for i in range(n)]
    if chat:
        prompts = [[{"role": "user", "content": p}] for p in prompts]
        completions = [[{"role": "assistant", "content": c}] for c in completions]
    rewards = {
        "accuracy_reward": [float(i % 2) for i in range(n)],
        "format_reward": [NAN if i == 3 else 0.25 for i in range(n)],
    }
    extra = {"note": ["seen"] * n}
    return {
        "step": [step] * n,
        "prompt": prompts,
        "completion": completions,
        **rewards,
        **extra,
        "advantage": [0.5 - i % 2 for i in range(n)],
    }


@pytest.mark.parametrize("chat", [False, True], ids=["text", "chat"])
def test_trl_completions(chat: bool, tmp_path: Path) -> None:
    import pandas as pd

    folder = tmp_path / "completions"
    folder.mkdir()
    for step in (5, 10):
        table = pd.DataFrame(trl_table(step, chat))
        table.to_parquet(folder / f"completions_{step:05d}.parquet")
    with read_log(folder) as log:
        frame = log.frame
        assert log.reader == "trl"
        assert log.problems == ()
        assert frame.criteria == ("accuracy_reward", "format_reward")
        assert frame.key is None
        one = trl_table(5, chat)
        same(frame.score("accuracy_reward"), one["accuracy_reward"] * 2)
        same(frame.score("format_reward"), one["format_reward"] * 2)
        pairs = list(zip(one["accuracy_reward"], one["format_reward"], strict=True))
        same(frame.reward, [a + (0.0 if math.isnan(f) else f) for a, f in pairs] * 2)
        same(frame.step, [5.0] * 8 + [10.0] * 8)
        same(frame.group, [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4)
        same(frame.prompt, ([0] * 4 + [1] * 4) * 2)
        assert frame.length_unit == "characters"
        same(frame.length, [float(i % 8 + 1) for i in range(16)])
        row = log.rows([9])[0]
        assert (row["step"], row["note"], row["advantage"]) == (10, "seen", -0.5)
        assert row["completion"] == one["completion"][1]
    with read_log(
        folder, columns={"reward": "advantage", "scores.right": "accuracy_reward"}
    ) as log:
        assert log.frame.criteria == ("right",)
        same(log.frame.reward, one["advantage"] * 2)
        assert log.rows([1])[0]["scores"] == {"right": 1.0}


def test_a_column_that_map_names_is_no_criterion(tmp_path: Path) -> None:
    """What the user calls a label, a step or a stratum is not paid for being a number."""
    import pandas as pd

    table = {**trl_table(5, chat=False), "truth": [i % 4 == 1 for i in range(8)], "fold": range(8)}
    pd.DataFrame(table).to_parquet(tmp_path / "completions_00005.parquet")
    with read_log(tmp_path, columns={"label": "truth"}, by=["fold"]) as log:
        assert log.frame.criteria == ("accuracy_reward", "format_reward")
        same(log.frame.label, [1.0 * (i % 4 == 1) for i in range(8)])
        same(log.frame.reward[:2], [0.25, 1.25])
    with read_log(tmp_path, columns={"label": "truth", "scores.truth": "truth"}) as log:
        assert log.frame.criteria == ("truth",)  # unless they say it is a criterion, too


# -- verl, OpenRLHF -------------------------------------------------------------------------------


def verl_lines(path: Path, step: int) -> None:
    """As ``_write_generations`` writes them (verl/trainer/ppo/ray_trainer.py, 0.9)."""
    n = 6
    base: dict[str, list[Any]] = {
        "input": [f"prompt {i // 3}" for i in range(n)],
        "output": ["é" * i for i in range(n)],
        "gts": ["3"] * n,
        "score": [float(i % 2) for i in range(n)],
        "step": [step] * n,
    }
    base["acc"] = [bool(i % 2) for i in range(n)]
    base["format"] = [NAN, 0.5, 0.5, 1, 0, None]
    base["pred"] = [str(i) for i in range(n)]
    base["hint"] = [None] * n  # nothing says that this would be a number
    base["reward"] = base["score"]
    with path.open("w") as file:
        for i in range(n):
            entry = {k: v[i] for k, v in base.items()}
            file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")


def test_verl_dumps(tmp_path: Path) -> None:
    for step in (1, 2):
        verl_lines(tmp_path / f"{step}.jsonl", step)
    with read_log(tmp_path) as log:
        frame = log.frame
        assert log.reader == "verl"
        assert log.problems == ()
        assert frame.criteria == ("acc", "format")
        same(frame.reward, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0] * 2)
        same(frame.score("acc"), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0] * 2)
        same(frame.score("format"), [NAN, 0.5, 0.5, 1.0, 0.0, NAN] * 2)
        same(frame.step, [1.0] * 6 + [2.0] * 6)
        same(frame.group, [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3)
        same(frame.length, [float(i) for i in range(6)] * 2)
        row = log.rows([4])[0]
        assert (row["prompt"], row["completion"], row["reference"]) == ("prompt 1", "éééé", "3")
        assert row["reward"] == 0.0
    with read_log(tmp_path / "1.jsonl", key="acc") as log:
        assert log.frame.key == "acc"


DAPO = [
    ([1.0, -1.0, 1.0], [True, False, True], [0.0, -0.25, -0.5], "its score is an object's"),
    ([1.0, -0.25, 0.5], [1.0, 0.0, 1.0], [0.0, -0.25, -0.5], "its score is a number, called acc"),
]


@pytest.mark.parametrize(("score", "acc", "late", "why"), DAPO, ids=[case[3] for case in DAPO])
def test_verl_pays_the_overlong_penalty_also_where_the_score_leaves_it_out(
    tmp_path: Path, score: list[float], acc: list[Any], late: list[float], why: str
) -> None:
    """``reward_extra_info`` of verl's manager ``dapo`` overwrites ``score`` in the dump."""
    rows = [
        {"input": "p", "output": "x", "gts": "3", "score": s, "step": 1, "acc": a}
        | {"pred": "3", "overlong_reward": o, "overlong": o < 0}
        for s, a, o in zip(score, acc, late, strict=True)
    ]
    beside = isinstance(acc[0], bool)
    paid = [s + o * beside for s, o in zip(score, late, strict=True)]
    with read_log(write_rows(tmp_path / "1.jsonl", rows)) as log:
        assert log.reader == "verl"
        same(log.frame.reward, paid)
        same(log.frame.score("overlong_reward"), late)
        noted = [guess for guess in log.guesses if "`score` + `overlong_reward`" in guess]
        assert bool(noted) is beside
    with read_log(tmp_path / "1.jsonl", columns={"reward": "score"}) as log:
        same(log.frame.reward, score)
    whole = [{**row, "reward": p} for row, p in zip(rows, paid, strict=True)]
    with read_log(write_rows(tmp_path / "2.jsonl", whole)) as log:  # a dump of validation
        same(log.frame.reward, paid)


def test_openrlhf_samples(tmp_path: Path) -> None:
    """As ``batch_rm_inference`` writes them (openrlhf/cli/batch_inference.py)."""
    rows = [{"input": f"p{i // 2}", "output": "ab", "reward": 0.5 - i} for i in range(4)]
    with read_log(write_rows(tmp_path / "rm.jsonl", rows)) as log:
        assert log.reader == "openrlhf"
        assert log.frame.criteria == ()
        same(log.frame.reward, [0.5, -0.5, -1.5, -2.5])
        same(log.frame.group, [0, 0, 1, 1])
        same(log.frame.length, [2.0] * 4)


# -- verifiers ------------------------------------------------------------------------------------


def episode(number: int, *scores: float | None, group: str | None = "g0") -> dict[str, Any]:
    """As ``write_episode`` writes it (verifiers/v1/utils/trace_store.py, 0.4), nulls left out."""
    traces = []
    for i, score in enumerate(scores):
        said = {"role": "assistant", "content": f"answer {number} {i}"}
        rewards: dict[str, Any] = {"style": {"score": 0.5, "weight": 0.2}}
        if score is not None:
            rewards = {"solved": {"score": score, "weight": 1.0}, **rewards}
        traces.append(
            {
                "version": 1,
                "id": f"{number:032x}",
                "task": {"type": "Gsm8k", "data": {"idx": 3, "prompt": "1+1?"}, "key": "k3"},
                "agent": {"config": {"model": "m/small"}, "name": f"solver{i}", "trainable": True},
                "nodes": [
                    {"message": {"role": "user", "content": "1+1?"}, "sampled": False},
                    {"parent": 0, "message": said, "sampled": True},
                    {"parent": 1, "message": {"role": "user", "content": "ok"}, "sampled": False},
                ],
                "calls": [{"node": 1, "model": "m/small", "finish_reason": "length"}],
                "rewards": rewards,
                "metrics": {"num_turns": 1.0},
                "info": {"gold": number % 2 == 0},
                "is_completed": True,
                "ok": True,
                "stop_condition": "agent_completed",
                "num_output_tokens": 7 + i,
            }
        )
    row: dict[str, Any] = {
        "id": f"e{number}",
        "env": {"id": "gsm8k"},
        "task": {"type": "Gsm8k", "data": {"idx": 3, "prompt": "1+1?"}},
        "run": {"type": "train", "id": "r", "work": {"type": "train", "step": 4}},
        "ok": True,
        "errors": [],
        "traces": traces,
    }
    return row if group is None else {**row, "group": {"id": group}}


def test_verifiers_traces(tmp_path: Path) -> None:
    rows = [episode(0, 1.0, 0.0), episode(1, 0.0, None), episode(2, group=None), episode(3, 1.0)]
    with read_log(write_rows(tmp_path / "traces.jsonl", rows)) as log:
        frame = log.frame
        assert log.reader == "verifiers"
        assert log.problems == ()
        assert frame.n == 5
        assert frame.criteria == ("solved", "style")
        assert frame.weights == {"solved": 1.0, "style": 0.2}
        same(frame.line, [1, 1, 2, 2, 4])
        same(frame.reward, [1.1, 0.1, 0.1, 0.1, 1.1])
        same(frame.score("solved"), [1.0, 0.0, 0.0, NAN, 1.0])
        same(frame.contributions[:, 1], [0.1] * 5)
        same(frame.group, [0, 1, 0, 1, 0])  # agents of one episode are not compared
        same(frame.step, [4.0] * 5)
        assert frame.length_unit == "tokens"
        same(frame.length, [7.0, 8.0, 7.0, 8.0, 7.0])
        same(frame.truncated, [1] * 5)
        assert frame.strata["model"].names == ("m/small",)
        assert log.rows([3])[0]["completion"][0]["content"] == "answer 1 1"
    with read_log(tmp_path / "traces.jsonl", columns={"label": "info.gold"}) as log:
        same(log.frame.label, [1.0, 1.0, 0.0, 0.0, 0.0])


def test_traces_that_prime_rl_writes(tmp_path: Path) -> None:
    """A trace a line, a folder a step; older ones have the task's fields and bare rewards."""
    for step in (3, 4):
        traces = [
            trace | {"info": {"prime_rl": {"env_name": "gsm8k"}}}
            for number, scores in ((0, (1.0,)), (1, (0.0,)), (2, (None,)))
            for trace in episode(number, *scores)["traces"]
        ]
        traces[2] |= {
            "task": {"idx": 9, "prompt": "2+2?", "answer": "4"},
            "rewards": {"solved": 1, "style": None},
        }
        folder = tmp_path / f"rollouts/step_{step}"
        folder.mkdir(parents=True)
        write_rows(folder / "train_rollouts.jsonl", traces)
    with read_log(tmp_path / "rollouts") as log:
        frame = log.frame
        assert log.reader == "verifiers"
        assert log.problems == ()
        assert frame.criteria == ("solved", "style")
        same(frame.step, [3.0] * 3 + [4.0] * 3)
        same(frame.reward, [1.1, 0.1, 1.0] * 2)
        same(frame.prompt, [0, 0, 1] * 2)
        same(frame.group, [0, 0, 1, 2, 2, 3])
        row = log.rows([2])[0]
        assert (row["prompt"], row["reference"], row["data_source"]) == ("2+2?", "4", "gsm8k")


def test_results_that_prime_rl_writes(tmp_path: Path) -> None:
    """Rollouts of the versions before: what `verifiers` gives, with the trainer's own beside it."""
    rows = [
        {
            "example_id": i // 2,
            "prompt": [{"role": "user", "content": "q"}],
            "completion": [{"role": "assistant", "content": "abc"}],
            "answer": "4",
            "task": "gsm8k",
            "reward": float(i % 2),
            "advantage": 0.5,
            "metrics": {"correct": float(i % 2)},
            "timing": {"total_ms": 3.0},
            "error": None,
            "trajectory": [{"tokens": {"prompt_ids": [1, 2]}}],
            "is_completed": True,
            "is_truncated": False,
            "info": {},
        }
        for i in range(4)
    ]
    with read_log(write_rows(tmp_path / "train_rollouts.jsonl", rows)) as log:
        assert log.reader == "verifiers_results"
        assert log.frame.criteria == ("correct",)
        same(log.frame.reward, [0.0, 1.0] * 2)
        same(log.frame.group, [0, 0, 1, 1])


def test_verifiers_results_before_version_1(tmp_path: Path) -> None:
    """As ``state_to_output`` gives them (verifiers/utils/save_utils.py)."""
    rows = [
        {
            "example_id": i // 2,
            "prompt": [{"role": "user", "content": "q"}],
            "completion": [{"role": "assistant", "content": "abc"}],
            "answer": "4",
            "reward": 0.5 * i,
            "timing": {"total_ms": 3.0},
            "is_completed": True,
            "is_truncated": i == 2,
            "stop_condition": "max_turns",
            "metrics": {"exact": 1.0 * (i % 2), "style": 0.25},
            "exact": 1.0 * (i % 2),
            "style": 0.25,
            "token_usage": {"input_tokens": 3.0, "output_tokens": 10.0 + i},
        }
        for i in range(4)
    ]
    with read_log(write_rows(tmp_path / "results.jsonl", rows)) as log:
        frame = log.frame
        assert log.reader == "verifiers_results"
        assert frame.criteria == ("exact", "style")
        same(frame.score("exact"), [0.0, 1.0, 0.0, 1.0])
        same(frame.reward, [0.0, 0.5, 1.0, 1.5])
        same(frame.group, [0, 0, 1, 1])
        same(frame.length, [10.0, 11.0, 12.0, 13.0])
        same(frame.truncated, [0, 0, 1, 0])
        assert log.rows([2])[0]["reference"] == "4"


# -- inspect_ai -----------------------------------------------------------------------------------


def inspect_log() -> dict[str, Any]:
    """`EvalLog` as inspect_ai 0.3 writes it, the fields that are read."""

    def sample(number: int, epoch: int, value: Any, **more: Any) -> dict[str, Any]:
        text = f"answer {number} {epoch}"
        return {
            "id": number,
            "epoch": epoch,
            "input": f"question {number}",
            "target": "4",
            "output": {
                "model": "mock/small",
                "choices": [
                    {
                        "message": {"role": "assistant", "content": text},
                        "stop_reason": "max_tokens" if epoch == 2 else "stop",
                    }
                ],
                "completion": text,
                "usage": {"input_tokens": 5, "output_tokens": 10 * number + epoch},
            },
            "scores": {"match": {"value": value, "answer": "4", "explanation": "looked"}},
            **more,
        }

    return {
        "version": 2,
        "status": "success",
        "eval": {"task": "sums", "task_id": "t", "model": "mock/small"},
        "samples": [
            sample(1, 1, "C"),
            sample(1, 2, "I"),
            sample(2, 1, 0.25),
            sample(2, 2, NAN),
            sample(3, 1, "P", error={"message": "it broke", "traceback": ""}),
        ],
    }


def check_inspect(frame: Frame) -> None:
    assert frame.criteria == ("match",)
    same(frame.score("match"), [1.0, 0.0, 0.25, NAN, 0.5])
    same(frame.reward, [1.0, 0.0, 0.25, NAN, NAN])
    same(frame.row_status, [0, 0, 0, 1, 1])
    same(frame.group, [0, 0, 1, 1, 2])
    same(frame.length, [11.0, 12.0, 21.0, 22.0, 31.0])
    same(frame.truncated, [0, 1, 0, 1, 0])
    assert frame.strata["data_source"].names == ("sums",)
    assert frame.strata["model"].names == ("mock/small",)


@pytest.mark.parametrize("indent", [None, 2])
def test_inspect_json(indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "2026_sums.json"
    path.write_text(json.dumps(inspect_log(), indent=indent))
    with read_log(path) as log:
        assert log.reader == "inspect"
        assert log.problems == ()
        check_inspect(log.frame)
        assert log.rows([2])[0]["completion"] == "answer 2 1"


def zstd_zip(path: Path, members: Mapping[str, bytes]) -> None:
    """A zip whose members are packed with zstd, as inspect_ai writes it, by Python before 3.14."""
    import struct
    import zlib

    import pyarrow as pa

    codec = pa.Codec("zstd")
    out, directory = b"", b""
    for name, data in members.items():
        raw = name.encode()
        packed = codec.compress(data, asbytes=True)
        facts = struct.pack("<HHHHHIII", 20, 0, 93, 0, 0, zlib.crc32(data), len(packed), len(data))
        directory += struct.pack("<IH", 0x02014B50, 20) + facts
        directory += struct.pack("<HHHHHII", len(raw), 0, 0, 0, 0, 0, len(out)) + raw
        out += struct.pack("<I", 0x04034B50) + facts + struct.pack("<HH", len(raw), 0) + raw
        out += packed
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(directory), len(out), 0
    )
    path.write_bytes(out + directory + end)


@pytest.mark.parametrize("packed", ["zstd", "deflate"])
def test_inspect_eval(packed: str, tmp_path: Path) -> None:
    whole = inspect_log()
    head = {k: v for k, v in whole.items() if k != "samples"}
    members = {"_journal/start.json": json.dumps(head), "header.json": json.dumps(head)}
    for sample in whole["samples"]:
        name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
        members[name] = json.dumps(sample)
    path = tmp_path / "sums.eval"
    if packed == "zstd":
        zstd_zip(path, {name: text.encode() for name, text in members.items()})
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in members.items():
                file.writestr(name, text)
    with read_log(path) as log:
        assert log.reader == "inspect"
        check_inspect(log.frame)
        assert log.rows([4])[0]["error"] == "it broke"


# -- the ledger -----------------------------------------------------------------------------------


def test_the_ledger(tmp_path: Path) -> None:
    samples = [
        Sample(
            completion=f"so \\boxed{{{i}}}",
            reference="2",
            prompt=f"q{i // 4}",
            label=[True, "correct", 0, None][i % 4],
            n_tokens=i,
            info={"model": f"m{i % 2}", "other": i},
        )
        for i in range(8)
    ]
    folder = tmp_path / "ledger"
    with Engine("math+format", workers=1, ledger=str(folder)) as engine:
        rewards = engine.verify_batch(samples, step=3)
        order = tuple(engine.rubric.rubric.leaves())
    with read_log(folder) as log:
        frame = log.frame
        assert log.reader == "ledger"
        assert log.problems == ()
        assert frame.criteria == order
        assert frame.key == order[0]
        same(frame.reward, [r.value for r in rewards])
        for key in order:
            i = frame.criteria.index(key)
            same(frame.score(key), [r.terms[key].score for r in rewards])
            same(frame.contributions[:, i], [r.terms[key].contribution for r in rewards])
            same(frame.statuses[:, i], [0] * 8)
            assert frame.weights[key] == rewards[0].terms[key].weight
        same(frame.label, [1.0, 1.0, 0.0, NAN] * 2)
        same(frame.length, [float(i) for i in range(8)])
        same(frame.group, [0] * 4 + [1] * 4)
        same(frame.step, [3.0] * 8)
        assert [frame.strata["model"].names[c] for c in frame.strata["model"].codes] == [
            f"m{i % 2}" for i in range(8)
        ]
        row = log.rows([5])[0]
        assert (row["completion"], row["other"]) == ("so \\boxed{5}", 5)
        assert row["verdicts"][order[0]]["status"] == "judged"
        assert row["terms"][order[0]]["score"] == 0.0


# -- any columns ----------------------------------------------------------------------------------


def rows_with(extra: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"prompt": "p", "completion": "c", **row} for row in extra]


def test_bare_scores(tmp_path: Path) -> None:
    rows = rows_with(
        [
            {"reward": 1.0, "scores": {"a": 1, "b": True, "c": {"score": 0.5}}},
            {"reward": 0.0, "scores": {"a": 0, "b": None, "d": {"value": 2}}},
            {"reward": None, "scores": None},
        ]
    )
    with read_log(write_rows(tmp_path / "log.jsonl", rows), key="b") as log:
        frame = log.frame
        assert log.reader == "columns"
        assert frame.criteria == ("a", "b", "c", "d")
        assert frame.key == "b"
        same(
            frame.scores,
            [[1.0, 1.0, 0.5, NAN], [0.0, NAN, NAN, 2.0], [NAN, NAN, NAN, NAN]],
        )
        same(frame.row_status, [0, 0, 1])
        same(frame.statuses, [[-1] * 4] * 3)
        assert frame.length_unit == "characters"


def test_columns_that_the_user_names(tmp_path: Path) -> None:
    rows = [
        {"r": i, "extra": {"acc": i % 2, "by.dot": 1}, "text": "ab", "q": "p", "it": i // 2}
        for i in range(4)
    ]
    columns = {
        "reward": "r",
        "scores.acc": "extra.acc",
        "completion": "text",
        "prompt": "q",
        "step": "it",
        "label": "extra.acc",
    }
    with read_log(write_rows(tmp_path / "log.jsonl", rows), columns=columns, by=["it"]) as log:
        frame = log.frame
        assert log.reader == "columns"
        assert frame.criteria == ("acc",)
        same(frame.score("acc"), [0.0, 1.0, 0.0, 1.0])
        same(frame.label, [0.0, 1.0, 0.0, 1.0])
        same(frame.reward, [0.0, 1.0, 2.0, 3.0])
        same(frame.group, [0, 0, 1, 1])
        same(frame.prompt, [0] * 4)
        assert frame.strata["it"].names == ("0", "1")
        row = log.rows([3])[0]
        assert (row["completion"], row["step"], row["label"]) == ("ab", 1, 1)
        assert row["scores"] == {"acc": 1}


def test_a_label_that_is_none_of_the_users_column(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "log.jsonl", rows_with([{"reward": 1, "gold": "maybe"}]))
    with pytest.raises(RolloutsError) as noted:
        read_log(path, columns={"label": "gold"})
    assert str(noted.value) == (
        f'{path}:1: the label is "maybe", which says neither right nor wrong'
        "\nfix: true or false, 1 or 0, 'correct' or 'incorrect'; null where unknown"
    )


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_bare_scores_of_a_table_too(ending: str, tmp_path: Path) -> None:
    """``scores`` of other trainers are the criteria in a table as they are in lines."""
    import pandas as pd

    rows = [
        {"prompt": f"q{i // 2}", "reward": i / 4, "scores": {"acc": i % 2, "form": i / 8}}
        for i in range(4)
    ]
    path = tmp_path / f"log.{ending}"
    if ending == "parquet":
        pd.DataFrame(rows).to_parquet(path)
    else:
        write_rows(path, rows)
    with read_log(path) as log:
        assert log.frame.criteria == ("acc", "form")
        same(log.frame.score("acc"), [0.0, 1.0, 0.0, 1.0])
