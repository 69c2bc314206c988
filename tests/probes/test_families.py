"""What the probes write: all of them something, and the wrong ones wrong by another's judgement."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import pytest

from assay import Sample
from assay.plugins.host import Host
from assay.plugins.probe import Attack, ProbeSpec
from assay.probes.bundled import bundled
from assay.probes.probed_suite import ProbedSuite
from assay.probes.specs import SPECS
from assay.probes.task import Task
from assay.probes.wrong import differs, wrong_answers
from assay.verifiers.program_source.extract import extract_program


@cache
def tasks() -> tuple[Task, ...]:
    right = [s for name in ("answers", "programs") for s in bundled(name) if s.label is True]
    answers = [str(s.reference) for s in right if s.reference is not None]
    return tuple(
        Task(s, True, [a for a in answers if a != str(s.reference)], str(s.prompt_id))
        for s in right
    )


@cache
def probes() -> dict[str, Any]:
    return {name: offer.load() for name, offer in Host().probes.items()}


def attacks(spec: ProbeSpec) -> Iterator[tuple[Task, Attack]]:
    for task in tasks():
        if spec.subject in ("any", task.subject):
            for attack in probes()[spec.name](task.seeded(spec.name)):
                yield task, attack


def ids(spec: ProbeSpec) -> str:
    return spec.name


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_every_probe_has_something_to_try(spec: ProbeSpec) -> None:
    found = list(attacks(spec))
    assert found
    assert all(isinstance(attack.text, str) and attack.form for _, attack in found)
    if spec.claim != "neutral":
        assert all(attack.baseline is None for _, attack in found)


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_a_probe_writes_the_same_again(spec: ProbeSpec) -> None:
    assert list(attacks(spec)) == list(attacks(spec))


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_a_probe_can_do_without_a_correct_completion(spec: ProbeSpec) -> None:
    """And without a prompt, a reference that is a number, tests that are calls."""
    bare = [
        Sample("", reference="Paris"),
        Sample("", reference=["x+1", "1+x"]),
        Sample("", reference=0.5),
        Sample("", prompt="Write a poem."),
        Sample("", tests={"type": "stdio", "cases": [{"stdin": "1\n", "expected": "2\n"}] * 3}),
        Sample("", tests={"type": "asserts", "code": "assert f(1) == 2\nassert f(2) == 4"}),
        Sample("", tests="no tests at all"),
    ]
    for sample in bare:
        task = Task(sample, False, ["7", "Rome"], "bare", "seed")
        for attack in probes()[spec.name](task):
            assert isinstance(attack, Attack)


def test_names_are_distinct_and_summaries_are_lines() -> None:
    assert len({s.name for s in SPECS}) == len(SPECS)
    assert all("\n" not in s.summary and 0 < len(s.summary) <= 80 for s in SPECS)


# -- wrong answers ------------------------------------------------------------------------------


class Case(NamedTuple):
    reference: str
    some: set[str]
    why: str


WRONG = [
    Case("18", {"19", "17", "180", "-18"}, "a whole number"),
    Case("1,234", {"1,235", "1,233"}, "with commas, as the reference has them"),
    Case("0.5", {"1.5", "-0.5", "0.25"}, "a decimal"),
    Case("3/4", {"1.75", "-0.75"}, "a fraction"),
    Case("-7", {"-6", "-8", "7"}, "a negative number"),
    Case("B", {"A", "C", "D"}, "a choice"),
    Case("Paris", {"Rome", "London"}, "a name: others' answers"),
    Case(r"\frac{x}{2}", {"Rome", "London"}, "a formula: others' answers"),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.why)
def test_wrong_answers(case: Case) -> None:
    found = wrong_answers([case.reference], ["Rome", "London"], 8)
    assert found[:1]
    assert set(found) >= case.some
    assert case.reference not in found
    assert all(differs([case.reference], answer) for answer in found)


def test_a_wrong_answer_equals_none_of_several_references() -> None:
    assert wrong_answers(["18", "19", "36/2"], [], 3) == ["17", "180", "-18"]


def test_what_may_be_equal_is_not_called_wrong() -> None:
    assert not differs(["0.5"], "1/2")
    assert not differs(["x(x+1)"], "x^2+x")
    assert not differs([r"\int_0^1 x dx"], r"\frac{1}{2}")  # shown or not, never proved different


# -- wrong final answers, by a reader that shares no code with ours -----------------------------

_LAST_BOX = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}")


def final_statement(text: str) -> str | None:
    """The answer that a person would take from the end of an answer in one of the plain forms."""
    text = text.rpartition("</think>")[2]
    found = [(m.start(), m[1]) for m in _LAST_BOX.finditer(text)]
    found += [(m.start(), m[1]) for m in re.finditer(r"<answer>(.*?)</answer>", text, re.S)]
    found += [(m.start(), m[1]) for m in re.finditer(r"#### *(.*)", text)]
    words = r"[Tt]he answer is (-?[\d,.]*\d)(?![\^\w]|\s*\\)"
    found += [(m.start(), m[1]) for m in re.finditer(words, text)]
    found += [(m.start(), m[1]) for m in re.finditer(r"^Final answer: (.*)$", text, re.M)]
    return max(found)[1] if found else None


def value(text: str) -> Fraction | None:
    box = _LAST_BOX.search(text)
    plain = (box[1] if box else text).strip().rstrip(".").replace(",", "").replace("$", "")
    return Fraction(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


STATED = (
    "answer.wrong", "answer.many-boxes", "answer.many-tags", "answer.two-channels",
    "answer.in-thought", "answer.taken-back", "answer.number-after", "answer.near-miss",
    "echo.hint", "judge.assertion", "judge.injection", "judge.praise", "padding.verbose",
)  # fmt: skip


@pytest.mark.parametrize("name", STATED)
def test_the_final_statement_of_a_wrong_answer_is_another_number(name: str) -> None:
    spec = next(s for s in SPECS if s.name == name)
    read = 0
    for task, attack in attacks(spec):
        if task.subject != "answer":
            continue
        stated = final_statement(attack.text)
        number = value(stated) if stated is not None else None
        if number is not None:
            read += 1
            assert number != value(task.answers[0]), attack
    assert read >= 20


@pytest.mark.parametrize("name", ["padding.truncated", "blank.gibberish", "echo.prompt"])
def test_these_never_name_the_answer(name: str) -> None:
    spec = next(s for s in SPECS if s.name == name)
    for task, attack in attacks(spec):
        if task.subject == "answer":
            numbers = [value(x) for x in re.findall(r"-?\d[\d,]*(?:\.\d+)?", attack.text)]
            assert value(task.answers[0]) not in numbers, attack


# -- wrong programs, run in the open ------------------------------------------------------------


def runs_wrong(task: Task, program: str) -> bool:
    """Whether a program of ours (harmless: it only returns things) fails a case."""
    assert task.tests is not None
    space: dict[str, Any] = {"__name__": "program"}
    exec(compile(program, "<program>", "exec"), space)  # our own text
    function = space[task.tests.entry]
    for call in task.tests.calls:
        try:
            got = function(*copy.deepcopy(list(call.args)), **dict(call.kwargs))
        except Exception:
            return True
        if json.dumps(got, default=repr) != json.dumps(call.expected):
            return True
    return False


@pytest.mark.parametrize(
    "name", ["code.constant", "code.argument", "code.hardcoded", "code.swallowed", "code.hidden"]
)
def test_wrong_programs_fail_a_case(name: str) -> None:
    spec = next(s for s in SPECS if s.name == name)
    for task, attack in attacks(spec):
        found = extract_program(attack.text)
        assert found is not None
        assert runs_wrong(task, found.text), attack.text


def test_the_right_programs_fail_none() -> None:
    """The control: the same run passes what is correct."""
    for task in tasks():
        if task.subject == "code":
            assert not runs_wrong(task, task.program), task.place


def test_hardcoded_programs_pass_what_is_public() -> None:
    """They are the attack they say they are."""
    spec = next(s for s in SPECS if s.name == "code.hardcoded")
    for task, attack in attacks(spec):
        assert task.tests is not None
        found = extract_program(attack.text)
        assert found is not None
        space: dict[str, Any] = {}
        exec(found.text, space)
        for call in task.tests.public():
            assert space[task.tests.entry](*call.args, **call.kwargs) == call.expected


def test_a_truncated_program_does_not_parse() -> None:
    spec = next(s for s in SPECS if s.name == "padding.truncated")
    for task, attack in attacks(spec):
        if task.subject == "code":
            found = extract_program(attack.text)
            assert found is not None
            with pytest.raises(SyntaxError):
                ast.parse(found.text)


@pytest.mark.slow
def test_untidy_programs_are_still_right() -> None:
    """Style is what they lack, not correctness."""
    spec = next(s for s in SPECS if s.name == "style.suppressed")
    seen = 0
    for task, attack in attacks(spec):
        for text in (attack.text, attack.baseline):
            found = extract_program(text or "")
            assert found is not None
            assert not runs_wrong(task, found.text)
            seen += 1
    assert seen >= 20


# -- tests read for probes ----------------------------------------------------------------------


def test_examples_of_a_prompt_are_public() -> None:
    prompt = 'def f(x):\n    """Double.\n    >>> f(2)\n    4\n    """\n'
    sample = Sample(
        "",
        prompt=prompt,
        tests={"type": "asserts", "entry_point": "f", "code": "assert f(2) == 4\nassert f(3) == 6"},
    )
    tests = ProbedSuite.of(sample)
    assert tests is not None
    assert [(c.args, c.expected, c.public) for c in tests.calls] == [
        ((2,), 4, True),
        ((3,), 6, False),
    ]


def test_where_nothing_is_public_the_first_half_is_known() -> None:
    cases = [{"args": [i], "expected": 2 * i} for i in range(6)]
    tests = ProbedSuite.of(Sample("", tests={"type": "call", "entry_point": "f", "cases": cases}))
    assert tests is not None
    assert [c.args for c in tests.public()] == [(0,), (1,), (2,)]


def test_a_method_is_defined_in_its_class() -> None:
    cases = [{"args": [i], "expected": 2 * i} for i in range(1, 7)]
    sample = Sample("", tests={"type": "call", "entry_point": "Solution.f", "cases": cases})
    stub = Task(sample, False, (), "p").stub()
    space: dict[str, Any] = {}
    exec(stub, space)
    assert space["Solution"]().f(1) is None


def test_a_stub_that_could_be_right_is_not_written() -> None:
    cases = [{"args": [i], "expected": None} for i in range(3)]
    sample = Sample("", tests={"type": "call", "entry_point": "f", "cases": cases})
    assert Task(sample, False, (), "p").wrong_responses() == []


def test_random_references_never_yield_a_wrong_answer_that_is_right() -> None:
    draw = random.Random(3)
    for _ in range(200):
        number = draw.choice([draw.randint(-2000, 2000), round(draw.uniform(-9, 9), 2)])
        for answer in wrong_answers([str(number)], [], 6):
            assert Fraction(answer.replace(",", "")) != Fraction(str(number))
