"""Whether this web process can do its work: the database, its schema, the key. And the sending:
its queue, and the contact address that push services want.

It looks and says; it mends nothing, makes nothing, and tells no secret: words and one age.
"""

from __future__ import annotations

import logging
from enum import StrEnum

from webapp.config import Settings
from webapp.errors import SettingError
from webapp.migrations import is_behind
from webapp.push.keyring import load_keyring
from webapp.push.vapid import VapidKey
from webapp.store import Store
from webapp.store import StoreError

_log = logging.getLogger(__name__)


class Check(StrEnum):
    """What one look found."""

    OK = "ok"
    FAILED = "failed"
    LATE = "late"
    """Something has been due for longer than a reminder may be late: no worker gets to it."""
    MISSING = "missing"
    """No contact address is set: Apple refuses messages without one."""
    UNKNOWN = "unknown"
    """Not looked at, since what it stands on failed."""


class Readiness:
    """Looks again each time; safe from any thread."""

    def __init__(self, store: Store, settings: Settings, key: VapidKey) -> None:
        self._store = store
        self._settings = settings
        self._served = key.application_server_key

    def look(self, now: int) -> tuple[bool, dict[str, object]]:
        """Whether readers can be served at `now` (UTC seconds), and what was found.

        A late queue and a missing contact address are told and keep nobody out: pages and
        registrations need neither, and taking the web process away would not send one reminder.
        """
        age, checks = self._look_at_database(now)
        checks["key"] = self._look_at_key()
        checks["contact"] = Check.OK if self._settings.contact else Check.MISSING
        is_ready = {Check.FAILED, Check.UNKNOWN}.isdisjoint(checks.values())
        status = "ready" if is_ready else "unready"
        return is_ready, {"status": status, **checks, "oldest_due_seconds": age}

    def _look_at_database(self, now: int) -> tuple[int | None, dict[str, Check]]:
        try:
            pulse = self._store.pulse(now)
        except StoreError as error:
            _log.warning("the database does not answer (%s)", type(error).__name__)
            return None, _checks(Check.FAILED, Check.UNKNOWN, Check.UNKNOWN)
        if is_behind(pulse.step):
            return None, _checks(Check.OK, Check.FAILED, Check.UNKNOWN)
        age = 0 if pulse.oldest_due_at is None else now - pulse.oldest_due_at
        is_late = age > self._settings.push_late_seconds
        return age, _checks(Check.OK, Check.OK, Check.LATE if is_late else Check.OK)

    def _look_at_key(self) -> Check:
        """A process that starts now has to find the key we serve, if only among the old ones:
        without it every subscription would be lost.
        """
        settings = self._settings
        try:
            # Loading would make a key that is missing.
            is_there = bool(settings.vapid_key) or settings.vapid_key_file.exists()
            is_ours = is_there and self._served in load_keyring(settings)
        except (SettingError, OSError):
            is_ours = False
        return Check.OK if is_ours else Check.FAILED


def _checks(database: Check, migrations: Check, queue: Check) -> dict[str, Check]:
    return {"database": database, "migrations": migrations, "queue": queue}
