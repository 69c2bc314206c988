"""One job: a program and then its tests, in one process. What guards the tests is said where.

1. What the suite imports is imported, and all that is loaded is remembered (`sealing`).
2. From then on nobody looks at the frames or the code of the tests (`watching`).
3. The program runs. It may have no thread left, no handler of signals, no other channel.
4. Only now the suite comes, over the channel, with a key that each result must carry. All that
   was remembered is restored first.
5. The suite's names are its own; a test that must fail does (`canary`), before and after.

None of it holds against everything: the two share one memory. `docs/sandbox.md` says which attacks
are known to pass.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import os
import signal
import sys
import sysconfig
import threading
import types
import unittest
import unittest.mock
from typing import Any

from assay.verifiers.code_tests.sandbox.child import several_files
from assay.verifiers.code_tests.sandbox.child.claims import (
    OUT_OF_MEMORY,
    SOURCE,
    ParentChannel,
    failure,
    is_programs,
)
from assay.verifiers.code_tests.sandbox.child.together import (
    agreeing,
    canary,
    pytest_beside,
    rewriting,
    running,
    said,
    sealing,
    watching,
)

_stat, _frames, _set_signal = os.fstat, sys._current_frames, signal.signal
_timer, _trace, _profile = signal.setitimer, sys.settrace, sys.setprofile

_seal: list[sealing.Seal] = []
"""Made once, before any program; each child has a copy."""


def prepare() -> None:
    """What every job needs, done once by the interpreter that forks."""
    pytest_beside.install()
    unittest.main = lambda *_, **__: None  # type: ignore[assignment]  # they are run anyway
    _seal.append(sealing.Seal())


def run_beside(job: dict[str, Any], channel: ParentChannel, channel_fd: int) -> int:
    """Run it all; what came of each test goes out on the channel."""
    missing = _imported(job["imports"])
    if missing is not None:
        channel.send({"missing": missing})
        return 1
    finder = several_files.ProgramFiles()  # it finds nothing before the program's turn
    sys.meta_path.append(finder)
    seal = _seal.pop()
    seal.extend()
    here = os.path.dirname(os.path.abspath(__file__))
    libraries = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *sys.path}
    channel_inode, threads = _stat(channel_fd).st_ino, len(_frames())
    watching.watch([x for x in libraries if x], os.path.dirname(here))
    loaded = _program(job, channel) if "several" not in job else _files(job, finder, channel)
    if loaded is None:
        return 1
    _calm()
    if len(_frames()) > threads:
        channel.send({"x": _said("the program leaves a thread running when it is loaded")})
        return 1
    if _stat(channel_fd).st_ino != channel_inode:
        return 1
    handlers = _silence()
    channel.send({"ready": 1})
    message = channel.receive()
    if message is None:
        return 1
    for number, handler in handlers.items():
        _set_signal(number, handler)
    return _Tests(job, message, seal, loaded, channel).run()


def _imported(names: list[str]) -> str | None:
    """Import what the suite will: the first that is not there, if any."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as err:
            parent, _, last = name.rpartition(".")
            if parent and hasattr(sys.modules.get(parent), last):
                continue  # ``from a import b``, where b is not a module
            if isinstance(err, ModuleNotFoundError) and parent and err.name == name:
                continue  # nor any name there: the suite will say so
            return f"{name} ({err})"
        except Exception as err:
            return f"{name} ({type(err).__name__}: {err})"
    return None


def _files(
    job: dict[str, Any], finder: several_files.ProgramFiles, channel: ParentChannel
) -> list[types.ModuleType] | None:
    """The modules of a program of several files that the suite imports, as `_program`."""
    try:
        _, modules = several_files.load(finder, job["several"], job.get("before", ""))
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
        return None
    except SyntaxError as err:
        channel.send({"c" if is_programs(str(err.filename)) else "x": failure(err)})
        return None
    except BaseException as err:
        channel.send({"x": failure(err)})
        return None
    if not job["several"]["main"]:
        modules.insert(0, types.ModuleType("program"))
    sys.modules["__main__"] = modules[0]
    return modules


def _program(job: dict[str, Any], channel: ParentChannel) -> list[types.ModuleType] | None:
    """The program's module, loaded, and no other; None if it does not load, which is said."""
    names = job["modules"]
    program = types.ModuleType(names[0])
    program.__dict__.update(__builtins__=builtins, __file__="program.py")
    for name in [*names, "__main__"]:
        sys.modules[name] = program
    for name in job["imported"]:  # ``app.models``, of which one file holds all there is
        several_files.known_as(program, name)
    try:
        code = compile(job["code"], SOURCE, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError) as err:
        channel.send({"c": failure(err)})
        return None
    except MemoryError:
        channel.send({"c": {"type": "MemoryError", "line": None, "text": "too complex"}})
        return None
    if job.get("before"):
        helpers = compile(job["before"], "<prompt>", "exec", dont_inherit=True)
        exec(helpers, program.__dict__)  # noqa: S102 - the data set's
        for name in job["names"]:
            program.__dict__.pop(name, None)
    try:
        exec(code, program.__dict__)  # noqa: S102 - the point of the sandbox
    except MemoryError:
        channel.send_bytes(OUT_OF_MEMORY)
        return None
    except BaseException as err:
        channel.send({"x": failure(err)})
        return None
    return [program]


