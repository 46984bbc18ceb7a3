"""The application server's keys: the current one, and old ones that subscriptions still hang on.

A browser's subscription takes messages of the one key it was made with (RFC 8292 section 4), so
a key goes only after every subscription has moved on. It knows no subscription.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.config import Settings
from webapp.errors import SettingError
from webapp.push.vapid import Vapid
from webapp.push.vapid import VapidKey
from webapp.push.vapid import draft_file
from webapp.push.vapid import generate_key
from webapp.push.vapid import load_key
from webapp.push.vapid import parse_key
from webapp.push.vapid import read_key

_REMARK = re.compile(r"^#.*$", re.MULTILINE)
_PARAMETERS = re.compile(r"-----BEGIN EC PARAMETERS-----.*?-----END EC PARAMETERS-----", re.DOTALL)
_KEY = re.compile(r"-----BEGIN .*?-----END [A-Z ]+-----|[^\s,]+", re.DOTALL)
_OLD_FILE = "POCKET_VAPID_OLD_KEYS_FILE"


class Keyring:
    """The keys by their public half; iterating goes from the oldest to the newest."""

    def __init__(self, current: VapidKey, old: tuple[VapidKey, ...] = ()) -> None:
        """`old` begins with the oldest; that the current key is among them does no harm."""
        self.current = current
        self._keys = {key.application_server_key: key for key in (*old, current)}

    def __iter__(self) -> Iterator[VapidKey]:
        return iter(self._keys.values())

    def __contains__(self, application_key: object) -> bool:
        return isinstance(application_key, str) and application_key in self._keys

    def name(self, application_key: str | None) -> str:
        """The public half of the key that a subscription was made with.

        None, from before it was written down, means the oldest.
        """
        return next(iter(self._keys)) if application_key is None else application_key


class Signer:
    """Signs for push services with the key that each subscription was made with."""

    def __init__(self, keyring: Keyring, contact: str | None = None) -> None:
        self._keyring = keyring
        self._vapids = {key.application_server_key: Vapid(key, contact) for key in keyring}

    def has(self, application_key: str | None) -> bool:
        """Whether subscriptions made with this key can be signed for."""
        return self._keyring.name(application_key) in self._keyring

    def authorization(self, origin: str, now: int, application_key: str | None = None) -> str:
        """The `Authorization` header, kept for (origin, key); safe from any thread.

        Raises KeyError for a key that is gone.
        """
        return self._vapids[self._keyring.name(application_key)].authorization(origin, now)


def load_keyring(settings: Settings) -> Keyring:
    """All keys of this server; the current one is made when it is missing. Raises SettingError."""
    current = load_key(settings.vapid_key, settings.vapid_key_file)
    given = parse_keys(settings.vapid_old_keys, "POCKET_VAPID_OLD_KEYS")
    return Keyring(current, given + read_old_keys(settings.vapid_old_keys_file))


def parse_keys(text: str, setting: str) -> tuple[VapidKey, ...]:
    """Keys in PEM or base64url, in any mixture, with space or commas between them.

    Lines that begin with # are remarks. Raises SettingError, which never shows the text.
    """
    plain = _REMARK.sub("", text.replace("\\n", "\n"))
    return tuple(parse_key(one, setting) for one in _KEY.findall(_PARAMETERS.sub("", plain)))


def read_old_keys(path: Path) -> tuple[VapidKey, ...]:
    """The keys in the file, none when there is no file. Raises SettingError."""
    return parse_keys(_read(path), _OLD_FILE)


def rotate_key(path: Path, old_path: Path) -> tuple[VapidKey, VapidKey]:
    """Put a new key into `path`, and the one before into `old_path`; return both.

    The old file is whole on the disk before the other is touched: whenever this is cut off, no
    key is lost, and it can be done again. Raises SettingError.
    """
    path, old_path = path.resolve(), old_path.resolve()
    with _alone(path.parent):
        before, after = read_key(path), generate_key()
        old = read_old_keys(old_path)
        owner = path.stat()
        if before.public_key not in {key.public_key for key in old}:
            remark = f"# Application server key {before.application_server_key}\n"
            kept = _read(old_path).rstrip()
            text = f"{kept}\n{remark}".lstrip() + before.pem().decode()
            _replace(old_path, text.encode(), owner, _OLD_FILE)
        _replace(path, after.pem(), owner, "POCKET_VAPID_KEY_FILE")
    return before, after


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({path})"
        raise SettingError(_OLD_FILE, reason, "Let the app read it") from error


def _replace(path: Path, octets: bytes, owner: os.stat_result, setting: str) -> None:
    """Exchange a file at one blow, for the same owner, and see that the disk has it."""
    try:
        with draft_file(path, octets) as draft:
            draft.chmod(stat.S_IMODE(owner.st_mode))
            os.chown(draft, owner.st_uid, owner.st_gid)
            draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        reason = f"cannot be written ({error.strerror}: {path})"
        raise SettingError(setting, reason, "No key was lost: mend this and try again") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process exchanges keys in this folder; the lock ends with the process."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
