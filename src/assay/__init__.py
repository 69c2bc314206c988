r"""Rewards you can explain: verifiers for maths and code, and rubrics that combine them.

>>> from assay import verify
>>> verify(r"so \boxed{2/4}", reference="1/2", rubric="math").value
1.0
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.engine.engine import Engine
    from assay.engine.verify import averify, averify_batch, verify, verify_batch
    from assay.errors import (
        AssayError,
        ConfigError,
        PluginError,
        ReferenceUnreadable,
        RubricError,
        SampleError,
        SandboxUnavailable,
        ServiceUnavailable,
        UnscoredError,
        VerdictError,
        VerifierNotFound,
        WorkerError,
    )
    from assay.model import Message, Part, Reward, Sample, Status, Term, Turn, Verdict
    from assay.plugins.examples import Example
    from assay.plugins.markers import hookimpl, verifier
    from assay.plugins.probe import Attack, ProbeSpec
    from assay.plugins.spec import Escalate, VerifierSpec
    from assay.plugins.wait_policy import WaitPolicy
    from assay.remote import RemoteEngine
    from assay.rubrics import Rubric, load_rubric, summary, values
    from assay.verifiers.math_answer import Comparison, equivalent, same_value

_HOMES = {
    "assay.engine.verify": ("averify", "averify_batch", "verify", "verify_batch"),
    "assay.engine.engine": ("Engine",),
    "assay.errors": (
        "AssayError",
        "ConfigError",
        "PluginError",
        "ReferenceUnreadable",
        "RubricError",
        "SampleError",
        "SandboxUnavailable",
        "ServiceUnavailable",
        "UnscoredError",
        "VerdictError",
        "VerifierNotFound",
        "WorkerError",
    ),
    "assay.model": ("Message", "Part", "Reward", "Sample", "Status", "Term", "Turn", "Verdict"),
    "assay.plugins.examples": ("Example",),
    "assay.plugins.markers": ("hookimpl", "verifier"),
    "assay.remote": ("RemoteEngine",),
    "assay.plugins.probe": ("Attack", "ProbeSpec"),
    "assay.plugins.spec": ("Escalate", "VerifierSpec"),
    "assay.plugins.wait_policy": ("WaitPolicy",),
    "assay.rubrics": ("Rubric", "load_rubric", "summary", "values"),
    "assay.verifiers.math_answer": ("Comparison", "equivalent", "same_value"),
}
_WHERE = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AssayError",
    "Attack",
    "Comparison",
    "ConfigError",
    "Engine",
    "Escalate",
    "Example",
    "Message",
    "Part",
    "PluginError",
    "ProbeSpec",
    "ReferenceUnreadable",
    "RemoteEngine",
    "Reward",
    "Rubric",
    "RubricError",
    "Sample",
    "SampleError",
    "SandboxUnavailable",
    "ServiceUnavailable",
    "Status",
    "Term",
    "Turn",
    "UnscoredError",
    "Verdict",
    "VerdictError",
    "VerifierNotFound",
    "VerifierSpec",
    "WaitPolicy",
    "WorkerError",
    "averify",
    "averify_batch",
    "equivalent",
    "hookimpl",
    "load_rubric",
    "same_value",
    "summary",
    "values",
    "verifier",
    "verify",
    "verify_batch",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `import assay` costs next to nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("assay")
    home = _WHERE.get(name)
    if home is None:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    from assay import forks

    with forks.unbroken():
        value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
