"""`flask store`: the SQLite database in one file, and back. It only says what comes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.cli.columns import show_keys
from webapp.cli.columns import show_overview
from webapp.cli.errors import plain_errors
from webapp.cli.key import check_key
from webapp.config import Settings
from webapp.config import load_settings
from webapp.migrations import upgrade
from webapp.push.keyring import load_keyring
from webapp.store import open_store
from webapp.store.backup import back_up
from webapp.store.backup import restore as put_back

FILE = click.Path(dir_okay=False, path_type=Path)

store = AppGroup("store", help="The SQLite database: a backup, and the way back.")


@store.command(with_appcontext=False)
@click.argument("file", type=FILE)
@plain_errors()
def backup(file: Path) -> None:
    """Copy the database into a new FILE, while web and worker processes go on."""
    settings = load_settings(os.environ)
    back_up(settings.database_url, file)
    click.echo(f"{file} holds all subscriptions; keep it as secret as they are.")
    keys = " and ".join(_find_keys(settings))
    click.echo(f"It is worth nothing without the application server key: keep {keys}, too.")


@store.command(with_appcontext=False)
@click.argument("file", type=FILE)
@plain_errors()
def restore(file: Path) -> None:
    """Put a backup in the database's place; web and worker processes have to be stopped."""
    settings = load_settings(os.environ)
    check_key(settings)
    put_back(settings.database_url, file, upgrade)
    with closing(open_store(settings.database_url)) as restored:
        now = int(time.time())
        click.echo(show_overview(restored.overview(now), now))
        click.echo()
        click.echo(show_keys(restored.count_keys(), load_keyring(settings)))


def _find_keys(settings: Settings) -> Iterator[str]:
    """Where the key lies, and those from before that subscriptions still hang on."""
    yield "POCKET_VAPID_KEY" if settings.vapid_key else str(settings.vapid_key_file)
    if settings.vapid_old_keys:
        yield "POCKET_VAPID_OLD_KEYS"
    if settings.vapid_old_keys_file.exists():
        yield str(settings.vapid_old_keys_file)
