"""The card as a reader meets it: by tap, swipe, key and ear, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.processes import ROOT
from tests.processes import Server
from webapp.deck import Deck
from webapp.deck import typeset
from webapp.deck_file import load_deck

HERO = "/affirmations/you-dont-have-to-earn-help"
ADDRESS = re.compile(r"/affirmations/[a-z0-9-]+$")


@pytest.fixture(scope="session")
def deck() -> Deck:
    return load_deck(ROOT / "webapp" / "content" / "en")


@pytest.fixture
def card(page: Page, site: Server) -> Page:
    """The page of the hero card, its deck loaded (the title is set after that)."""
    page.goto(site.base_url + HERO)
    page.wait_for_load_state("networkidle")
    return page


def words(page: Page) -> Locator:
    return page.locator(".words .plain")


def after_hero(deck: Deck) -> str:
    return typeset(deck.after("you-dont-have-to-earn-help").text)


def name_of(page: Page, deck: Deck, link: str) -> str:
    """The words of the card that a link of the page leads to."""
    address = page.get_by_role("link", name=link).get_attribute("href") or ""
    return typeset(deck.card(address.rpartition("/")[2]).text)


def expect_its_own_address(page: Page) -> None:
    """The words come first; the address and then the title follow within a frame."""
    expect(page).to_have_title(f"{words(page).inner_text()} · Pocket")


def test_another_shows_the_card_that_its_link_names(card: Page, deck: Deck) -> None:
    address = card.get_by_role("link", name="Another").get_attribute("href") or ""
    expected = name_of(card, deck, "Another")
    card.get_by_role("link", name="Another").click()
    expect(words(card)).to_have_text(expected)
    expect(card).to_have_url(re.compile(f"{address}$"))
    expect(card).to_have_title(f"{expected} · Pocket")


def test_another_does_not_load_a_page(card: Page) -> None:
    requests: list[str] = []
    card.on("request", lambda request: requests.append(request.resource_type))
    card.get_by_role("link", name="Another").click()
    expect(words(card)).not_to_have_text("You don’t have to earn help.")
    assert "document" not in requests


def test_back_shows_the_card_that_was_read_before(card: Page) -> None:
    card.get_by_role("link", name="Another").click()
    second = words(card).inner_text()
    card.get_by_role("link", name="Another").click()
    card.get_by_role("link", name="Back").click()
    expect(words(card)).to_have_text(second)
    card.get_by_role("link", name="Back").click()
    expect(words(card)).to_have_text("You don’t have to earn help.")


def test_another_after_back_shows_what_came_then(card: Page) -> None:
    card.get_by_role("link", name="Another").click()
    second = words(card).inner_text()
    card.get_by_role("link", name="Back").click()
    card.get_by_role("link", name="Another").click()
    expect(words(card)).to_have_text(second)


def test_the_browsers_own_back_returns_to_the_card_that_was_there(card: Page) -> None:
    card.get_by_role("link", name="Another").click()
    expect(words(card)).not_to_have_text("You don’t have to earn help.")
    expect_its_own_address(card)
    card.go_back()
    expect(words(card)).to_have_text("You don’t have to earn help.")


def test_arrow_keys_turn_the_cards(card: Page, deck: Deck) -> None:
    expected = name_of(card, deck, "Another")
    card.keyboard.press("ArrowRight")
    expect(words(card)).to_have_text(expected)
    card.keyboard.press("ArrowLeft")
    expect(words(card)).to_have_text("You don’t have to earn help.")


def test_arrow_keys_follow_the_direction_of_reading(card: Page, deck: Deck) -> None:
    card.locator("html").evaluate("html => { html.dir = 'rtl'; }")
    expected = name_of(card, deck, "Another")
    card.keyboard.press("ArrowLeft")
    expect(words(card)).to_have_text(expected)


def test_arrow_keys_with_a_modifier_belong_to_the_browser(card: Page) -> None:
    card.keyboard.press("Shift+ArrowRight")
    expect(words(card)).to_have_text("You don’t have to earn help.")
    assert card.url.endswith(HERO)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    yield context
    context.close()


def swipe(page: Page, from_x: int, to_x: int, to_y: int = 300) -> None:
    """A finger drawn over the screen, by real touch events."""
    session = page.context.new_cdp_session(page)
    steps = 6
    points = [
        (from_x + (to_x - from_x) * n / steps, 300 + (to_y - 300) * n / steps)
        for n in range(steps + 1)
    ]
    for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * steps, points, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_swipe_turns_the_card_each_way(phone: BrowserContext, site: Server, deck: Deck) -> None:
    page = phone.new_page()
    page.goto(site.base_url + HERO)
    page.wait_for_load_state("networkidle")
    expected = name_of(page, deck, "Another")
    swipe(page, 300, 60)
    expect(words(page)).to_have_text(expected)
    swipe(page, 60, 300)
    expect(words(page)).to_have_text("You don’t have to earn help.")


def test_a_finger_that_scrolls_turns_nothing(phone: BrowserContext, site: Server) -> None:
    page = phone.new_page()
    page.goto(site.base_url + HERO)
    page.wait_for_load_state("networkidle")
    swipe(page, 200, 140, 100)
    expect(page).to_have_url(re.compile(HERO))


def test_the_words_are_said_once_and_the_focus_stays(card: Page, deck: Deck) -> None:
    another = card.get_by_role("link", name="Another")
    another.focus()
    expected = name_of(card, deck, "Another")
    card.keyboard.press("Enter")
    expect(card.locator("#said")).to_have_text(expected)
    expect(another).to_be_focused()


def test_a_small_step_opens_on_request_and_closes_with_its_card(
    page: Page, site: Server, deck: Deck
) -> None:
    with_step = next(card for card in deck.cards if card.step)
    page.goto(f"{site.base_url}/affirmations/{with_step.id}")
    page.wait_for_load_state("networkidle")
    step = page.get_by_text(typeset(with_step.step))
    expect(step).not_to_be_visible()
    page.get_by_text("A small step").click()
    expect(step).to_be_visible()
    page.get_by_role("link", name="Another").click()
    expect(page.locator(".step p")).not_to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".step p")).to_have_text(typeset(with_step.step))
    expect(page.locator(".step p")).not_to_be_visible()


def test_a_card_without_a_step_offers_none(page: Page, site: Server, deck: Deck) -> None:
    without = next(card for card in deck.cards if not card.step)
    page.goto(f"{site.base_url}/affirmations/{without.id}")
    expect(page.get_by_text("A small step")).not_to_be_visible()


def test_a_card_for_hard_days_links_quietly_to_help(page: Page, site: Server, deck: Deck) -> None:
    hard = next(card for card in deck.cards if card.topic == "hard-days")
    page.goto(f"{site.base_url}/affirmations/{hard.id}")
    expect(page.locator(".card-help")).to_be_visible()
    page.goto(site.base_url + HERO)
    expect(page.locator(".card-help")).not_to_be_visible()


def test_a_page_that_slept_over_midnight_wakes_to_the_new_day(
    page: Page, site: Server, deck: Deck
) -> None:
    page.clock.set_fixed_time(datetime(2027, 1, 15, 12))
    page.goto(site.base_url)
    expect(words(page)).to_have_text(typeset(deck.of_the_day(date(2027, 1, 15)).text))
    page.wait_for_load_state("networkidle")
    page.clock.set_fixed_time(datetime(2027, 1, 16, 7))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(words(page)).to_have_text(typeset(deck.of_the_day(date(2027, 1, 16)).text))
    page.clock.set_fixed_time(datetime(2027, 1, 17, 7))
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(words(page)).to_have_text(typeset(deck.of_the_day(date(2027, 1, 17)).text))


def test_a_card_that_is_being_read_stays_when_the_day_changes(card: Page) -> None:
    card.clock.set_fixed_time(datetime(2027, 1, 16, 7))
    card.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(words(card)).to_have_text("You don’t have to earn help.")


def test_two_quick_keys_turn_two_cards(card: Page, deck: Deck) -> None:
    first = name_of(card, deck, "Another")
    card.evaluate(
        "for (let n = 0; n < 2; n += 1)"
        " document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))"
    )
    expect(words(card)).not_to_have_text(
        re.compile(f"^({re.escape(first)}|You don’t have to earn help.)$")
    )
    expect_its_own_address(card)
    card.go_back()
    expect(words(card)).to_have_text(first)


def test_the_page_stops_calling_itself_what_it_was(page: Page, site: Server) -> None:
    page.goto(site.base_url)
    page.wait_for_load_state("networkidle")
    today = page.get_by_role("link", name="Today", exact=True)
    expect(today).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Another").click()
    expect(today).not_to_have_attribute("aria-current", "page")
    expect(page.locator("link[rel=canonical]")).to_have_count(0)
    expect_its_own_address(page)
    page.go_back()
    expect(today).to_have_attribute("aria-current", "page")


def test_the_skip_link_leaves_the_page_as_it_is(card: Page) -> None:
    card.get_by_text("A small step").click()
    card.get_by_role("link", name="Skip to the content").focus()
    card.keyboard.press("Enter")
    expect(card).to_have_url(re.compile("#main$"))
    assert card.locator(".step").get_attribute("open") is not None


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Pacific/Kiritimati", "2027-01-16"),
        ("Europe/Lisbon", "2027-01-15"),
        ("Pacific/Pago_Pago", "2027-01-15"),
    ],
)
def test_the_day_is_the_readers_own(
    browser: Browser, site: Server, deck: Deck, zone: str, local: str
) -> None:
    context = browser.new_context(timezone_id=zone, service_workers="block")
    page = context.new_page()
    page.clock.set_fixed_time(datetime.fromisoformat("2027-01-15T12:00:00+00:00"))
    page.goto(site.base_url)
    expect(words(page)).to_have_text(typeset(deck.of_the_day(date.fromisoformat(local)).text))
    context.close()


def test_the_neighbouring_day_is_there_before_any_module_runs(
    browser: Browser, site: Server, deck: Deck
) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(site.base_url)
    day = date.fromisoformat(
        str(page.locator("template").first.get_attribute("id")).removeprefix("day-")
    )
    page.clock.set_fixed_time(datetime(day.year, day.month, day.day, 12))
    page.reload()
    expect(words(page)).to_have_text(typeset(deck.of_the_day(day).text))
    context.close()


def test_everything_reads_without_javascript(browser: Browser, site: Server, deck: Deck) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + HERO)
    page.get_by_role("link", name="Another").click()
    expect(words(page)).to_have_text(after_hero(deck))
    page.get_by_role("link", name="Topics").click()
    page.get_by_text("Hard days", exact=True).click()
    expect(page.locator(".topic li a").first).to_be_attached()
    page.get_by_role("link", name="Help now").click()
    expect(page.get_by_role("heading", name="Help now")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("motion", "moves"), [("reduce", 0), ("no-preference", 1)])
def test_motion_is_left_out_for_who_wants_none(
    browser: Browser, site: Server, motion: str, moves: int
) -> None:
    context = browser.new_context(reduced_motion=motion, service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site.base_url + HERO)
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "window.motions = 0; const animate = Element.prototype.animate;"
        "Element.prototype.animate = function (...how) {"
        " motions += 1; return animate.apply(this, how); }; null"
    )
    page.get_by_role("link", name="Another").click()
    expect(words(page)).not_to_have_text("You don’t have to earn help.")
    assert page.evaluate("motions") == moves
    context.close()


def test_nothing_moves_while_the_page_loads(browser: Browser, site: Server) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, service_workers="block")
    page = context.new_page()
    page.add_init_script(
        "window.shifts = 0;"
        "new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " window.shifts += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(site.base_url)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") == 0
    context.close()
