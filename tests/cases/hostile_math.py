r"""Answers that are made to hang, exhaust, crash or fool a grader of mathematics.

Written for this project. Each case has the right verdict and the reason. A case says `must` where
nothing but that verdict will do; elsewhere a true equality may stay unproved, and a reference
that is itself beyond the limits may be refused, as long as it is said. A verdict of None means
that either reading can be defended, and only the bounds are at stake.

What is hidden in some of them would create a file named `CANARY` if it were ever run.
"""

from __future__ import annotations

from typing import NamedTuple

CANARY = "assay_canary"


class Case(NamedTuple):
    """One hostile pair."""

    reference: str
    answer: str
    equal: bool | None
    why: str
    must: bool = False


def _same(text: str, why: str, must: bool = False) -> Case:
    return Case(text, text, True, why, must)


def _nested(opening: str, core: str, closing: str, depth: int) -> str:
    return opening * depth + core + closing * depth


def _joined(items: object, sign: str = ", ") -> str:
    return sign.join(str(i) for i in items)  # type: ignore[attr-defined]


def _set(items: object) -> str:
    return "\\{" + _joined(items) + "\\}"


def _matrix(size: int, corner: int) -> str:
    rows = [[int(i == j) for j in range(size)] for i in range(size)]
    rows[-1][0] = corner
    return (
        "\\begin{pmatrix}" + " \\\\ ".join(" & ".join(map(str, r)) for r in rows) + "\\end{pmatrix}"
    )


TOWERS = [
    Case("7", "9^{9^{9^{9}}}", False, "a power tower"),
    Case("7", "9**9**9**9**9", False, "a power tower in Python's notation"),
    Case("7", "9^9^9^9^9^9^9", False, "a power tower in plain text"),
    _same("9^{9^{9^9}}", "a tower is itself", True),
    Case("9^{9^{9^9}}", "9^{9^{9^8}}", False, "two towers, unlike at the top", True),
    Case("2^{1000000}", "4^{500000}", True, "equal powers of unlike bases", True),
    Case("2^{1000000}", "4^{500001}", False, "unlike powers of unlike bases", True),
    Case("2^{1000000}", "2^{1000000}+1", False, "a huge number and its successor"),
    Case("0", "9^{9^{9^{9}}}-9^{9^{9^{9}}}", True, "a tower less itself"),
    Case("7", "2^{" * 1_000 + "2" + "}" * 1_000, False, "a tower of 1,000 floors"),
    Case("7", "2^{" * 100_000 + "2" + "}" * 100_000, False, "a tower of 100,000 floors"),
    Case("7", "2^" * 100_000 + "2", False, "a tower of 100,000 floors without braces"),
    Case("1", "1^{10^{10^{10}}}", True, "one to any power"),
    Case("1", "(-1)^{10^{100}}", True, "minus one to an even power"),
    Case("-1", "(-1)^{10^{100}}", False, "minus one to an even power is not minus one"),
    Case("e", "(1+10^{-100})^{10^{100}}", False, "a limit is not reached"),
    Case("0", "2^{-10^{100}}", False, "next to nothing is not nothing"),
    _same("x^{1000000000}", "a huge exponent"),
    Case("x^{1000000000}", "x^{1000000001}", False, "two huge exponents"),
    _same("(x+1)^{1000000}", "a polynomial that nobody should expand"),
    Case("(x+1)^{1000000}", "(x-1)^{1000000}", False, "two such polynomials"),
    Case("(x+y+z+w)^{1000}", "(w+z+y+x)^{1000}", True, "four names to the thousandth"),
    Case("0", "(x+1)^{100000}-(x+1)^{100000}", True, "a huge polynomial less itself"),
    Case("1", "2^{1/2^{1000}}", False, "a root so high that the value is nearly one"),
    _same("[2^{1/2^{1000}},\\infty)", "an interval from such a root"),
    Case("2^{99999999999999999999}", "3^{99999999999999999999}", False, "powers beyond memory"),
    Case("1", _nested("\\sqrt{", "2", "}", 60), False, "sixty roots of two are nearly one"),
    Case("7", "7^{7^{7^{7^{7}}}} \\bmod 10", False, "a tower under a modulus is 3"),
    Case("4", "10^{10^{10}} \\bmod 7", True, "a huge power under a modulus"),
    Case("5", "10^{10^{10}} \\bmod 7", False, "the wrong residue of it"),
    Case("7", "(((((9!)!)!)!)!)^{(((9!)!)!)!}", False, "towers of factorials"),
]

