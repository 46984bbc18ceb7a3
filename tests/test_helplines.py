"""Helplines: what is refused, what is left out, and what is due to be checked anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from webapp.errors import HelplineError
from webapp.helplines import Country
from webapp.helplines import Emergency
from webapp.helplines import Line
from webapp.helplines import is_overdue
from webapp.helplines import stale
from webapp.helplines_file import load_helplines
from webapp.records import Level

SHIPPED = Path(__file__).parents[1] / "webapp" / "content" / "helplines.toml"
HELPLINES = """\
seen = "2026-11-22"
review_after = 2027-02-22
advice = "Call the emergency number first."

[general]
eu_emergency = "112"
eu_emergency_note = "In every EU country."
eu_emotional_support = "116 123"
eu_emotional_support_note = "In some of them."

[[directory]]
name = "A directory"
website = "https://directory.org"
note = "Of many lines."

[[country]]
code = "XA"
name = "Aland"
emergency = [{ number = "112", service = "all" }, { number = "15", service = "ambulance" }]
emergency_note = "Made up."

[[country.line]]
id = "xa-second"
name = "Second"
phone = "+99 1-22 33"
dial = "+9912233"
menu = "2"
hours = "not stated"
languages = ["en", "xx", "es"]
kind = "youth"
for = "young people"
verified = "two-lists"
newest_source = "2024-11"
sources = ["https://one.org", "https://two.org"]

[[country.line]]
id = "xa-first"
name = "First"
local_name = "Prima"
sms_number = "04 77"
sms_keyword = "SAY HI"
website = "https://first.org"
hours = "24/7"
kind = "emotional-support"
for = "anyone"
area = "the north"
cost = "free"
note = "Any word works."
verified = "confirmed"
newest_source = "2026"
sources = ["https://one.org", "https://two.org"]

[[country.line]]
id = "xa-rumour"
name = "Rumour"
phone = "55"
dial = "55"
hours = "24/7"
kind = "youth"
for = "anyone"
verified = "single-source"
newest_source = "undated"
sources = ["https://one.org"]

