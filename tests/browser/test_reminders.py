"""Daily, as a reader turns it on, tests it, changes it and turns it off; and why it cannot be on.

Chromium's own `pushManager.subscribe` needs its maker's service. Here the browser's answer is
handed in: a subscription of the local push service. All else is real: the page, the worker, the
API, the database, the sending process, encryption, and the notification on the screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.browser.worker import wait_for_worker
from tests.processes import Server
from tests.processes import procfile_command
from tests.processes import serving
from tests.processes import start
from tests.push_service import PushService
from tests.user_agent import UserAgent

IN_TWO_DAYS_AT_MOST = re.compile(r"Next one (today|tomorrow) at 07:30\.")

# A browser whose push service is ours; what it subscribed to survives a reload.
PUSH = """(data) => {
  const KEPT = 'test-subscription';
  const key = () => Uint8Array.from(atob(sessionStorage.getItem(KEPT)), (c) => c.charCodeAt(0));
  const make = () => ({
    endpoint: data.endpoint,
    options: { applicationServerKey: key().buffer },
    toJSON: () => data,
    unsubscribe: async () => { sessionStorage.removeItem(KEPT); return true; },
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly) throw new Error('silent pushes are refused');
    sessionStorage.setItem(KEPT, applicationServerKey.replaceAll('-', '+').replaceAll('_', '/'));
    return make();
  };
  const find = async () => (sessionStorage.getItem(KEPT) ? make() : null);
  PushManager.prototype.getSubscription = find;
}"""


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture(scope="module")
def pushing_site(
    service: PushService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The web process and the worker process, which may send to the local push service."""
    folder = tmp_path_factory.mktemp("pushing")
    settings = {"POCKET_PUSH_TEST_ORIGIN": service.origin, "POCKET_RATE_LIMIT_PER_MINUTE": "0"}
    with serving(folder, **settings) as server:
        worker = start(procfile_command("worker"), server.environment, folder / "worker.log")
        yield server
        assert worker.stop() == 0, worker.logs


@pytest.fixture
def agent(service: PushService) -> UserAgent:
    return service.subscribe()


@pytest.fixture
def open_daily(
    browser: Browser, pushing_site: Server, agent: UserAgent
) -> Iterator[Callable[..., Page]]:
    """Open /reminders in a browser that allowed notifications or not; `script` runs first."""
    contexts: list[BrowserContext] = []

    def open_page(*, script: str = "", is_allowed: bool = True, **options: object) -> Page:
        context = browser.new_context(timezone_id="Europe/Lisbon", **options)  # type: ignore[arg-type]
        contexts.append(context)
        if is_allowed:
            context.grant_permissions(["notifications"], origin=pushing_site.base_url)
        context.add_init_script(script=f"({PUSH})({json.dumps(agent.as_json())}); {script}")
        page = context.new_page()
        page.goto(pushing_site.base_url + "/reminders")
        return page

    yield open_page
    for context in contexts:
        context.close()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_have_text(words)


def turn_on(page: Page, time: str = "07:30", level: str = "The words") -> None:
    heading(page, "Off on this device.")
    wait_for_worker(page)
    page.get_by_label("Time").fill(time)
    page.get_by_label(re.compile(f"^{level}")).check()
    page.get_by_role("button", name="Turn on").click()
    heading(page, "On for this device.")


def look_up(site: Server, agent: UserAgent) -> requests.Response:
    proof = {"endpoint": agent.endpoint, "auth": agent.as_json()["keys"]["auth"]}
    return requests.post(site.base_url + "/api/subscriptions/lookup", json=proof, timeout=10)


def test_the_whole_way_from_a_tap_to_the_notification(
    open_daily: Callable[..., Page], pushing_site: Server, service: PushService, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    said(page, "It is on. You can send yourself a test.")
    expect(page.locator("#next-one")).to_have_text(IN_TWO_DAYS_AT_MOST)
    page.get_by_role("button", name="Send me a test").click()
    said(page, "On its way. It should appear within a minute.")

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
    expect(page.get_by_label("Time")).to_have_value("07:30")
    expect(page.get_by_label(re.compile("^A neutral note"))).to_be_checked()
    expect(page.locator("#zone")).to_have_text("Europe/Lisbon")


def test_a_change_is_saved(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.get_by_label("Time").fill("21:05")
    page.get_by_role("button", name="Save").click()
    said(page, "Saved.")
    assert look_up(pushing_site, agent).json()["reminder"]["time"] == "21:05"


def test_off_is_off_here_and_on_the_server(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    said(page, "It is off. Nothing about this device is kept.")
    assert look_up(pushing_site, agent).status_code == 404


def test_a_subscription_that_the_server_refuses_is_undone_in_the_browser(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    problem = {"detail": "This push service is not known here."}
    page.route("**/api/subscriptions", lambda route: route.fulfill(status=400, json=problem))
    wait_for_worker(page)
    page.get_by_role("button", name="Turn on").click()
    said(page, "This push service is not known here.")
    heading(page, "Off on this device.")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_server_that_cannot_be_reached_is_said_and_nothing_is_left(
    open_daily: Callable[..., Page],
) -> None:
    page = open_daily()
    wait_for_worker(page)
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("button", name="Turn on").click()
    said(page, "That did not work: the server cannot be reached. Please try again.")
    assert page.evaluate("sessionStorage.length") == 0


def test_offline_the_page_says_that_the_reminder_stays(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    page.route("**/api/**", lambda route: route.abort())
    page.reload()
    heading(page, "On for this device.")
    expect(page.get_by_text("The server cannot be reached right now.")).to_be_visible()


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
    expect(page.get_by_text("The server cannot be reached right now.")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 1


def test_turning_off_without_a_network_is_honest(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    expect(page.get_by_role("status")).to_contain_text("The server could not be told yet")
    assert page.evaluate("sessionStorage.length") == 0


def test_storage_that_the_browser_blocks_is_no_dead_end(open_daily: Callable[..., Page]) -> None:
    refuse = (
        "navigator.serviceWorker.getRegistration = async () => { throw new Error('blocked'); };"
    )
    heading(open_daily(script=refuse), "Not in this browser.")


def test_a_subscription_that_the_server_lost_is_offered_anew(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    proof = {"endpoint": agent.endpoint, "auth": agent.as_json()["keys"]["auth"]}
    requests.delete(pushing_site.base_url + "/api/subscriptions", json=proof, timeout=10)
    page.reload()
    heading(page, "Off on this device.")
    said(page, "The server no longer had this device. Turn it on again when you like.")


def test_a_subscription_under_an_old_key_is_made_anew(open_daily: Callable[..., Page]) -> None:
    page = open_daily()
    turn_on(page)
    page.evaluate("sessionStorage.setItem('test-subscription', btoa('an old key'))")
    page.get_by_role("button", name="Save").click()
    said(page, "Saved.")
    assert page.evaluate("sessionStorage.getItem('test-subscription')") != "YW4gb2xkIGtleQ=="


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
    expect(page.locator("details[open] summary")).to_have_text("Chrome or Edge on a computer")
    page.evaluate("answer = 'granted'")
    page.get_by_role("button", name="I changed it").click()
    heading(page, "Off on this device.")


def test_a_browser_without_push_is_told_so_kindly(open_daily: Callable[..., Page]) -> None:
    page = open_daily(script="delete window.PushManager;")
    heading(page, "Not in this browser.")
    expect(page.get_by_role("button")).to_have_count(0)


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
    page.get_by_label("Time").fill("06:15")
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
