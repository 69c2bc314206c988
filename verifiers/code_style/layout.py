"""``style.black`` and ``style.autopep8``: how far from a formatter's output."""

from __future__ import annotations

from pydantic import BaseModel

from assay.model import Verdict
from assay.verifiers.code_style.edits import edits
from assay.verifiers.code_style.feedback import (
    changed_lines,
    diff_lines,
    finding_lines,
    finding_parts,
    line_parts,
)
from assay.verifiers.code_style.judge import StyleVerifier
from assay.verifiers.code_style.params import Autopep8Params, BlackParams
from assay.verifiers.code_style.parsed_program import ParsedProgram
from assay.verifiers.code_style.style_findings import counted
from assay.verifiers.code_style.tools.autopep8_format import (
    Autopep8Style,
    autopep8_output,
    pycodestyle_findings,
)
from assay.verifiers.code_style.tools.black_format import BlackStyle, black_output


class BlackVerifier(StyleVerifier):
    """Edits to black's output."""

    name = "style.black@1"

    def __init__(self, params: BlackParams) -> None:
        super().__init__(params, params.half)
        self._style = BlackStyle(
            params.line_length,
            params.skip_string_normalization,
            params.skip_magic_trailing_comma,
            params.preview,
        )

    def _judge(self, reading: ParsedProgram, half: float) -> Verdict:
        targets = [black_output(text, self._style) for text in reading.texts]
        count = sum(map(edits, reading.texts, targets))
        lines: list[str] = []
        if reading.text != targets[0]:
            lines = ["black would change:", *diff_lines(reading, targets[0])]
        return self._verdict(
            reading,
            count,
            half,
            f"{counted(count, 'edit')} to black's output"
            if count
            else "black would change nothing",
            parts=line_parts(reading, changed_lines(reading.text, targets[0])),
            feedback=lines,
            details={"edits": count},
        )


class Autopep8Verifier(StyleVerifier):
    """Edits to autopep8's output, and pycodestyle's findings."""

    name = "style.autopep8@1"

    def __init__(self, params: Autopep8Params) -> None:
        super().__init__(params, params.half)
        self._style = Autopep8Style(params.max_line_length, params.ignore, params.aggressive)

    def _judge(self, reading: ParsedProgram, half: float) -> Verdict:
        targets = [autopep8_output(text, self._style) for text in reading.texts]
        count = sum(map(edits, reading.texts, targets))
        findings = [pycodestyle_findings(text, self._style) for text in reading.texts]
        weight = sum(f.weight for found in findings for f in found)
        lines: list[str] = []
        if findings[0]:
            lines += ["pycodestyle reports:", *finding_lines(reading, findings[0])]
        if reading.text != targets[0]:
            lines += ["autopep8 would change:", *diff_lines(reading, targets[0])]
        reported = sum(map(len, findings))
        return self._verdict(
            reading,
            count + weight,
            half,
            f"{counted(count, 'edit')} to autopep8's output, "
            f"{counted(reported, 'finding')} of pycodestyle"
            if count or reported
            else "autopep8 would change nothing, pycodestyle reports nothing",
            parts=[
                *finding_parts(reading, findings[0]),
                *line_parts(reading, changed_lines(reading.text, targets[0])),
            ],
            feedback=lines,
            details={"edits": count, "pycodestyle": reported},
        )


def black(params: BaseModel | None) -> BlackVerifier:
    """The factory of ``style.black``."""
    return BlackVerifier(params if isinstance(params, BlackParams) else BlackParams())


def autopep8(params: BaseModel | None) -> Autopep8Verifier:
    """The factory of ``style.autopep8``."""
    return Autopep8Verifier(params if isinstance(params, Autopep8Params) else Autopep8Params())
