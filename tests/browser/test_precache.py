"""What enters the cache: the release's own bytes, all of them or none, and nobody else's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.release import release_of
from tests.browser.worker import WHOLE
from tests.browser.worker import ask
from tests.browser.worker import kept
from tests.browser.worker import read_on
from tests.browser.worker import update
from tests.browser.worker import wait_for_no_worker
from tests.browser.worker import wait_for_worker
from tests.processes import Server

BAD = [Network.CUT_SHORT, Network.FAILING, Network.CAPTIVE, Network.DETOURING]
bad_networks = pytest.mark.parametrize("bad", BAD, ids=lambda network: network.name.lower())
ENTRIES = [r"^/pack\.txt$", r"^/static/gen/deck\."]
REST = r"^/rest\.txt"


def test_the_cache_holds_what_the_release_lists_byte_for_byte(
    installed: Page, network: Proxy
) -> None:
    name, entries = release_of(network.url)
    assert kept(installed) == {name: entries}


@pytest.fixture
def visited(page: Page, network: Proxy) -> Page:
    """A page on its first visit, and no other was opened."""
    page.goto(network.url)
    wait_for_worker(page)
    return page


def test_a_first_visit_brings_the_cards_and_help_and_going_on_the_rest(
    visited: Page, network: Proxy
) -> None:
    name, first = release_of(network.url, is_first=True)
    assert kept(visited) == {name: first}
    visited.goto(network.url + "/topics")
    ask(visited, WHOLE)
    _, entries = release_of(network.url)
    assert len(entries) > len(first)
    assert kept(visited) == {name: entries}


def test_who_turns_to_another_card_has_the_rest_too(visited: Page, network: Proxy) -> None:
    visited.keyboard.press("ArrowRight")
    ask(visited, WHOLE)
    name, entries = release_of(network.url)
    assert kept(visited) == {name: entries}


@bad_networks
def test_what_follows_a_first_visit_is_kept_right_or_not_at_all(
    visited: Page, network: Proxy, bad: Network
) -> None:
    network.become(bad, REST)
    visited.reload()
    network.wait_until_asked(REST, times=2)
    name, first = release_of(network.url, is_first=True)
    assert kept(visited) == {name: first}
    network.become(Network.GOOD)
    read_on(visited)
    assert kept(visited) == {name: release_of(network.url)[1]}


def test_the_rest_of_a_release_that_is_gone_is_left_where_it_is(
    visited: Page, network: Proxy, newer_site: Server
) -> None:
    before = kept(visited)
    network.server_port = newer_site.port
    network.become(Network.FAILING, "^/sw.js")
    visited.reload()
    network.wait_until_asked(REST, times=2)
    assert kept(visited) == before


def test_a_release_that_follows_a_first_visit_comes_whole(
    visited: Page, network: Proxy, newer_site: Server
) -> None:
    before = kept(visited)
    network.become(Network.REFUSED, REST)
    visited.keyboard.press("Tab")  # a page that is untouched reloads itself
    network.server_port = newer_site.port
    assert update(visited) != "installed"
    assert kept(visited) == before
    network.become(Network.GOOD)
    assert update(visited) == "installed"
    name, entries = release_of(network.url)
    assert kept(visited)[name] == entries


@pytest.mark.parametrize("path", ["/", "/topics"])
def test_a_kept_page_has_its_guard_rails_but_not_the_one_that_costs_a_process(
    installed: Page, network: Proxy, path: str
) -> None:
    answer = installed.goto(network.url + path)
    assert answer and answer.from_service_worker
    headers = answer.headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "no-referrer"
    assert "cross-origin-opener-policy" not in headers


@pytest.mark.parametrize("entry", ENTRIES)
@bad_networks
def test_one_wrong_answer_keeps_everything_out_until_the_network_is_well(
    page: Page, network: Proxy, bad: Network, entry: str
) -> None:
    network.become(bad, entry)
    page.goto(network.url)
    network.wait_until_asked(entry, times=2)
    wait_for_no_worker(page)
    assert kept(page) == {}
    network.become(Network.GOOD)
    page.reload()
    wait_for_worker(page)
    name, entries = release_of(network.url, is_first=True)
    assert kept(page) == {name: entries}


def test_old_caches_of_ours_go_and_those_of_others_stay(page: Page, network: Proxy) -> None:
    page.goto(network.url + "/robots.txt")
    names = ["somebody-elses", "pocketbook", "pocket-0123456789abcdef"]
    ask(page, f"() => Promise.all({names}.map((name) => caches.open(name))).then(() => null)")
    page.goto(network.url)
    wait_for_worker(page)
    name, _ = release_of(network.url)
    assert set(kept(page)) == {"somebody-elses", "pocketbook", name}
