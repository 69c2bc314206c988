"""Scorers of functions that a trainer finds by name and calls with options from its configuration.

Such a function has no place to keep an engine: it gets its options with every call, from a YAML
file or a command line. Here each process makes one scorer for equal options, on first use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from assay import forks
from assay.errors import ConfigError
from assay.integrations.scorer import Options, Scorer
from assay.printable import in_line

_lock = forks.Lock()
_scorers: dict[str, Scorer] = {}
"""Options as JSON -> this process's scorer."""


def scorer_for(
    options: Mapping[str, Any],
    can: Sequence[str],
    *,
    where: str,
    copied: bool = False,
    truth: str | None = None,
    patience_s: float | None = None,
) -> Scorer:
    """This process's scorer for these options, made on the first call with them.

    Args:
        options: `rubric` (by default ``math``) and `Options`, as JSON or OmegaConf holds them.
        can: What `unscored` may be; see `Scorer`.
        where: What the trainer calls the options, for messages: ``reward_kwargs``.
        copied: See `Scorer`.
        truth: See `Scorer`.
        patience_s: The trainer's, where the options do not say another.

    Raises:
        ConfigError: an option that there is not, that is not JSON, or that is out of range.
    """
    try:
        key = json.dumps([options, list(can), truth], sort_keys=True, default=_plain)
    except TypeError as err:
        raise ConfigError(
            f"{in_line(where)} cannot be written as JSON: {err}"
            '\nfix: name the rubric by a preset or a path, and verifiers by plugins=["file.py"]'
        ) from err
    with _lock:
        if key not in _scorers:
            _scorers[key] = _made(json.loads(key)[0], can, where, copied, truth, patience_s)
        return _scorers[key]


def _made(
    options: dict[str, Any],
    can: Sequence[str],
    where: str,
    copied: bool,
    truth: str | None,
    patience_s: float | None,
) -> Scorer:
    rubric = options.pop("rubric", "math")
    options.setdefault("patience_s", patience_s)
    try:
        return Scorer(rubric, can=can, copied=copied, truth=truth, **options)
    except TypeError as err:
        known = [name for name in Options.__annotations__ if name != "verifiers"]
        raise ConfigError(
            f"{in_line(where)}: {err}\noptions: {', '.join(['rubric', *known])}"
        ) from err


def _plain(value: Any) -> Any:
    """OmegaConf's containers, and whatever else is a mapping or a list at heart."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
