"""Groups of samples that are compared with each other: what a verifier of `peers` is given.

A group is what a call has of one `group_id` at one `step`. Its samples are held until it is whole:
when `size` of them are there, or when the samples end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from assay.errors import ConfigError, SampleError
from assay.model import Sample

GROUP_MOST = 1024
"""Samples of a group: each is compared with all others, so the work grows with the square."""

HELD_MOST = 65_536
"""Samples that are held for their groups, about what a large step of training has."""

_Key = tuple[int | None, str]


class _Held:
    """A row that waits for its group, or for rows before it."""

    __slots__ = ("compared", "ready", "row")

    def __init__(self, row: Sample | SampleError) -> None:
        self.row = row
        self.ready = False
        self.compared = False


def with_peers(
    rows: Iterable[Sample | SampleError],
    compares: Callable[[Sample], bool],
    size: int | None = None,
    held_most: int = HELD_MOST,
) -> Iterator[Sample | SampleError]:
    """The rows in their order, each sample beside the others of its group.

    A sample that brings its `peers` is left as it is. One that cannot be compared becomes the
    `SampleError` that says why, so that it is invalid and never scored as if it were the worst: no
    `group_id`, alone, more or fewer than `size`, more than `GROUP_MOST`.

    Args:
        rows: Samples, and rows that are none; what became no sample belongs to no group.
        compares: Whether the rubric looks at the group of this sample; where not, it passes as it
            is, and is still a peer of the others.
        size: Samples of a group; None: a group ends with the rows.
        held_most: Samples that may wait.

    Raises:
        ConfigError: more samples than `held_most` wait for their groups.
    """
    found = with_pauses(rows, compares, size, held_most)
    return (row for row in found if row is not None)


def with_pauses(
    rows: Iterable[Sample | SampleError],
    compares: Callable[[Sample], bool],
    size: int | None = None,
    held_most: int = HELD_MOST,
) -> Iterator[Sample | SampleError | None]:
    """As `with_peers`, with a None where a row was read, or a group closed, and nothing is ready.

    For an event loop, which must not be held until ten thousand rows of groups have been read.

    Raises:
        ConfigError: as `with_peers`.
    """
    waiting: deque[_Held] = deque()
    groups: dict[_Key, list[_Held]] = {}
    whole: set[_Key] = set()
    for row in rows:
        held = _Held(row)
        waiting.append(held)
        if isinstance(row, SampleError) or row.peers is not None:
            held.ready = True
        else:
            held.compared = compares(row)
            _join(held, row, groups, whole, size)
        while waiting and waiting[0].ready:
            yield waiting.popleft().row
        if len(waiting) > held_most:
            raise ConfigError(
                f"more than {held_most:,} samples wait for the rest of their groups"
                "\nfix: give the size of a group (group_size, --group-size), and the samples of a "
                "group near each other; or fewer samples at once"
            )
        if waiting:
            yield None
    for (_, name), members in groups.items():
        _close(name, members, size)
        yield None
    for held in waiting:
        yield held.row


def _join(
    held: _Held, sample: Sample, groups: dict[_Key, list[_Held]], whole: set[_Key], size: int | None
) -> None:
    name = sample.group_id
    if name is None:
        held.ready = True
        if held.compared:
            held.row = SampleError(
                "no 'group_id', and the rubric compares the completions of a group"
                "\nfix: the same group_id for all completions of a prompt, all in one call"
            )
        return
    key = (sample.step, name)
    if key in whole:
        held.ready = True
        if held.compared:
            held.row = SampleError(
                f"group {name!r} has more than {size} samples"
                "\nfix: another group_id, or a `step`, for each group that is compared"
            )
        return
    members = groups.setdefault(key, [])
    members.append(held)
    if len(members) == size:
        _close(name, groups.pop(key), size)
        whole.add(key)


def _close(name: str, members: list[_Held], size: int | None) -> None:
    """The group is whole, as far as it will ever be."""
    count = len(members)
    wrong = ""
    if size is not None and count < size:
        wrong = f"group {name!r} has {count} of {size} samples"
    elif count == 1:
        wrong = f"group {name!r} has one sample, and nothing to compare it with"
    elif count > GROUP_MOST:
        wrong = f"group {name!r} has {count:,} samples, more than {GROUP_MOST:,}"
    samples = tuple(held.row for held in members if isinstance(held.row, Sample))
    for i, held in enumerate(members):
        held.ready = True
        if not held.compared:
            continue
        if wrong:
            held.row = SampleError(f"{wrong}\nfix: all samples of a group in one call")
        else:
            held.row = samples[i].among(samples[:i] + samples[i + 1 :])
