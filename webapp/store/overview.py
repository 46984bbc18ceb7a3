"""What an operator asks: is the schema there, how much is due, since when. It changes nothing.

Runs in the caller's transaction; it tells numbers and instants, never who.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy import column
from sqlalchemy import func
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import table

from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription

LOCK_MILLISECONDS = 5_000

# Alembic's own table: the step of the schema.
_VERSION = table("alembic_version", column("version_num"))


@dataclass(frozen=True, slots=True)
class Pulse:
    """Signs of life: the step of the schema, None before the first; since when a row is due."""

    step: str | None
    oldest_due_at: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """How many subscriptions, how many rows are due and since when, and when the next will be."""

    subscriptions: int
    due: int
    oldest_due_at: int | None
    next_due_at: int | None


def read_pulse(connection: Connection, now: int) -> Pulse:
    """Two short look-ups by index; works in a database without any table.

    Gives up on a lock after some seconds, as SQLite does: a probe wants an answer.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
    if not inspect(connection).has_table(_VERSION.name):
        return Pulse(None, None)
    step = connection.scalar(select(_VERSION.c.version_num))
    return Pulse(step, _oldest_due_at(connection, now) if step else None)


def read_overview(connection: Connection, now: int) -> Overview:
    """Count; for a million subscriptions that takes a noticeable part of a second."""
    due_at = push_schedule.c.due_at
    due = select(func.count()).select_from(push_schedule).where(due_at <= now)
    return Overview(
        subscriptions=connection.scalars(select(func.count()).select_from(push_subscription)).one(),
        due=connection.scalars(due).one(),
        oldest_due_at=_oldest_due_at(connection, now),
        next_due_at=connection.scalar(select(func.min(due_at)).where(due_at > now)),
    )


def count_keys(connection: Connection) -> dict[str | None, int]:
    """Count subscriptions by the application server key they were made with."""
    key = push_subscription.c.application_key
    rows = connection.execute(select(key, func.count()).group_by(key))
    return {row[0]: row[1] for row in rows}


def _oldest_due_at(connection: Connection, now: int) -> int | None:
    due_at = push_schedule.c.due_at
    oldest: int | None = connection.scalar(select(func.min(due_at)).where(due_at <= now))
    return oldest
