"""A judge over HTTP, for Assay."""
