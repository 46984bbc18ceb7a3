"""What the store promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextlib import contextmanager
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import delete
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from webapp.errors import OwnerError
from webapp.errors import SettingError
from webapp.schedule import Level
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import Source
from webapp.schedule import next_due
from webapp.store import Advance
from webapp.store import Due
from webapp.store import LastTest
from webapp.store import Remove
from webapp.store import Retry
from webapp.store import Settlement
from webapp.store import Store
from webapp.store import engine as engine_module
from webapp.store import open_store
from webapp.store import queue
from webapp.store.engine import ATTEMPTS
from webapp.store.engine import DEADLOCK
from webapp.store.engine import make_engine
from webapp.store.engine import transact
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.tables import zone_rule
from webapp.subscription import Proof
from webapp.subscription import PushSubscription
from webapp.timezones import zone_rules

POINT = b"\x04" + bytes(range(64))
AUTH = bytes(range(16))
LEASE = 120


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


NOW = at("2027-01-15T12:00")
EIGHT = at("2027-01-16T08:00")
MORNING = Reminder((480,), "Europe/Lisbon", 0, Level.WORDS, ("asking", "rest"))


def subscription(number: int = 1, **changes: bytes) -> PushSubscription:
    plain = PushSubscription(f"https://fcm.googleapis.com/fcm/send/{number}", POINT, AUTH)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def fill(store: Store, count: int, reminder: Reminder = MORNING) -> None:
    for number in range(count):
        store.save(subscription(number), reminder, NOW)


def claim_one(store: Store, now: int = EIGHT) -> Due:
    (due,) = store.claim_due(now, 10, LEASE)
    return due


def tomorrow(due: Due) -> Occurrence:
    return next_due(due.reminder, datetime.fromtimestamp(due.first_due_at, UTC))


@contextmanager
def closing_engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    with closing_engine(url) as engine, engine.begin() as connection:
        yield connection


def count_rows(url: str) -> tuple[int, int]:
    with connect(url) as connection:
        counts = (select(func.count()).select_from(t) for t in (push_subscription, push_schedule))
        subscriptions, schedules = (connection.scalars(count).one() for count in counts)
    return subscriptions, schedules


# Save and find


def test_what_is_saved_is_found_whole(store: Store) -> None:
    saved = store.save(subscription(), MORNING, NOW)
    assert saved == store.find(subscription().endpoint)
    assert (saved.subscription, saved.reminder) == (subscription(), MORNING)
    assert (saved.created_at, saved.accepted_at) == (NOW, None)
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT)


def test_every_part_of_a_reminder_is_kept(store: Store) -> None:
    everything = Reminder(
        minutes=(480, 810, 1260),
        zone="Europe/Lisbon",
        utc_offset_minutes=0,
        level=Level.NEUTRAL,
        topics=("rest",),
        days=(1, 5, 7),
        pause_until=date(2027, 2, 1),
        source=Source.DEVICE,
        sound=True,
    )
    saved = store.save(subscription(), everything, NOW)
    assert saved.reminder == everything
    assert saved.next == Occurrence(date(2027, 2, 1), at("2027-02-01T08:00"))
    assert store.save(subscription(), MORNING, NOW).reminder == MORNING


@pytest.mark.parametrize("changes", [{"days": (7,)}, {"pause_until": date(2027, 1, 17)}])
def test_new_days_and_a_pause_count_from_now_and_take_what_is_in_flight(
    store: Store, changes: Any
) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    saved = store.save(subscription(), dataclasses.replace(MORNING, **changes), EIGHT + 1)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 2)
    assert saved.next == Occurrence(date(2027, 1, 17), EIGHT + 86_400)
    assert store.next_due_at() == EIGHT + 86_400


def test_the_key_a_subscription_was_made_with_is_kept(store: Store) -> None:
    assert store.save(subscription(), MORNING, NOW).application_key is None
    assert store.save(subscription(), MORNING, NOW, "B" * 87).application_key == "B" * 87
    assert store.save(subscription(), MORNING, NOW).application_key == "B" * 87
    assert claim_one(store).application_key == "B" * 87


def test_an_unknown_endpoint_is_not_found(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    assert store.find(subscription(2).endpoint) is None


def test_saving_the_same_again_changes_nothing(store: Store) -> None:
    first = store.save(subscription(), MORNING, NOW)
    assert store.save(subscription(), MORNING, NOW + 3600) == first


def test_saving_again_never_makes_a_second_row(store: Store, database_url: str) -> None:
    for number in range(30):
        store.save(subscription(), dataclasses.replace(MORNING, minutes=(number,)), NOW + number)
        store.request_test(subscription().endpoint, NOW + number)
    assert count_rows(database_url) == (1, 2)


def test_a_new_time_counts_from_now(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    saved = store.save(subscription(), dataclasses.replace(MORNING, minutes=(13 * 60,)), NOW)
    assert saved.next == Occurrence(date(2027, 1, 15), at("2027-01-15T13:00"))
    assert store.next_due_at() == saved.next.due_at


def test_a_new_zone_counts_from_now(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    moved = dataclasses.replace(MORNING, zone="Pacific/Auckland", utc_offset_minutes=780)
    saved = store.save(subscription(), moved, NOW)
    assert saved.next == Occurrence(date(2027, 1, 16), at("2027-01-15T19:00"))


def test_a_pause_that_is_over_may_be_forgotten_while_the_first_after_it_is_due(
    store: Store,
) -> None:
    store.save(subscription(), dataclasses.replace(MORNING, pause_until=date(2027, 1, 16)), NOW)
    due = claim_one(store)
    store.save(subscription(), MORNING, EIGHT + 30)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 31)
    found = store.find(subscription().endpoint)
    assert found and found.next == tomorrow(due)


@pytest.mark.parametrize(
    "changes",
    [{"minutes": (480, 1200)}, {"days": (6,)}, {"zone": "Europe/London"}],
)
def test_what_is_due_and_not_sent_comes_when_the_new_wish_has_it_too(
    store: Store, changes: Any
) -> None:
    store.save(subscription(), MORNING, NOW)
    claim_one(store)
    changed = dataclasses.replace(MORNING, **changes)
    saved = store.save(subscription(), changed, EIGHT + 30)
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT)
    assert claim_one(store, EIGHT + 31).reminder == changed


@pytest.mark.parametrize(
    ("minutes", "was_accepted", "expected"),
    [
        ((480,), True, "2027-01-17T13:00"),
        ((480,), False, "2027-01-16T13:00"),
        ((480, 600), True, "2027-01-16T15:00"),
    ],
)
def test_to_who_travels_west_no_time_of_a_date_comes_again(
    store: Store, minutes: tuple[int, ...], was_accepted: bool, expected: str
) -> None:
    wish = dataclasses.replace(MORNING, minutes=minutes)
    store.save(subscription(), wish, NOW)
    due = claim_one(store)
    following = next_due(wish, datetime.fromtimestamp(EIGHT, UTC))
    store.settle([Advance(due, following, accepted=was_accepted)], EIGHT + 1)
    moved = dataclasses.replace(wish, zone="America/New_York", utc_offset_minutes=-300)
    saved = store.save(subscription(), moved, EIGHT + 3600)
    assert saved.next.due_at == at(expected)


def test_new_words_topics_and_offset_keep_what_is_due(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    changed = Reminder((480,), "Europe/Lisbon", 60, Level.NEUTRAL, ())
    saved = store.save(subscription(), changed, EIGHT + 5)
    assert saved.reminder == changed
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT)
    assert store.claim_due(EIGHT + 10, 10, LEASE) == []
    assert store.claim_due(due.lease, 10, LEASE)[0].reminder == changed


def test_an_unchanged_save_in_flight_leaves_the_lease_alone(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.save(subscription(), MORNING, EIGHT + 5)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 6)
    assert store.claim_due(EIGHT + LEASE + 1, 10, LEASE) == []


def test_a_new_public_key_with_the_same_auth_secret_is_taken(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    renewed = subscription(p256dh=POINT[::-1])
    assert store.save(renewed, MORNING, NOW).subscription == renewed


def test_another_auth_secret_cannot_take_an_endpoint_over(store: Store) -> None:
    first = store.save(subscription(), MORNING, NOW)
    stranger = subscription(auth=AUTH[::-1])
    with pytest.raises(OwnerError):
        store.save(stranger, dataclasses.replace(MORNING, minutes=(0,)), NOW)
    assert store.find(subscription().endpoint) == first


def test_many_saves_of_one_endpoint_at_once_leave_one_row(store: Store, database_url: str) -> None:
    reminders = [dataclasses.replace(MORNING, minutes=(minute,)) for minute in range(24)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda reminder: store.save(subscription(), reminder, NOW), reminders))
    assert count_rows(database_url) == (1, 1)
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.next == next_due(found.reminder, datetime.fromtimestamp(NOW, UTC))


# Take the place of another


OLD = Proof(subscription().endpoint, AUTH)


def test_a_new_subscription_takes_the_place_of_an_old_one(store: Store, database_url: str) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    saved = store.save(subscription(2), MORNING, NOW + 5, replaces=OLD)
    assert store.find(OLD.endpoint) is None
    assert store.find(subscription(2).endpoint) == saved
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT)
    assert count_rows(database_url) == (1, 1)


def test_what_was_due_for_the_old_one_is_due_for_the_new(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    saved = store.save(subscription(2), MORNING, EIGHT + 30, replaces=OLD)
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT)
    assert claim_one(store, EIGHT + 31).subscription == subscription(2)


def test_what_was_in_flight_for_the_old_one_comes_again_for_the_new(store: Store) -> None:
    """Nobody can tell whether the old subscription still brought it; the tag is the same."""
    store.save(subscription(), MORNING, NOW)
    lost = claim_one(store)
    store.save(subscription(2), MORNING, EIGHT + 1, replaces=OLD)
    store.settle([Advance(lost, tomorrow(lost), accepted=True)], EIGHT + 2)
    again = claim_one(store, lost.lease)
    assert (again.subscription, again.occurrence) == (subscription(2), lost.occurrence)


def test_an_occurrence_that_was_sent_to_the_old_one_is_not_sent_to_the_new(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 1)
    saved = store.save(subscription(2), MORNING, EIGHT + 2, replaces=OLD)
    assert saved.next == Occurrence(date(2027, 1, 17), EIGHT + 86_400)


def test_new_times_in_the_place_of_another_count_from_now(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    evening = dataclasses.replace(MORNING, minutes=(20 * 60,))
    saved = store.save(subscription(2), evening, EIGHT + 30, replaces=OLD)
    assert saved.next == Occurrence(date(2027, 1, 16), EIGHT + 12 * 3600)


def test_a_known_subscription_keeps_its_own_schedule_when_it_replaces_another(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.save(subscription(2), MORNING, EIGHT)
    saved = store.save(subscription(2), MORNING, EIGHT + 1, replaces=OLD)
    assert saved.next == Occurrence(date(2027, 1, 17), EIGHT + 86_400)
    assert store.find(OLD.endpoint) is None


@pytest.mark.parametrize(
    "proof",
    [
        Proof(OLD.endpoint, AUTH[::-1]),
        Proof(subscription(3).endpoint, AUTH),
        Proof(subscription(2).endpoint, AUTH),
    ],
)
def test_what_is_unknown_not_proven_or_the_same_is_not_replaced(store: Store, proof: Proof) -> None:
    first = store.save(subscription(), MORNING, NOW)
    saved = store.save(subscription(2), MORNING, NOW, replaces=proof)
    assert store.find(OLD.endpoint) == first
    assert store.find(subscription(2).endpoint) == saved


def test_who_may_not_change_an_endpoint_replaces_nothing_with_it(store: Store) -> None:
    first = store.save(subscription(), MORNING, NOW)
    store.save(subscription(2), MORNING, NOW)
    with pytest.raises(OwnerError):
        store.save(subscription(2, auth=AUTH[::-1]), MORNING, NOW, replaces=OLD)
    assert store.find(OLD.endpoint) == first


@pytest.mark.usefixtures("_one_attempt")
def test_replacing_at_once_leaves_one_and_never_a_deadlock(store: Store) -> None:
    fill(store, 8)
    dues = store.claim_due(EIGHT, 100, LEASE)
    barrier = threading.Barrier(4)

    def replace_each(shift: int) -> None:
        barrier.wait()
        for number in range(8):
            old = Proof(subscription(number).endpoint, AUTH)
            store.save(subscription(number + shift), MORNING, EIGHT, replaces=old)

    def settle() -> None:
        barrier.wait()
        store.settle([Advance(due, tomorrow(due), accepted=True) for due in dues], EIGHT)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(replace_each, shift) for shift in (100, 100, -1)]
        for job in [*jobs, pool.submit(settle)]:
            job.result(timeout=30)


# Remove


def test_a_removed_subscription_leaves_nothing(store: Store, database_url: str) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    assert store.remove(subscription().endpoint)
    assert count_rows(database_url) == (0, 0)
    assert not store.remove(subscription().endpoint)


def test_a_renewed_subscription_survives_the_removal_of_the_old_one(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.remove(subscription().endpoint)
    renewed = store.save(subscription(2), MORNING, NOW)
    store.remove_gone(due.subscription_id, subscription().endpoint)
    store.remove_gone(renewed.id, subscription().endpoint)
    store.settle([Remove(due)], EIGHT)
    assert store.find(subscription(2).endpoint) == renewed


def test_an_id_is_never_given_twice(store: Store) -> None:
    old = store.save(subscription(), MORNING, NOW)
    store.remove(subscription().endpoint)
    assert store.save(subscription(), MORNING, NOW).id != old.id


def test_a_gone_subscription_is_removed_by_id_and_endpoint(store: Store) -> None:
    saved = store.save(subscription(), MORNING, NOW)
    store.remove_gone(saved.id, subscription().endpoint)
    assert store.find(subscription().endpoint) is None


# Claim


def test_a_claim_returns_all_that_sending_needs(store: Store) -> None:
    saved = store.save(subscription(), MORNING, NOW)
    assert claim_one(store) == Due(
        subscription_id=saved.id,
        kind="daily",
        lease=EIGHT + LEASE,
        occurrence="2027-01-16",
        first_due_at=EIGHT,
        attempts=0,
        subscription=subscription(),
        reminder=MORNING,
        has_been_accepted=False,
        failing_since=None,
    )


def test_nothing_is_due_before_its_instant(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    assert store.claim_due(EIGHT - 1, 10, LEASE) == []
    assert len(store.claim_due(EIGHT, 10, LEASE)) == 1


def test_the_longest_due_comes_first_and_the_limit_holds(store: Store) -> None:
    for number in (3, 1, 4, 0, 2):
        store.save(subscription(number), dataclasses.replace(MORNING, minutes=(480 + number,)), NOW)
    first, second = (store.claim_due(EIGHT + 3600, 3, LEASE) for _ in range(2))
    minutes = [[due.reminder.minutes[0] - 480 for due in claimed] for claimed in (first, second)]
    assert minutes == [[0, 1, 2], [3, 4]]


def test_the_next_due_instant_counts_leases_too(store: Store) -> None:
    assert store.next_due_at() is None
    store.save(subscription(), MORNING, NOW)
    assert store.next_due_at() == EIGHT
    claim_one(store)
    assert store.next_due_at() == EIGHT + LEASE


def test_after_a_crash_a_row_is_due_again_when_its_lease_ends(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    lost = claim_one(store)
    assert store.claim_due(EIGHT + LEASE - 1, 10, LEASE) == []
    again = claim_one(store, EIGHT + LEASE)
    assert again._replace(lease=lost.lease) == lost


def test_claiming_at_once_never_gives_a_row_twice(store: Store) -> None:
    fill(store, 200)
    barrier = threading.Barrier(4)

    def claim_all() -> list[int]:
        barrier.wait()
        claimed: list[int] = []
        while found := store.claim_due(EIGHT, 7, LEASE):
            claimed += [due.subscription_id for due in found]
        return claimed

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(claim_all) for _ in range(4)]
        counts = Counter(id_ for worker in workers for id_ in worker.result())
    assert len(counts) == 200
    assert set(counts.values()) == {1}


CLAIM_ALL = """
import json, sys
from webapp.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
claimed = []
while found := store.claim_due(int(sys.argv[2]), 7, 120):
    claimed += [due.subscription_id for due in found]
