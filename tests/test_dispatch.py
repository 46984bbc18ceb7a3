"""What the worker promises, from a due row to a notification: real store, wire and decryption.

One note a day, at its time, once on the screen; and nobody is lost but who is gone.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from tests.editions import NOTE
from tests.editions import only
from tests.processes import Running
from tests.processes import environment_of
from tests.processes import start
from tests.push_service import HANG
from tests.push_service import LATE
from tests.push_service import RESET
from tests.push_service import Answer
from tests.push_service import PushService
from tests.push_service import refuse
from tests.user_agent import UserAgent
from webapp import migrations
from webapp.config import Settings
from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.push.counts import Counts
from webapp.push.dispatch import Dispatcher
from webapp.push.exchange import Limits
from webapp.push.keyring import Keyring
from webapp.push.keyring import Signer
from webapp.push.sealer import Sealer
from webapp.push.transport import FIRST_IN_FLIGHT
from webapp.push.transport import Transport
from webapp.push.vapid import generate_key
from webapp.schedule import Level
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.store import Due
from webapp.store import LastTest
from webapp.store import Store
from webapp.store import StoreError
from webapp.store import open_store
from webapp.store.engine import make_engine
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.subscription import DEFAULT_PUSH_HOSTS
from webapp.subscription import HostPolicy
from webapp.subscription import PushSubscription

NOW = 1_800_000_000  # Friday 2027-01-15 08:00 UTC
MINUTE = 60
HOUR = 3_600
DAY = 24 * HOUR
KEY = generate_key()
TODAY = "daily-2027-01-15"
BASE = "https://pocket.org"
SHORT = Limits(connect_seconds=5, total_seconds=1)
ASKING = Topic("asking", "Asking", 20, "")
REST = Topic("rest", "Rest", 200, "")
DECK = Deck(
    topics=(ASKING, REST),
    cards=(
        Affirmation("asking-is-a-skill", "Asking's a skill.", "asking"),
        Affirmation("a-pause-is-allowed", "A pause is allowed.", "rest"),
        Affirmation("one-person-is-enough", "One person is enough to begin with.", "asking"),
        Affirmation("rest-is-work-too", "Rest is part of the work.", "rest"),
    ),
)
DUE_CARD = DECK.of_the_day(date(2027, 1, 15))


@dataclass
class House:
    """One worker, its database and the push service that it knows."""

    service: PushService
    store: Store
    database_url: str
    now: int = NOW
    policy_hosts: tuple[str, ...] = DEFAULT_PUSH_HOSTS
    changes: dict[str, Any] = field(default_factory=dict)
    transports: list[Transport] = field(default_factory=list)
    signer: Signer = field(default_factory=lambda: Signer(Keyring(KEY), "mailto:me@pocket.org"))

    @property
    def settings(self) -> Settings:
        return Settings(base_url=BASE, push_test_origin=self.service.origin, **self.changes)

    def dispatcher(
        self, deck: Deck = DECK, limits: Limits | None = None, **arguments: Any
    ) -> Dispatcher:
        policy = HostPolicy(self.policy_hosts, self.service.origin)
        self.transports.append(Transport(policy, limits=limits))
        sealer = Sealer(self.settings, only(deck, BASE), self.signer)
        arguments = {"chance": lambda: 0.0, "elapsed": lambda: 0.0} | arguments
        return Dispatcher(self.settings, self.store, sealer, self.transports[-1], **arguments)

    def subscribe(
        self,
        count: int = 1,
        *answers: Answer,
        minute: int = 480,
        zone: str = "UTC",
        level: Level = Level.WORDS,
        topics: tuple[str, ...] = (),
        **changes: Any,
    ) -> list[UserAgent]:
        """Readers whose reminder is due at NOW unless said otherwise."""
        agents = [self.service.subscribe() for _ in range(count)]
        reminder = replace(Reminder((minute,), zone, 0, level, topics), **changes)
        for agent in agents:
            subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
            self.store.save(subscription, reminder, NOW - HOUR)
            if answers:
                self.service.script(agent, *answers)
        return agents

    def row(self, agent: UserAgent, kind: str = "daily") -> Any:
        """The schedule's row of one reader, or None."""
        statement = (
            select(push_schedule)
            .join(push_subscription)
            .where(push_subscription.c.endpoint == agent.endpoint, push_schedule.c.kind == kind)
        )
        return self.execute(statement)

    def execute(self, statement: Any) -> Any:
        engine = make_engine(self.database_url)
        with engine.begin() as connection:
            result = connection.execute(statement)
            found = result.one_or_none() if result.returns_rows else None
        engine.dispose()
        return found

    def is_known(self, agent: UserAgent) -> bool:
        return self.store.find(agent.endpoint) is not None

    def next_due_at(self, agent: UserAgent) -> int:
        return int(self.row(agent).due_at)


@pytest.fixture
def house(tmp_path: Path, sqlite_store: Store) -> Iterator[House]:
    url = f"sqlite:///{tmp_path / 'pocket.db'}"
    with PushService(clock=lambda: made.now) as service:
        made = House(service, sqlite_store, url)
        yield made
        for transport in made.transports:
            transport.close()
    assert service.problems == []


def note_of(agent: UserAgent) -> dict[str, Any]:
    (message,) = agent.messages
    assert message.payload["web_push"] == 8030
    note: dict[str, Any] = message.payload["notification"]
    return note


# One reader, one morning


def test_a_due_reader_gets_the_card_of_the_day(house: House) -> None:
    (agent,) = house.subscribe()
    assert str(house.dispatcher().send_due(NOW)) == "accepted 1"
    note = note_of(agent)
    assert note["body"] == DUE_CARD.text.replace("'", "’")
    assert note["navigate"] == f"{BASE}/affirmations/{DUE_CARD.id}"
    assert note["tag"] == TODAY


