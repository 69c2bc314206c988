"""What Inspect's entry point loads: it registers ``assay/rubric``."""

from __future__ import annotations

from importlib.util import find_spec

from assay.integrations.inspect_ai import registered

if find_spec("inspect_ai") is not None:  # whatever walks our modules may import this one, too
    registered()
