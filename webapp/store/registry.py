"""Who asked for a reminder: save, find, remove, and make due. Runs in the caller's transaction.

It never claims or settles; `queue` does.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import delete
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

from webapp.errors import OwnerError
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import next_after_change
from webapp.schedule import next_due
from webapp.schedule import when
from webapp.store.replacement import lock_replaced
from webapp.store.replacement import take_place
from webapp.store.rows import SCHEDULE
from webapp.store.rows import read_record
from webapp.store.rows import read_reminder
from webapp.store.rows import read_subscription
from webapp.store.rows import write_reminder
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.values import DAILY
from webapp.store.values import TEST
from webapp.store.values import Record
from webapp.subscription import Proof
from webapp.subscription import PushSubscription
from webapp.subscription import hash_endpoint

_KEY, _REST = SCHEDULE[:2], SCHEDULE[2:]

# One interface in two types: ON CONFLICT is written the same for both.
INSERT: Mapping[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

_NOT_OWNER = "is not the secret this endpoint was registered with"
_RENEW = "Unsubscribe in the browser and subscribe again: that gives a new endpoint"

_FIND = (
    select(
        push_subscription,
        push_schedule.c.occurrence,
        push_schedule.c.first_due_at,
        push_schedule.c.accepted_at.label("last_accepted_at"),
    )
    .join(push_schedule)
    .where(push_schedule.c.kind == DAILY)
)
_REMOVE_GONE = delete(push_subscription).where(
    push_subscription.c.id == bindparam("gone_id"),
    push_subscription.c.endpoint == bindparam("gone_endpoint"),
)


def save(
    connection: Connection,
    subscription: PushSubscription,
    reminder: Reminder,
    now: int,
    application_key: str | None = None,
    replaces: Proof | None = None,
) -> Record:
    """Insert or update one subscription and, when its times are new, what is due.

    Without an `application_key` the one on record stays.
    """
    replaced = lock_replaced(connection, subscription.endpoint, replaces)
    row = _insert_or_lock(connection, subscription, reminder, now, application_key)
    if not hmac.compare_digest(bytes(row.auth), subscription.auth):
        raise OwnerError("subscription.keys.auth", _NOT_OWNER, _RENEW)
    known = read_reminder(row)
    key = application_key or row.application_key
    if (read_subscription(row), known, row.application_key) != (subscription, reminder, key):
        _change(connection, row.id, subscription, reminder, key)
    moment = datetime.fromtimestamp(now, UTC)
    if when(known, moment) != when(reminder, moment):
        _move(connection, row.id, known, reminder, moment)
    else:
        _schedule(connection, row.id, next_due(reminder, moment))
    if replaced is not None:
        is_as_before = when(read_reminder(replaced.row), moment) == when(reminder, moment)
        take_place(connection, row.id, replaced, is_as_before=is_as_before)
    found = connection.execute(_FIND.where(push_subscription.c.id == row.id)).one()
    return read_record(found)


def find(connection: Connection, endpoint: str) -> Record | None:
    """Return the record of one endpoint."""
    is_it = push_subscription.c.endpoint_hash == hash_endpoint(endpoint)
    row = connection.execute(_FIND.where(is_it)).one_or_none()
    return None if row is None else read_record(row)


def remove(connection: Connection, endpoint: str) -> bool:
    """Delete one endpoint; its schedule goes with it (ON DELETE CASCADE)."""
    is_it = push_subscription.c.endpoint_hash == hash_endpoint(endpoint)
    return connection.execute(delete(push_subscription).where(is_it)).rowcount > 0


def remove_gone(connection: Connection, gone: Sequence[tuple[int, str]]) -> None:
    """Delete by id and endpoint, so that a renewed subscription survives."""
    parameters = [{"gone_id": id_, "gone_endpoint": endpoint} for id_, endpoint in gone]
    if parameters:
        connection.execute(_REMOVE_GONE, parameters)


def request_test(connection: Connection, endpoint: str, now: int) -> bool:
    """Make the one test row of an endpoint due now."""
    what = (literal(TEST), literal(now), literal(f"test-{now}"), literal(now), literal(0))
    owner = (
        select(push_subscription.c.id, *what)
        .where(push_subscription.c.endpoint_hash == hash_endpoint(endpoint))
        .with_for_update(read=True, key_share=True)  # who is being removed is waited for
    )
    statement = INSERT[connection.dialect.name](push_schedule).from_select(SCHEDULE, owner)
    upsert = statement.on_conflict_do_update(
        index_elements=_KEY, set_={name: statement.excluded[name] for name in _REST}
    )
    return connection.execute(upsert.returning(push_schedule.c.kind)).first() is not None


def _insert_or_lock(
    connection: Connection,
    subscription: PushSubscription,
    reminder: Reminder,
    now: int,
    application_key: str | None,
) -> Row[*tuple[Any, ...]]:
    """Return the row as it was, or as it is now when new; locked until the transaction ends."""
    statement = INSERT[connection.dialect.name](push_subscription).values(
        endpoint_hash=hash_endpoint(subscription.endpoint),
        endpoint=subscription.endpoint,
        p256dh=subscription.p256dh,
        auth=subscription.auth,
        created_at=now,
        application_key=application_key,
        **write_reminder(reminder),
    )
    upsert = statement.on_conflict_do_update(
        index_elements=["endpoint_hash"],
        set_={"endpoint_hash": statement.excluded.endpoint_hash},
    )
    return connection.execute(upsert.returning(push_subscription)).one()


def _change(
    connection: Connection,
    id_: int,
    subscription: PushSubscription,
    reminder: Reminder,
    application_key: str | None,
) -> None:
    statement = update(push_subscription).where(push_subscription.c.id == id_)
    changes = {"p256dh": subscription.p256dh, "application_key": application_key}
    connection.execute(statement.values(**changes, **write_reminder(reminder)))


def _schedule(connection: Connection, id_: int, upcoming: Occurrence) -> None:
    """Make the daily row, unless there is one."""
    statement = INSERT[connection.dialect.name](push_schedule).values(
        subscription_id=id_, kind=DAILY, **_due_at(upcoming)
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=_KEY))


def _move(
    connection: Connection, id_: int, before: Reminder, after: Reminder, now: datetime
) -> None:
    """Rewrite the daily row, which takes it from any worker."""
    is_it = (push_schedule.c.subscription_id == id_, push_schedule.c.kind == DAILY)
    row = connection.execute(select(push_schedule).where(*is_it).with_for_update()).one()
    stands = Occurrence(date.fromisoformat(row.occurrence), row.first_due_at)
    upcoming = next_after_change(before, after, stands, row.accepted_at, now)
    connection.execute(update(push_schedule).where(*is_it).values(_due_at(upcoming)))


def _due_at(upcoming: Occurrence) -> dict[str, object]:
    return {
        "due_at": upcoming.due_at,
        "occurrence": upcoming.date.isoformat(),
        "first_due_at": upcoming.due_at,
        "attempts": 0,
    }