COUNTS = [
    Case("7", "10000000!", False, "a factorial of ten million"),
    _same("10000000!", "it equals itself"),
    Case("10000000", "10000000!/9999999!", True, "a quotient of factorials"),
    Case("7", "(10!)!", False, "a factorial of a factorial"),
    Case("7", "((10!)!)!", False, "and of that"),
    Case("7", "10" + "!" * 100_000, False, "100,000 marks of exclamation"),
    Case("100000!", "100000!+1", False, "a factorial and its successor"),
    Case("\\frac{1}{2004!}", "\\frac{1}{2006!}", False, "two tiny numbers", True),
    Case("\\frac{1}{2^{99}}", "\\frac{1}{2^{98}}", False, "two small numbers", True),
    Case("0", "\\frac{1}{2004!}", False, "a tiny number is not nought", True),
    Case("170!", "171!", False, "on both sides of the largest float", True),
    Case("7", "\\binom{10000000}{5000000}", False, "a binomial beyond memory"),
    Case("1000000000", "\\binom{1000000000}{1}", True, "a binomial that only looks so"),
    Case("7", "\\sum_{k=1}^{10^{12}} k", False, "a sum with 10^12 terms"),
    _same("\\sum_{k=1}^{10^{12}} \\frac{1}{k^k}", "it equals itself"),
    Case("14", "\\sum_{k=1}^{1000000} \\frac{1}{k}", False, "a million reciprocals"),
    Case("7", "\\prod_{k=1}^{10^{9}} k", False, "a product with 10^9 factors"),
    Case(
        "1000000000",
        "\\sum_{i=1}^{1000}\\sum_{j=1}^{1000}\\sum_{k=1}^{1000} 1",
        True,
        "sums in sums",
    ),
    Case("\\frac{\\pi^2}{6}", "\\sum_{k=1}^{\\infty}\\frac{1}{k^2}", True, "a series"),
    Case("7", "\\int_0^1 x^{x^{x^x}} dx", False, "an integral without a closed form"),
    Case("7", "\\lfloor 10^{10^{10}} \\rfloor", False, "the floor of a tower"),
    Case("10^{999}", "\\gcd(10^{1000}, 10^{999})", True, "the gcd of huge numbers"),
    Case("7", "fibonacci(10^{18})", False, "a function that nobody should call"),
]

