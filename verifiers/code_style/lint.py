"""``style.pylint``: what pylint reports, weighed, by a formula that padding cannot raise."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from assay.model import Verdict
from assay.verifiers.code_style.feedback import finding_lines, finding_parts
from assay.verifiers.code_style.findings import Finding, counted
from assay.verifiers.code_style.judge import StyleVerifier
from assay.verifiers.code_style.params import PylintParams
from assay.verifiers.code_style.reading import Reading
from assay.verifiers.code_style.tools.pylint_check import Message, PylintStyle, pylint_messages

DEFAULT_WEIGHTS: Mapping[str, float] = PylintParams().weights


class PylintVerifier(StyleVerifier):
    """Weighted findings of pylint."""

    name = "style.pylint@1"

    def __init__(self, params: PylintParams) -> None:
        super().__init__(params, params.half)
        self._weights = {**DEFAULT_WEIGHTS, **params.weights}
        self._style = PylintStyle(params.max_line_length, params.disable, params.good_names)

    def _judge(self, reading: Reading, half: float) -> Verdict:
        findings = [
            [weighed(m, self._weights) for m in pylint_messages(text, self._style)]
            for text in reading.texts
        ]
        weight = sum(f.weight for found in findings for f in found)
        reported = sum(map(len, findings))
        lines = finding_lines(reading, findings[0])
        return self._verdict(
            reading,
            weight,
            half,
            f"{counted(reported, 'finding')} of pylint, weight {weight:g}"
            if reported
            else "pylint reports nothing",
            parts=finding_parts(reading, findings[0]),
            feedback=["pylint reports:", *lines] if lines else [],
            details={"messages": reported, "weight": weight},
        )


def weighed(message: Message, weights: Mapping[str, float]) -> Finding:
    """`message` with the weight of its name, or else of its category."""
    weight = weights.get(message.name)
    return message.weighed(weights[message.category] if weight is None else weight)


def pylint(params: BaseModel | None) -> PylintVerifier:
    """The factory of ``style.pylint``."""
    return PylintVerifier(params if isinstance(params, PylintParams) else PylintParams())
