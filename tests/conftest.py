"""What holds for every test."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# `python -m pytest` puts the working directory first, and the room `verifiers/` of this repository
# would hide the distribution of that name, which one of the integrations is for.
_root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != _root]

# Machines that run tests are busy: how fast an example is made or checked is not a finding. The
# same examples each time, so that a change is judged by what it changed;
# `--hypothesis-profile explore` looks for others, and what it finds becomes an
# `@example`. `make test` takes 30 of each law, since somebody waits for it; CI takes Hypothesis's
# usual 100.
_usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _usual, derandomize=True, max_examples=30)
settings.register_profile("assay", _usual, derandomize=True)
settings.register_profile("explore", _usual, derandomize=False, max_examples=1000)
settings.load_profile("assay" if os.environ.get("CI") == "true" else "quick")

# A shell starts what it puts in the background with SIGINT ignored, and children inherit that;
# tests that press Ctrl-C mean a process that was started in the foreground.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _complete() -> bool:
    """Whether every optional part must be there, as in CI, so that none is missed silently."""
    return os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test marked `optional` that skips has failed."""
    report = yield
    optional = item.get_closest_marker("optional") is not None
    if optional and report.skipped and not hasattr(report, "wasxfail") and _complete():
        report.outcome = "failed"
        report.longrepr = f"CI=true, and an optional part is missing: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a module that skips since an import failed has failed."""
    report = yield
    if report.skipped and _complete():
        reason = _reason(report)
        if "optional part" in reason or "could not import" in reason:
            report.outcome = "failed"
            report.longrepr = f"CI=true, and an optional part is missing: {reason}"  # type: ignore[assignment]
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


class _Passed:
    """Notes in a file which tests have passed."""

    def __init__(self, path: str) -> None:
        self._path, self._ids = path, list[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._ids.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        with open(self._path, "w", encoding="utf-8") as file:
            file.write("\n".join(self._ids))


def pytest_configure(config: pytest.Config) -> None:
    """With `TESTS_PASSED`, a file: the first run notes in it what passed."""
    path = os.environ.get("TESTS_PASSED")
    if path and not _complete() and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Passed(path))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """And CI's complete run leaves that out, but for laws, of which it tries more examples."""
    path = os.environ.get("TESTS_PASSED")
    if not path or not _complete() or not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        passed = set(file.read().split("\n"))
    left_out = [
        item
        for item in items
        if item.nodeid in passed
        and not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    ]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
