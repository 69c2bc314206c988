# ruff: noqa: E501 - a row of a data set a line
"""Rows of published data sets: three of each shape, read and scored; a malformed one, refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay import Engine, Sample, SampleError
from assay.datasets import SHAPES, named, recognised, rows
from assay.errors import ConfigError

ADD = "```python\ndef add(a, b):\n    return a + b\n```"
SUBTRACT = "```python\ndef add(a, b):\n    return a - b\n```"
READ_ADD = "```python\nprint(sum(map(int, input().split())))\n```"
READ_TWO = "```python\nprint(int(input()) + int(input()))\n```"
READ_NOTHING = "```python\nprint(0)\n```"
USER = [{"role": "user", "content": "30 + 4?"}]


class Case(NamedTuple):
    """A row with a right and a wrong completion of it."""

    row: Mapping[str, Any]
    right: str
    wrong: str


def text(value: Any) -> str:
    return json.dumps(value)


CHECK = "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(2, 2) == 4"
FUNCTIONAL = {"input": "1\n2", "output": "3", "testtype": "functional"}

CASES: dict[str, list[Case]] = {
    "answer-after-hashes": [
        Case({"question": "2 + 2?", "answer": "2 + 2 = <<2+2=4>>4\n#### 4"}, r"\boxed{4}", r"\boxed{5}"),
        Case({"question": "Pay?", "answer": "$1,000 more.\n#### 1,000"}, "So it is 1000.", "So it is 100."),
        Case({"question": "q", "answer": "#### -3", "id": 7}, "The answer is -3.", "The answer is 3."),
    ],
    "problem-answer": [
        Case({"problem": "Half?", "answer": r"\frac{1}{2}", "level": "1"}, r"\boxed{0.5}", r"\boxed{2}"),
        Case({"Question": "q", "final_answer": 73}, r"\boxed{073}", r"\boxed{37}"),
        Case({"problem": "q", "answer": ["1", "2"]}, r"\boxed{2}", r"\boxed{3}"),
    ],
    "problem-boxed-solution": [
        Case({"problem": "q", "solution": r"So $\boxed{\frac{1}{2}}$."}, r"\boxed{1/2}", r"\boxed{1}"),
        Case({"problem": "q", "solution": r"First \boxed{1}, no: \boxed{2}"}, r"\boxed{2}", r"\boxed{1}"),
        Case({"question": "q", "Solution": r"\fbox{7}"}, r"\boxed{7}", r"\boxed{8}"),
    ],
    "turns-ground-truth": [
        Case({"conversations": [{"from": "human", "value": "1 + 4?"},
                                {"from": "assistant", "ground_truth": {"value": "5"}}]},
             r"\boxed{5}", r"\boxed{6}"),
        Case({"0": {"from": "human", "value": "q"},
              "1": {"from": "assistant", "ground_truth": {"value": "x+1"}}},
             r"\boxed{1+x}", r"\boxed{x}"),
        Case({"conversations": [{"role": "user", "value": "q"},
                                {"role": "assistant", "ground_truth": "9"}]},
             r"\boxed{9}", r"\boxed{6}"),
    ],
    "reasoning-gym": [
        Case({"question": "4 + 5 =", "answer": "9", "metadata": {"source_dataset": "chain_sum"}},
             "The answer is 9.", "The answer is 8."),
        Case({"question": "q", "answer": "-2", "metadata": {"source_dataset": "chain_sum", "d": 1}},
             r"\boxed{-2}", r"\boxed{2}"),
        Case({"question": "q", "answer": "12", "metadata": {"source_dataset": "gcd"}},
             r"\boxed{12}", r"\boxed{6}"),
    ],
    "verification-info": [
        Case({"prompt": "Add.", "task_type": "verifiable_code", "verification_info": text(
            {"language": "python", "test_cases": [
                {"type": "stdin_stdout", "fn_name": None, "input": "1 2\n", "output": "3\n"}]})},
             READ_ADD, READ_NOTHING),
        Case({"prompt": "q", "verification_info": text({"ground_truth": "5"})},
             r"\boxed{5}", r"\boxed{4}"),
        Case({"problem": "q", "verification_info": {"ground_truth": r"\frac12"}},
             r"\boxed{.5}", r"\boxed{4}"),
    ],
    "input-output": [
        Case({"question": "Add.", "input_output": text({"inputs": ["1 2\n"], "outputs": ["3\n"]})},
             READ_ADD, READ_NOTHING),
        Case({"question": "Add.", "input_output": {"inputs": [[1, 2]], "outputs": [3],
                                                   "fn_name": "add"}}, ADD, SUBTRACT),
        Case({"problem": "Add.", "input_output": {"inputs": ["1 2", "2 3"], "outputs": ["3", "5"]}},
             READ_ADD, READ_NOTHING),
    ],
    "public-private-tests": [
        Case({"question_content": "Add.", "public_test_cases": text(
            [{"input": "1 2", "output": "3", "testtype": "stdin"}])}, READ_ADD, READ_NOTHING),
        Case({"question_content": "Add.", "public_test_cases": [FUNCTIONAL],
              "metadata": text({"func_name": "add"})}, ADD, SUBTRACT),
        Case({"question_content": "Add.", "public_test_cases": [],
              "private_test_cases": [{"input": "2 2", "output": "4", "testtype": "stdin"}]},
             READ_ADD, READ_NOTHING),
    ],
    "contest-tests": [
        Case({"description": "Add.", "public_tests": {"input": ["1 2\n"], "output": ["3\n"]}},
             READ_ADD, READ_NOTHING),
        Case({"description": "Add.", "private_tests": text({"input": ["4 2"], "output": ["6"]})},
             READ_ADD, READ_NOTHING),
        Case({"description": "Add.", "public_tests": {"input": ["1 2"], "output": ["3"]},
              "generated_tests": {"input": ["5 5"], "output": ["10"]}}, READ_ADD, READ_NOTHING),
    ],
    "problem-tests": [
        Case({"problem": "Add.", "tests": [{**FUNCTIONAL, "metadata": {"func_name": "add"}}]},
             ADD, SUBTRACT),
        Case({"problem": "Add.", "tests": text([{"input": "1 2", "output": "3", "testtype": "stdin"}])},
             READ_ADD, READ_NOTHING),
        Case({"prompt": "Add.", "tests": text([FUNCTIONAL]), "metadata": {"func_name": "add"}},
             ADD, SUBTRACT),
    ],
    "official-tests": [
        Case({"description": "Add.", "official_tests": [{"input": "1 2", "output": "3"}]},
             READ_ADD, READ_NOTHING),
        Case({"description": "Add.", "official_tests": text([{"input": "1\n2\n", "output": "3\n"}]),
              "time_limit": 2.0, "memory_limit": 256.0, "input_mode": "stdio"},
             READ_TWO, READ_NOTHING),
        Case({"title": "A", "description": "Add.", "official_tests": [
            {"input": "1 2", "output": "3"}, {"input": "9 9", "output": "18"}]},
             READ_ADD, READ_NOTHING),
    ],
    "suite-of-solution": [
        Case({"question": "Add.", "test": "from solution import add\ndef test_add():\n"
              "    assert add(1, 2) == 3"}, ADD, SUBTRACT),
        Case({"question": "Add.", "test": "from solution import *\ndef test_a():\n"
              "    assert add(1, 2) == 3", "test_info": [{"function_name": "add"}]}, ADD, SUBTRACT),
        Case({"question": "Add.", "test": "import pytest\nfrom solution import add\n"
              "@pytest.mark.parametrize('a', [1, 2])\ndef test_a(a):\n    assert add(a, 2) == a + 2"},
             ADD, SUBTRACT),
    ],
    "suite-with-entry-point": [
        Case({"prompt": "def add(a, b):\n", "test": CHECK, "entry_point": "add"}, ADD, SUBTRACT),
        Case({"complete_prompt": "def add(a, b):\n", "entry_point": "add", "test":
              "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
              "        self.assertEqual(add(1, 2), 3)"}, ADD, SUBTRACT),
        Case({"task_id": "t/1", "prompt": "def add(a, b):\n", "test": CHECK, "entry_point": "add",
              "canonical_solution": "    return a + b"}, ADD, SUBTRACT),
    ],
    "test-list": [
        Case({"text": "Add.", "test_list": ["assert add(1, 2) == 3"]}, ADD, SUBTRACT),
        Case({"prompt": "Add.", "test_list": text(["assert add(1, 2) == 3"]),
              "test_imports": []}, ADD, SUBTRACT),
        Case({"text": "Add.", "test_list": ["assert add(ONE, 2) == 3"], "test_setup_code": "ONE = 1"},
             ADD, SUBTRACT),
    ],
    "verl": [
        Case({"data_source": "math_dapo", "prompt": USER,
              "reward_model": {"ground_truth": "34", "style": "rule-lighteval/MATH_v2"}},
             "Answer: 34", "Answer: 35"),
        Case({"data_source": "openai/gsm8k", "prompt": USER, "ability": "math",
              "reward_model": {"ground_truth": "72", "style": "rule"},
              "extra_info": {"split": "train", "index": 3}}, "#### 72", "#### 27"),
        Case({"data_source": "codecontests", "prompt": USER, "reward_model": {"ground_truth": text(
            {"inputs": ["1 2\n"], "outputs": ["3\n"]})}}, READ_ADD, READ_NOTHING),
    ],
    "skyrl": [
        Case({"env_class": "aime", "prompt": USER,
              "reward_spec": {"method": "rule", "ground_truth": "34"}}, "Answer: 34", "Answer: 3"),
        Case({"env_class": "gsm8k", "data_source": "gsm8k", "prompt": USER,
              "reward_spec": {"ground_truth": "5"}, "extra_info": {"index": 1}}, "#### 5", "#### 6"),
        Case({"env_class": "lcb", "prompt": USER, "reward_spec": {"ground_truth": text(
            [{"input": "1 2", "output": "3", "testtype": "stdin"}])}}, READ_ADD, READ_NOTHING),
    ],
    "nemo-gym": [
        Case({"responses_create_params": {"input": USER}, "expected_answer": "34"},
             r"\boxed{34}", r"\boxed{33}"),
        Case({"responses_create_params": {"input": "Add."}, "verifier_metadata": {
            "unit_tests": {"inputs": ["1 2\n"], "outputs": ["3\n"]}}}, READ_ADD, READ_NOTHING),
        Case({"responses_create_params": {"input": USER}, "expected_answer": "B",
              "options": [{"A": "1"}, {"B": "2"}]}, r"\boxed{B}", r"\boxed{A}"),
    ],
    "messages-ground-truth": [
        Case({"messages": USER, "ground_truth": "34", "dataset": "gsm8k"}, "It is 34.", "It is 33."),
        Case({"messages": [*USER, {"role": "assistant", "content": "34"}], "ground_truth": "34",
              "dataset": "MATH"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"messages": USER, "ground_truth": r"\frac{1}{3}", "dataset": "MATH"},
             r"\boxed{1/3}", r"\boxed{3}"),
    ],
    "trl": [
        Case({"prompt": USER, "solution": "$34$"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": "30 + 4?", "ground_truth": "34"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": USER, "answer": 34}, r"\boxed{34}", r"\boxed{3}"),
    ],
    "ms-swift": [
        Case({"messages": USER, "solution": "34"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"messages": USER, "solution": r"<answer>34</answer>"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"messages": [*USER, {"role": "assistant", "content": "34"}], "solution": "34"},
             r"\boxed{34}", r"\boxed{3}"),
    ],
    "areal": [
        Case({"messages": USER, "answer": "34"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"messages": USER, "answer": "1/2"}, r"\boxed{0.5}", r"\boxed{3}"),
        Case({"messages": "30 + 4?", "answer": 34}, r"\boxed{34}", r"\boxed{3}"),
    ],
    "verifiers": [
        Case({"question": "30 + 4?", "answer": "34", "info": {"level": 1}}, r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": USER, "answer": "34", "example_id": 5}, r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": USER, "answer": "34", "info": {}, "example_id": 5}, r"\boxed{34}", r"\boxed{3}"),
    ],
    "inspect": [
        Case({"input": "30 + 4?", "target": "34", "id": 1}, r"\boxed{34}", r"\boxed{3}"),
        Case({"input": USER, "target": ["34", "thirty-four"]}, r"\boxed{34}", r"\boxed{3}"),
        Case({"input": "q", "target": "34", "metadata": {"a": 1}}, r"\boxed{34}", r"\boxed{3}"),
    ],
    "slime": [
        Case({"prompt": USER, "label": "34"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": "30 + 4?", "label": "34", "metadata": {"rm_type": "math"}},
             r"\boxed{34}", r"\boxed{3}"),
        Case({"prompt": "Add.", "label": {"inputs": ["1 2"], "outputs": ["3"]}}, READ_ADD, READ_NOTHING),
    ],
    "openrlhf": [
        Case({"input": "30 + 4?", "label": "34"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"input": USER, "label": "34", "output": r"\boxed{34}"}, r"\boxed{34}", r"\boxed{3}"),
        Case({"input": "q", "labels": "1/2"}, r"\boxed{.5}", r"\boxed{3}"),
    ],
    "verl-dump": [
        Case({"input": "q", "output": r"\boxed{34}", "gts": "34", "score": 1.0},
             r"\boxed{34}", r"\boxed{3}"),
        Case({"input": "q", "output": "", "gts": "34", "step": 3}, r"\boxed{34}", r"\boxed{3}"),
        Case({"input": "q", "output": "no", "gts": "5", "score": 0}, r"\boxed{5}", r"\boxed{3}"),
    ],
}  # fmt: skip

MALFORMED: dict[str, tuple[Mapping[str, Any], str]] = {
    "answer-after-hashes": ({"question": "q", "answer": "four"}, "without a line '#### ANSWER'"),
    "problem-answer": ({"problem": "q", "answer": {"a": 1}}, "column 'answer' is an object"),
    "problem-boxed-solution": ({"problem": "q", "solution": "It is 2."}, r"without \boxed"),
    "turns-ground-truth": ({"conversations": [{"from": "human", "value": "q"}]}, "no turn with 'gr"),
    "reasoning-gym": ({"question": "q", "answer": "1", "metadata": {}}, "'metadata.source_dataset'"),
    "verification-info": ({"prompt": "q", "verification_info": "{"}, "is not valid JSON"),
    "input-output": ({"question": "q", "input_output": {"inputs": ["1"], "outputs": []}},
                     "1 inputs and 0 outputs"),
    "public-private-tests": ({"question_content": "q", "public_test_cases": "eJx9"},
                             "compressed with pickle"),
    "contest-tests": ({"description": "q", "public_tests": {"input": "1"}}, "the lists `input`"),
    "problem-tests": ({"problem": "q", "tests": [{"input": "1"}]}, "has entry 0"),
    "official-tests": ({"description": "q", "official_tests": [{"input": "1", "output": "1"}],
                        "input_mode": "file"}, "wanted 'stdio'"),
    "suite-of-solution": ({"question": "q", "test": 5, "test_info": []}, "wanted the code of the te"),
    "suite-with-entry-point": ({"prompt": "q", "test": " ", "entry_point": "f"}, "wanted the code"),
    "test-list": ({"text": "q", "test_list": "assert f(1)"}, "is not valid JSON"),
    "verl": ({"data_source": "d", "prompt": USER, "reward_model": {"style": "rule"}},
             "'reward_model.ground_truth'"),
    "skyrl": ({"env_class": "d", "reward_spec": {"method": "rule"}}, "'reward_spec.ground_truth'"),
    "nemo-gym": ({"responses_create_params": {"input": USER}}, "wanted one of them"),
    "messages-ground-truth": ({"messages": [{"role": "assistant", "content": "4"}],
                               "ground_truth": "4", "dataset": "d"}, "wanted a user's message"),
    "trl": ({"prompt": 5, "solution": "4"}, "wanted a prompt"),
    "ms-swift": ({"messages": [], "solution": "4"}, "column 'messages' is a list, []"),
    "areal": ({"messages": USER, "answer": None}, "no column 'answer', or it is empty"),
    "verifiers": ({"question": "q", "answer": True, "info": {"a": 1}}, "wanted an answer"),
    "inspect": ({"input": "q", "target": ""}, "no column 'target', or it is empty"),
    "slime": ({"prompt": "q", "label": []}, "wanted an answer"),
    "openrlhf": ({"input": "q", "label": " "}, "wanted an answer"),
    "verl-dump": ({"input": "q", "output": ["a"], "gts": "4"}, "wanted the model's text"),
}  # fmt: skip


def test_every_shape_is_in_the_tables() -> None:
    names = {shape.name for shape in SHAPES}
    assert set(CASES) == names
    assert set(MALFORMED) == names
    assert all(len(cases) >= 3 for cases in CASES.values())


def one(name: str | None, row: Mapping[str, Any]) -> Sample | SampleError:
    (found,) = rows(name, [row])
    return found


ALL = [(name, case) for name, cases in CASES.items() for case in cases]


@pytest.mark.parametrize("field", ["math", "code"])
def test_right_completions_are_paid_and_wrong_ones_are_not(field: str) -> None:
    """All rows in one batch of the rubric that reads them."""
    tried: list[tuple[str, Sample, float]] = []
    for name, case in ALL:
        sample = one(name, case.row)
        assert isinstance(sample, Sample), (name, sample)
        assert (sample.reference is None) != (sample.tests is None), name
        if (sample.tests is not None) == (field == "code"):
            for text_, paid in ((case.right, 1.0), (case.wrong, 0.0)):
                tried.append((name, dataclasses.replace(sample, completion=text_), paid))
    assert len(tried) > 40
    with Engine(field, workers=2) as engine:
        rewards = engine.verify_batch([sample for _, sample, _ in tried])
    for (name, sample, paid), reward in zip(tried, rewards, strict=True):
        assert reward.value == paid, (name, sample, reward.explain())


@pytest.mark.parametrize(("name", "case"), ALL, ids=[name for name, _ in ALL])
def test_the_columns_tell_the_shape(name: str, case: Case) -> None:
    """Or that several fit, where two trainers use the same names for the same things."""
    try:
        found = recognised([case.row])
    except ConfigError as err:
        refused = str(err)
    else:
        refused = ""
    if refused:
        assert f"  {name}: " in refused
        assert "fix: name the one that is meant, e.g. --format" in refused
        return
    assert found is not None
    same = {"prompt", "reference", "tests", "completion"}
    ours, theirs = one(name, case.row), one(found.name, case.row)
    for field in same:  # another name for the same reading is not a fault
        assert getattr(ours, field) == getattr(theirs, field), found.name


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_row_is_refused_by_name(name: str) -> None:
    row, said = MALFORMED[name]
    found = one(name, row)
    assert isinstance(found, SampleError)
    first, _, rest = str(found).partition("\n")
    assert first.startswith("row:1: ")
    assert said in str(found)
    assert f"(format {name})" in first
    assert rest.startswith("fix: ")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_example_of_a_shape_is_one(shape: Any) -> None:
    row = json.loads(shape.example)
    row = {"conversations": row} if isinstance(row, list) else row
    assert isinstance(one(shape.name, row), Sample)
    assert shape.claims(row)


def test_names_of_data_sets_are_names_of_formats() -> None:
    assert named("openai/gsm8k") is named("answer-after-hashes")
    assert named("DAPO_Math_17k") is named("verl")
    assert named("assay") is None
    with pytest.raises(
        ConfigError, match=r"no format 'gsm9k'; did you mean 'gsm8k'\?\nformats: as"
    ):
        named("gsm9k")


def test_rollouts_under_our_own_names_are_left_alone() -> None:
    """A log that was scored before must not be read in another way because of a stray column."""
    row = {"completion": "4", "reference": "4", "question": "q", "answer": "why\n#### 5"}
    assert recognised([row]) is None
    (found,) = rows(None, [row])
    assert isinstance(found, Sample)
    assert found.reference == "4"


def test_a_column_that_the_user_names_goes_before_the_shape() -> None:
    row = {"question": "q", "answer": "#### 5", "other": "6"}
    (found,) = rows("gsm8k", [row], columns={"reference": "other"})
    assert isinstance(found, Sample)
    assert found.reference == "6"


def test_other_columns_can_be_read_as_info() -> None:
    (found,) = rows(None, [{"problem": "q", "answer": "1", "level": "Level 5", "problem_id": 7}])
    assert isinstance(found, Sample)
    assert found.info["level"] == "Level 5"
    assert found.prompt_id == "7"


def test_what_is_in_memory_reads_like_files(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    arrow = pytest.importorskip("pyarrow")
    table = [dict(case.row) for case in CASES["verl"][:2]]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in table), encoding="utf-8")
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow.Table.from_pylist(table), tmp_path / "rows.parquet")
    expected = [sample.reference for sample in rows("verl", table)]  # type: ignore[union-attr]
    for source in (file, str(file), [file], tmp_path / "rows.parquet", pandas.DataFrame(table),
                   arrow.Table.from_pylist(table), iter(table)):  # fmt: skip
        found = [sample.reference for sample in rows(None, source)]  # type: ignore[union-attr]
        assert found == expected, source


@pytest.mark.parametrize(
    ("source", "said"), [(5, "got int; wanted files"), ({"a": 1}, "got one dict")]
)
def test_what_is_no_rows_is_refused(source: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        list(rows(None, source))


def test_no_row_is_lost_and_none_of_ours_is_waited_for() -> None:
    """Whoever writes into a pipe may wait for each reward; a file may break off."""
    from assay.datasets.reading import LOOKED_AT, looked_ahead
    from assay.errors import RolloutsError
    from assay.rollouts.rows import Row

    taken = []

    def written(data: dict[str, Any], count: int, ends: bool = False) -> Any:
        for n in range(count):
            taken.append(n)
            yield Row("f", n + 1, data)
        if ends:
            raise RolloutsError("f: broken off")

    ours = {"completion": "4", "reference": "4"}
    ahead, _ = looked_ahead(written(ours, 50))
    assert (len(ahead), len(taken)) == (1, 1)
    ahead, _ = looked_ahead(written({"question": "q", "answer": "#### 4"}, 50))
    assert len(ahead) == LOOKED_AT
    _, found = looked_ahead(written({"question": "q", "answer": "#### 4"}, 3, ends=True))
    given: list[int] = []
    with pytest.raises(RolloutsError, match="broken off"):
        given.extend(row.line for row in found)
    assert given == [1, 2, 3]
