"""Offers ``style.*``; imports none of the analysers."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.code_style.params import (
    Autopep8Params,
    BlackParams,
    JointParams,
    PylintParams,
)

_NEEDS = ("info.solution_lines?",)
_FORMATTERS = ("black", "autopep8", "pycodestyle")

SPECS = (
    VerifierSpec(
        name="style.black@1",
        summary="How few edits part the program from black's output.",
        target="assay.verifiers.code_style.layout:black",
        cost="worker",
        needs=_NEEDS,
        params=BlackParams,
        tools=("black", "python"),
    ),
    VerifierSpec(
        name="style.autopep8@1",
        summary="How few edits part the program from autopep8's output; pycodestyle's findings.",
        target="assay.verifiers.code_style.layout:autopep8",
        cost="worker",
        needs=_NEEDS,
        params=Autopep8Params,
        tools=("autopep8", "pycodestyle", "python"),
    ),
    VerifierSpec(
        name="style.pylint@1",
        summary="pylint's findings, weighed; padding cannot raise it.",
        target="assay.verifiers.code_style.lint:pylint",
        cost="worker",
        needs=_NEEDS,
        params=PylintParams,
        tools=("pylint", "astroid", "isort", "python"),
    ),
    VerifierSpec(
        name="style.joint@1",
        summary="How few edits part the program from a text that black and autopep8 both leave.",
        target="assay.verifiers.code_style.joint:joint",
        cost="worker",
        needs=_NEEDS,
        params=JointParams,
        tools=(*_FORMATTERS, "pylint", "astroid", "isort", "python"),
    ),
)
