"""Why a tool has no answer for a program."""

from __future__ import annotations


class CannotRead(Exception):
    """A tool cannot read a program that Python can; the message is a sentence for the verdict."""
