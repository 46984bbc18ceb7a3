"""The screen of the calendar and the feeds in a browser: by links alone, and without a network."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import Server

LOST_MILLISECONDS = 16_000  # the worker gives the network four seconds
BUSY = "/feeds?time=09:40&zone=Europe/Lisbon&region=Europe&titles=neutral&topics=hard-days"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
bad_networks = pytest.mark.parametrize(
    "bad", [Network.REFUSED, Network.HANGING, Network.CAPTIVE], ids=lambda each: each.name.lower()
)


def address_on(page: Page) -> str:
    return page.get_by_label("Address of the calendar").input_value()


def choose(page: Page, part: str, *labels: str) -> None:
    """Follow the links of one choice, whose part stays open once something was chosen in it."""
    if not page.locator(f"#{part}[open]").count():
        page.locator(f"#{part} summary").click()
    for label in labels:
        page.locator(f"#{part}").get_by_role("link", name=label, exact=True).click()
        chosen = page.locator(f"#{part}[open] [aria-current]").filter(has_text=label)
        expect(chosen.first).to_be_visible()


def test_everything_can_be_chosen_without_javascript(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/feeds")
    assert address_on(page) == f"{site.base_url}/feeds/calendar.ics?time=08:00"
    choose(page, "time", "21", "21:15")
    choose(page, "zone", "Europe", "Lisbon")
    choose(page, "titles", "A neutral note")
    choose(page, "topics", "Hard days")
    wanted = "/feeds/calendar.ics?time=21:15&zone=Europe/Lisbon&titles=neutral&topics=hard-days"
    assert address_on(page) == site.base_url + wanted
    button = page.get_by_role("link", name="Add to my calendar")
    assert button.get_attribute("href") == "webcal" + (site.base_url + wanted).removeprefix("http")
    context.close()


def test_a_choice_leads_back_to_where_it_was_made(page: Page, site: Server) -> None:
    page.set_viewport_size({"width": 320, "height": 500})
    page.goto(site.base_url + "/feeds")
    choose(page, "topics", "Small steps")
    expect(page.locator("#topics summary")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [BUSY, "/feeds?time=noon"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, site: Server, scheme: Any, path: str
) -> None:
    context = browser.new_context(
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",
        bypass_csp=True,
        viewport={"width": 320, "height": 640},
    )
    page = context.new_page()
    page.goto(site.base_url + path)
    page.wait_for_load_state("networkidle")
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    assert page.evaluate(TOO_WIDE) == 0
    page.locator("html").evaluate("root => { root.dir = 'rtl'; }")
    assert page.evaluate(TOO_WIDE) == 0
    found: Any = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    context.close()


def test_an_installed_app_asks_the_server_for_it_with_every_choice(
    installed: Page, network: Proxy
) -> None:
    installed.goto(f"{network.url}/feeds?time=21:15")
    assert "time=21:15" in address_on(installed)
    expect(installed.locator("h1")).to_have_text("Calendar and feeds")


@bad_networks
def test_without_a_network_there_are_kind_words_instead(
    installed: Page, network: Proxy, bad: Network
) -> None:
    network.become(bad)
    response = installed.goto(f"{network.url}/feeds?time=21:15", timeout=LOST_MILLISECONDS)
    assert response
    assert response.header_value("pocket-page") == "away"
    expect(installed.get_by_role("heading", name="This page needs a connection.")).to_be_visible()
    expect(installed.locator(".words .plain").first).to_be_visible()
