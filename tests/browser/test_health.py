"""How the reminder is doing, in words: facts, a test, help, all that the server knows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from tests.browser.daily import KEPT_HERE
from tests.browser.daily import WORKER_MILLISECONDS
from tests.browser.daily import go_offline
from tests.browser.daily import heading
from tests.browser.daily import look_up
from tests.browser.daily import said
from tests.browser.daily import save
from tests.browser.daily import turn_on
from tests.browser.device import put_document
from tests.processes import Server
from tests.push_service import PushService
from tests.push_service import refuse
from tests.user_agent import UserAgent

LOOKUP = "**/api/subscriptions/lookup"
AT = r"(today|yesterday) at \d\d:\d\d"
ANDROID = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0"

# Where each thing that a look-up tells stands on the screen.
SHOWN = {
    "subscription.endpoint": "Push service",
    "subscription.keys.p256dh": "Push service",
    "subscription.keys.auth": "Push service",
    "subscription.application_server_key": "Server’s key it was made with",
    "application_server_key": "Server’s key now",
    "reminder.times": "Times",
    "reminder.time": "Times",
    "reminder.zone": "Time zone",
    "utc_offset_minutes": "Time zone",
    "reminder.days": "Days",
    "reminder.pause_until": "Paused until",
    "reminder.level": "On the lock screen",
    "reminder.source": "What comes",
    "reminder.sound": "Sound",
    "reminder.language": "Language",
    "reminder.topics": "Topics",
    "next.date": "Next one",
    "next.at": "Next one",
    "created_at": "Turned on",
    "accepted_at": "Push service takes messages since",
    "last_accepted_at": "Last daily one taken",
    "failing_since": "Refused since",
    "test": "Last test",
}


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def answer_lookups(page: Page, **changes: Any) -> None:
    """Let the server's look-ups say something else, from now on."""

    def change(route: Route) -> None:
        with suppress(Error):  # the page that asked may have been left meanwhile
            response = route.fetch()
            route.fulfill(response=response, json=response.json() | changes)

    page.route(LOOKUP, change)


def paths(value: Any, path: str = "") -> set[str]:
    """The path of each field of a look-up; a list is one."""
    if not isinstance(value, dict):
        return {path}
    return {
        found for name, each in value.items() for found in paths(each, f"{path}.{name}".strip("."))
    }


def iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def test_when_it_was_shown_and_taken_stands_there_offline_too(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    turn_on(page)
    put_document(page, "shown", {"at": time.time() * 1000})
    answer_lookups(page, last_accepted_at=iso(time.time()))
    facts = page.locator("#facts")
    words = re.compile(
        rf"^Next one .+\. The last one was shown here {AT}\. The push service last took one {AT}\.$"
    )
    page.reload()
    expect(facts).to_have_text(words)
    page.unroute(LOOKUP)
    go_offline(page)
    page.reload()
    said(page, re.compile("^The server cannot be reached"))
    expect(facts).to_have_text(words)


def test_one_that_was_taken_and_not_seen_here_may_have_been_shown_all_the_same(
    open_daily: Callable[..., Page],
) -> None:
    """Safari shows a declarative message without waking the worker."""
    page = open_daily()
    turn_on(page)
    now = time.time()
    put_document(page, "shown", {"at": (now - 3 * 3600) * 1000})
    answer_lookups(page, last_accepted_at=iso(now))
    page.reload()
    expect(page.locator("#facts")).to_have_text(
        re.compile(rf"^Next one .+\. The push service last took one {AT}\.$")
    )


def test_what_the_server_knows_is_not_told_before_it_was_asked(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    turn_on(page)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    said(page, KEPT_HERE)
    page.get_by_text("What the server knows").click()
    expect(page.locator("#known dl")).to_have_text(
        re.compile("The server\\s*It has not been asked")
    )


def test_a_push_service_that_takes_nothing_is_no_secret(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    answer_lookups(page, failing_since="2026-01-02T08:00:00Z")
    page.reload()
    expect(page.locator("#facts")).to_contain_text(
        "It has not taken any since on Friday, January 2 at 08:00."
    )


@pytest.mark.parametrize(
    ("status", "words", "outcome"),
    [
        (201, "The push service took it. It should be on your screen within a minute.", "accepted"),
        (429, "The push service is busy and asks to wait.", "throttled"),
        (500, "The push service cannot be reached right now.", "transient"),
        (403, "The push service does not trust this server’s key.", "credentials"),
        (413, "The push service did not take this message.", "message"),
    ],
)
def test_a_test_tells_the_push_services_own_answer(
    open_daily: Callable[..., Page], status: int, words: str, outcome: str
) -> None:
    page = open_daily()
    turn_on(page)
    test = {"at": "2999-01-01T00:00:00Z", "outcome": outcome, "status": status}
    answer_lookups(page, test=test)
    page.get_by_role("button", name="Send me a test").click()
    result = page.locator("#test-said")
    expect(result).to_contain_text(words)
    expect(result.locator("small")).to_have_text(
        re.compile(rf"^127\.0\.0\.1:\d+: {outcome}, status {status}$")
    )


def test_a_push_service_that_says_nothing_has_no_status(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    test = {"at": "2999-01-01T00:00:00Z", "outcome": "transient", "status": 0}
    answer_lookups(page, test=test)
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator("#test-said small")).to_have_text(re.compile("transient, no answer$"))


def test_an_older_tests_answer_is_not_taken_for_this_ones(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    test = {"at": "2020-01-01T00:00:00Z", "outcome": "credentials", "status": 403}
    answer_lookups(page, test=test)
    page.get_by_role("button", name="Send me a test").click()
    with page.expect_response(LOOKUP):
        expect(page.locator("#test-said")).to_have_text("Asking the push service…")
    page.unroute(LOOKUP)
    expect(page.locator("#test-said")).to_contain_text(
        "The push service took it.", timeout=WORKER_MILLISECONDS
    )


def test_a_device_that_the_push_service_forgot_is_off_and_can_be_turned_on_again(
    open_daily: Callable[..., Page],
    pushing_site: Server,
    service: PushService,
    agent: UserAgent,
) -> None:
    page = open_daily()
    turn_on(page)
    service.script(agent, refuse(410))
    page.get_by_role("button", name="Send me a test").click()
    heading(page, "Off on this device.", timeout=WORKER_MILLISECONDS)
    said(page, re.compile("^The push service no longer knows this device"))
    assert page.evaluate("sessionStorage.length") == 0
    assert look_up(pushing_site, agent).status_code == 404


def test_a_change_can_be_saved_while_a_test_is_under_way(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    page.route("**/api/subscriptions/test", lambda route: None)  # it hangs
    page.get_by_role("button", name="Send me a test").click()
    page.get_by_label("Time", exact=True).fill("09:15")
    save(page)


def test_everything_that_the_server_knows_is_shown_in_words(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page, level="A neutral note")
    page.get_by_text("What the server knows").click()
    known = look_up(pushing_site, agent).json()
    assert paths(known) == set(SHOWN)
    terms = page.locator("#known dt").all_inner_texts()
    shown = dict(zip(terms, page.locator("#known dd").all_inner_texts(), strict=True))
    assert set(shown) == set(SHOWN.values())
    page.get_by_text("Whole address and keys").click()
    whole = page.locator("#known dd").first.inner_text()
    for secret in [agent.endpoint, *agent.as_json()["keys"].values()]:
        assert secret in whole
        assert secret not in shown["Push service"]
    assert shown["Server’s key now"] == known["application_server_key"]
    assert shown["Times"] == "07:30"
    offset = known["utc_offset_minutes"]
    assert shown["Time zone"] == f"Europe/Lisbon, {offset} minutes from UTC when it was told"
    assert shown["On the lock screen"] == "a neutral note"
    assert shown["Language"] == "English"
    assert shown["Last test"] == "none"


def test_delete_it_now_is_checked_with_the_server(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.get_by_text("What the server knows").click()
    with page.expect_response(LOOKUP) as asked:
        page.get_by_role("button", name="Delete it now").click()
    assert asked.value.status == 404
    heading(page, "Off on this device.")
    said(page, "It is off. The server was asked again: it knows nothing about this device.")
    assert look_up(pushing_site, agent).status_code == 404
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize(
    ("agent_text", "script", "name"),
    [
        (ANDROID, "", "Android"),
        (FIREFOX, "", "Firefox on a computer"),
        (None, "", "Chrome or Edge on a computer"),
        (SAFARI, "", "Safari on a Mac"),
        (
            IPHONE,
            "Object.defineProperty(navigator, 'standalone', { value: true });",
            "iPhone or iPad",
        ),
    ],
)
def test_help_opens_at_the_readers_own_platform(
    open_daily: Callable[..., Page], agent_text: str | None, script: str, name: str
) -> None:
    options = {"user_agent": agent_text} if agent_text else {}
    page = open_daily(script=script, **options)
    turn_on(page)
    page.get_by_text("Not receiving?").click()
    opened = page.locator("#advice details[open]")
    expect(opened.locator("summary")).to_have_text([name])
    expect(opened.locator("p b")).to_have_text(["Browser:", "System:", "Installed app:"])
