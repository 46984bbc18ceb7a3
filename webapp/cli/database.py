"""`flask db`: brings the database to the newest schema. It never opens a store."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup

from webapp.cli.errors import plain_errors
from webapp.config import load_settings
from webapp.migrations import upgrade as upgrade_database

db = AppGroup("db", help="The database.")


@db.command(with_appcontext=False)
@plain_errors()
def upgrade() -> None:
    """Bring the database to the newest schema; harmless when it is there."""
    settings = load_settings(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    upgrade_database(settings.database_url)
    click.echo("The database is up to date.")
