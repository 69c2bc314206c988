"""A reward model, for Assay."""
