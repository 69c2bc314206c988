"""numpy and scipy, imported when first used: they are an extra, and take their time to load."""

from __future__ import annotations

import importlib
from typing import Any

from assay.errors import ConfigError


class Late:
    """A module by name, imported when something of it is first asked for.

    Raises:
        ConfigError: it is not installed; names the extra.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # who inspects this module does not use numpy
            raise AttributeError(attribute)
        try:
            module = importlib.import_module(self._name)
        except ModuleNotFoundError as err:
            raise ConfigError(
                f"fitting weights needs numpy and scipy: no module named {err.name!r}"
                "\nfix: pip install numpy scipy"
            ) from None
        value = getattr(module, attribute)
        self.__dict__[attribute] = value
        return value


np = Late("numpy")
optimize = Late("scipy.optimize")
stats = Late("scipy.stats")
csgraph = Late("scipy.sparse.csgraph")
sparse = Late("scipy.sparse")
