"""Every push shows one notification, and a tap on it opens a page of ours and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.reader import Reader
from tests.browser.worker import ask
from tests.browser.worker import wait_for_worker
from tests.processes import Server

CARD = "/affirmations/you-dont-have-to-earn-help"
CARD_WORDS = "You don’t have to earn help."
TITLE = "Pocket note"
BODY = "A short note is ready when you are."

ODD = {
    "empty": "",
    "null": "null",
    "a number": "42",
    "a list": "[]",
    "a text": '"hello"',
    "true": "true",
    "not JSON": "{not json",
    "HTML": "<!doctype html>",
    "an empty object": "{}",
    "nothing in it": '{"web_push": 8030}',
    "null in it": '{"web_push": 8030, "notification": null}',
    "a number in it": '{"web_push": 8030, "notification": 42}',
    "somebody else's": '{"title": "Buy now", "body": "cheap"}',
    "without the mark": '{"notification": {"title": "Buy now", "body": "cheap"}}',
    "wrong types": json.dumps(
        {
            "web_push": 8030,
            "notification": {
                "title": 1, "body": ["x"], "tag": {}, "icon": 3, "lang": 4, "dir": "up",
                "silent": "no", "navigate": 5,
            },
        }
    ),
    "blanks": '{"web_push": 8030, "notification": {"title": " ", "body": "\\n", "tag": ""}}',
}  # fmt: skip

FOREIGN = ["https://elsewhere.example/", "javascript:alert(1)"]
# A notification that did not come through this worker's push listener.
SHOW_FOREIGN = """async () => (await navigator.serviceWorker.ready)
  .showNotification('x', { data: { navigate: 'https://elsewhere.example/' } })"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


@pytest.fixture
def reader(installed: Page, network: Proxy, context: BrowserContext) -> Reader:
    context.grant_permissions(["notifications"], origin=network.url)
    return Reader(installed, context, network.url)


@pytest.fixture(scope="module")
def patient_reader(browser: Browser, site: Server) -> Iterator[Reader]:
    """One reader for the many messages that are no good."""
    with Proxy(site.port) as network:
        context = browser.new_context()
        context.grant_permissions(["notifications"], origin=network.url)
        page = context.new_page()
        page.goto(network.url)
        wait_for_worker(page)
        yield Reader(page, context, network.url)
        context.close()


@pytest.mark.parametrize("payload", ODD.values(), ids=ODD.keys())
def test_an_odd_push_shows_one_notification_with_words_of_ours(
    patient_reader: Reader, payload: str
) -> None:
    before = len(patient_reader.shown())
    patient_reader.push(payload)
    after = patient_reader.shown()
    assert len(after) == before + 1
    origin = patient_reader.origin
    for each in after:
        assert (each["title"], each["body"]) == (TITLE, BODY)
        assert each["data"] == {"navigate": f"{origin}/"}
        assert each["icon"] == f"{origin}/static/icons/icon-192.png"


def test_a_message_of_ours_shows_what_it_says(reader: Reader) -> None:
    said = {
        "title": "A title",
        "body": "A line",
        "tag": "2027-01-15",
        "lang": "pt",
        "dir": "rtl",
        "silent": True,
    }
    reader.push_message(
        **said, icon="/static/icons/icon-512.png", navigate=f"{reader.origin}{CARD}"
    )
    (notification,) = reader.shown()
    assert notification == said | {
        "icon": f"{reader.origin}/static/icons/icon-512.png",
        "badge": f"{reader.origin}/static/icons/badge-96.png",
        "data": {"navigate": f"{reader.origin}{CARD}"},
    }


def test_a_field_of_the_wrong_type_does_not_spoil_the_others(reader: Reader) -> None:
    reader.push_message(title="A title", body=["x"], navigate=CARD, dir=7)
    (notification,) = reader.shown()
    assert (notification["title"], notification["body"]) == ("A title", BODY)
    assert notification["dir"] == "auto"
    assert notification["data"] == {"navigate": f"{reader.origin}{CARD}"}


def test_a_message_replaces_the_one_of_its_occurrence(reader: Reader) -> None:
    reader.push_message(body="first", tag="2027-01-15")
    reader.push_message(body="again", tag="2027-01-15")
    reader.push_message(body="next day", tag="2027-01-16")
    assert sorted(each["body"] for each in reader.shown()) == ["again", "next day"]


def test_messages_without_an_occurrence_each_show(reader: Reader) -> None:
    for text in ["", "42", "null"]:
        reader.push(text)
    assert len(reader.shown()) == 3


def test_a_push_shows_its_notification_without_a_network(reader: Reader, network: Proxy) -> None:
    network.become(Network.HANGING)
    reader.push_message(body="A line", navigate=CARD)
    (notification,) = reader.shown()
    assert notification["body"] == "A line"


@pytest.mark.parametrize("address", FOREIGN)
def test_a_foreign_address_is_never_opened(reader: Reader, address: str) -> None:
    reader.push_message(body="A line", navigate=address)
    (notification,) = reader.shown()
    assert notification["data"] == {"navigate": f"{reader.origin}/"}


def test_a_foreign_icon_is_never_fetched(reader: Reader) -> None:
    reader.push_message(body="A line", icon="https://elsewhere.example/icon.png")
    (notification,) = reader.shown()
    assert notification["icon"] == f"{reader.origin}/static/icons/icon-192.png"


@pytest.mark.parametrize("path", ["/help", CARD])
def test_a_tap_brings_the_open_window_to_the_card(
    reader: Reader, network: Proxy, path: str
) -> None:
    reader.page.goto(network.url + path)
    reader.push_message(body=CARD_WORDS, navigate=f"{reader.origin}{CARD}")
    assert reader.tap() == {"opened": [], "focused": 1, "left": 0}
    expect(reader.page).to_have_url(f"{reader.origin}{CARD}")
    expect(reader.page.locator(".words .plain").first).to_have_text(CARD_WORDS)


def test_a_tap_finds_its_card_though_the_window_has_turned_to_another(reader: Reader) -> None:
    reader.page.goto(reader.origin + CARD)
    reader.page.wait_for_load_state("networkidle")
    reader.page.get_by_role("link", name="Another").click()
    expect(reader.page.locator(".words .plain")).not_to_have_text(CARD_WORDS)
    reader.push_message(body=CARD_WORDS, navigate=f"{reader.origin}{CARD}")
    reader.tap()
    expect(reader.page.locator(".words .plain").first).to_have_text(CARD_WORDS)


def test_a_tap_shows_the_card_without_a_network(reader: Reader, network: Proxy) -> None:
    network.become(Network.REFUSED)
    reader.push_message(body=CARD_WORDS, navigate=f"{reader.origin}{CARD}")
    reader.tap()
    expect(reader.page.locator(".words .plain").first).to_have_text(CARD_WORDS)


def test_a_tap_opens_a_window_when_none_is_open(reader: Reader) -> None:
    reader.push_message(body=CARD_WORDS, navigate=f"{reader.origin}{CARD}")
    reader.leave()
    assert reader.tap() == {"opened": [f"{reader.origin}{CARD}"], "focused": 0, "left": 0}


def test_a_tap_on_a_notification_from_elsewhere_opens_the_front_page(reader: Reader) -> None:
    ask(reader.page, SHOW_FOREIGN)
    reader.leave()
    assert reader.tap()["opened"] == [f"{reader.origin}/"]
