"""What is taken to a computer algebra system, and what its receipt says."""

import json
import subprocess
import sys

import pytest

from assay.model import Sample
from assay.plugins.spec import Escalate
from assay.verifiers.math_answer.answers import by_sympy
from assay.verifiers.math_answer.deciding import reach
from assay.verifiers.math_answer.verifier import MathAnswer


def both(reference, answer):
    verifier = MathAnswer()
    sample = Sample(completion=rf"\boxed{{{answer}}}", reference=reference)
    return verifier.verify(sample), verifier.escalated(sample)


TAKEN = [
    ("1/3", r"\int_0^1 x^2\,dx", "SymPy works out both as 1/3"),
    ("1", r"\lim_{x \to 0} \frac{\sin x}{x}", "SymPy works out both as 1"),
    (r"\frac{\pi^2}{6}", r"\sum_{n=1}^{\infty} \frac{1}{n^2}", "SymPy works out both as pi**2/6"),
    ("1", r"\sum_{n=1}^{\infty} 2^{-n}", "SymPy works out both as 1"),
]


@pytest.mark.parametrize(("reference", "answer", "how"), TAKEN, ids=[a for _, a, _ in TAKEN])
def test_the_receipt_says_what_was_shown(reference, answer, how):
    first, last = both(reference, answer)
    assert isinstance(first, Escalate)
    assert last.score == 1.0
    assert last.details["decided_by"] == "sympy"
    assert last.because.endswith(f"are equal: {how}")
    assert "not shown" not in last.because


LOADING = """
import json, sys
from assay.model import Sample
from assay.verifiers.math_answer.verifier import MathAnswer

verifier = MathAnswer()
for reference, answer in json.loads(sys.argv[1]):
    sample = Sample(completion=r"\\boxed{%s}" % answer, reference=reference)
    verifier.prepare(sample)
    before = set(sys.modules)
    assert "sympy" in before
    verdict = verifier.escalated(sample)
    print(verdict.score, sorted(name for name in set(sys.modules) - before if "sympy" in name))
"""


def test_what_sympy_imports_is_loaded_before_the_clock_of_an_item_starts():
    """A worker's first item came to 0 where its time was less than an import takes."""
    asked = json.dumps([case[:2] for case in TAKEN])
    done = subprocess.run(
        [sys.executable, "-c", LOADING, asked],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1.0 []\n" * len(TAKEN)


NOT_TAKEN = [
    ("1", "-[0,1)", "an interval"),
    ("x > 5", "x < 5", "inequalities"),
    ("0", r"\infty", "infinity is not a number"),
    ("3", "5 + (some words)", "words"),
    ("x^2 + C", r"\int 2x\,dx", "an integral without limits"),
    ("3", r"\begin{cases} f(x) & g(x) \\ 1 & h(x) \end{cases}", "pieces"),
    ("7", r"\bigcup_{k=1}^{3} A_k", "a union"),
    ("12", "f(3)", "an unknown function"),
]


@pytest.mark.parametrize(("reference", "answer", "why"), NOT_TAKEN, ids=[w for *_, w in NOT_TAKEN])
def test_what_it_has_no_object_for_is_not_taken(reference, answer, why):
    first, last = both(reference, answer)
    assert not isinstance(first, Escalate)
    assert first.score == last.score == 0.0


def test_both_tables_of_functions_agree():
    assert set(by_sympy._FUNCTIONS) == reach.FUNCTIONS