def test_the_next_note_comes_tomorrow_at_the_same_local_time(house: House) -> None:
    (agent,) = house.subscribe(zone="Europe/Lisbon")
    house.dispatcher().send_due(NOW)
    row = house.row(agent)
    assert (row.due_at, row.occurrence, row.attempts) == (NOW + DAY, "2027-01-16", 0)


def test_who_is_not_due_gets_nothing(house: House) -> None:
    (agent,) = house.subscribe(minute=481)
    assert not house.dispatcher().send_due(NOW)
    assert agent.messages == []


def test_a_reader_gets_one_note_a_day_however_often_the_worker_looks(house: House) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    for second in range(0, 3 * HOUR, 15 * MINUTE):
        worker.send_due(NOW + second)
    assert len(agent.messages) == 1


def test_a_week_brings_a_note_a_day_with_a_tag_of_its_own(house: House) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    for day in range(7):
        house.now = NOW + day * DAY
        worker.send_due(house.now)
    assert list(agent.screen) == [f"daily-2027-01-{15 + day}" for day in range(7)]


def test_the_card_is_that_of_the_readers_own_date(house: House) -> None:
    (agent,) = house.subscribe(minute=22 * 60, zone="Pacific/Kiritimati")  # UTC+14
    house.dispatcher().send_due(NOW)
    assert note_of(agent)["tag"] == TODAY
    (early,) = house.subscribe(minute=21 * 60, zone="Pacific/Niue")  # UTC-11: still the 14th
    house.dispatcher().send_due(NOW)
    assert note_of(early)["tag"] == "daily-2027-01-14"
    the_14th = DECK.of_the_day(date(2027, 1, 14))
    assert note_of(early)["navigate"].endswith(the_14th.id) and the_14th != DUE_CARD


def test_only_the_topics_that_were_chosen_are_sent(house: House) -> None:
    (agent,) = house.subscribe(topics=("rest",))
    worker = house.dispatcher()
    for day in range(5):
        house.now = NOW + day * DAY
        worker.send_due(house.now)
    bodies = {message.payload["notification"]["body"] for message in agent.messages}
    assert bodies == {"A pause is allowed.", "Rest is part of the work."}


def test_a_neutral_note_says_nothing_about_the_card(house: House) -> None:
    (agent,) = house.subscribe(level=Level.NEUTRAL)
    house.dispatcher().send_due(NOW)
    note = note_of(agent)
    assert note["navigate"] == f"{BASE}/"
    assert DUE_CARD.id not in str(note) and DUE_CARD.text not in str(note)


def walk(house: House, until: int) -> None:
    """Send whenever something is due, up to an instant."""
    worker = house.dispatcher()
    while (due_at := house.store.next_due_at() or until + 1) <= until:
        house.now = due_at
        worker.send_due(due_at)


def test_three_times_a_day_bring_three_cards_under_tags_of_their_own(house: House) -> None:
    (agent,) = house.subscribe(minutes=(480, 810, 1260))
    walk(house, NOW + 2 * DAY - 1)
    assert list(agent.screen) == [
        f"daily-2027-01-{day}-{slot}" for day in (15, 16) for slot in range(3)
    ]
    pages = [message.payload["notification"]["navigate"] for message in agent.messages]
    cards = [DECK.of_the_day(date(2027, 1, day), (), slot) for day in (15, 16) for slot in range(3)]
    assert pages == [f"{BASE}/affirmations/{card.id}" for card in cards]
    assert len(agent.messages) == len(agent.screen)


def test_a_late_message_keeps_the_tag_and_the_card_of_its_time(house: House) -> None:
    (agent,) = house.subscribe(minutes=(480, 510))
    house.now = NOW + 20 * MINUTE
    house.dispatcher().send_due(house.now)
    assert list(agent.screen) == ["daily-2027-01-15-0"]
    house.now = NOW + 2 * HOUR
    house.dispatcher().send_due(house.now)
    assert list(agent.screen) == ["daily-2027-01-15-0", "daily-2027-01-15-1"]


def test_it_comes_on_the_chosen_weekdays_alone(house: House) -> None:
    (agent,) = house.subscribe(days=(1, 5))  # the 15th is a Friday
    walk(house, NOW + 8 * DAY)
    assert list(agent.screen) == [f"daily-2027-01-{day}" for day in (15, 18, 22)]


def test_nothing_comes_before_the_end_of_a_pause(house: House) -> None:
    (agent,) = house.subscribe(pause_until=date(2027, 2, 1))
    walk(house, NOW + 18 * DAY)
    assert list(agent.screen) == ["daily-2027-02-01", "daily-2027-02-02"]


def test_where_the_device_picks_the_words_no_card_is_on_the_wire(house: House) -> None:
    (agent,) = house.subscribe(source=Source.DEVICE)
    house.dispatcher().send_due(NOW)
    note = note_of(agent)
    assert (note["body"], note["data"]) == (NOTE.body, {"source": "device"})
    assert DUE_CARD.id not in str(note)


def test_a_sound_is_there_for_who_wants_it(house: House) -> None:
    (quiet,), (loud,) = house.subscribe(), house.subscribe(sound=True)
    house.dispatcher().send_due(NOW)
    assert (note_of(quiet)["silent"], note_of(loud)["silent"]) == (True, False)


# What is on the wire


def test_the_headers_say_how_long_how_urgent_and_which(house: House) -> None:
    (agent,) = house.subscribe()
    house.dispatcher().send_due(NOW)
    headers = agent.messages[0].headers
    assert (headers["ttl"], headers["urgency"]) == ("14400", "normal")
    assert (headers["content-encoding"], headers["content-type"]) == (
        "aes128gcm",
        "application/notification+json",
    )
    assert len(headers["topic"]) == 32


