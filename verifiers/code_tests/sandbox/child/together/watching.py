"""What a program may not look at while its tests run beside it: their frames and their code.

By audit hooks, which nothing in Python can take off again. They see who looks and at what. C's own
means (ctypes) they do not see.
"""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Sequence
from typing import Any

TESTS = "<tests>"
"""The file name that the suite's code has in tracebacks."""

_FRAMES = frozenset(
    {"sys._getframe", "sys._current_frames", "sys._current_exceptions", "gc.get_objects",
     "gc.get_referrers", "gc.get_referents", "sys.settrace", "sys.setprofile",
     "sys.addaudithook", "sys.monitoring.register_callback"}
)  # fmt: skip
"""Events that give whoever causes them the frames, or the objects, of everybody."""

_OWN_FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame"})
"""Attributes that give a frame of the program's own, behind which its caller's stands."""

_CODE = frozenset({"__code__", "f_code", "gi_code", "cr_code", "ag_code"})

_QUIET = frozenset({"import", "open", "os.listdir", "os.scandir", "socket.__new__", "exec"})
"""The commonest events, of no interest."""

_SET = frozenset({"__code__", "__defaults__", "__kwdefaults__"})

_HANDING_ON = (
    "inspect.py", "threading.py", "base_tasks.py", "bdb.py", "trace.py", "ctypes/__init__.py",
    "ctypes/util.py",
)  # fmt: skip
"""Modules that get frames for their caller."""

_WALKS = frozenset({"walk_tb", "walk_stack"})
"""Of `traceback`, those that do."""

_SIGNATURES = frozenset({"_signature_from_function", "_signature_is_functionlike"})
"""Of `inspect`, what looks at a function's code and says nothing of it but its arguments."""

_MADE = frozenset({"compile", "code.__new__"})
"""Events that make code, with a file name of one's choice."""

_frame, _thread = sys._getframe, threading.get_ident


class Refused(Exception):
    """What a program gets that looks at its tests."""


class _Watch:
    """Who asks is recognised by the file names of code, which nobody but libraries may choose."""

    def __init__(self, libraries: Sequence[str], ours: str) -> None:
        self._libraries = (*libraries, ours, "<frozen ", TESTS)
        self._ours = ours
        self._busy: set[int] = set()
        """Threads that are in the hook: what it looks at itself is not an event."""

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """For `sys.addaudithook`."""
        if event in _QUIET or _thread() in self._busy:
            return
        self._busy.add(_thread())
        try:
            self._judge(event, args, _frame(1))
        finally:
            self._busy.discard(_thread())

    def _judge(self, event: str, args: tuple[Any, ...], frame: types.FrameType) -> None:
        if event in _FRAMES or event == "marshal.loads" or event.startswith("ctypes."):
            if self._asked_by_program(frame):
                raise Refused(f"{event} is not for programs under test")
        elif event == "object.__getattr__":
            name = args[1]
            if name in _OWN_FRAMES and self._asked_by_program(frame):
                raise Refused(f"{name} is not for programs under test")
            if name in _CODE and _is_of_tests(args[0]) and self._for_program(frame):
                raise Refused("the code of tests is not for programs under test")
        elif event in ("object.__setattr__", "object.__delattr__") and args[1] in _SET:
            code = getattr(args[0], "__code__", None)
            own = type(code) is types.CodeType and self._is_programs(code)
            by_mock = frame.f_code.co_filename.endswith("/unittest/mock.py")
            asked = self._for_program(frame) if by_mock else self._asked_by_program(frame)
            if asked and not own:  # libraries do so with their own functions
                raise Refused("the code of others is not for programs under test to change")
        elif event in _MADE:
            name = args[1]
            disguised = type(name) is str and name.startswith(self._libraries)
            if disguised and self._asked_by_program(frame):
                raise Refused("code of programs may not look like that of libraries")

    def _is_programs(self, code: types.CodeType) -> bool:
        return not code.co_filename.startswith(self._libraries)

    def _asked_by_program(self, frame: types.FrameType | None) -> bool:
        """Whether the program asked, itself or through a module that gets frames for others."""
        while frame is not None:
            code = frame.f_code
            if self._is_programs(code):
                return True
            handed = code.co_filename.endswith(_HANDING_ON) or (
                code.co_filename.endswith("traceback.py") and code.co_name in _WALKS
            )
            if not handed:
                return False
            frame = frame.f_back
        return False

    def _for_program(self, frame: types.FrameType | None) -> bool:
        """Whether of program and tests it is the program that is at work."""
        while frame is not None and frame.f_code.co_filename.endswith("/traceback.py"):
            frame = frame.f_back
        if frame is not None and "/asyncio/" in frame.f_code.co_filename:
            return self._is_programs(frame.f_code)  # it notes where tasks are made, for debugging
        while frame is not None:
            code = frame.f_code
            if code.co_name in _SIGNATURES and code.co_filename.endswith("inspect.py"):
                return False
            if self._is_programs(code):
                return True
            if code.co_filename == TESTS or code.co_filename.startswith(self._ours):
                return False
            frame = frame.f_back
        return False


def _is_of_tests(owner: Any) -> bool:
    code = owner.f_code if type(owner) is types.FrameType else getattr(owner, "__code__", None)
    return type(code) is types.CodeType and code.co_filename == TESTS


def watch(libraries: Sequence[str], ours: str) -> None:
    """Refuse, from now on and for good, what only a program that looks for its tests would do.

    Args:
        libraries: Beginnings of the file names of code that is not a program's.
        ours: That of the code that runs the tests.
    """
    sys.addaudithook(_Watch(libraries, ours).hook)
