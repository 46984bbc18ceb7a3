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
from webapp.schedule import local_date
from webapp.schedule import next_due
from webapp.schedule import occurrences_on
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.values import DAILY
from webapp.store.values import TIMES
from webapp.store.values import read_times

_GROUP = (
    *(push_subscription.c[name] for name in TIMES),
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
    """What stands nearest to where it stood on that date; another date when that one is gone.

    Of a date to come nothing has been sent, so there it is the first.
    """
    reminder, moment = read_times(group), datetime.fromtimestamp(now, UTC)
    day = date.fromisoformat(group.occurrence)
    same_day = occurrences_on(reminder, day)
    if not same_day:
        return next_due(reminder, moment)
    if day > local_date(reminder, moment):
        return same_day[0]
    return min(same_day, key=lambda one: abs(one.due_at - group.first_due_at))


def _move(connection: Connection, group: Row[*tuple[Any, ...]], right: Occurrence) -> int:
    """Skip what another transaction holds: it is being sent, or saved anew."""
    chosen = (
        select(push_schedule.c.subscription_id)
        .join(push_subscription)
        .where(
            *_IS_TO_COME,
            *(column.is_not_distinct_from(group._mapping[column]) for column in _GROUP),
        )
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