def test_the_operator_chooses_ttl_and_urgency(house: House) -> None:
    house.changes = {"push_ttl_seconds": 600, "push_urgency": "high"}
    (agent,) = house.subscribe()
    house.dispatcher().send_due(NOW)
    headers = agent.messages[0].headers
    assert (headers["ttl"], headers["urgency"]) == ("600", "high")


def test_every_message_has_a_salt_and_a_sender_key_of_its_own(house: House) -> None:
    agents = house.subscribe(20)
    house.dispatcher().send_due(NOW)
    bodies = [agent.messages[0].body for agent in agents]
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 20


def test_the_sender_key_is_never_the_vapid_key(house: House) -> None:
    agents = house.subscribe(3)
    house.dispatcher().send_due(NOW)
    assert KEY.public_key not in {agent.messages[0].body[21:86] for agent in agents}


def test_the_length_of_a_message_tells_nothing(house: House) -> None:
    agents = [
        *house.subscribe(topics=("asking",)),
        *house.subscribe(topics=("rest",)),
        *house.subscribe(level=Level.NEUTRAL),
    ]
    house.dispatcher().send_due(NOW)
    bodies = [agent.messages[0].body for agent in agents]
    assert len({agent.messages[0].plaintext for agent in agents}) == 3
    assert {len(body) for body in bodies} == {86 + 512 + 17}
    assert max(map(len, bodies)) <= 2_700


def test_one_token_serves_everybody(house: House) -> None:
    house.subscribe(10)
    house.dispatcher().send_due(NOW)
    assert len({message.token for message in house.service.messages}) == 1
    claims = house.service.messages[0].claims
    assert claims == {
        "aud": house.service.origin,
        "exp": NOW + 12 * HOUR,
        "sub": "mailto:me@pocket.org",
    }


# What push services answer


@pytest.mark.parametrize("status", [404, 410])
def test_who_is_gone_is_forgotten_at_once(house: House, status: int) -> None:
    (gone,) = house.subscribe(1, refuse(status))
    (here,) = house.subscribe()
    assert str(house.dispatcher().send_due(NOW)) == "accepted 1, gone 1"
    assert not house.is_known(gone)
    assert house.is_known(here)


@pytest.mark.parametrize(
    "answer",
    [
        *(refuse(status) for status in (302, 400, 401, 403, 406, 413, 429, 500, 502, 503)),
        HANG,
        RESET,
    ],
    ids=lambda answer: str(answer.status) if not (answer.waits or answer.resets) else None,
)
def test_nothing_else_loses_a_reader_and_tomorrow_comes_a_note(
    house: House, answer: Answer
) -> None:
    (agent,) = house.subscribe(1, answer)
    assert house.dispatcher(limits=SHORT).send_due(NOW).accepted == 0
    assert house.is_known(agent)
    house.service.script(agent, Answer())
    house.now = NOW + DAY
    house.dispatcher().send_due(house.now)
    assert "daily-2027-01-16" in agent.screen


def test_a_failing_push_service_is_asked_again_after_1_4_and_15_minutes(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(500))
    worker = house.dispatcher()
    now, delays = NOW, []
    for _ in range(5):
        worker.send_due(now)
        delays.append(house.next_due_at(agent) - now)
        now = house.next_due_at(agent)
    assert delays == [1 * MINUTE, 4 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE]


def test_retries_end_when_the_note_would_be_too_late(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(500))
    worker = house.dispatcher()
    now = NOW
    while now < NOW + DAY:
        worker.send_due(now)
        last, now = now, house.next_due_at(agent)
    assert last <= NOW + 3 * HOUR
    assert (now, house.row(agent).occurrence) == (NOW + DAY, "2027-01-16")


def test_a_retry_that_is_accepted_is_the_same_note(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(500), Answer())
    worker = house.dispatcher()
    worker.send_due(NOW)
    worker.send_due(NOW + MINUTE)
    assert list(agent.screen) == [TODAY]
    assert {headers["topic"] for _, headers in house.service.requests} == {
        agent.messages[0].headers["topic"]
    }


def test_an_answer_that_came_too_late_makes_no_second_note_on_the_screen(house: House) -> None:
    (agent,) = house.subscribe(1, LATE, Answer())
    assert house.dispatcher(limits=SHORT).send_due(NOW).transient == 1
    assert house.dispatcher().send_due(NOW + MINUTE).accepted == 1
    assert len(agent.messages) == 2
    assert len(agent.screen) == 1
    assert len({message.headers["topic"] for message in agent.messages}) == 1


@pytest.mark.parametrize("status", [406, 429, 503])
@pytest.mark.parametrize("retry_after", ["600", "Fri, 15 Jan 2027 08:10:00 GMT"])
def test_a_push_service_that_says_when_is_asked_then(
    house: House, status: int, retry_after: str
) -> None:
    (agent,) = house.subscribe(1, refuse(status, Retry_After=retry_after), Answer())
    worker = house.dispatcher()
    assert worker.send_due(NOW).throttled == 1
    worker.send_due(NOW + 599)
    assert len(house.service.requests) == 1
    worker.send_due(NOW + 600)
    assert len(agent.messages) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_a_refused_message_is_not_sent_again_today(house: House, status: int) -> None:
    (agent,) = house.subscribe(1, refuse(status))
    worker = house.dispatcher()
    assert worker.send_due(NOW).message == 1
    assert house.next_due_at(agent) == NOW + DAY


