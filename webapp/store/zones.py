"""When the rules of a time zone change: move what is still to come to its new instant.

Rules come with a new release of the tzdata package. What they were when the rows were last gone
through is kept by zone, so that a start without news looks at no row, and news at one zone's only.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from functools import lru_cache
from functools import partial
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
from webapp.schedule import occurrences_on
from webapp.schedule import slot_of
from webapp.store.engine import transact
from webapp.store.registry import INSERT
from webapp.store.rows import TIMES
from webapp.store.rows import read_times
from webapp.store.tables import push_schedule
from webapp.store.tables import push_subscription
from webapp.store.tables import zone_rule
from webapp.store.values import DAILY
from webapp.timezones import make_zone
from webapp.timezones import zone_rules

PAGE_SECONDS = 3_600
"""How much of the schedule is gone through at once: the soonest first, and no lock for long."""
READ_AT_ONCE = 1_000
"""Rows in memory."""

_Row = Row[*tuple[Any, ...]]
_FindRight = Callable[[Reminder, Occurrence], Occurrence]

_TABLE = push_schedule.c
# A row that is leased or waits for a retry has another due_at, and is left alone.
_IS_TO_COME = (_TABLE.kind == DAILY, _TABLE.due_at == _TABLE.first_due_at)
# Whoever claims, settles or saves a row in between has made it another one.
_MOVE = update(push_schedule).where(
    _TABLE.subscription_id == bindparam("its_id"),
    _TABLE.due_at + 0 == bindparam("it_was"),
    *_IS_TO_COME,
)
_READ = (
    select(
        _TABLE.subscription_id,
        _TABLE.due_at,
        _TABLE.occurrence,
        *(push_subscription.c[name] for name in TIMES),
    )
    .join(push_subscription)
    .where(*_IS_TO_COME)
)


def reschedule(reading: Engine, writing: Engine, now: int) -> Iterator[int]:
    """Move each row due after `now` whose date and time of day mean another instant by new rules.

    Yields how many: 0 for each page that it looks through, then the number of each zone. That is
    moved at one blow with its rules, for once a row is moved the former rules say nothing of it:
    so whoever stops or is cut off begins again, and several at once do it once.
    """
    with reading.begin() as connection:
        changed = _find_changed(connection)
        page = _next_page(connection, now)
    former = {name: make_zone(name, rules) if rules else None for name, rules in changed.items()}
    # Thousands share one minute of one zone; the sum is done once for them.
    find_right = lru_cache(maxsize=16_384)(partial(_find_right, former))
    wrong: set[str] = set()
    while changed and page is not None:
        with reading.begin() as connection:
            for rows in _read_page(connection, changed, page):
                wrong.update(move["zone"] for move in _find_moves(rows, find_right))
            page = _next_page(connection, page + PAGE_SECONDS - 1)
        yield 0
    for name in sorted(wrong):
        yield transact(writing, _move_zone, name, changed[name], now, find_right)
    if changed:
        transact(writing, _write_down)


def _find_changed(connection: Connection) -> dict[str, bytes | None]:
    """The zones whose rules are not those that were last written down: at first, all of them.

    With each come those former rules, None where there are none.
    """
    known = {row.zone: bytes(row.rules) for row in connection.execute(select(zone_rule))}
    rules = zone_rules()
    changed = (name for name in known.keys() | rules.keys() if known.get(name) != rules.get(name))
    return {name: known.get(name) for name in changed}


def _next_page(connection: Connection, after: int) -> int | None:
    """The first instant later than `after` at which a row is due."""
    first: int | None = connection.scalar(
        select(func.min(_TABLE.due_at)).where(_TABLE.due_at > after)
    )
    return first


def _read_page(
    connection: Connection, zones: Collection[str], page: int
) -> Iterator[Sequence[_Row]]:
    """What is due in a page and lies in these zones, some rows at a time."""
    statement = (
        _READ.where(_TABLE.due_at >= page, _TABLE.due_at < page + PAGE_SECONDS)
        .where(push_subscription.c.zone.in_(zones))
        .execution_options(yield_per=READ_AT_ONCE)
    )
    return connection.execute(statement).partitions()


def _move_zone(
    connection: Connection, name: str, former: bytes | None, now: int, find_right: _FindRight
) -> int:
    """Move a zone's rows, each once, and write its rules down, unless somebody else just has."""
    is_it = zone_rule.c.zone == name
    # Only one at a time has it (PostgreSQL); SQLite has one writer anyway.
    known = connection.scalar(select(zone_rule.c.rules).where(is_it).with_for_update())
    if (None if known is None else bytes(known)) != former:
        return 0
    in_order = _READ.where(push_subscription.c.zone == name, _TABLE.due_at > now)
    in_order = in_order.order_by(_TABLE.subscription_id).limit(READ_AT_ONCE)
    moved, last = 0, 0
    while rows := connection.execute(in_order.where(_TABLE.subscription_id > last)).all():
        last = rows[-1].subscription_id
        for move in _find_moves(rows, find_right):
            moved += connection.execute(_MOVE, move).rowcount
    if name in zone_rules():
        _write_rules(connection, [name])
    else:
        connection.execute(delete(zone_rule).where(is_it))
    return moved


def _find_moves(rows: Sequence[_Row], find_right: _FindRight) -> Iterator[dict[str, Any]]:
    for row in rows:
        right = find_right(read_times(row), _stands(row))
        if right != _stands(row):
            yield {"zone": row.zone, **_as_move(row, right)}


def _stands(row: _Row) -> Occurrence:
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


def _as_move(row: _Row, right: Occurrence) -> dict[str, object]:
    return {
        "its_id": row.subscription_id,
        "it_was": row.due_at,
        "due_at": right.due_at,
        "occurrence": right.date.isoformat(),
        "first_due_at": right.due_at,
    }


def _write_down(connection: Connection) -> None:
    """All zones, not those in use alone, so that a reader in another is no news."""
    _write_rules(connection, zone_rules())
    connection.execute(delete(zone_rule).where(zone_rule.c.zone.not_in(zone_rules())))


def _write_rules(connection: Connection, zones: Iterable[str]) -> None:
    rows = [{"zone": zone, "rules": zone_rules()[zone]} for zone in zones]
    statement = INSERT[connection.dialect.name](zone_rule).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["zone"], set_={"rules": statement.excluded.rules}
        )
    )
