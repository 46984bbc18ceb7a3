"""Who may make the application server key: nobody in passing, since a new one voids what hangs
on the old, and a backup of tonight would then put it in the good one's place.
"""

from __future__ import annotations

import sys

import click
from flask.cli import FlaskGroup

from webapp.config import Settings
from webapp.errors import SettingError

MAKERS = frozenset({"keys", "prepare", "rotate-key", "start", "work"})
"""The commands that make it when it is missing; web processes do so too."""


def check_key(settings: Settings) -> None:
    """Raise SettingError when no key is there, in a command that must not make one."""
    context = click.get_current_context(silent=True)
    is_command = context is not None and isinstance(context.find_root().command, FlaskGroup)
    if not is_command or not MAKERS.isdisjoint(sys.argv):
        return
    if not settings.vapid_key and not settings.vapid_key_file.exists():
        reason = f"names no file ({settings.vapid_key_file})"
        remedy = "Put its copy back; only a first start makes one: flask --app webapp push keys"
        raise SettingError("POCKET_VAPID_KEY_FILE", reason, remedy)
