"""Whether a worker can find what a plugin offers: by importing it, or in the plugin's file."""

from __future__ import annotations

import sys
from typing import Any

from assay.errors import PluginError
from assay.plugins.code_digest import code_digest
from assay.plugins.load import load_target
from assay.plugins.markers import SPEC_ATTRIBUTE, wrong_arguments
from assay.plugins.one_file_plugins import PluginFile
from assay.plugins.spec import VerifierSpec
from assay.printable import a_type


def local_object(spec: VerifierSpec, item: Any, in_file: bool) -> Any:
    """The object itself, where no import finds it again; None where a worker can import it.

    Args:
        spec: A verifier's.
        item: The spec, or the marked function that has it.
        in_file: Whether it comes of a one-file plugin, which workers load too.

    Raises:
        PluginError: it runs in workers, and it or its params cannot be imported there.
    """
    local = None
    if not _importable(spec, item, in_file):
        local = item if spec is not item else load_target(spec.name, spec.target)
        if spec.cost != "inline":
            raise PluginError(
                f"verifier {spec.name!r} cannot be sent to a worker: "
                f"{spec.target!r} cannot be imported there"
                + (
                    "\nfix: define it at the top level of its file"
                    if in_file
                    else '\nfix: move it into a module, load its file with plugins=["file.py"]'
                )
                + ', or mark it cost="inline"'
            )
    params = spec.params
    apart = params is not None and spec.cost != "inline"
    if params is not None and apart and not _found(params, params, in_file):
        raise PluginError(
            f"verifier {spec.name!r} cannot be sent to a worker: "
            f"its params '{params.__module__}:{params.__qualname__}' cannot be imported there"
            "\nfix: define the model at the top level of a module"
        )
    return local


def _importable(spec: VerifierSpec, item: Any, in_file: bool) -> bool:
    """Whether importing its target in another process finds the same."""
    if item is spec:
        return spec.target.partition(":")[0] != "__main__" and "<" not in spec.target
    return _found(item, item, in_file)


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


def code_of(
    spec: VerifierSpec, item: Any, local: Any, file: PluginFile | None, explicit: bool
) -> str:
    """Digest of the code behind an offer; empty where its name and version stand for it.

    Args:
        spec: The offer's.
        item: The spec, or the marked function that has it.
        local: The object itself, where no import finds it.
        file: A one-file plugin.
        explicit: Whether the caller handed it over, so that no release stands behind its version.
    """
    if file is not None:
        return file.digest
    if local is not None or item is not spec:
        return code_digest(item if item is not spec else local)
    if not explicit:
        return ""
    try:
        return code_digest(load_target(spec.name, spec.target))
    except PluginError:  # reported when it is first used
        return ""


def check_factory(spec: VerifierSpec, found: Any) -> None:
    """Refuse a target that can be seen not to make a verifier, before any row is judged.

    Raises:
        PluginError: it cannot be called, or not with the params alone.
    """
    if hasattr(found, SPEC_ATTRIBUTE):
        return
    if not callable(found):
        raise PluginError(
            f"verifier {spec.name!r}: its target {spec.target!r} is {a_type(found)}"
            "\nfix: name a factory, which takes the params and returns an object with `verify`"
        )
    wrong = wrong_arguments(found, 1)
    if wrong:
        raise PluginError(
            f"verifier {spec.name!r}: its factory {spec.target!r} {wrong}; it is called with the "
            "params alone\nfix: def factory(params)"
        )
