"""Plugins that happen to be installed where the tests run; what they offer is not a test's."""

from __future__ import annotations

from importlib.metadata import distributions

BESIDE = sorted(
    {d.name for d in distributions() if d.name != "assay" and d.entry_points.select(group="assay")}
)
"""Names of their distributions."""
