"""Units of measure: names, dimensions, factors."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from flint import fmpq


class Unit(NamedTuple):
    """A unit as a multiple of base units."""

    factor: fmpq
    dimensions: tuple[tuple[str, int], ...]
    """(base, power), sorted; ``m``, ``kg``, ``s``, ``A``, ``K``, ``mol``, ``USD``, ``bit`` ..."""


def _u(factor: str, **dimensions: int) -> Unit:
    top, _, bottom = factor.partition("/")
    number = Fraction(top) / int(bottom or 1)
    value = fmpq(number.numerator, number.denominator)
    return Unit(value, tuple(sorted(dimensions.items())))


_TABLE: dict[str, Unit] = {}


def _add(unit: Unit, *names: str) -> None:
    for name in names:
        _TABLE[name] = unit


_add(_u("1", m=1), "m", "meter", "meters", "metre", "metres")
_add(_u("0.01", m=1), "cm", "centimeter", "centimeters", "centimetre", "centimetres", "cms")
_add(_u("0.001", m=1), "mm", "millimeter", "millimeters", "millimetre", "millimetres")
_add(_u("0.000001", m=1), "um", "micrometer", "micrometers", "micron", "microns")
_add(_u("0.000000001", m=1), "nm", "nanometer", "nanometers")
_add(_u("0.1", m=1), "dm", "decimeter", "decimeters")
_add(_u("1000", m=1), "km", "kilometer", "kilometers", "kilometre", "kilometres", "kms")
_add(_u("0.0254", m=1), "inch", "inches", "in")
_add(_u("0.3048", m=1), "ft", "foot", "feet")
_add(_u("0.9144", m=1), "yd", "yard", "yards", "yds")
_add(_u("1609.344", m=1), "mi", "mile", "miles")
_add(_u("4046.8564224", m=2), "acre", "acres")
_add(_u("10000", m=2), "hectare", "hectares")
_add(_u("0.001", m=3), "L", "l", "liter", "liters", "litre", "litres")
_add(_u("0.000001", m=3), "mL", "ml", "milliliter", "milliliters", "cc")
_add(_u("0.003785411784", m=3), "gallon", "gallons", "gal")
_add(_u("0.000946352946", m=3), "quart", "quarts")
_add(_u("0.000473176473", m=3), "pint", "pints")
_add(_u("1", kg=1), "kg", "kilogram", "kilograms", "kgs")
_add(_u("0.001", kg=1), "g", "gram", "grams", "gm")
_add(_u("0.000001", kg=1), "mg", "milligram", "milligrams")
_add(_u("1000", kg=1), "tonne", "tonnes")
_add(_u("0.45359237", kg=1), "lb", "lbs", "pound-mass")
_add(_u("0.028349523125", kg=1), "oz", "ounce", "ounces")
_add(_u("1", s=1), "s", "sec", "secs", "second", "seconds")
_add(_u("0.001", s=1), "ms", "millisecond", "milliseconds")
_add(_u("0.000000001", s=1), "ns", "nanosecond", "nanoseconds")
_add(_u("60", s=1), "min", "mins", "minute", "minutes")
_add(_u("3600", s=1), "h", "hr", "hrs", "hour", "hours")
_add(_u("86400", s=1), "day", "days")
_add(_u("604800", s=1), "week", "weeks")
_add(_u("1", year=1), "year", "years", "yr", "yrs")
_add(_u("1/12", year=1), "month", "months")
_add(_u("1", m=1, s=-1), "mps")
_add(_u("1609.344/3600", m=1, s=-1), "mph")
_add(_u("1000/3600", m=1, s=-1), "kph", "kmh", "kmph")
_add(_u("1", kg=1, m=1, s=-2), "N", "newton", "newtons")
_add(_u("1", kg=1, m=2, s=-2), "J", "joule", "joules")
_add(_u("1000", kg=1, m=2, s=-2), "kJ", "kilojoule", "kilojoules")
_add(_u("1", kg=1, m=2, s=-3), "W", "watt", "watts")
_add(_u("1000", kg=1, m=2, s=-3), "kW", "kilowatt", "kilowatts")
_add(_u("1", kg=1, m=-1, s=-2), "Pa", "pascal", "pascals")
_add(_u("1", s=-1), "Hz", "hertz")
_add(_u("1000", s=-1), "kHz", "kilohertz")
_add(_u("1000000", s=-1), "MHz", "megahertz")
_add(_u("1000000000", s=-1), "GHz", "gigahertz")
_add(_u("0.001", A=1), "mA", "milliampere", "milliamperes")
_add(_u("1000", kg=1, m=1, s=-2), "kN", "kilonewton", "kilonewtons")
_add(_u("1000000", kg=1, m=2, s=-2), "MJ", "megajoule", "megajoules")
_add(_u("1000000", kg=1, m=2, s=-3), "MW", "megawatt", "megawatts")
_add(_u("1000", kg=1, m=-1, s=-2), "kPa", "kilopascal", "kilopascals")
_add(_u("1000000", kg=1, m=-1, s=-2), "MPa", "megapascal", "megapascals")
_add(_u("101325", kg=1, m=-1, s=-2), "atm", "atmosphere", "atmospheres")
_add(_u("100000", kg=1, m=-1, s=-2), "bar", "bars")
_add(_u("1000000000000", s=-1), "THz", "terahertz")
_add(_u("3600000", kg=1, m=2, s=-2), "kWh", "kilowatt-hour", "kilowatt-hours")
_add(_u("4.184", kg=1, m=2, s=-2), "cal")
_add(_u("4184", kg=1, m=2, s=-2), "kcal")
_ELECTRONVOLT = Fraction("1.602176634e-19")
for _prefix, _power in (("", 0), ("k", 3), ("M", 6), ("G", 9)):
    _joules = _ELECTRONVOLT * 10**_power
    _add(_u(str(_joules), kg=1, m=2, s=-2), f"{_prefix}eV")
_add(_u("1", A=1), "A", "amp", "amps", "ampere", "amperes")
_add(_u("1", A=-1, kg=1, m=2, s=-3), "V", "volt", "volts")
_add(_u("0.001", A=-1, kg=1, m=2, s=-3), "mV", "millivolt", "millivolts")
_add(_u("1000", A=-1, kg=1, m=2, s=-3), "kV", "kilovolt", "kilovolts")
_add(_u("1", A=-2, kg=1, m=2, s=-3), "ohm", "ohms", "Omega")
_add(_u("1000", A=-2, kg=1, m=2, s=-3), "kOmega", "kohm", "kohms", "kiloohm", "kiloohms")
_add(_u("1000000", A=-2, kg=1, m=2, s=-3), "MOmega", "Mohm", "megaohm", "megaohms")
_add(_u("1", A=1, s=1), "C", "coulomb", "coulombs")
_add(_u("1", A=2, kg=-1, m=-2, s=4), "F", "farad", "farads")
_add(_u("1", A=-2, kg=1, m=2, s=-2), "H", "henry", "henries", "henrys")
_add(_u("1", A=-1, kg=1, s=-2), "T", "tesla", "teslas")
_add(_u("1", K=1), "K", "kelvin", "kelvins")
_add(_u("1", degC=1), "celsius")
_add(_u("1", degF=1), "fahrenheit")
_add(_u("1", mol=1), "mol", "mole", "moles")
_add(_u("0.001", mol=1), "mmol", "millimole", "millimoles")
_add(_u("1000", mol=1, m=-3), "M", "molar")
_add(_u("1", mol=1, m=-3), "mM", "millimolar")
_add(_u("1", USD=1), "dollar", "dollars", "usd", "bucks")
_add(_u("0.01", USD=1), "cent", "cents")
_add(_u("1", EUR=1), "euro", "euros")
_add(_u("1", GBP=1), "pound", "pounds")
_add(_u("1", JPY=1), "yen")
_add(_u("1", CNY=1), "yuan", "rmb")
_add(_u("1", INR=1), "rupee", "rupees")
_add(_u("1", KRW=1), "won")
_add(_u("1", RUB=1), "ruble", "rubles")
_add(_u("1", rad=1), "rad", "radian", "radians")
_add(_u("1", sr=1), "sr")
_add(_u("1", length=1), "unit", "units")
_add(_u("8", bit=1), "byte", "bytes")
_add(_u("1", bit=1), "bit", "bits")

# Behind a number, "u" is how the sign for a millionth is read; "ug" and "us" are no words then.
for _base in ("g", "s", "A", "V", "W", "J", "F", "C", "H", "T", "N", "L", "M", "mol"):
    _unit = _TABLE[_base]
    _long = [name for name, unit in _TABLE.items() if unit == _unit and len(name) > 3]
    _add(Unit(_unit.factor / 10**6, _unit.dimensions), f"u{_base}", *(f"micro{n}" for n in _long))
    if _base in "FCH":
        _add(Unit(_unit.factor / 10**9, _unit.dimensions), f"n{_base}")
_add(Unit(_TABLE["F"].factor / 10**12, _TABLE["F"].dimensions), "pF")

_PREFIXES = {"mu": "u", "k": "k", "M": "M"}

PROMPT = 20_000
"""Characters of a question in which a unit is looked for."""

FILLERS = frozenset({"square", "sq", "cubic", "cu", "per", "of", "a", "an"})
"""Words that belong to a unit's phrase."""


