"""One subscription in the place of another: a browser made a new one for the same reader.

What was due for the old one is due for the new one, so that a repair in the very minute of the
reminder loses nothing. Runs in the caller's transaction.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.values import DAILY
from webapp.subscription import Proof
from webapp.subscription import hash_endpoint


@dataclass(frozen=True, slots=True)
class Replaced:
    """The row that makes way, and whether the one that takes its place is new here."""

    row: Row[*tuple[Any, ...]]
    by_new: bool


def lock_replaced(connection: Connection, endpoint: str, proof: Proof | None) -> Replaced | None:
    """Find what `endpoint` replaces; None when it is unknown, not proven, or the same.

    Locks both in order of id, as everyone who locks several does.
    """
    if proof is None or proof.endpoint == endpoint:
        return None
    hashes = (hash_endpoint(endpoint), hash_endpoint(proof.endpoint))
    rows = connection.execute(
        select(push_subscription)
        .where(push_subscription.c.endpoint_hash.in_(hashes))
        .order_by(push_subscription.c.id)
        .with_for_update()
    ).all()
    by_endpoint = {row.endpoint: row for row in rows}
    old = by_endpoint.get(proof.endpoint)
    if old is None or not hmac.compare_digest(bytes(old.auth), proof.auth):
        return None
    return Replaced(old, by_new=endpoint not in by_endpoint)


def take_place(connection: Connection, id_: int, replaced: Replaced, *, is_as_before: bool) -> None:
    """Hand what is due on when its times are as before, in flight or not; then forget the old."""
    old = replaced.row
    if replaced.by_new and is_as_before:
        table = push_schedule.c
        due = connection.execute(
            select(table.due_at, table.occurrence, table.first_due_at, table.attempts)
            .where(table.subscription_id == old.id, table.kind == DAILY)
            .with_for_update()
        ).one()
        connection.execute(
            update(push_schedule)
            .where(table.subscription_id == id_, table.kind == DAILY)
            .values(due._asdict())
        )
    connection.execute(delete(push_subscription).where(push_subscription.c.id == old.id))
