"""What became of messages, counted by push service since the first one, by all workers together.

Hosts and numbers: nothing here leads to a reader. Runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from sqlalchemy import select

from webapp.store.registry import INSERT
from webapp.store.tables import push_count


def add(connection: Connection, numbers: Mapping[tuple[str, str], int]) -> None:
    """Add to the counters of (origin, outcome), in one statement.

    In order of their keys, so that workers who add at once wait in line (PostgreSQL).
    """
    if not numbers:
        return
    rows = [
        {"origin": origin, "outcome": outcome, "count": number}
        for (origin, outcome), number in sorted(numbers.items())
    ]
    statement = INSERT[connection.dialect.name](push_count).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["origin", "outcome"],
            set_={"count": push_count.c.count + statement.excluded.count},
        )
    )


def read(connection: Connection) -> dict[tuple[str, str], int]:
    """Return every counter by (origin, outcome), in order."""
    rows = connection.execute(
        select(push_count).order_by(push_count.c.origin, push_count.c.outcome)
    )
    return {(row.origin, row.outcome): row._mapping["count"] for row in rows}
