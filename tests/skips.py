"""Nothing is skipped silently: tests that this machine cannot run are counted and named at the end.

With FORBID_SKIPS set, as in CI, a skipped test fails the run. A pytest plugin.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.machine import CHROMIUM
from tests.machine import POSTGRES
from tests.machine import REDIS

# A test needs a program when it has one of these fixtures, however far down, or parameters.
SIGNS = {
    "browser_type": CHROMIUM,
    "postgres_url": POSTGRES,
    "postgresql": POSTGRES,
    "redis_server": REDIS,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {sign: need for sign, need in SIGNS.items() if not need.is_there()}
    for item in items:
        for sign in _signs_of(item) & missing.keys():
            item.add_marker(pytest.mark.skip(reason=missing[sign].remedy))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"Skipped {count} tests: {reason}.", yellow=True)
    if not reasons:
        terminalreporter.write_line("Nothing was skipped.")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    has_skipped = bool(reporter and reporter.stats.get("skipped"))
    if has_skipped and os.environ.get("FORBID_SKIPS") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _signs_of(item: pytest.Item) -> set[str]:
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return {*getattr(item, "fixturenames", ()), *map(str, parameters)}


def _reason(report: pytest.TestReport) -> str:
    """The words of `pytest.mark.skip`, which pytest keeps as (file, line, words)."""
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return words.removeprefix("Skipped: ")
