"""Test and program in one process: what can be done so that a program does not judge itself."""
