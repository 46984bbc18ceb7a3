"""The only SQL: who asked for a reminder, and what is due. SQLite or PostgreSQL.

It stores and claims; it never decides what is sent, and never looks at the clock: `now` is
always an argument, in seconds since 1970 UTC. Each method but `reschedule` is one
transaction. Whoever changes a subscription locks it before its schedule, and several in order of
id; those that wait for each other all the same (PostgreSQL) are found out, and one begins again.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError as StoreError

from webapp.schedule import Reminder
from webapp.store import counters
from webapp.store import overview
from webapp.store import queue
from webapp.store import registry
from webapp.store import zones
from webapp.store.engine import make_engine
from webapp.store.engine import transact
from webapp.store.overview import Overview
from webapp.store.overview import Pulse
from webapp.store.values import Advance
from webapp.store.values import Due
from webapp.store.values import LastTest
from webapp.store.values import Record
from webapp.store.values import Remove
from webapp.store.values import Retry
from webapp.store.values import Settlement
from webapp.subscription import Proof
from webapp.subscription import PushSubscription

__all__ = [
    "Advance",
    "Due",
    "LastTest",
    "Overview",
    "Pulse",
    "Record",
    "Remove",
    "Retry",
    "Settlement",
    "Store",
    "StoreError",
    "open_store",
]


class Store:
    """The subscriptions and their schedule in one database; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        # SQLite: take the write lock at once, since a reader cannot always become a writer.
        self._writing = engine.execution_options(sqlite_begin="IMMEDIATE")

    def save(
        self,
        subscription: PushSubscription,
        reminder: Reminder,
        now: int,
        application_key: str | None = None,
        replaces: Proof | None = None,
    ) -> Record:
        """Keep one reminder per endpoint; saving the same again changes nothing.

        New times, days, zone or pause count from `now`, but what is due and unsent stays when the
        new ones have it too; unchanged ones keep what is due, in flight or not. `application_key`
        is the public key the subscription was made with; None keeps what is known. What it
        `replaces` is forgotten, and what was due there is due here; unknown or not proven, it is
        left as it is. Raises OwnerError when the endpoint is known with another auth secret.
        """
        return transact(
            self._writing, registry.save, subscription, reminder, now, application_key, replaces
        )

    def find(self, endpoint: str) -> Record | None:
        """Return all that is stored about one endpoint."""
        with self._reading.begin() as connection:
            return registry.find(connection, endpoint)

    def remove(self, endpoint: str) -> bool:
        """Forget an endpoint and its schedule; tell whether it was known."""
        return transact(self._writing, registry.remove, endpoint)

    def remove_gone(self, subscription_id: int, endpoint: str) -> None:
        """Forget a subscription that its push service called gone, and no renewed one."""
        transact(self._writing, registry.remove_gone, [(subscription_id, endpoint)])

    def request_test(self, endpoint: str, now: int) -> bool:
        """Make one test message due now; tell whether the endpoint is known."""
        return transact(self._writing, registry.request_test, endpoint, now)

    def reschedule(self, now: int) -> Iterator[int]:
        """Recompute what is still to come in zones whose rules changed, each zone in one
        transaction; count the moved.

        Rules come with a new release of tzdata, so the start of a worker is the time.
        """
        yield from zones.reschedule(self._reading, self._writing, now)

    def claim_due(self, now: int, limit: int, lease_seconds: int) -> list[Due]:
        """Take up to `limit` due messages, the longest due first, for `lease_seconds`.

        No two callers get the same one while the lease lasts. What is not settled by then is
        due again.
        """
        return transact(self._writing, queue.claim_due, now, limit, now + lease_seconds)

    def look_at_due(self, now: int) -> Iterator[Due]:
        """Go through what is due without taking it; `lease` is then nobody's."""
        with self._reading.begin() as connection:
            yield from queue.look_at_due(connection, now)

    def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        """Write down what became of claimed messages; a lost lease changes nothing.

        Remove is the exception: gone is gone, whoever heard it.
        """
        transact(self._writing, queue.settle, settlements, now)

    def release(self, dues: Sequence[Due]) -> None:
        """Give claimed messages back, due at once for anyone."""
        transact(self._writing, queue.release, dues)

    def next_due_at(self) -> int | None:
        """Return the earliest instant at which anything is due, leases included."""
        with self._reading.begin() as connection:
            return queue.next_due_at(connection)

    def pulse(self, now: int) -> Pulse:
        """Tell whether there is a schema and since when a row is due. Raises StoreError."""
        with self._reading.begin() as connection:
            return overview.read_pulse(connection, now)

    def overview(self, now: int) -> Overview:
        """Count what is stored and what is due at `now`."""
        with self._reading.begin() as connection:
            return overview.read_overview(connection, now)

    def count_keys(self) -> dict[str | None, int]:
        """Count subscriptions by the public key they were made with; None: not written down."""
        with self._reading.begin() as connection:
            return overview.count_keys(connection)

    def count(self, numbers: Mapping[tuple[str, str], int]) -> None:
        """Add to the counters of (origin, outcome); any number of workers add up."""
        transact(self._writing, counters.add, numbers)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return every counter by (origin, outcome), in order."""
        with self._reading.begin() as connection:
            return counters.read(connection)

    def close(self) -> None:
        """Close every pooled connection."""
        self._reading.dispose()


def open_store(database_url: str) -> Store:
    """Open a database whose schema is current; see `webapp.migrations`. Raises SettingError."""
    return Store(make_engine(database_url))
