"""The linter and the formatter of Ruff, for Assay."""
