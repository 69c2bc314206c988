"""Ground truths that are a reference in one row and tests in the next."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

from assay.datasets.cells import answer, cell, shown
from assay.errors import SampleError

SUITES = frozenset({
    "type", "inputs", "input_output", "test_cases", "test_list", "functional", "assert_case",
    "test", "unit_tests", "verification_info", "official_tests", "public_test_cases",
    "private_test_cases", "public_tests", "private_tests", "cases",
})  # fmt: skip
"""Keys of which one stands in every object that `code.tests` can read."""


def truth(row: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What a ground truth fills: ``reference``; ``tests``; or, for another object, ``info``.

    An object that is neither an answer nor tests (the numbers and the target of a countdown) can be
    read by a plugin as ``info.ground_truth``.

    Raises:
        SampleError: nothing there, or text that is compressed with pickle.
    """
    wanted = "an answer, or tests as an object or as JSON text"
    value = cell(row, path, wanted)
    loaded = _loaded(value)
    if isinstance(loaded, Mapping):
        if SUITES & loaded.keys():
            return {"tests": value if isinstance(value, str) else dict(loaded)}
        return {"info": {"ground_truth": dict(loaded)}}
    if isinstance(loaded, list | tuple) and loaded and _are_tests(loaded):
        return {"tests": value if isinstance(value, str) else list(loaded)}
    if isinstance(value, str) and _is_packed(value):
        raise SampleError(
            f"column {path!r} is compressed with zlib and pickle; wanted {wanted}"
            "\nfix: no pickle is read here, since one can execute code: unpack the column yourself "
            "and write it as JSON"
        )
    if isinstance(value, str | int | float | list | tuple):
        return {"reference": answer(row, path)}
    raise SampleError(f"column {path!r} is {shown(value)}; wanted {wanted}")


def _loaded(value: Any) -> Any:
    """The object or list that text holds; other values, and other text, as they are."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value  # \{1, 2\} and [0, 1) are answers
    return value


def _are_tests(entries: list[Any] | tuple[Any, ...]) -> bool:
    """A list of cases, or of assertions."""
    if all(isinstance(entry, Mapping) for entry in entries):
        return True
    return all(isinstance(entry, str) and entry.lstrip().startswith("assert ") for entry in entries)


PACKED = 64
"""Characters from which text may be a compressed suite: an answer of so many letters without a
blank is none."""


def _is_packed(text: str) -> bool:
    if len(text) < PACKED or any(c.isspace() for c in text):
        return False
    try:
        head = base64.b64decode(text[: len(text) // 4 * 4][:4096], validate=True)
        zlib.decompressobj().decompress(head, 64)
    except (binascii.Error, ValueError, zlib.error):
        return False
    return True
