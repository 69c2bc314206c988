"""Types of the public names, checked by mypy."""
