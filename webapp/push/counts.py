"""How many of what: the only thing about readers that the sender ever tells.

By push service it counts under the name that our own list has for it. An endpoint's host may be
anything under that name, so it would let a stranger fill the table, and never gets there.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from webapp.config import Settings
from webapp.push.outcome import Outcome
from webapp.store import Due
from webapp.subscription import DEFAULT_PUSH_HOSTS

SKIPPED = "skipped"
HELD = "held"
FAULTY = "faulty"
ELSEWHERE = "other"
"""A host that is on no list any more."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What became of the messages of one sending."""

    accepted: int = 0
    gone: int = 0
    credentials: int = 0
    message: int = 0
    throttled: int = 0
    transient: int = 0
    skipped: int = 0
    """Too late, or made with a key that is gone: on to the next day."""
    held: int = 0
    """Not sent, since their origin is out."""
    faulty: int = 0
    """Could not be made: a fault of ours, or of one row."""

    def add(self, outcome: Outcome | str) -> None:
        """Count one outcome, or one field by its name."""
        name = outcome.value if isinstance(outcome, Outcome) else outcome
        setattr(self, name, getattr(self, name) + 1)

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        told = (f"{name} {number}" for name, number in asdict(self).items() if number)
        return ", ".join(told) or "nothing was due"


class Tally:
    """What was counted by push service and is not written down yet. For one thread at a time."""

    def __init__(self, settings: Settings, write: Callable[[Mapping[tuple[str, str], int]], None]):
        self._name = name_services(settings)
        self._write = write
        self._numbers: Counter[tuple[str, str]] = Counter()

    def add(self, endpoint: str, outcome: Outcome | str, counts: Counts) -> None:
        """Count one message, here and in `counts`; of its endpoint only the origin is looked at."""
        counts.add(outcome)
        name = outcome.value if isinstance(outcome, Outcome) else outcome
        self._numbers[self._name(endpoint), name] += 1

    def flush(self) -> None:
        """Write it all at once. What fails is tried with the next, and never stops a sending."""
        if not self._numbers:
            return
        try:
            self._write(self._numbers)
        except Exception as error:  # numbers are worth no reminder
            _log.warning("the counters were not written (%s)", type(error).__name__)
        else:
            self._numbers.clear()


def lane(due: Due) -> str:
    """The endpoint up to its path, which is its origin for every browser's spelling."""
    return "/".join(due.subscription.endpoint.split("/", 3)[:3])


def by_lane(dues: Iterable[Due]) -> dict[str, list[Due]]:
    """Messages by their push service, each in the order given."""
    lanes: dict[str, list[Due]] = {}
    for due in dues:
        lanes.setdefault(lane(due), []).append(due)
    return lanes


def name_services(settings: Settings) -> Callable[[str], str]:
    """A function from an origin to the name of its push service, one of a known few."""
    test_host = urlsplit(settings.push_test_origin).hostname
    known = (*DEFAULT_PUSH_HOSTS, *settings.push_hosts, *([test_host] if test_host else []))

    @lru_cache(maxsize=1_024)
    def name(origin: str) -> str:
        try:
            host = urlsplit(origin).hostname or ""
        except ValueError:
            return ELSEWHERE
        return next((each for each in known if f".{host}".endswith(f".{each}")), ELSEWHERE)

    return name