NESTED = [
    Case("7", _nested("(", "7", ")", 10), True, "10 brackets", True),
    Case("7", _nested("(", "7", ")", 100), True, "100 brackets", True),
    Case("7", _nested("(", "7", ")", 1_000), True, "1,000 brackets"),
    Case("7", _nested("(", "7", ")", 10_000), True, "10,000 brackets"),
    Case("7", _nested("(", "7", ")", 100_000), True, "100,000 brackets"),
    Case("8", _nested("(", "7", ")", 100_000), False, "100,000 brackets around another number"),
    Case("7", _nested("{", "7", "}", 100_000), True, "100,000 braces"),
    Case("7", _nested("\\left(", "7", "\\right)", 10_000), True, "10,000 stretched brackets"),
    Case("7", _nested("(1+(", "7", "))", 20_000), False, "brackets with a term in each"),
    Case("7", _nested("[(", "7", ")]", 20_000), False, "brackets of two kinds"),
    Case("7", _nested("\\{", "7", "\\}", 1_000), False, "a set in a set, 1,000 times"),
    Case("7", _nested("\\frac{1}{1+", "x", "}", 100), False, "100 fractions in fractions"),
    Case("7", _nested("\\frac{1}{1+", "x", "}", 10_000), False, "10,000 fractions in fractions"),
    Case("7", _nested("\\frac{1}{", "x", "}", 100_000), False, "100,000 fractions in fractions"),
    Case("7", _nested("\\sqrt{", "x", "}", 100_000), False, "100,000 roots in roots"),
    Case("7", _nested("\\sqrt{1+", "x", "}", 1_000), False, "1,000 roots in roots"),
    Case("7", _nested("|", "x", "|", 50_000), False, "bars that open or close"),
    Case("7", _nested("\\text{", "7", "}", 10_000), None, "text in text"),
    Case("7", _nested("\\boxed{", "7", "}", 10_000), None, "a box in a box"),
    Case("7", _nested("f(", "x", ")", 10_000), False, "a function of a function"),
    Case("7", _nested("\\sin(", "x", ")", 10_000), False, "a sine of a sine"),
    Case("7", "x" + "+x|_0^1" * 300, False, "bars of evaluation, each of all before it"),
    Case("7", "x" + "|_{x=x+x}" * 300, False, "bars that double what stands before them"),
    Case("7", "f\\circ " * 900 + "g(x)", False, "900 functions composed"),
    Case("7", "f\\circ " * 170 + "g(x)=7", True, "170 functions composed, and their value"),
    Case("7", _nested("(", "x!!!!!!!!!!!", ")!!!!!!!!!!", 85), False, "marks behind each bracket"),
    Case("7", "{}^" * 1_000 + "5C_2", False, "carets that no count follows"),
    Case("7", "\\sin" * 10_000 + "x", False, "sines without brackets"),
    Case("1", "-" * 100_000 + "1", True, "an even number of minus signs"),
    Case("-1", "-" * 100_000 + "1", False, "which is not an odd number of them"),
    Case("7", "+" * 100_000 + "8", False, "plus signs"),
    Case("7", "x" + "_{x" * 10_000 + "}" * 10_000, False, "an index of an index"),
    Case("7", "f" + "'" * 100_000, False, "a derivative of high order"),
    Case("7", "\\begin{pmatrix}" * 10_000, False, "matrices in matrices, none closed"),
    Case("7", "((1,2)," * 10_000, False, "tuples in tuples, none closed"),
]

