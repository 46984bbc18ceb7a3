"""Topics: choosing what Another brings, kept on the device; the lists with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import ROOT
from tests.processes import Server
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.deck_file import load_deck

TURNS = 12
LISTS = """() => [...document.querySelectorAll('#topics details')].map((each) => {
  const links = [...each.querySelectorAll('a')];
  return [each.dataset.topic, links.map((a) => [a.getAttribute('href'), a.textContent])];
})"""


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load_deck(ROOT / "webapp" / "content" / "en")


@pytest.fixture
def topics(page: Page, site: Server) -> Page:
    page.goto(site.base_url + "/topics")
    page.wait_for_load_state("networkidle")
    return page


def tick(page: Page, title: str) -> None:
    page.get_by_role("checkbox", name=f"Read {title}").check()


def topics_that_another_brings(page: Page) -> set[str]:
    """Where a reader gets to who begins on the front page and turns a while."""
    page.get_by_role("link", name="Start reading").click()
    page.wait_for_load_state("networkidle")
    found = set()
    for _ in range(TURNS):
        before = page.locator(".words .plain").inner_text()
        page.get_by_role("link", name="Another").click()
        expect(page.locator(".words .plain")).not_to_have_text(before)
        found.add(page.locator(".card-topic").inner_text())
    return found


def test_at_first_another_brings_cards_from_all_topics(topics: Page) -> None:
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from all topics.")
    expect(topics.get_by_role("button", name="All topics")).to_be_hidden()
    assert len(topics_that_another_brings(topics)) > 2


def test_one_chosen_topic_is_all_that_another_brings(topics: Page) -> None:
    tick(topics, "Not a burden")
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from “Not a burden”.")
    assert topics_that_another_brings(topics) == {"Not a burden"}


def test_several_topics_are_read_in_turn(topics: Page) -> None:
    tick(topics, "Hard days")
    tick(topics, "Not a burden")
    expect(topics.locator("#chosen")).to_have_text(
        "“Another” brings cards from “Not a burden” and “Hard days”."
    )
    assert topics_that_another_brings(topics) == {"Not a burden", "Hard days"}


def test_many_chosen_topics_are_named_shortly(topics: Page) -> None:
    for title in ("Not a burden", "Hard days", "Small steps"):
        tick(topics, title)
    expect(topics.locator("#chosen")).to_have_text(
        "“Another” brings cards from “Not a burden” and 2 more."
    )


def test_the_choice_is_remembered_and_taken_back_with_one_tap(topics: Page) -> None:
    tick(topics, "Hard days")
    expect(topics.get_by_role("button", name="All topics")).to_be_visible()
    topics.reload()
    expect(topics.get_by_role("checkbox", name="Read Hard days")).to_be_checked()
    topics.get_by_role("button", name="All topics").click()
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from all topics.")
    expect(topics.get_by_role("checkbox", checked=True)).to_have_count(0)
    expect(topics.get_by_role("checkbox").first).to_be_focused()
    assert documents_of(topics)["kept"]["choices"]["topics"] == []


def test_the_card_of_the_day_stays_whatever_is_chosen(
    topics: Page, site: Server, deck: Deck
) -> None:
    topics.goto(site.base_url)
    topics.wait_for_load_state("networkidle")
    todays = topics.locator(".words .plain").inner_text()
    other = next(
        each
        for each in deck.topics
        if each.slug != topics.locator(".card").get_attribute("data-topic")
    )
    topics.goto(site.base_url + "/topics")
    tick(topics, typeset(other.title))
    expect(topics.locator("#chosen")).to_contain_text(typeset(other.title))
    topics.get_by_role("link", name="Start reading").click()
    expect(topics.locator(".words .plain")).to_have_text(todays)


def test_another_tab_shows_the_choice_and_loses_none(topics: Page, site: Server) -> None:
    other = topics.context.new_page()
    other.goto(site.base_url + "/topics")
    other.wait_for_load_state("networkidle")
    tick(topics, "Hard days")
    expect(other.get_by_role("checkbox", name="Read Hard days")).to_be_checked()
    tick(other, "Small steps")
    expect(topics.locator("#chosen")).to_have_text(
        "“Another” brings cards from “Small steps” and “Hard days”."
    )


def test_a_topic_that_has_left_the_deck_is_not_named(topics: Page) -> None:
    put_document(topics, "kept", {"choices": {"topics": ["gone", "hard-days"]}})
    topics.reload()
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from “Hard days”.")
    put_document(topics, "kept", {"choices": {"topics": ["gone"]}})
    topics.reload()
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from all topics.")


def test_ticking_does_not_open_the_list_and_opening_does_not_tick(topics: Page) -> None:
    tick(topics, "Not a burden")
    expect(topics.locator("#topics details[open]")).to_have_count(0)
    topics.get_by_text("Hard days", exact=True).click()
    expect(topics.locator("#topics details[open]")).to_have_count(1)
    expect(topics.get_by_role("checkbox", checked=True)).to_have_count(1)


def test_topics_are_chosen_by_keys_alone(topics: Page) -> None:
    topics.get_by_role("link", name="Start reading").focus()
    topics.keyboard.press("Tab")
    topics.keyboard.press("Tab")
    topics.keyboard.press("Space")
    expect(topics.locator("#chosen")).to_have_text("“Another” brings cards from “Not a burden”.")


def test_the_lists_are_the_same_from_the_server_and_from_the_device(
    installed: Page, network: Proxy, browser: Browser, deck: Deck
) -> None:
    plain = browser.new_context(java_script_enabled=False)
    without = plain.new_page()
    without.goto(network.url + "/topics")
    from_server = without.evaluate(LISTS)
    plain.close()
    assert sum(len(cards) for _, cards in from_server) == len(deck.cards)
    installed.goto(network.url + "/topics")
    expect(installed.locator("#topics details").last.locator("a").first).to_be_attached()
    assert installed.evaluate(LISTS) == from_server


def test_a_choice_made_offline_reaches_another(installed: Page, network: Proxy) -> None:
    network.become(Network.REFUSED)
    installed.goto(network.url + "/topics")
    tick(installed, "Small steps")
    expect(installed.locator("#chosen")).to_have_text("“Another” brings cards from “Small steps”.")
    installed.reload()
    expect(installed.locator("#chosen")).to_have_text("“Another” brings cards from “Small steps”.")
    assert topics_that_another_brings(installed) == {"Small steps"}


def test_without_scripts_there_is_nothing_that_does_nothing(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/topics")
    expect(page.get_by_text("Open the one that fits today.")).to_be_visible()
    for control in page.locator("main :is(input, button)").all():
        expect(control).to_be_hidden()
    page.get_by_text("Hard days", exact=True).click()
    page.locator("#topics details[open] a").first.click()
    expect(page).to_have_url(re.compile("/affirmations/"))
    context.close()


@pytest.fixture
def still(browser: Browser, site: Server) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(site.base_url + "/topics")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


@pytest.mark.parametrize("query", ["", "ask", "zebra"])
def test_axe_finds_nothing_and_nothing_is_too_wide_in_any_state(still: Page, query: str) -> None:
    tick(still, "Letting go of “alone”")
    still.get_by_text("Hard days", exact=True).click()
    still.get_by_role("searchbox").fill(query)
    found = Axe().run(still).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    for style in ("html { font-size: 100% }", "html { font-size: 200% }"):
        still.add_style_tag(content=style)
        assert still.evaluate("document.documentElement.scrollWidth") <= 320
