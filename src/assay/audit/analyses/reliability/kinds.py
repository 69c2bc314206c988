"""The faults of a verifier that labels show."""

from __future__ import annotations

from assay.findings import AnalysisSpec, FindingKind

FALSE_POSITIVES = FindingKind(
    id="reliability.false_positives",
    title="a verifier passes wrong completions",
    meaning="What is wrong by label is passed by the verifier. A policy that finds out which "
    "wrong completions pass will make more of them: under training the rate grows, since "
    "hacking is not random.",
    formula="FP = completions passed with label 0 / completions judged with label 0; passed "
    "means at the criterion's top level, or at least the score that --passes names. A criterion "
    "without levels passes nobody: see its AUC",
    source="Agresti and Coull 1998, of prompts; Clopper and Pearson 1934 where each is one case",
    action="Read the rollouts named. If the label is right, fix or tighten the verifier before "
    "training; if the verifier is right, correct the labels.",
)

FALSE_NEGATIVES = FindingKind(
    id="reliability.false_negatives",
    title="a verifier fails right completions",
    meaning="What is right by label is failed by the verifier: the policy is punished for right "
    "answers, most often for how they are written, and learns the verifier's taste.",
    formula="FN = completions failed with label 1 / completions judged with label 1",
    source="Agresti and Coull 1998, of prompts; Clopper and Pearson 1934 where each is one case",
    action="Read the rollouts named: an extraction that misses a form, a unit, an equivalent "
    "expression. `assay compare` tells what the comparison saw.",
)

UNEVEN_ERRORS = FindingKind(
    id="reliability.uneven",
    title="a verifier errs more on some completions than on others",
    meaning="The verifier's error rate depends on where a completion comes from or how long it "
    "is. A policy moves towards the side on which wrong completions pass.",
    formula="largest difference of FP, or of FN, between two strata with at least 30 cases each",
    source="as reliability.false_positives; Bonferroni's bound over all strata",
    action="Read false verdicts of the stratum named; leave it out of training until the verifier "
    "is fixed.",
)

INVERTED = FindingKind(
    id="reliability.inverted",
    title="a verifier passes wrong completions more often than right ones",
    meaning="Right completions pass less often than wrong ones: on average the reward of this "
    "criterion pushes the wrong way.",
    formula="J = 1 - FP - FN (Youden's index); reported where the upper end of J's "
    "simultaneous interval lies below 0, with at least 30 cases on either side",
    source='Youden 1950, "Index for rating diagnostic tests"; arXiv:2510.00915 for its effect on '
    "a policy gradient",
    action="Do not train on it. Check that labels and scores are not swapped: --map.",
)

MARGIN_LOST = FindingKind(
    id="reliability.margin",
    title="with its errors, the key criterion no longer dominates",
    meaning="With the error rates that the labels allow, a wrong completion with full auxiliaries "
    "is on average paid as much as a right one without. Random errors only: a policy that seeks "
    "errors does worse than this.",
    formula="expected margin J (v1 - v0) w - sum of auxiliaries' ranges, at the lower end of J's "
    "simultaneous interval",
    source="theorem T5 of the certificates; rates as in reliability.false_positives, both at "
    "once by Bonferroni's bound",
    action="A larger weight for the key, a gate, or a better verifier.",
)

SPEC = AnalysisSpec(
    name="reliability",
    title="Reliability",
    question="Is the verifier right, for all kinds of completions alike?",
    needs=("criteria", "label"),
    kinds=(FALSE_POSITIVES, FALSE_NEGATIVES, UNEVEN_ERRORS, INVERTED, MARGIN_LOST),
)
