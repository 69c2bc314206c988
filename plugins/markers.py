"""The marks a plugin's author puts on functions. Importing them imports nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from assay.errors import PluginError
from assay.model import SAMPLE_FIELDS
from assay.plugins.examples import Effect, Example, Pays
from assay.plugins.spec import CostClass, VerifierSpec
from assay.plugins.wait_policy import WaitPolicy
from assay.printable import a_type

if TYPE_CHECKING:
    from pydantic import BaseModel

PROJECT = "assay"
"""Name of the entry-point group and prefix of every hook."""

SPEC_ATTRIBUTE = "__assay_spec__"

F = TypeVar("F", bound=Callable[..., Any])


_COROUTINE = 0x80
"""The flag of an ``async def``'s code; `inspect`, which knows its name, is slow to import."""


def _is_async(function: Any) -> bool:
    """Whether it is an ``async def``, or wraps one."""
    while function is not None:
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & _COROUTINE:
            return True
        function = getattr(function, "__wrapped__", None)
    return False


_ANY_MORE = 0x04
"""The flag of a function that takes ``*args``."""


def wrong_arguments(function: Any, given: int) -> str:
    """What is wrong with calling it with `given` arguments in order; empty where nothing is.

    What cannot be decided (no Python function) is not held against it.
    """
    if isinstance(function, type):
        function = function.__dict__.get("__init__")
        given += 1
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    if hasattr(function, "__self__"):  # a bound method
        given += 1
    most = code.co_argcount
    least = most - len(function.__defaults__ or ())
    optional = function.__kwdefaults__ or {}
    by_name = code.co_varnames[most : most + code.co_kwonlyargcount]
    unmet = [name for name in by_name if name not in optional]
    if unmet:
        return f"wants {unmet[0]!r} by name"
    if given < least:
        return f"wants {least} argument{'s' if least > 1 else ''}"
    if given > most and not code.co_flags & _ANY_MORE:
        return f"takes {most} argument{'' if most == 1 else 's'}" if most else "takes no arguments"
    return ""


def hookimpl(function: F) -> F:
    """Mark a function as this plugin's answer to the hook of the same name.

    Does what pluggy's marker does, without the cost of importing pluggy.
    """
    options = {
        "wrapper": False,
        "hookwrapper": False,
        "optionalhook": False,
        "tryfirst": False,
        "trylast": False,
        "specname": None,
    }
    setattr(function, f"{PROJECT}_impl", options)
    return function


