"""What `compose` is given: verdicts under the keys of criteria, or to be matched with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.arguments import many
from assay.errors import RubricError, SampleError
from assay.model import Sample, Verdict
from assay.printable import a_type, brief, in_lines
from assay.rubrics.written.faults import Fault


def check_sample(sample: object) -> None:
    """Refuse what is neither a sample nor None.

    Raises:
        SampleError: says what was got.
    """
    if sample is not None and not isinstance(sample, Sample):
        raise SampleError(f"sample is {a_type(sample)}; wanted a Sample\nfix: Sample.from_row(row)")


def check_verdicts(verdicts: Mapping[str, Verdict]) -> None:
    """Refuse a mapping that holds anything but verdicts.

    Raises:
        RubricError: names the criterion.
    """
    for key, verdict in verdicts.items():
        if not isinstance(verdict, Verdict):
            raise _no_verdict(verdict, f"the verdict of the criterion {brief(key)}")


def matched(
    verdicts: Sequence[Verdict], by_name: Mapping[str, Sequence[str]], active: Sequence[str]
) -> dict[str, Verdict]:
    """Criterion's key -> verdict, by the verifier's name.

    Args:
        verdicts: In any order.
        by_name: Verifier's name, with or without its version -> keys of its criteria.
        active: Keys of the criteria that count.

    Raises:
        RubricError: not verdicts; one that belongs to no criterion, or to several.
    """
    many(
        verdicts,
        "verdicts",
        "a dict of criteria and their verdicts, or a list of verdicts",
        "compose({key: verdict}), or compose([verdict])",
        RubricError,
    )
    found: dict[str, Verdict] = {}
    for i, verdict in enumerate(verdicts):
        if not isinstance(verdict, Verdict):
            raise _no_verdict(verdict, f"verdicts[{i}]")
        keys = by_name.get(verdict.verifier)
        if keys is None:
            keys = by_name.get(verdict.verifier.partition("@")[0], ())
        keys = [key for key in keys if key in active]
        if not keys:
            raise Fault(
                f"the verdict of {verdict.verifier!r} belongs to no criterion",
                fix=f"criteria: {in_lines(active)}",
            )
        if len(keys) > 1 or keys[0] in found:
            raise Fault(
                f"{verdict.verifier!r} could belong to several criteria or came twice",
                fix="give the verdicts as a mapping: criterion's key -> verdict",
            )
        found[keys[0]] = verdict
    return found


def _no_verdict(given: object, where: str) -> Fault:
    return Fault(
        f"{where} is {a_type(given)}; wanted a Verdict",
        got=brief(given),
        fix="what its verifier returned; or Verdict.judged(name, score, because)",
    )
