"""What is judged: the program as found, without pragmas, with what it hides."""

from __future__ import annotations

import ast
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.code_style.hidden import hidden_code
from assay.verifiers.code_style.parse import parse, substantive
from assay.verifiers.code_style.parsed_program import ParsedProgram, read
from assay.verifiers.code_style.suppressions import without_suppressions

from .programs import NAMES, PROGRAMS, judge


class Pragma(NamedTuple):
    source: str
    cleaned: str
    removed: int
    why: str


PRAGMAS = [
    Pragma("x = 1  # noqa\n", "x = 1\n", 1, "at the end of a line"),
    Pragma("# fmt: off\nx = 1\n", "x = 1\n", 1, "alone: with its line"),
    Pragma("if x:\n    # pylint: disable=all\n    y\n", "if x:\n    y\n", 1, "alone, indented"),
    Pragma("x = 1  # one  # type: ignore[a]\n", "x = 1  # one\n", 1, "other words stay"),
    Pragma("x = 1  # type: int\n", "x = 1  # type: int\n", 0, "a type comment is none"),
    Pragma("x = '# noqa'\n", "x = '# noqa'\n", 0, "in a string it is none"),
    Pragma('"""\n# fmt: off\n"""\n', '"""\n# fmt: off\n"""\n', 0, "in a docstring it is none"),
    Pragma("x = 1  #NOQA\n", "x = 1\n", 1, "in any case"),
    Pragma("x = 1 # nosec\n", "x = 1 \n", 1, "one blank is not the comment's"),
    Pragma("x = 1   # noqa\n", "x = 1 \n", 1, "the blanks that stood there stay"),
    Pragma("x = [  # fmt: skip\n    1,\n]\n", "x = [\n    1,\n]\n", 1, "within brackets"),
    Pragma("# ruff: noqa: E501\n# isort:skip_file\nx\n", "x\n", 2, "of other tools"),
    Pragma("x = 1  # yapf: disable # autopep8: off\n", "x = 1\n", 2, "two of them"),
    Pragma("# a noqaish word\nx\n", "# a noqaish word\nx\n", 0, "a word that begins alike"),
]


@pytest.mark.parametrize("case", PRAGMAS, ids=lambda c: c.why)
def test_suppressions(case: Pragma) -> None:
    text, lines, removed = without_suppressions(case.source)
    assert (text, removed) == (case.cleaned, case.removed)
    assert len(lines) == text.count("\n") + 1


@given(st.sampled_from(sorted(PROGRAMS)), st.data())
def test_cleaning_keeps_the_program(name: str, data: st.DataObject) -> None:
    """A pragma at the end of any line that takes one changes neither the tree nor the text."""
    source = PROGRAMS[name].strip() + "\n"
    ends = [n.end_lineno or 0 for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Return)]
    lines = source.split("\n")
    for row in data.draw(st.lists(st.sampled_from(ends), max_size=4, unique=True)):
        if "#" not in lines[row - 1]:
            lines[row - 1] += "  # pylint: disable=all"
    assert without_suppressions("\n".join(lines))[0] == source


def test_a_hundred_thousand_blank_lines() -> None:
    """Within a program they are its own, at its end none; work with their square takes hours."""
    blank = "\n" * 100_000
    found = read(Sample(f"x = 1{blank}y = 2{blank}"))
    assert isinstance(found, ParsedProgram)
    assert found.text == f"x = 1{blank}y = 2\n"


def test_lines_and_spans_are_those_of_the_completion() -> None:
    text = "Say:\n```python\n\n# noqa\nx = 1\n# fmt: off\ny = 2  # noqa\n```\n"
    reading = read(Sample(text))
    assert isinstance(reading, ParsedProgram)
    assert reading.text == "x = 1\ny = 2\n"
    assert [reading.line(n) for n in (1, 2)] == [3, 5]
    span = reading.span(2)
    assert span is not None
    assert text[slice(*span)] == "y = 2  # noqa"


