"""How often one address may write, and how many new subscriptions it may make in a day.

No address is kept: what is counted is its keyed hash, with the window of time in it, so that
nothing links one window to another. The key lives as long as the process; processes that share
their counts in Redis derive the same one from a secret they all have.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from ipaddress import IPv6Address
from ipaddress import ip_address

from limits.errors import ConfigurationError
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.storage import RedisStorage

from webapp.errors import SettingError

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
AWAY_SECONDS = 30
"""After a fault of the shared store, until it is asked again."""
ANSWER_SECONDS = 1
"""How long a request waits for the shared store."""

_HOST_BITS = 64
"""Whoever has one IPv6 address has a whole network of so many bits."""
_SETTING = "POCKET_RATE_LIMIT_STORAGE"
_log = logging.getLogger(__name__)


class RateLimits:
    """Counts by address in windows of the clock; 0 stands for no limit. Safe from any thread."""

    def __init__(
        self,
        per_minute: int,
        new_per_day: int = 0,
        *,
        shared: RedisStorage | None = None,
        secret: bytes = b"",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """With `shared`, every process that has the same `secret` counts together."""
        self._per_minute = per_minute
        self._new_per_day = new_per_day
        self._shared = shared
        self._own = MemoryStorage()
        self._away_until = 0
        self._key = secret if shared else secrets.token_bytes(32)
        self._clock = clock

    def seconds_to_wait(self, address: str) -> int:
        """Count one writing request of `address`; 0 when it may pass, else the seconds to wait."""
        return self._count("write", self._per_minute, MINUTE_SECONDS, address)

    def seconds_to_wait_for_new(self, address: str) -> int:
        """The same for one new subscription."""
        return self._count("new", self._new_per_day, DAY_SECONDS, address)

    def _count(self, kind: str, limit: int, seconds: int, address: str) -> int:
        if not limit:
            return 0
        now = int(self._clock())
        counted = f"{kind} {now // seconds} {network_of(address)}".encode()
        name = hashlib.blake2b(counted, key=self._key, digest_size=16).hexdigest()
        is_within = self._add(name, seconds, now) <= limit
        return 0 if is_within else seconds - now % seconds

    def _add(self, name: str, seconds: int, now: int) -> int:
        """One more in the shared store, or in our own while that one is away."""
        if self._shared and now >= self._away_until:
            try:
                return self._shared.incr(name, seconds)
            except StorageError as error:
                kind = type(error.storage_error).__name__
                _log.warning("rate limits are not shared for a while (%s)", kind)
                self._away_until = now + AWAY_SECONDS
        return self._own.incr(name, seconds)


def open_shared(url: str) -> RedisStorage | None:
    """The store that `POCKET_RATE_LIMIT_STORAGE` names, None for the process's own memory.

    Opens no connection yet. Raises SettingError.
    """
    if url.startswith("memory:"):
        return None
    try:
        return RedisStorage(
            url,
            wrap_exceptions=True,
            key_prefix="pocket",
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
    except ConfigurationError as error:
        remedy = "Install it: pip install 'redis>=5,<8'"
        raise SettingError(_SETTING, "needs the Python package redis", remedy) from error
    except ValueError as error:
        remedy = "Give an address such as redis://host:6379/0"
        raise SettingError(_SETTING, "is no address of a Redis", remedy) from error


def network_of(address: str) -> str:
    """What one client is counted by: its IPv4 address, or the network of its IPv6 address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or int(ip) >> _HOST_BITS)
