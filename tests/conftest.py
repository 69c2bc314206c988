"""Fixtures that every part shares."""
