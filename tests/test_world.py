"""Twenty years of reminders in every time zone, against a truth that knows no `zoneinfo` tricks.

Between two changes of its clock a zone is a constant offset, so the truth is plain arithmetic on
the changes: the first instant at which the clock on the wall shows the time on that date; if it
never does, the instant of the change that skipped it; none for a date that was left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from functools import cache

import pytest

from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import next_due
from webapp.schedule import occurrences_on
from webapp.timezones import known_zones
from webapp.timezones import load_zone
from webapp.timezones import zone_rules

DAY = 86_400
FIRST, LAST = date(2020, 1, 1), date(2040, 12, 31)
EPOCH = date(1970, 1, 1)
EVERY_FEW_DAYS = 97  # days; a prime, so that weekdays and months take turns
MINUTES = (0, 1, 480, 810, 1439)
ZONES = sorted({rules: zone for zone, rules in sorted(zone_rules().items())}.values())
"""One name for all that are the same zone."""
WALKED = (
    "America/Nuuk",  # skips the hour before midnight
    "America/St_Johns",
    "Africa/Casablanca",  # its clocks go by the moon
    "Asia/Beirut",  # skips midnight
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # shifts by half an hour
    "Europe/Lisbon",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)


@dataclass(frozen=True)
class Clock:
    """A zone as its constant offsets (seconds) and the instants from which each holds."""

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def wall(self, instant: int) -> int:
        """The seconds on the wall since 1970-01-01 there."""
        return instant + self.offsets[bisect_right(self.starts, instant) - 1]

    def due(self, day: date, minute: int) -> int | None:
        """The instant of a local date and minute; see the module."""
        wall = (day - EPOCH).days * DAY + minute * 60
        place = bisect_right(self.starts, wall)
        near = range(max(place - 2, 0), min(place + 2, len(self.starts)))
        shown = [at for n in near if self._holds(n, at := wall - self.offsets[n])]
        if shown:
            return min(shown)
        change = min(self.starts[n] for n in near if wall < self.starts[n] + self.offsets[n])
        dates = {EPOCH + timedelta(seconds=self.wall(at)) for at in (change - 1, change)}
        return change if day in dates else None

    def _holds(self, number: int, instant: int) -> bool:
        ends = self.starts[number + 1] if number + 1 < len(self.starts) else instant + 1
        return self.starts[number] <= instant < ends

    def changes(self) -> Iterator[tuple[int, date]]:
        """Each change of the clock after the first offset, and its date by the clock before."""
        for start in self.starts[1:]:
            yield start, EPOCH + timedelta(seconds=self.wall(start - 1))


@cache
def clock_of(zone: str, first: date = FIRST, last: date = LAST) -> Clock:
    """Read a zone's changes off its offsets, three days at a time and then to the second."""
    info = load_zone(zone)

    def offset(instant: int) -> int:
        shift = datetime.fromtimestamp(instant, info).utcoffset()
        assert shift is not None
        return int(shift.total_seconds())

    start, end = ((day - EPOCH).days * DAY for day in (first, last))
    starts, offsets = [start - 3 * DAY], [offset(start - 3 * DAY)]
    for instant in range(start, end + 6 * DAY, 3 * DAY):
        while offset(instant) != offsets[-1]:
            low, high = max(instant - 3 * DAY, starts[-1]), instant
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            starts.append(high)
            offsets.append(offset(high))
    return Clock(tuple(starts), tuple(offsets))


def expected_on(clock: Clock, reminder: Reminder, day: date) -> list[Occurrence]:
    """The truth of one date: each chosen time once, those that a change made one as one."""
    instants = {clock.due(day, minute) for minute in reminder.minutes}
    return [Occurrence(day, at) for at in sorted(at for at in instants if at is not None)]


def days_around(day: date, count: int = 2) -> list[date]:
    return [day + timedelta(days=n) for n in range(-count, count + 1)]