@pytest.mark.parametrize(
    ("source", "does"),
    [
        ("x = 1", True),
        ("print()", True),
        ("def f():\n    return 1", True),
        ("for x in f():\n    pass", True),
        ("class A:\n    x: int", True),
        ("raise ValueError", True),
        ("pass", False),
        ("...", False),
        ("'text'", False),
        ("import os", False),
        ("def f(): ...", False),
        ("def f():\n    'doc'", False),
        ("if x:\n    pass\nelse:\n    pass", False),
        ("x: int", False),
        ("while True:\n    pass", False),
    ],
)
def test_substantive(source: str, does: bool) -> None:
    assert substantive(ast.parse(source)) is does


FAULTS = [
    ("", "no program"),
    ("```bash\nls\n```", "no program"),
    ("def f(:", "does not parse"),
    ("I would rather not.", "does not parse"),
    ("x = 1\x00", "does not parse"),
    ("# coding: nonsense\nx = f(1)", "does not parse: unknown encoding: nonsense"),
    ("#!/usr/bin/python\n# coding: ascii\nx = 'é'", "does not parse"),
    ("# coding: rot13\nx = f(1)", "does not parse"),
    ("x = '\udc80'", "does not parse"),
    ("(" * 500 + ")" * 500, "does not parse"),
    ("x = " + "-" * 50_000 + "1", "nested too deeply"),
    ("x = " + " + ".join(["1"] * 3_000), "nested too deeply"),
    ("# only a comment", "empty"),
    ("exec('def f(:')", "text that does not parse"),
]


@pytest.mark.parametrize(("completion", "why"), FAULTS, ids=lambda v: v[:20])
@pytest.mark.parametrize("verifier", NAMES)
def test_what_cannot_be_read_is_judged_0(verifier: str, completion: str, why: str) -> None:
    verdict = judge(verifier, completion)
    assert verdict.score == 0.0
    assert why in verdict.because
    assert verdict.feedback


@pytest.mark.parametrize("deep", ["elif", "sum"])
def test_how_deep_a_program_may_be_depends_on_no_version_of_python(deep: str) -> None:
    """Whose parser, and whoever calls it, gives up at another depth each."""

    def program(levels: int) -> str:
        if deep == "sum":
            return "y = " + " + ".join(["x"] * levels)
        return "if x:\n    y = 0" + "".join(f"\nelif x == {i}:\n    y = {i}" for i in range(levels))

    assert isinstance(parse(program(980)), ast.Module)
    assert parse(program(1_020)) == "the program does not parse: it is nested too deeply"


def test_a_checker_of_pylints_that_gives_up_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Else a completion could fill the user's terminal with tracebacks."""
    verdict = judge("style.pylint", "x = " + "not " * 500 + "y\n")
    assert verdict.score == 0.0
    assert capfd.readouterr() == ("", "")


class Hides(NamedTuple):
    source: str
    programs: int
    unread: bool
    why: str


HIDES = [
    Hides("import re\nre.compile('a=b')\nx = 'y=1\\nz=2'", 0, False, "nothing runs text here"),
    Hides("exec('x = 1')", 1, False, "a constant"),
    Hides("exec('x = ' + '1')", 1, False, "put together"),
    Hides("exec('\\n'.join(['x = 1', 'y = 2']))", 1, False, "joined"),
    Hides("exec(f'x = {1}; y = 2')", 1, False, "formatted"),
    Hides("exec(b'x = 1')", 1, False, "bytes"),
    Hides("C = 'x = 1; y = 2'\nexec(C)", 1, False, "by a name"),
    Hides("exec('exec(\"x = 1; y = 2\")')", 2, False, "twice hidden"),
    Hides("import builtins\nbuiltins.exec('x = 1')", 1, False, "by its module"),
    Hides("getattr(o, 'ex' + 'ec')('x = 1; y = 2')", 1, True, "by a name put together"),
    Hides("import base64\nexec(base64.b64decode('" + "A" * 99 + "'))", 0, True, "encoded"),
    Hides(f"exec(bytes({[65] * 99}))", 0, True, "as numbers"),
    Hides("def f(s):\n    return eval(s)", 0, False, "evaluates what it is given"),
    Hides("model.eval()\nx = 'y=1\\nz=2'", 0, False, "a method of that name"),
    Hides("getattr(o, 'name')\nx = 'y=1\\nz=2'", 0, False, "an attribute by its name"),
    Hides("import subprocess\nsubprocess.run(['ls', '-l'])\nx = 'a = b'", 0, False, "a command"),
    Hides("import subprocess\nx = 'import os\\nos.getcwd()'", 1, False, "a program for a child"),
    Hides("'''x = 1; y = 2'''\nexec(__doc__)", 0, True, "its own docstring"),
]


