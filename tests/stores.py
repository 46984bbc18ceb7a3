"""Fixtures: stores on both databases, so that each test of the store runs twice.

SQLite lies in the test's own folder. PostgreSQL is one cluster for the whole run, started when
the first test asks; each test finds its tables empty.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.postgres import Cluster
from tests.postgres import temporary_cluster
from webapp import migrations
from webapp.store import Store
from webapp.store import open_store

BACKENDS = ("sqlite", "postgresql")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """A cluster for the whole run."""
    with temporary_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgresql_cluster: Cluster) -> str:
    """The address of that cluster's own `postgres` database."""
    return postgresql_cluster.url


@pytest.fixture(scope="session")
def make_postgres_database(postgres_url: str) -> Callable[[], str]:
    """A function that makes an empty database and returns its address."""

    def make() -> str:
        name = f"pocket_{next(_numbers)}"
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session")
def migrated_postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """The address of the database that the PostgreSQL stores of this run share."""
    url = make_postgres_database()
    migrations.upgrade(url)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the current schema, for each test to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """The address of a SQLite database with the current schema and no row."""
    path = shutil.copy(migrated_sqlite_file, tmp_path / "pocket.db")
    return f"sqlite:///{path}"


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'pocket.db'}"
    make: Callable[[], str] = request.getfixturevalue("make_postgres_database")
    return make()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the current schema and no row."""
    if request.param == "sqlite":
        lone: str = request.getfixturevalue("sqlite_url")
        return lone
    shared: str = request.getfixturevalue("migrated_postgres_url")
    with psycopg.connect(shared) as connection:
        connection.execute(
            "TRUNCATE push_subscription, push_schedule, push_count, zone_rule RESTART IDENTITY"
        )
    return shared


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store, once on each database."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty store on SQLite alone, for tests of other things."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()
