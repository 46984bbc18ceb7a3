"""An operator's own helplines: what they add, correct and hide, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.processes import ROOT
from webapp import create_app
from webapp.errors import HelplineError
from webapp.helplines import Country
from webapp.helplines import Helplines
from webapp.helplines import Line
from webapp.helplines import stale
from webapp.helplines_file import load_helplines

SHIPPED = ROOT / "webapp" / "content" / "helplines.toml"
LINE = """
[[country.line]]
id = "{id}"
name = "Campus line"
phone = "55 5"
dial = "555"
hours = "not stated"
kind = "emotional-support"
for = "students"
newest_source = "2026-11"
"""
IN_GERMANY = '[[country]]\ncode = "DE"\n'
CORRECTED = IN_GERMANY + '[[country.line]]\nid = "de-telefonseelsorge"\n'
NEW_COUNTRY = '[[country]]\ncode = "XZ"\nemergency = [{ number = "99", service = "all" }]\n'
Load = Callable[[str], Helplines]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads the shipped file with an operator's one over it."""

    def load(text: str) -> Helplines:
        path = tmp_path / "own.toml"
        path.write_text(text, "utf-8")
        return load_helplines(SHIPPED, path)

    return load


def country(helplines: Helplines, code: str) -> Country:
    return next(each for each in helplines.countries if each.code == code)


def ids(helplines: Helplines, code: str) -> list[str]:
    return [line.id for line in country(helplines, code).lines]


def test_an_empty_file_changes_nothing(load: Load) -> None:
    assert load("") == load_helplines(SHIPPED)


def test_a_line_of_a_new_id_is_added_before_the_others(load: Load) -> None:
    helplines = load(IN_GERMANY + LINE.format(id="de-campus"))
    before = ids(load_helplines(SHIPPED), "DE")
    assert ids(helplines, "DE") == ["de-campus", *before]
    assert country(helplines, "DE").emergency == country(load_helplines(SHIPPED), "DE").emergency


def test_a_line_of_a_known_id_is_corrected_in_what_is_given(load: Load) -> None:
    correction = '[[country.line]]\nid = "de-telefonseelsorge"\nhours = "daily 08:00–20:00"\n'
    line = country(load(IN_GERMANY + correction), "DE").lines[0]
    before = country(load_helplines(SHIPPED), "DE").lines[0]
    assert (line.id, line.hours) == ("de-telefonseelsorge", "daily 08:00–20:00")
    assert (line.phone, line.name, line.website) == (before.phone, before.name, before.website)


def correct(load: Load, fields: str, *, code: str, of: str) -> Line:
    text = f'[[country]]\ncode = "{code}"\n[[country.line]]\nid = "{of}"\n{fields}\n'
    return next(line for line in country(load(text), code).lines if line.id == of)


def test_a_new_phone_number_is_dialled_as_shown_and_without_the_old_ones_menu(load: Load) -> None:
    number, of = 'phone = "000 111"\ndial = "000111"\n', "gb-nhs-111-mental-health-option"
    before = correct(load, "", code="GB", of=of)
    assert before.menu
    line = correct(load, number, code="GB", of=of)
    assert (line.phone, line.tel_uri, line.menu) == ("000 111", "tel:000111", "")
    assert correct(load, number + 'menu = "7"', code="GB", of=of).menu == "7"
    again = correct(load, 'menu = "7"', code="GB", of=of)
    assert (again.phone, again.menu) == (before.phone, "7")


def test_a_new_text_number_is_sent_no_keyword_of_the_old_one(load: Load) -> None:
    number, of = 'sms_number = "00 00"\n', "gb-shout"
    before = correct(load, "", code="GB", of=of)
    assert before.sms_keyword
    line = correct(load, number, code="GB", of=of)
    assert (line.sms_uri, line.sms_keyword) == ("sms:0000", "")
    assert correct(load, number + 'sms_keyword = "HI"', code="GB", of=of).sms_keyword == "HI"
    again = correct(load, 'sms_keyword = "HI"', code="GB", of=of)
    assert (again.sms_number, again.sms_keyword) == (before.sms_number, "HI")


def test_a_new_country_is_added_and_the_numbers_of_a_known_one_corrected(load: Load) -> None:
    helplines = load(NEW_COUNTRY + IN_GERMANY + 'emergency = [{ number = "99", service = "all" }]')
    assert ids(helplines, "XZ") == []
    assert [each.number for each in country(helplines, "DE").emergency] == ["99"]
    assert ids(helplines, "DE") == ids(load_helplines(SHIPPED), "DE")


def test_a_line_is_hidden_by_its_id(load: Load) -> None:
    hidden = load('hide = ["de-telefonseelsorge"]')
    assert ids(hidden, "DE") == ["de-telefonseelsorge-second-line"]


def test_dates_of_the_operators_own_replace_those_of_the_file(load: Load) -> None:
    helplines = load('seen = "2026-12-01"\nreview_after = "2026-12-31"')
    assert (helplines.seen, helplines.review_after) == (date(2026, 12, 1), date(2026, 12, 31))


def test_what_is_due_is_told_at_its_line_of_the_operators_file(load: Load, tmp_path: Path) -> None:
    findings = stale(load(IN_GERMANY + LINE.format(id="de-campus")), date(2029, 1, 1))
    (finding,) = (each for each in findings if "de-campus" in each.reason)
    assert (finding.file, finding.line) == (str(tmp_path / "own.toml"), 4)


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("hide = [", 1, "F01"),
        ("shown = []", 1, "F02"),
        ('seen = "2026-12-01"', 1, "F02"),
        ('[[country]]\nname = "Here"', 1, "F02"),
        (IN_GERMANY + "[[country.line]]\nname = 'x'", 3, "F02"),
        ('[[country]]\ncode = "XZ"', 1, "F02"),
        (NEW_COUNTRY + '[[country.line]]\nid = "xz-new"', 4, "F02"),
        ('\nhide = ["de-nobody"]', 2, "H01"),
        (CORRECTED + 'phone = "000 111 222"', 5, "H01"),
        (CORRECTED + 'dial = "000111222"', 5, "H01"),
        (IN_GERMANY + LINE.format(id="fr-3114"), 5, "H01"),
        (IN_GERMANY + LINE.format(id="de-x").replace("555", "ask"), 8, "H01"),
        (IN_GERMANY + LINE.format(id="de-x") + 'verified = "confirmed"', 4, "H01"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(
    load: Load, tmp_path: Path, text: str, line: int, rule: str
) -> None:
    with pytest.raises(HelplineError) as caught:
        load(text)
    error = caught.value
    assert (error.file, error.line, error.rule) == (str(tmp_path / "own.toml"), line, rule)


def test_a_file_that_is_not_there_keeps_the_app_from_starting(
    settings_of: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(HelplineError, match="cannot be read"):
        create_app({**settings_of, "POCKET_HELPLINES": str(tmp_path / "none.toml")})


def test_the_example_of_the_readme_is_shown_to_readers(
    settings_of: dict[str, str], tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text()
    found = re.search(r"## Your own helplines.*?```toml\n(.*?)```", readme, re.S)
    assert found
    path = tmp_path / "own.toml"
    path.write_text(found[1])
    client = create_app({**settings_of, "POCKET_HELPLINES": str(path)}).test_client()
    page = client.get("/help").text
    assert "Campus counselling" in page
    assert "Daily 08:00–20:00" in page
    assert "0800 111 0 222" not in page
