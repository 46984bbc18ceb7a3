"""A reminder from the reader's own lines: the device picks one, or stays neutral."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import READ
from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.reader import Reader
from tests.browser.worker import ask

AT = "2027-01-01T00:00:00Z"
BODY = "A short note is ready when you are."
CARD = "you-dont-have-to-earn-help"
CARD_WORDS = "You don’t have to earn help."
MESSAGE = {"title": "Pocket note", "body": BODY, "tag": "daily-2027-01-15", "lang": "en"}
NEUTRAL = ("Pocket note", BODY)

BLOCKED = "() => { indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }; }"
SILENT = "() => { indexedDB.open = () => ({}); }"
BROKEN = """() => {
  indexedDB.open = () => {
    const request = {};
    setTimeout(() => request.onerror(new Event('error')));
    return request;
  };
}"""
NO_CACHE = "async () => { for (const name of await caches.keys()) await caches.delete(name); }"
WRITTEN_OFF = """() => {
  IDBDatabase.prototype.transaction = () => { throw new DOMException('no', 'InvalidStateError'); };
}"""
ERASED = """() => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase('pocket');
  request.onsuccess = resolve;
  request.onerror = reject;
})"""
MADE = """async () => {
  while (!(await indexedDB.databases()).length) await new Promise(requestAnimationFrame);
}"""
DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name)"
SHOWN_AT = f"""async () => {{
  let shown;
  while (!(shown = (await ({READ})()).shown)) await new Promise(requestAnimationFrame);
  return shown.at;
}}"""
# What Safari hands over: a declarative message that it has read itself.
PUSH_OF_SAFARI = """async () => {
  const event = new PushEvent('push');
  const fields = { title: 'Pocket note', body: 'neutral', tag: 'daily-2027-01-15', dir: 'auto' };
  const proposed = { ...fields, data: { source: 'device' } };
  Object.defineProperty(event, 'notification', { value: proposed });
  const work = [];
  event.waitUntil = (promise) => work.push(promise);
  dispatchEvent(event);
  await Promise.all(work);
}"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


@pytest.fixture
def reader(installed: Page, network: Proxy, context: BrowserContext) -> Reader:
    context.grant_permissions(["notifications"], origin=network.url)
    ask(installed, MADE)
    installed.goto(network.url + "/robots.txt")  # of our origin, and without scripts
    return Reader(installed, context, network.url)


def own(*texts: str) -> list[dict[str, str]]:
    return [{"id": f"own-{text}", "text": text, "at": AT} for text in texts]


def saved(*ids: str, text: str = "As it was") -> list[dict[str, str]]:
    return [{"id": each, "text": text, "topic": "any", "at": AT} for each in ids]


def hidden(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "at": AT} for each in ids]


def keep(reader: Reader, **lists: object) -> None:
    kept = {"version": 1, "saved": [], "own": [], "hidden": [], "choices": {}, **lists}
    put_document(reader.page, "kept", kept)


def push(reader: Reader, **message: object) -> None:
    said: dict[str, Any] = {**MESSAGE, "navigate": f"{reader.origin}/", "mutable": True}
    reader.push_message(**{**said, "data": {"source": "device"}, **message})


def words(reader: Reader) -> tuple[str, str]:
    (notification,) = reader.shown()
    return notification["title"], notification["body"]


def test_an_own_line_is_shown_and_a_tap_opens_it(reader: Reader) -> None:
    keep(reader, own=own("breathe"))
    push(reader)
    (notification,) = reader.shown()
    assert (notification["title"], notification["body"]) == ("Pocket note", "breathe")
    assert notification["tag"] == MESSAGE["tag"]
    reader.tap()
    expect(reader.page).to_have_url(f"{reader.origin}/#own-breathe")
    expect(reader.page.locator(".words .plain").first).to_have_text("breathe")


