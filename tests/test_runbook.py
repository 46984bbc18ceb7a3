"""The runbook is true: what it names is there, and its commands were tried as they stand."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import click
import psycopg
import pytest
import yaml
from flask import Flask
from sqlalchemy import make_url

from tests.postgres import find_programs
from tests.processes import ROOT
from tests.processes import environment_of
from tests.test_docs import SETTINGS
from webapp import migrations
from webapp.cli import COMMANDS
from webapp.store import open_store

RUNBOOK = (ROOT / "RUNBOOK.md").read_text()
ALARMS = yaml.safe_load((ROOT / "webapp" / "operating" / "alerts.yml").read_text())["groups"]
BLOCKS = re.findall(r"```sh\n(.*?)```", RUNBOOK, re.DOTALL)
LOOK, BACK_UP, RESTORE, DUMP, UNDUMP = BLOCKS
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", RUNBOOK, flags=re.DOTALL))
LINES = [line for block in BLOCKS for line in block.splitlines()]
FLASK = "flask --app webapp "
# What comes with the system or with PostgreSQL.
PROGRAMS = {
    "cp",
    "createdb",
    "curl",
    "date",
    "df",
    "find",
    "mkdir",
    "pg_dump",
    "pg_isready",
    "pg_restore",
}
LIBPQ = {"PGDATABASE", "PGHOST", "PGPASSWORD", "PGUSER"}
PLACES = {".venv/bin", "FILE", "KEYS", "PATH"}
SOURCE = "".join(path.read_text() for path in sorted((ROOT / "webapp").rglob("*.py")))


def test_it_is_one_page() -> None:
    assert len(RUNBOOK.splitlines()) <= 90
    assert len(RUNBOOK) <= 9_000


def test_each_alarm_has_its_line_and_no_other() -> None:
    rules = {rule["alert"] for group in ALARMS for rule in group["rules"]}
    assert rules == {span for span in SPANS if span.startswith("Pocket")}


@pytest.mark.parametrize("line", [each for each in [*SPANS, *LINES] if each.startswith(FLASK)])
def test_each_command_is_there_with_its_options(line: str) -> None:
    words = shlex.split(line, comments=True)[3:]
    command: click.Command = click.Group("flask", {each.name or "": each for each in COMMANDS})
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    options = {name for each in command.params for name in each.opts}
    given = [word for word in words if word.startswith("--")]
    assert set(given) <= options
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    assert len(words) - len(given) == len(arguments)


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_a_block_begins_with_a_program(line: str) -> None:
    assert line.split()[0] in PROGRAMS or line.startswith(FLASK)


def test_each_setting_is_there() -> None:
    named = set(re.findall(r"POCKET_[A-Z_]+", RUNBOOK))
    assert named
    assert named <= SETTINGS.keys()


def test_each_address_is_there(app: Flask) -> None:
    paths = {span for span in SPANS if re.fullmatch(r"/[a-z]+", span)}
    assert {"/readyz", "/healthz", "/metrics"} <= paths
    adapter = app.url_map.bind("localhost")
    assert all(adapter.test(path, "GET") for path in paths)


@pytest.mark.parametrize("span", SPANS)
def test_whatever_else_stands_as_code_is_a_program_or_said_by_the_app(span: str) -> None:
    is_known = (
        span.startswith((FLASK, "Pocket", "POCKET_", "/"))
        or span.split()[0] in PROGRAMS
        or span in LIBPQ | PLACES
        or re.fullmatch(r'"(database|migrations|key|queue)":"(failed|late)"', span)
    )
    assert is_known or span in SOURCE


# Tried as it stands


def run(block: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["/bin/sh", "-euc", block],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An operator's shell: the instance folder, a folder for backups, PostgreSQL's programs."""
    (tmp_path / "backups").mkdir()
    made = environment_of(tmp_path, BACKUPS=str(tmp_path / "backups"))
    run("flask --app webapp prepare", made)
    return made


def only_file(folder: Path, pattern: str) -> str:
    (found,) = folder.glob(pattern)
    return str(found)


