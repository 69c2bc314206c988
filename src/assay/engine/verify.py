"""`verify`, `verify_batch` and their async forms: an engine made on first use and kept warm.

Importing this module imports no engine, no rubric and no pydantic; the first call does.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from assay import forks
from assay.errors import SampleError, nearest
from assay.model import SAMPLE_FIELDS, Reward, Sample, Text

if TYPE_CHECKING:
    from assay.engine.calls.drivers import Given
    from assay.engine.engine import Engine, RubricSource

ENGINES = 16
"""Engines kept for `verify`; the one used longest ago goes first."""

_engines: OrderedDict[tuple[Any, ...], Engine] = OrderedDict()
_lock = forks.Lock()


def verify(
    completion: Sample | Text | list[Mapping[str, Any]],
    *,
    rubric: RubricSource = "math",
    workers: int | None = None,
    timeout_s: float = 5.0,
    **fields: Any,
) -> Reward:
    r"""The reward of one completion.

    The first call with a rubric makes an engine, later ones use it; a loop over many samples is
    better served by `verify_batch` or an `Engine` of its own.

    Args:
        completion: The model's text, chat messages, or a whole `Sample`.
        rubric: A preset's name, a path, a dict or a `Rubric`.
        workers: Processes for killable verifiers; by default one a core.
        timeout_s: Bound of one item; see `Engine`.
        **fields: Any field of `Sample`, such as `reference` or `tests`.

    Raises:
        SampleError: a field is malformed, or a verifier needs one that is missing.
        ReferenceUnreadable: the reference cannot be read.
        RubricError: the rubric cannot be built.

    >>> verify(r"so \boxed{2/4}", reference="1/2", rubric="math").value
    1.0
    """
    return _engine(rubric, workers, timeout_s).verify(_sample(completion, fields))


async def averify(
    completion: Sample | Text | list[Mapping[str, Any]],
    *,
    rubric: RubricSource = "math",
    workers: int | None = None,
    timeout_s: float = 5.0,
    **fields: Any,
) -> Reward:
    """As `verify`, without blocking the event loop while workers judge."""
    return await _engine(rubric, workers, timeout_s).averify(_sample(completion, fields))


def verify_batch(
    samples: Iterable[Given],
    *,
    rubric: RubricSource = "math",
    workers: int | None = None,
    timeout_s: float = 5.0,
    budget_s: float | None = None,
    progress: bool = False,
    step: int | None = None,
) -> list[Reward]:
    """Rewards of many samples, in their order; see `Engine.verify_batch`."""
    engine = _engine(rubric, workers, timeout_s)
    return engine.verify_batch(samples, step=step, budget_s=budget_s, progress=progress)


async def averify_batch(
    samples: Iterable[Given],
    *,
    rubric: RubricSource = "math",
    workers: int | None = None,
    timeout_s: float = 5.0,
    budget_s: float | None = None,
    step: int | None = None,
) -> list[Reward]:
    """As `verify_batch`, without blocking the event loop while workers judge."""
    engine = _engine(rubric, workers, timeout_s)
    return await engine.averify_batch(samples, step=step, budget_s=budget_s)


def _sample(completion: Any, fields: dict[str, Any]) -> Sample:
    if isinstance(completion, Sample):
        if fields:
            raise SampleError(
                f"both a Sample and the field {next(iter(fields))!r} were given"
                "\nfix: put it into the Sample"
            )
        return completion
    for name in fields:
        if name not in SAMPLE_FIELDS:
            raise SampleError(
                f"no field {name!r} in a sample{nearest(name, SAMPLE_FIELDS)}"
                f"\nfields: {', '.join(SAMPLE_FIELDS)}; put others into info={{...}}"
            )
    return Sample(completion, **fields)


def _engine(rubric: RubricSource, workers: int | None, timeout_s: float) -> Engine:
    key = (_identity(rubric), _option(workers), _option(timeout_s))
    with _lock:
        engine = _engines.get(key)
        if engine is not None:
            _engines.move_to_end(key)
            return engine
        with forks.unbroken():
            from assay.engine.engine import Engine
            from assay.rubrics import load_rubric

            engine = Engine(load_rubric(rubric), workers=workers, timeout_s=timeout_s)
        _engines[key] = engine
        while len(_engines) > ENGINES:
            _, oldest = _engines.popitem(last=False)
            oldest.close()
        return engine


def _option(value: Any) -> Any:
    """A number as part of a key.

    What is none has no key: it may have no hash, or equal a number (True is 1), and it is for the
    engine to refuse.
    """
    fits = value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    return value if fits else object()


def _identity(rubric: RubricSource) -> Any:
    """What two rubrics differ in; a changed file is another rubric."""
    if isinstance(rubric, Mapping):
        with forks.unbroken():
            from assay.rubrics.written.rubric_files import check_limits

        check_limits(rubric, "the rubric")
        return json.dumps(rubric, default=str)  # keys as they come: the first criterion is the key
    if not isinstance(rubric, str | os.PathLike):
        with forks.unbroken():
            from assay.rubrics import load_rubric

            return load_rubric(rubric)
    path = os.fspath(rubric)
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return path
    return path, stat.st_mtime_ns, stat.st_size
