"""What goes wrong at night loses nobody, repeats nothing on a screen, and wakes no one.

The small numbers; `python -m tests.faults` plays the same with bigger ones and prints the counts.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
import requests
from sqlalchemy import make_url

from tests.faults.__main__ import create_database
from tests.faults.databases import Database
from tests.faults.databases import Postgres
from tests.faults.databases import Sqlite
from tests.faults.nursery import Nursery
from tests.faults.report import Reader
from tests.faults.report import Report
from tests.faults.report import Window
from tests.faults.report import report_on
from tests.faults.scenarios import SCENARIOS
from tests.faults.scenarios import Scenario
from tests.faults.stage import HOUR
from tests.faults.stage import MINUTE
from tests.faults.stage import WIRE_SECONDS
from tests.faults.stage import Stage
from tests.faults.stage import tag_of
from tests.postgres import Cluster
from tests.processes import serving
from tests.user_agent import Message
from tests.user_agent import UserAgent

READERS = 30
SEED = 1
PLAYED = [(scenario, kind) for scenario in SCENARIOS for kind in scenario.quick]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as made:
        yield made


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Database:
    if kind == "sqlite":
        empty: Path = request.getfixturevalue("migrated_sqlite_file")
        return Sqlite(Path(shutil.copy(empty, tmp_path / "pocket.db")))
    url: str = request.getfixturevalue("migrated_postgres_url")
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    template = make_url(url).database
    return Postgres(cluster, create_database(cluster, tmp_path.name, f'TEMPLATE "{template}"'))


@pytest.mark.parametrize(("scenario", "kind"), PLAYED, ids=lambda part: getattr(part, "name", part))
def test_everybody_has_the_note_once_whatever_breaks(
    tmp_path: Path, nursery: Nursery, database: Database, scenario: Scenario
) -> None:
    report = scenario.run(nursery, tmp_path, database, READERS, SEED)
    assert report.faults == []
    assert report.once == report.readers - report.gone > 0


# Processes of both kinds, and one PostgreSQL


@pytest.mark.parametrize("kind", ["postgresql"])
def test_web_and_worker_processes_share_nothing_but_the_database(
    tmp_path: Path, nursery: Nursery, database: Database
) -> None:
    with Stage(nursery, tmp_path, database, READERS, SEED) as stage, ExitStack() as stack:
        folders = (tmp_path / "one", tmp_path / "two")
        webs = [stack.enter_context(serving(each, **stage.settings)) for each in folders]
        due_at = (int(time.time()) // MINUTE + 30) * MINUTE
        stage.clock.set(due_at - 30 * MINUTE)
        agents = [stage.service.subscribe() for _ in range(READERS)]
        stage.readers += [Reader(agent, {tag_of(due_at): due_at}) for agent in agents]

        def register_all(first: int) -> None:
            """Each reader at one of the web processes, two at a time as one address may."""
            addresses = [web.base_url for web in (webs[first], webs[1 - first])]
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(partial(register, due_at), agents, itertools.cycle(addresses)))

        register_all(0)
        stage.at(READERS // 2, lambda: register_all(1))
        stage.start(3)
        stage.leap(due_at)
        stage.settle(due_at + 12 * HOUR)
        stage.close()
        report = stage.report("web and worker processes")
    assert report.faults == []
    assert report.once == READERS


def register(due_at: int, agent: UserAgent, address: str) -> None:
    """Ask for a reminder at that minute, as a page does; asking again changes nothing."""
    wish = {"times": [f"{datetime.fromtimestamp(due_at, UTC):%H:%M}"], "zone": "UTC"}
    body = {"subscription": agent.as_json(), "reminder": wish}
    answer = requests.put(f"{address}/api/subscriptions", json=body, timeout=WIRE_SECONDS)
    assert answer.status_code in (200, 201), answer.text
    assert answer.json()["next"]["at"].endswith(f"{datetime.fromtimestamp(due_at, UTC):T%TZ}")


# What the judge sees

DUE = 1_800_000_000
TAG = "daily-2027-01-15"
WINDOW = Window(late=10_800, waiting=14_400)
numbers = itertools.count()


def reader(*messages: Message, is_gone: bool = False) -> Reader:
    agent = UserAgent(f"https://push.example/{next(numbers)}")
    agent.messages += messages
    return Reader(agent, {TAG: DUE}, is_gone)


def message(tag: str = TAG, topic: str = "", after: int = 0, ttl: int = 14_400) -> Message:
    plaintext = f'{{"notification": {{"tag": "{tag}"}}}}'.encode()
    headers = {"topic": topic or tag, "ttl": str(ttl)}
    return Message(headers, b"", plaintext, {}, "", DUE + after)


def judge(
    *readers: Reader, stored: Set[bool] = frozenset({False}), told_gone: int = 1, **options: bool
) -> Report:
    """Stored are the living, unless other kinds of `is_gone` are named."""
    known = {one.agent.endpoint for one in readers if one.is_gone in stored}
    told = Counter({one.agent.endpoint: told_gone for one in readers if one.is_gone})
    return report_on("x", "sqlite", readers, known, told, WINDOW, **options)


def test_a_good_night_has_no_faults() -> None:
    assert judge(reader(message()), reader(message(), message()), reader(is_gone=True)).faults == []


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (judge(reader()), "1 readers have not each note once"),
        (judge(reader(message(), message("daily-2027-01-14"))), "have not each note once"),
        (judge(reader(message(), message()), may_repeat=False), "1 messages were repeated"),
        (judge(reader(message(), message(topic="other"))), "1 notes have no topic of their own"),
        (judge(reader(message(after=-61))), "1 messages came at a useless hour"),
        (judge(reader(message(after=10_861, ttl=1))), "1 messages came at a useless hour"),
        (judge(reader(message(after=3_600))), "1 messages came at a useless hour"),
        (judge(reader(is_gone=True), stored={True}), "1 gone readers are kept"),
        (judge(reader(is_gone=True), told_gone=3), "2 messages went to who is gone"),
        (judge(reader(message()), stored=set()), "1 readers are lost"),
    ],
)
def test_what_breaks_a_promise_is_named(report: Report, words: str) -> None:
    assert any(words in fault for fault in report.faults), report.faults
