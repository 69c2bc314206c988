"""Weights from preferences: maximum likelihood, and what the data do not say.

Needs numpy and scipy (``pip install "assay[audit]"``), which are imported on first use.
"""
