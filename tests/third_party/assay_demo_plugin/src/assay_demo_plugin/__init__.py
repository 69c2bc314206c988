"""Verifiers of a stranger."""
