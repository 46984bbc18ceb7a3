"""A country changes its clocks: what a new release of tzdata does to reminders already set."""

from __future__ import annotations

import struct
from collections.abc import Callable
from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest

from webapp import timezones
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import next_due
from webapp.store import Advance
from webapp.store import Due
from webapp.store import Store
from webapp.subscription import PushSubscription

HOUR = 3_600
LEASE = 120
ISLAND, OTHER = "Pacific/Island", "Pacific/Other"
Publish = Callable[..., None]


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


NOW = at("2027-01-15T12:00")
CHANGE = at("2027-01-15T14:00")


def tzif(first_hours: float, *changes: tuple[int, float]) -> bytes:
    """A zone's file (RFC 9636, version 1): hours from UTC at first, and from each instant on."""
    hours = [first_hours, *(offset for _, offset in changes)]
    counts = (0, 0, 0, len(changes), len(hours), 4)
    return b"".join(
        (
            b"TZif" + bytes(16) + struct.pack(">6l", *counts),
            struct.pack(f">{len(changes)}l", *(instant for instant, _ in changes)),
            bytes(range(1, len(hours))),
            b"".join(struct.pack(">lbb", int(offset * HOUR), 0, 0) for offset in hours),
            b"LMT\0",
        )
    )


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publish]:
    """Brings a release of tzdata out, as a process that starts with it finds it."""
    caches = (timezones.known_zones, timezones.load_zone, timezones.zone_rules)

    def forget() -> None:
        for cache in caches:
            cache.cache_clear()

    def bring_out(**zones: bytes) -> None:
        folder = tmp_path / "tzdata"
        named = {f"Pacific/{name}": rules for name, rules in zones.items()}
        for name, rules in named.items():
            path = folder / "zoneinfo" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rules)
        (folder / "zones").write_text("\n".join(named))
        monkeypatch.setattr(timezones, "TZDATA", folder)
        forget()

    bring_out(Island=tzif(-10), Other=tzif(-10))
    yield bring_out
    forget()


def save(store: Store, number: int, zone: str = ISLAND, *minutes: int, now: int = NOW) -> None:
    subscription = PushSubscription(f"https://fcm.googleapis.com/{number}", bytes(65), bytes(16))
    store.save(subscription, Reminder(minutes or (480,), zone, -600), now)


def upcoming(store: Store, number: int) -> Occurrence:
    found = store.find(f"https://fcm.googleapis.com/{number}")
    assert found is not None
    return found.next


def start(store: Store, now: int = NOW) -> int:
    """What a worker does when it starts: count the moved."""
    return sum(store.reschedule(now))


def claim(store: Store, now: int) -> Due:
    (due,) = store.claim_due(now, 10, LEASE)
    return due


def settle(store: Store, due: Due, now: int) -> None:
    after = datetime.fromtimestamp(due.first_due_at, UTC)
    following = next_due(due.reminder, after)
    store.settle([Advance(due, following, accepted=True)], now)


def test_the_reminders_of_a_country_that_moves_move_with_it(store: Store, publish: Publish) -> None:
    save(store, 1)
    save(store, 2, OTHER)
    start(store)
    assert (
        upcoming(store, 1)
        == upcoming(store, 2)
        == Occurrence(date(2027, 1, 15), at("2027-01-15T18:00"))
    )
    publish(Island=tzif(-10, (CHANGE, -9)), Other=tzif(-10))
    assert start(store) == 1
    assert upcoming(store, 1) == Occurrence(date(2027, 1, 15), at("2027-01-15T17:00"))
    assert upcoming(store, 2) == Occurrence(date(2027, 1, 15), at("2027-01-15T18:00"))
    assert claim(store, at("2027-01-15T17:00")).occurrence == "2027-01-15"


def test_new_rules_that_change_nothing_to_come_move_nothing(store: Store, publish: Publish) -> None:
    save(store, 1)
    start(store)
    publish(Island=tzif(-11, (at("1999-01-01"), -10)), Other=tzif(-10))
    assert start(store) == 0


def test_what_the_new_rules_make_past_is_due_at_once_and_once(
    store: Store, publish: Publish
) -> None:
    save(store, 1)
    start(store)
    late = at("2027-01-15T17:30")
    publish(Island=tzif(-10, (CHANGE, -9)), Other=tzif(-10))
    assert start(store, late) == 1
    due = claim(store, late)
    assert due.first_due_at == at("2027-01-15T17:00")
    settle(store, due, late)
    assert upcoming(store, 1) == Occurrence(date(2027, 1, 16), at("2027-01-16T17:00"))


