"""A fixed point is one, a cycle is one: checked by other means than those that found them."""

from __future__ import annotations

import itertools

import autopep8
import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.verifiers.code_style.conflict import reconciled_style
from assay.verifiers.code_style.orbit import Formatter, follow
from assay.verifiers.code_style.tools.autopep8_format import Autopep8Style, autopep8_output
from assay.verifiers.code_style.tools.black_format import BlackStyle, black_output

from .generated import program


def by_black(text: str) -> str:
    return black_output(text, BlackStyle())


def by_autopep8(text: str) -> str:
    return autopep8_output(text, Autopep8Style())


def by_reconciled(text: str) -> str:
    return autopep8_output(text, reconciled_style())


BOTH = (("black", by_black), ("autopep8", by_autopep8))


def fresh_black(text: str) -> str:
    return black.format_str(text, mode=black.Mode())


def fresh_autopep8(text: str) -> str:
    fixed: str = autopep8.fix_code(text)
    return fixed


@settings(max_examples=25)
@given(st.integers(0, 10**9))
@pytest.mark.slow
def test_no_orbit_is_mislabelled(seed: int) -> None:
    source = program(seed)
    orbit = follow(source, BOTH, 40)
    if orbit.kind == "fixed":
        (text,) = orbit.texts
        assert fresh_black(text) == text == fresh_autopep8(text)
        return
    assert orbit.kind == "cycle"
    run = {"black": fresh_black, "autopep8": fresh_autopep8}
    following = [*orbit.texts[1:], orbit.texts[0]]
    for text, by, after in zip(orbit.texts, orbit.by, following, strict=True):
        assert run[by](text) == after != text
    for order in itertools.permutations(run.values()):
        text, seen = source, set()
        while text not in seen:  # comes round, and never to a text that both leave alone
            seen.add(text)
            assert not all(function(text) == text for function in run.values())
            for function in order:
                text = function(text)


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_reconciled_formatters_always_settle(seed: int) -> None:
    """Measured, not proved: a counterexample belongs into the table and into the configuration."""
    chain = (("autopep8", by_reconciled), ("black", by_black))
    assert follow(program(seed), chain, 40).kind == "fixed"


# -- with formatters made for it -------------------------------------------------------------


def table(**moves: str) -> Formatter:
    return lambda text: moves.get(text, text)


@pytest.mark.parametrize(
    ("formatters", "kind", "texts", "why"),
    [
        ([table()], "fixed", ("a",), "nothing to do"),
        ([table(a="b")], "fixed", ("b",), "one step"),
        ([table(a="b", b="a")], "cycle", ("a", "b"), "one that undoes itself"),
        ([table(a="b"), table(b="c")], "fixed", ("c",), "each in turn"),
        ([table(a="b"), table(b="a")], "cycle", ("a", "b"), "two that undo each other"),
        ([table(a="b", c="b"), table(b="c")], "cycle", ("b", "c"), "what leads in is not a member"),
        ([table(a="b", b="c"), table(b="a", a="d")], "fixed", ("d",), "the other order settles"),
        ([table(a="b"), table(b="c"), table(c="a")], "cycle", ("a", "b", "c"), "three in a ring"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_follow(formatters: list[Formatter], kind: str, texts: tuple[str, ...], why: str) -> None:
    named = [(f"f{i}", function) for i, function in enumerate(formatters)]
    orbit = follow("a", named, 40)
    assert orbit.kind == kind, why
    assert orbit.texts == texts
    if kind == "cycle":
        assert len(orbit.by) == len(orbit.texts)


def test_a_text_that_grows_for_ever_is_open() -> None:
    orbit = follow("a", [("grow", lambda text: text + "a")], 10)
    assert orbit.kind == "open"
    assert orbit.texts == ("a" * 11,)


LETTERS = st.sampled_from("abcde")
MAPS = st.lists(st.dictionaries(LETTERS, LETTERS, max_size=5), min_size=1, max_size=3)


@given(MAPS, LETTERS)
def test_follow_agrees_with_looking_at_everything(maps: list[dict[str, str]], start: str) -> None:
    """Five texts are few enough to try all orders for as long as anything can change."""
    functions = [(str(i), table(**moves)) for i, moves in enumerate(maps)]
    orbit = follow(start, functions, 40)
    reached = set()
    for order in itertools.permutations(functions):
        text = start
        for _ in range(30):
            for _, function in order:
                text = function(text)
                if all(f(text) == text for _, f in functions):
                    reached.add(text)
        if all(f(start) == start for _, f in functions):
            reached.add(start)
    if orbit.kind == "fixed":
        assert orbit.texts[0] in reached
    else:
        assert orbit.kind == "cycle"
        assert not reached
