"""The name by which a run of a hostile completion is noticed."""

CANARY = "assay_check_canary"
"""The module that hostile completions import; to look for it means to have run them."""
