"""When the rules of a time zone change: move what is still to come to its new instant.

Rules come with a new release of the tzdata package. What they were when the rows were last gone
through is kept by zone, so that a start without news looks at no row, and news at one zone's only.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from functools import lru_cache
from functools import partial
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import Row
from sqlalchemy import bindparam
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import instants_on
from webapp.schedule import make_zone
from webapp.schedule import occurrences_on
from webapp.schedule import slot_of
from webapp.schedule import zone_rules
from webapp.store.registry import INSERT
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.tables import zone_rule
from webapp.store.values import DAILY
from webapp.store.values import TIMES
from webapp.store.values import read_times

PAGE_SECONDS = 3_600
"""How much of the schedule is gone through at once: the soonest first, and no lock for long."""
MOVED_AT_ONCE = 1_000
"""Rows in one transaction."""

_TABLE = push_schedule.c
# A row that is leased or waits for a retry has another due_at, and is left alone.
_IS_TO_COME = (_TABLE.kind == DAILY, _TABLE.due_at == _TABLE.first_due_at)
# Whoever claims, settles or saves a row in between has made it another one.
_MOVE = update(push_schedule).where(
    _TABLE.subscription_id == bindparam("its_id"),
    _TABLE.due_at + 0 == bindparam("it_was"),
    *_IS_TO_COME,
)


def reschedule(reading: Engine, writing: Engine, now: int) -> Iterator[int]:
    """Move each row due after `now` whose date and time of day mean another instant by new rules.

    Yields how many, page by page; whoever stops before the end begins again the next time.
    """
    with reading.begin() as connection:
        changed = _find_changed(connection)
        page = _next_page(connection, now)
    # Thousands share one minute of one zone; the sum is done once for them.
    find_right = lru_cache(maxsize=16_384)(partial(_find_right, changed))
    while changed and page is not None:
        moved = 0
        with reading.begin() as connection:
            for rows in _read_page(connection, changed, page):
                found = ((row, find_right(read_times(row), _stands(row))) for row in rows)
                moves = [_as_move(row, right) for row, right in found if right != _stands(row)]
                with writing.begin() as other:
                    moved += _move(other, moves)
            page = _next_page(connection, page + PAGE_SECONDS - 1)
        yield moved
    if changed:
        with writing.begin() as connection:
            _write_down(connection)


def _find_changed(connection: Connection) -> dict[str, ZoneInfo | None]:
    """The zones whose rules are not those that were last written down: at first, all of them.

    With each comes the zone by those former rules, None where there are none.
    """
    known = {row.zone: bytes(row.rules) for row in connection.execute(select(zone_rule))}
    rules = zone_rules()
    changed = (name for name in known.keys() | rules.keys() if known.get(name) != rules.get(name))
    return {name: make_zone(name, known[name]) if name in known else None for name in changed}


def _next_page(connection: Connection, after: int) -> int | None:
    """The first instant later than `after` at which a row is due."""
    first: int | None = connection.scalar(
        select(func.min(_TABLE.due_at)).where(_TABLE.due_at > after)
    )
    return first


def _read_page(
    connection: Connection, zones: Collection[str], page: int
) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
    """What is due in a page and lies in these zones, some rows at a time."""
    statement = (
        select(
            _TABLE.subscription_id,
            _TABLE.due_at,
            _TABLE.occurrence,
            *(push_subscription.c[name] for name in TIMES),
        )
        .join(push_subscription)
        .where(_TABLE.due_at >= page, _TABLE.due_at < page + PAGE_SECONDS, *_IS_TO_COME)
        .where(push_subscription.c.zone.in_(zones))
        .execution_options(yield_per=MOVED_AT_ONCE)
    )
    return connection.execute(statement).partitions()


def _stands(row: Row[*tuple[Any, ...]]) -> Occurrence:
    return Occurrence(date.fromisoformat(row.occurrence), row.due_at)


def _find_right(
    former: Mapping[str, ZoneInfo | None], reminder: Reminder, stands: Occurrence
) -> Occurrence:
    """The same time of the same date, or what comes first after a date that is gone."""
    instants = instants_on(reminder, stands.date)
    if not instants:
        return _first_from(reminder, stands.date + timedelta(days=1))
    if stands.due_at in instants and former[reminder.zone] is None:
        return stands
    slot = slot_of(reminder, stands, former[reminder.zone])
    return Occurrence(stands.date, instants[slot])


def _first_from(reminder: Reminder, day: date) -> Occurrence:
    while not (found := occurrences_on(reminder, day)):
        day += timedelta(days=1)
    return found[0]


def _as_move(row: Row[*tuple[Any, ...]], right: Occurrence) -> dict[str, object]:
    return {
        "its_id": row.subscription_id,
        "it_was": row.due_at,
        "due_at": right.due_at,
        "occurrence": right.date.isoformat(),
        "first_due_at": right.due_at,
    }


def _move(connection: Connection, moves: Sequence[dict[str, object]]) -> int:
    """Move those that are still as they were, and count them; in order of id, as settling does."""
    ordered = sorted(moves, key=itemgetter("its_id"))
    return sum(connection.execute(_MOVE, one).rowcount for one in ordered)


def _write_down(connection: Connection) -> None:
    """All zones, not those in use alone, so that a reader in another is no news."""
    rows = [{"zone": zone, "rules": rules} for zone, rules in zone_rules().items()]
    statement = INSERT[connection.dialect.name](zone_rule).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["zone"], set_={"rules": statement.excluded.rules}
        )
    )
    names = [row["zone"] for row in rows]
    connection.execute(delete(zone_rule).where(zone_rule.c.zone.not_in(names)))
