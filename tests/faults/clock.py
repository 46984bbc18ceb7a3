"""One clock for the harness and every worker process, in a small file that all of them map.

It runs as fast as any other and leaps when it is told to. Each worker reads it through a skew of
its own, as machines do, and says in it until when it sleeps.
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from pathlib import Path

SLOTS = 64
POLL_SECONDS = 0.01
_NUMBER = struct.Struct("d")
_OFFSET, _NAME_IS_KNOWN, _FIRST_SLOT = 0, 1, 2


class Clock:
    """UTC seconds that the harness decides on; `path` is the file, made when it is missing."""

    def __init__(self, path: Path) -> None:
        size = (_FIRST_SLOT + 2 * SLOTS) * _NUMBER.size
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)

    def now(self) -> float:
        """The true time."""
        return time.monotonic() + self._read(_OFFSET)

    def set(self, instant: float) -> bool:
        """Leap, for everybody. Always true."""
        self._write(_OFFSET, instant - time.monotonic())
        return True

    def skew(self, slot: int) -> float:
        """By how many seconds the clock of that worker goes before the true one."""
        return self._read(_FIRST_SLOT + 2 * slot)

    def set_skew(self, slot: int, seconds: float) -> None:
        """Make that worker's clock wrong."""
        self._write(_FIRST_SLOT + 2 * slot, seconds)

    def wakes_at(self, slot: int) -> float:
        """When that worker's sleep ends; 0 while it is at work."""
        return self._read(_FIRST_SLOT + 2 * slot + 1)

    def set_wakes_at(self, slot: int, instant: float) -> None:
        """Note until when that worker sleeps."""
        self._write(_FIRST_SLOT + 2 * slot + 1, instant)

    @property
    def name_is_known(self) -> bool:
        """Whether name servers tell the push service's address."""
        return bool(self._read(_NAME_IS_KNOWN))

    @name_is_known.setter
    def name_is_known(self, is_known: bool) -> None:
        self._write(_NAME_IS_KNOWN, float(is_known))

    def _read(self, place: int) -> float:
        number: float = _NUMBER.unpack_from(self._map, place * _NUMBER.size)[0]
        return number

    def _write(self, place: int, number: float) -> None:
        _NUMBER.pack_into(self._map, place * _NUMBER.size, number)


class WorkerClock:
    """What a worker process takes for `time`, and for the `threading` that its stop comes from."""

    Thread = threading.Thread

    def __init__(self, clock: Clock, slot: int) -> None:
        self._clock = clock
        self._slot = slot

    def time(self) -> float:
        """UTC seconds as this worker's machine has them."""
        return self._clock.now() + self._clock.skew(self._slot)

    def Event(self) -> threading.Event:
        """An event whose waiting ends by this clock."""
        return _Stop(self._clock, self._slot)


class _Stop(threading.Event):
    def __init__(self, clock: Clock, slot: int) -> None:
        super().__init__()
        self._clock = clock
        self._slot = slot

    def wait(self, timeout: float | None = None) -> bool:
        """A sleep leaps with the clock, and does not see its skew."""
        assert timeout is not None
        until = self._clock.now() + timeout
        self._clock.set_wakes_at(self._slot, until)
        while not self.is_set() and self._clock.now() < until:
            super().wait(POLL_SECONDS)
        self._clock.set_wakes_at(self._slot, 0)
        return self.is_set()