def verifier(
    name: str,
    *,
    needs: Sequence[str] = (),
    cost: CostClass = "worker",
    levels: Sequence[float] | None = None,
    params: type[BaseModel] | None = None,
    deterministic: bool = True,
    summary: str | None = None,
    tools: Sequence[str] = (),
    examples: Sequence[Example] = (),
    effects: Sequence[Effect] = (),
    pays: Sequence[Pays] = (),
    batch: int | None = None,
    waiting: WaitPolicy | None = None,
) -> Callable[[F], F]:
    """Make a verifier of a function ``(sample) -> float | bool | Verdict``.

    With `batch` it takes a list of at most so many samples, and returns a list in their order.

    The function itself is returned, still callable, with its spec attached. Give it to
    ``Engine(verifiers=[...])``, put it in a file for ``--plugin``, or return it from
    ``assay_verifiers``.

    Args:
        name: ``topic.what@version``.
        needs: Fields of `Sample` read besides `completion`; see `VerifierSpec.needs`.
        cost: ``worker`` (killable; the function must be importable), ``inline`` (bounded work, in
            the calling process), or ``waiting`` (an ``async def``, for the network).
        levels: The values the score can take, if only some.
        params: Model of the params; the function then takes ``(sample, params)``.
        deterministic: False where the same sample may be judged differently.
        summary: One line; by default the first line of the docstring.
        tools: Distributions whose versions are part of the signature.
        examples: Samples with the scores that they must get, for `assay check`.
        effects: ``network``, ``files``, ``processes``: what it does besides computing.
        pays: ``empty``, ``echo``: what a verifier of form may rightly pay.
        batch: Most samples that it takes in one call; see `VerifierSpec.batch`.
        waiting: How many calls at once, how long and how often, for the cost ``waiting``.

    Raises:
        PluginError: a name or an option that cannot be; a function that reads a field of its sample
            that `needs` does not name, so that it would be given None.

    >>> @verifier("text.short@1", cost="inline", levels=[0, 1])
    ... def short(sample):
    ...     "At most 80 characters."
    ...     return len(sample.answer) <= 80
    """
    if callable(name):
        raise PluginError(
            f"@verifier stands on {getattr(name, '__name__', 'a function')!r} without a name"
            '\nfix: @verifier("topic.what@1")'
        )

    def mark(function: F) -> F:
        if isinstance(function, type):
            raise PluginError(
                f"verifier {name!r}: the class {function.__name__!r} cannot be marked"
                "\nfix: mark a function, or offer VerifierSpec(name, summary, "
                f'target="{function.__module__}:{function.__qualname__}")'
            )
        if not hasattr(function, "__qualname__"):
            raise PluginError(
                f"verifier {name!r}: {a_type(function)} cannot be marked"
                "\nfix: mark a function; wrap anything else in one"
            )
        kind = cost if isinstance(cost, str) else ""  # anything else is for the spec to refuse
        if kind != "waiting" and _is_async(function):
            raise PluginError(
                f"verifier {name!r}: an async function does not go with cost {cost!r}"
                '\nfix: cost="waiting"'
            )
        if kind == "waiting" and not _is_async(function):
            raise PluginError(
                f"verifier {name!r}: cost 'waiting' is for an async function, which waits for "
                "others while it waits itself"
                '\nfix: async def, or cost="worker"'
            )
        wrong = wrong_arguments(function, 1 if params is None else 2)
        if wrong:
            what = "sample" if batch is None else "samples"
            taken = f"the {what}" if params is None else f"the {what} and the params"
            header = f"({what})" if params is None else f"({what}, params)"
            raise PluginError(
                f"verifier {name!r}: its function {wrong}; it is called with {taken}"
                f"\nfix: def {function.__name__}{header}"
            )
        doc = (function.__doc__ or "").strip().partition("\n")[0]
        spec = VerifierSpec(
            name=name,
            summary=summary if summary is not None else doc,
            target=f"{function.__module__}:{function.__qualname__}",
            cost=cost,
            needs=needs,  # type: ignore[arg-type]
            levels=levels,  # type: ignore[arg-type]
            params=params,
            deterministic=deterministic,
            tools=tools,  # type: ignore[arg-type]
            examples=examples,  # type: ignore[arg-type]
            effects=effects,  # type: ignore[arg-type]
            pays=pays,  # type: ignore[arg-type]
            batch=batch,
            waiting=waiting,
        )
        _reads_only_its_needs(function, spec)
        setattr(function, SPEC_ATTRIBUTE, spec)
        return function

    return mark


def _reads_only_its_needs(function: Callable[..., Any], spec: VerifierSpec) -> None:
    """A verifier is given what it needs and nothing else: of anything more it would read None.

    Looks at what is read off the function's first argument by name, in its own body.
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_argcount == 0:
        return
    import dis

    declared = {need.rstrip("?").partition(".")[0] for need in spec.needs}
    hidden = frozenset(SAMPLE_FIELDS) - declared - {"completion"}
    sample = code.co_varnames[0]
    steps = list(dis.get_instructions(code))
    for before, step in pairwise(steps):
        reads = step.opname in ("LOAD_ATTR", "LOAD_METHOD") and before.argval == sample
        if reads and step.argval in hidden:
            raise PluginError(
                f"verifier {spec.name!r} reads {step.argval!r} of its sample, which is not "
                "among its needs, so it would always find it empty"
                f"\nfix: needs=[{step.argval!r}]; [{step.argval + '?'!r}] where it may be missing"
            )
