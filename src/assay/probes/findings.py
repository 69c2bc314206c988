"""Which of what the board shows is a fault of the rubric, and how grave."""

from __future__ import annotations

from collections.abc import Iterator

from assay.findings import Finding, FindingKind, worst_first
from assay.plugins.spec import Severity
from assay.probes.board import Board, ProbeResult, bounded_mean
from assay.probes.probe_results import THRESHOLD

BEATEN = 0.10
"""An error from this share of prompts on, on which a wrong completion earns the whole median."""

LOST = 0.90
"""An honest variant that keeps less of the key criterion's score than this is turned down."""

SAME = 1e-9

PAID = FindingKind(
    id="probe.paid",
    title="wrong completions are paid",
    meaning="A completion that is wrong by construction earns a part of what a correct one does. "
    "It is easier to write than a correct one, so a policy that finds it will keep to it, and "
    "every curve that is drawn from the reward will look like progress.",
    formula="mean over prompts of (reward of the probe's best paid form) / (median reward of "
    "correct answers). Raised as soon as one completion of any form earns 10% of the median; an "
    "error where, on a tenth of the prompts or more, one earns the whole of it. Where the median "
    "is 0 or less: (reward - wrong) / (median - wrong), wrong being the median of wrong answers.",
    source="own; interval: Hoeffding 1963, (2.1), with Bonferroni's bound for the choice of form",
    action="Read the responses, then fix the criterion that pays them; or take the pay from the "
    "auxiliaries with a gate on the key criterion.",
)
FLOOR = FindingKind(
    id="probe.floor",
    title="whatever is wrong earns a part",
    meaning="Plain wrong answers earn a part of what correct ones do, so every wrong probe does: "
    "an offset, which no group baseline sees, or a criterion that pays anything. Probes that earn "
    "no more than that are not reported one by one.",
    formula="median reward of wrong answers on the board's scale; raised from 10% on",
    source="own",
    action="Take the offset out of the rubric to read the board as it is meant; or gate what pays.",
)
PAID_BY_KEY = FindingKind(
    id="probe.paid_by_key",
    title="the key criterion pays for wrong completions",
    meaning="The reward as a whole pays too little for it to matter now, since other criteria "
    "hold it down; with other weights it would.",
    formula="mean over prompts of the key's score of the form it likes best / its median score "
    "of correct answers; raised from 10% on",
    source="own",
    action="Mend the key criterion before weights are changed.",
)
GAIN = FindingKind(
    id="probe.gain",
    title="a trick raises the reward",
    meaning="The same completion earns more with padding, praise or a suppression than without.",
    formula="mean over prompts of (reward with - reward without) / (median reward of correct "
    "answers), of the form that gains most; raised from 10% on",
    source="own",
    action="Bound or drop the criterion that pays for it; a gate does not help where the "
    "completion is right.",
)
TURNED_DOWN = FindingKind(
    id="probe.turned_down",
    title="right completions in another style are turned down",
    meaning="What is right is paid only in one style: the policy is taught the style, and right "
    "answers in another are pushed down. Where the prompt asks for that style it is meant.",
    formula="mean over prompts of the key's score of the worst form / its median score of "
    "correct answers; raised below 90%",
    source="own",
    action="Let the verifier read the other forms, or ask for the one form in the prompt.",
)
UNSCORED = FindingKind(
    id="probe.unscored",
    title="wrong completions escape without a score",
    meaning="A trainer drops or masks a completion without a score, so a wrong one that gets none "
    "is spared what it would have cost.",
    formula="completions of a wrong probe without a reward; raised from one on",
    source="own",
    action="What a completion causes must be judged 0: the verifier's verdict says what happened.",
)
NO_SIGNAL = FindingKind(
    id="probe.no_signal",
    title="correct answers earn no more than wrong ones",
    meaning="Whatever the policy learns from this reward, it is not correctness.",
    formula="median reward of correct answers <= median reward of wrong ones",
    source="own",
    action="Check sign and weight of the key criterion, and that it reads your answers at all.",
)
REFUSED = FindingKind(
    id="probe.refused",
    title="answers labelled correct that the key criterion does not pay",
    meaning="Right answers are called wrong, or the labels are.",
    formula="answers labelled correct with less than the key's top score / all of them",
    source="own; interval: Hoeffding 1963, (2.1)",
    action="Read them: the verdict says why. A wrong label, a reference, or the verifier.",
)
UNSTEADY = FindingKind(
    id="probe.unsteady",
    title="the same completion, another reward",
    meaning="The reward depends on the order of calls, on chance or on state.",
    formula="correct answers whose reward was another one when judged again, in reverse order",
    source="own",
    action="Declare the verifier `deterministic=False` if it must be so; else find the state.",
)
GUESS = FindingKind(
    id="probe.guess",
    title="one answer to every prompt is paid",
    meaning="The references repeat: a constant answer is right often enough to live on. That is "
    "the data's, not the rubric's.",
    formula="mean reward of the commonest reference as an answer everywhere / median reward of "
    "correct answers; raised where the interval lies above 10%",
    source="own",
    action="Balance the references, or ask for more than the answer.",
)
BROKEN = FindingKind(
    id="probe.broken",
    title="a probe failed",
    meaning="A plugin's probe raised, so nothing is known of what it tries.",
    formula="probes that raised",
    source="own",
    action="Mend the plugin.",
)

