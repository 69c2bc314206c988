"""Samples that come with Assay, for a rubric that has none of its own yet."""

from __future__ import annotations

import json
from importlib.resources import files

from assay.errors import ConfigError
from assay.model import Sample
from assay.rubrics import BoundRubric

SETS = {
    "answers": "27 problems of GSM8K, each with a right and a wrong solution of a model",
    "programs": "12 problems of HumanEval and QuixBugs, with right and wrong programs",
}
"""Name -> what it is; see the README beside the data."""


def bundled(name: str) -> list[Sample]:
    """The samples of a set, in its order."""
    text = files("assay.probes").joinpath("data", f"{name}.jsonl").read_text("utf-8")
    return [Sample.from_row(json.loads(line)) for line in text.splitlines()]


def fitting(rubric: BoundRubric) -> str:
    """The set that has the fields which the rubric's verifiers need.

    Raises:
        ConfigError: they need one that no set has; names it.
    """
    needs = {
        need: key
        for key, offer in rubric.offers.items()
        for need in offer.spec.needs
        if not need.endswith("?") and need != "peers"  # none bring those: the probe says it
    }
    have = {"answers": {"reference", "prompt"}, "programs": {"tests", "prompt"}}
    style = any(offer.spec.name.startswith("style.") for offer in rubric.offers.values())
    for name in ("programs", "answers") if style else ("answers", "programs"):
        if set(needs) <= have[name]:
            return name
    strange = sorted(set(needs) - have["answers"] - have["programs"])
    need = strange[0] if strange else "both a reference and tests"
    raise ConfigError(
        f"no bundled samples have {need}, which {needs.get(need, 'the rubric')} needs"
        "\nfix: --rows with samples of your own"
    )
