"""What happens to databases: one is locked, its disk is full, it goes away in the middle."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.postgres import Cluster

FULL_OCTETS = 8_192
"""No file of a process on a full disk grows beyond this; nor does its log reach it."""


class Sqlite:
    """A file."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = f"sqlite:///{path}"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Another process is in the middle of a long transaction."""
        other = sqlite3.connect(
            self._path, timeout=60, isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()

    @contextmanager
    def fill(self, workers: Sequence[int]) -> Iterator[None]:
        """Let no file of theirs grow, which needs no file system of our own."""
        before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in workers}
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_OCTETS, hard))
        yield
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


class Postgres:
    """A database of its own in a cluster that is ours."""

    name = "postgresql"

    def __init__(self, cluster: Cluster, url: str) -> None:
        self._cluster = cluster
        self.url = url
        self._restarting = threading.Lock()
        # A crash loses what was written in the last moments unless commits wait for the disk.
        self._alter("SET synchronous_commit = on")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Somebody else holds the whole table."""
        with psycopg.connect(self.url) as other:
            other.execute("LOCK TABLE push_schedule IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def fill(self, workers: Sequence[int]) -> Iterator[None]:
        """Do as hosts of databases do when the disk is full: let nobody write."""
        self._alter("SET default_transaction_read_only = on")
        self.cut()
        yield
        self._alter("RESET default_transaction_read_only")
        self.cut()

    def cut(self) -> None:
        """Break every connection."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", self._name
        )

    def waiting(self) -> int:
        """How many connections wait for a lock."""
        with psycopg.connect(self._cluster.url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND wait_event_type = 'Lock'",
                (self._name,),
            ).fetchone()
        return int(row[0]) if row else 0

    def restart(self) -> None:
        """Crash the whole server and start it again; one at a time."""
        with self._restarting:
            self._cluster.stop()
            self._cluster.start()

    @property
    def _name(self) -> str:
        return make_url(self.url).database or ""

    def _alter(self, what: str) -> None:
        self._execute(f'ALTER DATABASE "{self._name}" {what}')

    def _execute(self, statement: str, *values: str) -> None:
        with psycopg.connect(self._cluster.url, autocommit=True) as connection:
            connection.execute(statement, values or None)


Database = Sqlite | Postgres