LONG = [
    Case("7", "7" * 1_000_000, False, "a million digits"),
    _same("7" * 1_000_000, "a million digits equal themselves"),
    Case("7" * 1_000_000, "7" * 999_999 + "8", False, "or differ in the last one"),
    Case("\\frac{1}{3}", "0." + "3" * 1_000_000, None, "a third to a million digits"),
    Case("\\frac{2}{3}", "0." + "3" * 1_000_000, False, "which is not two thirds"),
    Case("7", "1e999999999", False, "an exponent beyond memory"),
    Case("0", "1e-999999999", False, "and one below it"),
    Case("0", "10^{-1000000}", False, "a tiny power of ten"),
    Case("7", "0." + "0" * 100_000 + "1", False, "100,000 noughts"),
    Case("7", "1" + ",000" * 100_000, False, "thousands of thousands separators"),
    Case("7", "1," * 100_000, False, "commas"),
    Case("7", "1" + "," * 100_000, False, "nothing but commas"),
    Case("7", "1." * 100_000, False, "points"),
    Case("7", "1 " * 100_000, False, "numbers side by side"),
    Case("7", " " * 1_000_000 + "7", None, "a million spaces"),
    Case("7", "\\ " * 100_000, False, "spaces of LaTeX"),
    Case("7", "a" * 1_000_000, False, "a million letters"),
    Case("7", "no " * 300_000, False, "300,000 words"),
    Case("7", "\\text{a}" * 20_000, False, "20,000 pieces of text"),
    Case("7", "\\frac" * 100_000, False, "fractions of nothing"),
    Case("7", "\\" * 100_000, False, "backslashes"),
    Case("7", "$" * 100_000 + "8", False, "dollars"),
    Case("7", "e^" * 100_000, False, "exponents of nothing"),
    Case("7", "<think>" * 10_000 + "8", False, "thoughts"),
    Case("7", "7 or 8" + " or 9" * 10_000, False, "10,000 alternatives are no answer"),
    Case("7", "x=" * 10_000 + "8", False, "a chain of 10,000 sides"),
    Case("7", _joined(range(1, 10_000), "<"), False, "a chain of inequalities"),
    Case("100000", _joined(["1"] * 100_000, "+"), True, "100,000 ones"),
    Case("99999", _joined(["1"] * 100_000, "+"), False, "are not one fewer"),
    Case("100000x", _joined(["x"] * 100_000, "+"), True, "100,000 equal terms"),
    Case("99999x", _joined(["x"] * 100_000, "+"), False, "are not one fewer"),
    Case(
        _joined((f"x_{{{i}}}" for i in range(3_000)), "+"),
        _joined((f"x_{{{i}}}" for i in reversed(range(3_000))), "+"),
        True,
        "3,000 names in another order",
    ),
    Case(
        "".join(f"(x-{i})" for i in range(1, 500)),
        "".join(f"(x-{i})" for i in reversed(range(1, 500))),
        True,
        "500 factors in another order",
    ),
    Case(
        "".join(f"(x-{i})" for i in range(1, 500)),
        "".join(f"(x-{i})" for i in range(2, 501)),
        False,
        "500 factors, one of them another",
    ),
    Case("7", _joined(range(1, 20_000), "*"), False, "a product of 20,000 factors"),
    Case("7", _joined((f"\\sqrt{{{n}}}" for n in range(2, 3_000)), "+"), False, "3,000 roots"),
    Case("0", "(\\sqrt{2}+\\sqrt{3})" * 500, False, "500 surds multiplied"),
    Case("0", "\\pm1" * 40, False, "forty choices of sign"),
    _same(_set(f"\\pm {n}" for n in range(1, 51)), "fifty choices in a set"),
]

LISTS = [
    Case(_set(range(2_000)), _set(reversed(range(2_000))), True, "a set of 2,000, reversed", True),
    Case(_set(range(10_000)), _set(reversed(range(10_000))), True, "a set of 10,000, reversed"),
    Case(_set(range(10_000)), _set(range(1, 10_001)), False, "two sets of 10,000"),
    Case(
        _set(f"x+{n}" for n in range(500)),
        _set(f"{n}+x" for n in reversed(range(500))),
        True,
        "a set of 500 expressions, reversed",
    ),
    Case(
        _set(f"x+{n}" for n in range(500)),
        _set(f"{n}+x" for n in range(1, 501)),
        False,
        "two sets of 500 expressions",
    ),
    Case(
        _set(f"\\sqrt{{{n}}}" for n in range(2, 400)),
        _set(f"{n}^{{1/2}}" for n in reversed(range(2, 400))),
        True,
        "a set of 400 roots, reversed and restyled",
    ),
    Case(
        "(" + _joined(range(10_000)) + ")",
        "(1, 0, " + _joined(range(2, 10_000)) + ")",
        False,
        "a tuple of 10,000 in another order",
    ),
    _same(_matrix(60, 0), "a matrix of 3,600 entries"),
    Case(_matrix(60, 0), _matrix(60, 1), False, "with one entry changed"),
    Case(_matrix(2, 0), _matrix(2, 0) * 60, False, "a product whose terms double with each factor"),
    Case(
        _joined((f"({2 * i},{2 * i + 1})" for i in range(500)), " \\cup "),
        _joined((f"({2 * i},{2 * i + 1})" for i in reversed(range(500))), " \\cup "),
        True,
        "a union of 500 intervals, reversed",
    ),
    Case("7", _set(range(10_000)), False, "a list of everything is no answer", True),
    Case("7", _joined(range(10_000)), False, "nor is one without braces", True),
    Case("7", "7, 8", False, "nor are two guesses", True),
    Case("7", "7 or 8", False, "nor is hedging", True),
    Case("7", "x=5=6=7", False, "nor a chain that contradicts itself", True),
]

