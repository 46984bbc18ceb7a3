"""My people: whom a reader might ask for what, and the two taps to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import Server

HERO = "/affirmations/you-dont-have-to-earn-help"
NUMBER = "+351 912 345 678"
CONTACTS = """
Object.defineProperty(navigator, 'contacts', { value: { select: async (properties) => {
  globalThis.wanted = properties;
  return [{ name: ['Ana Sol'], tel: ['+351 912 345 678'], email: ['ana@example.org'] }];
} } });
"""
LONG_CONTACT = """
Object.defineProperty(navigator, 'contacts', { value: { select: async () => [
  { name: ['A'.repeat(90)], tel: [], email: ['a'.repeat(80) + '@example.org'] }] } });
"""
NO_CONTACTS = """
Object.defineProperty(navigator, 'contacts', { value: { select: async () => {
  throw new TypeError('no picker');
} } });
"""


@pytest.fixture(params=[Network.GOOD, Network.REFUSED], ids=["online", "offline"])
def reader(installed: Page, network: Proxy, request: pytest.FixtureRequest) -> Page:
    """A page with the worker in charge, on a good network and on none."""
    network.become(request.param)
    installed.goto(network.url + "/ask")
    installed.wait_for_load_state("networkidle")
    return installed


def add(page: Page, name: str, reach: str = "", kind: str = "") -> None:
    page.get_by_role("button", name="Add someone").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    if kind:
        dialog.get_by_label("What for").select_option(kind)
    dialog.get_by_label("Phone number or mail address").fill(reach)
    dialog.get_by_role("button", name="Keep on this device").click()


def href(page: Page, name: str) -> str:
    return unquote(page.get_by_role("link", name=name).get_attribute("href") or "")


def test_from_a_card_two_taps_reach_a_person(reader: Page, network: Proxy) -> None:
    add(reader, "Ana", NUMBER, "listen")
    expect(reader.get_by_role("link", name="Text: Ana")).to_be_visible()
    reader.goto(network.url + HERO)
    reader.get_by_role("link", name="Ask someone").click()
    written = href(reader, "Text: Ana")
    assert written.startswith("sms:+351912345678?&body=Hi Ana, it's been a rough week.")
    assert href(reader, "Call: Ana") == "tel:+351912345678"


def test_who_has_a_mail_address_is_written_a_mail(reader: Page) -> None:
    add(reader, "The practice", "desk@example.org", "doctor")
    expect(reader.get_by_role("link", name="Call: The practice")).to_have_count(0)
    assert href(reader, "Mail: The practice").startswith(
        "mailto:desk@example.org?body=Hello The practice, I haven't felt well"
    )


def test_a_tap_on_the_name_brings_words_for_that_person(reader: Page) -> None:
    add(reader, "Sam", NUMBER, "practical")
    reader.get_by_role("link", name="Sam A hand with something").click()
    expect(reader.get_by_role("heading", name="A hand with something")).to_be_visible()
    expect(reader.locator("[name=to]")).to_have_value(only_id(reader))
    expect(reader.get_by_role("textbox", name="Name")).to_have_value("Sam")
    assert href(reader, "Text message").startswith("sms:+351912345678?&body=Hi Sam, could you")
    assert href(reader, "WhatsApp").startswith("whatsapp://send?phone=351912345678&text=Hi Sam")
    reader.locator("[name=to]").select_option("")
    assert href(reader, "Text message").startswith("sms:?&body=")


def test_the_name_goes_with_the_person(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask")
    add(page, "Sam", NUMBER, "practical")
    page.get_by_role("link", name="Sam A hand with something").click()
    page.get_by_label("Your message").fill("Sam, a word?")
    page.get_by_role("link", name="Something else").click()
    page.get_by_role("link", name="Someone to listen").click()
    expect(page.get_by_label("Your message")).to_have_value(re.compile("^Hi, it's been"))
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("")
    page.locator("[name=to]").select_option("Sam")
    expect(name).to_have_value("Sam")
    page.locator("[name=to]").select_option("")
    expect(name).to_have_value("")
    name.fill("Kim")
    page.get_by_role("link", name="Something else").click()
    page.get_by_role("link", name="Company").click()
    expect(name).to_have_value("Kim")


def only_id(page: Page) -> str:
    """The id of the only person that is kept."""
    (person,) = documents_of(page)["asking"]["people"]
    return str(person["id"])


def test_a_person_is_changed_removed_and_brought_back(reader: Page) -> None:
    add(reader, "Ana")
    reader.get_by_role("button", name="Change: Ana").click()
    dialog = reader.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Ana Sol")
    dialog.get_by_role("button", name="Keep on this device").click()
    expect(reader.locator(".people li")).to_have_count(1)
    reader.get_by_role("button", name="Change: Ana Sol").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(reader.locator(".people li")).to_have_count(0)
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_role("button", name="Change: Ana Sol")).to_be_visible()


def test_what_is_no_way_to_reach_somebody_is_said_and_kept_by_nobody(reader: Page) -> None:
    add(reader, "Ana", "next door")
    expect(reader.get_by_text("neither a phone number nor a mail address")).to_be_visible()
    assert "asking" not in documents_of(reader)
    reader.keyboard.press("Escape")
    expect(reader.get_by_role("dialog")).to_be_hidden()
    expect(reader.locator(".people li")).to_have_count(0)


def test_where_the_browser_has_a_contact_picker_it_fills_the_fields(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/ask", CONTACTS)
    page.get_by_role("button", name="Add someone").click()
    page.get_by_role("button", name="Choose from my contacts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Ana Sol")
    expect(dialog.get_by_label("Phone number or mail address")).to_have_value(NUMBER)
    assert page.evaluate("wanted") == ["name", "tel", "email"]
    assert "asking" not in documents_of(page)


def test_a_contact_that_has_no_room_deletes_nobody(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask", LONG_CONTACT)
    add(page, "Ana", NUMBER)
    page.get_by_role("button", name="Change: Ana").click()
    page.get_by_role("button", name="Choose from my contacts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("A" * 80)
    dialog.get_by_role("button", name="Keep on this device").click()
    expect(dialog.get_by_text("nothing was changed")).to_be_visible()
    (person,) = documents_of(page)["asking"]["people"]
    assert (person["name"], person["reach"]) == ("Ana", NUMBER)
    dialog.get_by_label("Phone number or mail address").fill(NUMBER)
    dialog.get_by_role("button", name="Keep on this device").click()
    expect(page.get_by_role("button", name="Change: AAA")).to_be_visible()


def test_a_contact_picker_that_fails_leaves_the_fields(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask", NO_CONTACTS)
    page.get_by_role("button", name="Add someone").click()
    page.get_by_role("button", name="Choose from my contacts").click()
    expect(page.get_by_text("This browser could not open your contacts.")).to_be_visible()


def test_without_a_contact_picker_none_is_offered(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask", "Object.defineProperty(navigator, 'contacts', { value: undefined });")
    page.get_by_role("button", name="Add someone").click()
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_visible()
    expect(page.get_by_role("button", name="Choose from my contacts")).to_be_hidden()


def test_odd_names_stay_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/ask")
    name = "<img src=x onerror=alert(1)> מאיה"
    add(page, name, "112")
    expect(page.locator(".people li a").first).to_contain_text(name)
    assert page.locator(".people img").count() == 0


def test_people_are_erased_with_the_rest(reader: Page, network: Proxy) -> None:
    add(reader, "Thistle", NUMBER)
    expect(reader.get_by_role("link", name="Text: Thistle")).to_be_visible()
    reader.goto(network.url + "/settings")
    reader.get_by_role("button", name="Erase everything on this device").click()
    reader.get_by_role("button", name="Erase everything", exact=True).click()
    expect(reader.get_by_text("Everything is erased from this device.")).to_be_visible()
    assert "Thistle" not in str(documents_of(reader))
    reader.goto(network.url + "/ask")
    expect(reader.get_by_role("button", name="Add someone")).to_be_visible()
    expect(reader.locator(".people li")).to_have_count(0)


def test_a_damaged_document_is_read_as_far_as_it_goes(reader: Page, network: Proxy) -> None:
    sound = {"id": "1", "name": "Ana", "kind": "listen", "reach": NUMBER, "at": ""}
    people = [sound, sound | {"id": "2", "name": ""}, {"id": "3"}, None, sound]
    put_document(reader, "asking", {"people": people, "drafts": "none"})
    reader.reload()
    expect(reader.get_by_role("button", name="Change: Ana")).to_be_visible()
    expect(reader.locator(".people li")).to_have_count(1)


def test_another_tab_shows_who_was_added(reader: Page, network: Proxy) -> None:
    other = reader.context.new_page()
    other.goto(network.url + "/ask")
    expect(other.get_by_role("button", name="Add someone")).to_be_visible()
    add(reader, "Ana")
    expect(other.get_by_role("button", name="Change: Ana")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_among_people(browser: Browser, site: Server, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(site.base_url + "/ask")
    add(page, "Ana", NUMBER, "listen")
    expect(page.get_by_role("link", name="Text: Ana")).to_be_visible()
    change = page.get_by_role("button", name="Change: Ana")
    write = page.get_by_role("link", name="Ana Someone to listen")
    for step in (lambda: None, change.click, lambda: page.keyboard.press("Escape"), write.click):
        step()
        found: Any = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    context.close()
