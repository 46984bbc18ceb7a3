"""Saved, own lines, Not for me and the past, as a reader uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import Server

HERO = "/affirmations/you-dont-have-to-earn-help"
HERO_WORDS = "You don’t have to earn help."
CARDS = 372
CARDS_OF_TOPIC = 31
ONE_TOPIC = {"choices": {"topics": ["no-need-to-earn-it"]}}  # that of the card whose page is opened
THREE_TOPICS = {"choices": {"topics": ["no-need-to-earn-it", "asking-is-brave", "small-steps"]}}
OWN = "I may ask Ana on Tuesday."
ODD_LINES = {
    "emoji": "🫶🏽 ask 👩‍👩‍👧",
    "right-to-left": "يمكنك أن تطلب المساعدة.",
    "HTML": "<img src=x onerror=alert(1)> & <b>ask</b>",
}


@pytest.fixture(params=[Network.GOOD, Network.REFUSED], ids=["online", "offline"])
def reader(installed: Page, network: Proxy, request: pytest.FixtureRequest) -> Page:
    """A page with the worker in charge, on a good network and on none."""
    network.become(request.param)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    return installed


def words(page: Page) -> Locator:
    return page.locator(".words .plain")


def open_saved(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Saved").click()


def write_line(page: Page, text: str) -> None:
    page.get_by_label("Write a line to yourself").fill(text)
    page.get_by_role("button", name="Keep it").click()


def choose_more(page: Page, name: str) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=name).click()


def test_a_saved_card_waits_under_saved_and_leads_back(reader: Page) -> None:
    reader.get_by_role("button", name="Save", exact=True).click()
    expect(reader.get_by_text("Saved on this device.")).to_be_visible()
    open_saved(reader)
    reader.get_by_role("link", name=HERO_WORDS).first.click()
    expect(words(reader)).to_have_text(HERO_WORDS)
    expect(reader.locator("[data-do=save]")).to_have_attribute("aria-pressed", "true")


def test_a_saved_card_can_be_removed_and_brought_back(reader: Page) -> None:
    reader.keyboard.press("s")
    expect(reader.get_by_text("Saved on this device.")).to_be_visible()
    open_saved(reader)
    reader.get_by_role("button", name=f"Remove: {HERO_WORDS}").click()
    expect(reader.get_by_text("Nothing here yet.")).to_be_visible()
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_role("button", name=f"Remove: {HERO_WORDS}")).to_be_visible()


def test_a_card_that_left_the_deck_stays_saved_in_its_words(
    installed: Page, network: Proxy
) -> None:
    installed.goto(network.url + "/saved")
    saved = {"id": "gone", "text": "A card of long ago.", "topic": "x", "at": "2026-11-22"}
    put_document(installed, "kept", {"version": 1, "saved": [saved]})
    installed.reload()
    expect(installed.locator("#saved-list")).to_contain_text("A card of long ago.")
    expect(installed.get_by_role("link", name="A card of long ago.")).to_have_count(0)


def test_a_hidden_card_is_gone_until_undone(reader: Page) -> None:
    choose_more(reader, "Not for me")
    expect(words(reader)).not_to_have_text(HERO_WORDS)
    reader.get_by_role("button", name="Undo").click()
    expect(words(reader)).to_have_text(HERO_WORDS)
    open_saved(reader)
    reader.get_by_text("Not for me").click()
    expect(reader.locator("#hidden li")).to_have_count(0)


def test_a_hidden_card_can_be_shown_again_later(reader: Page) -> None:
    choose_more(reader, "Not for me")
    expect(reader.get_by_text("You will not be shown that card again.")).to_be_visible()
    open_saved(reader)
    reader.get_by_text("Not for me").click()
    reader.get_by_role("button", name=f"Show again: {HERO_WORDS}").click()
    expect(reader.locator("#hidden li")).to_have_count(0)
    assert documents_of(reader)["kept"]["hidden"] == []


def test_a_hidden_card_does_not_come_up(installed: Page, network: Proxy) -> None:
    put_document(installed, "kept", ONE_TOPIC)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    choose_more(installed, "Not for me")
    expect(words(installed)).not_to_have_text(HERO_WORDS)
    for _ in range(2 * CARDS_OF_TOPIC):
        installed.keyboard.press("ArrowRight")
        assert words(installed).inner_text() != HERO_WORDS


def test_every_card_comes_once_before_any_comes_twice(installed: Page, network: Proxy) -> None:
    put_document(installed, "kept", THREE_TOPICS)
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    before = len(documents_of(installed)["reading"]["counts"])  # today's, shown before, and this
    seen = {words(installed).inner_text()}
    for _ in range(3 * CARDS_OF_TOPIC - before):
        installed.keyboard.press("ArrowRight")
        seen.add(words(installed).inner_text())
    assert len(seen) == 3 * CARDS_OF_TOPIC - before + 1


def test_what_was_seen_survives_and_is_told_without_a_score(reader: Page) -> None:
    for _ in range(3):
        reader.keyboard.press("ArrowRight")
    last = words(reader).inner_text()
    open_saved(reader)
    expect(reader.get_by_text(re.compile(rf"Seen [45] of {CARDS} cards"))).to_be_visible()
    reader.get_by_text("Seen before").click()
    expect(reader.locator("#history li a").first).to_have_text(last)


def test_a_line_is_written_edited_and_deleted(reader: Page) -> None:
    open_saved(reader)
    write_line(reader, f"  {OWN}\n\n")
    expect(reader.get_by_role("link", name=OWN)).to_be_visible()
    reader.get_by_role("button", name=f"Edit: {OWN}").click()
    reader.get_by_label("Write it anew").fill("I may ask Ana on Friday.")
    reader.get_by_role("button", name="Keep it").click()
    expect(reader.locator("#own-list li")).to_have_count(1)
    reader.get_by_role("button", name="Delete: I may ask Ana on Friday.").click()
    expect(reader.locator("#own-list li")).to_have_count(0)
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_role("link", name="I may ask Ana on Friday.")).to_be_visible()


def test_a_line_has_the_look_of_a_card_and_survives_a_reload(reader: Page) -> None:
    open_saved(reader)
    write_line(reader, OWN)
    reader.get_by_role("link", name=OWN).click()
    expect(words(reader)).to_have_text(OWN)
    expect(reader.locator(".card-topic")).to_have_text("Your own line")
    reader.reload()
    expect(words(reader)).to_have_text(OWN)


def test_lines_are_mixed_in_only_if_wanted(installed: Page, network: Proxy) -> None:
    put_document(installed, "kept", ONE_TOPIC)
    installed.goto(network.url + "/saved")
    installed.wait_for_load_state("networkidle")
    write_line(installed, OWN)
    expect(installed.locator("#own-list li a")).to_have_text(OWN)
    installed.get_by_role("checkbox", name="Mix my lines in").uncheck()
    assert not documents_of(installed)["kept"]["choices"]["ownLines"]
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    seen = set()
    for _ in range(2 * CARDS_OF_TOPIC):
        installed.keyboard.press("ArrowRight")
        seen.add(words(installed).inner_text())
    assert OWN not in seen
    open_saved(installed)
    expect(installed.locator("#own-list li a")).to_have_text(OWN)
    installed.get_by_role("checkbox", name="Mix my lines in").check()
    assert documents_of(installed)["kept"]["choices"]["ownLines"]
    installed.goto(network.url + HERO)
    installed.wait_for_load_state("networkidle")
    for _ in range(2 * CARDS_OF_TOPIC):
        installed.keyboard.press("ArrowRight")
        if words(installed).inner_text() == OWN:
            break
    expect(words(installed)).to_have_text(OWN)


@pytest.mark.parametrize("kind", ODD_LINES)
def test_odd_words_are_shown_as_they_are(reader: Page, kind: str) -> None:
    open_saved(reader)
    write_line(reader, ODD_LINES[kind])
    expect(reader.locator("#own-list li a")).to_have_text(ODD_LINES[kind])
    reader.locator("#own-list li a").click()
    expect(words(reader)).to_have_text(ODD_LINES[kind])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n ", "There are no words here yet."),
        ("a" * 10_000, "A line can have up to 280 characters. This one has 10000."),
    ],
    ids=["empty", "10,000 characters"],
)
def test_a_line_that_cannot_be_kept_says_why_and_loses_nothing(
    reader: Page, text: str, said: str
) -> None:
    open_saved(reader)
    write_line(reader, text)
    expect(reader.get_by_text(said)).to_be_visible()
    expect(reader.get_by_label("Write a line to yourself")).to_have_value(text)
    expect(reader.locator("#own-list li")).to_have_count(0)


def test_words_shared_by_another_app_wait_in_the_field_and_leave_the_address(
    reader: Page, network: Proxy
) -> None:
    network.exchanges.clear()
    reader.goto(network.url + "/saved?title=From+a+friend&text=You+may+call+me.")
    field = reader.get_by_label("Write a line to yourself")
    expect(field).to_have_value("From a friend\nYou may call me.")
    expect(field).to_be_focused()
    expect(reader).to_have_url(network.url + "/saved")
    assert not any("friend" in exchange.target for exchange in network.exchanges)


def lines(count: int) -> list[dict[str, str]]:
    """Own lines, the newest first; their times say nothing of their order."""
    return [{"id": f"own-{n}", "text": f"Line {n}.", "at": "2026"} for n in range(count)]


def open_with(page: Page, network: Proxy, **kept: Any) -> None:
    """Open Saved on a device that has kept this."""
    put_document(page, "kept", kept)
    page.goto(network.url + "/saved")
    expect(page.locator("#own-list li")).to_have_count(len(kept.get("own", [])))


def saved(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "text": "", "topic": "", "at": "2026"} for each in ids]


def second_tab(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto(page.url)
    tab.wait_for_load_state("networkidle")
    return tab


def press(page: Page, button: str) -> None:
    """Press a button as who uses the keys alone."""
    page.get_by_role("button", name=button, exact=True).press("Enter")


HOLD_THE_DISK = """() => new Promise((resolve) => {
  const opening = indexedDB.open("pocket");
  opening.onsuccess = () => {
    const shelf = opening.result.transaction("documents", "readwrite").objectStore("documents");
    const hold = () => { if (globalThis.isHeld) shelf.get("kept").onsuccess = hold; };
    globalThis.isHeld = true;
    shelf.get("kept").onsuccess = () => { hold(); resolve(); };
  };
})"""
RELEASE_THE_DISK = "globalThis.isHeld = false"


def test_undo_brings_a_line_back_to_its_place_with_its_marks(
    installed: Page, network: Proxy
) -> None:
    marks = {"saved": saved("own-0", "own-1", "own-2"), "hidden": [{"id": "own-1", "at": "2026"}]}
    open_with(installed, network, own=lines(3), **marks)
    before = documents_of(installed)["kept"]
    press(installed, "Delete: Line 1.")
    expect(installed.locator("#own-list li")).to_have_count(2)
    deleted = documents_of(installed)["kept"]
    assert [each["id"] for each in deleted["saved"]] == ["own-0", "own-2"]
    assert deleted["hidden"] == []
    write_line(installed, OWN)
    expect(installed.locator("#own-list li")).to_have_count(3)
    press(installed, "Undo")
    expect(installed.locator("#own-list li a")).to_have_text([OWN, "Line 0.", "Line 1.", "Line 2."])
    expect(installed.locator("#saved-list li a")).to_have_text(["Line 0.", "Line 1.", "Line 2."])
    after = documents_of(installed)["kept"]
    assert after["own"][1:] == before["own"]
    assert (after["saved"], after["hidden"]) == (before["saved"], before["hidden"])


def test_undo_drops_no_line_where_there_is_no_room_any_more(
    installed: Page, network: Proxy
) -> None:
    open_with(installed, network, own=lines(500), saved=saved("own-7"))
    press(installed, "Delete: Line 7.")
    expect(installed.locator("#own-list li")).to_have_count(499)
    write_line(installed, OWN)
    expect(installed.locator("#own-list li")).to_have_count(500)
    press(installed, "Undo")
    expect(installed.get_by_text("There is room for 500 own lines.")).to_be_visible()
    field = installed.get_by_label("Write it anew")
    expect(field).to_have_value("Line 7.")
    expect(field).to_be_focused()
    own = documents_of(installed)["kept"]["own"]
    assert [each["text"] for each in own[1:]] == [f"Line {n}." for n in range(500) if n != 7]
    press(installed, "Delete: Line 8.")
    press(installed, "Keep it")
    expect(installed.locator("#own-list li a").first).to_have_text("Line 7.")


def test_undo_brings_a_saved_card_back_to_its_place(installed: Page, network: Proxy) -> None:
    open_with(installed, network, own=lines(3), saved=saved("own-0", "own-1", "own-2"))
    press(installed, "Remove: Line 1.")
    expect(installed.locator("#saved-list li")).to_have_count(2)
    press(installed, "Undo")
    expect(installed.locator("#saved-list a")).to_have_text(["Line 0.", "Line 1.", "Line 2."])
    expect(installed.locator("#saved-list").get_by_role("link", name="Line 1.")).to_be_focused()


def test_an_own_line_that_was_hidden_can_be_shown_again(reader: Page) -> None:
    open_saved(reader)
    write_line(reader, OWN)
    reader.get_by_role("link", name=OWN).click()
    expect(words(reader)).to_have_text(OWN)
    choose_more(reader, "Not for me")
    expect(reader.get_by_text("You will not be shown that card again.")).to_be_visible()
    open_saved(reader)
    expect(reader.get_by_text("1 hidden")).to_be_attached()
    reader.get_by_text("Not for me").click()
    expect(reader.locator("#hidden li a")).to_have_attribute("href", re.compile("^/#own-"))
    reader.get_by_role("button", name=f"Show again: {OWN}").click()
    expect(reader.locator("#hidden li")).to_have_count(0)
    assert documents_of(reader)["kept"]["hidden"] == []


def test_a_line_among_500_can_be_edited_but_none_added(installed: Page, network: Proxy) -> None:
    open_with(installed, network, own=lines(500))
    press(installed, "Edit: Line 499.")
    installed.get_by_label("Write it anew").fill(OWN)
    press(installed, "Keep it")
    expect(installed.locator("#own-list li a").last).to_have_text(OWN)
    write_line(installed, "One too many.")
    expect(installed.get_by_text("There is room for 500 own lines.")).to_be_visible()
    expect(installed.get_by_label("Write a line to yourself")).to_have_value("One too many.")
    assert len(documents_of(installed)["kept"]["own"]) == 500


def test_two_tabs_cannot_write_more_lines_than_there_is_room_for(
    installed: Page, network: Proxy
) -> None:
    open_with(installed, network, own=lines(499))
    other = second_tab(installed)
    tabs = [installed, other]
    for number, tab in enumerate(tabs):
        tab.get_by_label("Write a line to yourself").fill(f"Of tab {number}.")
    installed.evaluate(HOLD_THE_DISK)
    for tab in tabs:
        press(tab, "Keep it")
    installed.evaluate(RELEASE_THE_DISK)
    said = re.compile("Kept on this device|There is room for 500 own lines")
    for tab in tabs:
        expect(tab.locator("#own-said")).to_have_text(said)
    typed = [tab.get_by_label("Write a line to yourself").input_value() for tab in tabs]
    kept = [each["text"] for each in documents_of(installed)["kept"]["own"]]
    assert kept[1:] == [each["text"] for each in lines(499)]
    assert sorted([kept[0], *typed]) == ["", "Of tab 0.", "Of tab 1."]


def test_a_double_tap_keeps_a_line_once_and_what_is_typed_meanwhile(
    installed: Page, network: Proxy
) -> None:
    open_with(installed, network, own=[])
    field = installed.get_by_label("Write a line to yourself")
    field.fill(OWN)
    keep = installed.get_by_role("button", name="Keep it")
    expect(keep).to_be_enabled()
    installed.evaluate(HOLD_THE_DISK)
    keep.dblclick()
    field.fill("And Ben on Friday.")
    installed.evaluate(RELEASE_THE_DISK)
    expect(installed.get_by_text("Kept on this device.")).to_be_visible()
    expect(installed.locator("#own-list li a")).to_have_text([OWN])
    expect(field).to_have_value("And Ben on Friday.")
    press(installed, "Keep it")
    expect(installed.locator("#own-list li a")).to_have_text(["And Ben on Friday.", OWN])
    expect(field).to_have_value("")


def test_the_focus_moves_to_the_neighbour_of_what_was_taken_away(
    installed: Page, network: Proxy
) -> None:
    ids = ["own-0", "own-1"]
    hidden = [{"id": each, "at": "2026"} for each in ids]
    open_with(installed, network, own=lines(2), saved=saved(*ids), hidden=hidden)
    installed.locator("#hidden summary").press("Enter")
    for place, deed, left in [
        ("#hidden", "Show again", "#hidden summary"),
        ("#saved-list", "Remove", "#no-saved"),
        ("#own-list", "Delete", "h2#own-lines"),
    ]:
        press(installed, f"{deed}: Line 0.")
        expect(installed.locator(place).get_by_role("link", name="Line 1.")).to_be_focused()
        press(installed, f"{deed}: Line 1.")
        expect(installed.locator(left)).to_be_focused()
    press(installed, "Undo")
    expect(installed.locator("#own-list").get_by_role("link", name="Line 1.")).to_be_focused()


def test_what_another_tab_does_leaves_the_focus_where_it_is(
    installed: Page, network: Proxy
) -> None:
    open_with(installed, network, own=lines(3))
    focused = installed.get_by_role("button", name="Delete: Line 1.")
    focused.focus()
    other = second_tab(installed)
    write_line(other, OWN)
    expect(installed.get_by_role("link", name=OWN)).to_be_visible()
    expect(focused).to_be_focused()
    press(other, "Delete: Line 0.")
    expect(installed.locator("#own-list li")).to_have_count(3)
    expect(focused).to_be_focused()
    other.goto(network.url + HERO)
    expect(installed.locator("#history li a").first).to_have_text(HERO_WORDS)
    expect(focused).to_be_focused()
    installed.keyboard.press("Enter")
    expect(installed.locator("#own-list li a")).to_have_text([OWN, "Line 2."])


def test_a_card_of_two_wordings_turns_over_and_back(reader: Page, network: Proxy) -> None:
    card = reader.locator(".card")
    if not card.get_attribute("data-faces"):
        reader.goto(network.url + "/affirmations/" + gentle_card(reader))
    plain = words(reader)
    expect(plain).to_be_visible()
    choose_more(reader, "Say it more gently")
    expect(plain).not_to_be_visible()
    expect(reader.locator(".words .gentle")).to_be_visible()
    reader.keyboard.press("g")
    expect(plain).to_be_visible()


def gentle_card(page: Page) -> str:
    """The id of a card with two wordings."""
    deck = page.evaluate("async () => (await fetch(document.documentElement.dataset.deck)).json()")
    return str(next(card[0] for card in deck["cards"] if card[4]))


def test_keys_have_a_help_sheet(reader: Page) -> None:
    reader.keyboard.press("?")
    expect(reader.get_by_role("dialog", name="Keys")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(reader.get_by_role("dialog")).to_have_count(0)


def test_the_words_are_copied_with_their_address(
    installed: Page, network: Proxy, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    installed.goto(network.url + HERO)
    choose_more(installed, "Copy the words")
    expect(installed.get_by_text("Copied.")).to_be_visible()
    copied = installed.evaluate("navigator.clipboard.readText()")
    assert copied == f"{HERO_WORDS}\n{network.url}{HERO}"


def test_persistent_storage_is_asked_for_at_the_first_saving_only(
    installed: Page, network: Proxy
) -> None:
    installed.add_init_script(
        "globalThis.asked = 0; StorageManager.prototype.persist = async () => { asked += 1; };"
    )
    installed.goto(network.url + HERO)
    heart = installed.get_by_role("button", name="Save", exact=True)
    heart.click()
    expect(installed.get_by_text("Saved on this device.")).to_be_visible()
    assert installed.evaluate("asked") == 1
    installed.keyboard.press("ArrowRight")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert installed.evaluate("asked") == 1


def test_a_reader_in_the_middle_of_something_keeps_the_card_on_a_new_day(
    page: Page, network: Proxy
) -> None:
    page.clock.install(time="2027-01-15T12:00:00")
    page.goto(network.url)
    page.wait_for_load_state("networkidle")
    todays = words(page).inner_text()
    page.get_by_role("button", name="More").click()
    page.clock.set_system_time("2027-01-16T07:00:00")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(words(page)).to_have_text(todays)
    page.keyboard.press("Escape")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(words(page)).not_to_have_text(todays)


@pytest.fixture(scope="module")
def module(browser: Browser, site: Server) -> Page:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "kept")
    return page


@settings(max_examples=60)
@given(text=st.text(max_size=400))
def test_a_tidied_line_is_kept_word_for_word_or_refused(module: Page, text: str) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    found: Any = module.evaluate(
        """(text) => {
          const line = kept.tidyLine(text);
          const empty = kept.parseKept(null);
          const own = { id: 'own-1', text: line, at: '' };
          const problem = kept.lineProblem(own, empty);
          const written = kept.writeLine(empty, own);
          return { line, problem, again: kept.tidyLine(line), own: kept.parseKept(written).own };
        }""",
        text,
    )
    assert found["again"] == found["line"]
    assert bool(found["problem"]) != bool(found["own"])
    assert all(line["text"] == found["line"] for line in found["own"])


def test_a_line_kept_before_the_screen_is_alive_never_goes_to_the_server(
    page: Page, network: Proxy
) -> None:
    page.route("**/static/gen/**/saved.js", lambda route: route.abort())
    page.goto(network.url + "/saved")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Write a line to yourself").fill(OWN)
    expect(page.get_by_role("button", name="Keep it")).to_be_disabled()
    page.evaluate("document.querySelector('#own-form').requestSubmit()")
    page.goto(network.url + "/about")
    assert not [each.target for each in network.exchanges if "?text" in each.target]


def test_cancel_leaves_the_reader_at_the_field(reader: Page) -> None:
    open_saved(reader)
    write_line(reader, OWN)
    reader.locator("#own-list").get_by_role("button", name="Edit").click()
    reader.get_by_role("button", name="Cancel").press("Enter")
    expect(reader.get_by_label("Write a line to yourself")).to_be_focused()
