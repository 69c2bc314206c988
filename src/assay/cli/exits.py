"""What the exit codes of `assay` mean."""

from __future__ import annotations

FINE = 0
FINDINGS = 1
"""Findings; for `compare`, a difference."""
USER_MISTAKE = 2
TOO_MANY_UNSCORED = 3
INTERRUPTED = 130
"""As every Unix tool after Ctrl-C."""
HUNG_UP = 129
"""As every Unix tool whose terminal has gone, by SIGHUP."""
TERMINATED = 143
"""As every Unix tool that SIGTERM ends."""
READER_GONE = 141
"""As every Unix tool whose reader has closed the pipe."""
