"""`--fail-on`: how grave a finding must be for exit code 1."""

from __future__ import annotations

from collections.abc import Sequence

from assay.errors import ConfigError, nearest
from assay.plugins.spec import SEVERITIES, Severity


def at_least(fail_on: str) -> Sequence[Severity]:
    """The severities that `--fail-on` names: itself, and the graver ones.

    Raises:
        ConfigError: it is not a severity.
    """
    for i, severity in enumerate(SEVERITIES):
        if severity == fail_on:
            return SEVERITIES[i:]
    raise ConfigError(
        f"--fail-on {fail_on}: must be one of {', '.join(SEVERITIES)}{nearest(fail_on, SEVERITIES)}"
    )
