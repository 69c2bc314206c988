"""From a spec's target to the object that judges: the only place that imports a target.

Workers use it as well as the calling process, so it depends on no host.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assay import forks
from assay.errors import PluginError, VerdictError
from assay.model import Sample, Verdict, unit_score
from assay.plugins.batches import BatchVerifier
from assay.plugins.markers import SPEC_ATTRIBUTE
from assay.plugins.one_file_plugins import FAILURES, FILE_MODULE, import_file_of
from assay.plugins.spec import Escalate, Verifier
from assay.printable import a_type

if TYPE_CHECKING:
    from pydantic import BaseModel


_PLAIN = frozenset({bool, float, int, Verdict})
"""What a marked function mostly returns."""


class FunctionVerifier:
    """A marked function, with the face of a verifier."""

    def __init__(self, function: Callable[..., Any], params: BaseModel | None) -> None:
        self._function = function
        self._params = params
        self._name = getattr(function, SPEC_ATTRIBUTE).name

    def verify(self, sample: Sample) -> Any:
        """The function's result as a verdict; a coroutine of it for an ``async def``."""
        args = (sample,) if self._params is None else (sample, self._params)
        result = self._function(*args)
        if type(result) not in _PLAIN and inspect.isawaitable(result):
            return self._later(result)
        return self._verdict(result)

    async def _later(self, result: Any) -> Any:
        return self._verdict(await result)

    def _verdict(self, result: Any) -> Verdict | Escalate:
        if isinstance(result, Verdict | Escalate):
            return result
        if result is None:
            raise VerdictError(
                f"{self._name} returned None\nfix: return a number in [0, 1], a bool or a Verdict"
            )
        score = unit_score(result, self._name)
        return Verdict.judged(self._name, score, f"{self._function.__name__} returned {result!r}")


def load_target(name: str, target: str, what: str = "verifier") -> Any:
    """The object a target names.

    Args:
        name: The verifier's, for the error.
        target: ``package.module:factory``; the module of a one-file plugin is one that this
            process has loaded or was sent.
        what: It is, for the error.

    Raises:
        PluginError: it cannot be imported; names it and the reason.
    """
    module_name, _, path = target.partition(":")
    try:
        if module_name.startswith(FILE_MODULE):
            import_file_of(module_name)
        with forks.unbroken():
            found: Any = importlib.import_module(module_name)
        for attribute in path.split("."):
            found = getattr(found, attribute)
    except PluginError:
        raise
    except FAILURES as err:
        raise PluginError(
            f"{what} {name!r}: cannot import {target!r}: {type(err).__name__}: {err}"
        ) from err
    return found


def build(
    name: str, found: Any, params: BaseModel | None, batch: int | None = None
) -> Verifier | BatchVerifier:
    """The verifier that `found` (a factory or a marked function) makes.

    Raises:
        PluginError: the factory raises, or returns something without ``verify``, or without
            ``verify_many`` where its spec says `batch`.
    """
    if hasattr(found, SPEC_ATTRIBUTE):
        if batch is None:
            return FunctionVerifier(found, params)
        many = found if params is None else functools.partial(_with_params, found, params)
        return BatchVerifier(name, many)
    try:
        verifier = found(params)
    except FAILURES as err:
        raise PluginError(
            f"verifier {name!r}: its factory raised {type(err).__name__}: {err}"
        ) from err
    if batch is not None:
        return _batched(name, verifier)
    if not callable(getattr(verifier, "verify", None)):
        if callable(getattr(verifier, "verify_many", None)):
            raise PluginError(
                f"verifier {name!r}: its factory returned {a_type(verifier)} with "
                "'verify_many' and without 'verify', and its spec names no batch"
                "\nfix: batch=32 in its spec, the most samples that one call takes"
            )
        raise PluginError(
            f"verifier {name!r}: its factory returned {a_type(verifier)} without 'verify'"
        )
    return verifier  # type: ignore[no-any-return]


def _with_params(function: Callable[..., Any], params: BaseModel, samples: list[Sample]) -> Any:
    return function(samples, params)


def _batched(name: str, verifier: Any) -> BatchVerifier:
    many = getattr(verifier, "verify_many", None)
    if not callable(many):
        raise PluginError(
            f"verifier {name!r}: its spec says batch, and its factory returned "
            f"{a_type(verifier)} without 'verify_many'"
            "\nfix: def verify_many(self, samples), or no batch in the spec"
        )
    for hook in ("bound_s", "prepare"):
        if hasattr(verifier, hook):
            raise PluginError(
                f"verifier {name!r}: {hook!r} is for one sample and does not go with a batch"
                "\nfix: leave it out; a call of verify_many has the bound of one item"
            )
    return BatchVerifier(name, many, verifier)
