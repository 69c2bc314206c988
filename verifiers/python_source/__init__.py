"""Where in a completion the Python program stands; shared by everything that judges programs."""

from assay.verifiers.python_source.extract import (
    POLICIES,
    Policy,
    Program,
    extract_program,
    program_of,
)

__all__ = ["POLICIES", "Policy", "Program", "extract_program", "program_of"]
