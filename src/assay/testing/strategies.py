"""Hypothesis strategies for samples, for authors' own laws: ``pip install hypothesis``.

from hypothesis import given
from assay.testing.strategies import completions, samples

@given(samples(reference=st.integers(0, 99).map(str)))
def test_never_negative(sample): ...
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from assay.model import Sample
from assay.testing.hostile import hostile_texts


@cache
def _hostile() -> tuple[str, ...]:
    """The hostile completions that are short enough to be tried again and again."""
    return tuple(text for _, text in hostile_texts(300, 0) if len(text) <= 2_000)


def completions() -> st.SearchStrategy[str]:
    """Texts as models and attackers write them: any Unicode, broken markup, hidden code, boxes."""
    pieces = st.sampled_from(
        ["\\boxed{", "}", "<think>", "</think>", "<answer>", "</answer>", "```python\n", "```\n",
         "The answer is ", "####", "$", "\\frac{1}{2}", "0", "-1", "\n\n", "\u200b"]
    )  # fmt: skip
    built = st.lists(st.one_of(pieces, st.text(max_size=12)), max_size=12).map("".join)
    return st.one_of(st.text(max_size=200), built, st.sampled_from(_hostile()))


def samples(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Sample]:
    """Samples with any completion.

    Args:
        **fields: Field of `Sample` -> strategy of its values; `completion` too.
    """
    given = {"completion": completions(), **fields}
    return st.fixed_dictionaries(given).map(lambda row: Sample(**row))
