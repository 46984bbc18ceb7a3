"""The app in other languages than English: addresses, the choice, the device, right to left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.browser.push import PUSH_ORIGIN
from tests.browser.push import WANTED
from tests.browser.push import Device
from tests.browser.test_look import PATHS
from tests.browser.worker import ask
from tests.browser.worker import read_on
from tests.browser.worker import wait_for_worker
from tests.processes import Server
from tests.processes import serving
from webapp.languages import Language
from webapp.languages import load_languages
from webapp.shipped import SHIPPED

LANGUAGES = {language.tag: language for language in load_languages(SHIPPED)}
AXED = ("ar", "de")
"""The one from right to left and the one with the longest words; axe takes a second a page."""
OTHERS = [tag for tag in LANGUAGES if tag != "en"]
WORKER = "() => new URL(navigator.serviceWorker.controller.scriptURL).pathname"
CACHED = """async () => {
  const names = await caches.keys();
  const open = async (name) => (await caches.open(name)).keys();
  const kept = await Promise.all(names.map(open));
  return kept.flat().map(({ url }) => new URL(url).pathname);
}"""
BLOCKED = "Service Worker registration blocked by Playwright"
BECOMES = """async () => {
  const is = () => navigator.serviceWorker.controller?.scriptURL.endsWith('%s');
  while (!is()) await new Promise(requestAnimationFrame);
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Where the words of each element begin and end.
EDGES = """(all) => all.map((each) => {
  const words = document.createRange();
  words.selectNodeContents(each);
  return words.getBoundingClientRect().toJSON();
})"""
# Words that go on in the next line without a hyphen.
BROKEN = """() => {
  const broken = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (!text.parentElement.checkVisibility() || text.parentElement.closest('textarea')) continue;
    for (const found of text.data.matchAll(/[\\p{sc=Latin}\\p{sc=Arabic}\\u00ad]+/gu)) {
      const { 0: word, index } = found;
      if (word.includes('\\u00ad')) continue; // has a hyphen ready
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = [...range.getClientRects()].filter((rect) => rect.width > 0);
      if (new Set(lines.map((rect) => Math.round(rect.top))).size > 1) broken.add(word);
    }
  }
  return [...broken];
}"""
# The rows whose arrow has slipped under their words.
TORN = """() => [...document.querySelectorAll('.sheet :is(a, button).row')].filter((row) => {
  const words = document.createRange();
  words.selectNodeContents(row);
  const end = row.getBoundingClientRect().bottom - parseFloat(getComputedStyle(row).paddingBottom);
  return row.checkVisibility() && end - words.getBoundingClientRect().bottom > 12;
}).map((row) => row.textContent.trim())"""


@pytest.fixture(scope="session")
def browser(whole_browser: Browser) -> Browser:
    """One with push and notifications."""
    return whole_browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app in all its languages."""
    settings = {"POCKET_CONTENT": str(SHIPPED), "POCKET_PUSH_TEST_ORIGIN": PUSH_ORIGIN}
    with serving(tmp_path_factory.mktemp("world"), **settings) as server:
        yield server


@pytest.fixture
def network(world: Server) -> Iterator[Proxy]:
    with Proxy(world.port) as proxy:
        yield proxy


def settings_page(page: Page, network: Proxy, prefix: str = "") -> Page:
    """The screen where a language is chosen, with the worker in charge."""
    page.goto(network.url + prefix + "/settings")
    wait_for_worker(page)
    read_on(page)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#look-form input[type=radio]:checked")).not_to_have_count(0)
    return page


def choose(page: Page, network: Proxy, language: Language) -> None:
    page.get_by_role("link", name=language.name, exact=True).click()
    page.wait_for_url(network.url + language.at("/settings"))
    page.wait_for_load_state("networkidle")


def todays(network: Proxy, page: Page, tag: str) -> Any:
    """The words that the server has for the reader's date in a language."""
    day = page.evaluate("new Date().toLocaleDateString('sv')")
    return requests.get(f"{network.url}/api/daily?date={day}&language={tag}", timeout=30).json()


@pytest.mark.parametrize("tag", OTHERS)
def test_each_page_speaks_its_language_and_points_to_the_others(world: Server, tag: str) -> None:
    language = LANGUAGES[tag]
    for path in ("/", "/topics", "/help", "/settings", "/privacy", "/feeds"):
        text = requests.get(world.base_url + language.at(path), timeout=30).text
        assert f'<html lang="{tag}" dir="{language.direction}"' in text
        assert f'<link rel="canonical" href="{world.base_url}{language.at(path)}">' in text
        found = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', text))
        assert found == {t: world.base_url + each.at(path) for t, each in LANGUAGES.items()}
        assert language.say("Help now") in text
        assert not re.search(r'href="/(?!static|api|$)(?!' + language.prefix[1:] + "/)", (
            re.sub(r'<nav id="languages".*?</nav>', "", text, flags=re.DOTALL)
        ))  # fmt: skip


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_is_read_without_a_network(page: Page, network: Proxy, tag: str) -> None:
    language = LANGUAGES[tag]
    page.goto(network.url + language.at("/"))
    wait_for_worker(page)
    page.wait_for_load_state("networkidle")
    words = page.locator(".words .plain").first
    expected = words.inner_text()
    network.become(Network.REFUSED)
    network.exchanges.clear()
    page.reload()
    expect(words).to_have_text(expected)
    page.locator("[rel=next]").click()
    expect(words).not_to_have_text(expected)
    page.goto(network.url + language.at("/help"))
    expect(page.locator("h1")).to_have_text(language.say("Help now"))
    assert page.evaluate("document.documentElement.lang") == tag
    assert all(path.endswith("/sw.js") for path in network.paths)


def test_a_chosen_language_is_kept_whole_before_it_is_gone_to(page: Page, network: Proxy) -> None:
    settings_page(page, network)
    choose(page, network, LANGUAGES["es"])
    assert ask(page, WORKER) == "/es/sw.js"
    network.become(Network.REFUSED)
    page.goto(network.url + "/es/")
    card = page.locator(".words .plain").first
    network.become(Network.GOOD)
    expect(card).to_have_text(todays(network, page, "es")["text"])
    kept = ask(page, CACHED)
    assert {"/es/pack.txt", "/es/rest.txt"} <= set(kept)
    assert not {"/pack.txt", "/rest.txt"} & set(kept)


def test_a_language_that_cannot_be_fetched_is_not_gone_to(page: Page, network: Proxy) -> None:
    settings_page(page, network)
    network.become(Network.REFUSED)
    page.get_by_role("link", name="Español").click()
    expect(page.locator("#language-said")).to_contain_text("needs a network")
    expect(page).to_have_url(network.url + "/settings")
    page.reload()
    assert ask(page, WORKER) == "/sw.js"
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_english_is_there_again_after_another_language(page: Page, network: Proxy) -> None:
    settings_page(page, network, "/es")
    assert ask(page, WORKER) == "/es/sw.js"
    choose(page, network, LANGUAGES["en"])
    assert ask(page, WORKER) == "/sw.js"
    page.goto(network.url + "/")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_sites_own_address_leads_to_the_chosen_language(page: Page, network: Proxy) -> None:
    settings_page(page, network, "/de")
    page.goto(network.url + "/")
    expect(page).to_have_url(network.url + "/de/")


def test_a_link_in_another_language_opens_and_changes_no_choice(page: Page, network: Proxy) -> None:
    settings_page(page, network, "/es")
    link = "/affirmations/you-dont-have-to-earn-help"
    page.goto(network.url + link)
    expect(page.locator(".words .plain").first).to_have_text("You don’t have to earn help.")
    page.wait_for_load_state("networkidle")
    assert ask(page, WORKER) == "/es/sw.js"
    network.become(Network.REFUSED)
    page.goto(network.url + link)
    expect(page).to_have_url(network.url + "/es" + link)


def test_the_reminder_comes_along(page: Page, context: BrowserContext, network: Proxy) -> None:
    phone = Device(page, context, network)
    phone.begin()
    phone.turn_on()
    settings_page(page, network)
    choose(page, network, LANGUAGES["fr"])
    french = next(each for each in context.service_workers if each.url.endswith("/fr/sw.js"))
    phone.context = SimpleNamespace(service_workers=[french])  # type: ignore[assignment]
    phone.prepare_worker()
    page.goto(network.url + "/fr/about")
    phone.wait_for_server(
        phone.agents[0], lambda known: bool(known and known["reminder"]["language"] == "fr")
    )
    assert phone.record["wanted"] == {**WANTED, "language": "fr"}
    assert phone.held == phone.agents[0].endpoint


def test_a_visitor_is_told_in_their_own_language_and_stays_in_it(
    browser: Browser, network: Proxy
) -> None:
    with browser.new_context(locale="pt-PT") as context:
        page = context.new_page()
        page.goto(network.url)
        notice = page.locator("#notice")
        expect(notice).to_contain_text(LANGUAGES["pt-BR"].invitation)
        notice.get_by_role("button").click()
        expect(page).to_have_url(network.url + "/pt-br/")
        ask(page, BECOMES % "/pt-br/sw.js")
        page.wait_for_load_state("networkidle")
        network.become(Network.REFUSED)
        page.goto(network.url + "/pt-br/help")
        expect(page.locator("h1")).to_have_text(LANGUAGES["pt-BR"].say("Help now"))


def test_a_page_of_another_language_can_become_the_chosen_one(page: Page, network: Proxy) -> None:
    settings_page(page, network)
    page.goto(network.url + "/es/settings")
    page.wait_for_load_state("networkidle")
    assert ask(page, WORKER) == "/sw.js"
    page.get_by_role("link", name="Español").click()
    ask(page, BECOMES % "/es/sw.js")


def test_without_a_network_a_page_of_another_language_is_shown_in_the_readers_own(
    page: Page, network: Proxy
) -> None:
    settings_page(page, network)
    network.become(Network.REFUSED)
    page.goto(network.url + "/es/help")
    expect(page).to_have_url(network.url + "/help")


def test_no_language_is_offered_behind_the_clock(browser: Browser, world: Server) -> None:
    with browser.new_context(locale="de-DE", service_workers="block") as context:
        page = context.new_page()
        page.goto(world.base_url + "/clock")
        expect(page.locator("time")).not_to_be_empty()
        page.wait_for_load_state("networkidle")
        expect(page.locator("#notice")).to_be_empty()


def test_right_to_left_turns_the_keys_and_letters_work_on_an_arabic_keyboard(
    page: Page, network: Proxy
) -> None:
    page.goto(network.url + "/ar/")
    page.wait_for_load_state("networkidle")
    words = page.locator(".words .plain").first
    before = words.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(words).not_to_have_text(before)
    page.keyboard.press("ArrowRight")
    expect(words).to_have_text(before)
    page.evaluate("""document.dispatchEvent(new KeyboardEvent('keydown',
        { key: 'س', code: 'KeyS', bubbles: true })), null""")
    expect(page.locator("[data-do=save]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("path", "country", "side"), [("/ar/help", "br", "right"), ("/help", "ae", "left")]
)
def test_a_countrys_own_name_stands_under_ours(
    browser: Browser, world: Server, path: str, country: str, side: str
) -> None:
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.goto(world.base_url + path)
        ours, own = page.locator(f"#{country} summary :is(b, small)").evaluate_all(EDGES)
    assert own[side] == pytest.approx(ours[side], abs=1)


@pytest.mark.parametrize("tag", OTHERS)
def test_no_page_is_too_wide_or_hard_to_reach_in_any_language(
    browser: Browser, world: Server, tag: str
) -> None:
    hosts, said = set[str](), list[str]()
    with browser.new_context(
        viewport={"width": 320, "height": 640}, service_workers="block", reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on(
            "console",
            lambda message: said.append(message.text) if message.text != BLOCKED else None,
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in PATHS[:-1]:
            page.goto(world.base_url + LANGUAGES[tag].at(path))
            page.wait_for_load_state("networkidle")
            assert not page.evaluate(TOO_WIDE), path
            assert page.evaluate(TORN) == [], path
            assert page.evaluate(BROKEN) == [], path
            if tag in AXED:
                violations = Axe().run(page).response["violations"]
                assert [(each["id"], path) for each in violations] == []
        assert context.cookies() == []
    assert hosts == {urlsplit(world.base_url).netloc}
    assert set(said) <= {BLOCKED}
