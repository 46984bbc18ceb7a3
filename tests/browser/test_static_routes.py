"""A later visit asks the network for nothing; in Chromium that takes static routes."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.browser.worker import read_on
from tests.browser.worker import stop_workers
from tests.browser.worker import wait_for_worker

CARD = "/affirmations/you-dont-have-to-earn-help"
SHEETS = ["/topics", "/ask", "/asked", "/saved", "/reminders", "/help", "/install", "/about"]
FILLED = ["/", CARD]
WITH_A_QUERY = ["/?source=pwa", "/help?from=card"]
WORDS = re.compile(r"\w")
ROUTED_TO = "() => performance.getEntriesByType('navigation')[0].workerFinalSourceType"


def settle(page: Page) -> None:
    """Return once the page has all that it asks for, and its own check of the worker is done."""
    page.wait_for_load_state("networkidle")
    ask(page, "async () => { await (await navigator.serviceWorker.ready).update(); }")


def test_a_later_visit_costs_nothing_but_the_check_for_a_new_worker(
    installed: Page, network: Proxy, context: BrowserContext
) -> None:
    settle(installed)
    network.exchanges.clear()
    for path in [*FILLED, *SHEETS, *WITH_A_QUERY]:
        stop_workers(context, installed)
        installed.goto(network.url + path)
        expect(installed.locator("main h1").locator("visible=true").first).to_have_text(WORDS)
    settle(installed)
    assert set(network.paths) <= {"/sw.js"}


def test_a_cold_start_costs_nothing_but_the_check_for_a_new_worker(
    start_browser: Callable[..., BrowserContext], network: Proxy
) -> None:
    page = start_browser().pages[0]
    page.goto(network.url)
    wait_for_worker(page)
    read_on(page)
    settle(page)
    page = start_browser().pages[0]
    network.exchanges.clear()
    page.goto(network.url)
    settle(page)
    assert set(network.paths) <= {"/sw.js"}


def test_a_page_goes_straight_to_the_worker(installed: Page, network: Proxy) -> None:
    for path in [*FILLED, *SHEETS, *WITH_A_QUERY]:
        installed.goto(network.url + path)
        assert ask(installed, ROUTED_TO) == "fetch-event"


def test_anything_else_goes_straight_to_the_network(installed: Page, network: Proxy) -> None:
    installed.goto(network.url + "/api/deck")
    assert ask(installed, ROUTED_TO) == "network"
