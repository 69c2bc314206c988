"""How much a report carries; apart, so that the package can be imported without numpy."""

MAX_ROWS = 50_000
"""Rows in the rollout browser, at most."""
