"""Stand-ins for arrays of numpy, pandas or torch, where none need be installed."""

from __future__ import annotations

from typing import Any


class Array:
    """Stands for an array of numpy, pandas or torch: `tolist`, and little else."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tolist(self) -> Any:
        return self.value


class Several:
    """An array of several, asked for its one value."""

    def item(self) -> Any:
        raise ValueError("can only convert an array of size 1")

    def __index__(self) -> int:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")
