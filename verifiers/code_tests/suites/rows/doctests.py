"""Doctests as an assert suite: the examples of a text, or of the docstrings of code.

What an example shows is compared by `doctest.OutputChecker`, in the test's sandbox. The examples
are the data set's; those in the docstrings of a completion are the model's, and never read.
"""

from __future__ import annotations

import ast
import doctest

from assay import syntax
from assay.verifiers.code_tests.suites.rows.fields import refuse

_HEAD = """
import contextlib as _contextlib, doctest as _doctest, io as _io
def _shown(want, out, flags):
    assert _doctest.OutputChecker().check_output(want, out.getvalue(), flags), 'shown otherwise'
"""


def as_suite(text: str) -> str:
    """The suite of the examples in `text`.

    Each docstring's examples are a test of their own, as each has names of its own.

    Raises:
        ReferenceUnreadable: there is no example, or one is not Python.
    """
    tests = []
    for part in _parts(text):
        try:
            examples = doctest.DocTestParser().get_examples(part)
        except ValueError as err:
            refuse(f"code holds a doctest that cannot be read: {err}")
        if examples:
            tests.append(examples)
    if not tests:
        refuse("code holds no doctest: a line that begins with >>>")
    body = []
    for i, examples in enumerate(tests):
        lines = [line for n, x in enumerate(examples) for line in _example(x, n).splitlines()]
        body.append(f"def test_doctest_{i + 1}():\n" + "".join(f"    {x}\n" for x in lines))
    return _HEAD + "".join(body)


def _parts(text: str) -> list[str]:
    """Docstrings of code; a text that is not code, itself."""
    try:
        tree = syntax.parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [text]
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [ast.get_docstring(x) for x in ast.walk(tree) if isinstance(x, kinds)]
    return [x for x in found if x] or [text]


def _echoed(statement: ast.stmt) -> str:
    """As the prompt of the interpreter runs it: what an expression gives is shown."""
    text = ast.unparse(statement)
    if not isinstance(statement, ast.Expr):
        return text
    return f"_value = {text}\nif _value is not None:\n    print(repr(_value))"


def _example(example: doctest.Example, n: int) -> str:
    try:
        tree = syntax.parsed(example.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        refuse(f"code holds a doctest that is not Python: {example.source.strip()[:60]!r} ({err})")
    source = ast.unparse(tree)
    flags = sum(flag for flag, on in example.options.items() if on)
    if example.exc_msg is not None:
        inner = "\n".join(f"    {x}" for x in source.splitlines())
        want = example.exc_msg.strip()
        return (
            f"try:\n{inner}\n"
            "except Exception as _err:\n"
            "    _text = f'{type(_err).__name__}: {_err}' if str(_err) else type(_err).__name__\n"
            f"    assert _text.strip() == {want!r}, 'another exception'\n"
            "else:\n"
            "    assert False, 'nothing was raised'"
        )
    if not example.want:
        return source
    shown = "\n".join(map(_echoed, tree.body))
    inner = "\n".join(f"    {x}" for x in shown.splitlines())
    return (
        f"_out_{n} = _io.StringIO()\n"
        f"with _contextlib.redirect_stdout(_out_{n}):\n{inner}\n"
        f"_shown({example.want!r}, _out_{n}, {flags})"
    )