print(json.dumps(claimed))
"""


def test_two_processes_never_claim_the_same_row(store: Store, database_url: str) -> None:
    fill(store, 200)
    command = [sys.executable, "-c", CLAIM_ALL, database_url, str(EIGHT)]
    root = Path(__file__).parent.parent
    workers = [
        subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    claimed = [id_ for worker in workers for id_ in json.loads(worker.communicate()[0])]
    assert len(claimed) == len(set(claimed)) == 200


# Settle


def test_an_accepted_message_moves_on_to_the_next_day(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 2)
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.next == Occurrence(date(2027, 1, 17), EIGHT + 86_400)
    assert found.accepted_at == EIGHT + 2
    following = claim_one(store, EIGHT + 86_400)
    assert (following.occurrence, following.has_been_accepted) == ("2027-01-17", True)


def test_a_later_acceptance_keeps_since_when(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    for day in range(3):
        due = claim_one(store, EIGHT + day * 86_400)
        store.settle([Advance(due, tomorrow(due), accepted=True)], due.first_due_at + 2)
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.accepted_at == EIGHT + 2


def last_accepted(store: Store) -> int | None:
    found = store.find(subscription().endpoint)
    assert found is not None
    return found.last_accepted_at


def test_the_last_acceptance_of_a_daily_message_is_known(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    assert last_accepted(store) is None
    for day in range(2):
        due = claim_one(store, EIGHT + day * 86_400)
        store.settle([Advance(due, tomorrow(due), accepted=True)], due.first_due_at + 2)
        assert last_accepted(store) == due.first_due_at + 2


def test_what_comes_after_an_acceptance_leaves_it_known(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 2)
    due = claim_one(store, EIGHT + 86_400)
    store.release([due])
    due = claim_one(store, EIGHT + 86_400)
    store.settle([Retry(due, EIGHT + 86_460)], EIGHT + 86_401)
    due = claim_one(store, EIGHT + 86_460)
    store.settle([Advance(due, tomorrow(due), accepted=False)], EIGHT + 86_461)
    store.save(subscription(), dataclasses.replace(MORNING, minutes=(9,)), EIGHT + 86_462)
    store.request_test(subscription().endpoint, EIGHT + 86_463)
    due = claim_one(store, EIGHT + 86_463)
    store.settle([Advance(due, None, accepted=True)], EIGHT + 86_464)
    assert last_accepted(store) == EIGHT + 2


def test_a_retry_keeps_the_occurrence_and_counts(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    store.settle([Retry(due, EIGHT + 60, failing_since=EIGHT + 1)], EIGHT + 1)
    assert store.claim_due(EIGHT + 59, 10, LEASE) == []
    again = claim_one(store, EIGHT + 60)
    assert (again.occurrence, again.first_due_at, again.attempts) == ("2027-01-16", EIGHT, 1)
    assert again.failing_since == EIGHT + 1


def test_the_next_day_starts_with_no_attempts(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.settle([Retry(claim_one(store), EIGHT + 60, failing_since=EIGHT)], EIGHT)
    due = claim_one(store, EIGHT + 60)
    store.settle([Advance(due, tomorrow(due), accepted=False)], EIGHT + 61)
    following = claim_one(store, EIGHT + 86_400)
    assert (following.attempts, following.first_due_at) == (0, EIGHT + 86_400)
    assert (following.failing_since, following.has_been_accepted) == (EIGHT, False)


def test_giving_up_for_today_may_begin_a_run_of_failures(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    given_up = Advance(due, tomorrow(due), accepted=False, failing_since=EIGHT)
    store.settle([given_up], EIGHT)
    assert claim_one(store, EIGHT + 86_400).failing_since == EIGHT


def test_an_acceptance_ends_a_run_of_failures(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.settle([Retry(claim_one(store), EIGHT + 60, failing_since=EIGHT)], EIGHT)
    due = claim_one(store, EIGHT + 60)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 61)
    following = claim_one(store, EIGHT + 86_400)
    assert (following.failing_since, following.has_been_accepted) == (None, True)


def test_a_gone_subscription_is_settled_away(store: Store, database_url: str) -> None:
    fill(store, 3)
    first, second, third = store.claim_due(EIGHT, 10, LEASE)
    store.settle([Remove(second), Advance(first, tomorrow(first), accepted=True)], EIGHT)
    assert count_rows(database_url) == (2, 2)
    assert [due.subscription_id for due in store.claim_due(EIGHT + LEASE, 10, LEASE)] == [
        third.subscription_id
    ]


def test_a_lost_lease_settles_nothing(store: Store) -> None:
    fill(store, 4)
    lost = store.claim_due(EIGHT, 10, LEASE)
    held = store.claim_due(EIGHT + LEASE, 10, LEASE)
    accepted, retried, ended, _ = lost
    late = EIGHT + LEASE + 1
    store.settle(
        [
            Advance(accepted, tomorrow(accepted), accepted=True),
            Retry(retried, late + 60, failing_since=late),
            Advance(ended, None, accepted=True),
        ],
        late,
    )
    store.release(lost)
    again = store.claim_due(EIGHT + 2 * LEASE, 10, LEASE)
    assert [due._replace(lease=held[0].lease) for due in again] == held


def test_a_reminder_moved_in_flight_is_not_settled_over(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    due = claim_one(store)
    evening = dataclasses.replace(MORNING, minutes=(20 * 60,))
    moved = store.save(subscription(), evening, EIGHT + 1)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT + 2)
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.next == moved.next == Occurrence(date(2027, 1, 16), EIGHT + 12 * 3600)


def test_settling_nothing_is_harmless(store: Store) -> None:
    store.settle([], NOW)
    store.release([])


@pytest.mark.usefixtures("_one_attempt")
def test_workers_with_overlapping_batches_do_not_block_each_other(store: Store) -> None:
    fill(store, 60)
    lost = store.claim_due(EIGHT, 100, LEASE)
    held = store.claim_due(EIGHT + LEASE, 100, LEASE)
    barrier = threading.Barrier(3)

    def settle(dues: list[Due]) -> None:
        barrier.wait()
        gone = [Remove(due) for due in dues[::7]]
        moved = [Retry(due, EIGHT + 900, failing_since=EIGHT) for due in dues[1::7]]
        sent = [Advance(due, tomorrow(due), accepted=True) for due in dues[2:5]]
        store.settle([*sent, *gone, *moved], EIGHT + LEASE)

    def save() -> None:
        barrier.wait()
        for number in range(60):
            store.save(subscription(number), dataclasses.replace(MORNING, minutes=(9,)), EIGHT)

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(settle, lost[::-1]), pool.submit(settle, held), pool.submit(save)]
        for job in jobs:
            job.result(timeout=30)


def wait_until_blocked(connection: Connection, job: Future[Any]) -> None:
    """Return once the job waits for one of this connection's locks."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    while connection.scalars(waiting).one() == 0:
        assert not job.done(), job.result()
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))


