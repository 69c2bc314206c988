"""The verifiers that compare within a group, as the host offers them."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.group.params import RankParams

_BY_SCORE = {"of": "info.rm", "best": "highest"}

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="group.rank@1",
        summary="Share of the others of its group that it beats, by length or a number of the row.",
        target="assay.verifiers.group.rank:GroupRank",
        cost="inline",
        needs=("peers", "info?", "n_tokens?"),
        params=RankParams,
        examples=(
            Example.full("a", peers=["ab", "abc"]),
            Example.zero("abc", peers=["a", "ab"]),
            Example.scores(0.75, "a", peers=["a", "abc"], why="one is beaten, one as long"),
            Example.full(
                "a",
                info={"rm": 2.5},
                peers=[{"completion": "b", "info": {"rm": -4}}],
                params=_BY_SCORE,
            ),
        ),
        pays=("empty", "echo"),  # of a length, nothing is the best
    ),
)