@pytest.mark.parametrize("case", HIDES, ids=lambda c: c.why)
def test_hidden_code(case: Hides) -> None:
    found = hidden_code(case.source, ast.parse(case.source))
    assert len(found.programs) == case.programs
    assert (found.unread > 0) is case.unread


@pytest.mark.parametrize("name", PROGRAMS)
def test_real_programs_hide_nothing(name: str) -> None:
    """HumanEval/160 evaluates an expression that it builds, and has next to no text for it."""
    tree = parse(PROGRAMS[name])
    assert isinstance(tree, ast.Module)
    assert hidden_code(PROGRAMS[name], tree).findings == 0


ODD = [
    "match x:\n    case [1, *rest]:\n        y = 1\n    case {'a': b}: pass\n",
    "x = f\"{a!r:>{width}} {'b'}\"\n",
    "async def f():\n    async with a as b, c: await d\n",
    "return 1\n",
    "await x\n",
    "x = 1 \\\n  + 2\n",
    "if 1:\n\tx=1\n\ty=2\n",
    "\x0cx = 1\n",
    "é = 'ß'\nprint(é)\n",
    "try:\n    x()\nexcept* E as e:\n    y()\n",
    "lambda: (yield)\n",
    "# -*- coding: latin-1 -*-\nx = 'é'\n",
    "#!/usr/bin/env python\nx = 1\n",
    "x = 1\r\ny = 2\r\n",
    "\ufeffx = 1\n",
    "from . import a\nfrom .. import b\nprint(a, b)\n",
    "x = a[1:2, ::3, ...]\n",
    "x = " + "f(" * 60 + "1" + ")" * 60 + "\n",
    "x = [\n    # fmt: off\n    1,2,\n    # fmt: on\n]\n",
    "exec(x)\nexec()\nexec\n",
    "getattr(x)\nvars()[1](2)\n",
]


@pytest.mark.parametrize("source", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("verifier", NAMES)
def test_odd_programs_are_judged_like_others(verifier: str, source: str) -> None:
    verdict = judge(verifier, source)
    assert verdict.status == "judged"
    assert verdict.score is not None
    assert verdict.score > 0.0


FENCE = "`" * 3
TIDY = '"""In capitals."""\n\n\ndef up(text):\n    """Give it so."""\n    return text.upper()\n'
UGLY = "import os,sys\nx = {  'a':1 }\ndef   f( a,b ):\n  return a+b\n"


def files(*named: tuple[str, str]) -> str:
    return "\n".join(f"{FENCE}python {path}\n{text}{FENCE}" for path, text in named)


@pytest.mark.parametrize("verifier", [name for name in NAMES if name.startswith("style.")])
def test_all_files_of_a_program_are_judged(verifier: str) -> None:
    """What the last block shows is not all that runs."""
    tidy = judge(verifier, files(("b.py", TIDY.replace("up", "more")), ("a.py", TIDY)))
    ugly = judge(verifier, files(("b.py", UGLY), ("a.py", TIDY)))
    alone = judge(verifier, files(("a.py", TIDY)))
    assert tidy.score == alone.score == 1.0
    assert ugly.score is not None
    assert ugly.score < 0.8
    assert "1 further file judged" in ugly.because


def test_a_file_that_cannot_be_read_is_named() -> None:
    found = read(Sample(completion=files(("b.py", "def (\n"), ("a.py", TIDY))))
    assert isinstance(found, str)
    assert found.startswith("b.py: the program does not parse")
    empty = read(Sample(completion=files(("app/__init__.py", ""), ("app/a.py", TIDY))))
    assert isinstance(empty, ParsedProgram)
    assert empty.files == ()
