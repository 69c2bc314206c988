"""Adding a defect that an analyser reports never raises a score; removing it never lowers one."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .programs import CLEAN, HONEST, NAMES, judge, score, scores

BLACK, PEP8, LINT = "style.black", "style.autopep8", "style.pylint"


class Defect(NamedTuple):
    """Code that ends a program, clean but for one thing; `{n}` keeps names apart."""

    code: str
    by: tuple[str, ...]
    """Who reports it."""
    why: str


def function(body: str, arguments: str = "value") -> str:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f'\n\ndef planted_{{n}}({arguments}):\n    """Return something."""\n{lines}'


DEFECTS = [
    Defect("\n\nPLANTED_{n} = 1   \n", (PEP8, LINT), "trailing blanks"),
    Defect("\n\nPLANTED_{n}=1\n", (BLACK, PEP8), "no space around ="),
    Defect("\n\nPLANTED_{n} = ( 1,  2)\n", (BLACK, PEP8), "spaces inside brackets"),
    Defect("\n\nPLANTED_{n} = (1,2)\n", (BLACK, PEP8), "no space after a comma"),
    Defect("\n\nPLANTED_{n} = 'a'\n", (BLACK,), "single quotes"),
    Defect("\n\nPLANTED_{n} = 1;\n", (BLACK, PEP8, LINT), "a semicolon"),
    Defect("\n\nPLANTED_{n} = 1; OTHER_{n} = 2\n", (BLACK, PEP8, LINT), "two on a line"),
    Defect("\n\nPLANTED_{n} = 1 # one\n", (BLACK, PEP8), "one space before a comment"),
    Defect("\n\n#one\nPLANTED_{n} = 1\n", (BLACK, PEP8), "no space in a comment"),
    Defect("\n\nPLANTED_{n} = 0XFF\n", (BLACK,), "an upper-case prefix"),
    Defect("\n\n\n\n\nPLANTED_{n} = 1\n", (BLACK, PEP8), "five blank lines"),
    Defect("\n\n\nimport os as planted_{n}\n", (LINT, PEP8), "an import at the end, unused"),
    Defect(
        "\n\nPLANTED_{n} = '" + "long " * 25 + "'\n",
        (BLACK, PEP8, LINT),
        "a line of 140 characters",
    ),
    Defect("\n\nplantedName_{n} = [1]\n", (LINT,), "a constant in camel case"),
    Defect(function("return value").replace("\n\n", "\n", 1), (BLACK, PEP8), "one blank line"),
    Defect(function("return  value"), (BLACK, PEP8), "two spaces"),
    Defect(function("return (value)"), (BLACK, LINT), "needless brackets"),
    Defect(function("return value").replace("    ", "  "), (BLACK, PEP8, LINT), "indented by two"),
    Defect(
        function("return value").replace('    """Return something."""\n', ""), (LINT,), "no doc"
    ),
    Defect(function("unused = 1\nreturn value"), (LINT,), "an unused variable"),
    Defect(function("return 1"), (LINT,), "an unused argument"),
    Defect(function("return value\nprint(value)"), (LINT,), "unreachable code"),
    Defect(
        function("try:\n    return int(value)\nexcept:\n    return 0"), (PEP8, LINT), "bare except"
    ),
    Defect(function("return value == None"), (PEP8, LINT), "compared to None"),
    Defect(function("return value == True"), (PEP8, LINT), "compared to True"),
    Defect(function("return not value in [1]"), (PEP8,), "not x in y"),
    Defect(function("return type(value) == type(1)"), (PEP8, LINT), "types compared"),
    Defect(function("return value", "value=[]"), (LINT,), "a list as default"),
    Defect(
        function("double = lambda x: 2 * x\nreturn double(value)"), (PEP8, LINT), "a named lambda"
    ),
    Defect(function("l = value\nreturn l"), (PEP8,), "l for a name"),
    Defect(function("list = value\nreturn list"), (LINT,), "a builtin's name"),
    Defect(function("return f'text', value"), (BLACK, LINT), "an f-string with nothing in it"),
    Defect(function("return eval(value)"), (LINT,), "eval"),
    Defect(function("global STATE\nSTATE = value"), (LINT,), "a global"),
    Defect(function("value == 1\nreturn value"), (LINT,), "a statement without effect"),
    Defect(function("return value == value"), (LINT,), "compared with itself"),
    Defect(function("return {{1: value, 1: 2}}"), (LINT,), "a key twice"),
    Defect(function("if value:\n    return 1\nelse:\n    return 2"), (LINT,), "else after return"),
    Defect(function("assert (value, 'no')\nreturn value"), (LINT, BLACK), "an assert that holds"),
    Defect(function("if value: return 1\nreturn 2"), (BLACK, PEP8, LINT), "if on one line"),
    Defect(function("return value.replace('\\d', '')"), (PEP8, LINT), "an escape that is none"),
]


def plant(program: str, defects: list[Defect]) -> str:
    # Numbered by kind, so that the text of one defect does not depend on the others.
    return (
        program.rstrip()
        + "\n"
        + "".join(
            d.code.replace("{n}", str(DEFECTS.index(d))).replace("{{", "{").replace("}}", "}")
            for d in defects
        )
    )


def test_there_are_enough_kinds() -> None:
    assert len({d.why for d in DEFECTS}) == len(DEFECTS) >= 30


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.why)
def test_a_defect_costs_with_those_who_report_it(defect: Defect) -> None:
    planted = scores(plant(CLEAN, [defect]))
    for verifier in NAMES[:3]:
        if verifier in defect.by:
            assert planted[verifier] < 1.0, verifier
            assert judge(verifier, plant(CLEAN, [defect])).feedback
    assert all(after <= 1.0 for after in planted.values())


@pytest.mark.parametrize(
    "name",
    [n if i % 8 == 0 else pytest.param(n, marks=pytest.mark.slow) for i, n in enumerate(HONEST)],
)
def test_a_defect_never_pays(name: str) -> None:
    """For every kind, on programs as people wrote them. Removing is adding, read backwards."""
    program = plant(HONEST[name], [])
    for defect in DEFECTS if name in ("clean", "ugly") else DEFECTS[::4]:
        worse = plant(program, [defect])
        for verifier in NAMES:
            before, after = score(verifier, program), score(verifier, worse)
            assert after <= before, f"{verifier}: {defect.why}: {before} -> {after}"
            if verifier in defect.by:
                assert after < before, f"{verifier} does not see: {defect.why}"


@settings(max_examples=20)
@given(
    st.sampled_from(["clean", "ugly", "HumanEval/10", "QuixBugs/kth-buggy"]),
    st.lists(st.sampled_from(DEFECTS), min_size=1, max_size=5, unique=True),
    st.data(),
)
@pytest.mark.slow
def test_one_defect_more_never_pays(name: str, defects: list[Defect], data: st.DataObject) -> None:
    """Nor does it among others, wherever it stands."""
    at = data.draw(st.integers(0, len(defects) - 1))
    fewer = plant(HONEST[name], defects[:at] + defects[at + 1 :])
    more = plant(HONEST[name], defects)
    for verifier in NAMES:
        before, after = score(verifier, fewer), score(verifier, more)
        assert after <= before, f"{verifier}: {defects[at].why}: {before} -> {after}"