def test_a_saved_card_is_shown_in_the_decks_present_words_and_opens_its_page(
    reader: Reader,
) -> None:
    keep(reader, saved=saved(CARD))
    push(reader)
    (notification,) = reader.shown()
    assert notification["body"] == CARD_WORDS
    assert notification["data"] == {"navigate": f"{reader.origin}/affirmations/{CARD}"}


def test_a_saved_card_that_has_left_the_deck_keeps_its_words(reader: Reader) -> None:
    keep(reader, saved=saved("long-gone"))
    push(reader)
    (notification,) = reader.shown()
    assert notification["body"] == "As it was"
    assert notification["data"] == {"navigate": f"{reader.origin}/saved"}


def test_without_the_deck_a_line_is_still_found(reader: Reader) -> None:
    keep(reader, own=own("breathe"))
    ask(reader.page, NO_CACHE)
    push(reader)
    assert words(reader) == ("Pocket note", "breathe")


def test_what_is_hidden_is_not_shown(reader: Reader) -> None:
    keep(reader, saved=saved(CARD), own=own("breathe", "stay"), hidden=hidden(CARD, "own-stay"))
    for day in range(3):
        push(reader, tag=f"daily-2027-01-0{day + 1}")
    assert {each["body"] for each in reader.shown()} == {"breathe"}


def test_a_line_is_shown_without_a_network(reader: Reader, network: Proxy) -> None:
    keep(reader, own=own("breathe"))
    network.become(Network.HANGING)
    push(reader)
    assert words(reader) == ("Pocket note", "breathe")


def test_one_occurrence_brings_the_same_line_again(reader: Reader) -> None:
    keep(reader, own=own(*"abcdefg"))
    push(reader)
    first = words(reader)
    push(reader)
    assert words(reader) == first


def test_what_safari_read_by_itself_is_worded_too(reader: Reader) -> None:
    keep(reader, own=own("breathe"))
    ask(reader.context.service_workers[0], PUSH_OF_SAFARI)
    assert words(reader) == ("Pocket note", "breathe")


def test_with_no_line_the_words_are_neutral(reader: Reader) -> None:
    keep(reader, saved=saved(CARD), hidden=hidden(CARD))
    push(reader)
    assert words(reader) == NEUTRAL


def test_a_reminder_from_the_deck_stays_as_the_server_worded_it(reader: Reader) -> None:
    keep(reader, own=own("breathe"))
    reader.push_message(**MESSAGE, navigate=f"{reader.origin}/")
    assert words(reader) == NEUTRAL


@pytest.mark.parametrize(
    "trouble",
    [BLOCKED, SILENT, BROKEN, WRITTEN_OFF],
    ids=["forbidden", "silent", "broken", "without transactions"],
)
def test_a_database_that_does_not_serve_leaves_one_neutral_notification(
    reader: Reader, trouble: str
) -> None:
    keep(reader, own=own("breathe"))
    ask(reader.context.service_workers[0], trouble)
    push(reader)
    assert words(reader) == NEUTRAL


@pytest.mark.parametrize("kept", [7, None, {"own": "x"}, {"own": [None]}], ids=str)
def test_a_damaged_document_leaves_one_neutral_notification(reader: Reader, kept: object) -> None:
    put_document(reader.page, "kept", kept)
    push(reader)
    assert words(reader) == NEUTRAL


def test_a_missing_database_is_not_made_by_the_worker(reader: Reader) -> None:
    """A database without its shelf would keep the pages from ever writing anything."""
    ask(reader.page, ERASED)
    push(reader)
    assert words(reader) == NEUTRAL
    assert ask(reader.page, DATABASES) == []


def test_when_it_was_shown_is_kept_on_the_device(reader: Reader) -> None:
    keep(reader)
    before = ask(reader.page, "async () => Date.now()")
    reader.push_message(**MESSAGE)
    reader.page.goto(reader.origin + "/saved")
    assert before <= ask(reader.page, SHOWN_AT) <= ask(reader.page, "async () => Date.now()")
