"""Math answers: extraction, parsing, comparison in layers. Imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.verifiers.math_answer.answers.equal import Comparison, equivalent, same_value
    from assay.verifiers.math_answer.policy import Policy

__all__ = ["Comparison", "Policy", "equivalent", "same_value"]

_HOME = {
    "Comparison": "answers.equal",
    "equivalent": "answers.equal",
    "same_value": "answers.equal",
    "Policy": "policy",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
