"""Nobody follows the reader, and each sentence of the privacy page is held by tests."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_plus
from urllib.parse import urljoin
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.daily import heading
from tests.browser.daily import turn_on
from tests.browser.device import documents_of
from tests.browser.worker import wait_for_worker
from tests.processes import ROOT
from tests.processes import Server
from tests.push_service import PushService
from tests.user_agent import UserAgent

MANY_ALIKE = ("/affirmations/", "/feeds?")
# What the page says, and the tests that would fail if it were not so.
SENTENCES = {
    "No account, no cookies, no counting, nothing from anyone else’s server.": [
        "browser/test_privacy.py::test_no_page_asks_another_host_sets_a_cookie_or_complains",
        "browser/test_privacy.py::test_a_reader_who_reads_saves_and_writes_leaves_no_trace",
    ],
    "What you read, save and write stays on this device. The server’s log names no address and no "
    "card.": [
        "browser/test_privacy.py::test_a_reader_who_reads_saves_and_writes_leaves_no_trace",
        "browser/test_privacy.py::test_the_servers_log_says_nothing_about_readers",
        "test_api.py::test_no_call_logs_an_endpoint_a_key_or_an_address",
    ],
    "The server stores nothing about you unless the daily reminder is on. Then it has your "
    "browser’s push address and keys, your choices, and when messages were taken, all shown under "
    "Daily.": [
        "browser/test_privacy.py::test_a_reader_who_reads_saves_and_writes_leaves_no_trace",
        "test_api.py::test_the_owner_sees_all_that_is_stored",
        "browser/test_health.py::test_everything_that_the_server_knows_is_shown_in_words",
    ],
    "Turn it off, and that is deleted once online; from backups within 14 days.": [
        "browser/test_privacy.py::test_a_reminder_is_stored_while_it_is_on_and_no_longer",
        "browser/test_health.py::test_delete_it_now_is_checked_with_the_server",
        "browser/test_renewal.py::test_what_was_turned_off_without_a_network_is_deleted_later",
        "test_runbook.py::test_copies_of_readers_go_within_a_fortnight_and_keys_stay",
    ],
    "Your browser’s push service learns when a message comes, not what it says.": [
        "browser/test_privacy.py::test_the_push_service_cannot_read_what_it_carries",
    ],
    "The address of a calendar or feed holds your choices. The server keeps none.": [
        "browser/test_privacy.py::test_a_feed_leaves_its_choices_nowhere",
    ],
    "Against floods it counts changes by address, scrambled, for a day at most.": [
        "test_rates.py::test_addresses_are_not_kept",
    ],
}
LINKS = "all => all.map(link => link.getAttribute('href'))"


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


def crawl(page: Page, *addresses: str) -> set[str]:
    """Follow every link of ours from there on; cards and choices are all alike: three will do."""
    waiting, seen = [*addresses], set[str]()
    while waiting:
        url = waiting.pop()
        kind = next((each for each in MANY_ALIKE if each in url), "")
        if url in seen or (kind and sum(kind in u for u in seen) >= 3):
            continue
        seen.add(url)
        page.goto(url)
        page.wait_for_load_state("networkidle")
        links = page.locator("a[href]").evaluate_all(LINKS)
        waiting += [urljoin(url, link).split("#")[0] for link in links if link.startswith("/")]
    return seen


def test_no_page_asks_another_host_sets_a_cookie_or_complains(
    page: Page, context: BrowserContext, site: Server
) -> None:
    hosts, complaints, cookies = set[str](), list[str](), list[str]()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    context.on("response", lambda response: cookies.append(response.headers.get("set-cookie", "")))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.base_url)
    wait_for_worker(page)
    seen = crawl(page, site.base_url + "/", site.base_url + "/feeds")
    assert len(seen) >= 8
    assert hosts == {urlsplit(site.base_url).netloc}
    assert complaints == []
    assert context.cookies() == []
    assert set(cookies) <= {""}


def test_a_device_that_only_reads_keeps_what_was_seen_and_nothing_else(
    page: Page, site: Server
) -> None:
    page.goto(site.base_url)
    wait_for_worker(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    databases = page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)")
    assert databases == ["pocket"]
    assert set(documents_of(page)) <= {"reading"}


def test_the_servers_log_says_nothing_about_readers(page: Page, site: Server) -> None:
    page.goto(site.base_url + "/affirmations/you-dont-have-to-earn-help")
    page.wait_for_load_state("networkidle")
    page.goto(site.base_url + "/feeds?time=21:07&titles=neutral")
    page.wait_for_load_state("networkidle")
    assert "21:07" not in site.logs
    assert "127.0.0.1 " not in site.logs
    assert "you-dont-have-to-earn-help" not in site.logs


def stored(site: Server) -> list[tuple[object, ...]]:
    """Every row of the server's database, but for which version its tables have."""
    path = Path(site.environment["POCKET_INSTANCE"]) / "pocket.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = [name for (name,) in database.execute(TABLES)]
        rows = [row for name in names for row in database.execute(f"SELECT * FROM {name}")]
    database.close()
    return rows


