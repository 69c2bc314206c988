"""Every exception Assay raises, in one tree.

::

    AssayError
    ├── SampleError        (ValueError)    a row or a field of a sample is malformed
    │   └── ReferenceUnreadable            the reference cannot be read: nothing can be judged
    ├── RubricError        (ValueError)    a rubric that cannot be built
    ├── VerdictError       (ValueError)    a verifier returned what no verdict can be
    ├── PluginError        (RuntimeError)  a plugin that cannot be loaded, or clashes
    │   ├── VerifierNotFound (LookupError) no verifier of that name or version
    │   └── FieldNotDeclared               a verifier reads a field that it does not declare
    ├── RolloutsError      (OSError)       rollouts cannot be read, or rewards cannot be written
    ├── ConfigError        (ValueError)    an option of a call or a command out of range
    ├── SandboxUnavailable (RuntimeError)  the machine cannot give the isolation asked for
    ├── WorkerError        (RuntimeError)  worker processes cannot be started
    ├── ServiceUnavailable (ConnectionError) what a verifier asks cannot answer now
    └── UnscoredError      (RuntimeError)  too many samples of a call have no score

A model's mistake is a verdict; a user's mistake is one of these. Each also inherits the
builtin a caller would expect, so ``except ValueError`` works without importing Assay's names.
The first line of a message says what is wrong and where, later lines how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.model import Reward


class AssayError(Exception):
    """Root of everything Assay raises on purpose."""


class SampleError(AssayError, ValueError):
    """A row, or a field of a sample, is malformed: the data set's fault, not the model's."""


class ReferenceUnreadable(SampleError):
    """The reference cannot be read, so no completion could be judged against it."""


class RubricError(AssayError, ValueError):
    """A rubric that cannot be built; names the path in the rubric and the file."""


class VerdictError(AssayError, ValueError):
    """A verifier returned something that is not a verdict (a NaN score, a wrong type)."""


class PluginError(AssayError, RuntimeError):
    """A plugin could not be loaded, or two plugins clash."""


class VerifierNotFound(PluginError, LookupError):
    """No verifier of that name or version is offered by any loaded plugin."""


class FieldNotDeclared(PluginError):
    """A verifier reads a field of its sample that its spec's `needs` do not name."""


class RolloutsError(AssayError, OSError):
    """A file of rollouts cannot be read, or one of rewards cannot be written; names the place."""


class ConfigError(AssayError, ValueError):
    """An option of a call or of a command is out of range or contradicts another."""


class SandboxUnavailable(AssayError, RuntimeError):
    """This machine cannot give the isolation that was asked for; says what is missing."""


class WorkerError(AssayError, RuntimeError):
    """Worker processes cannot be started here at all."""


class ServiceUnavailable(AssayError, ConnectionError):
    """What a verifier asks (a model's server, a database) cannot answer now: ask again later.

    A waiting verifier raises it for what a later try may mend: a refused or lost connection, 429,
    500, 503, an answer that is cut off. The engine tries again by the verifier's `WaitPolicy`. When
    all tries are spent the sample has no score, by the machine's fault and never the completion's.

    Args:
        message: One sentence: what was asked, and what came.
        after_s: Seconds after which the service wants to be asked again (``Retry-After``), if it
            said.
    """

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class UnscoredError(AssayError, RuntimeError):
    """More samples of one call went unscored than `max_unscored` allows.

    Nothing is lost: `rewards` holds every reward of the call, in order.
    """

    def __init__(self, message: str, rewards: Sequence[Reward] = ()) -> None:
        super().__init__(message)
        self.rewards = tuple(rewards)


def nearest(name: object, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` for the known name closest to `name`, or an empty string.

    Args:
        name: What was given for a name; nothing is close to what is not text.
        known: The names that there are.

    >>> nearest("maht", ["math", "code"])
    "; did you mean 'math'?"
    """
    known = [k for k in known if isinstance(k, str)]
    if not isinstance(name, str):
        return ""
    similar = SIMILAR if len(name) > SHORT else SIMILAR_SHORT
    close = difflib.get_close_matches(name, known, n=1, cutoff=similar)
    if not close and len(name) >= WHOLE_WORD:
        begun = [k for k in known if k.startswith(name) or (name.startswith(k) and len(k) > 2)]
        close = sorted(begun, key=lambda k: (abs(len(k) - len(name)), k))[:1]
    return f"; did you mean {close[0]!r}?" if close else ""


SIMILAR = 0.7
"""Similarity of two names that may be one with a slip: one letter of four. At 0.6 `scores` was
suggested for `correct`, which means something else."""

SHORT = 3
SIMILAR_SHORT = 0.66
"""The same for names of so few letters: one of three may be wrong, or two be swapped."""

WHOLE_WORD = 3
"""Letters from which a name may stand for a longer one that begins with it."""
