"""Laws of `same_value`, with mpmath at 60 digits as the oracle for random expressions."""

import mpmath
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assay.verifiers.math_answer import equivalent, same_value
from assay.verifiers.math_answer.answers.understood import read

SETTINGS = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)

# A term is a nested tuple: ("int", 3), ("name", "x"), ("add", a, b), ("sqrt", a), ...
leaves = st.one_of(
    st.integers(1, 12).map(lambda n: ("int", n)),
    st.sampled_from(["x", "y"]).map(lambda n: ("name", n)),
    st.just(("pi",)),
)


def grow(below):
    return st.one_of(
        st.tuples(st.sampled_from(["add", "sub", "mul", "div"]), below, below),
        st.tuples(st.just("pow"), below, st.integers(2, 3)),
        st.tuples(st.sampled_from(["sqrt", "sin", "cos", "exp"]), below),
    )


terms = st.recursive(leaves, grow, max_leaves=6)


def latex(t):
    kind = t[0]
    if kind == "int":
        return str(t[1])
    if kind == "name":
        return t[1]
    if kind == "pi":
        return r"\pi"
    if kind == "add":
        return f"{latex(t[1])}+{latex(t[2])}"
    if kind == "sub":
        return f"{latex(t[1])}-\\left({latex(t[2])}\\right)"
    if kind == "mul":
        return f"\\left({latex(t[1])}\\right)\\left({latex(t[2])}\\right)"
    if kind == "div":
        return f"\\frac{{{latex(t[1])}}}{{{latex(t[2])}}}"
    if kind == "pow":
        return f"\\left({latex(t[1])}\\right)^{{{t[2]}}}"
    if kind == "sqrt":
        return f"\\sqrt{{{latex(t[1])}}}"
    if kind == "exp":
        return f"e^{{{latex(t[1])}}}"
    return f"\\{kind}\\left({latex(t[1])}\\right)"


def plain(t):
    kind = t[0]
    if kind in ("int", "name"):
        return str(t[1])
    if kind == "pi":
        return "pi"
    if kind in ("add", "sub", "mul", "div"):
        sign = {"add": "+", "sub": "-", "mul": "*", "div": "/"}[kind]
        return f"(({plain(t[1])}){sign}({plain(t[2])}))"
    if kind == "pow":
        return f"({plain(t[1])})**{t[2]}"
    return f"{kind}({plain(t[1])})"


def value(t, env):
    """The oracle: mpmath at 60 digits; None where it has no finite real value."""
    kind = t[0]
    if kind == "int":
        return mpmath.mpf(t[1])
    if kind == "name":
        return env[t[1]]
    if kind == "pi":
        return +mpmath.pi
    args = [value(a, env) for a in t[1:] if isinstance(a, tuple)]
    if any(a is None for a in args):
        return None
    if kind == "pow":
        return args[0] ** t[2]
    if kind == "div":
        return args[0] / args[1] if abs(args[1]) > mpmath.mpf(10) ** -30 else None
    if kind == "sqrt":
        return mpmath.sqrt(args[0]) if args[0] >= 0 else None
    if kind == "exp":
        return mpmath.exp(args[0]) if abs(args[0]) < 200 else None
    if kind in ("sin", "cos"):
        return getattr(mpmath, kind)(args[0]) if abs(args[0]) < mpmath.mpf(10) ** 8 else None
    a, b = args
    return {"add": a + b, "sub": a - b, "mul": a * b}[kind]


POINTS = [("0.7310", "1.6180"), ("2.2360", "0.4142"), ("3.1622", "2.6457"), ("0.1618", "0.5772")]


def oracle(a, b):
    """True, False, or None where too few points can tell."""
    agree = 0
    with mpmath.workdps(60):
        for x, y in POINTS:
            env = {"x": mpmath.mpf(x), "y": mpmath.mpf(y)}
            left, right = value(a, env), value(b, env)
            if left is None or right is None or abs(left) > mpmath.mpf(10) ** 60:
                continue
            if abs(left - right) > mpmath.mpf(10) ** -35 * (1 + abs(left)):
                return False
            if abs(left - right) > mpmath.mpf(10) ** -45 * (1 + abs(left)):
                return None
            agree += 1
    return True if agree >= 3 else None


def rewritings(t):
    """Some terms that equal `t` wherever both have a value."""
    kind = t[0]
    out = [
        ("add", ("sub", t, ("name", "y")), ("name", "y")),
        ("mul", t, ("add", ("pow", ("sin", ("name", "x")), 2), ("pow", ("cos", ("name", "x")), 2))),
        ("div", ("mul", t, ("int", 6)), ("int", 6)),
    ]
    if kind in ("add", "mul"):
        out.append((kind, t[2], t[1]))
    if kind == "mul" and t[1][0] == "add":
        out.append(("add", ("mul", t[1][1], t[2]), ("mul", t[1][2], t[2])))
    if kind == "pow":
        out.append(("mul", ("pow", t[1], t[2] - 1) if t[2] > 2 else t[1], t[1]))
    if kind == "exp" and t[1][0] == "add":
        out.append(("mul", ("exp", t[1][1]), ("exp", t[1][2])))
    if kind == "sin":
        out.append(("mul", ("int", 2), ("mul", ("sin", ("div", t[1], ("int", 2))),
                                        ("cos", ("div", t[1], ("int", 2))))))  # fmt: skip
    if kind == "div":
        out.append(("mul", t[1], ("div", ("int", 1), t[2])))
    return out


