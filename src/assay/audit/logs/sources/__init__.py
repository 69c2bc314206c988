"""From paths to rows in batches: which files, with which reader, and single rows again."""
