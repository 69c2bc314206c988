"""What the entry point names."""

from collections.abc import Iterable
from typing import Any

from assay import Example, VerifierSpec, hookimpl

from assay_instructions.params import FollowsParams


def _info(*names: str, **given: Any) -> dict[str, Any]:
    return {"instruction_id_list": list(names), "kwargs": [dict(given) for _ in names]}


COMMAS = _info("punctuation:no_comma", "change_case:english_lowercase")


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """One verifier for all kinds of instructions: a row says which it gives."""
    yield VerifierSpec(
        name="instructions.follows@1",
        summary="Share of a row's instructions (IFEval's kinds, and IFBench's) that are followed.",
        target="assay_instructions.follows:Follows",
        cost="inline",
        needs=("info.instruction_id_list", "info.kwargs?"),
        params=FollowsParams,
        examples=(
            Example.full("no comma and no capital letter", info=COMMAS),
            Example.scores(0.5, "no comma BUT capitals", info=COMMAS),
            Example.zero("A comma, and Capitals", info=COMMAS),
            Example.zero("no comma BUT capitals", info=COMMAS, params={"all": True}),
            Example.full(
                "one two three", info=_info("length_constraints:number_words", num_words=3)
            ),
            Example.malformed("x y", info=_info("no:such_kind")),
            Example.malformed("x y", info=_info("keywords:existence")),
        ),
        # an echo of the prompt may well be in small letters, or without a comma
        pays=("echo",),
    )
