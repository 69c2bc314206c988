"""Rows made for a framework: nested ground truths, and what says which verifier they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.datasets.cells import (
    answer,
    cell,
    has,
    json_in,
    messages,
    object_in,
    prompt_in,
    shown,
    wrong,
)
from assay.datasets.shape import OWN_CONTENT, RawRow, Shape
from assay.datasets.truths import truth
from assay.errors import SampleError

PLACES = ("extra_info.split", "extra_info.index")


def _merged(row: RawRow, filled: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    """The prompt, what the ground truth fills, and the entries of `info` of both."""
    info = {**entries, **filled.pop("info", {})}
    return {**prompt_in(row, ("prompt", "raw_prompt")), **filled, "info": info}


def _source(row: RawRow) -> dict[str, Any]:
    """`extra_info` as entries of `info`, as in training with `assay.integrations.verl`."""
    extra = row.get("extra_info")
    entries = dict(extra) if isinstance(extra, Mapping) else {}
    for name in ("data_source", "ability"):
        if has(row, name):
            entries[name] = row[name]
    return entries


def _prompt_id(row: RawRow) -> dict[str, Any]:
    if not has(row, "extra_info.index"):
        return {}
    source = [str(row["data_source"])] if has(row, "data_source") else []
    return {
        "prompt_id": "/".join([*source, *(str(cell(row, p, "")) for p in PLACES if has(row, p))])
    }


def _verl(row: RawRow) -> dict[str, Any]:
    filled = truth(row, "reward_model.ground_truth")
    return {**_merged(row, filled, _source(row)), **_prompt_id(row)}


def _skyrl(row: RawRow) -> dict[str, Any]:
    filled = truth(row, "reward_spec.ground_truth")
    entries = _source(row)
    entries.setdefault("data_source", row["env_class"])
    return {**_merged(row, filled, entries), **_prompt_id(row)}


def _nemo_gym(row: RawRow) -> dict[str, Any]:
    asked = object_in(row, "responses_create_params", "an object with `input`")
    filled: dict[str, Any] = {}
    if has(row, "verifier_metadata.unit_tests"):
        wanted = "an object with the lists `inputs` and `outputs`"
        if not isinstance(json_in(row, "verifier_metadata.unit_tests", wanted), dict):
            raise wrong(row, "verifier_metadata.unit_tests", wanted)
        filled["tests"] = {"verifier_metadata": row["verifier_metadata"]}
    elif has(row, "expected_answer"):
        filled["reference"] = answer(row, "expected_answer")
    else:
        raise SampleError(
            "neither 'expected_answer' nor 'verifier_metadata.unit_tests' is there; wanted one of "
            "them"
        )
    inner = {"responses_create_params": asked}
    if has(inner, "responses_create_params.input"):
        filled["prompt"] = messages(inner, "responses_create_params.input")
    return filled


def _rlvr(row: RawRow) -> dict[str, Any]:
    filled = truth(row, "ground_truth")
    info = {"data_source": row["dataset"], **filled.pop("info", {})}
    asked = messages(row, "messages")
    if not isinstance(asked, str) and asked[-1].get("role") == "assistant":
        asked = asked[:-1]  # some mixes keep the answer that a model was trained on before
    if not asked:
        raise SampleError(f"column 'messages' is {shown(row['messages'])}; wanted a user's message")
    return {"prompt": asked, **filled, "info": info}


SHAPES = (
    Shape(
        name="verl",
        summary="`reward_model.ground_truth`, an answer or tests; `data_source` says which kind",
        columns=(("reward_model",), ("data_source",)),
        fields=_verl,
        used=("prompt", "raw_prompt", "reward_model", "data_source", "ability", "extra_info"),
        fills=("prompt", "reference", "tests", "info.data_source"),
        sets=("dapo-math-17k", "eurus-2", "guru", "tinyzero"),
        example='{"data_source": "math_dapo", "prompt": [{"role": "user", "content": "30 + 4?"}], '
        '"reward_model": {"ground_truth": "34", "style": "rule"}}',
    ),
    Shape(
        name="skyrl",
        summary="`reward_spec.ground_truth`, an answer or tests; `env_class` says which kind",
        columns=(("reward_spec",), ("env_class",)),
        fields=_skyrl,
        used=("prompt", "raw_prompt", "reward_spec", "data_source", "extra_info"),
        fills=("prompt", "reference", "tests", "info.data_source"),
        sets=("skyrl-v0", "novasky"),
        example='{"env_class": "aime", "prompt": [{"role": "user", "content": "30 + 4?"}], '
        '"reward_spec": {"method": "rule", "ground_truth": "34"}}',
    ),
    Shape(
        name="nemo-gym",
        summary="`responses_create_params.input` asks; the truth is `expected_answer` or "
        "`verifier_metadata.unit_tests`",
        columns=(("responses_create_params",),),
        fields=_nemo_gym,
        used=("responses_create_params", "expected_answer", "verifier_metadata"),
        fills=("prompt", "reference", "tests"),
        sets=("nemotron-rl",),
        example='{"responses_create_params": {"input": [{"role": "user", "content": "30 + 2?"}]}, '
        '"expected_answer": "32"}',
    ),
    Shape(
        name="messages-ground-truth",
        summary="`messages` ask; `ground_truth` is an answer; `dataset` says which kind",
        columns=(("messages",), ("ground_truth",), ("dataset",)),
        fields=_rlvr,
        used=("messages", "ground_truth", "dataset"),
        sure=OWN_CONTENT,
        fills=("prompt", "reference", "tests", "info.data_source"),
        sets=("rlvr", "rlvr-gsm", "rlvr-math"),
        example='{"messages": [{"role": "user", "content": "30 + 4?"}], "ground_truth": "34", '
        '"dataset": "gsm8k"}',
    ),
)
