"""Verifiers of assay-data."""
