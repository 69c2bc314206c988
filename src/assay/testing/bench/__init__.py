"""Runs a verifier under watch, in a process of its own."""
