# ruff: noqa: N802 - unittest's names
"""Runs a suite's tests as its own runner would, one after another, and says how each ended."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import itertools
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assay.verifiers.code_tests.sandbox.child.together import said
from assay.verifiers.code_tests.sandbox.child.together.fixtures import Fixture, Fixtures
from assay.verifiers.code_tests.sandbox.child.together.pytest_beside import (
    FIXTURE,
    MARKS,
    ROWS,
    SKIPPED,
)


@dataclass(slots=True)
class EndedTest:
    """How one test ended."""

    label: str
    error: BaseException | None = None
    skipped: bool = False


ReportTest = Callable[[EndedTest], None]


def run_tests(module: types.ModuleType, text: str, check: Any, report: ReportTest) -> None:
    """Run what the suite's module defines.

    Args:
        module: The suite's, loaded.
        text: What it was loaded from.
        check: What ``check`` is given, where the suite has such a function.
        report: Called after each test.
    """
    names = vars(module)
    skips = _Skips(text)
    _call(names.get("setUpModule"))
    _call(names.get("setup_module"), module)
    cases = [
        x for x in names.values()
        if isinstance(x, type) and issubclass(x, unittest.TestCase)
        and x.__module__ == module.__name__
    ]  # fmt: skip
    for case in dict.fromkeys(cases):
        _run_case(case, skips, report)
    if not cases and inspect.isfunction(names.get("check")) and check is not None:
        report(_outcome("check", lambda: names["check"](check), skips))
    _run_functions(module, skips, report)
    _call(names.get("tearDownModule"))
    _call(names.get("teardown_module"), module)


def _call(function: Any, *given: Any) -> None:
    if inspect.isfunction(function):
        function(*given[: len(inspect.signature(function).parameters)])


def _outcome(label: str, test: Callable[[], Any], skips: _Skips) -> EndedTest:
    try:
        found = test()
        if inspect.iscoroutine(found):
            asyncio.run(found)
    except unittest.SkipTest as err:
        return skips.found(label, err)
    except BaseException as err:
        return EndedTest(label, err)
    return EndedTest(label)


class _Skips:
    """Tells tests that the suite leaves out from those that the program would.

    Args:
        text: The suite's.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def found(self, label: str, err: BaseException | None) -> EndedTest:
        """A test that is left out, or one that failed; None: by a decorator of the suite's."""
        if err is None or said.leaves(err, self._text, said.SKIPS):
            return EndedTest(label, skipped=True)
        return EndedTest(label, AssertionError("the program raised SkipTest"))


# -- unittest -------------------------------------------------------------------------------


class _Result(unittest.TestResult):
    """Reports each test once, with the first thing that went wrong in it."""

    def __init__(self, skips: _Skips, report: ReportTest) -> None:
        super().__init__()
        self._skips, self._report_to = skips, report
        self._wrong: BaseException | None = None
        self._skipped: EndedTest | None = None
        self._running = False

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        self._wrong, self._skipped, self._running = None, None, True

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        if not self._running:  # Python 3.12.1 stops skipped tests that it never started
            return
        self._running = False
        if self._wrong is None and self._skipped is not None:
            self._report_to(self._skipped)
            return
        self._report_to(EndedTest(_label(test), self._wrong))

    def left(self, err: BaseException) -> None:
        """A part of the test under way raised this, whatever unittest makes of it."""
        self._wrong = self._wrong or err

    def _failed(self, test: Any, err: BaseException | None) -> None:
        err = err or AssertionError("a test failed")
        if self._running:
            self._wrong = self._wrong or err
        else:  # of a class or module
            self._report_to(EndedTest(_label(test), err))

    def addError(self, test: Any, err: Any) -> None:
        self._failed(test, err[1])

    def addFailure(self, test: Any, err: Any) -> None:
        self._failed(test, err[1])

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self._failed(test, err[1])

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._failed(test, AssertionError("it passed, and is expected to fail"))

    def addSkip(self, test: Any, reason: str) -> None:
        found = self._skips.found(_label(test), sys.exc_info()[1])
        if found.error is not None:
            self._failed(test, found.error)
        elif self._running:
            self._skipped = found
        else:
            self._report_to(found)


def _label(test: Any) -> str:
    name = getattr(test, "_testMethodName", None)
    return f"{type(test).__name__}.{name}" if name else str(test)


def _run_case(case: type[unittest.TestCase], skips: _Skips, report: ReportTest) -> None:
    names = unittest.TestLoader().getTestCaseNames(case)
    result = _Result(skips, report)
    suite = unittest.TestSuite(_watched(case(name), name, result) for name in names)
    try:
        suite.run(result)
    except BaseException as err:  # what unittest does not catch, and whoever raised it
        report(EndedTest(case.__name__, err))


_PARTS = ("setUp", "asyncSetUp", "asyncTearDown", "tearDown")
_SkipTest = unittest.SkipTest


