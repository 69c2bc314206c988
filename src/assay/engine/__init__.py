"""Looks verifiers up, runs them within bounds, and composes their verdicts."""
