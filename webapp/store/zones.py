"""When the rules of a time zone change: move what is still to come to its new instant.

Works on groups of the same zone, minute and day, so that a million rows cost one scan.
"""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import select
from sqlalchemy import update

from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import due_on
from webapp.schedule import next_due
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.values import DAILY

_GROUP = (
    push_subscription.c.zone,
    push_subscription.c.minute,
    push_subscription.c.utc_offset_minutes,
    push_schedule.c.occurrence,
    push_schedule.c.first_due_at,
)
# A row that is leased or waits for a retry has another due_at, and is left alone.
_IS_TO_COME = (
    push_schedule.c.kind == DAILY,
    push_schedule.c.due_at == push_schedule.c.first_due_at,
)


def reschedule(connection: Connection, now: int) -> int:
    """Move each daily row due after `now` whose local date and time now mean another instant."""
    is_future = push_schedule.c.due_at > now
    groups = select(*_GROUP).join(push_schedule).where(*_IS_TO_COME, is_future).distinct()
    moved = 0
    for group in connection.execute(groups).all():
        right = _find_right(group, now)
        if right.due_at != group.first_due_at:
            moved += _move(connection, group, right)
    return moved


def _find_right(group: Row[*tuple[Any, ...]], now: int) -> Occurrence:
    reminder = Reminder(group.minute, group.zone, group.utc_offset_minutes)
    same_day = due_on(reminder, date.fromisoformat(group.occurrence))
    return same_day or next_due(reminder, datetime.fromtimestamp(now, UTC))


def _move(connection: Connection, group: Row[*tuple[Any, ...]], right: Occurrence) -> int:
    """Skip what another transaction holds: it is being sent, or saved anew."""
    chosen = (
        select(push_schedule.c.subscription_id)
        .join(push_subscription)
        .where(*_IS_TO_COME, *(column == group._mapping[column] for column in _GROUP))
        .with_for_update(skip_locked=True, of=push_schedule)
        .cte("chosen")
    )
    statement = update(push_schedule).where(
        push_schedule.c.kind == DAILY, push_schedule.c.subscription_id == chosen.c.subscription_id
    )
    following = {
        "due_at": right.due_at,
        "occurrence": right.date.isoformat(),
        "first_due_at": right.due_at,
    }
    # Counted by RETURNING: sqlite3 has no rowcount for a statement that begins with WITH.
    moved = connection.execute(statement.values(following).returning(push_schedule.c.kind))
    return len(moved.all())
