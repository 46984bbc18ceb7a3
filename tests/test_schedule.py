"""When reminders are due, in every zone and through every change of the clock."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import local_date
from webapp.schedule import next_due
from webapp.schedule import occurrences_on
from webapp.schedule import slot_of
from webapp.timezones import known_zones
from webapp.timezones import load_zone
from webapp.timezones import zone_rules
from webapp.wish import parse_reminder

TOPICS = ("asking", "worth", "rest")
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
DAY = 86_400
ONE_SECOND = timedelta(seconds=1)


def reminder_at(text: str, zone: str) -> Reminder:
    return parse_reminder({"time": text, "zone": zone}, TOPICS, NOW)


def due_times(text: str, zone: str, start: str, days: int) -> list[str]:
    """Local date and UTC instant of the occurrences that follow `start` (UTC)."""
    reminder, after = reminder_at(text, zone), datetime.fromisoformat(start + "+00:00")
    shown = []
    for _ in range(days):
        found = next_due(reminder, after)
        after = datetime.fromtimestamp(found.due_at, UTC)
        shown.append(f"{found.date} {after:%m-%dT%H:%M}Z")
    return shown


# Clock changes: vectors


@pytest.mark.parametrize(
    ("text", "zone", "start", "expected"),
    [
        # An ordinary spring morning shifts by an hour in UTC.
        ("08:00", "Europe/Lisbon", "2027-03-27T00:00", ["2027-03-27 03-27T08:00Z"]),
        ("08:00", "Europe/Lisbon", "2027-03-28T00:00", ["2027-03-28 03-28T07:00Z"]),
        # 02:00 to 03:00 is skipped: due at the first instant after the gap, and only that day.
        (
            "02:30",
            "Europe/Berlin",
            "2027-03-27T12:00",
            ["2027-03-28 03-28T01:00Z", "2027-03-29 03-29T00:30Z"],
        ),
        ("02:00", "Europe/Berlin", "2027-03-27T12:00", ["2027-03-28 03-28T01:00Z"]),
        ("03:00", "Europe/Berlin", "2027-03-27T12:00", ["2027-03-28 03-28T01:00Z"]),
        # 02:00 to 03:00 comes twice: the first only.
        (
            "02:30",
            "Europe/Berlin",
            "2027-10-30T12:00",
            ["2027-10-31 10-31T00:30Z", "2027-11-01 11-01T01:30Z"],
        ),
        # Between the two, the day's is over.
        ("02:30", "Europe/Berlin", "2027-10-31T00:45", ["2027-11-01 11-01T01:30Z"]),
        # Lord Howe shifts by half an hour.
        (
            "02:15",
            "Australia/Lord_Howe",
            "2027-10-01T20:00",
            ["2027-10-03 10-02T15:30Z", "2027-10-04 10-03T15:15Z"],
        ),
        (
            "01:45",
            "Australia/Lord_Howe",
            "2027-04-03T00:00",
            ["2027-04-04 04-03T14:45Z", "2027-04-05 04-04T15:15Z"],
        ),
        # Offsets of a quarter of an hour, and the far end of the date line.
        ("07:00", "Asia/Kathmandu", "2027-01-01T00:00", ["2027-01-01 01-01T01:15Z"]),
        ("07:00", "Pacific/Kiritimati", "2027-01-01T00:00", ["2027-01-02 01-01T17:00Z"]),
        ("07:00", "Pacific/Pago_Pago", "2027-01-01T00:00", ["2027-01-01 01-01T18:00Z"]),
        # Samoa left out 2011-12-30.
        (
            "08:00",
            "Pacific/Apia",
            "2011-12-29T00:00",
            ["2011-12-29 12-29T18:00Z", "2011-12-31 12-30T18:00Z"],
        ),
        # A gap that swallows midnight: the day is 30 minutes short, and keeps its occurrence.
        (
            "23:45",
            "America/Toronto",
            "1919-03-30T12:00",
            ["1919-03-30 03-31T04:30Z", "1919-03-31 04-01T03:45Z"],
        ),
        # Midnight itself is skipped.
        ("00:00", "Asia/Beirut", "2027-03-27T12:00", ["2027-03-28 03-27T22:00Z"]),
        # Leap day, and the turn of the year.
        ("23:59", "UTC", "2028-02-28T23:59", ["2028-02-29 02-29T23:59Z"]),
        ("00:00", "UTC", "2027-12-31T00:00", ["2028-01-01 01-01T00:00Z"]),
    ],
)
def test_an_occurrence_follows_the_local_date(
    text: str, zone: str, start: str, expected: list[str]
) -> None:
    assert due_times(text, zone, start, len(expected)) == expected


def test_a_date_that_a_zone_left_out_has_no_occurrence() -> None:
    for text in ("00:00", "08:00", "23:59"):
        assert occurrences_on(reminder_at(text, "Pacific/Apia"), date(2011, 12, 30)) == []


def test_the_next_one_is_strictly_later() -> None:
    reminder = reminder_at("08:00", "UTC")
    at_eight = datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert next_due(reminder, at_eight - ONE_SECOND).date == date(2027, 1, 15)
    assert next_due(reminder, at_eight).date == date(2027, 1, 16)
    assert next_due(reminder, at_eight - timedelta(microseconds=1)).date == date(2027, 1, 15)


def test_the_local_date_is_the_readers() -> None:
    assert local_date(reminder_at("08:00", "Pacific/Kiritimati"), NOW) == date(2027, 1, 16)
    assert local_date(reminder_at("08:00", "Pacific/Pago_Pago"), NOW) == date(2027, 1, 15)


# Several times, weekdays, a pause

SEVERAL = dataclasses.replace(reminder_at("08:00", "Europe/Berlin"), minutes=(480, 810, 1260))


def test_several_times_come_in_order_and_then_the_next_day() -> None:
    after, found = NOW, []  # 13:00 in Berlin
    for _ in range(4):
        one = next_due(SEVERAL, after)
        after = datetime.fromtimestamp(one.due_at, UTC)
        found.append(f"{one.date:%d} {after:%H:%M}")
    assert found == ["15 12:30", "15 20:00", "16 07:00", "16 12:30"]


def test_on_a_day_that_is_not_chosen_or_paused_nothing_comes() -> None:
    friday = date(2027, 1, 15)
    assert len(occurrences_on(SEVERAL, friday)) == 3
    assert occurrences_on(dataclasses.replace(SEVERAL, days=(1, 4, 6)), friday) == []
    ends = dataclasses.replace(SEVERAL, pause_until=friday)
    assert len(occurrences_on(ends, friday)) == 3
    assert occurrences_on(ends, friday - timedelta(days=1)) == []


def test_a_pause_that_is_over_changes_nothing() -> None:
    over = dataclasses.replace(SEVERAL, pause_until=date(2027, 1, 1))
    assert next_due(over, NOW) == next_due(SEVERAL, NOW)


def test_an_occurrence_stands_for_one_of_the_chosen_times() -> None:
    day = date(2027, 1, 15)
    assert [slot_of(SEVERAL, one) for one in occurrences_on(SEVERAL, day)] == [0, 1, 2]


def test_of_times_that_a_change_makes_one_the_occurrence_stands_for_the_first() -> None:
    spring = dataclasses.replace(SEVERAL, minutes=(60, 125, 150))
    found = occurrences_on(spring, date(2027, 3, 28))
    assert [slot_of(spring, one) for one in found] == [0, 1]


@pytest.mark.parametrize(("shift", "slot"), [(-9 * 3600, 0), (60, 0), (6 * 3600, 1), (DAY, 2)])
def test_an_instant_that_no_time_has_stands_for_the_last_before_it(shift: int, slot: int) -> None:
    first = occurrences_on(SEVERAL, date(2027, 1, 15))[0]
    assert slot_of(SEVERAL, Occurrence(first.date, first.due_at + shift)) == slot


def test_rules_come_from_the_tzdata_package_whatever_the_machine_has() -> None:
    rules = zone_rules()
    assert rules.keys() == known_zones()
    assert rules["Europe/Lisbon"].startswith(b"TZif")
    assert load_zone("Mars/Olympus") is None


# Clock changes: every zone


def zone_of(name: str) -> ZoneInfo:
    zone = load_zone(name)
    assert zone is not None
    return zone


def naive_truth(zone: ZoneInfo, minute: int, start: datetime, end: datetime) -> list[Occurrence]:
    """What a patient person with a local clock sees: for each local date the first instant at
    which the clock shows the minute, or, if it never does, the first at which it shows later.
    """
    found: dict[date, int] = {}
    late: dict[date, int] = {}
    previous = start.astimezone(zone).replace(tzinfo=None)
    instant = start
    while instant < end:
        instant += timedelta(minutes=5)
        wall = instant.astimezone(zone).replace(tzinfo=None)
        seconds = int(instant.timestamp())
        if wall.hour * 60 + wall.minute == minute:
            found.setdefault(wall.date(), seconds)
        for day in {previous.date(), wall.date()}:
            target = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
            if previous < target < wall:
                late.setdefault(day, seconds)
        previous = wall
    days = sorted(found | late)
    return [Occurrence(day, found.get(day, late.get(day, 0))) for day in days]


@settings(max_examples=60)
@given(
    zone=st.sampled_from(sorted(known_zones())),
    day=st.dates(date(1996, 1, 1), date(2036, 12, 1)),
    slot=st.integers(0, 287),
)
def test_each_local_day_has_exactly_one_occurrence_in_every_zone(
    zone: str, day: date, slot: int
) -> None:
    start = datetime.combine(day, datetime.min.time(), UTC)
    end = start + timedelta(days=9)
    reminder = Reminder((slot * 5,), zone, 0)
    expected = [
        occurrence
        for occurrence in naive_truth(zone_of(zone), slot * 5, start - timedelta(days=2), end)
        if start.timestamp() < occurrence.due_at <= end.timestamp()
    ]
    found, after = [], start
    while (following := next_due(reminder, after)).due_at <= end.timestamp():
        found.append(following)
        after = datetime.fromtimestamp(following.due_at, UTC)
    assert found == expected


ALL_CHANGES_OF_2027 = [
    (zone, day)
    for zone in ("Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "America/Nuuk")
    for day in (date(2027, 1, 1) + timedelta(n) for n in range(364))
    if zone_of(zone).utcoffset(datetime.combine(day, datetime.min.time()))
    != zone_of(zone).utcoffset(datetime.combine(day + timedelta(1), datetime.min.time()))
]


@pytest.mark.parametrize(("zone", "day"), ALL_CHANGES_OF_2027)
def test_every_minute_of_a_day_with_a_clock_change_has_one_occurrence(zone: str, day: date) -> None:
    for minute in range(0, 1440, 5):
        reminder = Reminder((minute,), zone, 0)
        start = datetime.combine(day - timedelta(1), datetime.min.time(), zone_of(zone))
        after, dates = start - ONE_SECOND, []
        for _ in range(3):
            found = next_due(reminder, after)
            after = datetime.fromtimestamp(found.due_at, UTC)
            dates.append(found.date)
        assert dates == [day - timedelta(1), day, day + timedelta(1)]


# A zone that is unknown when it is time to send


def test_an_unknown_zone_falls_back_to_the_offset_from_registration(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = reminder_at("08:00", "Asia/Kathmandu")
    renamed = dataclasses.replace(known, zone="Asia/Renamed_Since")
    with caplog.at_level(logging.WARNING):
        assert next_due(renamed, NOW) == next_due(known, NOW)
        assert local_date(renamed, NOW) == local_date(known, NOW)
    assert "Asia/Renamed_Since" in caplog.text


@pytest.mark.parametrize("zone", ["", "../../etc/passwd", "/etc/localtime", "a\x00b", "Europe"])
def test_a_name_that_is_no_zone_never_raises(zone: str) -> None:
    assert next_due(Reminder((480,), zone, 60), NOW).due_at == int(NOW.timestamp()) + 19 * 3600
