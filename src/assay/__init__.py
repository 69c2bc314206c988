"""Rewards you can explain: verifiers for maths and code, and rubrics that combine them."""
