"""Which unit a question asks for."""

from __future__ import annotations

from typing import Any

from assay.model import Message
from assay.verifiers.math_answer import units
from assay.verifiers.math_answer.answers.understood import read_reference
from assay.verifiers.math_answer.tree import Quantity


def names_unit_of(reference: Any, prompt: str | tuple[Message, ...] | None) -> bool:
    """Whether the question itself names the unit of the reference, so that it may be left out.

    Raises:
        ReferenceUnreadable: the reference cannot be read.
    """
    if prompt is None:
        return False
    if not isinstance(prompt, str):
        prompt = "\n".join(message.content for message in prompt)
    given = [reference] if isinstance(reference, str | int | float) else list(reference)
    nodes = [read_reference(one).node for one in given]
    found = [n.unit for n in nodes if isinstance(n, Quantity)]
    return bool(found) and all(units.is_named_in(unit, prompt) for unit in found)
