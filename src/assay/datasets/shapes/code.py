"""Problems with tests of a program. What the tests mean is read by `code.tests`, not here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.datasets.cells import (
    has,
    json_in,
    object_in,
    objects_in,
    prompt_in,
    shown,
    text,
    wrong,
)
from assay.datasets.shape import OWN_CONTENT, RawRow, Shape
from assay.datasets.truths import truth
from assay.errors import SampleError
from assay.printable import in_lines

ASKED = ("question_content", "question", "problem", "prompt", "description", "text",
         "instruct_prompt", "instruction")  # fmt: skip
"""Where the problem is stated, the fullest first."""

CASES = "a list of cases, each with `input` and `output`"


def _kept(row: RawRow, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if has(row, name)}


def _input_output(row: RawRow) -> dict[str, Any]:
    found = object_in(row, "input_output", "an object with `inputs` and `outputs`")
    if "assert_case" not in found:
        for name in ("inputs", "outputs"):
            if not isinstance(found.get(name), list):
                held = shown(found.get(name))
                raise SampleError(
                    f"column 'input_output' has {held} as {name!r}; wanted the lists `inputs` and "
                    "`outputs`"
                )
        if len(found["inputs"]) != len(found["outputs"]):
            raise SampleError(
                f"column 'input_output' has {len(found['inputs'])} inputs and "
                f"{len(found['outputs'])} outputs; wanted one output for each input"
            )
    return {**prompt_in(row, ASKED), "tests": found}


def _public_private(row: RawRow) -> dict[str, Any]:
    tests: dict[str, Any] = {}
    for name in ("public_test_cases", "private_test_cases"):
        if has(row, name) and row[name] not in ([], "[]"):  # a problem may have no public ones
            try:
                tests[name] = objects_in(row, name, CASES)
            except SampleError as err:
                if isinstance(row[name], str) and row[name][:1] not in "[{":
                    raise SampleError(
                        f"{err}\nfix: the published file holds it compressed with pickle, which is "
                        "not read here, since one can execute code: unpack it and write it as JSON"
                    ) from err
                raise
    if not tests:
        raise wrong(row, "public_test_cases", CASES)
    if has(row, "metadata"):
        tests["metadata"] = object_in(row, "metadata", "an object, such as one with `func_name`")
    return {**prompt_in(row, ASKED), "tests": tests}


def _contest(row: RawRow) -> dict[str, Any]:
    tests: dict[str, Any] = {}
    for name in ("public_tests", "private_tests", "generated_tests"):
        if has(row, name):
            wanted = "an object with the lists `input` and `output`"
            found = object_in(row, name, wanted)
            if not isinstance(found.get("input"), list | tuple):
                raise wrong(row, name, wanted)
            tests[name] = {key: list(found.get(key) or ()) for key in ("input", "output")}
    return {**prompt_in(row, ASKED), "tests": tests}


def _are_problem_tests(row: RawRow) -> bool:
    tests = row["tests"]
    if isinstance(tests, str):
        return tests.lstrip()[:1] in ("[", "{")
    return isinstance(tests, dict | list)


def _problem_tests(row: RawRow) -> dict[str, Any]:
    wanted = f"{CASES}, or an object of tests, also as JSON text"
    tests = json_in(row, "tests", wanted)
    if isinstance(tests, list):
        cases = objects_in(row, "tests", wanted)
        for i, case in enumerate(cases):
            if "input" not in case or "output" not in case:
                raise SampleError(f"column 'tests' has entry {i} {shown(case)}; wanted {wanted}")
        tests = {"private_test_cases": cases}
        if has(row, "metadata"):
            metadata = json_in(row, "metadata", "an object, such as one with `func_name`")
            if isinstance(metadata, dict) and metadata.get("func_name"):
                tests["metadata"] = {"func_name": metadata["func_name"]}
    elif not isinstance(tests, dict):
        raise wrong(row, "tests", wanted)
    return {**prompt_in(row, ASKED), "tests": tests}


def _official(row: RawRow) -> dict[str, Any]:
    cases = objects_in(row, "official_tests", CASES)
    if has(row, "input_mode") and row["input_mode"] not in ("stdio", "stdin"):
        raise SampleError(
            f"column 'input_mode' is {shown(row['input_mode'])}; wanted 'stdio': "
            "a program that reads a file cannot be tested"
        )
    names = ("generated_checker", "time_limit", "memory_limit")
    return {
        **prompt_in(row, ("description", *ASKED)),
        "tests": {"official_tests": cases, **_kept(row, names)},
    }


def _suite_in_test(row: RawRow) -> dict[str, Any]:
    suite = text(row, "test", "the code of the tests")
    return {
        **prompt_in(row, ("prompt", "complete_prompt", *ASKED)),
        "tests": {"test": suite, **_kept(row, ("entry_point", "test_info"))},
    }


def _test_list(row: RawRow) -> dict[str, Any]:
    wanted = "a list of assertions as text"
    tests = json_in(row, "test_list", wanted)
    if (
        not isinstance(tests, list | tuple)
        or not tests
        or not all(isinstance(one, str) for one in tests)
    ):
        raise wrong(row, "test_list", wanted)
    names = ("test_setup_code", "test_imports", "challenge_test_list")
    return {**prompt_in(row, ASKED), "tests": {"test_list": list(tests), **_kept(row, names)}}


def _verification_info(row: RawRow) -> dict[str, Any]:
    wanted = "an object with `ground_truth` or `test_cases`, also as JSON text"
    found = object_in(row, "verification_info", wanted)
    prompt = prompt_in(row, ("prompt", *ASKED))
    source = {"info": {"data_source": row["task_type"]}} if has(row, "task_type") else {}
    if found.get("test_cases"):
        return {**prompt, **source, "tests": {"verification_info": found}}
    if "ground_truth" not in found and "answer" not in found:
        keys = in_lines(found) or "nothing"
        raise SampleError(f"column 'verification_info' holds {keys}; wanted {wanted}")
    name = "ground_truth" if "ground_truth" in found else "answer"
    filled = truth({"verification_info": found}, f"verification_info.{name}")
    info = {**source.get("info", {}), **filled.pop("info", {})}
    return {**prompt, **filled, **({"info": info} if info else {})}


def _imports_solution(row: RawRow) -> bool:
    return has(row, "test_info") or "from solution import" in str(row["test"])


def _shape(
    name: str,
    summary: str,
    columns: tuple[tuple[str, ...], ...],
    fields: Callable[[RawRow], dict[str, Any]],
    used: tuple[str, ...],
    **more: Any,
) -> Shape:
    more.setdefault("fills", ("prompt", "tests"))
    return Shape(name, summary, columns, fields, (*ASKED, *used), **more)


SHAPES = (
    _shape(
        "verification-info",
        "`verification_info`, an object or its JSON text, holds `test_cases` or `ground_truth`",
        (("verification_info",),),
        _verification_info,
        ("verification_info",),
        fills=("prompt", "reference", "tests"),
        sets=("synthetic-1", "synthetic-2", "intellect-2", "verifiable-math-problems",
              "verifiable-coding-problems"),
        example=r'{"prompt": "Add two numbers.", "verification_info": "{\"test_cases\": '
        r'[{\"type\": \"stdin_stdout\", \"input\": \"1 2\\n\", \"output\": \"3\\n\"}]}"}',
    ),
    _shape(
        "input-output",
        "`input_output`, an object or its JSON text, holds `inputs`, `outputs` and, for a "
        "function, `fn_name`",
        (("input_output",),),
        _input_output,
        ("input_output",),
        sets=("apps", "taco"),
        example=r'{"question": "Add two numbers.", "input_output": "{\"inputs\": [\"1 2\\n\"], '
        r'\"outputs\": [\"3\\n\"]}"}',
    ),
    _shape(
        "public-private-tests",
        "`public_test_cases` and `private_test_cases`; the function's name in `metadata`",
        (("public_test_cases", "private_test_cases"),),
        _public_private,
        ("public_test_cases", "private_test_cases", "metadata"),
        sets=("livecodebench",),
        example='{"question_content": "Add two numbers.", "public_test_cases": '
        '[{"input": "1 2", "output": "3", "testtype": "stdin"}]}',
    ),
    _shape(
        "contest-tests",
        "`public_tests`, `private_tests`, `generated_tests`, each with lists `input` and `output`",
        (("public_tests", "private_tests", "generated_tests"),),
        _contest,
        ("public_tests", "private_tests", "generated_tests"),
        sets=("code-contests",),
        example='{"description": "Add two numbers.", "public_tests": '
        '{"input": ["1 2\\n"], "output": ["3\\n"]}}',
    ),
    _shape(
        "problem-tests",
        "`tests`, a list of cases or its JSON text; a function's name in the metadata",
        (("tests",), ("problem", "question", "prompt")),
        _problem_tests,
        ("tests",),
        sure=OWN_CONTENT,
        fits=_are_problem_tests,
        sets=("deepcoder-preview", "deepcoder"),
        example='{"problem": "Add two numbers.", "tests": [{"input": "1\\n2", "output": "3", '
        '"testtype": "functional", "metadata": {"func_name": "add"}}]}',
    ),
    _shape(
        "official-tests",
        "`official_tests`, with `time_limit` in seconds, `memory_limit` in MB and a checker",
        (("official_tests",),),
        _official,
        ("official_tests", "generated_checker"),
        sets=("codeforces",),
        example='{"description": "Add two numbers.", "official_tests": '
        '[{"input": "1 2", "output": "3"}], "time_limit": 2.0}',
    ),
    _shape(
        "suite-of-solution",
        "`test`, a suite of pytest that imports from `solution`; names in `test_info`",
        (("test",),),
        _suite_in_test,
        ("test", "test_info"),
        fits=_imports_solution,
        sets=("kodcode",),
        example='{"question": "Add two numbers.", "test": "from solution import add\\n'
        'def test_add():\\n    assert add(1, 2) == 3"}',
    ),
    _shape(
        "suite-with-entry-point",
        "`test`, code with `check(candidate)` or of unittest, for the function `entry_point`",
        (("test",), ("entry_point",)),
        _suite_in_test,
        ("test", "entry_point", "complete_prompt"),
        sets=("humaneval", "humaneval-plus", "bigcodebench"),
        example='{"prompt": "def add(a, b):\\n", "test": "def check(candidate):\\n'
        '    assert candidate(1, 2) == 3", "entry_point": "add"}',
    ),
    _shape(
        "test-list",
        "`test_list`, assertions as text, with `test_setup_code` or `test_imports` before them",
        (("test_list",),),
        _test_list,
        ("test_list", "test_setup_code", "test_imports", "challenge_test_list"),
        sets=("mbpp", "mbpp-plus"),
        example='{"text": "Add two numbers.", "test_list": ["assert add(1, 2) == 3"]}',
    ),
)  # fmt: skip
