"""Help now in a browser: the reader's country, the search, the way out, and all of it offline."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.device import documents_of
from tests.browser.modules import import_module
from tests.browser.proxy import Network
from tests.browser.proxy import Proxy
from tests.processes import Server

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Server) -> Iterator[Visit]:
    """Opens Help now on a device of that language and time zone."""
    opened = []

    def visit(language: str = "en-ZZ", zone: str = "UTC", at: str = "2026-12-01T12:00:00Z") -> Page:
        context = browser.new_context(
            locale=language, timezone_id=zone, service_workers="block", reduced_motion="reduce"
        )
        opened.append(context)
        page = context.new_page()
        page.clock.set_fixed_time(at)
        page.goto(site.base_url + "/help")
        page.wait_for_load_state("networkidle")
        return page

    yield visit
    for context in opened:
        context.close()


def first(page: Page) -> Locator:
    """What stands at the top for this reader."""
    return page.locator("#mine details")


def found(page: Page) -> Locator:
    return page.locator("details:visible > summary b")


def field(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def test_the_country_of_the_devices_clock_is_open_at_the_top(visit: Visit) -> None:
    page = visit("de-AT", "Europe/Vienna")
    expect(first(page)).to_have_attribute("id", "at")
    expect(first(page).get_by_role("link").first).to_have_attribute("href", "tel:112")
    expect(first(page).get_by_role("link").first).to_be_in_viewport()
    expect(page.get_by_text("Guessed from the language or the clock")).to_be_visible()
    expect(page.locator("details[open]")).to_have_count(1)


def test_the_country_of_the_devices_clock_is_open_where_its_language_has_no_region(
    visit: Visit,
) -> None:
    expect(first(visit("ja", "Asia/Tokyo"))).to_have_attribute("id", "jp")


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ("Asia/Calcutta", "in"),
        ("Asia/Kolkata", "in"),
        ("America/Argentina/Cordoba", "ar"),
        ("Europe/Oslo", "no"),
        ("Pacific/Honolulu", "us"),
        ("Africa/Lagos", "ng"),
    ],
)
def test_where_the_phone_is_counts_before_what_it_speaks(
    visit: Visit, zone: str, code: str
) -> None:
    page = visit("en-GB", zone)
    expect(first(page)).to_have_count(2)
    expect(first(page).nth(0)).to_have_attribute("id", code)
    expect(first(page).nth(0)).to_have_attribute("open", "")
    expect(first(page).nth(1)).to_have_attribute("id", "gb")
    expect(first(page).nth(1)).not_to_have_attribute("open", "")


@pytest.mark.parametrize(
    ("language", "zone", "code"),
    [
        ("en-GB", "Africa/Cairo", "gb"),
        ("es-US", "America/Bogota", "us"),
        ("de-AT", "UTC", "at"),
    ],
)
def test_a_language_alone_opens_no_country(
    visit: Visit, language: str, zone: str, code: str
) -> None:
    page = visit(language, zone)
    expect(first(page)).to_have_count(1)
    expect(first(page)).to_have_attribute("id", code)
    expect(page.locator("details[open]")).to_have_count(0)


@pytest.mark.parametrize(("language", "zone"), [("hr-HR", "Europe/Zagreb"), ("en", "UTC")])
def test_a_device_that_tells_no_country_of_ours_gets_the_whole_list(
    visit: Visit, language: str, zone: str
) -> None:
    page = visit(language, zone)
    expect(page.locator("#mine")).to_be_hidden()
    expect(page.locator("#countries details:visible")).to_have_count(67)
    expect(page.get_by_role("link", name="Call 112").first).to_be_in_viewport()


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Calcutta"])
def test_a_zone_is_known_by_each_of_its_names(open_page: Visit, zone: str) -> None:
    page = open_page("/help")
    import_module(page, "region")
    likely = (
        """(timeZone) => region.likelyCountries(["IN", "US"], { language: "en-US", timeZone })"""
    )
    india, states = {"code": "IN", "isHere": True}, {"code": "US", "isHere": False}
    assert page.evaluate(likely, zone) == [india, states]
    assert page.evaluate(likely, "Etc/Unknown") == [states]


def test_a_browser_without_a_table_of_time_zones_goes_by_its_region(open_page: Visit) -> None:
    page = open_page("/help")
    import_module(page, "region")
    poor = """([language]) => {
      delete Intl.Locale.prototype.getTimeZones;
      Object.defineProperty(Intl.Locale.prototype, "timeZones", { value: undefined });
      const device = { language, timeZone: "Asia/Tokyo" };
      return region.likelyCountries(["JP", "GB"], device);
    }"""
    assert page.evaluate(poor, ["en-GB"]) == [{"code": "GB", "isHere": False}]
    assert page.evaluate(poor, ["not a tag"]) == []


def test_a_readers_choice_is_kept_on_the_device_and_goes_before_any_guess(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    field(page).fill("suomi")
    page.locator("#fi").get_by_label("Show this country first").check()
    page.reload()
    expect(first(page)).to_have_attribute("id", "fi")
    expect(first(page)).to_have_attribute("open", "")
    expect(page.get_by_text("Guessed from the language")).to_be_hidden()
    assert documents_of(page)["help"] == {"country": "fi"}
    first(page).get_by_label("Show this country first").uncheck()
    page.reload()
    expect(first(page)).to_have_attribute("id", "de")


def test_one_country_is_the_first(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    first(page).get_by_label("Show this country first").check()
    page.locator("#jp summary").click()
    page.locator("#jp").get_by_label("Show this country first").check()
    expect(first(page).get_by_label("Show this country first")).not_to_be_checked()


def test_a_choice_that_this_release_does_not_know_is_passed_over(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    page.locator("#de").get_by_label("Show this country first").check()
    expect(page.locator("#de input")).to_be_checked()
    page.route(
        "**/help",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace('id="de"', 'id="xx"')
        ),
    )
    page.reload()
    expect(page.locator("#countries details")).to_have_count(67)
    expect(page.locator("#mine")).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("germany", ["Germany"]),
        ("Deutschl", ["Germany"]),
        ("日本", ["Japan"]),
        ("osterreich", ["Austria"]),
        ("ΕΛΛΑΔΑ", ["Greece"]),
        ("لبنان", ["Lebanon"]),
        ("suisse", ["Switzerland"]),
        ("uk", ["Ukraine", "United Kingdom"]),
        ("us", ["United States"]),
        ("hong kong", ["Hong Kong SAR China"]),
        ("香港", ["Hong Kong SAR China"]),
        ("states united", ["United States"]),
        ("land new", ["New Zealand"]),
    ],
)
def test_a_country_is_found_by_its_names(visit: Visit, query: str, names: list[str]) -> None:
    page = visit()
    field(page).fill(query)
    expect(found(page)).to_have_text(names)
    count = "1 country" if len(names) == 1 else f"{len(names)} countries"
    expect(page.get_by_role("status").filter(has_text="countr")).to_have_text(count)
    if len(names) == 1:
        expect(page.locator("details:visible")).to_have_attribute("open", "")


def test_the_readers_own_country_is_searched_with_the_others(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    field(page).fill("japan")
    expect(page.locator("#mine")).to_be_hidden()
    field(page).fill("germany")
    expect(found(page)).to_have_text(["Germany"])
    field(page).press("Escape")
    expect(field(page)).to_have_value("")
    expect(found(page)).to_have_count(67)


def test_where_no_country_has_the_name_all_stay_and_the_directories_are_named(visit: Visit) -> None:
    page = visit("hr-HR")
    field(page).fill("hrvatska")
    expect(page.get_by_text("No country of this name is in the list.")).to_be_visible()
    expect(found(page)).to_have_count(67)
    expect(page.get_by_role("link", name="Call 112").first).to_be_visible()


def test_neither_the_choice_nor_the_search_is_told_to_anybody(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    field(page).press_sequentially("japan")
    page.locator("#jp").get_by_label("Show this country first").check()
    page.keyboard.press("Enter")
    expect(page.locator("#jp input")).to_be_checked()
    assert asked == []
    assert page.url.endswith("/help")


def test_everything_is_reached_by_keys(visit: Visit) -> None:
    page = visit("de-AT", "Europe/Vienna")
    expect(first(page)).to_have_attribute("open", "")
    page.get_by_role("link", name="Leave this page").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#at summary")).to_be_focused()
    for name in ("Call 112", "Call 144 ambulance", "Call 133 police"):
        page.keyboard.press("Tab")
        expect(first(page).get_by_role("link", name=name)).to_be_focused()
    field(page).focus()
    page.keyboard.type("iceland")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#is summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#is")).not_to_have_attribute("open", "")


@pytest.mark.parametrize(
    ("at", "is_overdue"), [("2027-02-22T22:59:00Z", False), ("2027-02-22T23:01:00Z", True)]
)
def test_past_the_review_date_the_page_says_that_nobody_has_checked_since(
    visit: Visit, at: str, *, is_overdue: bool
) -> None:
    said = visit("de-DE", "Europe/Berlin", at).get_by_text(
        "These numbers have not been checked since"
    )
    expect(said).to_be_visible(visible=is_overdue)


def test_leaving_shows_a_clock_in_place_of_the_page(visit: Visit) -> None:
    page = visit()
    page.goto(page.url.replace("/help", "/topics"))
    page.goto(page.url.replace("/topics", "/help"))
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("**/clock")
    expect(page).to_have_title("Clock")
    expect(page.locator("time")).to_have_text("12:00 PM")
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("link")).to_have_count(1)
    page.go_back()
    page.wait_for_url("**/topics")


def test_the_way_out_works_before_its_script_is_there(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base_url + "/help")
    page.get_by_role("link", name="Leave this page").click()
    expect(page.get_by_text("The clock needs JavaScript.")).to_be_visible()
    context.close()


def test_escape_twice_leaves_too_and_once_does_not(visit: Visit) -> None:
    page = visit()
    field(page).fill("ja")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    assert page.url.endswith("/help")
    page.keyboard.press("Escape")
    page.wait_for_url("**/clock")


@pytest.mark.parametrize(
    "said",
    [
        "document.querySelector('#notice').textContent = 'Something to read'",
        "document.querySelector('#update').hidden = false",
    ],
)
def test_nothing_that_is_said_covers_the_way_out(visit: Visit, said: str) -> None:
    page = visit()
    page.evaluate(said)
    assert (
        page.evaluate(
            """() => {
          const { x, y, width, height } = document.querySelector("#leave").getBoundingClientRect();
          return document.elementFromPoint(x + width / 2, y + height - 4)?.id;
        }"""
        )
        == "leave"
    )


def test_the_page_is_off_the_screen_before_the_next_one_is_there(visit: Visit) -> None:
    page = visit()
    page.evaluate(
        """addEventListener("pagehide", () => {
             sessionStorage.seen = `${document.body.checkVisibility()} ${document.title}`;
           })"""
    )
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("**/clock")
    assert page.evaluate("sessionStorage.seen") == "false Clock"


def test_a_tap_on_the_clock_leads_back_to_the_app(visit: Visit) -> None:
    page = visit()
    page.goto(page.url.replace("/help", "/clock"))
    page.get_by_role("link").click()
    expect(page.locator(".face")).to_be_visible()


def test_all_of_it_works_offline(installed: Page, network: Proxy) -> None:
    network.become(Network.REFUSED)
    installed.goto(network.url + "/help")
    field(installed).fill("nippon")
    field(installed).fill("日本")
    expect(installed.get_by_role("link", name="Call 119 fire service")).to_be_visible()
    installed.get_by_role("link", name="Leave this page").click()
    installed.wait_for_url("**/clock")
    expect(installed.locator("time")).not_to_be_empty()


def test_paper_gets_every_number_and_no_buttons(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    page.emulate_media(media="print")
    assert page.locator("#countries details ul, #mine details ul").evaluate_all(
        "all => all.every((each) => each.checkVisibility({ contentVisibilityAuto: true }))"
    )
    for gone in ("#leave", ".find", ".choice", ".bar"):
        expect(page.locator(gone).first).to_be_hidden()


def test_paper_gets_only_the_country_that_was_searched_for(visit: Visit) -> None:
    page = visit("de-DE", "Europe/Berlin")
    field(page).fill("kenya")
    page.emulate_media(media="print")
    expect(found(page)).to_have_text(["Kenya"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_a_country_open_and_a_search(
    browser: Browser, site: Server, scheme: str
) -> None:
    context = browser.new_context(
        locale="de-DE", color_scheme=scheme, service_workers="block", bypass_csp=True
    )  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.set_fixed_time("2027-06-01T12:00:00")
    page.goto(site.base_url + "/help")
    page.wait_for_load_state("networkidle")
    field(page).fill("land")
    page.locator("details").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    context.close()