@pytest.mark.usefixtures("_one_attempt")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_settling_locks_subscriptions_before_their_schedules(
    store: Store, database_url: str
) -> None:
    """Else whoever holds the one and wants the other would be in a deadlock with it."""
    fill(store, 2)
    gone, sent = store.claim_due(EIGHT, 10, LEASE)
    settlements = [Remove(gone), Advance(sent, tomorrow(sent), accepted=True)]
    with ThreadPoolExecutor(1) as pool, connect(database_url) as connection:
        connection.execute(
            select(push_subscription)
            .where(push_subscription.c.id == gone.subscription_id)
            .with_for_update()
        )
        settling = pool.submit(store.settle, settlements, EIGHT)
        wait_until_blocked(connection, settling)
        connection.execute(
            update(push_schedule)
            .where(push_schedule.c.subscription_id == sent.subscription_id)
            .values(attempts=0)
        )
        connection.commit()
        settling.result(timeout=30)
    assert store.next_due_at() == EIGHT + 86_400


def claim_known(store: Store, count: int) -> list[Due]:
    """Claim messages to those who had one already: what is sent now is no news of them."""
    fill(store, count)
    dues = store.claim_due(EIGHT, count, LEASE)
    store.settle([Advance(due, tomorrow(due), accepted=True) for due in dues], EIGHT)
    return sorted(store.claim_due(EIGHT + 86_400, count, LEASE), key=lambda d: d.subscription_id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_moving_on_waits_for_nobody_who_changes_the_subscription(
    store: Store, database_url: str
) -> None:
    (due,) = claim_known(store, 1)
    with ThreadPoolExecutor(1) as pool, connect(database_url) as connection:
        connection.execute(select(push_subscription).with_for_update())
        advance = Advance(due, tomorrow(due), accepted=True)
        pool.submit(store.settle, [advance], EIGHT + 86_400).result(timeout=30)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lease_that_is_lost_while_settling_waits_changes_nothing(
    store: Store, database_url: str
) -> None:
    lost, kept = claim_known(store, 2)
    settlements = [Advance(due, tomorrow(due), accepted=True) for due in (lost, kept)]
    with ThreadPoolExecutor(1) as pool, connect(database_url) as connection:
        is_it = push_schedule.c.subscription_id == lost.subscription_id
        connection.execute(update(push_schedule).where(is_it).values(due_at=EIGHT + 90_000))
        settling = pool.submit(store.settle, settlements, EIGHT + 86_400)
        wait_until_blocked(connection, settling)
        connection.commit()
        settling.result(timeout=30)
    assert store.next_due_at() == EIGHT + 90_000
    assert len(store.claim_due(EIGHT + 2 * 86_400, 10, LEASE)) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "settle",
    [
        lambda due: Advance(due, tomorrow(due), accepted=True),
        lambda due: Retry(due, EIGHT + 60, failing_since=EIGHT),
        lambda due: Retry(due, EIGHT + 60, test=LastTest(EIGHT, "transient", 503)),
    ],
    ids=["accepted", "failing", "tested"],
)
def test_facts_of_a_lease_that_is_lost_meanwhile_are_not_written(
    store: Store, database_url: str, settle: Callable[[Due], Settlement]
) -> None:
    fill(store, 1)
    due = claim_one(store)
    with ThreadPoolExecutor(1) as pool, connect(database_url) as connection:
        connection.execute(select(push_subscription).with_for_update())
        settling = pool.submit(store.settle, [settle(due)], EIGHT)
        wait_until_blocked(connection, settling)
        connection.execute(update(push_schedule).values(due_at=EIGHT + 900))
        connection.commit()
        settling.result(timeout=30)
    found = store.find(due.subscription.endpoint)
    assert found is not None
    assert (found.accepted_at, found.failing_since, found.last_test) == (None, None, None)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_removed_meanwhile_gets_no_test(store: Store, database_url: str) -> None:
    fill(store, 1)
    with ThreadPoolExecutor(1) as pool, connect(database_url) as connection:
        connection.execute(delete(push_subscription))
        requesting = pool.submit(store.request_test, subscription(0).endpoint, NOW)
        wait_until_blocked(connection, requesting)
        connection.commit()
        assert not requesting.result(timeout=30)
    assert count_rows(database_url) == (0, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deadlock_loses_nothing(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch has moved what a replacement deletes, and waits for what that has locked."""
    old, new = claim_known(store, 2)
    settlements = [Advance(due, tomorrow(due), accepted=True) for due in (old, new)]
    settling: list[Future[None]] = []
    tries: list[Connection] = []
    settle = queue.settle

    def settle_and_count(connection: Connection, *arguments: Any) -> None:
        tries.append(connection)
        settle(connection, *arguments)

    def replace(connection: Connection) -> None:
        tries.append(connection)
        is_new = push_schedule.c.subscription_id == new.subscription_id
        connection.execute(select(push_schedule).where(is_new).with_for_update())
        if not settling:
            settling.append(pool.submit(store.settle, settlements, EIGHT + 86_400))
            wait_until_blocked(connection, settling[0])
        is_old = push_subscription.c.id == old.subscription_id
        connection.execute(delete(push_subscription).where(is_old))

    monkeypatch.setattr(queue, "settle", settle_and_count)
    with ThreadPoolExecutor(1) as pool, closing_engine(database_url) as engine:
        transact(engine, replace)
        settling[0].result(timeout=30)
    assert len(tries) > 2
    assert count_rows(database_url) == (1, 1)
    assert store.next_due_at() == tomorrow(new).due_at


@pytest.mark.parametrize(
    ("state", "tries"), [(DEADLOCK, ATTEMPTS), ("57P01", 1), (None, 1)], ids=str
)
def test_only_a_deadlock_is_tried_again_and_not_for_ever(
    database_url: str, state: str | None, tries: int
) -> None:
    tried = []

    def fail(connection: Connection) -> None:
        tried.append(connection)
        cause = Exception()
        cause.sqlstate = state  # type: ignore[attr-defined]
        raise OperationalError("", None, cause)

    with closing_engine(database_url) as engine, pytest.raises(OperationalError):
        transact(engine, fail)
    assert len(tried) == tries


# Release


def test_released_rows_are_due_at_once_in_their_order(store: Store) -> None:
    for number in (1, 0):
        store.save(subscription(number), dataclasses.replace(MORNING, minutes=(480 + number,)), NOW)
    claimed = store.claim_due(EIGHT + 60, 10, LEASE)
    store.release(claimed)
    assert store.next_due_at() == EIGHT
    assert store.claim_due(EIGHT + 60, 10, LEASE) == claimed


# Tests on request


def test_a_requested_test_is_due_now_beside_the_daily_one(store: Store) -> None:
    saved = store.save(subscription(), MORNING, NOW)
    assert store.request_test(subscription().endpoint, NOW)
    due = claim_one(store, NOW)
    assert (due.kind, due.first_due_at, due.attempts) == ("test", NOW, 0)
    assert due.occurrence == f"test-{NOW}"
    assert store.find(subscription().endpoint) == saved


def test_a_settled_test_is_over(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    store.settle([Advance(claim_one(store, NOW), None, accepted=True)], NOW + 1)
    assert store.claim_due(NOW + 10 * LEASE, 10, LEASE) == []
    found = store.find(subscription().endpoint)
    assert found is not None
    assert (found.accepted_at, found.next.due_at) == (NOW + 1, EIGHT)


def last_test(store: Store) -> LastTest | None:
    found = store.find(subscription().endpoint)
    assert found is not None
    return found.last_test


def test_the_answer_to_a_test_is_kept_until_the_next(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    assert last_test(store) is None
    refused = LastTest(NOW + 1, "transient", 503)
    store.settle([Retry(claim_one(store, NOW), NOW + 60, NOW + 1, refused)], NOW + 1)
    assert last_test(store) == refused
    accepted = LastTest(NOW + 61, "accepted", 201)
    due = claim_one(store, NOW + 60)
    store.settle([Advance(due, None, accepted=True, test=accepted)], NOW + 61)
    assert last_test(store) == accepted
    due = claim_one(store)
    store.settle([Advance(due, tomorrow(due), accepted=True)], EIGHT)
    assert last_test(store) == accepted


def test_the_answer_to_a_test_that_was_asked_for_again_is_not_kept(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    lost = claim_one(store, NOW)
    store.request_test(subscription().endpoint, NOW + 1)
    stale = LastTest(NOW, "transient", 0)
    store.settle([Advance(lost, None, accepted=False, test=stale)], NOW + 2)
    assert last_test(store) is None


def test_a_second_request_starts_the_test_anew(store: Store) -> None:
    store.save(subscription(), MORNING, NOW)
    store.request_test(subscription().endpoint, NOW)
    store.settle([Retry(claim_one(store, NOW), NOW + 900, failing_since=NOW)], NOW)
    store.request_test(subscription().endpoint, NOW + 5)
    due = claim_one(store, NOW + 5)
    assert (due.first_due_at, due.attempts) == (NOW + 5, 0)


def test_a_test_for_an_unknown_endpoint_is_not_made(store: Store, database_url: str) -> None:
    assert not store.request_test(subscription().endpoint, NOW)
    assert count_rows(database_url) == (0, 0)


# Changed rules of a zone


def shift(connection: Connection, seconds: int) -> None:
    """As if the rows had been computed by rules that have changed since."""
    due_at = push_schedule.c.due_at
    connection.execute(
        update(push_schedule).values(due_at=due_at + seconds, first_due_at=due_at + seconds)
    )


def reschedule(store: Store, now: int = NOW) -> int:
    return sum(store.reschedule(now))


def test_changed_zone_rules_move_what_is_to_come(store: Store, database_url: str) -> None:
    fill(store, 3)
    with connect(database_url) as connection:
        shift(connection, 3600)
    assert reschedule(store) == 3
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.next == Occurrence(date(2027, 1, 16), EIGHT)
    assert store.next_due_at() == EIGHT


def test_rules_that_were_followed_once_are_not_looked_at_again(
    store: Store, database_url: str
) -> None:
    fill(store, 1)
    assert reschedule(store) == 0
    with connect(database_url) as connection:
        shift(connection, 3600)
        statements: list[str] = []
    note = record_statements(store, statements)
    assert reschedule(store) == 0
    event.remove(store._reading, "before_cursor_execute", note)
    assert not [sql for sql in statements if "push_" in sql and "min(" not in sql]


def record_statements(store: Store, statements: list[str]) -> Callable[..., None]:
    def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        statements.append(sql)

    event.listen(store._reading, "before_cursor_execute", note)
    return note


def test_only_the_zones_whose_rules_changed_are_gone_through(
    store: Store, database_url: str
) -> None:
    store.save(subscription(1), MORNING, NOW)
    store.save(subscription(2), dataclasses.replace(MORNING, zone="UTC"), NOW)
    reschedule(store)
    with connect(database_url) as connection:
        shift(connection, 3600)
        connection.execute(
            update(zone_rule)
            .where(zone_rule.c.zone == "UTC")
            .values(rules=zone_rules()["Africa/Lagos"])
        )
    assert reschedule(store) == 1
    found = [store.find(subscription(number).endpoint) for number in (1, 2)]
    assert [one.next.due_at - EIGHT for one in found if one] == [3600, 0]


def test_going_through_again_begins_at_the_start_when_it_was_left(
    store: Store, database_url: str
) -> None:
    for number, zone in enumerate(("Europe/Lisbon", "UTC")):
        store.save(subscription(number), dataclasses.replace(MORNING, zone=zone), NOW)
    with connect(database_url) as connection:
        shift(connection, 1800)
    left = store.reschedule(NOW)
    assert next(count for count in left if count) == 1
    left.close()  # type: ignore[attr-defined]
    assert reschedule(store) == 1


def test_every_row_to_come_is_gone_through_however_far_ahead(
    store: Store, database_url: str
) -> None:
    pauses = [None, date(2027, 1, 20), date(2027, 6, 1), date(2028, 1, 14)]
    for number, pause in enumerate(pauses):
        store.save(subscription(number), dataclasses.replace(MORNING, pause_until=pause), NOW)
    with connect(database_url) as connection:
        shift(connection, -3600)
    assert reschedule(store) == 4
    found = [store.find(subscription(number).endpoint) for number in range(4)]
    assert [one.next for one in found if one] == [
        next_due(one.reminder, datetime.fromtimestamp(NOW, UTC)) for one in found if one
    ]


def test_what_is_in_flight_is_not_moved(store: Store, database_url: str) -> None:
    fill(store, 1)
    with connect(database_url) as connection:
        shift(connection, -3600)
    due = claim_one(store)
    assert reschedule(store) == 0
    store.settle([Advance(due, Occurrence(date(2027, 1, 17), EIGHT + 86_400), True)], EIGHT)
    assert store.next_due_at() == EIGHT + 86_400


def test_workers_that_start_together_move_each_row_once(store: Store, database_url: str) -> None:
    fill(store, 60)
    with connect(database_url) as connection:
        shift(connection, 3600)
    barrier = threading.Barrier(3)

    def start() -> int:
        barrier.wait()
        return reschedule(store)

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(start) for _ in range(3)]
        assert sum(job.result(timeout=30) for job in jobs) == 60
    assert len(store.claim_due(EIGHT, 100, LEASE)) == 60


# Beside the release before, which knows one time a day and none of the newer columns


SEVERAL = dataclasses.replace(MORNING, minutes=(480, 810, 1260), days=(1, 2, 3, 4, 5, 6))


def test_a_time_that_the_release_before_changed_is_the_only_one(
    store: Store, database_url: str
) -> None:
    store.save(subscription(), SEVERAL, NOW)
    with connect(database_url) as connection:
        connection.execute(update(push_subscription).values(minute=540))
    due = claim_one(store)
    assert due.reminder == dataclasses.replace(SEVERAL, minutes=(540,))
    found = store.find(subscription().endpoint)
    assert found is not None
    assert found.reminder == due.reminder


def test_the_same_times_can_be_chosen_again_after_that(store: Store, database_url: str) -> None:
    store.save(subscription(), SEVERAL, NOW)
    with connect(database_url) as connection:
        connection.execute(update(push_subscription).values(minute=540))
    saved = store.save(subscription(), SEVERAL, NOW)
    assert saved.reminder == SEVERAL
    assert saved.next == Occurrence(date(2027, 1, 15), at("2027-01-15T13:30"))


def test_where_the_release_before_moved_a_row_to_we_go_on(store: Store, database_url: str) -> None:
    """Its next occurrence is tomorrow's first time, without a word of the newer columns."""
    store.save(subscription(), SEVERAL, NOW)
    due = claim_one(store, at("2027-01-15T13:30"))
    with connect(database_url) as connection:
        connection.execute(
            text(
                "UPDATE push_schedule SET due_at = :at, first_due_at = :at,"
                " occurrence = '2027-01-16', attempts = 0 WHERE due_at = :lease"
            ),
            {"at": EIGHT, "lease": due.lease},
        )
    instants = []
    for _ in range(4):
        found = store.find(subscription().endpoint)
        assert found is not None
        due = claim_one(store, found.next.due_at)
        instants.append(f"{due.occurrence} {datetime.fromtimestamp(due.first_due_at, UTC):%H:%M}")
        store.settle([Advance(due, tomorrow(due), accepted=True)], due.first_due_at)
    assert instants == [
        "2027-01-16 08:00",
        "2027-01-16 13:30",
        "2027-01-16 21:00",
        "2027-01-18 08:00",
    ]


def test_two_releases_that_claim_and_settle_by_turns_send_each_occurrence_once(
    store: Store, database_url: str
) -> None:
    fill(store, 6)
    claimed = store.claim_due(EIGHT, 3, LEASE)
    with connect(database_url) as connection:  # as the release before claims
        theirs = connection.execute(
            text(
                "UPDATE push_schedule SET due_at = :lease WHERE due_at <= :now"
                " RETURNING subscription_id"
            ),
            {"lease": EIGHT + LEASE, "now": EIGHT},
        ).all()
    assert {row.subscription_id for row in theirs}.isdisjoint(
        due.subscription_id for due in claimed
    )
    assert len(claimed) + len(theirs) == 6
    assert store.claim_due(EIGHT + 1, 10, LEASE) == []
    store.settle([Advance(due, tomorrow(due), accepted=True) for due in claimed], EIGHT + 1)
    assert len(store.claim_due(EIGHT + LEASE, 10, LEASE)) == 3


# The database itself


def explain(store: Store, beginning: str, action: Callable[[], object]) -> str:
    """The database's plan for the statement with that beginning which `action` brings about."""
    seen: list[tuple[str, Any]] = []

    def note(
        _connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool
    ) -> None:
        seen.append((sql, values[0] if many else values))

    event.listen(store._reading, "before_cursor_execute", note)
    action()
    event.remove(store._reading, "before_cursor_execute", note)
    sql, values = next((sql, values) for sql, values in seen if sql.startswith(beginning))
    with store._reading.begin() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        else:  # which would rather scan so few rows, were it free to
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {sql}", values).all()
    return "\n".join(str(row[-1]) for row in rows)


def analyze(store: Store) -> None:
    with store._writing.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def test_claiming_reads_by_the_index_and_never_scans(store: Store) -> None:
    fill(store, 300)
    analyze(store)
    is_sqlite = store._reading.dialect.name == "sqlite"
    beginning = "WITH" if is_sqlite else "UPDATE push_schedule"
    plan = explain(store, beginning, lambda: store.claim_due(EIGHT, 5, LEASE))
    assert "ix_push_schedule_due_at" in plan
    found = "SEARCH push_schedule USING PRIMARY KEY" if is_sqlite else "Tid Scan on push_schedule"
    assert found in plan
    assert "SCAN push_schedule" not in plan


def test_settling_reads_by_the_primary_key_alone(store: Store) -> None:
    """The rows of a batch share one lease: by the index on due_at each would read them all."""
    fill(store, 300)
    analyze(store)
    dues = store.claim_due(EIGHT, 300, LEASE)
    settlements = [Advance(due, tomorrow(due), accepted=True) for due in dues]
    plan = explain(store, "UPDATE push_schedule", lambda: store.settle(settlements, EIGHT))
    assert "SEARCH push_schedule USING PRIMARY KEY" in plan or "push_schedule_pkey" in plan
    assert "ix_push_schedule_due_at" not in plan


def test_sqlite_is_set_up_for_many_processes(sqlite_store: Store) -> None:
    with sqlite_store._reading.begin() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    normal = 1
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": normal,
        "busy_timeout": 5000,
        "foreign_keys": 1,
    }


def test_a_new_sqlite_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "pocket.db"
    with make_engine(f"sqlite:///{path}").begin() as connection:
        connection.execute(text("CREATE TABLE x (y)"))
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_a_sqlite_writer_takes_the_lock_before_it_reads(sqlite_store: Store) -> None:
    """Else two that read first would both wait, and one be refused at once, time-out or not."""
    path = sqlite_store._reading.url.database
    assert path is not None
    with sqlite_store._writing.begin(), closing(sqlite3.connect(path, timeout=0)) as second:
        assert second.execute("SELECT count(*) FROM push_schedule").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:5ecret@host/x",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+asyncpg://u:5ecret@host/x",
        "postgresql://u:5ecret@host:port/x",
    ],
)
def test_an_unusable_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        open_store(url)
    assert caught.value.name == "POCKET_DATABASE_URL"
    assert "5ecret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_is_understood(scheme: str) -> None:
    assert make_engine(f"{scheme}://u:p@host/x").url.drivername == "postgresql+psycopg"


