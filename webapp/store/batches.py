"""What is done to many rows at once, as each database does it best: SQLite row by row, since it is
in the same process; PostgreSQL by one statement over arrays, since each statement costs it a tenth
of a millisecond. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy import ColumnElement
from sqlalchemy import Connection
from sqlalchemy import Integer
from sqlalchemy import Row
from sqlalchemy import Text
from sqlalchemy import any_
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import literal_column
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.sqlite import dialect as sqlite

from webapp.store.rows import OWNER
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
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _MOVED.items()))
    .table_valued(*_MOVED)
    .render_derived(name="moved")
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


def owners_of(connection: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The OWNER columns of these subscriptions."""
    if _is_postgresql(connection):
        statement = _OWNERS.where(push_subscription.c.id == any_(_IDS))
        return connection.execute(statement, {"ids": list(ids)}).all()
    return connection.execute(_OWNERS.where(push_subscription.c.id.in_(ids))).all()


def lock(connection: Connection, ids: Sequence[int]) -> None:
    """Lock subscriptions in order of id, so that overlapping batches wait in line (PostgreSQL)."""
    if _is_postgresql(connection):
        statement = _LOCK.where(push_subscription.c.id == any_(_IDS))
        connection.execute(statement, {"ids": list(ids)})


def move(connection: Connection, moves: Sequence[dict[str, Any]]) -> None:
    """Write what comes next for rows whose lease still stands."""
    if not moves:
        return
    if _is_postgresql(connection):
        arrays = {name: [each[name] for each in moves] for name in _MOVED}
        connection.execute(_MOVE_ALL, arrays)
    else:
        connection.exec_driver_sql(_MOVE_EACH, list(moves))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
