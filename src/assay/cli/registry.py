"""The sub-commands, by dotted name: a module is imported only when its command is asked for.

To add one, write a module in `commands` with a function that typer can take, and add a line.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "verify": "assay.cli.commands.verify:verify",
        "compare": "assay.cli.commands.compare:compare",
        "style": "assay.cli.commands.style:style",
        "verifiers": "assay.cli.commands.verifiers:verifiers",
        "formats": "assay.cli.commands.formats:formats",
        "rubrics": "assay.cli.commands.rubrics:rubrics",
        "plugins": "assay.cli.commands.plugins:plugins",
        "check": "assay.cli.commands.check:check",
        "new-plugin": "assay.cli.commands.new_plugin:new_plugin",
        "preflight": "assay.cli.commands.preflight:check",
        "prove": "assay.cli.commands.prove:prove",
        "probe": "assay.cli.commands.probe:probe",
        "serve": "assay.cli.commands.serve:serve",
        "audit": "assay.cli.commands.audit:audit",
        "fit": "assay.cli.commands.fit:fit",
    }
)
"""Name of the command -> ``package.module:function``."""

SETTINGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "compare": {"ignore_unknown_options": True},  # -1/2 is an answer, no option
    }
)
"""Name of the command -> context settings, where it needs some."""


def load(name: str) -> Callable[..., Any]:
    """The function behind a command's name."""
    module, _, function = COMMANDS[name].partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
