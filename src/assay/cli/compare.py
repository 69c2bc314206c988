"""`assay compare`: placeholder until math.answer lands."""


def compare() -> None:
    """."""
