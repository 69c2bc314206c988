"""What besides rubric and sample can change a score."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from assay.plugins.spec import PYTHON

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric


def environment(bound: BoundRubric) -> Mapping[str, Any]:
    """Versions of tools and of unversioned code, as they stand in the signature."""
    tools: dict[str, str] = {}
    for offer in bound.offers.values():
        named = offer.spec.tools
        for tool in (*named, PYTHON) if offer.code else named:
            try:
                tools[tool] = python_minor() if tool == PYTHON else version(tool)
            except PackageNotFoundError:
                tools[tool] = "absent"
    for params in bound.params.values():
        of_these = getattr(params, "tool_versions", None)
        if callable(of_these):
            tools.update(of_these())
    found: dict[str, Any] = {"tools": dict(sorted(tools.items()))}
    code = {offer.code for offer in bound.offers.values() if offer.code}
    if code:  # what has no version that one could trust
        found["code"] = sorted(code)
    return found


def python_minor() -> str:
    """Such as ``3.12``."""
    return ".".join(platform.python_version_tuple()[:2])
