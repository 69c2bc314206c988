"""From a spec's target to the object that judges: the only place that imports a target.

Workers use it as well as the calling process, so it depends on no host.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from assay import forks
from assay.errors import PluginError, VerdictError
from assay.model import Sample, Verdict, unit_score
from assay.plugins.markers import SPEC_ATTRIBUTE
from assay.plugins.spec import Escalate, Verifier

if TYPE_CHECKING:
    from pydantic import BaseModel


FILE_MODULE = "assay_plugin_"
"""How the names of modules begin that stand for a one-file plugin."""


FAILURES = (Exception, SystemExit)
"""What a plugin's code may raise and be named for; Ctrl-C is the user's."""


_LOADING: dict[str, forks.Lock] = {}
"""Name of a one-file plugin's module -> who may look whether it is there, or load it. A module is
in `sys.modules` before it is executed, so that another thread could see half of it."""

_HALF: set[str] = set()
"""Those that are being executed."""


@forks.in_child
def _forget_halves() -> None:
    """A module that another thread was loading stays half of one here: it is loaded anew."""
    for name in [name for name in _HALF if not _LOADING[name].mine]:
        _HALF.discard(name)
        sys.modules.pop(name, None)


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


def module_from_file(path: str) -> ModuleType:
    """Import a one-file plugin under a name made of its path; the same file once a process.

    A thread that asks while another loads it waits until that is done.

    Raises:
        PluginError: no such file, or it raises as it is imported.
    """
    file = Path(path).resolve()
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:8]
    name = f"{FILE_MODULE}{re.sub(r'[^0-9A-Za-z_]', '_', file.stem)}_{digest}"
    with forks.unbroken(), _LOADING.setdefault(name, forks.Lock()):
        return sys.modules.get(name) or _executed(name, path, file)


def _executed(name: str, path: str, file: Path) -> ModuleType:
    if not file.is_file():
        what = "is no file" if file.exists() else "does not exist"
        raise PluginError(f"plugin file {path!r} {what}")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PluginError(f"plugin file {path!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    _HALF.add(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as err:
        del sys.modules[name]
        if not isinstance(err, FAILURES):
            raise
        raise PluginError(
            f"plugin file {path!r} raised as it was loaded: {type(err).__name__}: {err}"
        ) from err
    finally:
        _HALF.discard(name)
    return module


def load_target(name: str, target: str, origin: str | None = None, what: str = "verifier") -> Any:
    """The object a target names.

    Args:
        name: The verifier's, for the error.
        target: ``package.module:factory``.
        origin: The file of a one-file plugin, which no import finds by name.
        what: It is, for the error.

    Raises:
        PluginError: it cannot be imported; names it and the reason.
    """
    module_name, _, path = target.partition(":")
    try:
        if origin and module_name.startswith(FILE_MODULE):
            found: Any = module_from_file(origin)
        else:
            with forks.unbroken():
                found = importlib.import_module(module_name)
        for attribute in path.split("."):
            found = getattr(found, attribute)
    except PluginError:
        raise
    except FAILURES as err:
        raise PluginError(
            f"{what} {name!r}: cannot import {target!r}: {type(err).__name__}: {err}"
        ) from err
    return found


def build(name: str, found: Any, params: BaseModel | None) -> Verifier:
    """The verifier that `found` (a factory or a marked function) makes.

    Raises:
        PluginError: the factory raises, or returns something without ``verify``.
    """
    if hasattr(found, SPEC_ATTRIBUTE):
        return FunctionVerifier(found, params)
    try:
        verifier = found(params)
    except FAILURES as err:
        raise PluginError(
            f"verifier {name!r}: its factory raised {type(err).__name__}: {err}"
        ) from err
    if not callable(getattr(verifier, "verify", None)):
        raise PluginError(
            f"verifier {name!r}: its factory returned a {type(verifier).__name__} without 'verify'"
        )
    return verifier  # type: ignore[no-any-return]
