"""Runs one program, confined already. Everything here is at the program's mercy, and may be.

The program shares this process, so nothing in it is trusted or secret: no expected value, no
comparer, no verdict. What leaves is claims: a value per call, or what was printed. References
are taken before the program runs, so that it breaks less by accident; that is not a defence.

Three kinds of job:

``script``
    run the code as ``__main__`` with stdin and stdout; an exception is reported on the channel.
``serve``
    run the code as a module, then answer one request after another on the channel: calls of
    its functions (`serving`). Where the job says so, the code may call out (`proxy`): the
    names it does not define are asked of the parent, which has them from another sandbox.
``beside``
    run the code as a module, and a suite of tests in the same process (`together`).

A frame on the channel is a length (4 bytes, big-endian) and JSON.
"""

from __future__ import annotations

import _thread
import atexit
import builtins
import contextlib
import gc
import os
import random
import signal
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

from assay.verifiers.code_tests.sandbox.child import (
    file_calls,
    given_files,
    pytest_like,
    several_files,
)
from assay.verifiers.code_tests.sandbox.child.claims import (
    OUT_OF_MEMORY,
    SOURCE,
    ParentChannel,
    failure,
    is_programs,
)
from assay.verifiers.code_tests.sandbox.child.proxy import NOT_CARRIED, outward
from assay.verifiers.code_tests.sandbox.child.serving import ObjectServer

_MAX_STACK = 256 << 20

more_kinds: dict[str, Callable[[dict[str, Any], ParentChannel, int], int]] = {}
"""Kinds of job that only some interpreters are for, and what runs them."""

_exit = os._exit


def run(job: dict[str, Any], channel_fd: int) -> None:
    """Run a job and leave the process. Never returns."""
    channel = ParentChannel(channel_fd)
    code = 1
    try:
        _fresh_streams()
        random.seed(0)  # the same program gets the same verdict
        threading.stack_size = _stack_size
        signal.raise_signal = _raise_signal
        os.kill = _kill
        file_calls.begin()
        if "files" in job:
            given_files.place(job["files"], job.get("importable", ()))
        if "lent" in job:
            _lend(job["lent"])
        if job["kind"] in more_kinds:
            code = more_kinds[job["kind"]](job, channel, channel_fd)
        else:
            code = _script(job, channel) if job["kind"] == "script" else _serve(job, channel)
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
    except BaseException as err:  # the program may have broken anything beneath us
        channel.send({"x": failure(err)})
    finally:
        _exit(code)


def _fresh_streams() -> None:
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        if number == 0:
            stream = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        else:
            stream = open(  # noqa: SIM115
                number, "w", encoding="utf-8", closefd=False, buffering=1 if number == 2 else -1,
                errors="backslashreplace" if number == 2 else "strict",
            )  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _stack_size(*size: int) -> int:
    """`threading.stack_size`, of no more than `_MAX_STACK`.

    Programs for contests ask for all there could be, to recurse deeply, and use little of it; but
    what a stack may grow to counts as memory used.
    """
    wanted = tuple(min(x, _MAX_STACK) if type(x) is int else x for x in size)
    return _thread.stack_size(*wanted)


_DEADLY = frozenset(
    {signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
     signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGPWR,
     signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP,
     signal.SIGSYS, signal.SIGABRT}
)  # fmt: skip
"""What ends a program that sends it to itself, and has no handler."""


def _raise_signal(number: int, /) -> None:
    """`signal.raise_signal`, deadly at every level as it is in plain Python."""
    _die_of(number)
    _python_raise(number)


def _kill(pid: int, number: int, /) -> None:
    """`os.kill`, likewise."""
    if pid == os.getpid():
        _die_of(number)
    _python_kill(pid, number)


def _die_of(number: int) -> None:
    if number == signal.SIGINT and signal.getsignal(number) is signal.SIG_DFL:
        raise KeyboardInterrupt
    if number in _DEADLY and signal.getsignal(number) in (signal.SIG_DFL, None):
        _exit(128 + number)  # as a shell reports it


_python_kill, _python_raise = os.kill, signal.raise_signal


