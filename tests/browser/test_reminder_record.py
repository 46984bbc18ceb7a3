"""The reminder as the device keeps it: sound out of anything, true about what the server has."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.device import documents_of
from tests.browser.device import put_document
from tests.browser.modules import import_module
from tests.processes import Server

ZONE = "Asia/Tokyo"
DEFAULTS = {
    "times": ["08:00"],
    "days": [],
    "pause_until": None,
    "level": "words",
    "source": "deck",
    "sound": False,
    "topics": [],
    "language": "en",
}
UNTOUCHED = {
    "wanted": DEFAULTS,
    "zone": {"follow": True, "home": ZONE},
    "isOn": False,
    "isPending": False,
    "told": None,
    "next": None,
    "acceptedAt": None,
    "why": "",
}
PROOF = {"endpoint": "https://push.example/1", "auth": "secret"}
NEXT = {"at": "2027-01-15T08:00:00+00:00"}


@pytest.fixture
def record(page: Page, site: Server) -> Page:
    """A page of a device in Tokyo, with the module as `globalThis.record`."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": ZONE})
    page.goto(site.base_url + "/about")
    import_module(page, "reminder-record")
    page.evaluate("globalThis.record = globalThis['reminder-record']")
    return page


def call(page: Page, name: str, *arguments: Any) -> Any:
    return page.evaluate("([name, given]) => record[name](...given)", [name, list(arguments)])


def wanted(**changes: Any) -> dict[str, Any]:
    return DEFAULTS | changes


@pytest.mark.parametrize(
    "kept", [None, 7, "on", [], {"wanted": 3, "zone": [], "told": {"auth": 1}, "next": {"at": 4}}]
)
def test_anything_unsound_counts_as_untouched(record: Page, kept: Any) -> None:
    assert call(record, "parseRecord", kept) == UNTOUCHED


def test_a_wish_has_one_spelling(record: Page) -> None:
    given = {
        "times": ["21:00", "25:00", "07:30", "07:30"],
        "days": [7, 1, 9, 1, 2.5],
        "topics": [3],
    }
    assert call(record, "parseWanted", given) == wanted(times=["07:30", "21:00"], days=[1, 7])
    assert call(record, "parseWanted", {"days": [1, 2, 3, 4, 5, 6, 7]})["days"] == []
    assert call(record, "parseWanted", {"time": "06:15"})["times"] == ["06:15"]


def test_a_wish_waits_until_the_server_has_taken_it(record: Page) -> None:
    mine = wanted(times=["06:15"], days=[1, 5])
    call(record, "remember", mine, {"follow": True})
    kept = documents_of(record)["reminder"]
    assert (kept["wanted"], kept["isOn"], kept["isPending"]) == (mine, True, True)
    call(record, "confirm", mine | {"zone": ZONE}, {"next": NEXT}, PROOF)
    kept = documents_of(record)["reminder"]
    assert (kept["isPending"], kept["told"], kept["next"]) == (False, PROOF, NEXT)


def test_a_change_made_while_the_one_before_was_under_way_still_waits(record: Page) -> None:
    call(record, "remember", wanted(times=["06:15"]), {"follow": True})
    sent = call(record, "reminderOf", call(record, "readRecord"))
    call(record, "remember", wanted(times=["09:00"]), {"follow": True})
    assert call(record, "confirm", sent, {"next": NEXT}, PROOF)["isPending"]


@pytest.mark.parametrize("is_told", [True, False])
def test_what_the_server_takes_after_it_was_turned_off_is_to_be_deleted(
    record: Page, is_told: bool
) -> None:
    call(record, "remember", wanted(), {"follow": True})
    sent = call(record, "reminderOf", call(record, "readRecord"))
    call(record, "rememberOff", is_told)
    kept = call(record, "confirm", sent, {"next": NEXT}, PROOF)
    assert (kept["isOn"], kept["isPending"], kept["told"]) == (False, True, PROOF)


def test_the_servers_word_counts_unless_a_change_waits(record: Page) -> None:
    theirs = {"reminder": wanted(times=["05:00"], zone=ZONE), "next": NEXT}
    kept = call(record, "adopt", theirs | {"last_accepted_at": "2027-01-14T08:00:01Z"}, PROOF)
    assert kept["acceptedAt"] == "2027-01-14T08:00:01Z"
    assert (kept["wanted"]["times"], kept["isOn"], kept["told"]) == (["05:00"], True, PROOF)
    call(record, "remember", wanted(times=["09:00"]), {"follow": True})
    assert call(record, "adopt", theirs, PROOF)["wanted"]["times"] == ["09:00"]


def test_off_keeps_what_is_needed_to_delete_it_later_and_nothing_after(record: Page) -> None:
    call(record, "remember", wanted(), {"follow": True})
    call(record, "confirm", wanted(zone=ZONE), {"next": NEXT}, PROOF)
    kept = call(record, "rememberOff", False)
    assert (kept["isOn"], kept["isPending"], kept["told"]) == (False, True, PROOF)
    kept = call(record, "rememberOff", True)
    assert (kept["isOn"], kept["isPending"], kept["told"], kept["next"]) == (
        False,
        False,
        None,
        None,
    )


def test_the_zone_is_the_devices_unless_held_at_home(record: Page) -> None:
    here = call(record, "reminderOf", UNTOUCHED)
    home = call(
        record, "reminderOf", UNTOUCHED | {"zone": {"follow": False, "home": "Europe/Lisbon"}}
    )
    away = UNTOUCHED | {"zone": {"follow": True, "home": "Europe/Lisbon"}}
    assert (here["zone"], home["zone"]) == (ZONE, "Europe/Lisbon")
    assert call(record, "reminderOf", away)["zone"] == ZONE
    assert call(record, "parseRecord", away)["zone"] == away["zone"]
    assert not call(record, "isSame", here, home)


def test_a_pause_that_is_over_is_not_told(record: Page) -> None:
    for date, told in [("2020-01-01", None), ("2999-01-01", "2999-01-01")]:
        kept = UNTOUCHED | {"wanted": wanted(pause_until=date)}
        assert call(record, "reminderOf", kept)["pause_until"] == told


def test_when_the_worker_last_showed_one_is_read_from_its_document(record: Page) -> None:
    assert call(record, "lastShown") == 0
    put_document(record, "shown", {"at": 1_800_000_000_000})
    assert call(record, "lastShown") == 1_800_000_000_000
