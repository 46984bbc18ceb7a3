"""Words are there whatever the network does: gone, dead, hanging, failing or lying."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests as http
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.browser.worker import read_on
from tests.browser.worker import stop_workers
from tests.browser.worker import wait_for_worker
from tests.processes import Server

CARD = "/affirmations/you-dont-have-to-earn-help"
CARD_WORDS = "You don’t have to earn help."
SHEETS = ("/topics", "/ask", "/asked", "/reminders", "/help", "/install", "/about")
PAGES = ("/", CARD, *SHEETS, "/?source=pwa", "/help?from=card")
NO_SUCH_CARD = "/affirmations/no-such-card"
NEW_CARD = "/affirmations/ask-again-tomorrow"
NEW_CARD_WORDS = "You can ask again tomorrow."
BAD = [
    Network.REFUSED,
    Network.RESET,
    Network.HANGING,
    Network.CUT_SHORT,
    Network.FAILING,
    Network.CAPTIVE,
]
ROUTED_FROM = "() => performance.getEntriesByType('navigation')[0].workerFinalSourceType"
FORGET_EVERYTHING = """async () => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) await cache.delete(request);
  }
}"""
SOON_MILLISECONDS = 3000
LOST_MILLISECONDS = 8000  # the worker gives the network four seconds
AWAY_MILLISECONDS = 16_000  # and ten to a page that needs it
bad_networks = pytest.mark.parametrize("bad", BAD, ids=lambda network: network.name.lower())


def shows_words(page: Page, address: str) -> None:
    """Open an address; it answers soon, with words of ours and not with somebody else's page."""
    response = page.goto(address, timeout=SOON_MILLISECONDS)
    assert response
    assert response.header_value("pocket-page")
    words = page.locator("main h1, main .words .plain").locator("visible=true").first
    expect(words).to_have_text(re.compile(r"\w"))
    expect(page.locator("body")).not_to_contain_text("{{pocket:")


def shows_every_page(page: Page, network: Proxy) -> None:
    for path in PAGES:
        shows_words(page, network.url + path)
    page.goto(network.url + CARD, timeout=SOON_MILLISECONDS)
    expect(page.locator(".words .plain").first).to_have_text(CARD_WORDS)


@bad_networks
def test_every_page_shows_its_words_on_a_bad_network(
    installed: Page, network: Proxy, bad: Network
) -> None:
    network.become(bad)
    installed.reload(timeout=SOON_MILLISECONDS)
    shows_every_page(installed, network)


def test_a_cold_start_shows_words_on_every_bad_network(
    start_browser: Callable[..., BrowserContext], network: Proxy
) -> None:
    page = start_browser().pages[0]
    page.goto(network.url)
    wait_for_worker(page)
    read_on(page)
    for bad in BAD:
        network.become(bad)
        page = start_browser().pages[0]
        for path in ("/", CARD, "/help"):
            shows_words(page, network.url + path)


@bad_networks
def test_after_a_first_visit_alone_words_and_help_are_there_and_the_rest_says_what_it_needs(
    page: Page, network: Proxy, bad: Network
) -> None:
    page.goto(network.url)
    wait_for_worker(page)
    network.become(bad)
    for path in ("/", CARD, "/help", "/clock"):
        shows_words(page, network.url + path)
    response = page.goto(network.url + "/ask", timeout=AWAY_MILLISECONDS)
    assert response
    assert response.status == 503
    expect(page.get_by_role("heading", name="This page needs a connection.")).to_be_visible()
    expect(page.locator(".words .plain").first).to_have_text(re.compile(r"\w"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("/affirmations/"))


def test_every_page_shows_its_words_in_a_browser_without_static_routes(
    page: Page, network: Proxy
) -> None:
    network.edits["/sw.js"] = (
        b"const POCKET",
        b"delete InstallEvent.prototype.addRoutes; const POCKET",
    )
    page.goto(network.url)
    wait_for_worker(page)
    read_on(page)
    network.become(Network.HANGING)
    shows_every_page(page, network)
    assert ask(page, ROUTED_FROM) == ""


def test_every_page_shows_its_words_with_the_network_switched_off(
    installed: Page, network: Proxy, context: BrowserContext
) -> None:
    context.set_offline(True)
    installed.reload(timeout=SOON_MILLISECONDS)
    shows_every_page(installed, network)


def test_a_page_takes_its_styles_and_scripts_from_the_cache(
    installed: Page, network: Proxy
) -> None:
    network.become(Network.REFUSED)
    failed: list[str] = []
    installed.on("requestfailed", lambda request: failed.append(request.url))
    installed.goto(network.url + CARD)
    assert installed.evaluate("document.styleSheets[0].cssRules.length") > 0
    assert [url for url in failed if "/static/gen/" in url] == []


def test_an_unknown_card_is_the_servers_answer_on_a_good_network(
    installed: Page, network: Proxy
) -> None:
    network.exchanges.clear()
    response = installed.goto(network.url + NO_SUCH_CARD)
    assert response
    assert response.status == 404
    assert NO_SUCH_CARD in network.paths


def test_a_card_newer_than_the_kept_deck_comes_from_the_server(
    installed: Page, network: Proxy, newer_site: Server
) -> None:
    network.server_port = newer_site.port
    installed.goto(network.url + NEW_CARD)
    expect(installed.locator(".words .plain").first).to_have_text(NEW_CARD_WORDS)


@pytest.mark.parametrize("bad", BAD, ids=lambda network: network.name.lower())
def test_an_unknown_card_is_a_kind_page_with_todays_words_on_a_bad_network(
    installed: Page, network: Proxy, bad: Network
) -> None:
    installed.goto(network.url)
    todays = installed.locator(".words .plain").first.inner_text()
    network.become(bad)
    response = installed.goto(network.url + NO_SUCH_CARD, timeout=LOST_MILLISECONDS)
    assert response
    assert response.status == 404
    assert response.header_value("pocket-page") == "lost"
    expect(installed.locator("h1")).to_have_text("This page is not here.")
    expect(installed.locator(".words .plain").first).to_have_text(todays)


def test_a_filled_page_is_the_servers_own_page(installed: Page, network: Proxy) -> None:
    filled = installed.goto(network.url + CARD)
    assert filled
    assert filled.from_service_worker
    served = http.get(network.url + CARD, timeout=10)
    for name in (
        "Content-Type",
        "Content-Security-Policy",
        "Referrer-Policy",
        "Permissions-Policy",
    ):
        assert filled.header_value(name) == served.headers[name]
    assert body_of(filled.text()) == body_of(served.text)


def test_an_entry_that_the_browser_evicted_comes_from_the_network(
    installed: Page, network: Proxy, context: BrowserContext
) -> None:
    ask(installed, FORGET_EVERYTHING)
    stop_workers(context, installed)
    for path in PAGES:
        network.exchanges.clear()
        shows_words(installed, network.url + path)
        assert path.partition("?")[0] in network.paths


def test_requests_that_are_not_ours_to_answer_reach_the_server(
    installed: Page, network: Proxy
) -> None:
    network.exchanges.clear()
    ask(installed, "() => fetch('/topics', {method: 'POST'}).then(() => null)")
    ask(installed, "() => fetch('/topics', {method: 'HEAD'}).then(() => null)")
    ask(installed, "() => fetch('/robots.txt').then(() => null)")
    asked = {(exchange.method, exchange.path) for exchange in network.exchanges}
    assert {("POST", "/topics"), ("HEAD", "/topics"), ("GET", "/robots.txt")} <= asked


def body_of(html: str) -> str:
    return html.partition("<body")[2]