TABLES = """SELECT name FROM sqlite_master
WHERE type = 'table' AND name NOT IN ('alembic_version', 'sqlite_sequence')"""
# Odd words, which are the same in an address, in a log and in a body.
OWN_WORDS = "Quillwort"
SEARCHED = "lighthouse"
CARD = "you-dont-have-to-earn-help"
CARD_WORDS = "You don’t have to earn help."


def test_a_reader_who_reads_saves_and_writes_leaves_no_trace(
    page: Page, context: BrowserContext, site: Server
) -> None:
    sent: list[str] = []
    page.goto(site.base_url)
    wait_for_worker(page)
    context.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    page.goto(f"{site.base_url}/affirmations/{CARD}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.goto(site.base_url + "/saved")
    expect(page.get_by_text(CARD_WORDS).first).to_be_visible()
    page.get_by_role("textbox").first.fill(OWN_WORDS)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text(OWN_WORDS).first).to_be_visible()
    page.goto(site.base_url + "/topics")
    page.get_by_role("searchbox").fill(SEARCHED)
    page.wait_for_load_state("networkidle")
    kept = json.dumps(documents_of(page)["kept"])
    assert CARD in kept
    assert OWN_WORDS in kept
    asked = [unquote_plus(each) for each in sent if f"/affirmations/{CARD} " not in each]
    assert asked
    for words in [OWN_WORDS, SEARCHED, CARD, CARD_WORDS]:
        assert not any(words in each for each in asked)
        assert words not in unquote_plus(site.logs)
    assert stored(site) == []


def test_a_reminder_is_stored_while_it_is_on_and_no_longer(
    open_daily: Callable[..., Page], pushing_site: Server, agent: UserAgent
) -> None:
    def is_stored() -> bool:
        return agent.endpoint in [field for row in stored(pushing_site) for field in row]

    page = open_daily()
    assert not is_stored()
    turn_on(page)
    assert is_stored()
    page.get_by_role("button", name="Turn off").click()
    heading(page, "Off on this device.")
    assert not is_stored()


def test_the_push_service_cannot_read_what_it_carries(
    open_daily: Callable[..., Page], service: PushService, agent: UserAgent
) -> None:
    page = open_daily()
    turn_on(page)
    page.get_by_role("button", name="Send me a test").click()
    service.wait_for(lambda: bool(agent.messages))
    (message,) = agent.messages
    words = message.payload["notification"]["body"]
    seen = " ".join(message.headers.values()).encode() + message.body
    assert words.encode() in message.plaintext
    assert words.encode() not in seen
    assert message.payload["notification"]["navigate"].encode() not in seen


def test_a_feed_leaves_its_choices_nowhere(site: Server) -> None:
    for name in ["", "/calendar.ics", "/atom.xml", "/feed.json"]:
        address = f"{site.base_url}/feeds{name}?topics=small-steps"
        assert requests.get(address, timeout=10).ok
    assert "small-steps" not in site.logs
    assert stored(site) == []


def test_each_sentence_of_the_privacy_page_is_held_by_a_test(page: Page, site: Server) -> None:
    page.goto(site.base_url + "/privacy")
    assert page.locator(".facts p").all_inner_texts() == list(SENTENCES)
    for tests in SENTENCES.values():
        for file, name in (test.split("::") for test in tests):
            assert re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text(), re.M), name


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_the_privacy_page_fits_one_screen(page: Page, site: Server, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(site.base_url + "/privacy")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Against floods")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]


@pytest.mark.parametrize("path", ["/about", "/settings", "/reminders"])
def test_the_privacy_page_is_one_tap_away(page: Page, site: Server, path: str) -> None:
    page.goto(site.base_url + path)
    page.get_by_role("link", name="Privacy", exact=True).first.click()
    heading(page, "Privacy")
