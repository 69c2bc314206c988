"""Offers ``style.*``; imports none of the analysers."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.code_style.params import (
    Autopep8Params,
    BlackParams,
    JointParams,
    PylintParams,
)

_NEEDS = ("info.solution_lines?",)
_EXAMPLES = (
    Example.full(
        '"""Arithmetic."""\n\n\ndef add(first, second):\n    """Return the sum."""\n'
        "    return first + second\n"
    ),
    Example.zero("def add(first, second:\n    return 0\n", why="it does not parse"),
)
_FORMATTERS = ("black", "autopep8", "pycodestyle")

SPECS = (
    VerifierSpec(
        name="style.black@1",
        summary="How few edits part the program from black's output.",
        target="assay.verifiers.code_style.layout:black",
        cost="worker",
        needs=_NEEDS,
        params=BlackParams,
        examples=_EXAMPLES,
        tools=("black", "python"),
    ),
    VerifierSpec(
        name="style.autopep8@1",
        summary="How few edits part the program from autopep8's output; pycodestyle's findings.",
        target="assay.verifiers.code_style.layout:autopep8",
        cost="worker",
        needs=_NEEDS,
        params=Autopep8Params,
        examples=_EXAMPLES,
        tools=("autopep8", "pycodestyle", "python"),
    ),
    VerifierSpec(
        name="style.pylint@1",
        summary="pylint's findings, weighed; padding cannot raise it.",
        target="assay.verifiers.code_style.lint:pylint",
        cost="worker",
        needs=_NEEDS,
        params=PylintParams,
        examples=_EXAMPLES,
        effects=("files",),  # pylint reads its program from a file
        tools=("pylint", "astroid", "isort", "python"),
    ),
    VerifierSpec(
        name="style.joint@1",
        summary="How few edits part the program from a text that black and autopep8 both leave.",
        target="assay.verifiers.code_style.joint:joint",
        cost="worker",
        needs=_NEEDS,
        params=JointParams,
        examples=_EXAMPLES,
        effects=("files",),  # pylint reads its program from a file
        tools=(*_FORMATTERS, "pylint", "astroid", "isort", "python"),
    ),
)
