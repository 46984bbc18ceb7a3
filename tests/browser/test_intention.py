"""Maybe another day: an intention that promises nothing, its calendar file, and its leaving."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import Server

NOW = "2027-01-14T12:00:00"


@pytest.fixture(params=[Network.GOOD, Network.REFUSED], ids=["online", "offline"])
def reader(installed: Page, network: Proxy, request: pytest.FixtureRequest) -> Page:
    """The page on a Thursday in January, on a good network and on none."""
    network.become(request.param)
    installed.clock.set_fixed_time(NOW)
    installed.goto(network.url + "/ask")
    installed.wait_for_load_state("networkidle")
    return installed


def intend(page: Page, who: str, day: str = "") -> None:
    page.locator("#intentions summary").click()
    page.get_by_label("Whom").fill(who)
    if day:
        page.get_by_label("On which day").fill(day)
    page.get_by_role("button", name="Keep it").click()


def test_an_intention_is_kept_for_tomorrow_unless_another_day_is_chosen(reader: Page) -> None:
    intend(reader, "Ana")
    expect(reader.get_by_text("I might ask Ana on Friday, January 15.")).to_be_visible()
    intend(reader, "", "2027-02-01")
    expect(reader.get_by_text("I might ask someone on Monday, February 1.")).to_be_visible()


def test_letting_go_leaves_no_trace(reader: Page) -> None:
    intend(reader, "Thistle")
    reader.get_by_role("button", name="Let it go: I might ask Thistle").click()
    expect(reader.locator("#intentions li")).to_have_count(0)
    assert "Thistle" not in str(documents_of(reader))
    expect(reader.locator("#notice")).to_be_empty()


def test_it_leaves_by_itself_once_its_day_is_over(reader: Page) -> None:
    intend(reader, "Thistle")
    expect(reader.get_by_text("I might ask Thistle")).to_be_visible()
    reader.clock.set_fixed_time("2027-01-15T23:00:00")
    reader.reload()
    expect(reader.get_by_text("I might ask Thistle")).to_be_visible()
    reader.clock.set_fixed_time("2027-01-16T01:00:00")
    reader.reload()
    expect(reader.locator("#intentions summary")).to_be_visible()
    expect(reader.locator("#intentions li")).to_have_count(0)
    intend(reader, "Clover")
    expect(reader.get_by_text("I might ask Clover")).to_be_visible()
    assert "Thistle" not in str(documents_of(reader))


def test_it_goes_into_a_calendar_as_a_quiet_day(reader: Page, tmp_path: Path) -> None:
    intend(reader, "Ana, the neighbour; you know")
    with reader.expect_download() as downloading:
        reader.get_by_role("button", name="Calendar file").click()
    path = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(path)
    assert path.name == "pocket.ics"
    (event,) = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert event["SUMMARY"] == "Maybe write to Ana, the neighbour; you know"
    assert event.decoded("DTSTART") == date(2027, 1, 15)
    assert event.decoded("DTSTAMP") == datetime(2027, 1, 14, 12, tzinfo=UTC)
    assert (event["TRANSP"], event["CLASS"]) == ("TRANSPARENT", "PRIVATE")
    assert event.walk("VALARM") == []
    assert "help" not in path.read_text()


def test_a_day_that_is_none_harms_nothing(reader: Page) -> None:
    one = {"id": "1", "who": "Thistle", "day": "2027-13-45", "at": ""}
    days = [one, one | {"id": "2", "day": "2027-02-30"}, one | {"id": "3", "day": "2028-02-29"}]
    put_document(reader, "asking", {"intentions": days})
    reader.reload()
    expect(reader.get_by_text("I might ask Thistle on Tuesday, February 29.")).to_be_visible()
    expect(reader.locator("#intentions li")).to_have_count(1)
    reader.get_by_role("link", name="Someone to listen").click()
    expect(reader.get_by_label("Your message")).to_be_visible()


def test_where_there_is_no_room_for_another_it_is_said(reader: Page) -> None:
    many = [{"id": f"{n}", "who": "", "day": "2027-03-01", "at": ""} for n in range(100)]
    put_document(reader, "asking", {"intentions": many})
    reader.reload()
    intend(reader, "Ana")
    expect(reader.get_by_text("There is no room for more.")).to_be_visible()
    expect(reader.get_by_label("Whom")).to_have_value("Ana")
    assert "Ana" not in str(documents_of(reader))


def test_from_the_words_it_takes_the_name_along(reader: Page, network: Proxy) -> None:
    reader.goto(network.url + "/ask#kind=listen")
    reader.get_by_role("textbox", name="Name").fill("Ana")
    reader.get_by_role("link", name="Maybe another day").click()
    expect(reader.get_by_label("Whom")).to_be_focused()
    expect(reader.get_by_label("Whom")).to_have_value("Ana")


def test_it_is_erased_with_the_rest(reader: Page, network: Proxy) -> None:
    intend(reader, "Thistle")
    expect(reader.get_by_text("I might ask Thistle")).to_be_visible()
    reader.goto(network.url + "/settings")
    reader.get_by_role("button", name="Erase everything on this device").click()
    reader.get_by_role("button", name="Erase everything", exact=True).click()
    expect(reader.get_by_text("Everything is erased from this device.")).to_be_visible()
    assert "Thistle" not in str(documents_of(reader))


@pytest.mark.parametrize("title", ["short", "ü" * 80, "🫶🏽" * 40, "a\nb\\c", "a\rb", "x" * 75])
def test_a_long_title_is_folded_and_none_of_it_lost(
    browser: Browser, site: Server, title: str
) -> None:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(site.base_url + "/about")
    import_module(page, "calendar-file")
    text: Any = page.evaluate(
        """(title) => globalThis['calendar-file'].calendarFile(
          { id: '1-2', day: '2027-01-15' }, title, new Date(0))""",
        title,
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["SUMMARY"] == title.replace("\r", "\n")
    page.context.close()
