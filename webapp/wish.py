"""What a reader may wish for: the JSON of a reminder, checked field by field into a Reminder.

It knows no clock: `now` is an argument. Each refusal names field, reason and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from datetime import datetime
from datetime import timedelta
from enum import StrEnum
from typing import NoReturn
from typing import TypeVar

from webapp.errors import ReminderError
from webapp.languages import SOURCE
from webapp.schedule import Level
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.timezones import known_zones
from webapp.timezones import load_zone

MAX_TIMES = 3
MAX_TOPICS = 12
MAX_ZONE_CHARACTERS = 64
LONGEST_PAUSE_DAYS = 366

_FIELDS = (
    "times", "time", "zone", "days", "pause_until", "level", "source", "sound", "topics", "language"
)  # fmt: skip
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_WEEK = range(1, 8)
_NO_TIME = "is not a time from 00:00 to 23:59"
_TWO_DIGITS = 'Send two digits each: "08:00"'

Choice = TypeVar("Choice", bound=StrEnum)


def parse_reminder(
    data: object,
    known_topics: Collection[str],
    now: datetime,
    languages: Collection[str] = (SOURCE,),
) -> Reminder:
    """Turn `{"times": ["08:00"], "zone": "Europe/Lisbon", …}` into a Reminder.

    All but times and zone may be left out; `time` alone, as pages of earlier releases send it,
    stands for a list of one. `now` is aware. Raises ReminderError.
    """
    if not isinstance(data, dict):
        remedy = 'Send {"times": ["08:00"], "zone": "…"}'
        raise ReminderError("reminder", "is not an object", remedy)
    for field in data:
        if field not in _FIELDS:
            _refuse("", f"has a field other than {', '.join(_FIELDS)}", "Leave it out")
    zone = parse_zone(data.get("zone"))
    local = now.astimezone(load_zone(zone))
    return Reminder(
        minutes=_parse_times(data),
        zone=zone,
        utc_offset_minutes=(local.utcoffset() or timedelta()) // timedelta(minutes=1),
        level=_parse_choice("level", data.get("level", "words"), Level),
        topics=parse_topics(data.get("topics", []), known_topics),
        days=_parse_days(data.get("days", [])),
        pause_until=_parse_pause(data.get("pause_until"), local.date()),
        source=_parse_choice("source", data.get("source", "deck"), Source),
        sound=_parse_sound(data.get("sound", False)),
        language=parse_language(
            data.get("language", SOURCE), languages, "reminder.language", gone=SOURCE
        ),
    )


def parse_zone(data: object, field: str = "reminder.zone") -> str:
    """Return the text when it is a known IANA time zone name. Raises ReminderError."""
    if isinstance(data, str) and len(data) <= MAX_ZONE_CHARACTERS and data in known_zones():
        return data
    raise ReminderError(
        field, "is not a known IANA time zone", 'Send a name such as "Europe/Lisbon"'
    )


def parse_language(
    data: object, languages: Collection[str], field: str, gone: str | None = None
) -> str:
    """Return the text when it is the tag of one of those languages.

    `gone` stands for a language that the site has not, or had once. Raises ReminderError.
    """
    if isinstance(data, str) and data in languages:
        return data
    if gone is not None and isinstance(data, str) and _TAG.fullmatch(data):
        return gone
    remedy = f"Send one of {', '.join(languages)}"
    raise ReminderError(field, "is not a language of this site", remedy)


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


def parse_date(data: object, field: str) -> date:
    """Return a text such as 2027-01-15 as a date. Raises ReminderError."""
    try:
        if isinstance(data, str) and _DATE.fullmatch(data):
            return date.fromisoformat(data)
    except ValueError:
        pass
    raise ReminderError(field, "is not a date", "Send it as YYYY-MM-DD")


def _parse_times(data: dict[str, object]) -> tuple[int, ...]:
    """The minutes of the day, in order."""
    if "time" in data:
        if "times" in data:
            _refuse("", "has both times and time", "Send times alone")
        return (_parse_time("time", _NO_TIME, data["time"]),)
    times = data.get("times")
    if not isinstance(times, list) or not 1 <= len(times) <= MAX_TIMES:
        _refuse("times", f"is not a list of 1 to {MAX_TIMES} times", 'Send ["08:00"]')
    minutes = {_parse_time("times", f"has what {_NO_TIME}", text) for text in times}
    if len(minutes) != len(times):
        _refuse("times", "names a time twice", "Name each once")
    return tuple(sorted(minutes))


def _parse_time(part: str, reason: str, data: object) -> int:
    found = _TIME.fullmatch(data) if isinstance(data, str) else None
    if found is None:
        _refuse(part, reason, _TWO_DIGITS)
    return int(found[1]) * 60 + int(found[2])


def _parse_days(data: object) -> tuple[int, ...]:
    """ISO weekdays in order; none when it is all of them."""
    if not isinstance(data, list) or not all(type(day) is int and day in _WEEK for day in data):
        _refuse("days", "is not a list of weekdays from 1 to 7", "Send 1 for Monday, 7 for Sunday")
    if len(set(data)) != len(data):
        _refuse("days", "names a weekday twice", "Name each once")
    return tuple(sorted(data)) if len(data) < len(_WEEK) else ()


def _parse_pause(data: object, today: date) -> date | None:
    if data is None:
        return None
    until = parse_date(data, "reminder.pause_until")
    if until - today > timedelta(days=LONGEST_PAUSE_DAYS):
        reason = f"is more than {LONGEST_PAUSE_DAYS} days ahead"
        _refuse("pause_until", reason, "Send an earlier date, or remove the subscription")
    return until


def _parse_choice(part: str, data: object, choices: type[Choice]) -> Choice:
    chosen = next((choice for choice in choices if data == choice.value), None)
    if chosen is None:
        first, second = (choice.value for choice in choices)
        _refuse(part, f"is neither {first} nor {second}", f'Send "{first}" or "{second}"')
    return chosen


def _parse_sound(data: object) -> bool:
    if not isinstance(data, bool):
        _refuse("sound", "is neither true nor false", "Send false for a silent notification")
    return data


def _refuse(part: str, reason: str, remedy: str) -> NoReturn:
    raise ReminderError(f"reminder.{part}" if part else "reminder", reason, remedy)
