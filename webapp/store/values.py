"""What the store hands out and takes back: frozen values, no rows and no SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from webapp.schedule import Level
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.subscription import PushSubscription

DAILY = "daily"
TEST = "test"
EVERY_DAY = 0b111_1111
SCHEDULE = ("subscription_id", "kind", "due_at", "occurrence", "first_due_at", "attempts")
"""The columns that a row of the schedule is made of; what became of it is written by `queue`."""
TIMES = ("minute", "minutes", "zone", "utc_offset_minutes", "days", "pause_until")
WISH = (*TIMES, "level", "topics", "source", "sound")
OWNER = (
    "id",
    "endpoint",
    "p256dh",
    "auth",
    "accepted_at",
    "failing_since",
    "created_at",
    "application_key",
    *WISH,
)
"""A subscription's columns: those that say when, those of a wish, those a message is made of."""


@dataclass(frozen=True, slots=True)
class LastTest:
    """What a push service said to the last test: when, an outcome's value, the HTTP status or 0."""

    at: int
    outcome: str
    status: int


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known about one subscription, and what comes next for it.

    `accepted_at` says since when its push service takes our messages, `failing_since` since when
    it does not, `last_accepted_at` when it last took a daily one; None: not so. `application_key`
    is the public key it was made with, None for one from before that was kept.
    """

    id: int
    subscription: PushSubscription
    reminder: Reminder
    created_at: int
    accepted_at: int | None
    failing_since: int | None
    last_accepted_at: int | None
    last_test: LastTest | None
    application_key: str | None
    next: Occurrence


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed message, ours until `lease`.

    `occurrence` is the local date, or a test's own text; `first_due_at` its own instant, which
    stays through leases and retries; `attempts` counts the retries so far.
    """

    subscription_id: int
    kind: str
    lease: int
    occurrence: str
    first_due_at: int
    attempts: int
    subscription: PushSubscription
    reminder: Reminder
    has_been_accepted: bool
    failing_since: int | None
    created_at: int
    application_key: str | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Done with this occurrence: on to `next`; None ends it (a test).

    `accepted` ends a run of failures; `failing_since` begins one, None leaves it as it is.
    `test` is what the push service said, when this was one.
    """

    due: Due
    next: Occurrence | None
    accepted: bool
    failing_since: int | None = None
    test: LastTest | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The same occurrence again at the instant `at`.

    `failing_since` begins a run of failures; None leaves it as it is. `test` as above.
    """

    due: Due
    at: int
    failing_since: int | None = None
    test: LastTest | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """The push service says gone: forget this subscription, by id and endpoint."""

    due: Due


Settlement = Advance | Retry | Remove


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
    _, endpoint, p256dh, auth, accepted_at, failing_since, created_at, key, *wish = owner
    return Due(
        subscription_id=id_,
        kind=kind,
        lease=lease,
        occurrence=occurrence,
        first_due_at=first_due_at,
        attempts=attempts,
        subscription=PushSubscription(endpoint, bytes(p256dh), bytes(auth)),
        reminder=_reminder(*wish),
        has_been_accepted=accepted_at is not None,
        failing_since=failing_since,
        created_at=created_at,
        application_key=key,
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
    return _reminder(*times, Level.WORDS.value, "[]", Source.DECK.value, False)


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
    )


def _read_minutes(minute: int, minutes: str | None) -> tuple[int, ...]:
    """The release before knows `minute` alone; where it wrote another one, that one holds."""
    several = tuple(json.loads(minutes)) if minutes else ()
    return several if several[:1] == (minute,) else (minute,)


def _read_test(row: Row[*tuple[Any, ...]]) -> LastTest | None:
    if row.tested_at is None:
        return None
    return LastTest(row.tested_at, row.test_outcome, row.test_status)
