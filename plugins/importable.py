"""Whether a worker can find what a plugin offers: by importing it, or in the plugin's file."""

from __future__ import annotations

import sys
from typing import Any

from assay.errors import PluginError
from assay.plugins.load import load_target
from assay.plugins.spec import VerifierSpec


def local_object(spec: VerifierSpec, item: Any, origin: str | None) -> Any:
    """The object itself, where no import finds it again; None where a worker can import it.

    Args:
        spec: A verifier's.
        item: The spec, or the marked function that has it.
        origin: The file of a one-file plugin, which workers load too.

    Raises:
        PluginError: it runs in workers, and it or its params cannot be imported there.
    """
    local = None
    if origin is None and not _importable(spec, item):
        local = item if spec is not item else load_target(spec.name, spec.target)
        if spec.cost != "inline":
            raise PluginError(
                f"verifier {spec.name!r} cannot be sent to a worker: "
                f"{spec.target!r} cannot be imported there"
                '\nfix: move it into a module, load its file with plugins=["file.py"], '
                'or mark it cost="inline"'
            )
    params = spec.params
    apart = params is not None and spec.cost != "inline"
    if params is not None and apart and not _found(params, params, origin is not None):
        raise PluginError(
            f"verifier {spec.name!r} cannot be sent to a worker: "
            f"its params '{params.__module__}:{params.__qualname__}' cannot be imported there"
            "\nfix: define the model at the top level of a module"
        )
    return local


def _importable(spec: VerifierSpec, item: Any) -> bool:
    """Whether importing its target in another process finds the same."""
    if item is spec:
        return spec.target.partition(":")[0] != "__main__" and "<" not in spec.target
    return _found(item, item)


def _found(thing: Any, item: Any, in_file: bool = False) -> bool:
    """Whether `item` is what stands under the name of `thing` in a module that can be imported.

    Args:
        thing: A function or a class.
        item: What to find.
        in_file: Whether its module is a one-file plugin, which workers load by its path.
    """
    module_name, path = thing.__module__, thing.__qualname__
    module = sys.modules.get(module_name)
    if module_name == "__main__" or "<" in path or module is None:
        return False
    if getattr(module, "__spec__", None) is None and not in_file:
        return False
    found: Any = module
    for attribute in path.split("."):
        found = getattr(found, attribute, None)
    return found is item
