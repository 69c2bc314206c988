"""Verifiers of assay-instructions."""
