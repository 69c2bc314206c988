"""The analysers themselves, each behind a few plain functions; imported in workers only."""
