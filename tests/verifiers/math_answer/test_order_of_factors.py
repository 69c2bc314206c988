"""Products in order, held against matrices of whole numbers in exact arithmetic."""

from random import Random

import pytest
from flint import fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.verifiers.math_answer import Policy, equivalent, same_value

SIZE = 3
NAMES = ("A", "B", "C")

# An expression is a nested tuple: ("name", "A"), ("mul", x, y), ("add", x, y), ("turned", x), ...
names = st.sampled_from(NAMES).map(lambda n: ("name", n))
expressions = st.recursive(
    names,
    lambda below: st.one_of(
        st.tuples(st.just("mul"), below, below),
        st.tuples(st.sampled_from(["add", "sub"]), below, below),
        st.tuples(st.sampled_from(["turned", "inverse"]), below),
        st.tuples(st.just("twice"), below),
    ),
    max_leaves=4,
)


def latex(x):
    """How a person writes it, all brackets kept."""
    kind, *below = x
    if kind == "name":
        return below[0]
    inside = [latex(one) for one in below]
    return {
        "mul": r"({0})({1})", "add": "({0}+{1})", "sub": "({0}-{1})", "turned": r"({0})^{{\top}}",
        "inverse": "({0})^{{-1}}", "twice": "2({0})",
    }[kind].format(*inside)  # fmt: skip


def value(x, env):
    """Its value for the matrices of `env`, exactly; ZeroDivisionError where there is none."""
    kind, *below = x
    if kind == "name":
        return env[below[0]]
    a, *rest = (value(one, env) for one in below)
    if kind == "mul":
        return a * rest[0]
    if kind == "add":
        return a + rest[0]
    if kind == "sub":
        return a - rest[0]
    if kind == "turned":
        return a.transpose()
    return a.inv() if kind == "inverse" else 2 * a


def rearranged(x):
    """Another way to write it: products turned twice, inverses distributed in reverse."""
    kind, *below = x
    if kind == "name":
        return x
    below = [rearranged(one) for one in below]
    if kind == "inverse" and below[0][0] == "mul":
        return ("mul", ("inverse", below[0][2]), ("inverse", below[0][1]))
    if kind == "mul":
        return ("turned", ("mul", ("turned", below[1]), ("turned", below[0])))
    if kind == "add":
        return ("add", below[1], below[0])
    return (kind, *below)


def with_a_mark(x):
    """`x` plus ``A A^T``: that the names are matrices is seen from a transpose."""
    return ("add", x, ("mul", ("name", "A"), ("turned", ("name", "A"))))


RANDOM = Random(20)
GENERIC = [
    {n: fmpq_mat(SIZE, SIZE, [RANDOM.randint(-99, 99) for _ in range(SIZE**2)]) for n in NAMES}
    for _ in range(2)
]
"""Whole numbers without a pattern: what agrees at them agrees for all matrices."""


def exchanged(x):
    """`x` with the factors of its products exchanged."""
    kind, *below = x
    if kind == "name":
        return x
    below = [exchanged(one) for one in below]
    return (kind, *(below[::-1] if kind == "mul" else below))


def agree(x, y):
    """Whether both have the same value; None where one has none."""
    try:
        return all(value(x, env) == value(y, env) for env in GENERIC)
    except ZeroDivisionError:
        return None


@settings(max_examples=80, deadline=None, derandomize=True)
@given(expressions, st.sampled_from([exchanged, rearranged, lambda x: x]), expressions)
def test_the_verdict_is_that_of_matrices_of_whole_numbers(x, other, y):
    for pair in ((x, other(x)), (x, y)):
        one, two = map(with_a_mark, pair)
        expected = agree(one, two)
        if expected is None:
            continue
        found = same_value(latex(one), latex(two))
        assert found.equal is expected, found.because
        assert found.certainty != "unproved"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(expressions, expressions)
def test_the_sides_may_be_exchanged(x, y):
    x, y = latex(with_a_mark(x)), latex(with_a_mark(y))
    assert same_value(x, y).equal is same_value(y, x).equal


@pytest.mark.parametrize(
    ("reference", "answer", "certainty"),
    [
        ("(AB)^{-1}", "B^{-1}A^{-1}", "proved"),
        (r"2A^{\top}(Ax-b)", r"2A^{\top}Ax-2A^{\top}b", "proved"),
        (r"\frac{1}{\sqrt2}(A+A^T)", r"\frac{\sqrt2}{2}(A^T+A)", "proved"),
        ("(I+AB)^{-1}A", "A(I+BA)^{-1}", "probable"),
        (r"\det(AB)", r"\det(A)\det(B)", "probable"),
        (r"\vec a\times\vec b", r"-\vec b\times\vec a", "probable"),
    ],
)
def test_sums_of_products_are_proved_and_the_rest_is_probable(reference, answer, certainty):
    assert equivalent(reference, answer).certainty == certainty


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"A^T\mu", r"\mu A^T"),
        (r"\frac{A}{B}", "B^{-1}A"),
        ("H^{-1}y", "yH^{-1}"),
        (r"uv^T", r"v^Tu"),
    ],
)
def test_without_a_reference_neither_side_says_what_names_are(one, other):
    assert same_value(one, other).equal is same_value(other, one).equal is False


def test_it_says_that_the_order_counts():
    found = equivalent("A^{-1}B", "BA^{-1}")
    assert found.because == (
        "B*A^(-1) and A^(-1)*B differ: they differ at seeded matrices, and the order of the "
        "factors counts"
    )
    assert (found.certainty, found.decided_by) == ("proved", "numeric")


@pytest.mark.parametrize(
    ("reference", "answer", "why"),
    [
        (r"\nabla\times\vec F", r"-\vec F\times\nabla", "a derivative has no value"),
        ("A^{-1}B^{900}", "B^{900}A^{-1}", "a power beyond the bound"),
        ("+".join(["A^{-1}B"] * 200), "+".join(["BA^{-1}"] * 200), "more terms than the bound"),
    ],
    ids=lambda text: text[:40],
)
def test_what_has_no_value_is_not_paid_as_a_product_of_numbers(reference, answer, why):
    found = equivalent(reference, answer)
    assert not found, why
    assert found.certainty == "unproved"
    assert not found.open, "a computer algebra system would let the names change places"


def test_a_bound_says_so():
    found = equivalent("A^{-1}B", "+".join(["BA^{-1}"] * 200))
    assert found.decided_by == "bounds"
    assert "their order counts, and they have more than 400 parts" in found.because


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("A^{-1}B", "BA^{-1} + [A] - [A]"),
        ("A^{-1}B", "BA^{-1} + A^{-2} - A^{-2}"),
        ("A^{-1}B", r"BA^{-1}\frac{C}{C}"),
        ("A^TB", "BA^T + T - T"),
        ("A^TB", "BA^T + 2^T - 2^T"),
        ("A^TB", "BA^T + (1+r)^T - (1+r)^T"),
        ("e^Ae^B", r"e^Be^A\frac{C}{C}"),
    ],
)
def test_an_answer_cannot_take_back_what_the_reference_shows(reference, answer):
    assert not equivalent(reference, answer)


def test_names_of_constants_keep_their_places_too():
    assert not equivalent("K^{-1}AD", "AK^{-1}D", Policy(constants="rename"))