def test_what_was_sent_today_does_not_come_again_when_the_clocks_go_back(
    store: Store, publish: Publish
) -> None:
    save(store, 1)
    start(store)
    sent = at("2027-01-15T18:00")
    settle(store, claim(store, sent), sent)
    publish(Island=tzif(-10, (CHANGE, -11)), Other=tzif(-10))
    assert start(store, sent + 60) == 1
    assert upcoming(store, 1) == Occurrence(date(2027, 1, 16), at("2027-01-16T19:00"))


def test_the_other_times_of_a_day_still_come_and_none_comes_twice(
    store: Store, publish: Publish
) -> None:
    save(store, 1, ISLAND, 480, 600, 1080)
    start(store)
    sent = at("2027-01-15T18:00")
    settle(store, claim(store, sent), sent)
    publish(Island=tzif(-10, (CHANGE, -11)), Other=tzif(-10))
    start(store, sent + 60)
    instants = []
    for _ in range(3):
        due = claim(store, upcoming(store, 1).due_at)
        instants.append((due.occurrence, due.first_due_at))
        settle(store, due, due.first_due_at)
    assert instants == [
        ("2027-01-15", at("2027-01-15T21:00")),
        ("2027-01-15", at("2027-01-16T05:00")),
        ("2027-01-16", at("2027-01-16T19:00")),
    ]


def test_a_country_that_crosses_the_date_line_skips_the_day_it_never_had(
    store: Store, publish: Publish
) -> None:
    save(store, 1)
    start(store)
    sent = at("2027-01-15T18:00")
    settle(store, claim(store, sent), sent)
    assert upcoming(store, 1).date == date(2027, 1, 16)
    midnight = at("2027-01-16T10:00")
    publish(Island=tzif(-10, (midnight, 14)), Other=tzif(-10))
    assert start(store, sent + 60) == 1
    assert upcoming(store, 1) == Occurrence(date(2027, 1, 17), at("2027-01-16T18:00"))


def test_a_zone_that_leaves_tzdata_keeps_its_reminders_where_they_were(
    store: Store, publish: Publish
) -> None:
    save(store, 1)
    start(store)
    publish(Other=tzif(-10))
    assert start(store) == 0
    due = claim(store, upcoming(store, 1).due_at)
    settle(store, due, due.first_due_at)
    assert upcoming(store, 1) == Occurrence(date(2027, 1, 16), at("2027-01-16T18:00"))


@pytest.mark.parametrize(("hours", "first"), [(-11, "19:00"), (-9, "17:00")])
def test_two_times_as_far_apart_as_the_clocks_move_are_moved_once(
    store: Store, publish: Publish, hours: int, first: str
) -> None:
    """By the new rules the one stands where by the former the other did."""
    save(store, 1, ISLAND, 480, 540)
    save(store, 2, ISLAND, 480, 720)
    save(store, 3, ISLAND, 540)
    start(store)
    publish(Island=tzif(-10, (CHANGE, hours)), Other=tzif(-10))
    together = [store.reschedule(NOW) for _ in range(3)]
    assert [next(one) for one in together] == [0, 0, 0]
    cut_off = together.pop()
    assert next(count for count in cut_off if count) == 3
    cut_off.close()  # type: ignore[attr-defined]
    assert [sum(one) for one in together] == [0, 0]
    assert start(store) == 0
    expected = Occurrence(date(2027, 1, 15), at(f"2027-01-15T{first}"))
    assert upcoming(store, 1) == upcoming(store, 2) == expected
    assert upcoming(store, 3).due_at == expected.due_at + HOUR


def test_the_second_of_two_times_is_not_taken_for_the_first_when_the_clocks_go_forward(
    store: Store, publish: Publish
) -> None:
    save(store, 1, ISLAND, 480, 540)
    start(store)
    sent = at("2027-01-15T18:00")
    settle(store, claim(store, sent), sent)
    publish(Island=tzif(-10, (CHANGE, -9)), Other=tzif(-10))
    cut_off = store.reschedule(at("2027-01-15T16:00"))
    assert next(count for count in cut_off if count) == 1
    cut_off.close()  # type: ignore[attr-defined]
    assert start(store, at("2027-01-15T16:00")) == 0
    assert upcoming(store, 1).due_at == at("2027-01-15T18:00")


def test_going_back_to_the_rules_before_moves_everything_back(
    store: Store, publish: Publish
) -> None:
    save(store, 1)
    start(store)
    publish(Island=tzif(-10, (CHANGE, -9)), Other=tzif(-10))
    assert start(store) == 1
    publish(Island=tzif(-10), Other=tzif(-10))
    assert start(store) == 1
    assert upcoming(store, 1).due_at == at("2027-01-15T18:00")