def times_around(clock: Clock, change: int) -> tuple[int, ...]:
    """Minutes of the day before, at, in and after what a change skips or brings twice."""
    walls = (clock.wall(change - 1) + 1, clock.wall(change))
    low, high = min(walls) // 60, max(walls) // 60
    near = {low - 1, low, (low + high) // 2, high - 1, high, high + 1}
    return tuple(sorted({minute % 1440 for minute in near} | {480}))


def test_all_names_of_the_same_rules_are_one_zone() -> None:
    assert 300 < len(ZONES) <= len(known_zones())
    assert "Pacific/Apia" in ZONES or "Pacific/Samoa" in ZONES


def test_around_every_change_of_every_clock_each_day_and_time_has_its_one_occurrence() -> None:
    changes = 0
    for zone in ZONES:
        clock = clock_of(zone)
        for change, day in clock.changes():
            changes += 1
            reminder = Reminder(times_around(clock, change), zone, 0)
            for near in days_around(day, 1):
                assert occurrences_on(reminder, near) == expected_on(clock, reminder, near), zone
    assert changes > 3_000


def test_on_ordinary_days_in_every_zone_each_time_has_its_one_occurrence() -> None:
    for number, zone in enumerate(ZONES):
        clock, reminder = clock_of(zone), Reminder(MINUTES, zone, 0)
        day = FIRST + timedelta(days=number % EVERY_FEW_DAYS)
        while day <= LAST:
            assert occurrences_on(reminder, day) == expected_on(clock, reminder, day), zone
            day += timedelta(days=EVERY_FEW_DAYS)


def test_walking_over_every_change_of_every_clock_meets_each_occurrence_once() -> None:
    for number, zone in enumerate(ZONES):
        clock = clock_of(zone)
        for change, day in list(clock.changes())[number % 3 :: 3]:
            minutes = times_around(clock, change)[:3]
            reminder = Reminder(minutes, zone, 0)
            expected = [
                one.due_at for d in days_around(day) for one in expected_on(clock, reminder, d)
            ]
            assert walk(reminder, expected[0] - 1, expected[-1]) == sorted(set(expected)), zone


def walk(reminder: Reminder, after: int, until: int) -> list[int]:
    found = []
    while after < until:
        after = next_due(reminder, datetime.fromtimestamp(after, UTC)).due_at
        found.append(after)
    return found


@pytest.mark.parametrize("zone", WALKED)
def test_twenty_years_day_by_day_bring_every_date_once_and_in_order(zone: str) -> None:
    reminder = Reminder((150,), zone, 0)
    after, day = clock_of(zone).due(FIRST, 150), FIRST
    assert after is not None
    while day < LAST:
        found = next_due(reminder, datetime.fromtimestamp(after, UTC))
        assert found == Occurrence(day + timedelta(days=1), found.due_at)
        assert found.due_at == clock_of(zone).due(found.date, 150)
        after, day = found.due_at, found.date


@pytest.mark.parametrize("zone", WALKED)
def test_weekdays_and_a_pause_leave_the_other_days_out_and_change_no_instant(zone: str) -> None:
    daily = Reminder((0, 150, 1425), zone, 0)
    pause = date(2031, 3, 9)
    chosen = replace(daily, days=(2, 6, 7), pause_until=pause)
    start, end = ((day - EPOCH).days * DAY for day in (date(2030, 12, 1), date(2031, 12, 1)))
    clock = clock_of(zone)
    days = [pause + timedelta(days=n) for n in range((date(2031, 12, 3) - pause).days)]
    expected = {
        one.due_at
        for day in days
        if day.isoweekday() in (2, 6, 7)
        for one in expected_on(clock, daily, day)
    }
    found = walk(chosen, start, end)
    assert found == sorted(at for at in expected if at <= found[-1])
    assert set(found) <= set(walk(daily, start, found[-1]))


# Places with a story


def test_samoas_missing_friday_has_no_reminder_and_the_next_friday_has() -> None:
    apia = Reminder((480,), "Pacific/Apia", 0)
    before = datetime(2011, 12, 29, 20, tzinfo=UTC)  # the morning of Thursday is over
    assert next_due(apia, before).date == date(2011, 12, 31)
    assert next_due(replace(apia, days=(5,)), before).date == date(2012, 1, 6)
    assert next_due(replace(apia, pause_until=date(2011, 12, 30)), before).date == date(
        2011, 12, 31
    )
    clock = clock_of("Pacific/Apia", date(2011, 6, 1), date(2012, 6, 1))
    for day in days_around(date(2011, 12, 30), 3):
        assert occurrences_on(apia, day) == expected_on(clock, apia, day)


def test_kiritimati_left_a_day_out_and_has_been_the_first_to_wake_since() -> None:
    home = Reminder((480,), "Pacific/Kiritimati", 0)
    days = [day for day in days_around(date(1994, 12, 31)) if occurrences_on(home, day)]
    assert len(days) == 4
    assert next_due(home, datetime(2027, 1, 14, 17, tzinfo=UTC)) == Occurrence(
        date(2027, 1, 15), int(datetime(2027, 1, 14, 18, tzinfo=UTC).timestamp())
    )


def test_in_kathmandu_it_comes_at_a_quarter_past_by_utc_and_never_shifts() -> None:
    found = walk(Reminder((480,), "Asia/Kathmandu", 0), 0, 2_240_000_000)
    assert {at % DAY for at in found[-7_000:]} == {2 * 3600 + 15 * 60}


def test_lord_howes_half_hour_is_skipped_and_repeated_once_each() -> None:
    clock = clock_of("Australia/Lord_Howe")
    reminder = Reminder((105, 120, 135, 150), "Australia/Lord_Howe", 0)
    counts = {len(occurrences_on(reminder, day)) for _, day in clock.changes() if day.year == 2027}
    assert counts == {2, 4}  # in spring 02:00, 02:15 and 02:30 are one instant


def test_two_chosen_times_that_a_change_makes_one_bring_one_reminder() -> None:
    berlin = Reminder((120, 150, 180), "Europe/Berlin", 0)
    (only,) = occurrences_on(berlin, date(2027, 3, 28))
    assert only.due_at == int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp())
    assert len(occurrences_on(berlin, date(2027, 3, 29))) == 3


def test_a_skipped_hour_before_midnight_and_midnight_itself_are_one_instant_in_nuuk() -> None:
    nuuk = Reminder((0, 1410), "America/Nuuk", 0)
    change = next(at for at, day in clock_of("America/Nuuk").changes() if day == date(2027, 3, 27))
    found = walk(nuuk, change - DAY, change + DAY)
    assert found.count(change) == 1
    assert found == sorted(set(found))
