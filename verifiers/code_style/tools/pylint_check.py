"""pylint, in process: text in, findings out, without a file and without its command line.

The linter is built once and used for every snippet, which pylint does not expect. What it and
astroid would otherwise remember of one snippet is taken away after it: the module from astroid's
cache, and what their memo functions hold. Every snippet gets a module name of its own.

Single-threaded: runs in worker processes, in an empty directory (a ``.pylintrc`` can run Python,
and what lies in the directory decides which import counts as one's own).
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import itertools
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import astroid
from astroid.builder import AstroidBuilder
from pylint.lint import PyLinter
from pylint.reporters import CollectingReporter
from pylint.typing import FileItem

from assay.printable import one_line
from assay.verifiers.code_style.tools import reassigned
from assay.verifiers.code_style.tools.errors import CannotRead
from assay.verifiers.code_style.tools.memos import forget, memos

INSTALLATION_MESSAGES = (
    "import-error",
    "no-name-in-module",
    "c-extension-no-member",
    "relative-beyond-top-level",
    "import-self",
    "cyclic-import",
    "duplicate-code",
)
"""Messages that depend on what is installed, or on the files around; never reported."""

LAYOUT_MESSAGES = frozenset(
    [
        "line-too-long",
        "trailing-whitespace",
        "missing-final-newline",
        "trailing-newlines",
        "bad-indentation",
        "multiple-statements",
        "superfluous-parens",
        "unnecessary-semicolon",
        "mixed-line-endings",
        "unexpected-line-ending-format",
        "too-many-lines",
    ]
)
"""Messages about what a formatter decides."""

CATEGORIES = ("fatal", "error", "warning", "refactor", "convention")

MEMORY_GROWTH_MB = 200
"""Growth of this process past which the linter and astroid's caches are built anew."""

_NAME = "assay_program_"


@dataclass(frozen=True, slots=True)
class PylintStyle:
    """The options of pylint that change what it reports."""

    max_line_length: int = 100
    disable: tuple[str, ...] = ()
    """Messages by name or number, besides those that depend on the installation."""
    good_names: tuple[str, ...] = ()
    """Variable names that are fine, besides pylint's own ``i, j, k, ex, Run, _``."""


@dataclass(frozen=True, slots=True)
class PylintMessage:
    """What pylint said, before it is weighed."""

    line: int
    column: int
    code: str
    name: str
    category: str
    text: str


@functools.lru_cache(maxsize=64)
def pylint_messages(text: str, style: PylintStyle) -> tuple[PylintMessage, ...]:
    """What pylint reports for `text`, in the order of lines; about 10 ms for a short program.

    Modules outside the standard library count as unknown, whether they are installed or not.

    Raises:
        CannotRead: astroid cannot read the program, or it is nested too deeply.
    """
    return _PROCESS.check(text, style)


class _OnlyStandardLibrary(set[str]):
    """astroid's list of modules not to look into: every one but the standard library's."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.partition(".")[0] not in _STANDARD

    def clear(self) -> None:
        """Nothing: the rule is not a list."""


_STANDARD = sys.stdlib_module_names | {"builtins", "__main__", ""}


class _Process:
    """The linters of this process, and what keeps it from growing."""

    def __init__(self) -> None:
        self._linters: dict[PylintStyle, PyLinter] = {}
        self._numbers = itertools.count()
        self._memos: list[Any] = []
        self._start_mb = 0.0

    def check(self, text: str, style: PylintStyle) -> tuple[PylintMessage, ...]:
        number = next(self._numbers)
        if number % 64 == 0:
            self._recycle()
        name = f"{_NAME}{number}"
        linter = self._linter(style)
        reporter = CollectingReporter()
        linter.set_reporter(reporter)
        linter.initialize()
        path = f"{name}.py"
        try:
            # pylint prints the traceback of a checker that fails; what is wrong is raised as well
            with (
                contextlib.redirect_stderr(io.StringIO()),
                _empty_directory(),
                linter._astroid_module_checker() as checker,
            ):
                linter.set_current_module(name, path)
                module = AstroidBuilder(astroid.MANAGER).string_build(text, name, path)
                linter._lint_file(FileItem(name, path, name), module, checker)
        except RecursionError:
            raise CannotRead("pylint cannot read the program: it is nested too deeply") from None
        except astroid.AstroidSyntaxError as err:
            reason = one_line(str(err.error), 120)
            raise CannotRead(f"pylint cannot read the program: {reason}") from None
        except astroid.AstroidError as err:
            if _is_recursion(err):
                raise CannotRead(
                    "pylint cannot read the program: it is nested too deeply"
                ) from None
            raise
        finally:
            astroid.MANAGER.astroid_cache.pop(name, None)
            reassigned.forget()
            forget(self._memos)
        return _messages(reporter.messages, name)

    def _linter(self, style: PylintStyle) -> PyLinter:
        linter = self._linters.get(style)
        if linter is None:
            if len(self._linters) >= 4:
                self._linters.clear()
            linter = self._linters[style] = _build(style)
            self._memos = memos("pylint", "astroid")
        return linter

    def _recycle(self) -> None:
        """Start afresh if memory has grown: hostile programs make modules load that stay."""
        now = _resident_mb()
        if not self._linters or not self._start_mb:
            self._start_mb = now
        elif now > self._start_mb + MEMORY_GROWTH_MB:
            self._linters.clear()
            astroid.MANAGER.clear_cache()
            gc.collect()
            self._start_mb = max(self._start_mb, _resident_mb())


def _build(style: PylintStyle) -> PyLinter:
    if not isinstance(astroid.MANAGER.module_denylist, _OnlyStandardLibrary):
        astroid.manager.AstroidManager.brain["module_denylist"] = _OnlyStandardLibrary()
        astroid.MANAGER.module_denylist = astroid.manager.AstroidManager.brain["module_denylist"]
    reassigned.install()
    linter = PyLinter()
    linter.load_default_plugins()
    linter.config.max_line_length = style.max_line_length
    linter.config.good_names = [*linter.config.good_names, *style.good_names]
    for message in (*INSTALLATION_MESSAGES, *style.disable):
        linter.disable(message)
    return linter


@contextlib.contextmanager
def _empty_directory() -> Iterator[None]:
    """Pylint looks around where it stands; within this, there is nothing to be found."""
    try:
        before = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # it cannot be read
        before = os.open(os.sep, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    scratch = os.environ.get("ASSAY_WORKER_SCRATCH")  # of a worker; deleted by its caller
    try:
        if scratch is not None:
            os.makedirs(scratch, mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="assay-pylint-", dir=scratch) as directory:
            os.chdir(directory)
            try:
                yield
            finally:
                os.fchdir(before)
    finally:
        os.close(before)


def _messages(found: list[Any], name: str) -> tuple[PylintMessage, ...]:
    messages = [
        PylintMessage(
            item.line,
            item.column,
            item.msg_id,
            item.symbol,
            item.category,
            item.msg.replace(name, "program").partition("\n")[0],
        )
        for item in found
        if item.category in CATEGORIES
    ]
    return tuple(sorted(messages, key=lambda m: (m.line, m.column, m.code, m.name, m.text)))


def _is_recursion(err: BaseException | None) -> bool:
    seen = 0
    while err is not None and seen < 10:
        if isinstance(err, RecursionError):
            return True
        err = err.__cause__ or err.__context__
        seen += 1
    return False


def _resident_mb() -> float:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0  # not Linux: the engine's bound on memory is left
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


_PROCESS = _Process()
