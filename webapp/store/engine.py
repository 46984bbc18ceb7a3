"""How to reach the database: dialects, drivers, transactions. No statement of ours.

A message from here or from the driver never holds a bound value or the database's password.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from typing import TypeVar
from typing import TypeVarTuple

from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import OperationalError

from webapp.errors import SettingError

_log = logging.getLogger(__name__)

OLDEST_SQLITE = (3, 35)  # the first with RETURNING
BUSY_TIMEOUT_MILLISECONDS = 5000
CONNECT_SECONDS = 5
"""For each address of PostgreSQL that stays silent: a probe must not hang for minutes."""
SILENT_MILLISECONDS = 10_000
"""After which a connection is dead whose other end acknowledges nothing that we send."""
DEADLOCK = "40P01"
"""PostgreSQL's SQLSTATE for a transaction that it ended so that another could go on."""
ATTEMPTS = 5
PAUSE_SECONDS = (0.02, 0.1)
"""After the first; longer after each further one."""
_PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "cache_size = -15360",  # KiB: a claim of a thousand among millions; the rest the system keeps
    "wal_autocheckpoint = 4000",  # pages, 16 MiB: who claims waits for the disk a fourth as often
)

_SETTING = "POCKET_DATABASE_URL"
_DRIVERS = {"sqlite": "sqlite+pysqlite"} | dict.fromkeys(
    ("postgres", "postgresql", "postgresql+psycopg"), "postgresql+psycopg"
)

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


def make_engine(database_url: str) -> Engine:
    """Return an engine for `sqlite:///…`, `postgres://…` or `postgresql://…`.

    Opens no connection yet. Raises SettingError for any other address.
    """
    url = _parse_url(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    limits = {} if is_sqlite else _find_limits(url)
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=limits)
    if is_sqlite:
        event.listen(engine, "do_connect", partial(_keep_private, str(url.database)))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def transact(
    engine: Engine,
    work: Callable[[Connection, *Arguments], Result],
    *arguments: *Arguments,
) -> Result:
    """Do `work` in one transaction, and all of it again when a deadlock ended that.

    Two that lock the same rows in another order may wait for each other. PostgreSQL undoes one of
    them after a second (`deadlock_timeout`), which then leaves the other time to go on: whoever
    begins again at once may be faster than the one that waits, and both would wait as before.
    """
    tried = 0
    while True:
        tried += 1
        try:
            with engine.begin() as connection:
                return work(connection, *arguments)
        except OperationalError as error:
            if tried >= ATTEMPTS or getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
        _log.warning("the database ended a transaction for a deadlock; it is tried again")
        time.sleep(tried * random.uniform(*PAUSE_SECONDS))


def _parse_url(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise _setting_error("is not a database address") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise _setting_error(f"names a database we do not speak ({url.drivername})")
    if url.get_backend_name() == "sqlite":
        _check_sqlite(url, sqlite3.sqlite_version_info)
    return url.set(drivername=driver)


def _check_sqlite(url: URL, version: tuple[int, ...]) -> None:
    if url.database in (None, "", ":memory:"):
        raise _setting_error("names no file")
    if version < OLDEST_SQLITE:
        reason = f"needs SQLite 3.35, but this Python has {sqlite3.sqlite_version}"
        raise SettingError(_SETTING, reason, "Use a newer Python, or PostgreSQL")


def _find_limits(url: URL) -> dict[str, int]:
    """Limits on the time that a server may stay silent, unless the address has its own."""
    ours = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": SILENT_MILLISECONDS}
    return {name: limit for name, limit in ours.items() if name not in url.query}


def _setting_error(reason: str) -> SettingError:
    remedy = "Give sqlite:////folder/pocket.db or postgresql://user:password@host/name"
    return SettingError(_SETTING, reason, remedy)


def _keep_private(file: str, *_: object) -> None:
    """Make a new database file, which will hold readers' secrets, for its owner's eyes only."""
    if not file.startswith("file:"):  # SQLite makes what an address of its own kind names
        with suppress(OSError):  # it is there, or cannot be: connecting tells which
            Path(file).touch(0o600, exist_ok=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Leave BEGIN to us (SQLAlchemy's recipe for all Pythons), then set the connection up."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    # The file stays in this mode. SQLite does not wait here when another process switches a new
    # file at the same moment; then that one has done it, or the next connection will.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
