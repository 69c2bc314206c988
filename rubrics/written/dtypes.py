"""Rewards as trainers store them: rounded to a narrower float."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Dtype: TypeAlias = Literal["float64", "float32", "bfloat16", "float16"]

DTYPES: tuple[Dtype, ...] = get_args(Dtype)


DIGITS: Mapping[Dtype, int] = {"float64": 53, "float32": 24, "bfloat16": 8, "float16": 11}
"""Binary digits of the significand."""

HIGHEST: Mapping[Dtype, float] = {
    "float64": 1e308,
    "float32": 3.4e38,
    "bfloat16": 3.38e38,
    "float16": 65_504.0,
}
"""Below this nothing overflows."""


def cast(value: float, dtype: Dtype) -> float:
    """`value` rounded to nearest, ties to even, as a float; overflow is infinite.

    A bfloat16 is made from the float32, as a trainer that holds rewards in float32 does.

    >>> cast(0.1, "float16"), cast(0.1, "bfloat16")
    (0.0999755859375, 0.10009765625)
    """
    if dtype == "float64":
        return value
    if dtype == "float16":
        return _packed("<e", value)
    single = _packed("<f", value)
    if dtype == "float32" or single in (float("inf"), float("-inf")):
        return single
    (bits,) = struct.unpack("<I", struct.pack("<f", single))
    bits += 0x7FFF + ((bits >> 16) & 1)
    (rounded,) = struct.unpack("<f", struct.pack("<I", bits & 0xFFFF0000))
    return float(rounded)


def _packed(form: str, value: float) -> float:
    try:
        (out,) = struct.unpack(form, struct.pack(form, value))
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return float(out)