def _lend(code: str) -> None:
    """Let programs use the names that `code` defines, where nothing else defines them.

    As builtins, not among the program's own names: those alone can be asked for.
    """
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the data set's
    for name, value in names.items():
        vars(builtins).setdefault(name, value)


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(__builtins__=builtins, __file__="program.py")
    sys.modules[name] = module
    return module


def _compile(code: str, channel: ParentChannel, path: str = "") -> types.CodeType | None:
    try:
        return compile(code, f"{SOURCE}/{path}" if path else SOURCE, "exec", dont_inherit=True)
    except MemoryError:  # CPython's parser says so of nesting, too
        channel.send({"c": {"type": "MemoryError", "line": None, "text": "too complex"}})
    except (SyntaxError, ValueError, OverflowError, RecursionError) as err:
        channel.send({"c": failure(err)})
    return None


def _script(job: dict[str, Any], channel: ParentChannel) -> int:
    """Like ``python program.py``, with the exit code that it would have."""
    several = job.get("several")
    code = _compile(job["code"], channel, several["main_path"] if several is not None else "")
    if code is None:
        return 1
    main = _module("__main__")
    if several is not None:
        finder = several_files.ProgramFiles()
        sys.meta_path.append(finder)
        finder.open(several, "")
        main.__file__ = os.path.abspath(several["main_path"])
        main.__package__ = several["main"].rpartition(".")[0] or None
    status = 0
    shutdown, exits = threading._shutdown, atexit._run_exitfuncs  # type: ignore[attr-defined]
    try:
        exec(code, main.__dict__)  # noqa: S102 - the point of the sandbox
    except SystemExit as err:
        status = _exit_status(err)
        if status:
            channel.send({"x": failure(err)})
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
        status = 1
    except BaseException as err:
        channel.send({"x": failure(err)})
        status = 1
    shutdown()
    exits()
    _flush()
    _let_go(main)
    return status


def _flush() -> None:
    """What is buffered is printed; the program may have put anything in stdout's place."""
    for stream in (sys.stdout, sys.__stdout__):
        with contextlib.suppress(BaseException):
            stream.flush()  # type: ignore[union-attr]


def _let_go(main: types.ModuleType) -> None:
    """End the program's objects as Python does when it ends.

    Files that it wrote to and never closed are written, a ``__del__`` may print.
    """
    names = main.__dict__
    for name in [n for n in names if n != "__builtins__"]:
        names[name] = None
    gc.collect()
    _flush()


def _exit_status(err: SystemExit) -> int:
    if err.code is None:
        return 0
    return err.code & 0xFF if isinstance(err.code, int) else 1


def _serve(job: dict[str, Any], channel: ParentChannel) -> int:
    if "several" in job:
        return _serve_files(job, channel)
    code = _compile(job["code"], channel)
    if code is None:
        return 1
    module = _module("program")
    not_carried: dict[str, None] = {}
    if job.get("caller"):
        pytest_like.install()
        module.__dict__["__builtins__"] = names = outward(channel, job)
        not_carried = names[NOT_CARRIED]
    if "before" in job:  # the prompt's helpers; its stub of the function asked for must not stay
        helpers = compile(job["before"], "<prompt>", "exec", dont_inherit=True)
        exec(helpers, module.__dict__)  # noqa: S102
        for name in job.get("caller", ()):
            module.__dict__.pop(name, None)
    try:
        exec(code, module.__dict__)  # noqa: S102 - the point of the sandbox
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
        return 1
    except BaseException as err:
        channel.send({"x": failure(err), "not_carried": list(not_carried)[:5]})
        return 1
    channel.send({"ready": 1})
    within = job.get("within")
    defined = several_files.Within(module.__dict__, within) if within else module.__dict__
    ObjectServer(defined, channel).serve()
    return 0


def _serve_files(job: dict[str, Any], channel: ParentChannel) -> int:
    finder = several_files.ProgramFiles()
    sys.meta_path.append(finder)
    try:
        names, _ = several_files.load(finder, job["several"], job.get("before", ""))
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
        return 1
    except SyntaxError as err:  # it may be what the program compiles as it runs
        channel.send({"c" if is_programs(str(err.filename)) else "x": failure(err)})
        return 1
    except BaseException as err:
        channel.send({"x": failure(err)})
        return 1
    channel.send({"ready": 1})
    ObjectServer(names, channel).serve()
    return 0
