"""Where in a completion the program stands; shared by everything that judges programs."""

from assay.verifiers.program_source.extract import (
    POLICIES,
    Program,
    ProgramPolicy,
    extract_program,
    program_of,
)
from assay.verifiers.program_source.named_files import NamedFiles, imports, named_files

__all__ = [
    "POLICIES",
    "NamedFiles",
    "Program",
    "ProgramPolicy",
    "extract_program",
    "imports",
    "named_files",
    "program_of",
]
