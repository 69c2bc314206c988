"""Offers Assay's own verifiers, through the hook that everyone else uses.

Importing this module imports no verifier: a spec names its factory, imported on first use.
"""

from __future__ import annotations

from assay.plugins.markers import hookimpl
from assay.plugins.spec import VerifierSpec
from assay.verifiers.code_style.spec import SPECS as CODE_STYLE
from assay.verifiers.code_tests.spec import SPECS as CODE_TESTS
from assay.verifiers.format.spec import SPECS as FORMAT
from assay.verifiers.group.spec import SPECS as GROUP
from assay.verifiers.length.spec import SPECS as LENGTH
from assay.verifiers.math_answer.spec import SPECS as MATH_ANSWER
from assay.verifiers.math_steps.spec import SPECS as MATH_STEPS


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    """The built-in verifiers."""
    return [*CODE_STYLE, *CODE_TESTS, *FORMAT, *GROUP, *LENGTH, *MATH_ANSWER, *MATH_STEPS]