def test_why_a_message_was_refused_is_logged_without_the_endpoint(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (agent,) = house.subscribe()
    echo = f"The URL {agent.endpoint} takes no such Topic".encode()
    house.service.script(agent, refuse(400, echo, X_WNS_Error_Description="Ttl conflicts"))
    house.dispatcher().send_due(NOW)
    (line,) = [record for record in caplog.messages if "refused" in record]
    assert "Ttl conflicts" in line and "takes no such Topic" in line
    assert house.service.origin in line and short_hash(agent) in line
    assert agent.endpoint.rpartition("/")[2] not in caplog.text


def test_60_days_of_nothing_but_failures_end_a_subscription(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(500))
    worker = house.dispatcher()
    days = [day for day in range(70) if house.is_known(agent) and is_tried(house, worker, day)]
    assert days == list(range(61))


def test_one_success_in_60_days_starts_the_count_anew(house: House) -> None:
    (agent,) = house.subscribe(1, *[refuse(500)] * 59, Answer(), refuse(500))
    worker = house.dispatcher()
    for day in range(70):
        is_tried(house, worker, day)
    assert house.is_known(agent)


def is_tried(house: House, worker: Dispatcher, day: int) -> bool:
    """Send on that day, 15 minutes before it would be too late for a retry."""
    house.now = NOW + day * DAY + 3 * HOUR
    before = len(house.service.requests)
    worker.send_due(house.now)
    return len(house.service.requests) == before + 1


# One push service in trouble


def test_refused_credentials_stop_the_sending_and_lose_nobody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    agents = house.subscribe(100, refuse(403, b'{"reason":"BadJwtToken"}'))
    counts = house.dispatcher().send_due(NOW)
    assert 1 <= counts.credentials <= FIRST_IN_FLIGHT
    assert counts.credentials + counts.held == 100
    assert all(house.is_known(agent) for agent in agents)
    assert [m for m in caplog.messages if "BadJwtToken" in m and house.service.origin in m]


def test_once_credentials_are_right_again_everybody_gets_the_note(house: House) -> None:
    agents = house.subscribe(50, refuse(401))
    worker = house.dispatcher()
    worker.send_due(NOW)
    for agent in agents:
        house.service.script(agent, Answer())
    for minute in range(1, 40):
        worker.send_due(NOW + minute * MINUTE)
    assert {len(agent.messages) for agent in agents} == {1}


def test_one_subscription_of_an_older_key_does_not_stop_the_others(house: House) -> None:
    house.subscribe(5)
    worker = house.dispatcher()
    worker.send_due(NOW)
    (old,) = house.subscribe(1, refuse(403))
    others = house.subscribe(50)
    counts = worker.send_due(NOW + 1)
    assert (counts.accepted, counts.credentials, counts.held) == (50, 1, 0)
    assert house.is_known(old)
    assert {len(agent.messages) for agent in others} == {1}


@pytest.mark.parametrize("status", [400, 403])
def test_made_up_subscriptions_hold_nobody_up_and_are_gone_after_a_week(
    house: House, status: int
) -> None:
    (first,) = house.subscribe()
    worker = house.dispatcher()
    worker.send_due(NOW)
    fakes = house.subscribe(60, refuse(status))
    others = house.subscribe(20)
    assert str(worker.send_due(NOW)).startswith("accepted 20, ")
    assert {len(agent.messages) for agent in (first, *others)} == {1}
    for day in range(1, 8):
        assert all(house.is_known(agent) for agent in fakes)
        house.now = NOW + day * DAY
        worker.send_due(house.now)
    assert not any(house.is_known(agent) for agent in fakes)
    assert {len(agent.messages) for agent in (first, *others)} == {8}
    sent_to_fakes = len(house.service.requests) - 21 * 8
    assert sent_to_fakes == 60 * 8


def test_who_subscribed_with_a_key_from_before_gets_the_note_signed_with_it(house: House) -> None:
    """The push service restricts each subscription to the key it was made with (RFC 8292)."""
    keys = [generate_key() for _ in range(3)]
    oldest, old, new = keys
    house.signer = Signer(Keyring(new, (oldest, old)), "mailto:me@pocket.org")
    agents = [house.service.subscribe(key.public_key) for key in (*keys, oldest)]
    names = [*(key.application_server_key for key in keys), None]
    for agent, name in zip(agents, names, strict=True):
        subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
        house.store.save(subscription, Reminder((480,), "UTC", 0), NOW - HOUR, name)
    assert str(house.dispatcher().send_due(NOW)) == "accepted 4"
    assert {len(agent.messages) for agent in agents} == {1}
    assert len({headers["authorization"] for _, headers in house.service.requests}) == 3


def test_subscriptions_of_a_lost_key_hold_nobody_up_and_are_kept_for_60_days(house: House) -> None:
    """They were accepted once, so that a refusal would be taken for our own fault."""
    lost = [house.service.subscribe() for _ in range(60)]
    for agent in lost:
        subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
        house.store.save(subscription, Reminder((480,), "UTC", 0), NOW - HOUR, "a lost key")
    house.execute(update(push_subscription).values(accepted_at=NOW - DAY))
    others = house.subscribe(20)
    worker = house.dispatcher()
    assert str(worker.send_due(NOW)) == "accepted 20, skipped 60"
    assert {len(agent.messages) for agent in others} == {1}
    assert len(house.service.requests) == 20
    for days, is_known in ((59, True), (60, False)):
        house.now = NOW + days * DAY
        worker.send_due(house.now)
        assert {house.is_known(agent) for agent in lost} == {is_known}


def test_a_test_of_a_lost_key_is_told_as_refused_credentials(house: House) -> None:
    agent = house.service.subscribe()
    subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
    house.store.save(subscription, Reminder((480,), "UTC", 0), NOW, "a lost key")
    house.store.request_test(agent.endpoint, NOW)
    house.dispatcher().send_due(NOW)
    found = house.store.find(agent.endpoint)
    assert found and found.last_test == LastTest(NOW, "credentials", 0)


def test_an_outage_costs_a_probe_a_minute_and_the_day_goes_on_after_it(house: House) -> None:
    agents = house.subscribe(200, refuse(500))
    worker = house.dispatcher()
    first = worker.send_due(NOW)
    assert 10 <= first.transient <= 10 + FIRST_IN_FLIGHT
    assert first.held == 200 - first.transient
    requests = len(house.service.requests)
    for second in range(MINUTE, 10 * MINUTE, 5):
        worker.send_due(NOW + second)
    assert len(house.service.requests) - requests <= 10
    for agent in agents:
        house.service.script(agent, Answer())
    for minute in range(10, 60):
        worker.send_due(NOW + minute * MINUTE)
    assert {len(agent.messages) for agent in agents} == {1}


def test_one_push_service_that_is_out_does_not_hold_up_another(house: House) -> None:
    house.policy_hosts = ("push.invalid",)  # never resolves (RFC 6761)
    subscription = PushSubscription("", house.service.subscribe().p256dh, bytes(16))
    for number in range(30):
        lost = replace(subscription, endpoint=f"https://push.invalid/{number}")
        house.store.save(lost, Reminder((480,), "UTC", 0), NOW - HOUR)
    agents = house.subscribe(30)
    counts = house.dispatcher().send_due(NOW)
    assert counts.accepted == 30
    assert counts.transient + counts.held == 30
    assert {len(agent.messages) for agent in agents} == {1}


def test_a_host_that_the_operator_no_longer_allows_gets_nothing(house: House) -> None:
    (agent,) = house.subscribe()
    stranger = PushSubscription("https://push.elsewhere.org/x", agent.p256dh, agent.auth)
    house.store.save(stranger, Reminder((480,), "UTC", 0), NOW - HOUR)
    counts = house.dispatcher().send_due(NOW)
    assert (counts.accepted, counts.transient) == (1, 1)
    assert house.store.find(stranger.endpoint) is not None


# After downtime


def test_a_note_is_sent_up_to_three_hours_late_and_kept_until_its_window_ends(
    house: House,
) -> None:
    (agent,) = house.subscribe()
    house.dispatcher().send_due(NOW + 3 * HOUR)
    assert agent.messages[0].headers["ttl"] == str(HOUR)
    assert list(agent.screen) == [TODAY]


def test_what_is_later_is_skipped_to_the_next_day_and_counted(house: House) -> None:
    (agent,) = house.subscribe()
    assert str(house.dispatcher().send_due(NOW + 3 * HOUR + 1)) == "skipped 1"
    assert agent.messages == []
    assert house.next_due_at(agent) == NOW + DAY


def test_missed_days_are_never_replayed(house: House) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    house.now = NOW + 9 * DAY + 4 * HOUR
    assert worker.send_due(house.now).skipped == 1
    assert agent.messages == []
    house.now = NOW + 10 * DAY
    worker.send_due(house.now)
    assert list(agent.screen) == ["daily-2027-01-25"]


def test_after_missed_days_todays_note_is_sent_if_it_is_not_too_late(house: House) -> None:
    (agent,) = house.subscribe()
    house.now = NOW + 9 * DAY + HOUR
    assert str(house.dispatcher().send_due(house.now)) == "accepted 1, skipped 1"
    assert list(agent.screen) == ["daily-2027-01-24"]


def test_a_late_note_is_still_that_of_its_own_day(house: House) -> None:
    (agent,) = house.subscribe(minute=23 * 60 + 30)
    house.now = NOW + 17 * HOUR  # 01:00 on the 16th
    house.dispatcher().send_due(house.now)
    assert list(agent.screen) == [TODAY]
    assert house.next_due_at(agent) == NOW + 15 * HOUR + DAY + HOUR // 2


# Send me a test


def test_a_test_comes_now_and_leaves_the_daily_note_alone(house: House) -> None:
    (agent,) = house.subscribe(minute=481)
    house.store.request_test(agent.endpoint, NOW)
    house.dispatcher().send_due(NOW)
    assert [tag.startswith("test") for tag in agent.screen] == [True]
    assert agent.messages[0].headers["ttl"] == "300"
    assert house.row(agent, "test") is None
    assert house.next_due_at(agent) == NOW + MINUTE


def test_a_test_shows_the_card_of_the_readers_today(house: House) -> None:
    (agent,) = house.subscribe(minute=481)
    house.store.request_test(agent.endpoint, NOW)
    house.dispatcher().send_due(NOW)
    assert note_of(agent)["navigate"].endswith(DUE_CARD.id)


def test_a_failing_test_is_given_up_after_five_minutes(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(500), minute=720)
    house.store.request_test(agent.endpoint, NOW)
    worker = house.dispatcher()
    for second in range(0, HOUR, 30):
        worker.send_due(NOW + second)
    assert len(house.service.requests) == 3
    assert house.row(agent, "test") is None
    assert house.is_known(agent)


def test_a_test_that_was_asked_for_before_a_downtime_is_not_sent(house: House) -> None:
    (agent,) = house.subscribe(minute=720)
    house.store.request_test(agent.endpoint, NOW)
    assert house.dispatcher().send_due(NOW + HOUR).skipped == 1
    assert house.row(agent, "test") is None
    assert agent.messages == []


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (Answer(201), "accepted", 201),
        (refuse(403), "credentials", 403),
        (refuse(413), "message", 413),
        (refuse(429), "throttled", 429),
        (refuse(503), "transient", 503),
        (RESET, "transient", 0),
    ],
)
def test_what_the_push_service_said_to_a_test_can_be_looked_up(
    house: House, answer: Answer, outcome: str, status: int
) -> None:
    (agent,) = house.subscribe(1, answer, minute=1080)
    house.store.request_test(agent.endpoint, NOW)
    house.dispatcher().send_due(NOW + 2)
    found = house.store.find(agent.endpoint)
    assert found is not None
    assert found.last_test == LastTest(NOW + 2, outcome, status)
    assert found.last_accepted_at is None


