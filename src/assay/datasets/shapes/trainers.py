"""Rows as trainers and evaluators take them or write them down, the completion included."""

from __future__ import annotations

from typing import Any

from assay.datasets.cells import has, messages, named, prompt_in, shown, text
from assay.datasets.shape import OWN_COLUMN, OWN_CONTENT, USUAL_NAMES, RawRow, Shape
from assay.datasets.truths import truth
from assay.errors import SampleError

TRUTHS = ("solution", "answer", "ground_truth", "final_answer", "target", "gold")
"""What the examples of trainers call the column that their reward functions read."""


def _from(row: RawRow, asked: tuple[str, ...], truths: tuple[str, ...]) -> dict[str, Any]:
    return {**prompt_in(row, asked), **truth(row, named(row, truths))}


def _said(row: RawRow, names: tuple[str, ...]) -> dict[str, Any]:
    """The completion, where the row is of a log; rows of a data set have none."""
    found = next((row[name] for name in names if row.get(name) is not None), None)
    return {} if found is None else {"completion": found}


def _trl(row: RawRow) -> dict[str, Any]:
    return _from(row, ("prompt",), TRUTHS)


def _is_trl(row: RawRow) -> bool:
    return not (has(row, "problem") or has(row, "question") or has(row, "input"))


def _verl_dump(row: RawRow) -> dict[str, Any]:
    if not isinstance(row["output"], str):
        raise SampleError(f"column 'output' is {shown(row['output'])}; wanted the model's text")
    return {**_from(row, ("input",), ("gts",)), "completion": row["output"]}


def _openrlhf(row: RawRow) -> dict[str, Any]:
    return {**_from(row, ("input",), ("label", "labels")), **_said(row, ("output", "response"))}


def _slime(row: RawRow) -> dict[str, Any]:
    filled = _from(row, ("prompt",), ("label",))
    metadata = row.get("metadata")
    if isinstance(metadata, dict):
        filled["info"] = {**metadata, **filled.get("info", {})}
    return {**filled, **_said(row, ("response",))}


def _is_slime(row: RawRow) -> bool:
    return isinstance(row["label"], str | dict)  # a number says whether a completion is correct


def _asked(row: RawRow) -> dict[str, Any]:
    """Messages without the answer that stands last in rows that can also be imitated."""
    asked = messages(row, "messages")
    if not isinstance(asked, str) and asked[-1].get("role") == "assistant":
        asked = asked[:-1]
    if not asked:
        raise SampleError(f"column 'messages' is {shown(row['messages'])}; wanted a user's message")
    return {"prompt": asked}


def _ms_swift(row: RawRow) -> dict[str, Any]:
    return {**_asked(row), **truth(row, "solution")}


def _areal(row: RawRow) -> dict[str, Any]:
    return {**_asked(row), **truth(row, "answer")}


def _verifiers(row: RawRow) -> dict[str, Any]:
    filled = _from(row, ("prompt", "question"), ("answer",))
    return {**filled, **_said(row, ("completion",))}


def _inspect(row: RawRow) -> dict[str, Any]:
    metadata = row.get("metadata")
    filled = _from(row, ("input",), ("target",))
    if isinstance(metadata, dict):
        filled["info"] = {**metadata, **filled.get("info", {})}
    if has(row, "output.completion"):
        filled["completion"] = text(row, "output.completion")
    if isinstance(row.get("id"), str | int):
        filled["prompt_id"] = str(row["id"])
    return filled


SHAPES = (
    Shape(
        name="trl",
        summary="`prompt`, and the reference in `solution`, `answer` or `ground_truth`; also the "
        "completions that TRL logs",
        columns=(("prompt",), TRUTHS),
        fields=_trl,
        used=("prompt", *(name for name in TRUTHS if name != "solution")),
        sure=USUAL_NAMES,
        fits=_is_trl,
        fills=("prompt", "completion", "reference", "tests"),
        example='{"prompt": [{"role": "user", "content": "30 + 4?"}], "solution": "$34$"}',
    ),
    Shape(
        name="verl-dump",
        summary="what verl writes of rollouts and validation: `input`, `output`, `gts`, `score`",
        columns=(("input",), ("output",), ("gts",)),
        blank=("output",),
        fields=_verl_dump,
        used=("input", "output", "gts"),
        sure=OWN_COLUMN,
        fills=("prompt", "completion", "reference", "tests"),
        example=r'{"input": "30 + 4?", "output": "\\boxed{34}", "gts": "34", "score": 1.0}',
    ),
    Shape(
        name="openrlhf",
        summary="`input` and `label`; the completion, where there is one, in `output`",
        columns=(("input",), ("label", "labels")),
        fields=_openrlhf,
        used=("input", "label", "labels", "output", "response"),
        sure=USUAL_NAMES,
        fills=("prompt", "completion", "reference", "tests"),
        example='{"input": "30 + 4?", "label": "34"}',
    ),
    Shape(
        name="slime",
        summary="`prompt` and `label`; the completion, where there is one, in `response`",
        columns=(("prompt",), ("label",)),
        fields=_slime,
        used=("prompt", "label", "response", "metadata"),
        sure=USUAL_NAMES,
        fits=_is_slime,
        fills=("prompt", "completion", "reference", "tests"),
        sets=("miles",),
        example='{"prompt": [{"role": "user", "content": "30 + 4?"}], "label": "34"}',
    ),
    Shape(
        name="ms-swift",
        summary="`messages` ask; the reference is in `solution`",
        columns=(("messages",), ("solution",)),
        fields=_ms_swift,
        used=("messages",),
        sure=USUAL_NAMES,
        fills=("prompt", "reference", "tests"),
        example='{"messages": [{"role": "user", "content": "30 + 4?"}], "solution": "34"}',
    ),
    Shape(
        name="areal",
        summary="`messages` ask; the reference is in `answer`",
        columns=(("messages",), ("answer",)),
        fields=_areal,
        used=("messages", "answer"),
        sure=USUAL_NAMES,
        fills=("prompt", "reference", "tests"),
        example='{"messages": [{"role": "user", "content": "30 + 4?"}], "answer": "34"}',
    ),
    Shape(
        name="verifiers",
        summary="`prompt` or `question`, `answer`, and `info` or `example_id`; also what its "
        "evaluations save",
        columns=(("prompt", "question"), ("answer",), ("info", "example_id")),
        fields=_verifiers,
        used=("prompt", "question", "answer"),
        sure=OWN_CONTENT,
        fills=("prompt", "completion", "reference", "tests"),
        sets=("prime-rl",),
        example='{"question": "30 + 4?", "answer": "34", "info": {"level": 1}}',
    ),
    Shape(
        name="inspect",
        summary="`input` and `target`, text or a list of which any is right",
        columns=(("input",), ("target",)),
        fields=_inspect,
        used=("input", "target", "metadata", "output"),
        sure=USUAL_NAMES,
        fills=("prompt", "completion", "reference", "tests"),
        sets=("inspect-ai",),
        example='{"input": "30 + 4?", "target": "34", "id": 1}',
    ),
)
