"""The walk through the cards where something happens on the way: undo, other tabs, bad networks."""

from __future__ import annotations

import re

from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.processes import Server

HERO = "/affirmations/you-dont-have-to-earn-help"
HERO_ID = "you-dont-have-to-earn-help"
HERO_WORDS = "You don’t have to earn help."
AT = "2026-11-20T08:00:00.000Z"
SAVED = {"id": HERO_ID, "text": HERO_WORDS, "topic": "no-need-to-earn-it", "at": AT}
OWN = {"id": "own-1", "text": "Marigold waits by the kettle.", "at": AT}
# Taps, and tells whether the very next frame has other words.
TAP = """() => new Promise((resolve) => {
  const words = document.querySelector('.words .plain');
  const before = words.textContent;
  requestAnimationFrame(() => {
    document.querySelector('[rel=next]').click();
    requestAnimationFrame(() => resolve(words.textContent !== before));
  });
})"""
HIDE_PAGE = """() => {
  globalThis.requestAnimationFrame = () => 0;
  document.querySelector('[rel=next]').click();
}"""


def words(page: Page) -> Locator:
    return page.locator(".words .plain")


def read(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def go_on(page: Page) -> str:
    before = words(page).inner_text()
    page.get_by_role("link", name="Another").click()
    expect(words(page)).not_to_have_text(before)
    return words(page).inner_text()


def not_for_me(page: Page) -> None:
    before = words(page).inner_text()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Not for me").click()
    expect(words(page)).not_to_have_text(before)


def test_undo_saves_again_the_card_that_was_saved_wherever_the_reader_is(
    page: Page, site: Server
) -> None:
    read(page, site.base_url + HERO)
    put_document(page, "kept", {"saved": [SAVED]})
    read(page, site.base_url + HERO)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("No longer saved.")
    go_on(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_be_empty()
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-pressed", "false")
    assert documents_of(page)["kept"]["saved"] == [SAVED]
    read(page, site.base_url + HERO)
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-pressed", "true")


def test_undo_brings_back_the_card_that_was_hidden_wherever_the_reader_is(
    page: Page, site: Server
) -> None:
    read(page, site.base_url + HERO)
    not_for_me(page)
    for _ in range(2):
        go_on(page)
    page.get_by_role("button", name="Undo").click()
    expect(words(page)).to_have_text(HERO_WORDS)
    expect(page).to_have_url(site.base_url + HERO)


def test_a_hidden_card_is_passed_over_on_the_way_back_and_forth(page: Page, site: Server) -> None:
    read(page, site.base_url + HERO)
    hidden = go_on(page)
    not_for_me(page)
    page.get_by_role("link", name="Back").click()
    expect(words(page)).to_have_text(HERO_WORDS)
    assert go_on(page) != hidden


def test_a_card_read_in_another_tab_does_not_come_again_here(page: Page, site: Server) -> None:
    read(page, site.base_url + HERO)
    following = page.get_by_role("link", name="Another").get_attribute("href") or ""
    other = page.context.new_page()
    read(other, site.base_url + following)
    page.bring_to_front()
    another = page.get_by_role("link", name="Another")
    expect(another).not_to_have_attribute("href", following)


def test_an_own_line_changes_here_when_another_tab_changes_it(page: Page, site: Server) -> None:
    read(page, site.base_url + "/saved")
    put_document(page, "kept", {"own": [OWN]})
    read(page, site.base_url + "/#own-1")
    read(page, site.base_url + "/#own-1")
    expect(words(page)).to_have_text(OWN["text"])
    other = page.context.new_page()
    read(other, site.base_url + "/saved")
    other.locator("#own-list").get_by_role("button", name="Edit").click()
    other.locator("#own-form textarea").fill("Marigold waits at the door.")
    other.locator("#own-form").get_by_role("button", name="Keep it").click()
    expect(words(page)).to_have_text("Marigold waits at the door.")
    other.locator("#own-list").get_by_role("button", name="Delete").click()
    page.bring_to_front()
    expect(words(page)).not_to_have_text("Marigold waits at the door.")
    expect(page).to_have_url(re.compile("/affirmations/"))


def test_an_own_line_stays_out_of_the_browsers_history(page: Page, site: Server) -> None:
    read(page, site.base_url + "/saved")
    put_document(page, "kept", {"own": [OWN]})
    page.goto("about:blank")
    read(page, site.base_url + "/#own-1")
    expect(words(page)).to_have_text(OWN["text"])
    expect(page).to_have_title("Your own line · Pocket")
    expect(page.get_by_role("link", name="Today", exact=True)).not_to_have_attribute(
        "aria-current", "page"
    )


def test_a_page_that_paints_no_more_still_writes_down_what_was_read(
    page: Page, site: Server
) -> None:
    read(page, site.base_url + HERO)
    page.evaluate(HIDE_PAGE)
    expect(page).not_to_have_url(site.base_url + HERO)
    last = page.url.rpartition("/")[2]
    page.goto(site.base_url + "/about")
    assert last in documents_of(page)["reading"]["counts"]


def test_a_card_without_its_deck_comes_alive_at_the_next_tap(page: Page, site: Server) -> None:
    page.route("**/static/gen/deck.*", lambda route: route.abort())
    read(page, site.base_url + HERO)
    page.unroute("**/static/gen/deck.*")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Saved")


def test_the_button_for_the_other_wording_says_which_comes(page: Page, site: Server) -> None:
    read(page, site.base_url + "/affirmations/your-worth-stays-the-same")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Say it more gently").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Say it plainly").click()
    expect(words(page)).to_be_visible()


def test_the_words_are_others_in_the_first_frame_after_a_tap(page: Page, site: Server) -> None:
    read(page, site.base_url + HERO)
    for _ in range(5):
        assert page.evaluate(TAP)


def test_letter_keys_can_be_turned_off_and_arrows_stay(page: Page, site: Server) -> None:
    read(page, site.base_url + "/settings")
    page.locator("label.choice", has_text="No letter keys").click()
    read(page, site.base_url + HERO)
    page.keyboard.press("s")
    page.keyboard.press("ArrowRight")
    expect(words(page)).not_to_have_text(HERO_WORDS)
    expect(page.locator("#notice")).to_be_empty()
    read(page, site.base_url + HERO)
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-pressed", "false")


def test_letter_keys_work_in_capitals(page: Page, site: Server) -> None:
    read(page, site.base_url + HERO)
    page.keyboard.press("S")
    expect(page.locator("#notice")).to_contain_text("Saved")
