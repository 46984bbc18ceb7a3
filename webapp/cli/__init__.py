"""The commands of the `flask` command, and how a start that fails ends: with one clear line.

    flask --app webapp start         prepare, then the web and the worker process until Ctrl-C
    flask --app webapp prepare       the instance folder, the key, the database, the built files
    flask --app webapp db upgrade    the database alone
    flask --app webapp deck new FOLDER   an example of own words, name and colours
    flask --app webapp deck check    every broken rule of the words, by file and line
    flask --app webapp helplines check   the numbers that are due to be looked at again
    flask --app webapp push keys     the application server key, made when it is missing
    flask --app webapp push rotate-key   a new one, and the one before kept for its subscriptions
    flask --app webapp push send     what is due, once; with --dry-run only counted
    flask --app webapp push status   what waits, and what became of messages so far
    flask --app webapp push work     what is due, until SIGTERM
    flask --app webapp store backup FILE    a copy of the SQLite database, while all goes on
    flask --app webapp store restore FILE   the way back, with everything stopped
    flask --app webapp doctor URL    a deployment, looked at from outside

A command reads no file and sends nothing itself; it calls the floors below and prints.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import wraps
from typing import Protocol

import click
from flask import Flask
from flask.cli import FlaskGroup

from webapp.cli import database
from webapp.cli import deck
from webapp.cli import doctor
from webapp.cli import helplines
from webapp.cli import push
from webapp.cli import start
from webapp.cli import store
from webapp.cli.errors import REASON
from webapp.cli.key import check_key as check_key
from webapp.errors import PocketError

COMMANDS = (
    start.start,
    start.prepare,
    database.db,
    deck.deck,
    helplines.helplines,
    push.push,
    store.store,
    doctor.doctor,
)


class Factory(Protocol):
    """What servers and the `flask` command call: no argument means the environment."""

    def __call__(self, config: Mapping[str, str] | None = None) -> Flask: ...


def register(app: Flask) -> None:
    """Give the app the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)


def plain_start(factory: Factory) -> Factory:
    """End a start from the environment with one clear line when the factory fails.

    With a `config` of its own, as in tests, the factory's errors come through as they are.
    """

    @wraps(factory)
    def create_app(config: Mapping[str, str] | None = None) -> Flask:
        try:
            return factory(config)
        except (PocketError, OSError) as error:
            if config is not None:
                raise
            return _commands_only(error)

    return create_app


def _commands_only(error: Exception) -> Flask:
    """An app without parts, for the commands that find out what is wrong; others get one line.

    Only while the `flask` command looks for the command that was typed is its group's context
    the current one. `flask run` has gone one further, and servers have none or their own.
    """
    context = click.get_current_context(silent=True)
    if context is None or not isinstance(context.command, FlaskGroup):
        sys.exit(f"Error: {error}")
    app = Flask("webapp", static_folder=None)
    app.extensions[REASON] = error
    register(app)
    return app
