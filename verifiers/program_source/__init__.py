"""Where in a completion the program stands; shared by everything that judges programs."""

from assay.verifiers.program_source.extract import (
    POLICIES,
    Policy,
    Program,
    extract_program,
    program_of,
)

__all__ = ["POLICIES", "Policy", "Program", "extract_program", "program_of"]
