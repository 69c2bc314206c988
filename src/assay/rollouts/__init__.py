"""Rows of rollouts in, rows with rewards out: files only, no scoring."""