[[country]]
code = "XB"
name = "Bland"
emergency = [{ number = "999", service = "all" }]
"""
TODAY = date(2026, 11, 22)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes the file with `old` replaced by `new` once, and gives its path."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in HELPLINES
        path = tmp_path / "helplines.toml"
        path.write_text(HELPLINES.replace(old, new, 1) if old else HELPLINES, "utf-8")
        return path

    return write


def test_the_shipped_file_is_read_with_lines_that_can_all_be_reached():
    helplines = load_helplines(SHIPPED)
    lines = [line for country in helplines.countries for line in country.lines]
    assert (len(helplines.countries), len(lines)) == (67, 104)
    assert all(country.emergency for country in helplines.countries)
    assert all(line.tel_uri or line.sms_uri for line in lines)
    assert {line.verified for line in lines} == {"confirmed", "two-lists"}


def test_what_a_phone_dials_is_what_people_read():
    for country in load_helplines(SHIPPED).countries:
        for line in country.lines:
            assert re.sub(r"[^\d*+]", "", line.phone) == line.dial, line.id


def test_a_file_is_read_with_every_field(write):
    helplines = load_helplines(write())
    assert (helplines.seen, helplines.review_after) == (date(2026, 11, 22), date(2027, 2, 22))
    assert helplines.advice == "Call the emergency number first."
    assert helplines.eu.emergency == "112"
    assert helplines.eu.emotional_support == "116 123"
    assert [each.website for each in helplines.directories] == ["https://directory.org"]
    first, second = helplines.countries
    assert (first.code, first.name, first.emergency_note) == ("XA", "Aland", "Made up.")
    assert first.emergency == (Emergency("112", "all"), Emergency("15", "ambulance"))
    assert second == Country("XB", "Bland", (Emergency("999", "all"),), "", ())


def test_confirmed_lines_come_first_and_single_sources_are_left_out(write):
    lines = load_helplines(write()).countries[0].lines
    assert [line.id for line in lines] == ["xa-first", "xa-second"]


def test_a_line_is_read_with_every_field(write):
    assert load_helplines(write()).countries[0].lines[0] == Line(
        id="xa-first",
        name="First",
        local_name="Prima",
        phone="",
        dial="",
        menu="",
        sms_number="04 77",
        sms_keyword="SAY HI",
        website="https://first.org",
        hours="24/7",
        languages=(),
        kind="emotional-support",
        for_whom="anyone",
        area="the north",
        cost="free",
        note="Any word works.",
        verified="confirmed",
        newest_source="2026",
    )


def test_numbers_become_addresses_that_phones_take(write):
    country = load_helplines(write()).countries[0]
    texted, called = country.lines
    assert (called.tel_uri, called.sms_uri) == ("tel:+9912233", "")
    assert (texted.tel_uri, texted.sms_uri) == ("", "sms:0477?&body=SAY%20HI")
    assert replace(texted, sms_keyword="").sms_uri == "sms:0477"
    assert country.emergency[1].tel_uri == "tel:15"


def test_lines_of_one_service_stand_together_where_the_best_of_them_stands(write):
    path = write('id = "xa-second"', 'id = "xa-second"\npair = "xa-first"')
    (service,) = load_helplines(path).countries[0].services
    assert [line.id for line in service] == ["xa-first", "xa-second"]
    assert [len(each) for each in load_helplines(write()).countries[0].services] == [1, 1]


def test_a_line_that_is_verified_by_the_operator_needs_no_sources_and_comes_first(write):
    path = write('verified = "single-source"', 'verified = "own"')
    assert load_helplines(path).countries[0].lines[0].id == "xa-rumour"


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("[general]", "[general", 5, "F01"),
        ("[general]", "[particular]", 5, "F02"),
        ('note = "Of many lines."', "", 11, "F02"),
        ('for = "young people"', 'four = "people"', 31, "F02"),
        ('for = "young people"', "", 22, "F02"),
        ('number = "15"', 'numbr = "15"', 19, "F02"),
        ('seen = "2026-11-22"', 'seen = "lately"', 1, "F03"),
        ('advice = "Call', 'advice = 112 # "Call', 3, "F03"),
        ('languages = ["en"', 'languages = [1, "en"', 29, "F03"),
        ('eu_emergency = "112"', 'eu_emergency = "one"', 6, "H01"),
        ("https://directory.org", "http://directory.org", 13, "H01"),
        ('code = "XA"', 'code = "xa"', 17, "H01"),
        ('code = "XA"', 'code = "XAA"', 17, "H01"),
        ('code = "XB"', 'code = "XA"', 66, "H01"),
        ('id = "xa-first"', 'id = "xa-second"', 37, "H01"),
        ('number = "15"', 'number = "1 5"', 19, "H01"),
        ('[{ number = "999", service = "all" }]', "[]", 68, "H01"),
        ('phone = "+99 1-22 33"', 'phone = "ask"', 25, "H01"),
        ('phone = "+99 1-22 33"', "", 23, "H01"),
        ('dial = "+9912233"', "", 25, "H01"),
        ('dial = "+9912233"', 'dial = "+99 12233"', 26, "H01"),
        ('phone = "+99 1-22 33"', 'sms_number = "99"', 26, "H01"),
        ('menu = "2"', 'menu = "two"', 27, "H01"),
        ('sms_number = "04 77"', 'sms_number = "0477;"', 40, "H01"),
        ('sms_number = "04 77"', 'menu = "2"', 37, "H01"),
        ('sms_number = "04 77"', 'phone = "0477"\ndial = "0477"', 42, "H01"),
        ('verified = "two-lists"', 'verified = "hearsay"', 32, "H01"),
        ('["https://one.org", "https://two.org"]', '["https://one.org"]', 34, "H01"),
        ('"https://two.org"]', '"https://one.org"]', 34, "H01"),
        ("https://first.org", "first.org", 42, "H01"),
        ('newest_source = "2024-11"', 'newest_source = "2024-13"', 33, "H01"),
        ('menu = "2"', 'menu = "2"\npair = "xa-nobody"', 28, "H01"),
        ('menu = "2"', 'menu = "2"\npair = "xa-second"', 28, "H01"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(write, old, new, line, rule):
    path = write(old, new)
    with pytest.raises(HelplineError) as caught:
        load_helplines(path)
    error = caught.value
    assert (error.file, error.line, error.rule) == (str(path), line, rule)
    assert error.reason and error.remedy


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(HelplineError) as caught:
        load_helplines(tmp_path / "helplines.toml")
    assert caught.value.rule == "F01"


def reasons(path: Path, today: date) -> list[str]:
    return [finding.reason for finding in stale(load_helplines(path), today)]


def test_a_file_checked_lately_is_not_stale(write):
    assert reasons(write(), TODAY) == []


def test_a_file_is_stale_the_day_after_its_review_was_due(write):
    assert reasons(write(), date(2027, 2, 22)) == ["xa-second: newest source is 2024-11"]
    assert reasons(write(), date(2027, 2, 23))[0] == "review was due on 2027-02-22"


def test_a_line_is_stale_when_its_newest_source_is_over_24_months_old(write):
    assert reasons(write(), date(2026, 11, 30)) == []
    assert reasons(write(), date(2026, 12, 1)) == ["xa-second: newest source is 2024-11"]


def test_a_source_of_a_year_alone_counts_from_its_january(write):
    path = write('newest_source = "2026"', 'newest_source = "2024"')
    assert reasons(path, TODAY) == ["xa-first: newest source is 2024"]


def test_a_source_without_a_date_is_stale(write):
    path = write('newest_source = "2026"', 'newest_source = "undated"')
    assert reasons(path, TODAY) == ["xa-first: newest source is undated"]


def test_what_is_stale_is_a_warning_at_the_line(write):
    path = write('newest_source = "2026"', 'newest_source = "undated"')
    (finding,) = stale(load_helplines(path), TODAY)
    assert not is_overdue(load_helplines(path), TODAY)
    assert (finding.file, finding.line, finding.rule) == (str(path), 36, "H02")
    assert finding.level is Level.WARNING
