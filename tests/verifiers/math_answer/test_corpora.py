"""Agreement with the corpora, where they are at hand; skipped elsewhere."""

import json
from pathlib import Path

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.plugins.spec import Escalate
from assay.verifiers.math_answer import Policy, equivalent
from assay.verifiers.math_answer.verifier import MathAnswer

ROOT = Path(__file__).parents[3]
CORPORA = next(
    (p / "shared" / "corpora" for p in ROOT.parents if (p / "shared" / "corpora").is_dir()), None
)
needs_corpora = pytest.mark.skipif(
    CORPORA is None, reason="no ../shared/corpora beside the project"
)


def rows(name):
    with (CORPORA / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


DECIMAL_COMMAS = {"lighteval_math": {7, 8, 9}}
"""Rows whose commas are decimal. By default ``1,22`` lists two numbers, as the references
``25,20`` and ``16,32`` of other corpora do; a text has one reading, and a policy sets which."""


def judged(completion, reference, policy=None):
    verifier, sample = (
        MathAnswer(policy or Policy()),
        Sample(completion=completion, reference=reference),
    )
    try:
        verdict = verifier.verify(sample)
    except ReferenceUnreadable:
        return None
    return (verifier.escalated(sample) if isinstance(verdict, Escalate) else verdict).score == 1.0


def share(data, right):
    return sum(map(bool, right)) / len(data)


@needs_corpora
@pytest.mark.parametrize(
    ("policy", "least"), [(Policy(), 0.84), (Policy.lenient(), 0.90)], ids=["default", "lenient"]
)
def test_hardverify(policy, least):
    data = rows("math/hardverify_half.jsonl")
    found = [equivalent(r["gold"], r["prediction"], policy).equal for r in data]
    assert share(data, [f == r["expected"] for f, r in zip(found, data, strict=True)]) >= least
    assert sum(f and not r["expected"] for f, r in zip(found, data, strict=True)) <= 2


@needs_corpora
@pytest.mark.parametrize(
    ("name", "least"),
    [("mathverify_issues", 0.95), ("lighteval_math", 0.97), ("rl_libs_small", 0.98)],
)
def test_other_suites(name, least):
    data = rows(f"math/{name}.jsonl")
    decimal = DECIMAL_COMMAS.get(name, ())
    found = [
        judged(r["prediction"], r["gold"], Policy(decimal_comma=i in decimal))
        for i, r in enumerate(data)
    ]
    assert share(data, [f == r["expected"] for f, r in zip(found, data, strict=True)]) >= least


@needs_corpora
def test_every_reference_equals_itself():
    strict = Policy(text_layer=False)
    for row in rows("math/self_equivalence_1000.jsonl"):
        styled = row["gold"].replace(r"\frac", r"\dfrac").replace(" ", "  ")
        assert equivalent(row["gold"], styled, strict).equal, row["gold"]


@needs_corpora
def test_rollouts():
    data = rows("rollouts/gsm8k_solutions.jsonl")
    assert all(judged(r["completion"], r["reference"]) == r["label"] for r in data)
    data = rows("rollouts/qwen_cot.jsonl")
    wrong = [r for r in data if judged(r["completion"], r["reference"]) != r["label"]]
    assert [r["reference"] for r in wrong] == ["10{,}000"]  # labelled wrong; the answer is 10000
