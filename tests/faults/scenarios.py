"""The scenarios: each sets the stage, breaks something in mid-burst, and lets time pass.

What has to come of each is the same: `report` says it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from tests.faults.databases import Database
from tests.faults.databases import Postgres
from tests.faults.nursery import Nursery
from tests.faults.report import Report
from tests.faults.stage import DAY
from tests.faults.stage import DUE
from tests.faults.stage import HOUR
from tests.faults.stage import MINUTE
from tests.faults.stage import Hold
from tests.faults.stage import Stage
from tests.faults.stage import tag_of
from tests.push_service import HANG
from tests.push_service import LATE
from tests.push_service import RESET
from tests.push_service import Answer
from tests.push_service import refuse

BOTH = ("sqlite", "postgresql")
OUTAGE_REQUESTS = 30
"""Two workers give up on a push service after fewer, and then ask once a minute."""
SILENCE_SECONDS = 2
"""Of real time: how long a worker waits where a push service never answers."""
LOST_SECONDS = 20 * MINUTE
"""What a clock has missed that leaps on."""
NO_KEY = b'{"reason":"BadJwtToken"}'
GONE = 2
"""Readers in most scenarios whose subscription is no more."""


@dataclass(frozen=True)
class Scenario:
    """`play` acts it. `may_crash`: what was sent or heard may not have been written down.

    `quick` are the databases that the quick round plays it on; both where it is about them.
    """

    name: str
    play: Callable[[Stage], None]
    quick: Sequence[str] = BOTH
    databases: Sequence[str] = BOTH
    may_crash: bool = False
    may_repeat: bool = False
    clock_error: int = 0

    def run(
        self, nursery: Nursery, folder: Path, database: Database, size: int, seed: int
    ) -> Report:
        """Play it once and judge."""
        folder.mkdir(parents=True, exist_ok=True)
        with Stage(nursery, folder, database, size, seed) as stage:
            self.play(stage)
            stage.close()
            return stage.report(
                self.name,
                clock_error=self.clock_error,
                may_repeat=self.may_crash or self.may_repeat,
                may_ask_again=self.may_crash,
            )


def begin(stage: Stage, workers: int = 2, *answers: Answer) -> None:
    """Readers with some gone among them, workers asleep, and then it is time."""
    stage.subscribe(stage.size - GONE, *answers)
    stage.subscribe(GONE, refuse(410), is_gone=True)
    stage.start(workers)
    stage.leap(DUE)


def many_workers(stage: Stage) -> None:
    """SQLite takes two; PostgreSQL takes more."""
    begin(stage, 2 if stage.database.name == "sqlite" else 5)
    stage.settle()


def kills(stage: Stage) -> None:
    """kill -9 at moments by chance; a new worker comes each time."""

    def kill() -> None:
        stage.end(stage.chance.choice(stage.workers), signal.SIGKILL)
        stage.start()

    for moment in stage.moments(4):
        stage.at(moment, kill)
    begin(stage)
    stage.settle()


def deploy(stage: Stage) -> None:
    """In mid-burst one new worker after the other comes for an old one, which ends well."""
    old = 2 if stage.database.name == "sqlite" else 3

    def replace() -> None:
        stage.start()
        stage.dismiss(stage.workers[0])

    for moment in stage.moments(old):
        stage.at(moment, replace)
    begin(stage, old)
    stage.settle()


def restart(stage: Stage) -> None:
    """The database server crashes in mid-burst and comes back."""
    assert isinstance(stage.database, Postgres)
    for moment in stage.moments(2):
        stage.at(moment, stage.database.restart)
    begin(stage)
    stage.settle()


def full_disk(stage: Stage) -> None:
    """From a moment in mid-burst on nobody can write, until a worker has noticed."""
    filling = Hold(lambda: stage.database.fill([worker.pid for worker in stage.workers]))
    stage.at(stage.moments(1)[0], filling.begin)
    begin(stage)
    stage.wait_for_log("a round failed")
    filling.end()
    stage.settle()


def locked(stage: Stage) -> None:
    """Somebody holds the write lock for seconds: SQLite gives up waiting, PostgreSQL does not."""
    locking = Hold(stage.database.lock)
    stage.at(stage.moments(1)[0], locking.begin)
    begin(stage)
    if isinstance(stage.database, Postgres):
        waiting = stage.database.waiting
        stage.wait_for(lambda: waiting() > 0, "wait for the lock")
    else:
        stage.wait_for_log("a round failed")
    locking.end()
    stage.settle()


def no_name(stage: Stage) -> None:
    """Name servers do not know the push service, until a worker has given it up."""
    stage.clock.name_is_known = False
    begin(stage)
    stage.wait_for_log("is out")
    stage.clock.name_is_known = True
    stage.settle()


def answers(stage: Stage) -> None:
    """Every bad answer there is, each to some; the second answer is a good one."""
    later = format_datetime(datetime.fromtimestamp(DUE + 10 * MINUTE, UTC), usegmt=True)
    bad = (
        *(refuse(status) for status in (401, 403, 406, 408, 500, 502, 503, 504)),
        *(refuse(status, Retry_After="600") for status in (429, 503)),
        *(refuse(status, Retry_After=later) for status in (429, 503)),
        HANG,
        RESET,
        LATE,
    )
    stage.wire_seconds = SILENCE_SECONDS
    each = max(1, stage.size // 30)
    stage.subscribe(stage.size - each * (len(bad) + 2))
    for answer in bad:
        stage.subscribe(each, answer, Answer())
    for status in (404, 410):
        stage.subscribe(each, refuse(status), is_gone=True)
    stage.start(2)
    stage.leap(DUE)
    stage.settle()


def outage(answer: Answer, stage: Stage) -> None:
    """The push service answers so to everybody, for some requests; then it is well again."""
    stage.service.for_all = answer
    stage.at(OUTAGE_REQUESTS, partial(setattr, stage.service, "for_all", None))
    begin(stage)
    stage.settle()


def apart(stage: Stage) -> None:
    """Two machines whose clocks are a minute apart."""
    stage.subscribe(stage.size)
    stage.start(skew=-30)
    stage.start(skew=30)
    stage.leap(DUE)
    stage.settle()


def back(stage: Stage) -> None:
    """In mid-burst every clock falls back by an hour; later it is right again."""

    def fall() -> None:
        for worker in stage.workers:
            stage.clock.set_skew(worker.slot, -HOUR)

    stage.at(stage.moments(1)[0], fall)
    begin(stage)
    stage.leap(DUE + 10 * MINUTE)
    for worker in stage.workers:
        stage.clock.set_skew(worker.slot, 0)
    stage.settle()


def forward(stage: Stage) -> None:
    """Machines that slept do not know it, until in mid-burst they learn what time it is."""

    def learn() -> None:
        for worker in stage.workers:
            stage.clock.set_skew(worker.slot, 0)

    stage.at(stage.moments(1)[0], learn)
    stage.subscribe(stage.size)
    stage.start(2, skew=-LOST_SECONDS)
    stage.leap(DUE)
    stage.settle()


def night(stage: Stage) -> None:
    """No worker from nine in the evening to half past seven; then each has the next note."""
    last_evening = DUE - 11 * HOUR
    for hours, is_late in ((-10, True), (-8.5, True), (-6, True), (-3, False), (-1, False)):
        due_at = DUE + int(hours * HOUR)
        following = {tag_of(due_at + DAY): due_at + DAY}
        notes = following if is_late else {tag_of(due_at): due_at} | following
        stage.subscribe(stage.size // 5, due_at=due_at, notes=notes)
    stage.clock.set(last_evening)
    for worker in stage.start(2):
        stage.leap(last_evening)
        stage.end(worker)
    stage.clock.set(DUE - HOUR // 2)
    stage.start(2)
    stage.settle(DUE + DAY - HOUR // 2)


SQLITE, POSTGRESQL = (("sqlite",), ("postgresql",))
SCENARIOS = (
    Scenario("many workers", many_workers),
    Scenario("kill -9", kills, may_crash=True),
    Scenario("deploy in mid-burst", deploy),
    Scenario("database restart", restart, POSTGRESQL, POSTGRESQL, may_crash=True),
    Scenario("full disk", full_disk, may_crash=True),
    Scenario("locked database", locked, may_crash=True),
    Scenario("no name service", no_name, SQLITE),
    Scenario("bad answers", answers, may_repeat=True),
    Scenario("outage, 503", partial(outage, refuse(503)), SQLITE),
    Scenario("outage, resets", partial(outage, RESET), POSTGRESQL),
    Scenario("refused key, 403", partial(outage, refuse(403, NO_KEY)), SQLITE),
    Scenario("clocks a minute apart", apart),
    Scenario("clock falls back", back, SQLITE, may_repeat=True),
    Scenario("clock leaps on", forward, POSTGRESQL, may_repeat=True, clock_error=LOST_SECONDS),
    Scenario("a night of downtime", night, SQLITE),
)