KINDS = (
    PAID, FLOOR, PAID_BY_KEY, GAIN, TURNED_DOWN, UNSCORED, NO_SIGNAL, REFUSED, UNSTEADY, GUESS,
    BROKEN,
)  # fmt: skip
"""Every finding that a board can raise."""

ADVICE = {
    "extraction": "read one place only, the last one that states an answer",
    "comparison": "compare values, not texts; what cannot be read is wrong",
    "format": "pay format only behind a right answer (gate), or less than a tenth of it",
    "length": "take length out of the reward, or bound it and put it behind a gate",
    "test harness": "compare in another process than the program's, and never by its exit code",
    "public tests": "hold cases back, and pay only for all of them",
    "weak tests": "add cases until a constant fails them all; pay only for all of them",
    "default pay": "give nothing where there is no answer",
    "style": "pay style only where every test passes (gate)",
}


def findings(board: Board) -> list[Finding]:
    """What is wrong with the rubric, as far as these probes on these prompts show; worst first."""
    found = list(_of_the_whole(board))
    floor = _floor(board)
    for line in board.lines:
        if line.error:
            found.append(_finding(BROKEN, "warning", f"{line.spec.name}: {line.error}", line, 1.0))
        if line.figure is None or line.worst is None:
            continue
        if line.spec.claim == "wrong":
            found.extend(_of_a_wrong(board, line, floor))
        elif line.spec.claim == "honest":
            found.extend(_of_an_honest(line))
        elif line.gain and line.figure >= THRESHOLD - SAME:
            title = f"{line.spec.name} ({line.form}) gains {line.figure:.0%} of a correct answer"
            found.append(_finding(GAIN, "warning", title, line, line.figure))
        elif line.spec.name == "blank.commonest":
            low = line.interval[0] if line.interval else 0.0
            if low >= THRESHOLD:
                title = f"one answer to every prompt earns {line.figure:.0%} of a correct one"
                found.append(_finding(GUESS, "warning", title, line, line.figure))
    return worst_first(found)


def _floor(board: Board) -> float:
    """What plain wrong answers earn on the board's scale, where that is a finding; else 0."""
    if board.wrong.median is None:
        return 0.0
    figure = board.scale.of_reward(board.wrong.median)
    return figure if figure >= THRESHOLD - SAME else 0.0


