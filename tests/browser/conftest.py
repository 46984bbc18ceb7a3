"""What browser tests share: the real server, a network that can be spoiled, a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import BrowserType
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.daily import agent as agent
from tests.browser.daily import open_daily as open_daily
from tests.browser.daily import pushing_site as pushing_site
from tests.browser.daily import service as service
from tests.browser.proxy import Proxy
from tests.browser.push import PUSH_ORIGIN
from tests.browser.push import Device
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.chromium import launch_options
from tests.chromium import quick_options
from tests.processes import ROOT
from tests.processes import Server
from tests.processes import serving

OLD_WORDS = "You don't have to earn help."
NEW_WORDS = "Help is yours as you are."
NEW_CARD = """
[[affirmation]]
id = "ask-again-tomorrow"
text = "You can ask again tomorrow."
topic = "asking-is-brave"
ideas = ["E1-16"]
person = "you"
since = "2026-11-22"
"""

expect.set_options(timeout=20_000)  # a busy machine is slow, and not wrong


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **quick_options()}


@pytest.fixture(scope="session")
def whole_browser(browser_type: BrowserType) -> Iterator[Browser]:
    """A browser with push and notifications; modules of tests name it `browser`."""
    with browser_type.launch(**launch_options()) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as the Procfile serves it."""
    with serving(tmp_path_factory.mktemp("site")) as server:
        yield server


@pytest.fixture(scope="session")
def newer_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The next release: one card is in other words, and one is new."""
    folder = tmp_path_factory.mktemp("newer")
    content = shutil.copytree(ROOT / "webapp" / "content", folder / "content")
    cards = content / "en" / "affirmations.toml"
    text = cards.read_text()
    assert OLD_WORDS in text
    cards.write_text(text.replace(OLD_WORDS, NEW_WORDS) + NEW_CARD)
    with serving(folder, POCKET_CONTENT=str(content)) as server:
        yield server


@pytest.fixture(scope="session")
def retiring_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app after its operator has pulled the kill switch."""
    with serving(tmp_path_factory.mktemp("retiring"), POCKET_KILL_WORKER="1") as server:
        yield server


@pytest.fixture(scope="session")
def subscribing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, taking subscriptions of the test's own push service."""
    settings = {"POCKET_PUSH_TEST_ORIGIN": PUSH_ORIGIN, "POCKET_RATE_LIMIT_PER_MINUTE": "0"}
    with serving(tmp_path_factory.mktemp("subscribing"), **settings) as server:
        yield server


@pytest.fixture
def phone(page: Page, context: BrowserContext, subscribing_site: Server) -> Iterator[Device]:
    """A reader's phone with the app on it, which may show notifications."""
    with Proxy(subscribing_site.port) as network:
        phone = Device(page, context, network)
        phone.begin()
        yield phone


@pytest.fixture
def open_page(page: Page, site: Server) -> Callable[..., Page]:
    """Open a page of the site where the browser has these doubles."""

    def open_(path: str, *doubles: str) -> Page:
        for double in doubles:
            page.add_init_script(double)
        page.goto(site.base_url + path)
        page.wait_for_load_state("networkidle")
        return page

    return open_


@pytest.fixture
def network(site: Server) -> Iterator[Proxy]:
    """A network to the site that a test may spoil; its address is a new origin each time."""
    with Proxy(site.port) as proxy:
        yield proxy


@pytest.fixture
def installed(page: Page, network: Proxy) -> Page:
    """A page of a reader who stays: the worker has kept everything and controls it."""
    page.set_default_timeout(20_000)
    page.goto(network.url)
    wait_for_worker(page)
    read_on(page)
    return page


@pytest.fixture
def start_browser(
    browser_type: BrowserType, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Start a new browser process on the test's one profile; the one before it is closed first."""
    running: list[BrowserContext] = []

    def start(*flags: str) -> BrowserContext:
        while running:
            running.pop().close()
        context = browser_type.launch_persistent_context(
            tmp_path / "profile", **launch_options(*flags)
        )
        context.set_default_timeout(20_000)
        running.append(context)
        return context

    yield start
    for context in running:
        context.close()
