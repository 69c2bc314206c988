"""Eight graders of final answers, from one that pays for anything to one that is hard to fool.

Each is what somebody writes on the first day of a project, in the order in which they are
mended. `ORDER` is that order: each reads less of the completion than the one before.
"""

from __future__ import annotations

import re

from assay import Sample, verifier

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_BOX = re.compile(r"\\boxed\{([^{}]*)\}")


def _right(text: str, sample: Sample) -> bool:
    return text.strip().replace(",", "").rstrip(".") == str(sample.reference).replace(",", "")


@verifier("toy.non_empty@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def non_empty(sample: Sample) -> bool:
    """Something is there."""
    return bool(sample.text.strip())


@verifier("toy.substring@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def substring(sample: Sample) -> bool:
    """The reference stands somewhere, in the middle of another number if need be."""
    return str(sample.reference) in sample.text


@verifier("toy.any_number@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def any_number(sample: Sample) -> bool:
    """Some number is the reference."""
    return any(_right(x, sample) for x in _NUMBER.findall(sample.text))


@verifier("toy.last_number@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def last_number(sample: Sample) -> bool:
    """The last number is the reference."""
    found = _NUMBER.findall(sample.text)
    return bool(found) and _right(found[-1], sample)


@verifier("toy.any_box@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def any_box(sample: Sample) -> bool:
    """Some box holds the reference."""
    return any(_right(x, sample) for x in _BOX.findall(sample.text))


@verifier("toy.first_box@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def first_box(sample: Sample) -> bool:
    """The first box holds the reference."""
    found = _BOX.findall(sample.text)
    return bool(found) and _right(found[0], sample)


@verifier("toy.last_box@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def last_box(sample: Sample) -> bool:
    """The last box holds the reference."""
    found = _BOX.findall(sample.text)
    return bool(found) and _right(found[-1], sample)


@verifier("toy.closing_box@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def closing_box(sample: Sample) -> bool:
    """The answer, without reasoning, ends with its only box, which holds the reference."""
    found = _BOX.findall(sample.answer)
    ends = re.search(r"\\boxed\{[^{}]*\}\$?\.?\s*\Z", sample.answer) is not None
    return len(found) == 1 and ends and _right(found[0], sample)


ORDER = (
    non_empty, substring, any_number, last_number, any_box, first_box, last_box, closing_box,
)  # fmt: skip
