"""The emergency exit, rehearsed: one setting takes the worker and all it kept off every device."""

from __future__ import annotations

from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Proxy
from tests.browser.worker import ask
from tests.browser.worker import kept
from tests.browser.worker import look_for_update
from tests.browser.worker import wait_for_no_worker
from tests.browser.worker import wait_for_worker
from tests.processes import Server

FOREIGN_CACHE = "somebody-elses"
MAKE_FOREIGN_CACHE = f"() => caches.open('{FOREIGN_CACHE}').then(() => null)"
IS_CONTROLLED = "() => navigator.serviceWorker.controller !== null"


def pull_the_switch(page: Page, network: Proxy, retiring_site: Server) -> None:
    """The server serves the kill switch from now on, and a page in use finds out."""
    page.keyboard.press("Tab")
    network.server_port = retiring_site.port
    with page.expect_navigation():
        look_for_update(page)
    wait_for_no_worker(page)


def test_the_worker_and_its_caches_go_and_the_open_page_comes_from_the_server(
    installed: Page, network: Proxy, retiring_site: Server
) -> None:
    pull_the_switch(installed, network, retiring_site)
    expect(installed.locator(".words .plain").first).to_be_visible()
    assert ask(installed, IS_CONTROLLED) is False
    assert kept(installed) == {}


def test_an_untouched_page_comes_from_the_server_too(
    installed: Page, network: Proxy, retiring_site: Server
) -> None:
    installed.evaluate("document.body.id = 'before'")
    network.server_port = retiring_site.port
    look_for_update(installed)
    expect(installed.locator("#before")).to_have_count(0)
    installed.wait_for_load_state("networkidle")
    wait_for_no_worker(installed)
    assert ask(installed, IS_CONTROLLED) is False


def test_caches_of_others_stay(installed: Page, network: Proxy, retiring_site: Server) -> None:
    ask(installed, MAKE_FOREIGN_CACHE)
    pull_the_switch(installed, network, retiring_site)
    assert list(kept(installed)) == [FOREIGN_CACHE]


def test_a_visit_after_that_is_not_reloaded_again_and_again(
    installed: Page, network: Proxy, retiring_site: Server
) -> None:
    pull_the_switch(installed, network, retiring_site)
    network.exchanges.clear()
    installed.goto(network.url + "/topics")
    network.wait_until_asked("^/sw.js$")
    wait_for_no_worker(installed)
    installed.wait_for_load_state("networkidle")
    assert network.paths.count("/topics") == 1


def test_the_worker_comes_back_when_the_switch_is_released(
    installed: Page, network: Proxy, site: Server, retiring_site: Server
) -> None:
    pull_the_switch(installed, network, retiring_site)
    network.server_port = site.port
    installed.goto(network.url)
    wait_for_worker(installed)
    assert len(kept(installed)) == 1
