"""What the rules for one kind of answer ask of the comparison that they are part of."""

from __future__ import annotations

from typing import Protocol

from assay.verifiers.math_answer.equality_result import EqualityResult
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import Node


class Decides(Protocol):
    """A comparison under way: `compare.Comparer`, as rules for sets and relations see it."""

    policy: Policy

    def same(self, r: Node, a: Node) -> EqualityResult:
        """Whether the part `a` of the answer equals the part `r` of the reference."""

    def words(self, r: Node, a: Node) -> EqualityResult:
        """The same, of words."""

    def ordered(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult:
        """The same, of lists item by item."""

    def unordered(
        self, r: tuple[Node, ...], a: tuple[Node, ...], as_sets: bool = False
    ) -> EqualityResult:
        """The same, of lists in any order."""

    def renamed_together(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult | None:
        """The same, of lists whose names may differ by one renaming; None: there is none."""
