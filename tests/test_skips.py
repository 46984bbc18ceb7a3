"""The rule that nothing is skipped silently, on small test runs of their own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

NEEDY = """
import pytest

@pytest.fixture
def browser_type():
    return "a browser"

@pytest.fixture
def page(browser_type):
    return browser_type

def test_with_a_browser(page):
    pass

def test_without():
    pass
"""


@pytest.fixture
def needy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one test that needs a browser and one that needs nothing."""
    monkeypatch.delenv("FORBID_SKIPS", raising=False)
    pytester.makepyfile(NEEDY)
    return pytester


def run(needy: pytest.Pytester) -> pytest.RunResult:
    return needy.runpytest_inprocess("-p", "tests.skips", "-p", "no:playwright")


def test_a_missing_program_skips_its_tests_and_says_so_at_the_end(
    needy: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM_BIN", "/nowhere/chromium")
    result = run(needy)
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines("Skipped 1 tests: Chromium is missing (*apt-get install chromium).")
    assert result.ret == pytest.ExitCode.OK


def test_a_run_that_forbids_skips_fails_on_one(
    needy: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM_BIN", "/nowhere/chromium")
    monkeypatch.setenv("FORBID_SKIPS", "1")
    assert run(needy).ret == pytest.ExitCode.TESTS_FAILED


def test_a_run_without_skips_says_so(
    needy: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM_BIN", "/bin/sh")
    monkeypatch.setenv("FORBID_SKIPS", "1")
    result = run(needy)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines("Nothing was skipped.")
    assert result.ret == pytest.ExitCode.OK