UNCLOSED = [
    Case("7", text, False, f"no answer: {text[:20]!r} of {len(text):,}")
    for text in (
        "", " ", "\n", "{", "}", "(", ")", "[", "]", "\\{", "\\}", "^", "_", "^{", "_{", "&", "&&&",
        "\\", "\\\\", "\\(", "\\)", "\\[", "$", "$$", "|", "\\frac", "\\frac{", "\\frac{1}",
        "\\frac{1}{", "\\sqrt", "\\sqrt[", "\\sqrt[3", "\\left", "\\left(", "\\right", "\\text{",
        "\\begin{pmatrix}", "\\begin{pmatrix} 1 & 2", "\\begin{", "\\end{pmatrix}", "\\sum_{",
        "\\int_", "\\boxed", "=", "==", "<", "\\in", "1/", "/1", "*", "1+", ",", ";", ":", "!", "'",
        "(" * 100_000, ")" * 100_000, "{" * 100_000, "}" * 100_000, "[" * 100_000,
        "\\left(" * 20_000, "\\frac{" * 50_000, "\\sqrt{" * 50_000, "|" * 100_000,
        "\\text{" * 20_000, "\\{" * 50_000, "^{" * 50_000, "\\begin{matrix}" * 5_000,
        "([{" * 30_000, "(]" * 50_000,
    )
]  # fmt: skip

CHARACTERS = [
    Case("7", "\x00", False, "NUL"),
    Case("7", "7\x00", None, "a number and NUL"),
    Case("7", "\x00" * 100_000, False, "100,000 NULs"),
    Case("7", "7\u200b", True, "a zero-width space", True),
    Case("7", "\ufeff7", True, "a byte-order mark", True),
    Case("77", "7\u200b7", True, "a zero-width space within", True),
    Case("7", "\u200b" * 100_000 + "7", None, "100,000 of them"),
    Case("12", "\u202e21\u202c", False, "it shows as 12 and is 21", True),
    Case("12", "\u206621\u2069", False, "isolated bidi", True),
    Case("x", "\u0445", False, "a Cyrillic letter that looks like x", True),
    Case("a", "\u0430", False, "a Cyrillic letter that looks like a", True),
    Case("0", "\u03bf", False, "a Greek letter that looks like nought", True),
    Case("3", "\u0417", False, "a Cyrillic letter that looks like 3", True),
    Case("1", "l", False, "a letter that looks like one", True),
    Case("7", "\uff17", True, "a fullwidth digit", True),
    Case("7", "\u0667", True, "an Arabic digit", True),
    Case("7", "\U0001d7d5", True, "a bold digit"),
    Case("8", "\u0667", False, "an Arabic digit is one number", True),
    Case("128", "2\u2077", True, "a superscript digit", True),
    Case("2", "1" + "\u00b2" * 1_000, None, "superscripts"),
    Case("7", "\u2466", None, "a circled digit"),
    Case("7", "\u2166", None, "a Roman numeral in one character"),
    Case("7", "7" + "\u0301" * 100_000, None, "100,000 accents"),
    Case("7", "\ufdfa" * 100_000, False, "a ligature that unfolds into eighteen letters"),
    Case("7", "\ud800", False, "half of a surrogate pair"),
    Case("7", "\U000e0037" * 1_000, False, "tags"),
    Case("7", "\U0001f600" * 10_000, False, "faces"),
    Case("7", "\x1b[31m8\x1b[0m", False, "escapes of a terminal"),
    Case("7", "\u2028" * 10_000, False, "separators of lines"),
    Case("7", "\u221a" * 10_000 + "2", False, "10,000 signs of roots"),
    Case("\\frac{1}{2}", "\u00bd", True, "a half in one character", True),
]

