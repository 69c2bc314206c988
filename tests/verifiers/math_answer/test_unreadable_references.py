"""References that hold no answer: the row is invalid, and never a silent 0."""

import pytest

from assay.errors import ReferenceUnreadable, SampleError
from assay.verifiers.math_answer import equivalent

NO_ANSWER = [
    ('{"answer": 5}', "a JSON object"),
    ('{"steps": ["a", "b"], "result": "x = 5"}', "a JSON object with more in it"),
    ("{'answer': 5}", "the same in Python's spelling"),
    ("proof", "a placeholder"),
    ("Proof.", "with a capital and a full stop"),
    (r"\text{proof}", "in LaTeX"),
    ("not found", "the extraction of a data set failed"),
    ("Not Found", "in whatever case"),
    ("n/a", "not applicable"),
    ("N/A", "not applicable, in capitals"),
    (r"\text{N/A}", "not applicable, in LaTeX"),
    ("nan", "a missing number of pandas"),
    ("null", "a missing value of JSON"),
    ("(proof)", "in brackets"),
    ("Proof omitted", "an omission"),
    ("not applicable", "spelled out"),
    ("[]", "an empty list, as text"),
    ("no answer provided", "in so many words"),
    ("See solution", "a pointer elsewhere"),
    (r"5\6", "a backslash before a digit"),
    (r"\begin{pmatrix}-6\6\end{pmatrix}", "a matrix whose rows lost a backslash"),
    (r"\begin{pmatrix}2&0\-3&5\end{pmatrix}", "likewise before a sign"),
    (r"\begin{pmatrix}a\b\end{pmatrix}", "likewise before a name"),
    ("18?", "a question, not an answer"),
]


@pytest.mark.parametrize(("reference", "why"), NO_ANSWER, ids=[w for _, w in NO_ANSWER])
@pytest.mark.parametrize("answer", ["5", "proof"])
def test_no_answer(reference, why, answer):
    with pytest.raises(ReferenceUnreadable):
        equivalent(reference, answer)


@pytest.mark.parametrize(
    "reference", ["none", "undefined", "{1, 2}", r"\{a: b\}", "{x | x > 1}", "no", "0", "unknown"]
)
def test_answers_that_only_look_so(reference):
    assert equivalent(reference, reference)


def test_what_is_no_text_is_the_callers_mistake() -> None:
    """A caller whose own search found nothing hands over None: an error that says so."""
    with pytest.raises(SampleError, match=r"^answer is None; wanted text, '' where there is none"):
        equivalent("5", None)  # type: ignore[arg-type]
    with pytest.raises(ReferenceUnreadable, match=r"^the reference is None; wanted text, a number"):
        equivalent(None, "5")  # type: ignore[arg-type]