def test_sqlite_comes_back_as_the_runbook_says(environment: dict[str, str], tmp_path: Path) -> None:
    instance, backups = tmp_path / "instance", tmp_path / "backups"
    url, key = f"sqlite:///{instance / 'pocket.db'}", (instance / "vapid.pem").read_bytes()
    count(url, "before")
    run("flask --app webapp push rotate-key", environment)
    run(BACK_UP, environment)
    new_key = (instance / "vapid.pem").read_bytes()
    shutil.rmtree(instance)
    instance.mkdir()
    found = {"FILE": only_file(backups, "pocket-*.db"), "KEYS": only_file(backups, "keys-*")}
    run(RESTORE, environment | found)
    assert counts(url) == {("before", "accepted"): 1}
    assert (instance / "vapid.pem").read_bytes() == new_key != key
    assert key in (instance / "vapid-old.pem").read_bytes()


def test_a_backup_without_the_key_leaves_the_good_copy_alone(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run(BACK_UP, environment)
    kept = Path(only_file(tmp_path / "backups", "keys-*/vapid.pem"))
    before, key = kept.read_bytes(), tmp_path / "instance" / "vapid.pem"
    key.unlink()
    Path(only_file(tmp_path / "backups", "pocket-*.db")).unlink()  # the next night
    with pytest.raises(AssertionError, match="cp: "):
        run(BACK_UP, environment)
    assert not key.exists()
    assert kept.read_bytes() == before


def test_copies_of_readers_go_within_a_fortnight_and_keys_stay(
    environment: dict[str, str], tmp_path: Path
) -> None:
    days = {"pocket-old.db": 14, "pocket-old.dump": 14, "pocket-young.db": 12, "vapid.pem": 400}
    for name, age in days.items():
        path = tmp_path / "backups" / name
        path.touch()
        os.utime(path, (time.time() - age * 86_400,) * 2)
    run(BACK_UP, environment)
    left = {each.name for each in (tmp_path / "backups").iterdir()}
    assert left >= {"pocket-young.db", "vapid.pem"}
    assert not left & {"pocket-old.db", "pocket-old.dump"}


def test_postgresql_comes_back_as_the_runbook_says(
    environment: dict[str, str], tmp_path: Path, make_postgres_database: Callable[[], str]
) -> None:
    address = make_url(make_postgres_database())
    migrations.upgrade(written(address))
    count(written(address), "before")
    libpq = {
        "PATH": f"{find_programs()}:{environment['PATH']}",
        "PGHOST": str(address.query["host"]),
        "PGUSER": str(address.username),
        "PGDATABASE": str(address.database),
    }
    run(DUMP, environment | libpq)
    count(written(address), "after")
    dump = only_file(tmp_path / "backups", "*.dump")
    restored = address.set(database="pocket_restored")
    try:
        run(UNDUMP, environment | libpq | {"FILE": dump})
        after = environment | {"POCKET_DATABASE_URL": written(restored)}
        run("flask --app webapp db upgrade; flask --app webapp push send --dry-run", after)
        assert counts(written(restored)) == {("before", "accepted"): 1}
        assert counts(written(address))[("after", "accepted")] == 1
    finally:
        with psycopg.connect(written(address), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS pocket_restored")


def written(address: object) -> str:
    return make_url(address).render_as_string(hide_password=False)  # type: ignore[arg-type]


def count(url: str, name: str) -> None:
    store = open_store(url)
    store.count({(name, "accepted"): 1})
    store.close()


def counts(url: str) -> dict[tuple[str, str], int]:
    store = open_store(url)
    try:
        return store.counts()
    finally:
        store.close()


def test_the_look_that_comes_first_changes_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """All four lines on a deployment of one machine, without the web process: none needs it."""
    without_web = [line for line in LOOK.splitlines() if "POCKET_BASE_URL" not in line]
    assert len(without_web) == 2
    before = (tmp_path / "instance" / "pocket.db").read_bytes()
    run("\n".join(without_web), environment)
    assert (tmp_path / "instance" / "pocket.db").read_bytes() == before
