"""Daily when something fails on the way: what is said is true; nothing is lost or left behind."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from tests.browser.daily import API
from tests.browser.daily import KEPT_HERE
from tests.browser.daily import NOT_REACHED
from tests.browser.daily import SAVED
from tests.browser.daily import forget
from tests.browser.daily import go_offline
from tests.browser.daily import heading
from tests.browser.daily import look_up
from tests.browser.daily import more_choices
from tests.browser.daily import refusal
from tests.browser.daily import register
from tests.browser.daily import said
from tests.browser.daily import save
from tests.browser.daily import turn_on
from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.push import PATIENCE_SECONDS
from tests.browser.push import Device
from tests.processes import Server
from tests.push_service import PushService
from tests.user_agent import UserAgent

EVENING: dict[str, object] = {"times": ["21:05"], "zone": "Europe/Lisbon"}
NOT_THESE = (
    "The server did not take these choices, so it goes on as before. They are kept on this device."
)
HOLD_LOCK = """() => new Promise((held) => {
  navigator.locks.request('reminder', () => {
    held();
    return new Promise((resolve) => { globalThis.release = resolve; });
  });
})"""
SHORT_PATIENCE = """() => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = () => timeout(50);
}"""
CHANGED = "new BroadcastChannel('pocket').postMessage('changed')"


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def wait_for_record(page: Page, **values: object) -> None:
    """Return once the record has these values."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not values.items() <= (record := documents_of(page)["reminder"]).items():
        assert time.monotonic() < deadline, record
        page.wait_for_timeout(20)


def test_off_deletes_what_a_browser_without_its_subscription_was_told_under(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("button", name="Turn off").click()
    said(page, "It is off, and the server has deleted what it knew.")
    assert look_up(pushing_site, agent).status_code == 404


def test_off_waits_for_who_is_at_work_and_deletes_what_they_made(
    open_daily: Callable[..., Page], pushing_site: Server, service: PushService, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.evaluate(HOLD_LOCK)
    page.get_by_role("button", name="Turn off").click()
    wait_for_record(page, isOn=False, isPending=True)
    newer = service.subscribe()
    told = register(pushing_site, newer, EVENING)
    put_document(page, "reminder", documents_of(page)["reminder"] | {"told": told})
    page.evaluate("release()")
    heading(page, "Off on this device.")
    assert look_up(pushing_site, newer).status_code == 404
    assert look_up(pushing_site, agent).status_code == 404
    assert page.evaluate("sessionStorage.length") == 0


def test_a_change_while_the_reminder_waits_for_a_new_subscription_is_kept(phone: Device) -> None:
    phone.turn_on()
    phone.network.become(Network.REFUSED, "/api/")
    phone.drop_subscription()
    phone.page.goto(phone.network.url + "/reminders")
    heading(phone.page, "On for this device.")
    phone.page.get_by_label("Time", exact=True).fill("05:05")
    save(phone.page, KEPT_HERE)
    heading(phone.page, "On for this device.")
    phone.network.become(Network.GOOD)
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_record("it.isOn && !it.isPending")
    assert phone.held == phone.agents[1].endpoint
    known = phone.known(phone.agents[1])
    assert known
    assert "05:05" in known["reminder"]["times"]
    assert phone.known(phone.agents[0]) is None


def test_a_lost_answer_to_turning_on_leaves_nothing_on_the_server(phone: Device) -> None:
    def lose(route: Route) -> None:
        if route.request.method == "PUT":
            assert route.fetch().status == 201
            route.abort()
        else:
            route.continue_()

    phone.page.route(API, lose)
    phone.page.goto(phone.network.url + "/reminders")
    phone.page.get_by_role("button", name="Turn on").click()
    said(phone.page, NOT_REACHED)
    heading(phone.page, "Off on this device.")
    phone.wait_for_record("!it.isOn && !it.isPending")
    assert phone.known(phone.agents[0]) is None
    assert phone.held is None


def test_a_pause_that_is_over_stands_in_no_changes_way(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    go_offline(page)
    record = documents_of(page)["reminder"]
    wanted = record["wanted"] | {"pause_until": "2026-01-02"}
    put_document(page, "reminder", record | {"wanted": wanted})
    page.reload()
    heading(page, "On for this device.")
    more_choices(page)
    expect(page.get_by_label("Pause until")).to_have_value("")
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, KEPT_HERE)


def test_what_was_wanted_is_there_when_it_is_off(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page, level="A neutral note")
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    page.reload()
    heading(page, "Off on this device.")
    expect(page.get_by_label("Time", exact=True)).to_have_value("07:30")
    expect(page.get_by_label(re.compile("^A neutral note"))).to_be_checked()


def test_the_proof_of_an_older_subscription_is_kept_until_the_server_has_the_new_one(
    open_daily: Callable[..., Page], pushing_site: Server, service: PushService, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    told = register(pushing_site, service.subscribe(), EVENING)
    forget(pushing_site, agent)
    put_document(page, "reminder", documents_of(page)["reminder"] | {"told": told})
    page.reload()
    said(page, KEPT_HERE)
    record = documents_of(page)["reminder"]
    assert (record["told"], record["isPending"]) == (told, True)


@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_server_has_not_refused_a_change(
    open_daily: Callable[..., Page], status: int
) -> None:
    page = open_daily()
    turn_on(page)
    page.route(API, lambda route: route.fulfill(status=status, json={"detail": "Later"}))
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, KEPT_HERE)
    assert documents_of(page)["reminder"]["isPending"]


def test_choices_that_the_server_refuses_are_kept_and_not_sent_for_ever(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    turn_on(page)
    page.route(API, refusal("reminder.zone"))
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, NOT_THESE)
    expect(page.get_by_label("Time", exact=True)).to_have_value("21:05")
    record = documents_of(page)["reminder"]
    assert (record["isOn"], record["isPending"]) == (True, False)
    assert record["wanted"]["times"] == ["21:05"]


@pytest.mark.parametrize(
    ("is_taken", "words", "times"), [(True, SAVED, "21:05"), (False, NOT_THESE, "07:30")]
)
def test_what_waited_is_said_to_be_taken_as_far_as_the_server_has_it(
    open_daily: Callable[..., Page],
    pushing_site: Server,
    agent: UserAgent,
    is_taken: bool,
    words: str,
    times: str,
) -> None:
    """Whoever sends it (repair.js, or the worker) changes the record in the database."""
    page = open_daily()
    turn_on(page)
    go_offline(page)
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, KEPT_HERE)
    terms = page.locator("#known dt")
    expect(terms).to_have_text(["The server"])
    if is_taken:
        register(pushing_site, agent, EVENING)
    page.context.unroute("**/api/**")
    put_document(page, "reminder", documents_of(page)["reminder"] | {"isPending": False})
    page.evaluate(CHANGED)
    said(page, words)
    expect(terms.filter(has_text="Times").locator("+ dd")).to_have_text(times)


def test_who_is_at_work_for_long_makes_no_tap_go_unheard(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    page.evaluate(HOLD_LOCK)
    page.evaluate(SHORT_PATIENCE)
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, KEPT_HERE)
    assert documents_of(page)["reminder"]["wanted"]["times"] == ["21:05"]