def perturbed(t, k):
    """`t` with its k-th whole number one larger; None where it has none."""
    count = 0

    def walk(node):
        nonlocal count
        if node[0] == "int":
            count += 1
            return ("int", node[1] + 1) if count - 1 == k else node
        return tuple(walk(a) if isinstance(a, tuple) else a for a in node)

    new = walk(t)
    return new if count > k else None


def real(t):
    """Whether the term has a value at enough points to speak of it at all."""
    return oracle(t, t) is True


def rational(t):
    return t[0] in ("int", "name") or (
        t[0] in ("add", "sub", "mul", "div", "pow")
        and all(rational(a) for a in t[1:] if isinstance(a, tuple))
    )


@SETTINGS
@given(terms)
def test_reflexive_across_notations(t):
    assume(real(t))
    found = same_value(latex(t), plain(t))
    assert found.equal, (latex(t), plain(t), found)


@SETTINGS
@given(terms, terms)
def test_symmetric(a, b):
    assume(real(a) and real(b))
    one, other = same_value(latex(a), latex(b)), same_value(latex(b), latex(a))
    assert (one.equal, one.certainty) == (other.equal, other.certainty)


@SETTINGS
@given(terms, terms)
def test_agrees_with_the_oracle(a, b):
    assume(real(a) and real(b))
    truth = oracle(a, b)
    found = same_value(latex(a), latex(b))
    if truth is False:
        assert not found.equal
    elif truth is True:
        assert found.equal or found.certainty == "unproved", found


@SETTINGS
@given(terms, st.data())
def test_equals_its_rewriting(t, data):
    assume(real(t))
    new = data.draw(st.sampled_from(rewritings(t)))
    assume(oracle(t, new) is True)
    found = same_value(latex(t), latex(new))
    assert found.equal, (latex(t), latex(new), found)


@SETTINGS
@given(terms, st.integers(0, 3))
def test_differs_from_its_perturbation(t, k):
    new = perturbed(t, k)
    assume(new is not None and real(t) and real(new) and oracle(t, new) is False)
    assert not same_value(latex(t), latex(new)).equal


@SETTINGS
@given(terms, st.data())
def test_transitive_where_proved(t, data):
    assume(real(t) and rational(t))
    second = data.draw(st.sampled_from([r for r in rewritings(t) if rational(r)]))
    third = data.draw(st.sampled_from([r for r in rewritings(second) if rational(r)]))
    pairs = [(t, second), (second, third), (t, third)]
    found = [same_value(latex(a), latex(b)) for a, b in pairs]
    if all(f.equal and f.certainty == "proved" for f in found[:2]):
        assert found[2].equal


STYLES = [
    lambda s: f"${s}$",
    lambda s: f"  {s} ",
    lambda s: s.replace(r"\frac", r"\dfrac"),
    lambda s: s.replace(r"\left", "").replace(r"\right", ""),
    lambda s: f"{{{s}}}",
    lambda s: s.replace("+", " + ").replace("-", " - "),
    lambda s: f"\\displaystyle {s}",
    lambda s: f"\\[ {s} \\]",
]


@SETTINGS
@given(terms, st.sampled_from(STYLES))
def test_invariant_under_style(t, style):
    assume(real(t))
    assert same_value(latex(t), style(latex(t))).equal
    assert equivalent(latex(t), style(latex(t))).equal


@pytest.mark.parametrize("text", ["9", "9%", "0.09"])
def test_percent_is_transitive_in_the_core(text):
    others = {"9": ["9%", "0.09"], "9%": ["9"], "0.09": ["9"]}[text]
    assert not any(same_value(text, other) for other in others)
    assert same_value("9%", "0.09")


integers = st.integers(-(10**30), 10**30)


@SETTINGS
@given(integers, integers.filter(bool), st.integers(1, 10**6))
def test_fractions_reduce(top, bottom, factor):
    assert same_value(f"{top}/({bottom})", f"\\frac{{{top * factor}}}{{{bottom * factor}}}").equal


@SETTINGS
@given(st.lists(st.integers(-99, 99), min_size=2, max_size=8), st.randoms())
def test_sets_ignore_order(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    one = r"\{" + ",".join(map(str, items)) + r"\}"
    assert same_value(one, r"\{" + ", ".join(map(str, shuffled)) + r"\}").equal


@SETTINGS
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gets_a_comparison_or_a_named_error(reference, answer):
    from assay.errors import ReferenceUnreadable

    try:
        found = equivalent(reference, answer)
    except ReferenceUnreadable:
        return
    assert isinstance(found.equal, bool)
    assert found.because


@given(st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", fullmatch=True))
def test_a_plain_numeral_is_read_as_its_tokens_say(text):
    """The commonest answers are read without their tokens; braces say nothing, and need them."""
    short, long = read(text), read(f"{{{text}}}")
    assert (short.node, short.notation, short.shown) == (long.node, long.notation, long.shown)
    assert (short.parameters, short.choice, short.date, short.option) == (frozenset(),) + (
        None,
    ) * 3
    assert (short.text, short.squeezed) == (text, text)
