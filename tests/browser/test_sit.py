"""Sit with it: a quiet session, by the page's own clock, from Begin to its last words."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Locator
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

OPENED_AT = datetime(2027, 1, 15, 22)
LAST_WORDS = "You can take this quiet with you."
CARD_MILLISECONDS = 20_000
AT = "2027-01-01T00:00:00Z"
# Stands in for the screen's wake lock: the page tells how many were asked for and are held.
WAKE_LOCK = """
const count = (name, step) => {
  const page = document.documentElement.dataset;
  page[name] = Number(page[name] ?? 0) + step;
};
Object.defineProperty(navigator, 'wakeLock', { value: { request: async (kind) => {
  if (kind !== 'screen') throw new TypeError(kind);
  count('asked', 1);
  count('held', 1);
  let isHeld = true;
  const release = async () => { if (isHeld) count('held', -1); isHeld = false; };
  addEventListener('test:hidden', release);
  return { release };
} } });
"""
NO_WAKE_LOCK = "delete Navigator.prototype.wakeLock;"
REFUSING_WAKE_LOCK = """
Object.defineProperty(navigator, 'wakeLock', { value: {
  request: async () => { throw new DOMException('low battery', 'NotAllowedError'); },
} });
"""
NO_VOICE = "speechSynthesis.getVoices = () => [];"
VOICE = """
globalThis.spoken = [];
speechSynthesis.getVoices = () =>
  [{ name: 'Ada', voiceURI: 'urn:ada', lang: 'en-GB', localService: true, default: true }];
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
speechSynthesis.speak = ({ text }) => { spoken.push(text); };
speechSynthesis.cancel = () => { document.documentElement.dataset.stopped = 'yes'; };
"""
SET_HIDDEN = """(isHidden) => {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
  if (isHidden) dispatchEvent(new Event('test:hidden'));
  document.dispatchEvent(new Event('visibilitychange'));
}"""
FOCUSED_IN_SESSION = "document.querySelector('#session').contains(document.activeElement)"


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load_deck(ROOT / "webapp" / "content" / "en")


def open_sit(page: Page, url: str) -> Page:
    """The page, ready, with its clock standing still."""
    page.clock.install(time=OPENED_AT)
    page.goto(url + "/sit")
    expect(page.get_by_role("button", name="Begin")).to_be_enabled()
    page.clock.pause_at(OPENED_AT + timedelta(minutes=5))
    return page


@pytest.fixture
def sit(page: Page, site: Server) -> Page:
    page.add_init_script(WAKE_LOCK)
    return open_sit(page, site.base_url)


def begin(page: Page, minutes: int = 1) -> None:
    page.get_by_role("radio", name=str(minutes), exact=True).check()
    page.get_by_role("button", name="Begin").click()
    expect(session(page)).to_be_visible()


def session(page: Page) -> Locator:
    return page.get_by_role("dialog")


def words(page: Page) -> str:
    return page.locator("#sitting").inner_text()


def sit_through(page: Page, cards: int) -> list[str]:
    """The words of so many cards, each for its time."""
    found = []
    for _ in range(cards):
        found.append(words(page))
        page.clock.run_for(CARD_MILLISECONDS)
    return found


def set_hidden(page: Page, is_hidden: bool) -> None:
    page.evaluate(SET_HIDDEN, is_hidden)


def holds(page: Page, locks: int) -> None:
    """The page comes to hold so many wake locks."""
    expect(page.locator("html")).to_have_attribute("data-held", str(locks))


@pytest.mark.parametrize("minutes", [1, 3, 5, 10])
def test_a_session_shows_a_card_every_twenty_seconds_and_none_twice(
    sit: Page, deck: Deck, minutes: int
) -> None:
    begin(sit, minutes)
    found = sit_through(sit, minutes * 3)
    assert len(set(found)) == minutes * 3
    assert set(found) <= {typeset(card.text) for card in deck.cards}
    assert words(sit) == LAST_WORDS


def test_a_card_stays_for_its_whole_time(sit: Page) -> None:
    begin(sit)
    first = words(sit)
    sit.clock.run_for(CARD_MILLISECONDS - 1_000)
    assert words(sit) == first
    sit.clock.run_for(1_000)
    assert words(sit) != first


def test_a_session_ends_with_one_sentence_and_two_ways_on(sit: Page) -> None:
    begin(sit)
    expect(sit.get_by_role("button", name="Stay a little longer")).to_be_hidden()
    sit.clock.run_for(60_000)
    expect(sit.get_by_text(LAST_WORDS)).to_be_visible()
    expect(sit.get_by_role("button", name="Stay a little longer")).to_be_focused()
    expect(sit.get_by_role("button", name="End")).to_be_hidden()
    sit.clock.run_for(600_000)
    assert words(sit) == LAST_WORDS
    sit.get_by_role("link", name="Back to today").click()
    expect(sit).to_have_url(re.compile(r":\d+/$"))


def test_a_reader_may_stay_a_little_longer(sit: Page) -> None:
    begin(sit, 3)
    sit.clock.run_for(180_000)
    sit.get_by_role("button", name="Stay a little longer").click()
    assert LAST_WORDS not in sit_through(sit, 3)
    assert words(sit) == LAST_WORDS


@pytest.mark.parametrize("way", ["tap", "escape"])
def test_a_session_can_be_ended_at_any_moment(sit: Page, way: str) -> None:
    begin(sit, 10)
    sit.clock.run_for(31_000)
    if way == "tap":
        sit.get_by_role("button", name="End").click()
    else:
        sit.keyboard.press("Escape")
    expect(session(sit)).to_be_hidden()
    expect(sit.get_by_role("button", name="Begin")).to_be_focused()
    holds(sit, 0)
    before = words(sit)
    sit.clock.run_for(600_000)
    assert words(sit) == before


def test_a_session_that_was_ended_begins_anew_from_its_beginning(sit: Page) -> None:
    begin(sit)
    sit.clock.run_for(39_000)
    sit.keyboard.press("Escape")
    begin(sit)
    assert len(set(sit_through(sit, 3))) == 3
    assert words(sit) == LAST_WORDS
    sit.keyboard.press("Escape")
    begin(sit)
    assert words(sit) != LAST_WORDS
    expect(sit.get_by_role("button", name="End")).to_be_visible()


def test_nothing_counts(sit: Page) -> None:
    begin(sit)
    for _ in range(4):
        assert not re.search(r"\d", session(sit).inner_text())
        sit.clock.run_for(CARD_MILLISECONDS)
    assert sit.evaluate("Object.keys(localStorage)") == []


def test_what_was_shown_counts_as_seen(sit: Page, deck: Deck) -> None:
    begin(sit)
    found = sit_through(sit, 3)
    ids = [next(card.id for card in deck.cards if typeset(card.text) == each) for each in found]
    reading = documents_of(sit)["reading"]
    assert reading["history"][-3:] == ids
    assert all(reading["counts"][each] == 1 for each in ids)


def test_all_cards_that_this_reader_wants_are_shown_and_no_other(sit: Page, deck: Deck) -> None:
    hard = [card for card in deck.cards if card.topic == "hard-days"]
    kept = {
        "hidden": [{"id": card.id, "at": AT} for card in hard[5:]],
        "own": [{"id": "own-1", "text": "My own line", "at": AT}],
        "choices": {"topics": ["hard-days"]},
    }
    put_document(sit, "kept", kept)
    sit.reload()
    begin(sit, 3)
    wanted = {typeset(card.text) for card in hard[:5]} | {"My own line"}
    assert set(sit_through(sit, 9)) == wanted


def test_a_choice_made_in_another_tab_is_followed(sit: Page, site: Server, deck: Deck) -> None:
    other = sit.context.new_page()
    other.goto(site.base_url + "/topics")
    other.get_by_role("checkbox", name="Read Small steps").check()
    expect(other.locator("#chosen")).to_contain_text("Small steps")
    expect(other.get_by_role("button", name="All topics")).to_be_visible()
    begin(sit)
    small = {typeset(card.text) for card in deck.cards if card.topic == "small-steps"}
    assert set(sit_through(sit, 3)) <= small


def test_the_gentler_wording_is_shown_where_it_is_chosen(
    sit: Page, site: Server, deck: Deck
) -> None:
    sit.evaluate("localStorage.setItem('look', JSON.stringify({ face: 'gentle' }))")
    sit.reload()
    begin(sit, 5)
    gentle = {typeset(card.gentle or card.text) for card in deck.cards}
    assert set(sit_through(sit, 15)) <= gentle


def test_the_session_wears_the_hue_of_its_card_and_the_page_takes_its_own_back(
    sit: Page, deck: Deck
) -> None:
    hue = "getComputedStyle(document.documentElement).getPropertyValue('--hue')"
    own = sit.evaluate(hue)
    begin(sit)
    card = next(each for each in deck.cards if typeset(each.text) == words(sit))
    assert sit.evaluate(hue) == str(deck.topic(card.topic).hue)
    sit.keyboard.press("Escape")
    expect(sit.locator("html")).to_have_css("--hue", own)


def test_time_passes_only_while_the_page_is_seen(sit: Page) -> None:
    begin(sit)
    sit.clock.run_for(10_000)
    first = words(sit)
    set_hidden(sit, True)
    sit.clock.run_for(600_000)
    assert words(sit) == first
    set_hidden(sit, False)
    sit.clock.run_for(9_000)
    assert words(sit) == first
    sit.clock.run_for(1_000)
    assert words(sit) != first


def test_the_screen_stays_awake_until_the_last_words(sit: Page) -> None:
    begin(sit)
    holds(sit, 1)
    set_hidden(sit, True)
    holds(sit, 0)
    set_hidden(sit, False)
    holds(sit, 1)
    sit.clock.run_for(60_000)
    holds(sit, 0)
    set_hidden(sit, True)
    set_hidden(sit, False)
    holds(sit, 0)
    expect(sit.locator("html")).to_have_attribute("data-asked", "2")


@pytest.mark.parametrize("double", [NO_WAKE_LOCK, REFUSING_WAKE_LOCK], ids=["none", "refused"])
def test_where_the_screen_cannot_be_kept_awake_the_cards_change_all_the_same(
    page: Page, site: Server, double: str
) -> None:
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.add_init_script(double)
    begin(open_sit(page, site.base_url))
    assert len(set(sit_through(page, 3))) == 3
    assert words(page) == LAST_WORDS
    assert errors == []


def test_a_voice_reads_each_card_if_asked_to(page: Page, site: Server) -> None:
    page.add_init_script(VOICE)
    open_sit(page, site.base_url)
    page.get_by_role("checkbox", name="Read aloud").check()
    begin(page)
    found = sit_through(page, 3)
    assert page.evaluate("spoken") == [*found, LAST_WORDS]
    expect(page.locator("#sitting")).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("way", ["end", "hidden"])
def test_the_voice_is_silent_once_nobody_is_there(page: Page, site: Server, way: str) -> None:
    page.add_init_script(VOICE)
    open_sit(page, site.base_url)
    page.get_by_role("checkbox", name="Read aloud").check()
    begin(page)
    page.evaluate("delete document.documentElement.dataset.stopped")
    if way == "end":
        page.get_by_role("button", name="End").click()
    else:
        set_hidden(page, True)
    expect(page.locator("html")).to_have_attribute("data-stopped", "yes")
    page.clock.run_for(60_000)
    assert len(page.evaluate("spoken")) == 1


def test_without_being_asked_the_session_is_silent(page: Page, site: Server) -> None:
    page.add_init_script(VOICE)
    begin(open_sit(page, site.base_url))
    sit_through(page, 3)
    assert page.evaluate("spoken") == []
    expect(page.locator("#sitting")).to_have_attribute("aria-live", "polite")


def test_no_voice_is_offered_where_there_is_none(page: Page, site: Server) -> None:
    page.add_init_script(NO_VOICE)
    open_sit(page, site.base_url)
    page.clock.run_for(60_000)
    expect(page.get_by_role("checkbox", name="Read aloud")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Breathing circle")).to_be_visible()


Open = Callable[..., Page]


@pytest.fixture
def open_with(browser: Browser, site: Server) -> Iterator[Open]:
    """Open the page in a browser of other wishes."""
    contexts: list[Any] = []

    def open_page(look: str = "{}", **wishes: Any) -> Page:
        contexts.append(browser.new_context(service_workers="block", **wishes))
        page: Page = contexts[-1].new_page()
        page.add_init_script(f"localStorage.setItem('look', '{look}')")
        return open_sit(page, site.base_url)

    yield open_page
    for context in contexts:
        context.close()


def animation(page: Page) -> str:
    return str(page.locator(".sun").evaluate("each => getComputedStyle(each).animationName"))


def test_the_circle_breathes_only_if_asked_to(sit: Page) -> None:
    begin(sit)
    assert animation(sit) == "none"
    sit.keyboard.press("Escape")
    sit.get_by_role("checkbox", name="Breathing circle").check()
    begin(sit)
    assert animation(sit) == "breathe"
    expect(sit.get_by_text("Breathe at your own pace.")).to_be_hidden()


@pytest.mark.parametrize("asked", ["by the system", "in the settings"])
def test_who_wants_no_motion_gets_quiet_words_instead(open_with: Open, asked: str) -> None:
    if asked == "by the system":
        page = open_with(reduced_motion="reduce")
    else:
        page = open_with(look='{"motion":"calm"}', reduced_motion="no-preference")
    page.get_by_role("checkbox", name="Breathing circle").check()
    begin(page)
    assert page.evaluate("document.getAnimations().length") == 0
    expect(page.get_by_text("Breathe at your own pace.")).to_be_visible()
    page.clock.run_for(CARD_MILLISECONDS - 1_000)
    expect(page.locator("#sitting")).to_have_css("opacity", "1")


def test_words_fade_before_the_next_ones_come(sit: Page) -> None:
    begin(sit)
    sit.clock.run_for(CARD_MILLISECONDS - 1_000)
    expect(sit.locator("#sitting")).to_have_css("opacity", "0")
    sit.clock.run_for(1_000)
    expect(sit.locator("#sitting")).to_have_css("opacity", "1")


def test_a_session_needs_no_more_than_keys(sit: Page) -> None:
    sit.get_by_role("radio", name="3").focus()
    sit.keyboard.press("ArrowLeft")
    expect(sit.get_by_role("radio", name="1", exact=True)).to_be_checked()
    sit.keyboard.press("Enter")
    expect(sit.get_by_role("button", name="End")).to_be_focused()
    for _ in range(4):
        sit.keyboard.press("Tab")
        assert sit.evaluate(f"{FOCUSED_IN_SESSION} || document.activeElement === document.body")
    sit.clock.run_for(60_000)
    sit.keyboard.press("Enter")
    assert words(sit) != LAST_WORDS
    sit.keyboard.press("Escape")
    expect(session(sit)).to_be_hidden()


def test_help_is_one_tap_away_during_a_session(sit: Page) -> None:
    begin(sit)
    session(sit).get_by_role("link", name="Help now").click()
    expect(sit.get_by_role("heading", name="Help now")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_during_a_session_and_after_it(open_with: Open, scheme: str) -> None:
    page = open_with(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page.get_by_role("checkbox", name="Breathing circle").check()
    begin(page)
    for _ in range(2):
        page.clock.resume()
        found: Any = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        page.clock.run_for(60_000)
    assert words(page) == LAST_WORDS


@pytest.mark.parametrize("size", ["100%", "200%"])
def test_a_small_phone_shows_a_session_and_its_end(open_with: Open, size: str) -> None:
    page = open_with(
        viewport={"width": 320, "height": 568}, reduced_motion="reduce", bypass_csp=True
    )
    page.add_style_tag(content=f"html {{ font-size: {size} }}")
    page.get_by_role("checkbox", name="Breathing circle").check()
    begin(page)
    assert session(page).evaluate("each => each.scrollWidth") <= 320
    for name in ("End", "Stay a little longer"):
        button = page.get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["width"] >= 44
        page.clock.run_for(60_000)


def test_a_session_runs_offline(installed: Page, network: Proxy) -> None:
    network.become(Network.REFUSED)
    open_sit(installed, network.url)
    begin(installed)
    assert len(set(sit_through(installed, 3))) == 3
    assert words(installed) == LAST_WORDS


def test_the_drawer_of_the_card_leads_here(page: Page, site: Server) -> None:
    page.goto(site.base_url)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Sit with it").click()
    expect(page.get_by_role("heading", name="Sit with it")).to_be_visible()


def test_without_scripts_the_page_offers_the_cards_instead(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/sit")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    page.get_by_role("link", name="the card of today").click()
    expect(page.locator(".words .plain")).to_be_visible()
    context.close()