def is_unit(word: str) -> bool:
    """Whether `word` names a unit in this table, or belongs to the phrase of one."""
    return word in _TABLE or (len(word) > 2 and word.lower() in _TABLE) or word in FILLERS


def phrase(words: tuple[str, ...]) -> Unit | None:
    """The unit that `words` spell: ``cm``, ``^``, ``2``; ``miles per hour``; None where unknown.

    >>> phrase(("square", "inches")) == phrase(("inch", "^", "2"))
    True
    """
    factor = fmpq(1)
    dimensions: dict[str, int] = {}
    sign, power, i = 1, 1, 0
    found = False
    while i < len(words):
        word = words[i]
        i += 1
        if word in ("per", "/"):
            sign = -1
            continue
        if word in ("square", "sq", "cubic", "cu"):
            power = 2 if word[0] == "s" else 3
            continue
        if word in ("of", "a", "an", "*", "the"):
            continue
        if word in ("squared", "cubed"):
            return None
        unit = _TABLE.get(word) or (_TABLE.get(word.lower()) if len(word) > 2 else None)
        if unit is None:
            return None
        found = True
        if i < len(words) and words[i] in ("squared", "cubed"):
            power = 2 if words[i] == "squared" else 3
            i += 1
        elif i + 1 < len(words) and words[i] == "^":
            try:
                power = int(words[i + 1])
            except ValueError:
                return None
            if not -9 <= power <= 9:
                return None
            i += 2
        exponent = sign * power
        factor *= unit.factor**exponent
        for base, p in unit.dimensions:
            dimensions[base] = dimensions.get(base, 0) + p * exponent
        power = 1
    if not found:
        return None
    return Unit(factor, tuple(sorted((b, p) for b, p in dimensions.items() if p)))


