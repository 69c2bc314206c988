"""One-file plugins on other nodes: their paths exist on one only, so their texts are sent."""

from __future__ import annotations

import io
import tempfile
import tokenize
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from assay.engine.engine import Engine
from assay.plugins.one_file_plugins import read_plugin_file

Shipped: TypeAlias = "Sequence[Mapping[str, str]]"
"""A mapping for each plugin: file, relative to the plugin's folder -> its text. The plugin's own is
the first."""


def shipped(plugins: Sequence[str]) -> list[dict[str, str]]:
    """The texts of one-file plugins and of the neighbours that they import.

    Args:
        plugins: Paths here.

    Raises:
        PluginError: a file that cannot be read.
    """
    found = []
    for path in plugins:
        plugin = read_plugin_file(path)
        folder = Path(plugin.path).parent
        found.append(
            {
                Path(file).relative_to(folder).as_posix(): text
                for _, (file, text) in sorted(
                    plugin.texts.items()
                )  # the plugin's own name is empty
            }
        )
    return found


def engine_here(rubric: Any, plugins: Shipped, options: Mapping[str, Any]) -> Engine:
    """An engine on whatever node this is.

    It reads a plugin's files once, as it is made, and sends their texts to its own workers: so the
    folder they are put in is gone again before the engine is used.
    """
    if not plugins:
        return Engine(rubric, on_unscored="ignore", **options)
    with tempfile.TemporaryDirectory(prefix="assay-ray-") as folder:
        paths = []
        for i, files in enumerate(plugins):
            for name, text in files.items():
                file = Path(folder, str(i), name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(_encoded(text))
            paths.append(str(Path(folder, str(i), next(iter(files)))))
        return Engine(rubric, plugins=paths, on_unscored="ignore", **options)


def _encoded(text: str) -> bytes:
    """As its first lines declare it, if they do."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode("utf-8")).readline)
    return text.encode(encoding)
