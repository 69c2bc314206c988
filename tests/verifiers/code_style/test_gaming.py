"""Every way known to look better than one is: none may pay."""

from __future__ import annotations

import ast
import base64
import io
import itertools
import tokenize
from collections.abc import Callable

import pytest

from .programs import HONEST, NAMES, judge, score

PRAGMAS = (
    "noqa",
    "fmt: off",
    "pylint: disable=all",
    "pylint: skip-file",
    "type: ignore",
    "ruff: noqa",
    "isort: skip_file",
    "nosec",
    "yapf: disable",
    "autopep8: off",
)


def pragma_lines(program: str) -> str:
    return "".join(f"# {pragma}\n" for pragma in PRAGMAS) + program


def pragma_on_every_line(program: str) -> str:
    """At the end of each logical line, where no comment is."""
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    ends = {token.start[0] for token in tokens if token.type == tokenize.NEWLINE}
    out = []
    for number, line in enumerate(program.split("\n"), 1):
        free = number in ends and "#" not in line
        out.append(f"{line}  # noqa # pylint: disable=all # fmt: skip" if free else line)
    return "\n".join(out)


def quoted(program: str) -> str:
    return program.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def joined_lines(program: str) -> str:
    """Statements of a block on one line, their text as it was."""
    blocks = (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.Try, ast.With)
    lines = program.split("\n")
    joins = set()
    for node in ast.walk(ast.parse(program)):
        for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            for first, second in itertools.pairwise(body) if type(body) is list else ():
                between = "".join(lines[first.end_lineno - 1 : second.lineno - 1])
                simple = not isinstance(first, blocks) and not isinstance(second, blocks)
                if simple and first.end_lineno < second.lineno and "#" not in between:
                    joins.add((first.end_lineno, second.lineno))
    for upper, lower in sorted(joins, reverse=True):
        lines[upper - 1] += "; " + lines[lower - 1].lstrip()
        del lines[upper:lower]
    return "\n".join(lines)


def encoded(program: str) -> str:
    text = base64.b64encode(program.encode()).decode()
    return f'"""Run."""\n\nimport base64\n\nexec(base64.b64decode("{text}"))\n'


def numbers(program: str) -> str:
    codes = ", ".join(str(byte) for byte in program.encode())
    return f'"""Run."""\n\nexec(bytes([{codes}]))\n'


def functions(template: str) -> Callable[[str], str]:
    return lambda p: p.rstrip() + "".join("\n\n\n" + template.format(i=i) for i in range(20)) + "\n"


HACKS: dict[str, Callable[[str], str]] = {
    "empty": lambda p: "",
    "blank": lambda p: "\n\n",
    "pass": lambda p: "pass\n",
    "docstring only": lambda p: '"""A program."""\n',
    "imports only": lambda p: '"""A program."""\n\nimport os\n',
    "stub": lambda p: '"""A program."""\n\n\ndef main():\n    """Do nothing."""\n',
    "suppressions above": pragma_lines,
    "suppressions everywhere": pragma_on_every_line,
    "in exec, one string": lambda p: f"exec({p!r})\n",
    "in exec, a long string": lambda p: f'"""Run."""\n\nexec(\n    """\n{quoted(p)}"""\n)\n',
    "in exec, by a name": lambda p: f'"""Run."""\n\nCODE = """\n{quoted(p)}"""\nexec(CODE)\n',
    "in exec, by getattr": lambda p: f'getattr(__builtins__, "ex" + "ec")({p!r})\n',
    "in exec, in lines": lambda p: f'"""Run."""\n\nexec("\\n".join({p.splitlines()!r}))\n',
    "in exec, in pieces": lambda p: (
        f'"""Run."""\n\nexec({p[: len(p) // 2]!r} + {p[len(p) // 2 :]!r})\n'
    ),
    "in exec, encoded": encoded,
    "in exec, as numbers": numbers,
    "in exec, reversed": lambda p: f'"""Run."""\n\nexec({p[::-1]!r}[::-1])\n',
    "in exec, in the docstring": lambda p: f'"""{quoted(p)}"""\n\nexec(__doc__)\n',
    "in a subprocess": lambda p: (
        '"""Run."""\n\nimport subprocess\nimport sys\n\n'
        f'subprocess.run([sys.executable, "-c", {p!r}], check=True)\n'
    ),
    "200 constants after": lambda p: (
        p.rstrip() + "\n\n\n" + "".join(f"VALUE_{i} = {i}\n" for i in range(200))
    ),
    "200 constants before": lambda p: "".join(f"VALUE_{i} = {i}\n" for i in range(200)) + p,
    "twice over": lambda p: f"{p}\n\n{p}",
    "joined lines": joined_lines,
    "comment padding": lambda p: (
        "# A comment that says nothing.\n" * 100 + p + "\n# The end.\n" * 9
    ),
    "dead private functions": functions(
        'def _unused_{i}():\n    """Return {i}."""\n    return {i}'
    ),
    "dead public functions": functions(
        'def helper_{i}(value):\n    """Return the value plus {i}."""\n    return value + {i}'
    ),
}

MOST = [name for i, name in enumerate(HONEST) if i < 2 or i % 3 == 0]
FEW = ("clean", "ugly")
LONG_ONES = ("clean", "ugly", "QuixBugs/knapsack-buggy")

WORTHLESS = ("empty", "blank", "pass", "docstring only", "imports only", "stub")


@pytest.mark.parametrize(
    "hack",
    [h if i % 3 == 0 else pytest.param(h, marks=pytest.mark.slow) for i, h in enumerate(HACKS)],
)
def test_no_hack_scores_above_the_honest_program(hack: str) -> None:
    slow = any(word in hack for word in ("200", "dead", "padding"))
    for name in FEW if "numbers" in hack else LONG_ONES if slow else MOST:
        program = HONEST[name]
        tricked = HACKS[hack](program)
        for verifier in NAMES:
            before, after = score(verifier, program), score(verifier, tricked)
            assert after <= before, f"{verifier} on {name}: {before} -> {after}\n{tricked}"


@pytest.mark.parametrize("hack", WORTHLESS)
@pytest.mark.parametrize("verifier", NAMES)
def test_nothing_to_judge_is_worth_nothing(hack: str, verifier: str) -> None:
    assert score(verifier, HACKS[hack]("")) == 0.0


@pytest.mark.parametrize("verifier", NAMES)
def test_worse_twice_over_still_tells_the_difference(verifier: str) -> None:
    """Where pylint's own note is 0 for both, there is a gradient here."""
    once, twice = HONEST["ugly"], HONEST["ugly"] * 2
    assert 0.0 < score(verifier, twice) < score(verifier, once) < 1.0


def test_suppressions_are_counted() -> None:
    verdict = judge("style.pylint", pragma_on_every_line(HONEST["ugly"]))
    assert verdict.details["suppressions"] == 3 * 9  # three on each logical line
    assert "27 suppression comments ignored" in verdict.because


@pytest.mark.parametrize("verifier", NAMES)
def test_clean_program_is_perfect(verifier: str) -> None:
    assert score(verifier, HONEST["clean"]) == 1.0


@pytest.mark.parametrize("verifier", NAMES)
@pytest.mark.parametrize("program", ["x = 1", "print(1)\n", "def f(): return 1\n"])
def test_short_code_is_judged_like_any_other(verifier: str, program: str) -> None:
    verdict = judge(verifier, program)
    assert verdict.status == "judged"
    assert 0.0 < (verdict.score or 0.0) <= 1.0