_TOUCH = f"__import__('pathlib').Path('{CANARY}').touch()"
CODE = [
    Case("7", text, False, f"hidden code: {text[:24]!r}", True)
    for text in (
        _TOUCH, f"eval({_TOUCH!r})", f"exec({_TOUCH!r})", f"7 if {_TOUCH} else 7", f"[{_TOUCH}]",
        f"(lambda: {_TOUCH})()", f"{{{_TOUCH}}}", f"\\text{{{_TOUCH}}}", f"\\frac{{{_TOUCH}}}{{1}}",
        f"os.system('touch {CANARY}')", f"open('{CANARY}', 'w')",
        "().__class__.__bases__[0].__subclasses__()", "x.__class__.__mro__", "globals()",
        f"S({_TOUCH!r})", f"sympify({_TOUCH!r})", f"parse_expr({_TOUCH!r})",
        "Symbol('x')._eval_expand",
        f"cos\nsystem\n(S'touch {CANARY}'\ntR.", f"\\write18{{touch {CANARY}}}",
        "\\input{/etc/passwd}", "\\catcode`\\%=0", "\\def\\x{\\x\\x}\\x", "%s%s%s%n", "${8*8}",
        "'; DROP TABLE answers; --", "<script>alert(1)</script>", "$(touch " + CANARY + ")",
        "`touch " + CANARY + "`", "[x for x in range(10**9)]", "range(10**12)", "'7'*10**10",
        "while True: pass", "breakpoint()", "input()", "exit()", "quit", "raise SystemExit",
    )
]  # fmt: skip

FALSE_EQUALITIES = [
    Case("\\frac{0}{0}", "\\frac{0}{0}", False, "what has no value equals nothing", True),
    Case("\\frac{1}{0}", "\\frac{1}{0}", False, "nor has a division by zero", True),
    Case("0", "\\infty-\\infty", False, "infinities do not cancel", True),
    Case("5", "\\frac{1}{x-x}", False, "a division by nought in disguise", True),
    Case("7", "\\frac{7(x-x)}{x-x}", False, "nor does nought", True),
    Case("NaN", "NaN", None, "not a number"),
    Case("7", "NaN", False, "is not seven", True),
    Case("\\infty", "10^{400}", False, "large is not infinite", True),
    Case("\\infty", "1e400", False, "beyond floats is not infinite", True),
    Case("0", "10^{-30}", False, "small is not nought", True),
    Case("1", "1+10^{-40}", False, "near one is not one", True),
    Case("x", "x+10^{-40}", False, "near x is not x", True),
    Case("\\pi", "\\frac{355}{113}", False, "near pi is not pi", True),
    Case(
        "\\pi",
        "\\frac{\\ln(640320^3+744)}{\\sqrt{163}}",
        False,
        "equal to thirty digits is not equal",
        True,
    ),
    Case("262537412640768744", "e^{\\pi\\sqrt{163}}", False, "an integer but for 10^-12", True),
    Case("0", "\\sin(10^{100})", False, "a sine of a googol", True),
    Case("0", "\\sin(10^{50}\\pi)", True, "a sine of many half turns"),
    Case(
        "-\\frac{1}{2}",
        "\\cos\\frac{2\\pi}{7}+\\cos\\frac{4\\pi}{7}+\\cos\\frac{6\\pi}{7}",
        True,
        "an identity that needs algebra",
    ),
    Case("x", "\\sqrt{x^2}", False, "a root forgets the sign", True),
    Case("123_5", "123_7", False, "unlike bases", True),
    Case("5 \\text{ m}", "5 \\text{ cm}", False, "unlike units", True),
    Case("(1,2)", "\\{1,2\\}", False, "a pair is not a set", True),
    Case("1-\\frac{1}{e}", "1+\\frac{1}{e}", False, "unlike signs", True),
    Case("x+C", "x+C+y", False, "a constant is not a name", True),
    Case("3", "y=3", None, "an assignment to some name"),
    Case("x=3", "y=3", False, "to another name", True),
    Case("7", "the answer is not 7", False, "a denial", True),
]

CASES = [
    *TOWERS,
    *COUNTS,
    *NESTED,
    *LONG,
    *LISTS,
    *UNCLOSED,
    *CHARACTERS,
    *CODE,
    *FALSE_EQUALITIES,
]
"""All of them."""