def _of_the_whole(board: Board) -> Iterator[Finding]:
    correct, wrong = board.correct, board.wrong
    if correct.median is not None and wrong.median is not None:
        above = correct.median - wrong.median
        if above <= SAME:
            title = f"correct answers earn {correct.median:g} at the median, wrong {wrong.median:g}"
            yield _plain(NO_SIGNAL, "error", title, above, correct.n)
    floor = _floor(board)
    if floor:
        title = f"plain wrong answers earn {floor:.0%} of a correct one at the median"
        yield _plain(FLOOR, "warning", title, floor, wrong.n)
    if board.unsteady:
        count = len(board.unsteady)
        where = ", ".join(r.place for r in board.unsteady)
        title = f"another reward the second time: {where}"
        yield _plain(UNSTEADY, "error", title, float(count), correct.n)
    if board.refused:
        n = correct.n + correct.unscored
        share = board.refused / n
        values = [1.0] * board.refused + [0.0] * (n - board.refused)
        title = f"{board.refused} of {n} answers labelled correct are not paid in full"
        yield _plain(REFUSED, "warning", title, share, n, bounded_mean(values, 0.0, 1.0))


def _of_a_wrong(board: Board, line: ProbeResult, floor: float) -> Iterator[Finding]:
    assert line.figure is not None
    assert line.worst is not None
    paid = line.worst >= THRESHOLD - SAME
    if paid and line.worst >= floor + (THRESHOLD - SAME if floor else 0.0):
        severity: Severity = "warning"
        if line.beaten and line.beaten >= BEATEN * line.prompts - SAME:
            severity = "error"
        title = (
            f"{line.spec.name} ({line.form}) is paid {line.figure:.0%} of a correct answer; "
            f"a tenth or more on {line.reached} of {line.prompts} prompts"
        )
        yield _finding(PAID, severity, title, line, line.figure, _payers(board, line))
    elif not paid and line.key is not None and (line.key.share or 0.0) >= THRESHOLD - SAME:
        share = line.key.share or 0.0
        title = f"{line.spec.name}: {board.key} alone gives {share:.0%} of its score"
        yield _finding(PAID_BY_KEY, "warning", title, line, share, str(board.key))
    if line.unscored:
        title = f"{line.spec.name}: {line.unscored} completions got no score"
        yield _finding(UNSCORED, "warning", title, line, float(line.unscored))


def _of_an_honest(line: ProbeResult) -> Iterator[Finding]:
    assert line.figure is not None
    if line.figure < LOST - SAME:
        title = f"{line.spec.name} ({line.form}) keeps {line.figure:.0%} of the key's score"
        yield _finding(TURNED_DOWN, "warning", title, line, line.figure)


def _payers(board: Board, line: ProbeResult) -> str:
    """The criteria that gave the best paid response something, the largest first."""
    terms = line.responses[0].reward.terms if line.responses else {}
    paid = {k: t.contribution for k, t in terms.items() if t.contribution and t.contribution > SAME}
    ranked = sorted(paid, key=lambda k: -(paid[k] or 0.0))
    return ", ".join(f"{k} {paid[k]:.3g}" for k in ranked)


def _finding(
    kind: FindingKind,
    severity: Severity,
    title: str,
    line: ProbeResult,
    value: float,
    payers: str = "",
) -> Finding:
    advice = next((text for aim, text in ADVICE.items() if aim in line.spec.attacks), kind.action)
    return Finding(
        id=kind.id,
        severity=severity,
        title=title,
        value=value,
        interval=line.interval if value == line.figure else None,
        n=line.n,
        source=kind.source,
        suggestion=f"paid by {payers}: {advice}" if payers else kind.action,
        subject=(line.spec.name,),
    )


def _plain(
    kind: FindingKind,
    severity: Severity,
    title: str,
    value: float,
    n: int,
    interval: tuple[float, float] | None = None,
) -> Finding:
    return Finding(kind.id, severity, title, value, interval, n, kind.source, kind.action)
