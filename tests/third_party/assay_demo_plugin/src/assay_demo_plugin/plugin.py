"""What the entry point names: offers verifiers, imports none."""

from collections.abc import Iterable

from assay import VerifierSpec, hookimpl
from assay_demo_plugin.params import Limits


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """One that judges in a worker, with params."""
    yield VerifierSpec(
        name="demo.words@2",
        summary="Share of the wanted number of words that the answer has.",
        target="assay_demo_plugin.words:Words",
        cost="worker",
        params=Limits,
        retired={"demo.words@1": "0.2.0"},
    )
