"""Daily in a browser whose push service is the local one, and what a reader does there.

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
from playwright.sync_api import Route
from playwright.sync_api import expect

from tests.browser.push import proof_of
from tests.browser.worker import wait_for_worker
from tests.processes import Server
from tests.processes import procfile_command
from tests.processes import serving
from tests.processes import start
from tests.push_service import PushService
from tests.user_agent import UserAgent

API = "**/api/subscriptions"
KEPT_HERE = "Kept on this device. It will be sent when the server can be reached."
SAVED = "Saved. The server has it."
NOT_REACHED = "That did not work: the server cannot be reached. Please try again in a while."
WORKER_MILLISECONDS = 60_000  # the sending process looks every few seconds, on a busy machine later

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
        worker.wait_for_text("waiting for reminders to fall due")
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


def heading(page: Page, words: str, **options: float) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, **options)


def said(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#reminders-said")).to_have_text(words)


def turn_on(page: Page, time: str = "07:30", level: str = "The words") -> None:
    heading(page, "Off on this device.")
    wait_for_worker(page)
    page.get_by_label("Time", exact=True).fill(time)
    page.get_by_label(re.compile(f"^{level}")).check()
    page.get_by_role("button", name="Turn on").click()
    heading(page, "On for this device.")
    said(page, "It is on. You can send yourself a test.")


def more_choices(page: Page) -> None:
    page.get_by_text("More choices").click()


def tick(page: Page, label: str) -> None:
    """Tap a pill, whose field lies unseen under its words."""
    page.get_by_label(label, exact=True).click()


def save(page: Page, words: str = SAVED) -> None:
    page.get_by_role("button", name="Save").click()
    said(page, words)


def look_up(site: Server, agent: UserAgent) -> requests.Response:
    url = site.base_url + "/api/subscriptions/lookup"
    return requests.post(url, json=proof_of(agent), timeout=10)


def go_offline(page: Page) -> None:
    """Let no request reach the API, of this page and of its worker."""
    page.context.route("**/api/**", lambda route: route.abort())


def refusal(field: str) -> Callable[[Route], None]:
    """Let the server refuse a field, in its own words for programs."""
    problem = json.dumps({"detail": f"{field} is not what it should be.", "field": field})
    return lambda route: route.fulfill(
        status=400, body=problem, content_type="application/problem+json"
    )


def register(site: Server, agent: UserAgent, reminder: dict[str, object]) -> dict[str, str]:
    """Tell the server of a subscription behind the page's back; what proves that it is ours."""
    body = {"subscription": agent.as_json(), "reminder": reminder}
    answer = requests.put(site.base_url + "/api/subscriptions", json=body, timeout=10)
    assert answer.ok, answer.text
    return proof_of(agent)


def forget(site: Server, agent: UserAgent) -> None:
    """Let the server lose what it knows of a subscription."""
    requests.delete(site.base_url + "/api/subscriptions", json=proof_of(agent), timeout=10)
