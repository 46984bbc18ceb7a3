"""What is due: claim, settle, release. Runs in the caller's transaction.

`due_at` is the queue and the lease: a claim moves it to the lease's end, and whoever settles
says which lease it holds. It never sends anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy import Delete
from sqlalchemy import Update
from sqlalchemy import bindparam
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from webapp.store.batches import claim
from webapp.store.batches import is_mine
from webapp.store.batches import lock
from webapp.store.batches import move
from webapp.store.batches import owners_of
from webapp.store.registry import remove_gone
from webapp.store.rows import OWNER
from webapp.store.rows import SCHEDULE
from webapp.store.rows import read_due
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.values import Advance
from webapp.store.values import Due
from webapp.store.values import Remove
from webapp.store.values import Retry
from webapp.store.values import Settlement

_SCHEDULE = tuple(push_schedule.c[name] for name in SCHEDULE)
_OWNER = tuple(push_subscription.c[name] for name in OWNER)

_IS_MINE = is_mine(bindparam("mine_id"), bindparam("mine_kind"), bindparam("mine_lease"))
_END = delete(push_schedule).where(*_IS_MINE)
_FACTS = update(push_subscription).where(
    push_subscription.c.id == bindparam("mine_id"),
    select(push_schedule.c.kind).where(*_IS_MINE).exists(),
)


def claim_due(connection: Connection, now: int, limit: int, lease_end: int) -> list[Due]:
    """Move up to `limit` due rows to `lease_end`, and return them with their subscriptions."""
    rows = claim(connection, now, limit, lease_end)
    # By place: to find a column by its name takes as long as the rest of this for a row.
    owners = owners_of(connection, [*{row[0] for row in rows}])
    owner_of = {owner[0]: owner for owner in owners}
    dues = [read_due(row, owner_of[row[0]]) for row in rows]
    return sorted(dues, key=lambda due: (due.first_due_at, due.subscription_id))


def look_at_due(connection: Connection, now: int) -> Iterator[Due]:
    """What a claim would find, a thousand rows in memory at a time."""
    statement = (
        select(*_SCHEDULE, *_OWNER)
        .join(push_subscription)
        .where(push_schedule.c.due_at <= now)
        .execution_options(yield_per=1_000)
    )
    for row in connection.execute(statement):
        yield read_due(row[: len(_SCHEDULE)], row[len(_SCHEDULE) :])


def settle(connection: Connection, settlements: Sequence[Settlement], now: int) -> None:
    """Write facts while the lease still stands, then the schedule, then removals."""
    ordered = sorted(settlements, key=lambda one: (one.due.subscription_id, one.due.kind))
    lock(connection, [one.due.subscription_id for one in ordered if _changes_owner(one)])
    _execute(connection, _FACTS, [_accepted(one, now) for one in ordered if _is_news(one)])
    _execute(connection, _FACTS, [_failing(one) for one in ordered if _is_new_failure(one)])
    _execute(connection, _FACTS, [tested for one in ordered if (tested := _tested(one))])
    move(connection, [moved for one in ordered if (moved := _move(one, now))])
    _execute(connection, _END, [_mine(one.due) for one in ordered if _is_last(one)])
    gone = [one.due for one in ordered if isinstance(one, Remove)]
    remove_gone(connection, [(due.subscription_id, due.subscription.endpoint) for due in gone])


def release(connection: Connection, dues: Sequence[Due]) -> None:
    """Move claimed rows back to their own instant, which is past."""
    ordered = sorted(dues, key=lambda due: (due.subscription_id, due.kind))
    move(
        connection, [{**_again(due, due.first_due_at), "attempts": due.attempts} for due in ordered]
    )


def next_due_at(connection: Connection) -> int | None:
    """Return the earliest `due_at`."""
    earliest: int | None = connection.scalar(select(func.min(push_schedule.c.due_at)))
    return earliest


def _execute(
    connection: Connection, statement: Update | Delete, parameters: list[dict[str, object]]
) -> None:
    if parameters:
        connection.execute(statement, parameters)


def _mine(due: Due) -> dict[str, object]:
    return {"mine_id": due.subscription_id, "mine_kind": due.kind, "mine_lease": due.lease}


def _again(due: Due, at: int) -> dict[str, object]:
    """The same occurrence at another time."""
    same = {"occurrence": due.occurrence, "first_due_at": due.first_due_at}
    return {**_mine(due), **same, "due_at": at, "taken_at": None}


def _changes_owner(one: Settlement) -> bool:
    """Whether it changes the subscription too. Most do not, and then nobody has to wait for it: a
    row of the schedule is moved under its own lease alone, which no other worker holds.
    """
    if isinstance(one, Remove):
        return True
    return one.test is not None or _is_news(one) or _is_new_failure(one)


def _is_news(one: Settlement) -> bool:
    """Write an acceptance once and not daily: the subscription's table is the wide one."""
    is_known = one.due.has_been_accepted and one.due.failing_since is None
    return isinstance(one, Advance) and one.accepted and not is_known


def _accepted(one: Settlement, now: int) -> dict[str, object]:
    return {**_mine(one.due), "accepted_at": now, "failing_since": None}


def _is_new_failure(one: Settlement) -> bool:
    since = None if isinstance(one, Remove) else one.failing_since
    return since is not None and since != one.due.failing_since


def _failing(one: Settlement) -> dict[str, object]:
    return {**_mine(one.due), "failing_since": getattr(one, "failing_since", None)}


def _tested(one: Settlement) -> dict[str, object]:
    test = None if isinstance(one, Remove) else one.test
    if test is None:
        return {}
    facts = {"tested_at": test.at, "test_outcome": test.outcome, "test_status": test.status}
    return {**_mine(one.due), **facts}


def _is_last(one: Settlement) -> bool:
    return isinstance(one, Advance) and one.next is None


def _move(one: Settlement, now: int) -> dict[str, object]:
    """Return what comes next for this row, or nothing when nothing does."""
    due = one.due
    if isinstance(one, Retry):
        return {**_again(due, one.at), "attempts": due.attempts + 1}
    if isinstance(one, Advance) and one.next is not None:
        return {
            **_mine(due),
            "due_at": one.next.due_at,
            "occurrence": one.next.date.isoformat(),
            "first_due_at": one.next.due_at,
            "attempts": 0,
            "taken_at": now if one.accepted else None,
        }
    return {}
