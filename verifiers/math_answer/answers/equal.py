"""`equivalent` and `same_value`: from two texts to a comparison with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from flint import fmpq

from assay.arguments import many
from assay.errors import ReferenceUnreadable, SampleError
from assay.printable import a_type, one_line
from assay.verifiers.math_answer.answers.understood import (
    SHOWN,
    Reading,
    read,
    read_reference,
    squeeze,
)
from assay.verifiers.math_answer.arithmetic import scalars
from assay.verifiers.math_answer.deciding import choices as deciding_choices
from assay.verifiers.math_answer.deciding import (
    counts,
    form,
    order_of_factors,
    reach,
    unsolved,
)
from assay.verifiers.math_answer.deciding.compare import Comparer
from assay.verifiers.math_answer.deciding.naming import arrows, constants, dummies, families
from assay.verifiers.math_answer.deciding.signs import has_signs
from assay.verifiers.math_answer.equality_result import EqualityResult, different
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.locating.extract import reference_text
from assay.verifiers.math_answer.policy import DEFAULT, STRICT, Policy
from assay.verifiers.math_answer.reading import chemistry, choices
from assay.verifiers.math_answer.reading.choices import Choice
from assay.verifiers.math_answer.reading.commas import with_points
from assay.verifiers.math_answer.reading.dates import date
from assay.verifiers.math_answer.reading.parts import parts
from assay.verifiers.math_answer.tree import App, Node, Num, walk


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether an answer equals a reference, and how that was found out. Truthy if equal."""

    equal: bool
    decided_by: str
    """``text``, ``exact``, ``structure``, ``words``, ``algebra``, ``numeric``, ``rounding``,
    ``kind``, ``form``, ``sympy``; ``reading`` where the answer cannot be read; ``bounds`` where it
    is too large to compute; ``none``."""
    certainty: str
    """``proved``; ``probable``: balls agree at seeded points; ``rounded``; ``unproved``: neither
    equal nor different could be shown, so it is not equal, the burden being the answer's."""
    because: str
    """One sentence."""
    reference: str
    """How the reference was read, in plain form."""
    answer: str
    """How the answer was read, in plain form; its text where it could not be read."""
    open: bool = False
    """Whether a computer algebra system might still show equality."""

    def __bool__(self) -> bool:
        return self.equal


_ONE = (str, int, float)


def equivalent(
    reference: str | int | float | Sequence[str | int | float],
    answer: str,
    policy: Policy | None = None,
) -> Comparison:
    r"""Whether `answer` answers a question whose right answer is `reference`.

    Directional: the burden of proof is the answer's, and the policy's customs (rounding to the
    reference's digits, a unit left out) are granted to the answer. All work is bounded and done
    in this process: what only a computer algebra system could decide is not equal here, with
    certainty ``unproved``; the verifier takes such a pair to a worker.

    Args:
        reference: The right answer, as LaTeX, plain text, Python notation or a number; a whole
            solution with a ``\boxed`` counts as its box. Several: any of them is right.
        answer: A bare answer, likewise; of a whole response use the verifier.
        policy: What custom decides; by default `Policy()`.

    Raises:
        ReferenceUnreadable: a reference cannot be read. An answer that cannot is not equal.
        SampleError: an answer that is not text.

    >>> equivalent(r"\frac{1}{2}", "0.5").decided_by
    'exact'
    """
    policy = policy or DEFAULT
    if not isinstance(answer, str):
        raise SampleError(f"answer is {a_type(answer)}; wanted text, '' where there is none")
    if reference is None:
        raise ReferenceUnreadable("the reference is None; wanted text, a number, or a list of them")
    answer = spelled(answer, policy)
    if type(reference) is str or isinstance(reference, _ONE):
        return _equivalent(read_reference(spelled(reference, policy)), answer, policy)
    many(reference, "the reference", "text, a number, or a list of them", error=ReferenceUnreadable)
    reference = list(reference)
    if not reference:
        raise ReferenceUnreadable("the reference is an empty list")
    readings = [read_reference(spelled(one, policy)) for one in reference]
    found = [_equivalent(reading, answer, policy) for reading in readings]
    return next((f for f in found if f.equal), next(
        (f for f in found if f.certainty == "unproved"), found[0]
    ))  # fmt: skip


