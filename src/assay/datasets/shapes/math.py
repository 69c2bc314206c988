"""Questions with an answer: GSM8K, MATH, AIME and their like."""

from __future__ import annotations

import re
from typing import Any

from assay.datasets.cells import answer, cell, first, has, messages, named, shown, text
from assay.datasets.shape import OWN_CONTENT, USUAL_NAMES, RawRow, Shape
from assay.errors import SampleError

QUESTIONS = ("problem", "Problem", "question", "Question")
ANSWERS = ("answer", "Answer", "final_answer", "expected_answer")

_HASHES = re.compile(r"^[ \t]*####[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


def _after_hashes(row: RawRow) -> dict[str, Any]:
    found = _HASHES.findall(text(row, "answer", "a solution whose last line is '#### ANSWER'"))
    if not found:
        raise SampleError(
            f"column 'answer' is {shown(row['answer'])}, without a line '#### ANSWER'; "
            "wanted a solution whose last line is '#### ANSWER'"
        )
    return {
        "prompt": messages(row, "question"),
        "reference": found[-1],
        "info": {"solution": row["answer"]},  # `assay preflight` scores it
    }


def _problem(row: RawRow) -> dict[str, Any]:
    return {
        "prompt": messages(row, named(row, QUESTIONS)),
        "reference": answer(row, named(row, ANSWERS)),
    }


def _boxed(row: RawRow) -> dict[str, Any]:
    name = named(row, ("solution", "Solution"))
    solution = text(row, name, r"a solution with its answer in \boxed{...}")
    if "\\boxed" not in solution and "\\fbox" not in solution:
        raise SampleError(
            rf"column {name!r} is {shown(solution)}, without \boxed{{...}}; "
            r"wanted a solution with its answer in \boxed{...}"
        )
    return {
        "prompt": messages(row, named(row, QUESTIONS)),
        "reference": solution,
        "info": {"solution": solution},
    }


TURNS = ("conversations", "conversation")


def _turns(row: RawRow) -> list[Any]:
    """ORZ's turns: one column, or the columns ``0`` and ``1`` that a list becomes in a table."""
    turns = first(row, TURNS)
    if turns is None and has(row, "0") and has(row, "1"):
        turns = [row["0"], row["1"]]
    return turns if isinstance(turns, list) else []


def _is_orz(row: RawRow) -> bool:
    return any(isinstance(turn, dict) and "ground_truth" in turn for turn in _turns(row))


def _orz(row: RawRow) -> dict[str, Any]:
    turns = [turn for turn in _turns(row) if isinstance(turn, dict)]
    of = {
        "conversations": {
            "asked": [t for t in turns if t.get("from", t.get("role")) in ("human", "user")],
            "truth": [t["ground_truth"] for t in turns if "ground_truth" in t],
        }
    }
    if not of["conversations"]["asked"]:
        raise SampleError(
            "column 'conversations' has no turn from 'human'; wanted a list of turns such as "
            '{"from": "human", "value": "..."}'
        )
    if not of["conversations"]["truth"]:
        raise SampleError(
            "column 'conversations' has no turn with 'ground_truth'; wanted "
            '{"from": "assistant", "ground_truth": {"value": "5"}}'
        )
    truth = of["conversations"]["truth"][0]
    turn = {"ground_truth": truth if isinstance(truth, dict) else {"value": truth}}
    return {
        "prompt": str(cell(of["conversations"]["asked"][-1], "value", "the question as text")),
        "reference": answer(turn, "ground_truth.value"),
    }


def _is_reasoning_gym(row: RawRow) -> bool:
    return has(row, "metadata.source_dataset")


def _reasoning_gym(row: RawRow) -> dict[str, Any]:
    return {
        "prompt": text(row, "question"),
        "reference": answer(row, "answer"),
        "info": {"data_source": text(row, "metadata.source_dataset")},
    }


SHAPES = (
    Shape(
        name="answer-after-hashes",
        summary="a question; the reference stands after #### in the last line of `answer`",
        columns=(("question",), ("answer",)),
        fields=_after_hashes,
        used=("question", "answer"),
        sure=OWN_CONTENT,
        fits=lambda row: isinstance(row["answer"], str) and "####" in row["answer"],
        sets=("gsm8k",),
        example=r'{"question": "Two and two?", "answer": "2 + 2 = 4\n#### 4"}',
    ),
    Shape(
        name="problem-answer",
        summary="a problem and its answer, as text, a number, or a list of which any is right",
        columns=(QUESTIONS, ANSWERS),
        fields=_problem,
        used=(*QUESTIONS, *ANSWERS),
        sure=USUAL_NAMES,
        sets=("math-500", "aime-2024", "aime-2025", "deepscaler", "big-math", "numinamath-1.5",
              "hmmt", "openmathreasoning"),
        example=r'{"problem": "Half of one?", "answer": "\\frac{1}{2}"}',
    ),
    Shape(
        name="problem-boxed-solution",
        summary=r"a problem and a solution; the reference is in its last \boxed{...}",
        columns=(QUESTIONS, ("solution", "Solution")),
        fields=_boxed,
        used=(*QUESTIONS, "Solution"),
        sure=OWN_CONTENT,
        fits=lambda row: not any(has(row, name) for name in ANSWERS)
        and "box" in str(first(row, ("solution", "Solution"))),
        sets=("math-lighteval", "numinamath-cot"),
        example=r'{"problem": "Half of one?", "solution": "It is $\\boxed{\\frac{1}{2}}$."}',
    ),
    Shape(
        name="turns-ground-truth",
        summary="a list of turns; the reference is `ground_truth.value` of the assistant's turn",
        columns=((*TURNS, "0"),),
        fields=_orz,
        used=(*TURNS, "0", "1"),
        fits=_is_orz,
        sets=("orz-57k", "orz-129k", "orz"),
        example='[{"from": "human", "value": "1 + 4?"}, '
        '{"from": "assistant", "ground_truth": {"value": "5"}}]',
    ),
    Shape(
        name="reasoning-gym",
        summary="a question, one right answer, and the generator in `metadata.source_dataset`",
        columns=(("question",), ("answer",), ("metadata.source_dataset",)),
        fields=_reasoning_gym,
        used=("question", "answer"),
        sure=OWN_CONTENT,
        fits=_is_reasoning_gym,
        sets=("reasoning-gym",),
        example='{"question": "4 + 5 =", "answer": "9", '
        '"metadata": {"source_dataset": "chain_sum"}}',
    ),
)  # fmt: skip
