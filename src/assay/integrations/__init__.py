"""Assay in other people's loops: a small module a trainer, each importable without it."""