Spelled = TypeVar("Spelled", str, int, float, str | int | float)


def spelled(given: Spelled, policy: Policy) -> Spelled:
    """`given` with decimal points, where the policy says that its commas are decimal."""
    if policy.decimal_comma and isinstance(given, str):
        return with_points(given)
    return given


def _equivalent(reference: Reading, answer: str, policy: Policy) -> Comparison:
    inner = reference_text(answer) if "boxed" in answer else answer
    if policy.text_layer and policy.form == "any" and squeeze(inner) == reference.squeezed:
        return _comparison(EqualityResult(True, "text", "proved"), reference, reference)
    if reference.choice is not None:
        chosen = choices.choice(inner)
        if chosen is not None:
            return _chosen(reference, chosen, inner, policy)
    try:
        reading = read(inner)
    except Unreadable as err:
        why = f"the answer cannot be read: {err}"
        shown = one_line(inner.strip(), SHOWN)
        return Comparison(False, "reading", "proved", why, reference.shown, shown)
    found = compare(reference, reading, policy)
    if found.equal is False:
        found = _by_option(found, reference, reading, policy)
    if found.equal and policy.form != "any" and reading.node is not None:
        problem = form.problem(reading.node, policy)
        if problem is not None:
            found = EqualityResult(False, "form", "proved", problem)
    return _comparison(found, reference, reading)


def _chosen(reference: Reading, chosen: Choice, text: str, policy: Policy) -> Comparison:
    """The comparison of two choices."""
    assert reference.choice is not None
    found = deciding_choices.same(reference.choice, chosen, policy)
    said = one_line(text.strip(), SHOWN)
    because = f"{said} and {reference.shown} are the same choice"
    if not found.equal:
        because = f"{said} and {reference.shown} differ: {found.why}"
    return Comparison(bool(found.equal), found.by, "proved", because, reference.shown, said)


def _by_option(
    found: EqualityResult, reference: Reading, answer: Reading, policy: Policy
) -> EqualityResult:
    """`found`, unless one side is a letter with an option's text that answers the other side."""
    if reference.option is not None and answer.choice is None:
        by_text = compare(reference.option, answer, policy)
    elif answer.option is not None and reference.choice is None:
        by_text = compare(reference, answer.option, policy)
    else:
        return found
    return by_text._replace(why="by the text of the option") if by_text.equal else found


@lru_cache(maxsize=4096)
def _is_choice(reference: str) -> bool:
    text = reference_text(reference)
    return choices.choice(text) is not None and parts(text) is None


def asks_for_letters(reference: str | int | float | Sequence[str | int | float]) -> bool:
    """Whether a reference is a choice letter, or several, so that a letter answers it."""
    if isinstance(reference, str):
        return len(reference) <= choices.CHARS and _is_choice(reference)
    if isinstance(reference, _ONE):
        return False
    return any(asks_for_letters(one) for one in reference)


