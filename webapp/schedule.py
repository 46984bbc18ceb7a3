"""When a reminder is due: local wall-clock times in, UTC instants out.

The policy for clock changes (RFC 5545, and cron's descendants): a time that the clock skips
is due at the first instant after the gap; a time that comes twice is due the first time only;
a date that a zone leaves out has no occurrence; two chosen times that a change of the clock
makes one instant are one occurrence. Pure: it never looks at the clock.
"""

from __future__ import annotations

import enum
import logging
from bisect import bisect_left
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from datetime import tzinfo
from functools import cache

from webapp.timezones import load_zone

_DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


class Level(enum.StrEnum):
    """What the lock screen may show: the affirmation's words, or a neutral text."""

    WORDS = "words"
    NEUTRAL = "neutral"


class Source(enum.StrEnum):
    """Where the words come from: our deck, or what the device has saved and written itself."""

    DECK = "deck"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A wish for a line at one to three times of the local day in an IANA `zone`.

    `minutes` (0..1439) are distinct and in order, and so are `days` (ISO weekdays, 1 is Monday);
    no `days` means each, no `topics` means every topic. `pause_until` is the first local date on
    which it comes again. `utc_offset_minutes` is the zone's offset at registration, kept for the
    day that the zone's name is unknown to us. `language` is the BCP 47 tag of one of ours.
    """

    minutes: tuple[int, ...]
    zone: str
    utc_offset_minutes: int
    level: Level = Level.WORDS
    topics: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    pause_until: date | None = None
    source: Source = Source.DECK
    sound: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One reminder of a day: its local date, and its instant in seconds since 1970 UTC."""

    date: date
    due_at: int


def next_due(reminder: Reminder, after: datetime) -> Occurrence:
    """Return the first occurrence strictly after an aware instant."""
    day = max(local_date(reminder, after), reminder.pause_until or date.min)
    while True:
        for occurrence in occurrences_on(reminder, day):
            if occurrence.due_at > after.timestamp():
                return occurrence
        day += _DAY


def when(reminder: Reminder, now: datetime) -> tuple[object, ...]:
    """Return the zone, and all else that says when it comes: a pause that is over says nothing."""
    until = reminder.pause_until
    is_paused = until is not None and until > local_date(reminder, now)
    return reminder.zone, reminder.minutes, reminder.days, until if is_paused else None


def next_after_change(
    before: Reminder,
    after: Reminder,
    stands: Occurrence,
    accepted_at: int | None,
    now: datetime,
) -> Occurrence:
    """Return what comes next for a wish that takes another's place, of which `stands` is unsent.

    That stays when it is due and the new wish has it too. To who only travels, no time of a date
    comes again that had come there before `accepted_at`, when the last message was accepted.
    """
    if stands.due_at <= now.timestamp() and stands in occurrences_on(after, stands.date):
        return stands
    found = next_due(after, now)
    came_by = min(stands.due_at - 1, -1 if accepted_at is None else accepted_at)
    while when(before, now)[1:] == when(after, now)[1:]:
        then = instants_on(before, found.date)[slot_of(after, found) :]
        if not then or then[0] > came_by:
            break
        found = next_due(after, datetime.fromtimestamp(found.due_at, UTC))
    return found


def occurrences_on(reminder: Reminder, day: date) -> list[Occurrence]:
    """Return a local date's occurrences in order: none on a day that is not chosen, that is
    before the pause's end, or that the zone left out.
    """
    is_chosen = not reminder.days or day.isoweekday() in reminder.days
    if not is_chosen or day < (reminder.pause_until or date.min):
        return []
    return [Occurrence(day, instant) for instant in sorted(set(instants_on(reminder, day)))]


def instants_on(reminder: Reminder, day: date, zone: tzinfo | None = None) -> list[int]:
    """Return a local date's instant for each chosen time, in order; none when the zone left the
    date out. A `zone` stands in for the reminder's own.
    """
    zone = zone or _find_zone(reminder)
    found = (_find_instant(day, minute, zone) for minute in reminder.minutes)
    return [instant for instant in found if instant is not None]


def slot_of(reminder: Reminder, occurrence: Occurrence, zone: tzinfo | None = None) -> int:
    """Return which of the chosen times (0, 1, 2) an occurrence stands for.

    The first of those that a change of the clock made one; of an instant that none of them has,
    since the time or the zone's rules were changed after it was set, the last one before it.
    A `zone` stands in for the reminder's own.
    """
    instants = instants_on(reminder, occurrence.date, zone)
    place = max(bisect_right(instants, occurrence.due_at) - 1, 0)
    return bisect_left(instants, instants[place]) if instants else 0


def local_date(reminder: Reminder, instant: datetime) -> date:
    """Return the date on the reader's wall at an aware instant."""
    return instant.astimezone(_find_zone(reminder)).date()


def _find_instant(day: date, minute: int, zone: tzinfo) -> int | None:
    # fold is 0: of a time that comes twice, PEP 495 means the first.
    wall = datetime.combine(day, time(*divmod(minute, 60)), zone)
    instant = int(wall.timestamp())
    if datetime.fromtimestamp(instant, zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    end = _find_end_of_gap(wall)
    around_gap = (datetime.fromtimestamp(second, zone).date() for second in (end - 1, end))
    return end if day in around_gap else None


def _find_zone(reminder: Reminder) -> tzinfo:
    """Names come from our own rows; one may have left tzdata since it was registered."""
    return load_zone(reminder.zone) or _fixed_zone(reminder.zone, reminder.utc_offset_minutes)


@cache
def _fixed_zone(name: str, utc_offset_minutes: int) -> timezone:
    _log.warning("unknown time zone %r: using the UTC offset from registration", name)
    return timezone(timedelta(minutes=utc_offset_minutes))


def _find_end_of_gap(wall: datetime) -> int:
    """Return the first second after the gap that skips `wall` (PEP 495 puts it in between)."""
    before, after = int(wall.replace(fold=1).timestamp()), int(wall.timestamp())
    old = datetime.fromtimestamp(before, wall.tzinfo).utcoffset()
    seconds = range(before, after + 1)
    return seconds[
        bisect_left(
            seconds,
            True,
            key=lambda second: datetime.fromtimestamp(second, wall.tzinfo).utcoffset() != old,
        )
    ]
