"""The two kinds of columns that a log is made of."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""Measured: rewards, scores, lengths; NaN where not known."""

Codes: TypeAlias = NDArray[np.int64]
"""Counted or named: numbers of groups, prompts, steps, places in a tuple; -1 where not known."""
