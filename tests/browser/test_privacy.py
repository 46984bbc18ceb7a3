"""Nobody follows the reader: no third party, no cookie, a silent console, nothing in a log."""

from __future__ import annotations

from urllib.parse import urljoin
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page

from tests.browser.device import documents_of
from tests.browser.worker import wait_for_worker
from tests.processes import Server

MANY_ALIKE = ("/affirmations/", "/feeds?")
LINKS = "all => all.map(link => link.getAttribute('href'))"


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
