"""Help now as a browser without JavaScript gets it: its order, links, words and languages."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask.testing import FlaskClient

from tests.processes import ROOT
from webapp.helplines import Helplines
from webapp.helplines_file import load_helplines
from webapp.helplines_view import HelpView
from webapp.languages import Language
from webapp.rendering import localized

# The style guide's words that no page about suicide may hold, and what presses or hints at a way.
FORBIDDEN = (
    r"\b(commit\w*|(un)?successful\w*|fail\w*|epidemic|kill\w*|overdos\w*|hang\w*|jump\w*|cut\w*"
    r"|poison\w*|pill\w*|weapon\w*|gun\w*|rope|bridge\w*|method\w*|note|died|dying|dead|end it"
    r"|no way out|must|should|have to|promise\w*|always|never|selfish|attention)\b"
)
SPANISH = {
    "Call %(number)s": "Llama al %(number)s",
    "Text %(keyword)s to %(number)s": "Envía %(keyword)s al %(number)s",
    "Day and night": "Día y noche",
    "For anyone": "Para cualquiera",
    "fire service and ambulance": "bomberos y ambulancia",
}


@pytest.fixture(scope="module")
def helplines() -> Helplines:
    return load_helplines(ROOT / "webapp" / "content" / "helplines.toml")


@pytest.fixture
def sheet(client: FlaskClient) -> str:
    return client.get("/help").text


def text_of(page: str) -> str:
    return html.unescape(
        re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("<footer")[0])
    )


def country(page: str, code: str) -> str:
    found = re.search(rf'<details id="{code}".*?</details>', page, re.S)
    assert found
    return found[0]


def render(app: Flask, helplines: Helplines, tag: str, words: dict[str, str]) -> str:
    """The main part of the page in another language."""
    catalogue = Catalog(locale=tag.replace("-", "_"))
    for english, other in words.items():
        catalogue.add(english, other)
    language = Language(tag, catalogue)
    template = localized(app.jinja_env, language).get_template("help.html")
    return template.render(layout="main.html", page="help", help=HelpView(helplines, language))


def test_every_country_and_every_line_of_the_file_is_there(
    sheet: str, helplines: Helplines
) -> None:
    assert len(re.findall("<details ", sheet)) == len(helplines.countries)
    for each in helplines.countries:
        part = html.unescape(country(sheet, each.code.lower()))
        for line in each.lines:
            assert f'href="{line.tel_uri or line.sms_uri}"' in part, line.id
            assert line.website in part


def test_the_emergency_numbers_come_first_in_every_country(
    sheet: str, helplines: Helplines
) -> None:
    for each in helplines.countries:
        links = re.findall(r'href="([^"]+)"', country(sheet, each.code.lower()))
        count = len(each.emergency)
        assert links[:count] == [emergency.tel_uri for emergency in each.emergency]


def test_before_any_country_there_is_nothing_but_emergency(sheet: str) -> None:
    start = sheet[sheet.index("<main") : sheet.index("<details")]
    assert re.findall(r'href="([^"]+)"', start) == ["/clock", "tel:112"]
    assert "call the emergency number first" in start


def test_lines_that_a_single_source_knows_are_left_out(sheet: str) -> None:
    assert "800-COPE" not in sheet


def test_a_line_says_who_it_is_for_when_and_in_which_languages(sheet: str) -> None:
    assert "For anyone · Day and night · German, French, Italian" in country(sheet, "ch")
    assert "For anyone · Check hours · Free · Spanish" in country(sheet, "ar")
    assert "Daily 15:00–23:00" in country(sheet, "fr")
    assert "Call 111<small>then press 2</small>" in country(sheet, "gb")


def test_a_text_carries_its_keyword(sheet: str) -> None:
    assert '<a href="sms:741741?&amp;body=HOME">Text HOME to 741741</a>' in country(sheet, "us")


def test_a_service_with_two_numbers_is_named_once(sheet: str) -> None:
    germany = country(sheet, "de")
    assert germany.count("<b>TelefonSeelsorge") == 1
    assert (
        '<a href="tel:08001110111">Call 0800 111 0 111</a>'
        '<a href="tel:08001110222">Call 0800 111 0 222</a>'
    ) in germany


def test_two_numbers_of_a_service_that_differ_each_say_how(sheet: str) -> None:
    finland = country(sheet, "fi")
    assert finland.count("<li>") == 2
    assert finland.index("Day and night · Finnish") < finland.index("Limited hours · Swedish")


def test_it_says_when_it_was_checked_and_holds_what_to_say_once_that_is_overdue(sheet: str) -> None:
    assert "Last checked against published lists on November 22, 2026." in sheet
    assert re.search(r'data-after="2027-02-22" hidden>These numbers have not been checked', sheet)


def test_there_are_directories_for_every_other_country(sheet: str) -> None:
    assert '<a href="https://findahelpline.com">Find A Helpline</a>' in sheet


def test_it_speaks_safely(sheet: str) -> None:
    assert re.findall(FORBIDDEN, text_of(sheet), re.I) == []
    assert "thinking about suicide" in sheet


def test_it_asks_the_reader_to_explain_nothing(sheet: str) -> None:
    main = sheet[sheet.index("<main") :]
    assert re.findall(r"<(?:input|textarea|select|form)\b[^>]*?type=\"(\w+)", main) == [
        "search",
        "checkbox",
    ]
    assert not re.search(r"\?", re.sub(r"1737 Need to talk\?", "", text_of(main)))


def test_cards_of_hard_days_lead_there(client: FlaskClient, app: Flask) -> None:
    deck = app.extensions["pocket"].deck
    for card in deck.cards:
        if deck.topic(card.topic).help:
            main = client.get(f"/affirmations/{card.id}").text.partition("<main")[2]
            assert 'href="/help"' in main


def test_every_fact_of_the_shipped_file_has_words_to_translate(
    app: Flask, helplines: Helplines
) -> None:
    """In a language that translates everything, what stays English is marked as such: the notes."""
    page = render(app, helplines, "es", {})
    notes = {line.note for each in helplines.countries for line in each.lines if line.note}
    areas = {line.area for each in helplines.countries for line in each.lines if line.area}
    marked = {html.unescape(text) for text in re.findall(r'<span lang="en">([^<]+)</span>', page)}
    assert marked == notes | areas


def test_another_language_says_names_facts_and_dates_in_its_own_words(
    app: Flask, helplines: Helplines
) -> None:
    page = render(app, helplines, "es", SPANISH)
    germany = country(page, "de")
    assert "<b>Alemania</b><small>Deutschland</small>" in germany
    assert 'data-also="Germany"' in germany
    assert "Llama al 112<small>bomberos y ambulancia</small>" in germany
    assert "Para cualquiera · Día y noche" in country(page, "jp")
    assert "japonés, inglés, chino" in country(page, "jp")
    assert "Envía HOME al 741741" in page
    assert "22 de noviembre de 2026" in page
    names = re.findall(r"<summary><span><b>([^<]+)", page)
    assert names[:2] == ["Alemania", "Argentina"]
    assert names.index("Bélgica") < names.index("Brasil")


def test_from_right_to_left_a_number_keeps_the_order_of_its_digits(
    app: Flask, helplines: Helplines
) -> None:
    page = render(app, helplines, "ar", {})
    assert "<bdi>0800 111 0 111</bdi>" in page
    assert "<bdi>" not in render(app, helplines, "es", {})


def test_a_country_has_its_names_in_its_official_languages(helplines: Helplines) -> None:
    views = {view.country.code: view for view in HelpView(helplines, english()).countries}
    assert views["CH"].own_names == ("Schweiz", "Suisse", "Svizzera")
    assert views["US"].own_names == ()
    assert "UK" in views["GB"].also
    assert views["HK"].also == ("Hong Kong",)


def test_a_language_that_nobody_knows_is_shown_as_it_is_written(helplines: Helplines) -> None:
    swiss = next(each for each in helplines.countries if each.code == "CH").lines[0]
    view = HelpView(helplines, english())
    assert view.languages(swiss) == "German, French, Italian"
    assert view.seen == "November 22, 2026"
    assert helplines.seen == date(2026, 11, 22)


def test_the_clock_says_nothing_of_the_app(client: FlaskClient) -> None:
    page = client.get("/clock").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<title>Clock</title>" in page
    assert not re.search(r"help|pocket|affirm|ask", main, re.I)


def english() -> Language:
    return Language("en", Catalog())
