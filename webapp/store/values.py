"""What the store hands out and takes back: frozen values, no rows and no SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from webapp.schedule import Level
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.subscription import PushSubscription

DAILY = "daily"
TEST = "test"


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known about one subscription, and what comes next for it.

    `accepted_at` says since when its push service takes our messages, `failing_since` since when
    it does not; None: not so.
    """

    id: int
    subscription: PushSubscription
    reminder: Reminder
    created_at: int
    accepted_at: int | None
    failing_since: int | None
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


@dataclass(frozen=True, slots=True)
class Advance:
    """Done with this occurrence: on to `next`; None ends it (a test).

    `accepted` ends a run of failures; `failing_since` begins one, None leaves it as it is.
    """

    due: Due
    next: Occurrence | None
    accepted: bool
    failing_since: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The same occurrence again at the instant `at`.

    `failing_since` begins a run of failures; None leaves it as it is.
    """

    due: Due
    at: int
    failing_since: int | None = None


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
        next=following,
    )


def read_due(row: Row[*tuple[Any, ...]], owner: Row[*tuple[Any, ...]]) -> Due:
    """Make a Due of a claimed schedule row and its subscription's row."""
    return Due(
        subscription_id=row.subscription_id,
        kind=row.kind,
        lease=row.due_at,
        occurrence=row.occurrence,
        first_due_at=row.first_due_at,
        attempts=row.attempts,
        subscription=read_subscription(owner),
        reminder=read_reminder(owner),
        has_been_accepted=owner.accepted_at is not None,
        failing_since=owner.failing_since,
    )


def read_subscription(row: Row[*tuple[Any, ...]]) -> PushSubscription:
    """Make a PushSubscription of its row; drivers may return buffers for bytes."""
    return PushSubscription(row.endpoint, bytes(row.p256dh), bytes(row.auth))


def read_reminder(row: Row[*tuple[Any, ...]]) -> Reminder:
    """Make a Reminder of a subscription's row."""
    return _reminder(row.minute, row.zone, row.utc_offset_minutes, row.level, row.topics)


def write_reminder(reminder: Reminder) -> dict[str, object]:
    """Return a reminder's columns."""
    return {
        "minute": reminder.minute,
        "zone": reminder.zone,
        "utc_offset_minutes": reminder.utc_offset_minutes,
        "level": reminder.level.value,
        "topics": json.dumps(reminder.topics),
    }


@lru_cache(maxsize=4_096)
def _reminder(minute: int, zone: str, offset: int, level: str, topics: str) -> Reminder:
    """Thousands share one wish; it is parsed once for them."""
    return Reminder(minute, zone, offset, Level(level), tuple(json.loads(topics)))