def compare(reference: Reading, answer: Reading, policy: Policy) -> EqualityResult:
    """The finding on two readings, by the bounded layers."""
    if reference.notation == answer.notation:
        return EqualityResult(True, "structure", "proved", "the same notation")
    expected = reference.date
    if expected is not None and (given := date(answer.text)) is not None:
        same = expected == given
        return EqualityResult(same, "exact", "proved", "the same date" if same else "another date")
    if reference.formula is not None and chemistry.formula(answer.text) == reference.formula:
        return EqualityResult(True, "structure", "proved", "the same chemical formula")
    if _is_day(reference.node, answer):
        return EqualityResult(True, "exact", "proved", "the day of a date")
    if reference.node is None or answer.node is None:
        return different("one of them can only be compared by its spelling", "words")
    numbers = type(reference.node) is Num is type(answer.node)  # most pairs: no families, no sets
    wrong = _other_number(reference.node, answer.node)
    if wrong is not None:
        return wrong
    r, a = reference.node, answer.node
    factors = order_of_factors.may_count(r) or order_of_factors.may_count(a)
    if factors:
        r, a = arrows.with_arrows(r, a)
    if not numbers and unsolved.restates(r, a):
        return different("the answer is to be solved, the reference is solved")
    comparer = Comparer(policy)
    comparer.parameters = reference.parameters | answer.parameters
    comparer.may_count = counts.may_be_in(reference.text) or counts.may_be_in(answer.text)
    comparer.signs = has_signs(r) or has_signs(a)
    comparer.factors = factors
    try:
        comparer.roles = order_of_factors.of_lists(r, a)
        found = comparer.same(r, a)
        if not found.equal and not numbers and not comparer.in_order:
            bound = dummies.with_common(r, a)
            if bound is not None and (alike := comparer.same(*bound)).equal:
                return alike
            family = families.compare(r, a, comparer.parameters, policy)
            if family is None and policy.constants == "rename":
                family = constants.same_family(r, a, policy)
            if family is not None:
                return family
        return found
    except Unreadable as err:
        return EqualityResult(False, "reading", "proved", str(err))
    except RecursionError:
        return EqualityResult(None, "bounds", "unproved", "nested too deeply to compare")


def _is_day(expected: Node | None, answer: Reading) -> bool:
    """Whether a number is the day of a date without its year: "March 14" where 14 is asked for."""
    if type(expected) is not Num or type(answer.node) is Num:
        return False
    given = date(answer.text)
    return given is not None and given.year is None and given.day == expected.value


def _other_number(r: Node, a: Node) -> EqualityResult | None:
    """What `Comparer.same` finds on two plain numbers that differ: the commonest wrong answer."""
    right, given = _whole(r), _whole(a)
    if right is None or given is None or right == given:
        return None
    return different(f"{scalars.short(given)} is not {scalars.short(right)}", "exact")


def _whole(node: Node) -> fmpq | None:
    """The value of a plain numeral without a point, and of its negative; None for all else."""
    if type(node) is App and node.op == "neg":
        value = _whole(node.args[0])
        return None if value is None else -value
    if type(node) is Num and node.places is None and node.base is None:
        return node.value
    return None


def _comparison(found: EqualityResult, reference: Reading, answer: Reading) -> Comparison:
    equal = found.equal is True
    certainty = found.certainty if found.equal is not None else "unproved"
    sides = f"{answer.shown} and {reference.shown}"
    if equal:
        because = f"{sides} are equal"
    elif certainty == "unproved":
        because = f"{sides} are not shown equal"
    else:
        because = f"{sides} differ"
    if found.why:
        because += f": {one_line(found.why, 200)}"
    undecided = found.equal is None and found.by != "bounds" and _small(reference, answer)
    return Comparison(equal, found.by, certainty, because, reference.shown, answer.shown, undecided)


PROOF_NODES = 120
"""Largest tree, of either side, that is taken to a computer algebra system."""


def _small(*readings: Reading) -> bool:
    return all(
        r.node is not None
        and sum(1 for _ in walk(r.node)) <= PROOF_NODES
        and reach.is_within(r.node)
        for r in readings
    )


def same_value(a: str, b: str) -> Comparison:
    """Whether two expressions have the same value, by mathematics alone.

    The symmetric core: no rounding, no units left out, no renaming (`Policy.strict`).

    Raises:
        ReferenceUnreadable: `a` or `b` cannot be read.
    """
    left, right = read_reference(a), read_reference(b)
    if left.notation == right.notation:
        return _comparison(EqualityResult(True, "structure", "proved"), left, right)
    if left.node is None or right.node is None:
        return _comparison(different("the spelling differs", "words"), left, right)
    comparer = Comparer(STRICT, directional=False)
    try:
        found = comparer.same(left.node, right.node)
    except Unreadable as err:
        found = EqualityResult(False, "reading", "proved", str(err))
    return _comparison(found, left, right)
