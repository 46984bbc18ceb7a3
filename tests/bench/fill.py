"""Databases with as many subscribers as wanted, filled by SQL alone: a million in some seconds."""

from __future__ import annotations

from sqlalchemy import text

from webapp import migrations
from webapp.push.encryption import SenderKey
from webapp.store import open_store
from webapp.store.engine import make_engine

NOON = 1_800_014_400  # 2027-01-15 12:00 UTC
DAY = 86_400
ENDPOINT_TAIL = "-" + "x" * 140
"""About the length of a real endpoint."""
NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
    " SELECT i FROM n)",
    "postgresql": "(SELECT i FROM generate_series(1, :count) AS i)",
}
HASHES = {"sqlite": "printf('%064d', i)", "postgresql": "lpad(i::text, 64, '0')"}
OWNERS = """INSERT INTO push_subscription
 (id, endpoint_hash, endpoint, p256dh, auth, zone, minute, utc_offset_minutes, level, topics,
  created_at, accepted_at)
 SELECT i, {hash}, {endpoint}, :p256dh, :auth, 'UTC', 720, 0, 'words', '[]', :made, :made
 FROM {numbers} AS n"""
SCHEDULE = """INSERT INTO push_schedule
 (subscription_id, kind, due_at, occurrence, first_due_at, attempts)
 SELECT i, 'daily', {due_at}, '2027-01-15', {due_at}, 0 FROM {numbers} AS n"""
ANYWHERE = "'https://localhost/push/ok/' || i"
IDLE = "(:noon + 3600 + (i % 82800) * 7919 % 82800)"
"""Over the rest of the day, in no order of theirs."""


def fill(url: str, subscribers: int, due: int, endpoint: str = ANYWHERE) -> None:
    """Migrate, and store subscribers of whom every so-manieth is due at noon.

    `endpoint` is an SQL expression of the number `i`, from 1 on. All share one key. The rules of
    the time zones are written down, as by a worker that ran before: there is no news of them.
    """
    migrations.upgrade(url)
    store = open_store(url)
    assert not any(store.reschedule(NOON))
    store.close()
    engine = make_engine(url)
    name = engine.dialect.name
    due_at = f"(CASE WHEN i % {max(1, subscribers // due)} = 0 THEN :noon ELSE {IDLE} END)"
    values = {
        "count": subscribers,
        "p256dh": SenderKey().public,
        "auth": bytes(16),
        "made": NOON - DAY,
        "noon": NOON,
    }
    parts = {"hash": HASHES[name], "numbers": NUMBERS[name], "due_at": due_at}
    tail = f"{endpoint} || '{ENDPOINT_TAIL}'"
    with engine.begin() as connection:
        if name == "postgresql":  # all refer to rows of this transaction: nothing to look up
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DROP INDEX ix_push_schedule_due_at"))
        for statement in (OWNERS, SCHEDULE):
            words = text(statement.format(endpoint=tail, **parts))
            wanted = {key: value for key, value in values.items() if f":{key}" in words.text}
            connection.execute(words, wanted)
        connection.execute(text("CREATE INDEX ix_push_schedule_due_at ON push_schedule (due_at)"))
    if name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
