"""Assertions as cases: a call, what of its value is looked at, what is wanted."""
