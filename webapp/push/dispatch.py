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
from dataclasses import dataclass
from dataclasses import field

from webapp.config import Settings
from webapp.push.counts import FAULTY
from webapp.push.counts import HELD
from webapp.push.counts import SKIPPED
from webapp.push.counts import Counts
from webapp.push.counts import Tally
from webapp.push.counts import lane
from webapp.push.origin import Origin
from webapp.push.outcome import Outcome
from webapp.push.outcome import judge
from webapp.push.sealer import Sealer
from webapp.push.settlement import Window
from webapp.push.settlement import hold
from webapp.push.settlement import is_lone_refusal
from webapp.push.settlement import settle
from webapp.push.settlement import skip
from webapp.push.transport import Answer
from webapp.push.transport import Post
from webapp.push.transport import Transport
from webapp.store import Due
from webapp.store import Settlement
from webapp.store import Store

LONGEST_SLEEP_SECONDS = 15
"""A test that a reader asks for waits no longer than this."""
FAULT_PAUSE_SECONDS = 5
SETTLED_AT_ONCE = 100
"""Settlements in one transaction; a crash can send so many again, and what was in flight."""
TOLD_AT_MOST = 10
"""Messages of one sending that the log tells one by one; the rest is counted."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """One claim on its way: `now` is its instant, `ends_at` its end by the monotonic clock."""

    now: int
    ends_at: float
    counts: Counts
    settlements: list[Settlement] = field(default_factory=list)
    given_back: list[Due] = field(default_factory=list)


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
        counts = Counts()
        stop = stop or threading.Event()
        if self._lock.locked() and not is_patient:
            return counts
        with self._lock:
            started = self._elapsed()
            self._follow_zone_rules(now, stop)
            has_claimed = True
            while has_claimed and not stop.is_set():
                moment = now + int(self._elapsed() - started)
                has_claimed = self._send_batch(moment, counts, stop)
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

    def _send_batch(self, now: int, counts: Counts, stop: threading.Event) -> bool:
        """Claim and send one batch; tell whether anything was due.

        Half a lease after the claim nothing is started any more, so that the lease holds.
        """
        lease_seconds = self._settings.push_lease_seconds
        batch = _Batch(now, self._elapsed() + lease_seconds / 2, counts)
        dues = self._store.claim_due(now, self._settings.push_batch, lease_seconds)
        lanes: defaultdict[str, list[Due]] = defaultdict(list)
        for due in dues:
            lanes[lane(due)].append(due)
        posts = {name: self._posts(name, dues, batch, stop) for name, dues in lanes.items()}
        with closing(self._transport.send(posts)) as answers:
            for answer in answers:
                self._take(answer, batch)
                if len(batch.settlements) >= SETTLED_AT_ONCE:
                    self._settle(batch)
        self._settle(batch)
        if batch.given_back:
            self._store.release(batch.given_back)
        self._tally.flush()
        return bool(dues)

    def _posts(
        self, name: str, dues: Sequence[Due], batch: _Batch, stop: threading.Event
    ) -> Iterator[Post[Due]]:
        """Make the posts to one origin, each only when there is a place for it on the wire."""
        for due in dues:
            if stop.is_set() or self._elapsed() > batch.ends_at:
                batch.given_back.append(due)
                continue
            try:
                post = self._post(name, due, batch)
            except Exception as error:  # one odd row must not keep the others from theirs
                self._tally.add(name, FAULTY, batch.counts)
                batch.settlements.append(skip(due, self._window, batch.now))
                if batch.counts.faulty <= TOLD_AT_MOST:
                    told = due.subscription.short_hash
                    _log.error("no message for %s: %s", told, type(error).__name__)
                continue
            if post is not None:
                yield post

    def _post(self, name: str, due: Due, batch: _Batch) -> Post[Due] | None:
        """One sealed message, or None when it is too late or its origin is out."""
        if self._window.is_late(due, batch.now):
            self._tally.add(name, SKIPPED, batch.counts)
            batch.settlements.append(skip(due, self._window, batch.now))
            return None
        until = self._origins[name].held_until(batch.now)
        if until is not None:
            self._tally.add(name, HELD, batch.counts)
            batch.settlements.append(hold(due, self._window, until, batch.now, self._chance()))
            return None
        audience = self._audiences.get(name) or due.subscription.origin
        self._audiences[name] = audience
        return self._sealer.seal(due, audience, self._window.ttl(due, batch.now), batch.now)

    def _take(self, answer: Answer[Due], batch: _Batch) -> None:
        due, name, reply = answer
        verdict = judge(reply.status, reply.headers, batch.now)
        self._tally.add(name, verdict.outcome, batch.counts)
        chance, origin = self._chance(), self._origins[name]
        is_lone = is_lone_refusal(due, verdict, origin)
        batch.settlements.append(
            settle(due, verdict, self._window, batch.now, chance, reply.status, is_lone=is_lone)
        )
        if not is_lone and origin.record(verdict.outcome, batch.now):
            _log.error("%s is out (%s): %s", name, verdict.outcome.value, reply.quote())
        elif verdict.outcome is Outcome.MESSAGE and batch.counts.message <= TOLD_AT_MOST:
            told = due.subscription.short_hash
            _log.error("%s refused a message for %s: %s", name, told, reply.quote())

    def _settle(self, batch: _Batch) -> None:
        if batch.settlements:
            self._store.settle(batch.settlements, batch.now)
            batch.settlements.clear()
