"""The device's memory: it lasts, tabs stay in step, and reading goes on when it is broken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import wait_for_worker

HERO = "/affirmations/you-dont-have-to-earn-help"
HERO_WORDS = "You don’t have to earn help."

BROKEN = {
    "is missing": "delete globalThis.indexedDB; Object.defineProperty(globalThis, 'indexedDB', {})",
    "refuses": "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }",
    "fails": """IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      setTimeout(() => request.onerror?.(new Event('error')));
      return request;
    }""",
    "is full": """IDBObjectStore.prototype.put = () => {
      throw new DOMException('', 'QuotaExceededError');
    }""",
}
NEVER_ANSWERS = "IDBFactory.prototype.open = () => new EventTarget()"


def heart(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_what_is_saved_is_there_in_the_next_browser_process_offline(
    start_browser: Callable[..., BrowserContext], network: Proxy
) -> None:
    page = start_browser().pages[0]
    page.goto(network.url + HERO)
    wait_for_worker(page)
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    network.become(Network.REFUSED)
    page = start_browser().pages[0]
    page.goto(network.url + "/saved")
    expect(page.get_by_role("link", name=HERO_WORDS)).to_be_visible()


def test_two_tabs_stay_in_step(installed: Page, network: Proxy, context: BrowserContext) -> None:
    installed.goto(network.url + HERO)
    other = context.new_page()
    other.goto(network.url + "/saved")
    expect(other.get_by_text("Nothing here yet.")).to_be_visible()
    heart(installed)
    expect(other.get_by_role("link", name=HERO_WORDS)).to_be_visible()
    other.get_by_role("button", name=f"Remove: {HERO_WORDS}").click()
    expect(installed.locator("[data-do=save]")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("how", BROKEN)
def test_reading_goes_on_when_the_memory(page: Page, network: Proxy, how: str) -> None:
    page.add_init_script(BROKEN[how])
    page.goto(network.url + HERO)
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Another").click()
    expect(page.locator(".words .plain")).not_to_have_text(HERO_WORDS)
    heart(page)
    expect(page.get_by_text("Saved until you close the app.")).to_be_visible()
    expect(page.locator("[data-do=save]")).to_have_attribute("aria-pressed", "true")


def test_a_memory_that_never_answers_is_not_waited_for(page: Page, network: Proxy) -> None:
    page.clock.install()
    page.add_init_script(NEVER_ANSWERS)
    page.goto(network.url + HERO)
    page.wait_for_load_state("networkidle")
    page.clock.run_for(4000)
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_saved_says_that_nothing_lasts_where_nothing_lasts(page: Page, network: Proxy) -> None:
    page.add_init_script(BROKEN["refuses"])
    page.goto(network.url + "/saved")
    expect(page.get_by_text("This browser keeps nothing after you close it")).to_be_visible()


@pytest.mark.parametrize("damage", [None, 7, "text", [], {"saved": 3, "own": [{"id": 1}, None]}])
def test_a_damaged_memory_is_read_as_far_as_it_goes(
    installed: Page, network: Proxy, damage: object
) -> None:
    put_document(installed, "kept", damage)
    put_document(installed, "reading", damage)
    installed.goto(network.url + HERO)
    installed.get_by_role("link", name="Another").click()
    expect(installed.locator(".words .plain")).not_to_have_text(HERO_WORDS)
    heart(installed)
    expect(installed.get_by_text("Saved on this device.")).to_be_visible()


def test_nothing_that_a_reader_keeps_reaches_the_server(installed: Page, network: Proxy) -> None:
    installed.goto(network.url + "/saved")
    network.exchanges.clear()
    installed.get_by_label("Write a line to yourself").fill("Nobody else reads this.")
    installed.get_by_role("button", name="Keep it").click()
    expect(installed.get_by_role("link", name="Nobody else reads this.")).to_be_visible()
    installed.goto(network.url + HERO)
    heart(installed)
    expect(installed.get_by_text("Saved on this device.")).to_be_visible()
    assert {path for path in network.paths if not re.match(r"/sw\.js$", path)} == set()
    assert documents_of(installed)["kept"]["own"][0]["text"] == "Nobody else reads this."