def prefixed(prefix: str, word: str) -> str | None:
    """The unit of a prefix and a unit that stand apart: ``mu``, ``m``; None where there is none.

    >>> prefixed("mu", "m"), prefixed("k", "Omega"), prefixed("k", "m")
    ('um', 'kOmega', None)
    """
    sign = _PREFIXES.get(prefix)
    if sign is None or (sign != "u" and word != "Omega") or sign + word not in _TABLE:
        return None
    return sign + word


def together(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[Unit | None, Unit | None]:
    """The units of two phrases, in the sense in which they measure the same: a pound may weigh.

    >>> one, other = together(("pounds",), ("ounces",))
    >>> one.dimensions == other.dimensions
    True
    """
    left, right = phrase(one), phrase(other)
    if left is None or right is None or left.dimensions == right.dimensions:
        return left, right
    for sense in (_WEIGHT, _TEMPERATURE):
        meant = phrase(_meant(one, sense)), phrase(_meant(other, sense))
        same = meant[0] is not None and meant[1] is not None
        if same and meant[0].dimensions == meant[1].dimensions:  # type: ignore[union-attr]
            return meant
    return left, right


_WEIGHT = {"pound": "lb", "pounds": "lb"}
_TEMPERATURE = {"C": "celsius", "F": "fahrenheit"}
"""What a unit means beside one that measures something else than its first sense does."""


def _meant(words: tuple[str, ...], sense: dict[str, str]) -> tuple[str, ...]:
    return tuple(sense.get(word, sense.get(word.lower(), word)) for word in words)


def is_named_in(words: tuple[str, ...], text: str) -> bool:
    """Whether `text` names the unit that `words` spell, in whatever form.

    >>> is_named_in(("cm",), "How many centimeters long is it?")
    True
    """
    said = {w.lower() for w in re.findall(r"[A-Za-z]+", text[:PROMPT])}
    for word in words:
        if word in FILLERS or not word.isalpha():
            continue
        unit = _TABLE.get(word) or _TABLE.get(word.lower())
        if unit is None:
            forms = {word.lower(), word.lower().rstrip("s"), word.lower() + "s"}
        else:
            # one letter is too short to be found in prose: "a" is not an ampere
            forms = {n.lower() for n, u in _TABLE.items() if u == unit and len(n) > 1}
        if not forms & said:
            return False
    return True
