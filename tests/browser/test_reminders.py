"""Daily, as a reader turns it on, changes it with and without a network, and turns it off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.daily import API
from tests.browser.daily import KEPT_HERE
from tests.browser.daily import NOT_REACHED
from tests.browser.daily import WORKER_MILLISECONDS
from tests.browser.daily import forget
from tests.browser.daily import go_offline
from tests.browser.daily import heading
from tests.browser.daily import look_up
from tests.browser.daily import more_choices
from tests.browser.daily import refusal
from tests.browser.daily import said
from tests.browser.daily import save
from tests.browser.daily import tick
from tests.browser.daily import turn_on
from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.reader import Reader
from tests.browser.worker import wait_for_worker
from tests.processes import Server
from tests.push_service import PushService
from tests.user_agent import UserAgent

IN_TWO_DAYS_AT_MOST = re.compile(r"^Next one (today|tomorrow) at 07:30\.")
AT = "2026-11-20T08:00:00Z"


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def test_the_whole_way_from_a_tap_to_the_notification(
    open_daily: Callable[..., Page], pushing_site: Server, service: PushService, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    expect(page.locator("#facts")).to_have_text(IN_TWO_DAYS_AT_MOST)
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator("#test-said")).to_contain_text(
        "The push service took it.", timeout=WORKER_MILLISECONDS
    )

    service.wait_for(lambda: bool(agent.messages))
    assert service.problems == []
    message = agent.messages[0]
    note = message.payload["notification"]
    reader = Reader(page, page.context, pushing_site.base_url)
    reader.push(message.plaintext.decode())
    [shown] = reader.shown()
    assert (shown["title"], shown["body"]) == ("Pocket note", note["body"])
    assert shown["tag"] == note["tag"]
    assert note["navigate"].startswith(pushing_site.base_url + "/affirmations/")


def test_what_was_turned_on_is_there_after_a_reload(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page, level="A neutral note")
    page.reload()
    heading(page, "On for this device.")
    expect(page.get_by_label("Time", exact=True)).to_have_value("07:30")
    expect(page.get_by_label(re.compile("^A neutral note"))).to_be_checked()
    expect(page.locator("#zone")).to_have_text("Europe/Lisbon")


def test_every_choice_reaches_the_server_and_comes_back(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    more_choices(page)
    page.get_by_role("button", name="Add a time").click()
    expect(page.get_by_label("Second time", exact=True)).to_be_focused()
    page.get_by_label("Second time", exact=True).fill("21:05")
    for day in ["Saturday", "Sunday"]:
        tick(page, day)
    tick(page, "Small steps")
    tick(page, "Home time: Lisbon")
    page.get_by_label("With a sound").check()
    until = date.today() + timedelta(days=30)
    page.get_by_label("Pause until").fill(until.isoformat())
    save(page)
    reminder = look_up(pushing_site, agent).json()["reminder"]
    assert reminder == {
        "times": ["07:30", "21:05"],
        "time": "07:30",
        "zone": "Europe/Lisbon",
        "days": [1, 2, 3, 4, 5],
        "pause_until": until.isoformat(),
        "level": "words",
        "source": "deck",
        "sound": True,
        "topics": ["small-steps"],
        "language": "en",
    }
    page.reload()
    heading(page, "On for this device.")
    expect(page.get_by_label("Second time", exact=True)).to_have_value("21:05")
    expect(page.locator("#more small").first).to_have_text(
        "Mon, Tue, Wed, Thu, Fri · 1 of the topics · with a sound"
    )
    expect(page.locator("#zone")).to_have_text("Always Europe/Lisbon")
    expect(page.locator("#facts")).to_contain_text(f"Paused until {until:%A, %B} {until.day}.")


def test_home_is_where_it_was_last_saved_also_on_a_journey(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    record = documents_of(page)["reminder"]
    assert record["zone"] == {"follow": True, "home": "Europe/Lisbon"}
    go_offline(page)
    zone = {"follow": True, "home": "America/New_York"}
    put_document(page, "reminder", record | {"zone": zone})
    page.reload()
    heading(page, "On for this device.")
    expect(page.locator("#zone")).to_have_text("Europe/Lisbon")
    more_choices(page)
    tick(page, "Home time: New York")
    expect(page.locator("#zone")).to_have_text("Always America/New York")
    save(page, KEPT_HERE)
    assert documents_of(page)["reminder"]["zone"] == zone | {"follow": False}


def test_a_pause_ends_with_one_tap(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    expect(page.get_by_role("button", name="Start again now")).to_be_hidden()
    more_choices(page)
    page.get_by_label("Pause until").fill(page.get_by_label("Pause until").get_attribute("max"))
    save(page)
    page.get_by_role("button", name="Start again now").click()
    expect(page.locator("#facts")).to_have_text(IN_TWO_DAYS_AT_MOST)
    expect(page.get_by_label("Pause until")).to_have_value("")
    assert look_up(pushing_site, agent).json()["reminder"]["pause_until"] is None


def test_a_time_is_taken_away_again(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    more_choices(page)
    for _ in range(2):
        page.get_by_role("button", name="Add a time").click()
    expect(page.get_by_role("button", name="Add a time")).to_be_hidden()
    page.get_by_role("button", name="Remove the second time").click()
    expect(page.get_by_label("Second time", exact=True)).to_be_hidden()
    turn_on(page)
    assert look_up(pushing_site, agent).json()["reminder"]["times"] == ["07:30", "20:00"]
    expect(page.get_by_label("Second time", exact=True)).to_have_value("20:00")
    expect(page.get_by_label("Third time", exact=True)).to_be_hidden()


def test_lines_of_ones_own_are_promised_only_as_far_as_they_go(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    more_choices(page)
    tick(page, "One of mine")
    expect(page.locator("#mine")).to_contain_text("until then a neutral note comes")
    expect(page.locator("#preview-words")).to_have_text("A short note is ready when you are.")
    expect(page.get_by_label("Small steps", exact=True)).to_be_hidden()
    wait_for_worker(page)
    own = {"own": [{"id": "own-1", "text": "A line of mine", "at": AT}]}
    put_document(page, "kept", own)
    page.reload()
    heading(page, "Off on this device.")
    more_choices(page)
    tick(page, "One of mine")
    expect(page.locator("#mine")).to_contain_text("(1 now)")
    expect(page.locator("#preview-words")).to_have_text("A line of mine")
    turn_on(page)
    known = look_up(pushing_site, agent)
    assert known.json()["reminder"]["source"] == "device"
    assert "A line of mine" not in known.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("Time", "", "Please fill out this field."),
        ("Pause until", "2999-01-01", re.compile("^Value must be")),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place(
    open_daily: Callable[..., Page], field: str, value: str, words: str | re.Pattern[str]
) -> None:
    page = open_daily()
    turn_on(page)
    page.locator("#more").evaluate("more => { more.open = true; }")
    page.get_by_label(field, exact=field == "Time").fill(value)
    page.locator("#more").evaluate("more => { more.open = false; }")
    page.get_by_role("button", name="Save").click()
    said(page, words)
    expect(page.get_by_label(field, exact=field == "Time")).to_be_focused()


def test_no_day_at_all_is_no_choice(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    heading(page, "Off on this device.")
    more_choices(page)
    days = page.get_by_role("group", name="Days").get_by_role("checkbox")
    expect(days).to_have_count(7)
    for day in days.all():
        day.click()
    page.get_by_role("button", name="Turn on").click()
    said(page, "Choose at least one day.")
    heading(page, "Off on this device.")


def test_a_change_without_a_network_is_kept_and_said_to_be(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    go_offline(page)
    page.get_by_label("Time", exact=True).fill("21:05")
    save(page, KEPT_HERE)
    page.reload()
    heading(page, "On for this device.")
    said(page, KEPT_HERE)
    expect(page.get_by_label("Time", exact=True)).to_have_value("21:05")
    expect(page.locator("#facts")).to_be_empty()
    assert look_up(pushing_site, agent).json()["reminder"]["times"] == ["07:30"]
    assert documents_of(page)["reminder"]["isPending"] is True


def test_off_is_off_here_and_on_the_server(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    said(page, "It is off. The server was asked again: it knows nothing about this device.")
    assert documents_of(page)["reminder"]["told"] is None
    assert look_up(pushing_site, agent).status_code == 404


def test_a_subscription_that_the_server_refuses_is_undone_in_the_browser(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    page.route(API, refusal("subscription.endpoint"))
    wait_for_worker(page)
    page.get_by_role("button", name="Turn on").click()
    said(page, re.compile("^The server did not take this device."))
    heading(page, "Off on this device.")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_server_that_cannot_be_reached_is_said_and_nothing_stays_in_the_browser(
    open_daily: Callable[..., Page], agent: UserAgent
) -> None:
    page = open_daily()
    wait_for_worker(page)
    go_offline(page)
    with page.expect_request(API):
        page.get_by_role("button", name="Turn on").click()
    said(page, NOT_REACHED)
    heading(page, "Off on this device.")
    assert page.evaluate("sessionStorage.length") == 0
    kept = documents_of(page)["reminder"]
    assert (kept["isOn"], kept["told"]["endpoint"]) == (False, agent.endpoint)


def test_offline_the_page_says_that_the_reminder_stays(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    go_offline(page)
    page.reload()
    heading(page, "On for this device.")
    said(page, re.compile("^The server cannot be reached right now."))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 429, "json": {"detail": "Wait"}},
        {"status": 404, "body": "nginx"},
    ],
)
def test_a_server_in_trouble_takes_no_reminder_away(
    open_daily: Callable[..., Page], answer: dict[str, object]
) -> None:
    """Nor does a stranger's 404: a proxy, a captive portal."""
    page = open_daily()
    turn_on(page)
    page.route("**/api/**", lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    page.reload()
    heading(page, "On for this device.")
    said(page, re.compile("^The server cannot be reached right now."))
    assert page.evaluate("sessionStorage.length") == 1


def test_turning_off_without_a_network_is_honest(
    open_daily: Callable[..., Page], agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    go_offline(page)
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    said(page, re.compile("The server could not be told yet"))
    assert page.evaluate("sessionStorage.length") == 0
    kept = documents_of(page)["reminder"]
    assert (kept["isOn"], kept["isPending"], kept["told"]["endpoint"]) == (
        False,
        True,
        agent.endpoint,
    )


def test_storage_that_the_browser_blocks_is_no_dead_end(open_daily: Callable[..., Page]) -> None:
    refuse = (
        "navigator.serviceWorker.getRegistration = async () => { throw new Error('blocked'); };"
    )
    heading(open_daily(script=refuse), "Not in this browser.")


def test_a_subscription_that_the_server_lost_is_to_be_told_again(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    forget(pushing_site, agent)
    page.reload()
    heading(page, "On for this device.")
    said(page, "The server no longer had this device, so it is told again.")
    assert documents_of(page)["reminder"]["isPending"] is True


def test_permission_is_asked_for_only_after_a_tap(open_daily: Callable[..., Page]) -> None:
    page = open_daily(
        is_allowed=False,
        script="window.asked = 0;"
        "Notification.requestPermission = async () => { asked += 1; return 'default'; };"
        "Object.defineProperty(Notification, 'permission', { get: () => 'default' });",
    )
    heading(page, "Off on this device.")
    assert page.evaluate("asked") == 0
    page.get_by_role("button", name="Turn on").click()
    said(page, "Your browser did not allow it. You can try again at any time.")
    assert page.evaluate("asked") == 1


def test_a_refusal_explains_how_to_undo_it(open_daily: Callable[..., Page]) -> None:
    page = open_daily(
        is_allowed=False,
        script="window.answer = 'denied';"
        "Object.defineProperty(Notification, 'permission', { get: () => answer });",
    )
    heading(page, "Notifications are blocked.")
    expect(page.get_by_text("Click the sign left of the address and allow")).to_be_visible()
    expect(page.get_by_text("Tap the sign left of the address")).to_be_hidden()
    page.evaluate("answer = 'granted'")
    page.get_by_role("button", name="I changed it").click()
    heading(page, "Off on this device.")


def test_a_browser_without_push_is_told_so_kindly(open_daily: Callable[..., Page]) -> None:
    page = open_daily(script="delete window.PushManager;")
    heading(page, "Not in this browser.")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Calendar and feeds")).to_be_visible()


def test_an_iphones_tab_is_sent_to_the_home_screen_first(open_daily: Callable[..., Page]) -> None:
    page = open_daily(
        script="delete window.PushManager;"
        "Object.defineProperty(navigator, 'standalone', { value: false });"
        "Object.defineProperty(navigator, 'maxTouchPoints', { value: 5 });"
    )
    heading(page, "First, add it to the home screen.")
    page.get_by_role("link", name="Show me how").click()
    heading(page, "Keep it in your pocket.")


def test_both_previews_follow_the_chosen_time(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    heading(page, "Off on this device.")
    page.get_by_label("Time", exact=True).fill("06:15")
    expect(page.locator(".preview-time")).to_have_text(["06:15", "06:15"])
    expect(page.locator("#preview-neutral")).to_have_text("A short note is ready when you are.")
    expect(page.locator("#preview-words")).not_to_have_text("You don’t have to earn help.")


def test_nothing_a_reader_turned_on_is_in_the_logs(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    turn_on(open_daily())
    secrets = [agent.endpoint, *agent.as_json()["keys"].values()]
    logs = pushing_site.logs + (pushing_site.log_path.parent / "worker.log").read_text()
    assert not any(secret in logs for secret in secrets)
