"""Intervals and rank statistics that several analyses share."""