def _calm() -> None:
    """No code of the program's runs by itself, until a test calls it."""
    _trace(None)
    _profile(None)
    gc.callbacks.clear()
    monitoring: Any = getattr(sys, "monitoring", None)
    for tool in range(6) if monitoring is not None else ():
        with contextlib.suppress(ValueError):
            monitoring.set_events(tool, 0)
    gc.collect()


def _silence() -> dict[int, Any]:
    """The program's handlers of signals, taken off while the tests arrive."""
    _timer(signal.ITIMER_REAL, 0)
    found = {}
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        handler = signal.getsignal(number)
        if callable(handler) and not isinstance(handler, signal.Handlers):
            found[int(number)] = handler
            _set_signal(number, signal.SIG_IGN)
    return found


def _said(text: str) -> dict[str, Any]:
    return {"type": "Refused", "line": None, "text": text}


class _Tests:
    """The suite, once it is here."""

    def __init__(
        self,
        job: dict[str, Any],
        message: dict[str, Any],
        seal: sealing.Seal,
        programs: list[types.ModuleType],
        channel: ParentChannel,
    ) -> None:
        self._job, self._seal, self._programs = job, seal, programs
        self._channel = channel
        self._code, self._key = message["suite"], message["key"]
        self._named, self._mocks = frozenset(message["named"]), message["mocks"]

    def run(self) -> int:
        self._seal.restore()
        module = types.ModuleType("__main__")
        names = vars(module)
        names.update(__builtins__=builtins, __file__=os.path.join(os.getcwd(), "tests.py"))
        names[rewriting.GUARD] = agreeing.Guard(self._seal.known, self._named, mocks=self._mocks)
        own = vars(builtins)
        for name, value in vars(self._programs[0]).items():
            if not name.startswith("__") and (name not in own or name in self._job["names"]):
                names[name] = value
        if not self._holds():
            return 1
        tree = rewriting.guarded(ast.parse(self._code))
        try:
            code = compile(tree, watching.TESTS, "exec", dont_inherit=True)
            exec(code, names)  # noqa: S102 - the data set's
        except SystemExit as err:
            if err.code not in (None, 0) or not said.leaves(err, self._code, said.EXITS):
                self._send({"load": self._failure(err)})
                return 1  # else it ran its tests as a script would: they are run below
        except BaseException as err:
            self._send({"load": self._failure(err)})
            return 1
        self._send({"loaded": 1})
        _own_methods(module)
        self._seal.add(module, self._programs)
        try:
            running.run_tests(module, self._code, self._candidate(names), self._report)
        except BaseException as err:  # a set-up of the module's
            self._send({"test": "set-up", "x": self._failure(err)})
        if not self._holds():
            return 1
        self._send({"end": 1})
        return 0

    def _candidate(self, names: dict[str, Any]) -> Any:
        path = self._job["candidate"]
        if path is None:
            return None
        first, *rest = path.split(".")
        found = names.get(first)
        for part in rest:
            found = getattr(found() if isinstance(found, type) else found, part)
        return found

    def _holds(self) -> bool:
        """Whether a test that must fail does; else nothing here can be believed."""
        wrong = canary.passes_wrongly()
        if wrong is not None:
            self._send({"x": _said(f"the program makes wrong tests pass: {wrong}")})
        return wrong is None

    def _report(self, found: running.EndedTest) -> None:
        if found.skipped:
            self._send({"test": found.label, "skipped": 1})
            return
        if found.error is not None:
            self._send({"test": found.label, "x": self._failure(found.error)})
            return
        for name in self._seal.changes():
            self._send({"test": found.label, "x": _said(f"the program changed {name}")})
            self._seal.restore()
            return
        self._send({"test": found.label})

    def _failure(self, err: BaseException) -> dict[str, Any]:
        found = failure(err)
        tb, at = err.__traceback__, None
        while tb is not None:
            if tb.tb_frame.f_code.co_filename == watching.TESTS:
                at = tb.tb_lineno
            tb = tb.tb_next
        return {**found, "at": at, "missing": getattr(err, "name", None)}

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        self._channel.send({**message, "key": self._key})


def _own_methods(module: types.ModuleType) -> None:
    """Give the suite's classes copies of unittest's methods, which a program does not reach by it.

    A call may replace ``unittest.TestCase.assertEqual`` for the time of its own test.
    """
    for case in list(vars(module).values()):
        if (
            isinstance(case, type)
            and issubclass(case, unittest.TestCase)
            and case.__module__ == module.__name__
        ):
            inherited: dict[str, Any] = {}
            for base in reversed(case.__mro__):
                if base.__module__.startswith("unittest."):
                    inherited.update(
                        (k, v) for k, v in vars(base).items()
                        if isinstance(v, types.FunctionType) and _is_copied(k)
                    )  # fmt: skip
                else:
                    for name in vars(base):
                        inherited.pop(name, None)
            for name, value in inherited.items():
                type.__setattr__(case, name, value)


def _is_copied(name: str) -> bool:
    zero_argument_super = name in ("__init__", "__init_subclass__")
    return not zero_argument_super and (not name.startswith("__") or name == "__call__")


threading.stack_size()  # loaded before any program is
