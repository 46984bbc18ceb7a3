"""Between rows and values: which columns make a value, and how a value is written as columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from webapp.languages import SOURCE
from webapp.schedule import Level
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.store.values import Due
from webapp.store.values import LastTest
from webapp.store.values import Record
from webapp.subscription import PushSubscription

EVERY_DAY = 0b111_1111
SCHEDULE = ("subscription_id", "kind", "due_at", "occurrence", "first_due_at", "attempts")
"""The columns that a row of the schedule is made of; what became of it is written by `queue`."""
TIMES = ("minute", "minutes", "zone", "utc_offset_minutes", "days", "pause_until")
WISH = (*TIMES, "level", "topics", "source", "sound", "language")
OWNER = (
    "id",
    "endpoint",
    "p256dh",
    "auth",
    "accepted_at",
    "failing_since",
    "application_key",
    *WISH,
)
"""A subscription's columns: those that say when, those of a wish, those a message is made of."""


def read_record(row: Row[*tuple[Any, ...]]) -> Record:
    """Make a Record of a subscription's row joined with its daily schedule."""
    following = Occurrence(date.fromisoformat(row.occurrence), row.first_due_at)
    return Record(
        id=row.id,
        subscription=read_subscription(row),
        reminder=read_reminder(row),
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        failing_since=row.failing_since,
        last_accepted_at=row.last_accepted_at,
        last_test=_read_test(row),
        application_key=row.application_key,
        next=following,
    )


def read_due(row: Sequence[Any], owner: Sequence[Any]) -> Due:
    """Make a Due of a claimed row's SCHEDULE and its subscription's OWNER, in this order."""
    id_, kind, lease, occurrence, first_due_at, attempts = row
    _, endpoint, p256dh, auth, accepted_at, failing_since, key, *wish = owner
    return Due(
        id_,
        kind,
        lease,
        occurrence,
        first_due_at,
        attempts,
        PushSubscription(endpoint, bytes(p256dh), bytes(auth)),
        _reminder(*wish),
        accepted_at is not None,
        failing_since,
        key,
    )


def read_subscription(row: Row[*tuple[Any, ...]]) -> PushSubscription:
    """Make a PushSubscription of its row; drivers may return buffers for bytes."""
    return PushSubscription(row.endpoint, bytes(row.p256dh), bytes(row.auth))


def read_reminder(row: Row[*tuple[Any, ...]]) -> Reminder:
    """Make a Reminder of a subscription's row."""
    return _reminder(*(row._mapping[name] for name in WISH))


def read_times(row: Row[*tuple[Any, ...]]) -> Reminder:
    """Make a Reminder of the columns TIMES alone, for sums over what many share."""
    times = (row._mapping[name] for name in TIMES)
    return _reminder(*times, Level.WORDS.value, "[]", Source.DECK.value, False, SOURCE)


def write_reminder(reminder: Reminder) -> dict[str, object]:
    """Return a reminder's columns; `minutes` stays empty for the one time that `minute` tells."""
    first, *more = reminder.minutes
    until = reminder.pause_until
    return {
        "minute": first,
        "minutes": json.dumps(reminder.minutes) if more else None,
        "zone": reminder.zone,
        "utc_offset_minutes": reminder.utc_offset_minutes,
        "level": reminder.level.value,
        "topics": json.dumps(reminder.topics),
        "days": sum(1 << (day - 1) for day in reminder.days) or EVERY_DAY,
        "pause_until": None if until is None else until.isoformat(),
        "source": reminder.source.value,
        "sound": reminder.sound,
        "language": reminder.language,
    }


@lru_cache(maxsize=4_096)
def _reminder(
    minute: int,
    minutes: str | None,
    zone: str,
    offset: int,
    days: int,
    pause_until: str | None,
    level: str,
    topics: str,
    source: str,
    sound: bool,
    language: str,
) -> Reminder:
    """Thousands share one wish; it is parsed once for them."""
    return Reminder(
        _read_minutes(minute, minutes),
        zone,
        offset,
        Level(level),
        tuple(json.loads(topics)),
        () if days == EVERY_DAY else tuple(day for day in range(1, 8) if days >> (day - 1) & 1),
        None if pause_until is None else date.fromisoformat(pause_until),
        Source(source),
        bool(sound),
        language,
    )


def _read_minutes(minute: int, minutes: str | None) -> tuple[int, ...]:
    """The release before knows `minute` alone; where it wrote another one, that one holds."""
    several = tuple(json.loads(minutes)) if minutes else ()
    return several if several[:1] == (minute,) else (minute,)


def _read_test(row: Row[*tuple[Any, ...]]) -> LastTest | None:
    if row.tested_at is None:
        return None
    return LastTest(row.tested_at, row.test_outcome, row.test_status)
