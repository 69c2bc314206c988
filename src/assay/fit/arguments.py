"""What the calls of this package are given besides data: models, fits, penalties, confidences."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from assay.arguments import is_number, many, of_kind
from assay.errors import ConfigError
from assay.fit.models import Model
from assay.fit.result import Fit
from assay.printable import a_type, brief


def check_model(model: Any) -> None:
    """Refuse what says nothing of how the preferences were observed.

    Raises:
        ConfigError: it is no `Model`.
    """
    if not isinstance(model, Model):
        raise ConfigError(
            f"model is {a_type(model)}; wanted what was observed"
            "\nfix: Pairs(...), Rankings(...), Ratings(...) or Labels(...)"
        )


def check_fit(fitted: Any) -> None:
    """Refuse what is no fit.

    Raises:
        ConfigError: says what it is.
    """
    of_kind(fitted, Fit, "fitted", "what fit(...) or bradley_terry(...) gave")


def check_l2(l2: Any) -> None:
    """Refuse a penalty that is negative, or no number.

    Raises:
        ConfigError: says what it is.
    """
    if not is_number(l2) or not 0.0 <= l2 < float("inf"):
        raise ConfigError(f"l2 is {brief(l2)}, must be a number of at least 0")


def check_confidence(confidence: Any) -> None:
    """Refuse a confidence outside (0, 1).

    Raises:
        ConfigError: says what it is.
    """
    if not is_number(confidence) or not 0.0 < confidence < 1.0:
        raise ConfigError(f"confidence is {brief(confidence)}, must lie in (0, 1)")


def check_count(value: Any, name: str, least: int, note: str = "") -> None:
    """Refuse what is no whole number of at least `least`.

    Raises:
        ConfigError: says what it is.
    """
    if not isinstance(value, int) or not is_number(value) or value < least:
        raise ConfigError(f"{name} is {brief(value)}, must be at least {least}{note}")


def items(values: Any, name: str) -> list[tuple[Hashable, ...]]:
    """Orders of items: each a list of what can be told apart by its hash.

    Raises:
        ConfigError: something else; names the first.
    """
    found: list[tuple[Hashable, ...]] = []
    for i, order in enumerate(many(values, name, "a list of lists of items, the best first")):
        held: Sequence[Any] = tuple(many(order, f"{name}[{i}]", "a list of items, best first"))
        for item in held:
            try:
                hash(item)
            except TypeError:
                raise ConfigError(
                    f"{name}[{i}] has {a_type(item)}; wanted names of items, as text or numbers"
                ) from None
        found.append(tuple(held))
    return found
