"""Offers Assay's own verifiers, through the hook that everyone else uses.

Importing this module imports no verifier: a spec names its factory, imported on first use.
"""

from __future__ import annotations

from assay.plugins.markers import hookimpl
from assay.plugins.spec import VerifierSpec


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    """The built-in verifiers."""
    from assay.verifiers.code_tests.spec import SPECS as CODE_TESTS

    return [*CODE_TESTS]