def _watched(test: Any, name: str, result: _Result) -> Any:
    """The test, which tells `result` itself what is raised in it.

    unittest says nothing of some exceptions (``_ShouldStop``), which any program may raise.
    """
    method = getattr(test, name)
    expected = "__unittest_expecting_failure__"
    if getattr(method, expected, False) or getattr(test, expected, False):
        return test

    @contextlib.contextmanager
    def watch() -> Iterator[None]:
        try:
            yield
        except _SkipTest:
            raise
        except BaseException as err:
            result.left(err)
            raise

    def wrapped(part: Any) -> Any:
        @functools.wraps(part)
        def call(*args: Any, **kwargs: Any) -> Any:
            with watch():
                return part(*args, **kwargs)

        @functools.wraps(part)
        async def wait(*args: Any, **kwargs: Any) -> Any:
            with watch():
                return await part(*args, **kwargs)

        return wait if inspect.iscoroutinefunction(part) else call

    part_of = test.subTest

    @contextlib.contextmanager
    def sub_test(*args: Any, **kwargs: Any) -> Iterator[None]:
        with part_of(*args, **kwargs), watch():
            yield

    for part in (*_PARTS, name):
        if hasattr(test, part):
            setattr(test, part, wrapped(getattr(test, part)))
    test.subTest = sub_test
    return test


# -- pytest ---------------------------------------------------------------------------------


def _run_functions(module: types.ModuleType, skips: _Skips, report: ReportTest) -> None:
    defined: dict[str, Fixture] = {}
    owners: list[Any] = [module]
    for name, value in vars(module).items():
        if (
            isinstance(value, type)
            and name.startswith("Test")
            and not (issubclass(value, unittest.TestCase))
        ):
            owners.append(value)
    for owner in owners:
        for value in list(vars(owner).values()):
            found = getattr(value, "__dict__", {}).get(FIXTURE)
            if found is not None:
                defined[found[0]] = found[1]
    fixtures = Fixtures(defined)
    for owner in owners:
        if getattr(owner, SKIPPED, False):
            continue
        if isinstance(owner, type):
            _call_of(owner, "setup_class", owner)
        for name, test in list(vars(owner).items()):
            if name.startswith("test") and inspect.isfunction(test):
                for found in _each(owner, name, test, fixtures, skips):
                    report(found)
        if isinstance(owner, type):
            _call_of(owner, "teardown_class", owner)
    fixtures.close()


def _call_of(owner: Any, name: str, *given: Any) -> None:
    function = getattr(owner, name, None)
    if function is not None:
        function(*given[: len(inspect.signature(function).parameters)])


def _each(
    owner: Any, name: str, test: Any, fixtures: Fixtures, skips: _Skips
) -> Iterator[EndedTest]:
    """A test, once for each row of its parameters and of its fixtures'."""
    label = f"{owner.__name__}.{name}" if isinstance(owner, type) else name
    if getattr(test, SKIPPED, False):
        yield EndedTest(label, skipped=True)
        return
    wanted = [
        n for n, p in inspect.signature(test).parameters.items()
        if n != "self" and p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ][_mocked(test) :]  # fmt: skip
    marked = [*getattr(owner, MARKS, []), *getattr(test, MARKS, [])]
    groups = [*getattr(test, ROWS, []), *(getattr(owner, ROWS, []) if owner else [])]
    rows = [dict(kv for part in row for kv in part.items()) for row in itertools.product(*groups)]
    for i, row in enumerate(rows):
        names = [*(n for n in wanted if n not in row)]
        for params in fixtures.choices([*names, *marked]):
            call = functools.partial(_one, owner, test, row, params, names, marked, fixtures)
            yield _outcome(f"{label}[{i}]" if len(rows) > 1 else label, call, skips)


def _mocked(test: Any) -> int:
    """How many of a test's first parameters are given by ``@patch``."""
    patches = getattr(test, "patchings", ())
    default = getattr(sys.modules.get("unittest.mock"), "DEFAULT", None)
    return sum(not x.attribute_name and x.new is default for x in patches)


def _one(
    owner: Any,
    test: Any,
    row: dict[str, Any],
    params: dict[str, Any],
    names: list[str],
    marked: list[str],
    fixtures: Fixtures,
) -> None:
    instance = owner() if isinstance(owner, type) else None
    call = test.__get__(instance) if instance is not None else test
    if instance is not None:
        _call_of(instance, "setup_method", test)
    else:
        _call_of(owner, "setup_function", test)
    try:
        with fixtures.given([*names, *marked], params, instance) as given:
            found = call(**{n: given[n] for n in names}, **row)
            if inspect.iscoroutine(found):
                asyncio.run(found)
    finally:
        if instance is not None:
            _call_of(instance, "teardown_method", test)
        else:
            _call_of(owner, "teardown_function", test)
