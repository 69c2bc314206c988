"""A verifier that judges many samples in one call, and a single one as a batch of one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from assay.errors import VerdictError
from assay.model import Sample, Verdict, unit_score
from assay.printable import a_type

JudgedOrError: TypeAlias = Verdict | Exception
"""What one sample of a batch comes to; an exception counts as raised for that sample alone."""

MOST = 1024
"""Samples that a spec may ask for in one call: all of them are lost time where one is hostile."""


class BatchVerifier:
    """A function or a method ``verify_many(samples)``, with what it returns checked.

    Args:
        name: The verifier's, for verdicts and errors.
        many: Takes a list of samples and returns a verdict, a number in [0, 1] or a bool for each,
            in their order, or a coroutine of that. In the place of one may stand an exception.
        of: The object that it belongs to, for its `preflight`.
    """

    def __init__(self, name: str, many: Callable[[list[Sample]], Any], of: Any = None) -> None:
        self._name = name
        self._many = many
        self._of = of

    def __getattr__(self, name: str) -> Any:
        if name == "preflight" and self._of is not None:
            return self._of.preflight
        raise AttributeError(name)

    def verify(self, sample: Sample) -> Any:
        """The verdict of one sample, or a coroutine of it.

        Raises:
            Exception: what stands in the place of its verdict.
        """
        result = self.verify_many([sample])
        return self._only_later(result) if inspect.isawaitable(result) else _only(result)

    def verify_many(self, samples: Sequence[Sample]) -> Any:
        """A list of what each sample comes to, or a coroutine of it.

        Raises:
            VerdictError: not as many results as samples.
        """
        result = self._many(list(samples))
        if inspect.isawaitable(result):
            return self._later(result, len(samples))
        return self._checked(result, len(samples))

    async def _only_later(self, result: Any) -> Verdict:
        return _only(await result)

    async def _later(self, result: Any, count: int) -> list[JudgedOrError]:
        return self._checked(await result, count)

    def _checked(self, results: Any, count: int) -> list[JudgedOrError]:
        try:
            found = list(results)
        except TypeError:
            raise VerdictError(
                f"{self._name} returned {a_type(results)} for {count} samples"
                "\nfix: return a list with one verdict for each sample, in their order"
            ) from None
        if len(found) != count:
            raise VerdictError(
                f"{self._name} returned {len(found)} results for {count} samples"
                "\nfix: return one for each sample, in their order"
            )
        return [self._one(result) for result in found]

    def _one(self, result: Any) -> JudgedOrError:
        if isinstance(result, Verdict | Exception):
            return result
        try:
            score = unit_score(result, self._name)
        except VerdictError as err:
            return err
        return Verdict.judged(self._name, score, f"it returned {result!r}")


def _only(results: list[JudgedOrError]) -> Verdict:
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result
