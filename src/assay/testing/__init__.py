"""For authors of verifiers: the laws that others rely on, fixtures and strategies.

`assay check PLUGIN` is the command; `check` the same in Python; `assay.testing.plugin` fixtures for
pytest; `assay.testing.strategies` samples for Hypothesis.
"""

from assay.testing.bench.bench import Settings
from assay.testing.check import Checked, LawResult, check, chosen, write_golden
from assay.testing.laws import LAWS, Breach, Law

__all__ = [
    "LAWS",
    "Breach",
    "Checked",
    "Law",
    "LawResult",
    "Settings",
    "check",
    "chosen",
    "write_golden",
]
