"""What one sending has to write down: settlements, some at once, and claims that are given back.

It decides nothing and talks to no push service.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from webapp.push.counts import Counts
from webapp.store import Due
from webapp.store import Settlement
from webapp.store import Store

SETTLED_AT_ONCE = 100
"""Settlements in one transaction; a crash can send so many again, and what was in flight."""


class Ledger:
    """For one sending and one thread; `has_claimed` tells whether there was anything to send."""

    def __init__(self, store: Store, counts: Counts) -> None:
        self.counts = counts
        self.has_claimed = False
        self._fault: Exception | None = None
        self._store = store
        self._settlements: list[Settlement] = []
        self._given_back: list[Due] = []

    def settle(self, settlement: Settlement) -> None:
        """Note what became of a message."""
        self._settlements.append(settlement)

    def give_back(self, due: Due) -> None:
        """Note that a message was not begun."""
        self._given_back.append(due)

    def write(self, now: int, at_least: int = 1) -> None:
        """Write the settlements down, once there are so many. Raises StoreError."""
        if len(self._settlements) >= at_least:
            self._store.settle(self._settlements, now)
            self._settlements.clear()

    def claim(
        self, now: int, limit: int, lease_seconds: int, stop: threading.Event
    ) -> Sequence[Due]:
        """The next messages that are due, once all before is written down; none after `stop`.

        A fault is kept for `close`: what is in flight is heard and written down first.
        """
        try:
            self.write(now)
            self._release()
            dues = [] if stop.is_set() else self._store.claim_due(now, limit, lease_seconds)
        except Exception as error:
            self._fault = error
            return []
        self.has_claimed = self.has_claimed or bool(dues)
        return dues

    def close(self, now: int) -> None:
        """Write everything down; raises what kept it from claiming, or from writing."""
        self.write(now)
        self._release()
        if self._fault:
            raise self._fault

    def _release(self) -> None:
        if self._given_back:
            self._store.release(self._given_back)
            self._given_back.clear()
