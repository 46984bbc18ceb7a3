"""The steps of the schema lead to the tables that the store uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp import migrations
from webapp.schedule import Reminder
from webapp.store import open_store
from webapp.store.engine import make_engine
from webapp.store.tables import metadata
from webapp.subscription import hash_endpoint

ROOT = Path(__file__).parent.parent


def test_the_migrated_schema_is_the_one_the_store_uses(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_upgrading_twice_is_harmless(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    step = migrations.current(empty_database_url)
    migrations.upgrade(empty_database_url)
    assert migrations.current(empty_database_url) == step


def test_it_is_known_whether_the_schema_is_behind(empty_database_url: str) -> None:
    assert migrations.current(empty_database_url) is None
    assert migrations.is_behind(migrations.current(empty_database_url))
    migrations.upgrade(empty_database_url)
    assert not migrations.is_behind(migrations.current(empty_database_url))


def test_the_schema_of_a_later_release_is_left_as_it_is_and_is_enough(
    empty_database_url: str,
) -> None:
    """Old and new code run side by side while a release goes round; steps only add."""
    migrations.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    migrations.upgrade(empty_database_url)
    assert migrations.current(empty_database_url) == "9999"
    assert not migrations.is_behind("9999")


def test_the_release_before_goes_on_beside_step_0003(empty_database_url: str) -> None:
    """It writes and moves rows without a word of the columns that it does not know."""
    migrations.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    endpoint = "https://fcm.googleapis.com/fcm/send/1"
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO push_subscription (endpoint_hash, endpoint, p256dh, auth, zone,"
                " minute, utc_offset_minutes, level, topics, created_at)"
                " VALUES (:hash, :endpoint, :p256dh, :auth, 'UTC', 480, 0, 'words', '[]', 1)"
            ),
            {
                "hash": hash_endpoint(endpoint),
                "endpoint": endpoint,
                "p256dh": bytes(65),
                "auth": bytes(16),
            },
        )
        connection.exec_driver_sql(
            "INSERT INTO push_schedule (subscription_id, kind, due_at, occurrence,"
            " first_due_at, attempts) VALUES (1, 'daily', 28800, '1970-01-01', 28800, 0)"
        )
    engine.dispose()
    store = open_store(empty_database_url)
    (due,) = store.claim_due(28_800, 10, 120)
    record = store.find(endpoint)
    store.close()
    assert record is not None
    assert due.reminder == record.reminder == Reminder((480,), "UTC", 0)
    assert (due.application_key, record.last_accepted_at, record.last_test) == (None, None, None)


def test_processes_that_upgrade_at_once_wait_for_each_other(empty_database_url: str) -> None:
    code = (
        "import sys; from webapp import migrations; print('ready', flush=True);"
        "sys.stdin.readline(); migrations.upgrade(sys.argv[1])"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    errors = [worker.communicate()[1] for worker in workers]
    assert errors == [""] * len(workers)
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    assert not migrations.is_behind(migrations.current(empty_database_url))


def test_a_failing_step_leaves_the_schema_as_it_was(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE push_schedule (x INTEGER)")
    with pytest.raises(SQLAlchemyError):
        migrations.upgrade(empty_database_url)
    with engine.begin() as connection:
        tables = connection.dialect.get_table_names(connection)
    engine.dispose()
    assert tables == ["push_schedule"]
    assert migrations.current(empty_database_url) is None
