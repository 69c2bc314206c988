"""What Inspect's entry point loads: it registers ``assay/rubric``."""

from __future__ import annotations

from assay.integrations.inspect_ai import registered

registered()
