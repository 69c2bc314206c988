"""Offers Assay's own probes, through the hook that everyone else uses."""

from __future__ import annotations

from assay.plugins.markers import hookimpl
from assay.plugins.probe import ProbeSpec
from assay.probes.specs import SPECS


@hookimpl
def assay_probes() -> list[ProbeSpec]:
    """The built-in probes."""
    return list(SPECS)
