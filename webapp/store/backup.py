"""A SQLite database as one file that can be kept elsewhere, and the way back. No statement of ours.

PostgreSQL brings programs of its own for that (RUNBOOK.md). What is written here holds endpoints
and their secrets, so each file is for its owner alone.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy import make_url

from webapp.errors import BackupError

BUSY_SECONDS = 5
_VERSION = "alembic_version"
_FIRST_TABLES = frozenset({"push_subscription", "push_schedule", _VERSION})
"""In every release; a later one's tables come by its migrations."""
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BESIDE = ("-wal", "-shm", "-journal")
_FREE = "Look at the disk and at who may write there, then try again"


def back_up(database_url: str, file: Path) -> None:
    """Copy the database into a new `file`, as it is at one instant, while others read and write.

    Raises BackupError: then there is no such file, or it is what it was before.
    """
    origin = _file_of(database_url)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise BackupError(file, "is there already", "Name a new file") from None
    try:
        _copy(origin, file)
    except BaseException:
        file.unlink()
        raise


def restore(database_url: str, file: Path, prepare: Callable[[str], None]) -> None:
    """Put what `back_up` wrote in the database's place, all at once or not at all.

    `prepare` is handed the address of the copy first, to bring it to this release. Raises
    BackupError: then the database is what it was before.
    """
    database = _file_of(database_url)
    with tempfile.TemporaryDirectory(dir=database.parent, prefix=".restore-") as folder:
        copy = Path(folder) / database.name
        _copy(file, copy)
        prepare(URL.create("sqlite", database=str(copy)).render_as_string())
        with closing(_connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
        _own_like(database, copy)
        with _nobody_at(database):
            copy.replace(database)


def _file_of(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        remedy = "Use pg_dump and pg_restore as RUNBOOK.md shows"
        raise BackupError("POCKET_DATABASE_URL", "names no SQLite file", remedy)
    return Path(url.database).resolve()


def _copy(origin: Path, target: Path) -> None:
    """SQLite's online backup, in one step: others go on, and the copy is one instant's."""
    try:
        with closing(_connect(origin)) as source, closing(sqlite3.connect(target)) as copy:
            target.chmod(0o600)
            source.execute("BEGIN")
            _check_tables(source, origin)  # reads, so the snapshot is ours from here on
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            _check_pages(copy, origin)
    except sqlite3.Error as error:
        raise BackupError(origin, f"cannot be copied ({error})", _FREE) from error


def _connect(file: Path) -> sqlite3.Connection:
    """An existing file; SQLite itself would make an empty one."""
    uri = f"{file.resolve().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _check_tables(connection: sqlite3.Connection, file: Path) -> None:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    if not {name for (name,) in rows} >= _FIRST_TABLES:
        reason = "is no database of this app"
        raise BackupError(file, reason, "Name a file that `store backup` wrote")


def _check_pages(connection: sqlite3.Connection, file: Path) -> None:
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise BackupError(file, f"is damaged ({said})", "Take an older backup")


def _own_like(database: Path, copy: Path) -> None:
    """Who could open the database before can do so again, also when root restores it."""
    if database.exists():
        shutil.copymode(database, copy)
    if os.geteuid() == 0:
        owner = (database if database.exists() else database.parent).stat()
        os.chown(copy, owner.st_uid, owner.st_gid)


@contextmanager
def _nobody_at(database: Path) -> Iterator[None]:
    """Hold the database alone, with nothing of it left in files beside it.

    Leaving WAL mode works only when no other connection is open, and empties the WAL: one that
    stayed would be played into the file that takes the place.
    """
    if not database.exists():
        yield
        return
    with closing(_connect(database)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _BROKEN:
                remedy = "Stop the web and worker processes, then try again"
                raise BackupError(database, f"is in use ({error})", remedy) from error
            for suffix in _BESIDE:
                database.with_name(database.name + suffix).unlink(missing_ok=True)
        yield
