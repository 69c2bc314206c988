"""Strategies of hypothesis: texts, and whatever JSON can hold."""

from __future__ import annotations

from hypothesis import strategies as st

texts = st.text(max_size=20)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
