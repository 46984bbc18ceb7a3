"""A new release comes whole or not at all, and never under the reader's hands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.release import release_of
from tests.browser.worker import ask
from tests.browser.worker import kept
from tests.browser.worker import look_for_update
from tests.browser.worker import update
from tests.browser.worker import wait_for_worker
from tests.processes import Server

CARD = "/affirmations/you-dont-have-to-earn-help"
OLD_WORDS = "You don’t have to earn help."
NEW_WORDS = "Help is yours as you are."
HALF_WAY = [Network.CUT_SHORT, Network.RESET, Network.FAILING, Network.CAPTIVE, Network.DETOURING]
TOUCHES: dict[str, Callable[[Page], None]] = {
    "key": lambda page: page.keyboard.press("Tab"),
    "pointer": lambda page: page.mouse.click(5, 5),
    "wheel": lambda page: page.mouse.wheel(0, 10),
}
DECK = r"^/static/gen/deck\."
HOW_IT_CAME = "() => performance.getEntriesByType('navigation')[0].type"


def expect_words(page: Page, words: str) -> None:
    expect(page.locator(".words .plain").first).to_have_text(words)


@pytest.fixture
def card(installed: Page, network: Proxy) -> Page:
    """The old release's card, open in a page under its worker."""
    installed.goto(network.url + CARD)
    expect_words(installed, OLD_WORDS)
    return installed


@pytest.mark.parametrize("bad", HALF_WAY, ids=lambda network: network.name.lower())
def test_an_update_that_breaks_half_way_leaves_the_old_release_whole(
    card: Page, network: Proxy, newer_site: Server, bad: Network
) -> None:
    before = kept(card)
    network.server_port = newer_site.port
    network.become(bad, DECK)
    assert update(card) == "redundant"
    assert kept(card) == before
    network.become(Network.REFUSED)
    card.reload()
    expect_words(card, OLD_WORDS)


def test_an_update_that_broke_comes_with_the_next_try(
    card: Page, network: Proxy, newer_site: Server
) -> None:
    network.server_port = newer_site.port
    network.become(Network.CAPTIVE, DECK)
    assert update(card) == "redundant"
    network.become(Network.GOOD)
    card.reload()
    look_for_update(card)
    expect_words(card, NEW_WORDS)


def test_an_untouched_page_reloads_itself_into_the_new_release(
    card: Page, network: Proxy, newer_site: Server
) -> None:
    network.server_port = newer_site.port
    look_for_update(card)
    expect_words(card, NEW_WORDS)
    name, entries = release_of(network.url)
    assert kept(card) == {name: entries}
    network.become(Network.REFUSED)
    card.reload()
    expect_words(card, NEW_WORDS)


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES.keys())
def test_a_touched_page_is_asked_and_changes_when_told_to(
    card: Page, network: Proxy, newer_site: Server, touch: Callable[[Page], None]
) -> None:
    touch(card)
    expect(card.locator("#update")).to_be_hidden()
    network.server_port = newer_site.port
    assert update(card) == "installed"
    expect(card.locator("#update")).to_be_visible()
    expect_words(card, OLD_WORDS)
    card.locator("#update-now").click()
    expect_words(card, NEW_WORDS)
    expect(card.locator("#update")).to_be_hidden()


def test_a_touched_page_stays_as_it_is_when_another_lets_the_release_in(
    card: Page, network: Proxy, newer_site: Server, context: BrowserContext
) -> None:
    card.keyboard.press("Tab")
    network.server_port = newer_site.port
    assert update(card) == "installed"
    other = context.new_page()
    other.goto(network.url + CARD)
    expect_words(other, NEW_WORDS)
    expect_words(card, OLD_WORDS)
    card.locator("#update-now").click()
    expect_words(card, NEW_WORDS)


def test_a_first_visit_is_not_reloaded(page: Page, network: Proxy) -> None:
    page.goto(network.url)
    wait_for_worker(page)
    assert ask(page, HOW_IT_CAME) == "navigate"
    expect(page.locator("#update")).to_be_hidden()


def test_an_update_asks_for_no_file_that_has_not_changed(
    card: Page, network: Proxy, newer_site: Server
) -> None:
    _, before = release_of(network.url)
    network.server_port = newer_site.port
    _, after = release_of(network.url)
    network.exchanges.clear()
    look_for_update(card)
    expect_words(card, NEW_WORDS)
    unchanged = {path for path, integrity in after.items() if before.get(path) == integrity}
    files = {path for path in network.paths if path.startswith("/static/gen/")}
    assert len(unchanged) > len(after) / 4
    assert files & unchanged == set()
    assert files & after.keys() - before.keys()
