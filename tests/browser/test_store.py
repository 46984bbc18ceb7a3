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
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.browser.worker import read_on
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
# Full while `isFull`; counts in `refused` what it did not take.
FULL_AT_TIMES = """globalThis.isFull = false;
globalThis.refused = 0;
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (...args) {
  if (!isFull) return put.apply(this, args);
  refused += 1;
  throw new DOMException('', 'QuotaExceededError');
};"""
FAILS_AT_FIRST = """globalThis.isBroken = true;
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...args) {
  if (!isBroken) return open.apply(this, args);
  const request = new EventTarget();
  setTimeout(() => request.onerror?.(new Event('error')));
  return request;
};"""
ANSWERS_LATE = """const { open } = IDBFactory.prototype;
const answered = new Promise((resolve) => { globalThis.answer = resolve; });
IDBFactory.prototype.open = function (...args) {
  const request = open.apply(this, args);
  const late = new EventTarget();
  Object.defineProperty(late, 'result', { get: () => request.result });
  request.onupgradeneeded = (event) => late.onupgradeneeded?.(event);
  request.onsuccess = async () => late.onsuccess?.(await answered);
  return late;
};"""
# Every connection of the page, to be lost by one of LOSSES.
CONNECTIONS = """globalThis.connections = [];
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...args) {
  const request = open.apply(this, args);
  request.addEventListener('success', () => connections.push(request.result));
  return request;
};"""
LOSSES = {
    "with a word": """() => connections.forEach((lost) => {
      const { transaction } = IDBDatabase.prototype;
      lost.transaction = (...args) => {
        const dead = transaction.apply(lost, args);
        queueMicrotask(() => dead.abort());
        return dead;
      };
      lost.dispatchEvent(new Event('close'));
    })""",
    "silently": "() => connections.forEach((lost) => lost.close())",
}


def heart(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def turn(page: Page) -> None:
    page.get_by_role("link", name="Another").click()
    expect(page.locator(".words .plain")).not_to_have_text(HERO_WORDS)


def write_line(page: Page, text: str) -> None:
    page.get_by_label("Write a line to yourself").fill(text)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("link", name=text)).to_be_visible()


def own_lines(page: Page) -> list[str]:
    return [line["text"] for line in documents_of(page)["kept"]["own"]]


def test_what_is_saved_is_there_in_the_next_browser_process_offline(
    start_browser: Callable[..., BrowserContext], network: Proxy
) -> None:
    page = start_browser().pages[0]
    page.goto(network.url + HERO)
    wait_for_worker(page)
    read_on(page)
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


def test_what_the_disk_refused_is_kept_with_the_next_save_beside_the_work_of_other_tabs(
    open_page: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_page(HERO, FULL_AT_TIMES)
    page.evaluate("isFull = true")
    heart(page)
    expect(page.get_by_text("Saved until you close the app.")).to_be_visible()
    page.evaluate("isFull = false")
    other = context.new_page()
    other.goto(page.url.replace(HERO, "/saved"))
    write_line(other, "Tea first.")
    write_line(other, "Then the rain.")
    turn(page)
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    assert own_lines(page) == ["Then the rain.", "Tea first."]
    saved = [card["id"] for card in documents_of(page)["kept"]["saved"]]
    assert len(saved) == 2
    assert saved[1] == HERO.rpartition("/")[2]


def test_while_the_disk_refuses_a_page_shows_its_own_work_and_that_of_other_tabs(
    open_page: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_page("/saved", FULL_AT_TIMES)
    page.evaluate("isFull = true")
    write_line(page, "Tea first.")
    expect(page.get_by_text("Kept until you close the app.")).to_be_visible()
    other = context.new_page()
    other.goto(page.url)
    write_line(other, "Then the rain.")
    expect(page.get_by_role("link", name="Then the rain.")).to_be_visible()
    expect(page.get_by_role("link", name="Tea first.")).to_be_visible()
    assert own_lines(page) == ["Then the rain."]


def test_what_another_tab_erases_is_not_brought_back_by_what_waited_here(
    open_page: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_page("/saved", FULL_AT_TIMES)
    page.evaluate("isFull = true")
    write_line(page, "Tea first.")
    expect(page.get_by_text("Kept until you close the app.")).to_be_visible()
    page.evaluate("isFull = false")
    other = context.new_page()
    other.goto(page.url)
    import_module(other, "store")
    other.evaluate("store.erase()")
    expect(page.get_by_role("link", name="Tea first.")).to_be_hidden()
    write_line(page, "Then the rain.")
    expect(page.get_by_role("link", name="Then the rain.")).to_be_visible()
    assert own_lines(page) == ["Then the rain."]


def test_a_save_brings_along_all_that_the_disk_refused_before(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(HERO, FULL_AT_TIMES)
    page.evaluate("isFull = true")
    turn(page)
    ask(page, "async () => { while (!refused) await new Promise(requestAnimationFrame); }")
    page.evaluate("isFull = false")
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    kept = documents_of(page)
    assert kept["kept"]["saved"][0]["id"] in kept["reading"]["counts"]


def test_what_the_disk_refused_is_made_up_for_once_by_changes_at_the_same_time(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/saved", FULL_AT_TIMES)
    import_module(page, "documents")
    counts = page.evaluate("""async () => {
      const see = ({ counts, ...rest }) => ({ ...rest, counts: { a: (counts.a ?? 0) + 1 } });
      isFull = true;
      await documents.reading.change(see);
      isFull = false;
      await Promise.all([1, 2].map(() => documents.kept.change((kept) => kept)));
      return (await documents.reading.read()).counts;
    }""")
    assert counts == {"a": 1}
    assert documents_of(page)["reading"]["counts"] == {"a": 1}


@pytest.mark.parametrize("how", LOSSES)
def test_a_connection_that_is_lost_is_made_anew(open_page: Callable[..., Page], how: str) -> None:
    page = open_page(HERO, CONNECTIONS)
    page.evaluate(LOSSES[how])
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    assert documents_of(page)["kept"]["saved"][0]["text"] == HERO_WORDS


def test_a_memory_that_failed_is_tried_again(open_page: Callable[..., Page]) -> None:
    page = open_page(HERO, FAILS_AT_FIRST)
    page.evaluate("isBroken = false")
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    assert documents_of(page)["kept"]["saved"][0]["text"] == HERO_WORDS


def test_a_memory_that_answers_late_keeps_what_was_saved_meanwhile(
    page: Page, network: Proxy, context: BrowserContext
) -> None:
    page.clock.install()
    page.add_init_script(ANSWERS_LATE)
    page.goto(network.url + HERO)
    page.wait_for_load_state("networkidle")
    page.clock.run_for(4000)
    heart(page)
    expect(page.get_by_text("Saved until you close the app.")).to_be_visible()
    page.evaluate("answer()")
    turn(page)
    heart(page)
    expect(page.get_by_text("Saved on this device.")).to_be_visible()
    other = context.new_page()
    other.goto(network.url + "/saved")
    assert len(documents_of(other)["kept"]["saved"]) == 2


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
