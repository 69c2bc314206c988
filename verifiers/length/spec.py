"""The length verifiers, as the host offers them."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.length.params import (
    CosineParams,
    InGroupParams,
    OverlongParams,
    RepetitionParams,
)

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="length.overlong@1",
        summary="1 up to a length, falling to 0 at the limit (DAPO's soft penalty, plus 1).",
        target="assay.verifiers.length.overlong:LengthOverlong",
        cost="inline",
        needs=("n_tokens?",),
        params=OverlongParams,
        examples=(
            Example.full("short", n_tokens=10),
            Example.zero("long", n_tokens=10**6, why="beyond the limit"),
        ),
        pays=("empty", "echo"),  # of a length, nothing is the best
    ),
    VerifierSpec(
        name="length.repetition@1",
        summary="Share of distinct n-grams of words (1 less the repetition penalty's share).",
        target="assay.verifiers.length.repetition:LengthRepetition",
        cost="inline",
        params=RepetitionParams,
        examples=(
            Example.full("one two three four"),
            Example.scores(1 / 398, "a " * 400, why="1 of 398 sequences of three words"),
        ),
        pays=("empty", "echo"),
    ),
    VerifierSpec(
        name="length.cosine@1",
        summary="1 for nothing, 0 at the limit, along half a cosine.",
        target="assay.verifiers.length.cosine:LengthCosine",
        cost="inline",
        needs=("n_tokens?",),
        params=CosineParams,
        examples=(Example.full(""), Example.zero("a" * 1000)),
        pays=("empty", "echo"),
    ),
    VerifierSpec(
        name="length.in_group@1",
        summary="1 for the shortest of its group, 0 for the longest (Kimi k1.5, open-r1).",
        target="assay.verifiers.length.in_group:LengthInGroup",
        cost="inline",
        needs=("peers", "n_tokens?"),
        params=InGroupParams,
        examples=(
            Example.full("a", peers=["abcde", "abc"]),
            Example.zero("abcde", peers=["a", "abc"]),
            Example.scores(0.5, "abc", peers=["abc"], why="all are equally long"),
        ),
        pays=("empty", "echo"),
    ),
)
