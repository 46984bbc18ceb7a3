"""`flask push`: the key, one round of sending, the worker's loop, a look. It decides nothing."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import fields

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from webapp.cli.columns import show_counts
from webapp.cli.columns import show_keys
from webapp.cli.columns import show_overview
from webapp.cli.columns import show_plan
from webapp.cli.errors import parts
from webapp.cli.errors import plain_errors
from webapp.config import load_settings
from webapp.errors import SettingError
from webapp.log_lines import set_up_log
from webapp.migrations import current
from webapp.migrations import is_behind
from webapp.push.counts import Counts
from webapp.push.keyring import load_keyring
from webapp.push.keyring import rotate_key
from webapp.push.plan import plan
from webapp.push.vapid import load_key

push = AppGroup("push", help="The daily notifications.")

_ROTATED = """\
The new application server key is {key}.
The one before is kept in {old_path}: reminders made with it go on.
Restart the worker first and then the web processes; until then nothing changes.
A reader's app moves over to the new key when it is next opened. `flask --app webapp push status`
tells how many have not; when a key has none left, take it out of that file."""

_ROTATE_BY_HAND = """\
POCKET_VAPID_KEY comes from the environment, where no command can change it. Do it there:
1. Make a key: POCKET_VAPID_KEY= POCKET_INSTANCE=new-key flask --app webapp push keys
   It lies in new-key/vapid.pem.
2. Add the present value of POCKET_VAPID_KEY to POCKET_VAPID_OLD_KEYS, after what stands there.
   Without it, every subscription so far is lost.
3. Give POCKET_VAPID_KEY the new key, restart the worker first and then the web processes, and
   delete new-key."""

_log = logging.getLogger(__name__)


@push.command(with_appcontext=False)
@plain_errors()
def keys() -> None:
    """Print the application server key (public); make the key pair when it is missing."""
    settings = load_settings(os.environ)
    click.echo(load_key(settings.vapid_key, settings.vapid_key_file).application_server_key)


@push.command("rotate-key", with_appcontext=False)
@plain_errors()
def rotate() -> None:
    """Make a new application server key, and keep the one before for its subscriptions."""
    settings = load_settings(os.environ)
    if settings.vapid_key:
        raise click.ClickException(_ROTATE_BY_HAND)
    path, old_path = settings.vapid_key_file, settings.vapid_old_keys_file
    _, after = rotate_key(path, old_path)
    click.echo(_ROTATED.format(key=after.application_server_key, old_path=old_path))


@push.command()
@click.option("--dry-run", is_flag=True, help="Count what would be sent; send and claim nothing.")
@plain_errors()
def send(dry_run: bool) -> None:
    """Send what is due once, then end: for cron, on hosts without a worker."""
    app, now = parts(), int(time.time())
    _check_schema(app.settings.database_url)
    if dry_run:
        click.echo(show_plan(plan(app.store.look_at_due(now), app.settings, now)))
    else:
        click.echo(app.dispatcher.send_due(now))


@push.command()
@plain_errors()
def status() -> None:
    """Print what is stored and due, by which key, and what became of messages so far."""
    store, now = parts().store, int(time.time())
    _check_schema(parts().settings.database_url)
    click.echo(show_overview(store.overview(now), now))
    click.echo()
    click.echo(show_keys(store.count_keys(), load_keyring(parts().settings)))
    click.echo()
    click.echo(show_counts(store.counts(), [field.name for field in fields(Counts)]))


@push.command()
@plain_errors()
def work() -> None:
    """Send what is due when it is due; SIGTERM or Ctrl-C finishes what is in flight and ends."""
    dispatcher = parts().dispatcher
    set_up_log(parts().settings.log_format)
    with suppress(DBAPIError):  # a database that is away is asked again by the loop
        _check_schema(parts().settings.database_url)
    stop = _stop_at_signal()
    _log.info("waiting for reminders to fall due")
    dispatcher.work(time.time, stop)


def _stop_at_signal() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set.

    A thread of its own sets it, told by Python's wake-up socket. A handler runs in the main thread,
    wherever that is: within `Event.wait` it would want a lock that its own thread holds, for ever.
    """
    stop, (told, teller) = threading.Event(), socket.socketpair()
    teller.setblocking(False)
    signal.set_wakeup_fd(teller.detach())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    def wait_for_signal() -> None:
        told.recv(1)
        stop.set()

    threading.Thread(target=wait_for_signal, daemon=True).start()
    return stop


def _check_schema(database_url: str) -> None:
    if is_behind(current(database_url)):
        remedy = "Run `flask --app webapp db upgrade`"
        raise SettingError("POCKET_DATABASE_URL", "names a database of an earlier release", remedy)