def test_an_older_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module.sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(SettingError, match=r"needs SQLite 3\.35"):
        open_store(f"sqlite:///{tmp_path / 'pocket.db'}")


def test_a_failing_statement_shows_no_secret(store: Store) -> None:
    long = PushSubscription("https://5ecret.org/" + "x" * 3000, POINT, AUTH)
    with store._writing.begin() as connection:
        connection.execute(text("DROP TABLE push_schedule"))
        with pytest.raises(SQLAlchemyError) as caught:
            connection.execute(text("SELECT :x FROM push_schedule"), {"x": long.endpoint})
        connection.rollback()
    assert "5ecret" not in str(caught.value)


@pytest.fixture
def run_at_once() -> Callable[[list[Callable[[], object]]], None]:
    def run(jobs: list[Callable[[], object]]) -> None:
        with ThreadPoolExecutor(len(jobs)) as pool:
            for job in [pool.submit(job) for job in jobs]:
                job.result(timeout=30)

    return run


def test_readers_and_writers_go_on_together(
    store: Store, run_at_once: Callable[[list[Callable[[], object]]], None]
) -> None:
    fill(store, 40)

    def work() -> None:
        for _ in range(10):
            dues = store.claim_due(EIGHT, 4, LEASE)
            store.settle([Advance(due, tomorrow(due), accepted=True) for due in dues], EIGHT)

    def read() -> None:
        for number in range(40):
            assert store.find(subscription(number).endpoint) is not None

    run_at_once([work, work, read, read, store.next_due_at])
    assert store.next_due_at() == EIGHT + 86_400