def test_when_the_push_service_last_took_a_daily_message_can_be_looked_up(house: House) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    for now in (NOW, NOW + DAY):
        house.now = now
        worker.send_due(now)
        found = house.store.find(agent.endpoint)
        assert found is not None
        assert (found.last_accepted_at, found.last_test) == (now, None)


def test_a_test_finds_out_that_a_subscription_is_gone(house: House) -> None:
    (agent,) = house.subscribe(1, refuse(410), minute=720)
    house.store.request_test(agent.endpoint, NOW)
    house.dispatcher().send_due(NOW)
    assert not house.is_known(agent)


# One odd row


def test_a_broken_key_keeps_nobody_else_from_theirs(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    agents = house.subscribe(5)
    broken = push_subscription.c.endpoint == agents[2].endpoint
    off_the_curve = b"\x04" + bytes(64)
    house.execute(update(push_subscription).where(broken).values(p256dh=off_the_curve))
    counts = house.dispatcher().send_due(NOW)
    assert (counts.accepted, counts.faulty) == (4, 1)
    assert house.is_known(agents[2])
    assert f"no message for {short_hash(agents[2])}: ValueError" in caplog.messages


def test_a_message_that_cannot_be_made_is_tried_a_day_later_and_loses_nobody(
    house: House,
) -> None:
    endless = Deck(topics=(ASKING,), cards=(Affirmation("endless", "a" * 3_000, "asking"),))
    (agent,) = house.subscribe()
    worker = house.dispatcher(endless)
    for day in range(0, 100, 30):
        house.now = NOW + day * DAY
        assert worker.send_due(house.now).faulty == 1
        assert house.next_due_at(agent) == NOW + (day + 1) * DAY


def test_a_fault_of_many_messages_does_not_flood_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.subscribe(30, refuse(400))
    assert house.dispatcher().send_due(NOW).message == 30
    assert len([line for line in caplog.messages if "refused a message" in line]) == 10


@pytest.mark.parametrize(
    "endpoint", ["", "https://[/x", "push", "https:///", "\n", "{origin}/ü", "{origin}/a\0b"]
)
def test_an_endpoint_that_is_none_keeps_nobody_else_from_theirs(
    house: House, endpoint: str
) -> None:
    agents = house.subscribe(3)
    endpoint = endpoint.format(origin=house.service.origin)
    broken = push_subscription.c.endpoint == agents[0].endpoint
    house.execute(update(push_subscription).where(broken).values(endpoint=endpoint))
    counts = house.dispatcher().send_due(NOW)
    assert counts.accepted == 2
    assert counts.faulty + counts.transient == 1


def test_a_card_that_is_too_long_keeps_nobody_else_from_theirs(house: House) -> None:
    endless = Deck(topics=(ASKING,), cards=(Affirmation("endless", "a" * 3_000, "asking"),))
    house.subscribe(2)
    (neutral,) = house.subscribe(level=Level.NEUTRAL)
    counts = house.dispatcher(endless).send_due(NOW)
    assert (counts.accepted, counts.faulty) == (1, 2)
    assert len(neutral.messages) == 1


def test_a_zone_that_left_the_tz_database_is_no_reason_to_stop(house: House) -> None:
    (agent,) = house.subscribe()
    house.execute(update(push_subscription).values(zone="Mars/Olympus", utc_offset_minutes=60))
    house.dispatcher().send_due(NOW)
    assert len(agent.messages) == 1
    assert house.next_due_at(agent) == NOW + DAY - HOUR


def test_the_log_holds_counts_and_no_secret(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agents = house.subscribe(3) + house.subscribe(3, refuse(500)) + house.subscribe(3, refuse(400))
    house.dispatcher().send_due(NOW)
    assert "accepted 3, message 3, transient 3" in caplog.messages
    for agent in agents:
        secrets = (agent.endpoint.rpartition("/")[2], *agent.as_json()["keys"].values())
        assert not [secret for secret in secrets if secret in caplog.text]


def test_messages_are_counted_by_push_service_once_a_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.subscribe(3)
    house.subscribe(2, refuse(410))
    late = house.subscribe(1, minute=240)[0]
    house.execute(update(push_schedule).values(due_at=NOW - 1))
    house.execute(
        update(push_schedule)
        .where(push_schedule.c.subscription_id == house.row(late).subscription_id)
        .values(first_due_at=NOW - 4 * HOUR)
    )
    writes = []
    count = house.store.count
    monkeypatch.setattr(house.store, "count", lambda numbers: (writes.append(1), count(numbers)))
    house.dispatcher().send_due(NOW)
    host = "127.0.0.1"
    assert house.store.counts() == {(host, "accepted"): 3, (host, "gone"): 2, (host, "skipped"): 1}
    assert len(writes) == 1


def test_a_counter_that_cannot_be_written_keeps_nobody_from_their_note(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.execute(text("DROP TABLE push_count"))
    (agent,) = house.subscribe()
    assert house.dispatcher().send_due(NOW).accepted == 1
    assert house.next_due_at(agent) == NOW + DAY
    assert "the counters were not written (OperationalError)" in caplog.messages


def test_a_batch_that_drags_gives_the_rest_back_before_its_lease_ends(house: House) -> None:
    agents = house.subscribe(3)
    stop = threading.Event()
    ticks = iter(range(0, 100_000, 61))  # seconds; half a lease is 60

    def drag() -> int:
        seconds = next(ticks)
        if seconds > 3 * MINUTE:
            stop.set()
        return seconds

    assert not house.dispatcher(elapsed=drag).send_due(NOW, stop)
    assert {house.next_due_at(agent) for agent in agents} == {NOW}
    assert house.dispatcher().send_due(NOW).accepted == 3


def test_after_a_long_pass_over_the_time_zones_a_lease_is_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed, taken_twice = [0], list[Due]()
    lease = house.settings.push_lease_seconds

    def take_long(_: int) -> Iterator[int]:
        elapsed[0] += lease + 1
        yield 0

    monkeypatch.setattr(house.store, "reschedule", take_long)
    house.service.meanwhile = lambda _: taken_twice.extend(
        house.store.claim_due(NOW + elapsed[0] + 1, 10, lease)
    )
    house.subscribe()
    assert house.dispatcher(elapsed=lambda: elapsed[0]).send_due(NOW).accepted == 1
    assert taken_twice == []


def test_more_than_a_batch_is_sent_in_one_go(house: House) -> None:
    house.changes = {"push_batch": 10}
    agents = house.subscribe(35)
    assert house.dispatcher().send_due(NOW).accepted == 35
    assert {len(agent.messages) for agent in agents} == {1}


def test_who_never_answers_keeps_nobody_in_later_batches_waiting(house: House) -> None:
    house.changes = {"push_batch": 10}
    (silent,) = house.subscribe(1, LATE)
    others = house.subscribe(35)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(house.dispatcher().send_due, NOW)
        house.service.wait_for(lambda: all(agent.messages for agent in others), 9)
        house.service.let_go()
        assert sending.result().accepted == 36
    assert len(silent.messages) == 1


def test_a_database_that_fails_in_mid_burst_loses_no_answer_that_was_awaited(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.changes = {"push_batch": 10}
    agents = house.subscribe(20)
    claim, claims = house.store.claim_due, []

    def claim_once(*arguments: int) -> list[Any]:
        claims.append(arguments)
        if len(claims) > 1:
            raise StoreError("it is away")
        return claim(*arguments)

    monkeypatch.setattr(house.store, "claim_due", claim_once)
    with pytest.raises(StoreError):
        house.dispatcher().send_due(NOW)
    sent = [agent for agent in agents if agent.messages]
    assert len(sent) == 10
    assert {house.next_due_at(agent) for agent in sent} == {NOW + DAY}


def test_a_crash_can_repeat_a_hundred_messages_and_what_was_in_flight_but_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.subscribe(250)
    settle, sizes = house.store.settle, []

    def counting(settlements: list[Any], now: int) -> None:
        sizes.append(len(settlements))
        settle(settlements, now)

    monkeypatch.setattr(house.store, "settle", counting)
    house.dispatcher().send_due(NOW)
    assert sum(sizes) == 250 and max(sizes) <= 100


# Several workers, and the end of one


def test_two_workers_never_send_the_same_note(
    tmp_path: Path, database_url: str, store: Store
) -> None:
    with PushService(clock=lambda: NOW) as service, closing(open_store(database_url)) as second:
        houses = [House(service, one, database_url) for one in (store, second)]
        agents = houses[0].subscribe(80)
        for house in houses:
            house.changes = {"push_batch": 5}
        workers = [house.dispatcher() for house in houses]
        with ThreadPoolExecutor(2) as pool:
            counts = list(pool.map(lambda worker: worker.send_due(NOW), workers))
        for house in houses:
            house.transports[0].close()
    assert sum(one.accepted for one in counts) == 80
    assert {len(agent.messages) for agent in agents} == {1}


def test_threads_that_share_a_worker_send_one_after_the_other(house: House) -> None:
    house.changes = {"push_batch": 5}
    agents = house.subscribe(50)
    worker = house.dispatcher()
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: worker.send_due(NOW), range(4)))
    assert sum(one.accepted for one in counts) == 50
    assert {len(agent.messages) for agent in agents} == {1}


def test_who_is_not_patient_sends_nothing_while_another_thread_sends(house: House) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    with worker._lock:
        assert not worker.send_due(NOW, is_patient=False)
    assert agent.messages == []
    assert worker.send_due(NOW, is_patient=False).accepted == 1


def test_the_worker_outlives_a_fault_of_our_own(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (agent,) = house.subscribe()
    worker = house.dispatcher()
    faults = [ValueError("a row nobody can read")]
    send_due = worker.send_due

    def send_or_fail(*arguments: Any, **options: Any) -> Counts:
        if faults:
            raise faults.pop()
        return send_due(*arguments, **options)

    worker.send_due = send_or_fail  # type: ignore[method-assign]
    stop = Countdown(2)
    worker.work(lambda: NOW, stop)
    assert stop.pauses[0] == 5
    assert len(agent.messages) == 1
    assert "a round failed (ValueError): pausing" in caplog.messages


def test_the_worker_sleeps_until_the_next_note_but_15_seconds_at_most(house: House) -> None:
    house.subscribe()
    stop = Countdown(3)
    times = iter([NOW - 100, NOW - 100, NOW - 7, NOW - 7, NOW, NOW])
    house.dispatcher().work(lambda: next(times), stop)
    assert stop.pauses == [15, 7, 15]


def test_the_worker_sleeps_15_seconds_when_nothing_is_planned(house: House) -> None:
    stop = Countdown(1)
    house.dispatcher().work(lambda: NOW, stop)
    assert stop.pauses == [15]


def test_the_worker_survives_a_database_that_fails(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (agent,) = house.subscribe()
    house.execute(text("ALTER TABLE push_schedule RENAME TO elsewhere"))

    def repair() -> None:
        house.execute(text("ALTER TABLE elsewhere RENAME TO push_schedule"))

    stop = Countdown(2, repair)
    house.dispatcher().work(lambda: NOW, stop)
    assert stop.pauses == [5, 15]
    assert len(agent.messages) == 1
    assert "a round failed (OperationalError): pausing" in caplog.messages


def test_the_worker_starts_by_recomputing_what_new_zone_rules_moved(house: House) -> None:
    (agent,) = house.subscribe(minute=540)
    moved = update(push_schedule).values(due_at=NOW + 7, first_due_at=NOW + 7)
    house.execute(moved)
    house.dispatcher().work(lambda: NOW, Countdown(1))
    assert house.next_due_at(agent) == NOW + HOUR


def test_a_worker_that_is_told_to_stop_claims_nothing(house: House) -> None:
    (agent,) = house.subscribe()
    stop = threading.Event()
    stop.set()
    house.dispatcher().work(lambda: NOW, stop)
    assert house.next_due_at(agent) == NOW
    assert house.service.requests == []


def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back(house: House) -> None:
    agents = house.subscribe(100, LATE)
    stop = threading.Event()
    worker = threading.Thread(target=house.dispatcher().work, args=(lambda: NOW, stop))
    worker.start()
    house.service.wait_for(lambda: len(house.service.requests) >= 4)
    stop.set()
    house.service.let_go()
    worker.join(10)
    assert not worker.is_alive()
    sent = [agent for agent in agents if agent.messages]
    rest = [agent for agent in agents if not agent.messages]
    assert 4 <= len(sent) <= FIRST_IN_FLIGHT
    assert {house.next_due_at(agent) for agent in sent} == {NOW + DAY}
    assert {house.next_due_at(agent) for agent in rest} == {NOW}


class Countdown(threading.Event):
    """A stop that comes by itself after so many sleeps, none of which takes any time."""

    def __init__(self, sleeps: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._left = sleeps
        self._meanwhile = meanwhile
        self.pauses: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        self._meanwhile()
        self._meanwhile = lambda: None
        self._left -= 1
        if not self._left:
            self.set()
        return self.is_set()


# A real worker process


@dataclass
class Worker:
    """`flask push work` in a process of its own, and readers who are due by the wall clock."""

    house: House
    running: Running
    due_at: int


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[int, int], Any]]:
    """Start a worker with readers of whom all after the first so many are answered late."""
    url = f"sqlite:///{tmp_path / 'worker.db'}"
    migrations.upgrade(url)
    due_at = int(time.time()) // MINUTE * MINUTE
    started: list[Running] = []
    with PushService() as service, closing(open_store(url)) as store:

        def begin(readers: int, prompt: int) -> tuple[Worker, list[UserAgent]]:
            house = House(service, store, url)
            agents = [service.subscribe() for _ in range(readers)]
            minute = due_at % DAY // MINUTE
            for number, agent in enumerate(agents):
                subscription = PushSubscription(agent.endpoint, agent.p256dh, agent.auth)
                store.save(subscription, Reminder((minute,), "UTC", 0), due_at - HOUR)
                if number >= prompt:
                    service.script(agent, LATE, Answer())
            settings = {
                "POCKET_DATABASE_URL": url,
                "POCKET_PUSH_TEST_ORIGIN": service.origin,
            }
            command = [sys.executable, "-m", "flask", "--app", "webapp", "push", "work"]
            environment = environment_of(tmp_path, **settings)
            started.append(start(command, environment, tmp_path / "worker.log"))
            return Worker(house, started[-1], due_at), agents

        yield begin
        for running in started:
            running.kill_group()


def test_after_kill_9_in_the_middle_of_a_batch_everybody_has_the_note_once_on_the_screen(
    start_worker: Callable[[int, int], tuple[Worker, list[UserAgent]]],
) -> None:
    worker, agents = start_worker(220, 150)
    service = worker.house.service
    service.wait_for(lambda: sum(bool(agent.messages) for agent in agents[150:]) >= 4)
    wait_until(lambda: sum(is_settled(worker, agent) for agent in agents) >= 100)
    worker.running.stop(signal.SIGKILL)
    settled = [agent for agent in agents if is_settled(worker, agent)]
    assert [agent for agent in agents if not agent.messages], "it was not in the middle"
    service.let_go()

    after_the_lease = int(time.time()) + worker.house.settings.push_lease_seconds + 1
    second = worker.house.dispatcher()
    second.send_due(after_the_lease)
    worker.house.transports[0].close()
    assert {len(agent.messages) for agent in settled} == {1}
    assert {len(agent.messages) for agent in agents} <= {1, 2}
    assert {len(agent.screen) for agent in agents} == {1}
    assert all(is_settled(worker, agent) for agent in agents)


def test_sigterm_finishes_what_is_in_flight_and_gives_the_rest_back(
    start_worker: Callable[[int, int], tuple[Worker, list[UserAgent]]],
) -> None:
    worker, agents = start_worker(80, 10)
    service = worker.house.service
    service.wait_for(lambda: sum(bool(agent.messages) for agent in agents[10:]) >= 4)
    os.kill(worker.running.process.pid, signal.SIGTERM)
    service.let_go()
    assert worker.running.wait() == 0, worker.running.logs
    sent = [agent for agent in agents if agent.messages]
    rest = [agent for agent in agents if not agent.messages]
    assert sent and rest
    assert {len(agent.messages) for agent in sent} == {1}
    assert all(is_settled(worker, agent) for agent in sent)
    assert {worker.house.next_due_at(agent) for agent in rest} == {worker.due_at}


def is_settled(worker: Worker, agent: UserAgent) -> bool:
    record = worker.house.store.find(agent.endpoint)
    return record is not None and record.next.due_at > worker.due_at


def wait_until(is_true: Callable[[], bool], seconds: float = 30) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def short_hash(agent: UserAgent) -> str:
    return PushSubscription(agent.endpoint, agent.p256dh, agent.auth).short_hash
