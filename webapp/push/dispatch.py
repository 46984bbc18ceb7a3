"""The worker: claim, seal, post, settle; and again at the next due time.

It knows neither what an answer means (`outcome`) nor what follows from it (`settlement`), and no
SQL. Its log holds counts, hosts and short hashes, never an endpoint, a key or an address.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from webapp.config import Settings
from webapp.push.counts import FAULTY
from webapp.push.counts import HELD
from webapp.push.counts import SKIPPED
from webapp.push.counts import Counts
from webapp.push.counts import Tally
from webapp.push.counts import by_lane
from webapp.push.ledger import SETTLED_AT_ONCE
from webapp.push.ledger import Ledger
from webapp.push.origin import Origin
from webapp.push.outcome import Outcome
from webapp.push.outcome import judge
from webapp.push.sealer import Sealer
from webapp.push.settlement import Window
from webapp.push.settlement import hold
from webapp.push.settlement import is_lone_refusal
from webapp.push.settlement import leave
from webapp.push.settlement import settle
from webapp.push.settlement import skip
from webapp.push.transport import Answer
from webapp.push.transport import Post
from webapp.push.transport import Transport
from webapp.store import Due
from webapp.store import Store

LONGEST_SLEEP_SECONDS = 15
"""A test that a reader asks for waits no longer than this."""
FAULT_PAUSE_SECONDS = 5
TOLD_AT_MOST = 10
"""Messages of one sending that the log tells one by one; the rest is counted."""

_log = logging.getLogger(__name__)


class Dispatcher:
    """Sends what is due. Safe from any thread; one sending goes on at a time."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        sealer: Sealer,
        transport: Transport,
        *,
        chance: Callable[[], float] = random.random,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._window = Window(settings.push_late_seconds, settings.push_ttl_seconds)
        self._store = store
        self._sealer = sealer
        self._transport = transport
        self._tally = Tally(settings, store.count)
        self._chance = chance
        self._elapsed = elapsed
        self._origins: defaultdict[str, Origin] = defaultdict(Origin)
        self._audiences: dict[str, str] = {}
        self._lock = threading.Lock()
        self._has_rescheduled = False

    def work(self, clock: Callable[[], float], stop: threading.Event) -> None:
        """Send until `stop` is set; then finish what is in flight and give the rest back.

        `clock` tells UTC seconds. After a fault, of the database for one, it pauses and goes on.
        """
        while not stop.is_set():
            try:
                self.send_due(int(clock()), stop)
                pause = self._pause_seconds(int(clock()))
            except Exception as error:  # the loop outlives every fault; leases bring rows back
                _log.error("a round failed (%s): pausing", type(error).__name__)
                pause = FAULT_PAUSE_SECONDS
            self._sealer.prepare()
            stop.wait(pause)

    def send_due(
        self, now: int, stop: threading.Event | None = None, *, is_patient: bool = True
    ) -> Counts:
        """Send all that is due at `now` (UTC seconds), batch by batch, and count.

        While another thread is sending, wait for it, or send nothing unless `is_patient`.
        """
        counts, started = Counts(), self._elapsed()
        stop = stop or threading.Event()

        def clock() -> int:
            return now + int(self._elapsed() - started)

        if self._lock.locked() and not is_patient:
            return counts
        with self._lock:
            self._follow_zone_rules(now, stop)
            while not stop.is_set() and self._send_all(clock, counts, stop):
                continue
        if counts:
            _log.info("%s", counts)
        return counts

    def _follow_zone_rules(self, now: int, stop: threading.Event) -> None:
        """Once, before the first message, since rules come with a new release of tzdata."""
        moved = 0
        for count in () if self._has_rescheduled else self._store.reschedule(now):
            moved += count
            if stop.is_set():
                return
        self._has_rescheduled = True
        if moved:
            _log.info("%d reminders moved with the rules of their time zones", moved)

    def _pause_seconds(self, now: int) -> int:
        due_at = self._store.next_due_at()
        wait = LONGEST_SLEEP_SECONDS if due_at is None else max(due_at - now, 0)
        return min(wait, LONGEST_SLEEP_SECONDS)

    def _send_all(self, clock: Callable[[], int], counts: Counts, stop: threading.Event) -> bool:
        """Claim batch after batch: who waits for an answer keeps nobody from being claimed.

        Tell whether there was any.
        """
        ledger = Ledger(self._store, counts)
        more = partial(self._claim, clock, ledger, stop)
        with closing(self._transport.send({}, more)) as answers:
            for answer in answers:
                self._take(answer, ledger)
                ledger.write(clock(), SETTLED_AT_ONCE)
        self._tally.flush()
        ledger.close(clock())
        return ledger.has_claimed

    def _claim(
        self, clock: Callable[[], int], ledger: Ledger, stop: threading.Event
    ) -> dict[str, Iterator[Post[Due]]]:
        """The next batch by push service; nothing when nothing is due, or after a fault.

        Half a lease after the claim nothing is started any more, so that the lease holds.
        """
        lease_seconds = self._settings.push_lease_seconds
        ends_at = self._elapsed() + lease_seconds / 2
        dues = ledger.claim(clock(), self._settings.push_batch, lease_seconds, stop)
        if dues:
            self._tally.flush()
        lanes = by_lane(dues)
        return {name: self._posts(name, lanes[name], ends_at, ledger, stop) for name in lanes}

    def _posts(
        self,
        name: str,
        dues: Sequence[Due],
        ends_at: float,
        ledger: Ledger,
        stop: threading.Event,
    ) -> Iterator[Post[Due]]:
        """Make the posts to one origin, each only when there is a place for it on the wire."""
        for due in dues:
            if stop.is_set() or self._elapsed() > ends_at:
                ledger.give_back(due)
                continue
            try:
                post = self._post(name, due, ledger)
            except Exception as error:  # one odd row must not keep the others from theirs
                self._tally.add(name, FAULTY, ledger.counts)
                ledger.settle(skip(due, self._window, self._claimed_at(due)))
                if ledger.counts.faulty <= TOLD_AT_MOST:
                    told = due.subscription.short_hash
                    _log.error("no message for %s: %s", told, type(error).__name__)
                continue
            if post is not None:
                yield post

    def _post(self, name: str, due: Due, ledger: Ledger) -> Post[Due] | None:
        """One sealed message, or None when it is too late, its origin is out or its key gone."""
        now = self._claimed_at(due)
        has_key = self._sealer.can_seal(due)
        if not has_key or self._window.is_late(due, now):
            self._tally.add(name, SKIPPED, ledger.counts)
            ledger.settle((skip if has_key else leave)(due, self._window, now))
            return None
        until = self._origins[name].held_until(now)
        if until is not None:
            self._tally.add(name, HELD, ledger.counts)
            ledger.settle(hold(due, self._window, until, now, self._chance()))
            return None
        audience = self._audiences.get(name) or due.subscription.origin
        self._audiences[name] = audience
        return self._sealer.seal(due, audience, self._window.ttl(due, now), now)

    def _take(self, answer: Answer[Due], ledger: Ledger) -> None:
        due, name, reply = answer
        now = self._claimed_at(due)
        verdict = judge(reply.status, reply.headers, now)
        self._tally.add(name, verdict.outcome, ledger.counts)
        chance, origin = self._chance(), self._origins[name]
        is_lone = is_lone_refusal(due, verdict, origin)
        ledger.settle(
            settle(due, verdict, self._window, now, chance, reply.status, is_lone=is_lone)
        )
        if not is_lone and origin.record(verdict.outcome, now):
            _log.error("%s is out (%s): %s", name, verdict.outcome.value, reply.quote())
        elif verdict.outcome is Outcome.MESSAGE and ledger.counts.message <= TOLD_AT_MOST:
            told = due.subscription.short_hash
            _log.error("%s refused a message for %s: %s", name, told, reply.quote())

    def _claimed_at(self, due: Due) -> int:
        """What is decided about a message is decided as of its claim."""
        return due.lease - self._settings.push_lease_seconds
