"""When a reminder is due: local wall-clock time in, UTC instants out.

The policy for clock changes (RFC 5545, and cron's descendants): a time that the clock skips
is due at the first instant after the gap; a time that comes twice is due the first time only;
a date that a zone leaves out has no occurrence. Pure: it never looks at the clock.
"""

from __future__ import annotations

import enum
import importlib.resources
import logging
import re
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from datetime import tzinfo
from functools import cache
from typing import NoReturn
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError

from webapp.errors import ReminderError

MAX_TOPICS = 12
MAX_ZONE_CHARACTERS = 64

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_FIELDS = ("time", "zone", "level", "topics")
_DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


class Level(enum.StrEnum):
    """What the lock screen may show: the affirmation's words, or a neutral text."""

    WORDS = "words"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A wish for one line a day: `minute` (0..1439) of the local day in an IANA `zone`.

    `utc_offset_minutes` is the zone's offset at registration, kept for the day that the zone's
    name is unknown to us. No `topics` means every topic.
    """

    minute: int
    zone: str
    utc_offset_minutes: int
    level: Level = Level.WORDS
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day's reminder: its local date, and its instant in seconds since 1970 UTC."""

    date: date
    due_at: int


def parse_reminder(data: object, known_topics: Collection[str], now: datetime) -> Reminder:
    """Turn `{"time": "08:00", "zone": "Europe/Lisbon", "level": "words", "topics": []}` into a
    Reminder; level and topics may be left out. `now` is aware. Raises ReminderError.
    """
    if not isinstance(data, dict):
        raise ReminderError("reminder", "is not an object", 'Send {"time": "08:00", "zone": "…"}')
    for field in data:
        if field not in _FIELDS:
            _refuse("", f"has a field other than {', '.join(_FIELDS)}", "Leave it out")
    minute = _parse_minute(data.get("time"))
    zone = parse_zone(data.get("zone"))
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return Reminder(
        minute=minute,
        zone=zone,
        utc_offset_minutes=offset // timedelta(minutes=1),
        level=_parse_level(data.get("level", Level.WORDS.value)),
        topics=parse_topics(data.get("topics", []), known_topics),
    )


def parse_zone(data: object, field: str = "reminder.zone") -> str:
    """Return the text when it is a known IANA time zone name. Raises ReminderError."""
    if isinstance(data, str) and len(data) <= MAX_ZONE_CHARACTERS and data in known_zones():
        return data
    raise ReminderError(
        field, "is not a known IANA time zone", 'Send a name such as "Europe/Lisbon"'
    )


def parse_topics(
    data: object, known_topics: Collection[str], field: str = "reminder.topics"
) -> tuple[str, ...]:
    """Return a list of known slugs, none twice, as a tuple. Raises ReminderError."""
    if not isinstance(data, list) or len(data) > MAX_TOPICS:
        reason = f"is not a list of at most {MAX_TOPICS}"
        raise ReminderError(field, reason, "Leave it empty for every topic")
    for slug in data:
        if not isinstance(slug, str) or slug not in known_topics:
            raise ReminderError(field, "has a topic that this deck has not", "Send its slugs")
    if len(set(data)) != len(data):
        raise ReminderError(field, "names a topic twice", "Name each once")
    return tuple(data)


@cache
def known_zones() -> frozenset[str]:
    """Every name, links included, of the tzdata package: the same list on every machine."""
    names = importlib.resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(names.split())


def next_due(reminder: Reminder, after: datetime) -> Occurrence:
    """Return the first occurrence strictly after an aware instant."""
    day = local_date(reminder, after)
    while True:
        occurrence = due_on(reminder, day)
        if occurrence is not None and occurrence.due_at > after.timestamp():
            return occurrence
        day += _DAY


def due_on(reminder: Reminder, day: date) -> Occurrence | None:
    """Return a local date's occurrence, or None when the zone left that date out."""
    zone = _find_zone(reminder)
    # fold is 0: of a time that comes twice, PEP 495 means the first.
    wall = datetime.combine(day, time(*divmod(reminder.minute, 60)), zone)
    instant = int(wall.timestamp())
    if datetime.fromtimestamp(instant, zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return Occurrence(day, instant)
    end = _find_end_of_gap(wall)
    around_gap = (datetime.fromtimestamp(second, zone).date() for second in (end - 1, end))
    return Occurrence(day, end) if day in around_gap else None


def local_date(reminder: Reminder, instant: datetime) -> date:
    """Return the date on the reader's wall at an aware instant."""
    return instant.astimezone(_find_zone(reminder)).date()


def _parse_minute(data: object) -> int:
    found = _TIME.fullmatch(data) if isinstance(data, str) else None
    if found is None:
        _refuse("time", "is not a time from 00:00 to 23:59", 'Send two digits each: "08:00"')
    return int(found[1]) * 60 + int(found[2])


def _parse_level(data: object) -> Level:
    level = next((level for level in Level if data == level.value), None)
    if level is None:
        _refuse("level", "is neither words nor neutral", 'Send "words" or "neutral"')
    return level


def _find_zone(reminder: Reminder) -> tzinfo:
    zone = _load_zone(reminder.zone)
    return zone or timezone(timedelta(minutes=reminder.utc_offset_minutes))


@cache
def _load_zone(name: str) -> ZoneInfo | None:
    """Names come from our own rows; one may have left tzdata since it was registered."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _log.warning("unknown time zone %r: using the UTC offset from registration", name)
        return None


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


def _refuse(part: str, reason: str, remedy: str) -> NoReturn:
    raise ReminderError(f"reminder.{part}" if part else "reminder", reason, remedy)
