"""What counts as the same answer, where custom rather than mathematics decides."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field


class Policy(BaseModel):
    """Every ruling of custom in one place; the defaults suit a reward for training.

    Frozen. `lenient` and `strict` are presets; `info` of a row may override fields by name under
    ``info.math``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Literal["ignore", "keep"] = "ignore"
    """Whether ``1, 2`` answers ``2, 1``: a list without brackets lists in any order. Tuples and
    vectors always keep theirs, sets never do."""
    tuple_is_set: bool = False
    """Whether ``(1, 2)`` answers ``{1, 2}``."""
    brackets: Literal["optional", "require"] = "optional"
    """Whether ``1, 2`` answers ``(1, 2)`` and ``{1, 2}``, and a tuple a column vector."""
    labels: Literal["optional", "require"] = "optional"
    """Whether ``3`` answers ``x = 3`` and the reverse, and ``x < 1`` an interval. Another name,
    ``y = 3``, never answers ``x = 3``."""
    units: Literal["strip", "convert", "stated", "require"] = "strip"
    """``strip``: a unit on one side only is left out; on both sides it is converted and counts.
    ``convert``: as `strip`, but a unit of the reference must be there. ``stated``: as ``convert``,
    unless the question (`prompt`) names the unit. ``require``: the same unit, unconverted."""
    percent: Literal["strip", "exact"] = "strip"
    """``strip``: a percent sign on one side only may be left out (``28`` answers ``28%``), or be
    computed (``0.28`` answers it too). ``exact``: 28% is 0.28 and nothing else."""
    degrees: Literal["strip", "exact"] = "strip"
    """Likewise for the degree sign; ``30`` degrees also equal pi/6."""
    case: Literal["ignore", "keep"] = "ignore"
    """Of words and choice letters. Names of variables always keep theirs."""
    reference_rounded: bool = True
    """Whether a decimal reference of at least three significant digits stands for every value
    that rounds to it."""
    answer_digits: int | None = Field(12, ge=1)
    """Significant digits from which on a decimal answer may stand for an exact reference that
    rounds to it; None: never."""
    significant: int | None = Field(None, ge=1, le=15)
    """Where one side is a decimal: significant digits that must agree, as a relative error of
    at most five units of the next digit; None: no such tolerance."""
    decimal_comma: bool = False
    """Whether a comma directly between digits is a decimal comma: ``3,14`` is 3.14. Otherwise it
    separates (``0,1`` lists 0 and 1) or, before groups of three digits, it groups thousands
    (``1,234`` is 1234). A text has one of the two readings, never both."""
    log: Literal["either", "natural", "ten"] = "either"
    """Base of ``log`` without one; ``either``: natural or ten, the same on both sides."""
    constants: Literal["rename", "keep"] = "rename"
    """Whether arbitrary constants (``+C``, ``C_1``) and parameters (``k`` in ``2k pi``) may have
    other names."""
    variables: Literal["real", "positive"] = "real"
    """What variables stand for where identities depend on it: ``sqrt(x^2)`` is x only if x >= 0."""
    sets_as_relations: bool = True
    """Whether an inequality answers a set. An interval always answers an inequality."""
    words: Literal["exact", "contained"] = "exact"
    """Whether a word or two from the head of a sentence, or after its ``is``, answers it."""
    form: Literal["any", "reduced", "factored", "expanded", "decimal"] = "any"
    """Form that the answer must have besides its value: a reduced fraction, a product of
    factors, an expanded polynomial, a decimal."""
    places: int | None = Field(None, ge=0, le=50)
    """Digits after the point that the question asks for: an answer that shows as many, or more,
    may be any value that rounds to it, whatever the reference shows. With `form` ``decimal``
    it must show exactly as many."""
    digits: int | None = Field(None, ge=1, le=50)
    """Likewise, significant digits."""
    extraction: Literal["any", "math", "boxed"] = "any"
    """Where an answer may stand: ``math``: not as a bare number in prose; ``boxed``: in a box or
    an answer tag only."""
    boxed: Literal["last", "only", "all"] = "last"
    """Which boxes of a response count: the last group; ``only``: two different boxes are no
    answer; ``all``: all boxes together list the parts of one answer."""
    answer_fields: tuple[str, ...] = ("answer", "final_answer", "result")
    """Names of the fields of a JSON object that hold an answer, in the order in which they count;
    empty: no field does."""
    unfinished: Literal["refuse", "read"] = "refuse"
    """Whether a response that was cut off (`finish_reason` ``length``) within a reasoning block or
    a box that is still open can hold an answer there."""
    text_layer: bool = True
    """Whether equal spelling decides before anything is parsed."""

    @classmethod
    def lenient(cls, **changes: Any) -> Self:
        """The preset for data with sloppy references: four significant digits are enough."""
        return cls(**{"significant": 4, "answer_digits": 4, "words": "contained", **changes})

    @classmethod
    def strict(cls, **changes: Any) -> Self:
        """Mathematics alone: the symmetric and transitive core, used by `same_value`."""
        fixed = {
            "order": "keep", "brackets": "require", "labels": "require", "units": "convert",
            "percent": "exact", "degrees": "exact", "case": "keep", "reference_rounded": False,
            "answer_digits": None, "log": "natural", "constants": "keep",
            "sets_as_relations": False, "text_layer": False,
        }  # fmt: skip
        return cls(**{**fixed, **changes})


DEFAULT = Policy()  # type: ignore[call-arg]
"""The policy where none is given."""

LENIENT = Policy.lenient()
STRICT = Policy.strict()
