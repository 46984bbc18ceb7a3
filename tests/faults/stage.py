"""Where a scenario is played: a push service, a database, readers, workers, and the leaps of time.

It waits for conditions, never for time: whoever acts in the middle of a burst does so while a
certain request still waits for its answer.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import update

from tests.faults.databases import Database
from tests.faults.nursery import Nursery
from tests.faults.nursery import Worker
from tests.faults.report import Reader
from tests.faults.report import Report
from tests.faults.report import Window
from tests.faults.report import report_on
from tests.faults.worker import NAME
from tests.push_service import Answer
from tests.push_service import PushService
from webapp.config import Settings
from webapp.push.vapid import generate_key
from webapp.store import StoreError
from webapp.store import open_store
from webapp.store.engine import make_engine
from webapp.store.tables import push_subscription
from webapp.subscription import PushSubscription
from webapp.wish import parse_reminder

DUE = 1_800_000_000  # Friday 2027-01-15 08:00 UTC
TODAY = "daily-2027-01-15"
MINUTE = 60
HOUR = 3_600
DAY = 24 * HOUR
BATCH = 10
"""Small, so that a burst has many claims and settlements to break."""
GRAIN_SECONDS = 5
"""Retries are spread by chance; a leap takes a few of them together."""
GONE = (404, 410)
PATIENCE_SECONDS = 120
POLL_SECONDS = 0.01
LOOK_SECONDS = 1
WIRE_SECONDS = 60
"""Of real time: longer than anything takes while a push service is about to answer."""


class Hold:
    """A trouble that one thread begins and another ends."""

    def __init__(self, make: Callable[[], AbstractContextManager[None]]) -> None:
        self._make = make
        self._has_begun = threading.Event()

    def begin(self) -> None:
        self._trouble = self._make()
        self._trouble.__enter__()
        self._has_begun.set()

    def end(self) -> None:
        """Once it has begun, end it."""
        assert self._has_begun.wait(PATIENCE_SECONDS)
        self._trouble.__exit__(None, None, None)


class Stage:
    """One scenario's own; a context manager. It begins a minute before the notes are due.

    `size` readers make a burst, `chance` is seeded, and `extra` collects what went wrong on stage.
    """

    def __init__(self, nursery: Nursery, folder: Path, database: Database, size: int, seed: int):
        self._nursery = nursery
        self._folder = folder
        self.database = database
        self.size = size
        self.chance = random.Random(seed)
        self.clock = nursery.clock
        self.clock.set(DUE - MINUTE)
        self.clock.name_is_known = True
        self.service = PushService(clock=self.clock.now)
        self.service.origin = f"http://{NAME}:{urlsplit(self.service.origin).port}"
        self.service.meanwhile = self._act
        self.wire_seconds = WIRE_SECONDS
        self.store = open_store(database.url)
        self.readers: list[Reader] = []
        self.workers: list[Worker] = []
        self.extra: list[str] = []
        self._leaving: list[Worker] = []
        self._acting = threading.RLock()  # while somebody acts, nobody looks and no time leaps
        self._actions: dict[int, Callable[[], None]] = {}
        self._slots = 0
        self._key = generate_key().pem().decode()

    def __enter__(self) -> Stage:
        self.service.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (*self.workers, *self._leaving):
            os.kill(worker.pid, signal.SIGKILL)
            self._nursery.wait(worker)
        self.service.__exit__()
        self.store.close()

    @property
    def settings(self) -> dict[str, str]:
        """What every process on this stage is started with."""
        return {
            "POCKET_INSTANCE": str(self._folder / "instance"),
            "POCKET_CONTENT": str(self._nursery.content),
            "POCKET_DATABASE_URL": self.database.url,
            "POCKET_VAPID_KEY": self._key,
            "POCKET_CONTACT": "mailto:night@pocket.org",
            "POCKET_PUSH_TEST_ORIGIN": self.service.origin,
            "POCKET_PUSH_BATCH": str(BATCH),
            "POCKET_RATE_LIMIT_PER_MINUTE": "0",
        }

    def subscribe(
        self,
        count: int,
        *answers: Answer,
        due_at: int = DUE,
        notes: Mapping[str, int] | None = None,
        is_gone: bool = False,
    ) -> list[Reader]:
        """Readers of that minute of the UTC day, each to be answered so, the last for good.

        `notes` are those that must arrive, by tag, with their instants: one, on that day, unless
        said otherwise.
        """
        registered_at = due_at - HOUR
        wish = {"time": f"{datetime.fromtimestamp(due_at, UTC):%H:%M}", "zone": "UTC"}
        reminder = parse_reminder(wish, (), datetime.fromtimestamp(registered_at, UTC))
        expected = {tag_of(due_at): due_at} if notes is None else notes
        made = [Reader(self.service.subscribe(), expected, is_gone) for _ in range(count)]
        for reader in made:
            agent = reader.agent
            subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
            self.store.save(subscription, reminder, registered_at)
            self.service.script(agent, *answers or (Answer(),))
        self.readers += made
        engine = make_engine(self.database.url)
        with engine.begin() as connection:  # they have had notes before
            connection.execute(update(push_subscription).values(accepted_at=registered_at))
        engine.dispose()
        return made

    def start(self, count: int = 1, skew: float = 0) -> list[Worker]:
        """Start workers whose clocks go `skew` seconds before the true one."""
        started = []
        for _ in range(count):
            slot, self._slots = self._slots, self._slots + 1
            self.clock.set_skew(slot, skew)
            self.clock.set_wakes_at(slot, 0)
            log = self._folder / f"worker-{slot}.log"
            started.append(self._nursery.start(slot, log, self.settings, self.wire_seconds))
        self.workers += started
        return started

    def end(self, worker: Worker, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End a worker and wait for it; by SIGTERM it has to end well."""
        self.workers.remove(worker)
        os.kill(worker.pid, with_signal)
        self._see_off(worker, with_signal)

    def dismiss(self, worker: Worker) -> None:
        """SIGTERM; it ends when what it has in flight is answered, and is seen off at the end."""
        self.workers.remove(worker)
        os.kill(worker.pid, signal.SIGTERM)
        self._leaving.append(worker)

    def close(self) -> None:
        """End every worker by SIGTERM."""
        for worker in tuple(self.workers):
            self.dismiss(worker)
        while self._leaving:
            self._see_off(self._leaving.pop(), signal.SIGTERM)

    def at(self, number: int, action: Callable[[], None]) -> None:
        """Do something while the request of that number (from 1 on) waits for its answer."""
        self._actions[number] = action

    def moments(self, count: int) -> list[int]:
        """Some numbers of requests in the burst, by chance, in order."""
        return sorted(self.chance.sample(range(2, self.size), count))

    def leap(self, instant: float) -> None:
        """Once every worker sleeps, let it be that instant."""
        self.wait_for(lambda: self._all_sleep() and self.clock.set(instant), "fall asleep")

    def settle(self, until: float = DUE + 12 * HOUR) -> None:
        """Let time leap from one thing that is due to the next, until nothing is before `until`."""
        self.wait_for(lambda: self._leap_until(until), "send everything")

    def report(
        self,
        scenario: str,
        *,
        clock_error: int = 0,
        may_repeat: bool = False,
        may_ask_again: bool = False,
    ) -> Report:
        """Count what has come of it; see `report_on`."""
        late, ttl = Settings().push_late_seconds, Settings().push_ttl_seconds
        origin, statuses = self.service.origin, self.service.statuses
        endpoints = [reader.agent.endpoint for reader in self.readers]
        return report_on(
            scenario,
            self.database.name,
            self.readers,
            {endpoint for endpoint in endpoints if self.store.find(endpoint)},
            Counter(origin + path for path, status in statuses if status in GONE),
            Window(late, max(late, ttl)),
            clock_error=clock_error,
            may_repeat=may_repeat,
            may_ask_again=may_ask_again,
            problems=self.service.problems,
            extra=self.extra,
        )

    def wait_for(self, is_true: Callable[[], bool], promise: str) -> None:
        """Return once it is true; AssertionError with the workers' logs when that takes long."""
        pause = threading.Event()
        ends_at = time.monotonic() + PATIENCE_SECONDS
        looks_at = 0.0
        while True:
            with self._acting:
                if is_true():
                    return
                now = time.monotonic()
                is_hopeful = now < ends_at
                if now > looks_at:
                    is_hopeful = is_hopeful and all(map(self._nursery.is_alive, self.workers))
                    looks_at = now + LOOK_SECONDS
                logs = [worker.logs for worker in self.workers if not is_hopeful]
                assert is_hopeful, (f"the workers did not {promise}", *logs, self.extra)
            pause.wait(POLL_SECONDS)

    def wait_for_log(self, words: str) -> None:
        """Return once a worker's log holds the words; time leaps meanwhile."""
        self.wait_for(lambda: self._is_said(words), f"say {words!r}")

    def _see_off(self, worker: Worker, with_signal: signal.Signals) -> None:
        code = self._nursery.wait(worker)
        if code != (0 if with_signal is signal.SIGTERM else -with_signal):
            self.extra.append(f"a worker ended with {code}: {worker.logs[-500:]}")

    def _act(self, number: int) -> None:
        try:
            with self._acting:
                self._actions.pop(number, lambda: None)()
        except Exception as error:  # it would be lost in a thread of the push service
            self.extra.append(f"request {number}: {error!r}")

    def _is_said(self, words: str) -> bool:
        if any(words in worker.logs for worker in self.workers):
            return True
        self._leap_until(None)
        return False

    def _all_sleep(self) -> bool:
        now = self.clock.now()
        return all(self.clock.wakes_at(worker.slot) > now for worker in self.workers)

    def _leap_until(self, until: float | None) -> bool:
        """Leap once if all sleep, unless nothing is due before `until`: then tell so."""
        if not self._all_sleep():
            return False
        try:
            due_at = self.store.next_due_at()
        except StoreError:
            return False  # it is away for a moment
        if due_at is None or (until is not None and due_at > until):
            return not self._actions
        now = self.clock.now()
        wake_at = min((self.clock.wakes_at(worker.slot) for worker in self.workers), default=now)
        self.clock.set(due_at + GRAIN_SECONDS if due_at > now else max(wake_at, now))
        return False


def tag_of(due_at: int) -> str:
    """The tag of a note that is due then, in UTC."""
    return f"daily-{datetime.fromtimestamp(due_at, UTC):%Y-%m-%d}"
