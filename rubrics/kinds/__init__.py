"""The composers: each a frozen model with one formula."""

from __future__ import annotations

from assay.rubrics.base import KINDS
from assay.rubrics.kinds.gate import Gate
from assay.rubrics.kinds.switch import Switch
from assay.rubrics.kinds.weighted import Weighted

for _model in (Weighted, Gate, Switch):
    KINDS[_model.noun] = _model

__all__ = ["Gate", "Switch", "Weighted"]
