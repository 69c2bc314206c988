# ruff: noqa: E501 - a table of texts
"""Which text of an answer is the program."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.program_source import POLICIES, ProgramPolicy, extract_program, program_of

F = "```"


class Case(NamedTuple):
    text: str
    program: str | None
    why: str
    policy: ProgramPolicy = "last"


CASES = [
    Case(f"- {F}python\n  if x:\n      y\n  {F}", "if x:\n    y\n", "an item of a list"),
    Case(f"1. {F}python\n   x = 1\n   {F}", "x = 1\n", "a numbered one"),
    Case(
        f"* {F}python\ndef f():\n    return 1\n{F}",
        "def f():\n    return 1\n",
        "an item, not indented",
    ),
    Case(f"**Answer:** {F}python\nx = 1\n{F}", "x = 1\n", "words before the fence"),
    Case(f"Write {F} and see", f"Write {F} and see", "but no language after it"),
    Case(f"> {F}python\n> if x:\n>     y\n> {F}\nend", "if x:\n    y\n", "a quotation"),
    Case(
        f"> {F}python\n> x = 1\n\n{F}python\ny = 2\n{F}", "y = 2\n", "one that ends without a fence"
    ),
    Case(f"\t{F}python\n\tif x:\n\t\ty\n\t{F}", "if x:\n\ty\n", "indented by a tab"),
    Case(
        f"    {F}python\n    x = 1\n\n  y = 2\n    {F}",
        "x = 1\n\ny = 2\n",
        "a line that is indented less",
    ),
    Case(f"\ufeff{F}\nx = 1\n{F}", "x = 1\n", "a byte order mark before the fence"),
    Case(f"{F}python\n\ufeffx = 1\n{F}", "x = 1\n", "or before the program"),
    Case(
        f"{F}python\r\ndef f(x):\r\n    return x\r\n{F}\r\nUse:\r\n{F}python\r\nprint(f(1))\r\n{F}",
        "def f(x):\n    return x\n",
        "Windows line ends, and a use of it",
    ),
    Case(
        f"{F}python\ndef f(x): return x\n{F}\nExample:\n{F}python\nprint(f(3))\n{F}",
        "def f(x): return x\n",
        "the last block only uses the program",
    ),
    Case(
        f"{F}python\ndef f(x): return x\n{F}\n{F}python\nfrom solution import f\ndef test_f():\n    assert f(1) == 1\n{F}",
        "def f(x): return x\n",
        "or tests it",
    ),
    Case(
        f"{F}python\ndef f(x): return x\n{F}\n{F}python\ndef f(x): return x + 1\nprint(f(3))\n{F}",
        "def f(x): return x + 1\nprint(f(3))\n",
        "or is the program, corrected",
    ),
    Case(
        f"{F}python\ndef f(x): return x\n{F}\n{F}python\nf = lambda x: x + 1\nf(2)\n{F}",
        "f = lambda x: x + 1\nf(2)\n",
        "also as an assignment",
    ),
    Case(
        f"{F}python\ndef solve(): pass\n{F}\n{F}python\n# to solve (it)\nprint(int(input()))\n{F}",
        "# to solve (it)\nprint(int(input()))\n",
        "a comment uses nothing",
    ),
    Case(
        f"{F}\ndef f(): return 1\n{F}\nRun it:\n{F}\n$ python main.py\n{F}",
        "def f(): return 1\n",
        "a line for a shell",
    ),
    Case(f"{F}\nprint(1)\n{F}\n{F}\npip install numpy\n{F}", "print(1)\n", "likewise"),
    Case(
        f"{F}\ndef f(): print(1)\n{F}\nOutput:\n{F}\n1 2\n{F}",
        "def f(): print(1)\n",
        "what it prints",
    ),
    Case(
        "Here: <code>\ndef f():\n    return 1\n</code> done",
        "def f():\n    return 1",
        "tags of code",
    ),
    Case(
        '<pre><code class="language-python">x = 1 &lt; 2\ny = 3\n</code></pre>',
        "x = 1 < 2\ny = 3",
        "as on a page",
    ),
    Case(
        'x = "<code>"\nprint(x + "a\\nb</code>")',
        'x = "<code>"\nprint(x + "a\\nb</code>")',
        "a program that prints such",
    ),
    Case('{"code": "x = 1\\ny = 2"}', "x = 1\ny = 2", "a call of a tool"),
    Case(
        '<tool_call>\n{"name": "run", "arguments": {"code": "x = 1"}}\n</tool_call>',
        "x = 1",
        "in tags",
    ),
    Case(
        '[{"function": {"name": "run", "arguments": "{\\"code\\": \\"x = 1\\"}"}}]',
        "x = 1",
        "arguments as text",
    ),
    Case(f'{F}json\n{{"code": "x = 1"}}\n{F}', "x = 1", "in a block"),
    Case('{"answer": 5}', '{"answer": 5}', "JSON without a program is not a program"),
    Case("x = 1", "x = 1", "no fence: the text is the program"),
    Case("  \n\t", None, "blank is not a program"),
    Case("I cannot.", "I cannot.", "prose is taken whole: that it does not parse is a finding"),
    Case(f"a\n{F}python\nx = 1\n{F}\nb", "x = 1\n", "a fenced block"),
    Case(f"{F}py\nx = 1\n{F}\n{F}python\ny = 2\n{F}", "y = 2\n", "the last block counts"),
    Case(f"{F}python\nx = 1\n{F}\n{F}\n1\n{F}", "x = 1\n", "untagged output is not a program"),
    Case(f"{F}python\nx = 1\n{F}\n{F}bash\nls\n{F}", "x = 1\n", "a shell block is not a program"),
    Case(f"{F}\nx = 1\n{F}", "x = 1\n", "untagged counts where nothing is tagged"),
    Case(f"{F}bash\nls\n{F}", None, "only another language"),
    Case(f"{F}python\nx = 1", "x = 1\n", "cut off before its closing fence"),
    Case(f"{F}python\n{F}", "", "an empty block is an empty program"),
    Case("~~~python\nx = 1\n~~~", "x = 1\n", "tildes"),
    Case(f"{F}`python\n{F}\nx\n{F}`", f"{F}\nx\n", "a longer fence is closed by one as long"),
    Case(f"- a\n   {F}python\n   if x:\n       y\n   {F}", "if x:\n    y\n", "indented in a list"),
    Case(f"{F}Python3 title='a'\nx\n{F}", "x\n", "words after the language"),
    Case(f"{F}{{.python}}\nx\n{F}", "x\n", "pandoc's attributes"),
    Case(f"{F}python\r\nx = 1\r\n{F}\r\n", "x = 1\n", "Windows line ends"),
    Case(f"a {F}b{F} c", f"a {F}b{F} c", "a fence in running text opens nothing"),
    Case(
        f'{F}python\ndef f():\n    """\n    {F}\n    f()\n    {F}\n    """\n{F}\nend',
        f'def f():\n    """\n    {F}\n    f()\n    {F}\n    """\n',
        "a fence in a docstring does not end the block",
    ),
    Case(
        f'def f():\n    """\n    {F}python\n    f()\n    {F}\n    """\n    return 1\n',
        f'def f():\n    """\n    {F}python\n    f()\n    {F}\n    """\n    return 1\n',
        "a bare program with a fence in its docstring",
    ),
    Case(
        f'{F}python\nx = """\n{F}\nthen\n{F}python\ny\n{F}',
        "y\n",
        "a string never closed does not swallow the next block",
    ),
    Case(
        f'The """ quotes:\n{F}python\n"""d"""\nx = 1\n{F}',
        '"""d"""\nx = 1\n',
        "quotes in prose hide no block",
    ),
    Case(f"<answer>{F}python\nx = 1\n{F}</answer>", "x = 1\n", "tags on the fences' own lines"),
    Case(f"<answer>\n{F}python\nx\n{F} </answer>\nend", "x\n", "a tag after the closing fence"),
    Case(f"<a><b> {F}\nx\n{F}</b></a>", "x\n", "several tags, untagged code"),
    Case(
        f"{F}python\nx = 1\n{F}\n<answer>{F}python\ny = 2\n{F}\n</answer>",
        "y = 2\n",
        "the last block counts, in a tag or not",
    ),
    Case(
        f"{F}`python\n{F}</answer>\nx\n{F}`", f"{F}</answer>\nx\n", "too short to close, tag or not"
    ),
    Case(f"{F}python\nx\n{F} Done.\n{F}", f"x\n{F} Done.\n", "words after a fence close nothing"),
    Case(
        f'{F}python\nx = """\n{F}</answer>\n"""\n{F}',
        f'x = """\n{F}</answer>\n"""\n',
        "a fence with a tag in a string does not end the block",
    ),
    Case(f"{F}python\nx\n{F}\n{F}python\ny\n{F}", "x\n\ny\n", "joined, a blank between", "joined"),
    Case(f"{F}python\nxx\n{F}\n{F}python\ny\n{F}", "xx\n", "the longest", "longest"),
    Case(f"{F}python\nx\n{F}\n{F}python\ny\n{F}", "x\n", "longest, the first of equals", "longest"),
    Case(f"{F}python\nx\n{F}", f"{F}python\nx\n{F}", "whole: fences are part of it", "whole"),
    Case("a\u2028b\x0cc", "a\u2028b\x0cc", "only line feeds end lines"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_extract(case: Case) -> None:
    found = extract_program(case.text, case.policy)
    assert (found.text if found is not None else None) == case.program


def test_span_counts_in_the_whole_text() -> None:
    text = f"<think>{F}python\nno\n{F}</think>So:\n{F}python\nyes\n{F}\n"
    found = program_of(Sample(text))
    assert found is not None
    assert text[slice(*found.span)] == found.text == "yes\n"


def test_span_before_the_reasoning() -> None:
    text = f"{F}python\nyes\n{F}\n<think>hm</think> done"
    found = program_of(Sample(text))
    assert found is not None
    assert text[slice(*found.span)] == "yes\n"


def test_reasoning_holds_no_program() -> None:
    assert program_of(Sample(f"<think>\n{F}python\nx\n{F}\n")) is None


BLANKS = " " * 1_000_000

LONG = [
    (f"{F}x{BLANKS}y\nz\n{F}", "before the end of an opening fence's line"),
    (f"{F}\n{F}x{BLANKS}y\n", "in a line that closes nothing"),
    (f"<a>{BLANKS}<a>{BLANKS}{F}\nz\n{F}{BLANKS}</a>{BLANKS}x", "between tags"),
]


@pytest.mark.parametrize("text", [t for t, _ in LONG], ids=[why for _, why in LONG])
def test_a_million_blanks(text: str) -> None:
    """Work that grows with their square would take hours."""
    extract_program(text)


PIECES = st.lists(
    st.sampled_from(
        [
            f"{F}python\n",
            f"{F}\n",
            "<a>",
            "</a>",
            "x = 1\n",
            '"""',
            "'''\n",
            "'",
            "\\",
            "#",
            "~~~",
            "\n",
        ]
    ),
    max_size=40,
).map("".join)


@given(PIECES | st.text(max_size=80), st.sampled_from(POLICIES))
def test_any_text_has_a_program_or_none(text: str, policy: ProgramPolicy) -> None:
    """It never raises; a span lies in the text; one block's text is what the span shows."""
    found = extract_program(text, policy)
    if found is None:
        return
    start, end = found.span
    assert 0 <= start <= end <= len(text)
    if found.blocks == 1 and "\r" not in text:
        assert found.text.rstrip("\n") == text[start:end].rstrip("\n")


@given(st.text(st.characters(exclude_characters="\r`~"), max_size=60), st.text(max_size=20))
def test_a_fenced_program_comes_back(program: str, prose: str) -> None:
    prose = prose.replace("`", "").replace("~", "").replace("\r", "")
    if '"""' in program or "'''" in program:
        return
    found = extract_program(f"Say {prose}\n{F}python\n{program}\n{F}\n")
    assert found is not None
    assert found.text == f"{program}\n"
