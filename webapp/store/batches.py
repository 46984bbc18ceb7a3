"""What is done to many rows at once, as each database does it best: SQLite row by row, since it is
in the same process; PostgreSQL by one statement for all, since each statement costs it a tenth
of a millisecond. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON
from sqlalchemy import BigInteger
from sqlalchemy import ColumnElement
from sqlalchemy import Connection
from sqlalchemy import Integer
from sqlalchemy import Row
from sqlalchemy import Text
from sqlalchemy import any_
from sqlalchemy import bindparam
from sqlalchemy import column
from sqlalchemy import func
from sqlalchemy import literal_column
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.sqlite import dialect as sqlite

from webapp.store.rows import OWNER
from webapp.store.rows import SCHEDULE
from webapp.store.tables import Instant
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription

_MOVED = {
    "mine_id": BigInteger,
    "mine_kind": Text,
    "mine_lease": BigInteger,
    "due_at": BigInteger,
    "occurrence": Text,
    "first_due_at": BigInteger,
    "attempts": Integer,
    "taken_at": BigInteger,
}


def is_mine(id_: ColumnElement[Any], kind: Any, lease: Any) -> tuple[ColumnElement[bool], ...]:
    """Whether a row of the schedule is the one that was claimed, under its lease.

    `+ 0` keeps the index on due_at out of it: a whole batch shares one lease, and PostgreSQL
    would walk through all of it for each row instead of using the primary key.
    """
    columns = push_schedule.c
    held = columns.due_at + literal_column("0")
    return columns.subscription_id == id_, columns.kind == kind, held == lease


_DUE = (
    select(push_schedule.c.subscription_id, push_schedule.c.kind)
    .where(push_schedule.c.due_at <= bindparam("now"))
    .order_by(push_schedule.c.due_at)
    .limit(bindparam("row_limit"))
)
_due = _DUE.cte("due")
_LEASE = update(push_schedule).values(due_at=bindparam("lease_end"))
_LEASE = _LEASE.returning(*(push_schedule.c[name] for name in SCHEDULE))
_CLAIM = _LEASE.where(
    push_schedule.c.subscription_id == _due.c.subscription_id, push_schedule.c.kind == _due.c.kind
)
# By its place in the file, which stands while it is locked. By its key, PostgreSQL's planner reads
# the whole schedule of some ten thousand subscribers for each claim.
_PLACE: ColumnElement[Any] = literal_column("push_schedule.ctid")
_places = _DUE.with_only_columns(_PLACE).with_for_update(skip_locked=True, key_share=True)
_CLAIM_PLACES = _LEASE.where(any_(func.array(_places.correlate(None).scalar_subquery())) == _PLACE)
_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_OWNERS = select(*(push_subscription.c[name] for name in OWNER))
_LOCK = (
    select(push_subscription.c.id).order_by(push_subscription.c.id).with_for_update(key_share=True)
)
_MOVE = (
    update(push_schedule)
    .where(*is_mine(bindparam("mine_id"), bindparam("mine_kind"), bindparam("mine_lease")))
    .values(
        due_at=bindparam("due_at"),
        occurrence=bindparam("occurrence"),
        first_due_at=bindparam("first_due_at"),
        attempts=bindparam("attempts"),
        accepted_at=func.coalesce(
            bindparam("taken_at", type_=Instant), push_schedule.c.accepted_at
        ),
    )
)
_MOVE_EACH = str(_MOVE.compile(dialect=sqlite(paramstyle="named")))
"""As text, with which SQLAlchemy hands rows to the driver as they are: it takes twice as long to
look at each as SQLite takes to write it."""
_moved = (
    func.json_to_recordset(bindparam("moves", type_=JSON))
    .table_valued(*(column(name, kind) for name, kind in _MOVED.items()))
    .render_derived(name="moved", with_types=True)
)
_MOVE_ALL = (
    update(push_schedule)
    .where(*is_mine(_moved.c.mine_id, _moved.c.mine_kind, _moved.c.mine_lease))
    .values(
        due_at=_moved.c.due_at,
        occurrence=_moved.c.occurrence,
        first_due_at=_moved.c.first_due_at,
        attempts=_moved.c.attempts,
        accepted_at=func.coalesce(_moved.c.taken_at, push_schedule.c.accepted_at),
    )
)


def claim(connection: Connection, now: int, limit: int, lease_end: int) -> Sequence[Row[Any]]:
    """Move up to `limit` due rows to `lease_end`; their SCHEDULE columns. Nobody gets one twice."""
    statement = _CLAIM_PLACES if _is_postgresql(connection) else _CLAIM
    parameters = {"now": now, "row_limit": limit, "lease_end": lease_end}
    return connection.execute(statement, parameters).all()


def owners_of(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The OWNER columns of these subscriptions."""
    if _is_postgresql(connection):
        statement = _OWNERS.where(push_subscription.c.id == any_(_IDS))
        return connection.execute(statement, {"ids": list(ids)}).all()
    return connection.execute(_OWNERS.where(push_subscription.c.id.in_(ids))).all()


def lock(connection: Connection, ids: Sequence[int]) -> None:
    """Lock subscriptions in order of id, so that overlapping batches wait in line (PostgreSQL)."""
    if ids and _is_postgresql(connection):
        statement = _LOCK.where(push_subscription.c.id == any_(_IDS))
        connection.execute(statement, {"ids": list(ids)})


def move(connection: Connection, moves: Sequence[dict[str, Any]]) -> None:
    """Write what comes next for rows whose lease still stands."""
    if not moves:
        return
    if _is_postgresql(connection):
        connection.execute(_MOVE_ALL, {"moves": list(moves)})
    else:
        connection.exec_driver_sql(_MOVE_EACH, list(moves))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
