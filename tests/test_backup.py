"""A SQLite database put into one file while all goes on, and back; and what readers then get."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command

from tests.processes import environment_of
from tests.processes import run_to_end
from tests.push_service import PushService
from tests.push_service import refuse
from tests.user_agent import UserAgent
from webapp import create_app
from webapp import migrations
from webapp.errors import BackupError
from webapp.store import open_store
from webapp.store.backup import back_up
from webapp.store.backup import restore
from webapp.store.engine import make_engine

HOUR = 3_600
COUNT = "SELECT origin, count FROM push_count ORDER BY origin"


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def ask(file: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """What SQLite itself says, in a connection that is gone afterwards."""
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def put_back(database: Path, file: Path) -> None:
    restore(url_of(database), file, migrations.upgrade)


@pytest.fixture
def database(migrated_sqlite_file: Path, tmp_path: Path) -> Path:
    """A database with the current schema and one counter."""
    file = Path(shutil.copy(migrated_sqlite_file, tmp_path / "pocket.db"))
    count(file, "before")
    return file


def count(file: Path, *names: str) -> None:
    with closing(open_store(url_of(file))) as store:
        store.count({(name, "accepted"): 1 for name in names})


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def names_in(file: Path) -> list[object]:
    return [name for name, _ in ask(file, COUNT)]


# The way there


def test_a_backup_is_of_one_instant_while_others_write(database: Path, tmp_path: Path) -> None:
    stop, written = threading.Event(), 0
    with closing(open_store(url_of(database))) as store:

        def write() -> None:
            nonlocal written
            while not stop.is_set():
                store.count({("one", "accepted"): 1, ("two", "accepted"): 1})
                written += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(5):
                start, file = written, tmp_path / f"backup-{number}.db"
                while written < start + 3:
                    assert writer.is_alive()
                    time.sleep(0)
                back_up(url_of(database), file)
                (_, (_, one), (_, two)) = ask(file, COUNT)
                assert one == two
                assert start + 3 <= int(str(one)) <= written + 1
        finally:
            stop.set()
            writer.join()


def test_a_backup_is_one_file_for_its_owner_alone(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    back_up(url_of(database), folder / "pocket.db")
    names_in(folder / "pocket.db")
    (file,) = folder.iterdir()
    assert mode_of(file) == 0o600
    assert file.read_bytes()[18:20] == b"\1\1"  # no WAL: it can be read where nobody can write


def test_a_backup_replaces_no_file(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    file.write_text("last week's")
    with pytest.raises(BackupError, match=r"kept\.db is there already\. Name a new file\."):
        back_up(url_of(database), file)
    assert file.read_text() == "last week's"


def test_what_cannot_be_backed_up_leaves_no_file(tmp_path: Path) -> None:
    missing, file = tmp_path / "missing.db", tmp_path / "kept.db"
    with pytest.raises(BackupError, match=r"missing\.db cannot be copied"):
        back_up(url_of(missing), file)
    assert not list(tmp_path.iterdir())


def test_a_database_of_postgresql_is_left_to_its_own_programs(tmp_path: Path) -> None:
    for way in (
        lambda: back_up("postgresql://pocket:5ecret@host/pocket", tmp_path / "kept.db"),
        lambda: restore("postgresql://pocket:5ecret@host/pocket", tmp_path / "kept.db", print),
    ):
        with pytest.raises(BackupError, match="pg_dump and pg_restore") as refused:
            way()
        assert "5ecret" not in str(refused.value)


# The way back


def test_a_restored_database_is_as_it_was(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    back_up(url_of(database), file)
    count(database, "after")
    put_back(database, file)
    assert names_in(database) == ["before"]
    assert names_in(file) == ["before"]
    count(database, "on it goes")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept.db", "pocket.db"]


def test_what_a_killed_process_left_is_not_played_into_it(database: Path, tmp_path: Path) -> None:
    file, place = tmp_path / "kept.db", tmp_path / "place"
    back_up(url_of(database), file)
    place.mkdir()
    with closing(open_store(url_of(database))) as store:
        store.count({("after", "accepted"): 1})
        for each in tmp_path.glob("pocket.db*"):  # as kill -9 leaves them
            shutil.copy(each, place)
    assert (place / "pocket.db-wal").stat().st_size
    put_back(place / "pocket.db", file)
    assert [each.name for each in place.iterdir()] == ["pocket.db"]
    assert names_in(place / "pocket.db") == ["before"]
    assert ask(place / "pocket.db", "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("is_writing", [False, True], ids=["open", "writing"])
def test_a_database_in_use_is_not_replaced(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_writing: bool
) -> None:
    monkeypatch.setattr("webapp.store.backup.BUSY_SECONDS", 0.1)
    file = tmp_path / "kept.db"
    back_up(url_of(database), file)
    count(database, "after")
    with closing(open_store(url_of(database))) as store:
        assert store.counts()
        with closing(sqlite3.connect(database)) as other:
            if is_writing:
                other.execute("BEGIN IMMEDIATE")
            with pytest.raises(BackupError, match=r"pocket\.db is in use .* Stop the web and"):
                put_back(database, file)
        store.count({("still", "accepted"): 1})
    assert names_in(database) == ["after", "before", "still"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept.db", "pocket.db"]


def foreign(file: Path) -> None:
    ask(file, "CREATE TABLE recipes (name TEXT)")


def damaged(file: Path) -> None:
    """A backup that a bad disk changed in the middle."""
    octets = bytearray(file.read_bytes())
    octets[4096:8192] = b"\xff" * 4096
    file.write_bytes(octets)


UNFIT: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "cannot be copied"),
    "empty": (lambda file: file.write_bytes(b""), "is no database of this app"),
    "text": (lambda file: file.write_text("Dear diary, " * 99), "cannot be copied"),
    "foreign": (lambda file: (file.unlink(), foreign(file)), "is no database of this app"),
    "damaged": (damaged, "damaged|malformed"),
    "cut": (lambda file: os.truncate(file, file.stat().st_size // 2), "damaged|malformed"),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_is_no_sound_backup_changes_nothing(database: Path, tmp_path: Path, kind: str) -> None:
    spoil, words = UNFIT[kind]
    file = tmp_path / "kept.db"
    back_up(url_of(database), file)
    spoil(file)
    was = database.read_bytes()
    with pytest.raises(BackupError, match=words):
        put_back(database, file)
    assert database.read_bytes() == was
    assert {each.name for each in tmp_path.iterdir()} <= {"kept.db", "pocket.db"}


@pytest.mark.parametrize("ruin", [Path.unlink, damaged, lambda file: file.write_text("nonsense")])
def test_a_database_that_is_lost_or_broken_comes_back(
    database: Path, tmp_path: Path, ruin: Callable[[Path], object]
) -> None:
    file = tmp_path / "kept.db"
    back_up(url_of(database), file)
    with closing(open_store(url_of(database))) as store:
        store.count({("after", "accepted"): 1})
        left = {each.name: each.read_bytes() for each in tmp_path.glob("pocket.db-*")}
    ruin(database)
    if database.exists():
        for name, octets in left.items():
            (tmp_path / name).write_bytes(octets)
    put_back(database, file)
    assert names_in(database) == ["before"]
    assert ask(database, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_of_an_earlier_release_is_brought_to_this_one(
    database: Path, tmp_path: Path
) -> None:
    file = tmp_path / "old.db"
    engine = make_engine(url_of(file))
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    put_back(database, file)
    assert not migrations.is_behind(migrations.current(url_of(database)))
    assert migrations.current(url_of(file)) == "0001"


def test_who_could_open_the_database_can_do_so_again(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    back_up(url_of(database), file)
    database.chmod(0o660)
    put_back(database, file)
    assert mode_of(database) == 0o660
    database.unlink()
    put_back(database, file)
    assert mode_of(database) == 0o600


def test_root_restores_for_the_account_that_runs_the_app(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, given = tmp_path / "kept.db", []
    back_up(url_of(database), file)
    owner = database.stat()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *ids: given.append((Path(path).name, ids)))
    put_back(database, file)
    assert given == [("pocket.db", (owner.st_uid, owner.st_gid))]


# Readers, before and after


@dataclass
class House:
    """An installation with its commands, its readers and a push service that knows them."""

    folder: Path
    service: PushService

    @property
    def settings(self) -> dict[str, str]:
        return {
            "POCKET_INSTANCE": str(self.folder / "instance"),
            "POCKET_PUSH_TEST_ORIGIN": self.service.origin,
        }

    @property
    def database(self) -> Path:
        return self.folder / "instance" / "pocket.db"

    def flask(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = environment_of(self.folder, **self.settings, **more)
        return run_to_end([sys.executable, "-m", "flask", "--app", "webapp", *words], environment)

    def subscribe(self, due_at: int, key: bytes | None = None) -> UserAgent:
        """A reader through the API, whose reminder is then due at that instant.

        Their own time is half a day away, so that nothing else falls due meanwhile.
        """
        agent = self.service.subscribe(key)
        far = time.strftime("%H:%M", time.gmtime(time.time() + 12 * HOUR))
        app = create_app(self.settings)
        body = {
            "subscription": agent.as_json(),
            "reminder": {"times": [far], "zone": "UTC"},
        }
        if key:
            body["application_server_key"] = urlsafe_b64encode(key).decode().rstrip("=")
        assert app.test_client().put("/api/subscriptions", json=body).status_code == 201
        app.extensions["pocket"].store.close()
        ask(
            self.database,
            "UPDATE push_schedule SET due_at = ?, first_due_at = ?, occurrence = ? "
            "WHERE subscription_id = (SELECT max(id) FROM push_subscription)",
            *(due_at, due_at, time.strftime("%Y-%m-%d", time.gmtime(due_at))),
        )
        return agent


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite_file: Path) -> Iterator[House]:
    (tmp_path / "instance").mkdir()
    with PushService() as service:
        made = House(tmp_path, service)
        shutil.copy(migrated_sqlite_file, made.database)
        yield made
    assert service.problems == []


def test_after_a_restore_nobody_sees_a_note_twice_or_late(house: House) -> None:
    """What the backup thinks is still to send: sent again under its tag, or skipped when late."""
    now = int(time.time())
    morning, night = house.subscribe(now - 60), house.subscribe(now - 4 * HOUR)
    file = str(house.folder / "kept.db")
    assert house.flask("store", "backup", file).returncode == 0
    assert house.flask("push", "send").stdout == "accepted 1, skipped 1\n"
    back = house.flask("store", "restore", file)
    assert back.returncode == 0, back.stderr
    assert back.stdout.splitlines()[:2] == ["subscriptions  2", "due now        2"]
    assert house.flask("push", "send").stdout == "accepted 1, skipped 1\n"
    first, second = morning.messages
    assert first.payload["notification"]["tag"] == second.payload["notification"]["tag"]
    assert first.headers["topic"] == second.headers["topic"]
    assert len(morning.screen) == 1
    assert not night.messages
    assert house.flask("push", "send").stdout == "nothing was due\n"


def test_a_reader_who_left_after_the_backup_is_forgotten_at_the_first_sending(
    house: House,
) -> None:
    agent = house.subscribe(int(time.time()) - 60)
    file = str(house.folder / "kept.db")
    house.flask("store", "backup", file)
    house.service.script(agent, refuse(410))
    house.flask("store", "restore", file)
    assert house.flask("push", "send").stdout == "gone 1\n"
    assert ask(house.database, "SELECT count(*) FROM push_subscription") == [(0,)]


def test_a_backup_says_that_the_key_has_to_be_kept_too(house: House) -> None:
    house.flask("push", "keys")
    key = house.folder / "instance" / "vapid.pem"
    said = house.flask("store", "backup", str(house.folder / "one.db"))
    assert said.returncode == 0
    assert f"worth nothing without the application server key: keep {key}, too." in said.stdout
    given = house.flask(
        "store", "backup", str(house.folder / "two.db"), POCKET_VAPID_KEY=key.read_text()
    )
    assert "keep POCKET_VAPID_KEY, too." in given.stdout
    assert "PRIVATE" not in given.stdout
    house.flask("push", "rotate-key")
    rotated = house.flask("store", "backup", str(house.folder / "three.db"))
    assert f"keep {key} and {key.with_name('vapid-old.pem')}, too." in rotated.stdout


def test_without_its_key_a_restored_database_reaches_nobody(house: House) -> None:
    public = house.flask("push", "keys").stdout.strip()
    agent = house.subscribe(int(time.time()) - 60, urlsafe_b64decode(public + "="))
    file, key = house.folder / "kept.db", house.folder / "instance" / "vapid.pem"
    house.flask("store", "backup", str(file))
    key.rename(house.folder / "kept.pem")
    for words in (("store", "restore", str(file)), ("push", "send"), ("push", "status")):
        refused = house.flask(*words)
        assert refused.returncode == 1
        assert "POCKET_VAPID_KEY_FILE names no file" in refused.stderr
    assert not key.exists()
    house.flask("push", "keys")
    warned = house.flask("store", "restore", str(file)).stdout.splitlines()
    assert warned[-1].split() == ["a", "key", "that", "is", "gone", "1"]
    house.flask("push", "send")
    assert not agent.messages
    shutil.copy(house.folder / "kept.pem", key)
    assert "gone" not in house.flask("store", "restore", str(file)).stdout
    assert house.flask("push", "send").stdout == "accepted 1\n"
    assert len(agent.messages) == 1
    house.service.problems.clear()
