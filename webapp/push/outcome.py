"""What a push service's answer means for the message: one pure table, and when to try again.

It never acts: who reads the outcome removes, waits or alarms. Only 404 and 410 speak of the
subscription; every other failure is the push service's or ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

BACKOFF_SECONDS = (60, 240, 900)
"""Before the first, second and every later retry."""
JITTER = 0.25
"""How much of a delay chance may add, so that what failed together does not return together."""
LONGEST_RETRY_AFTER_SECONDS = 86_400
DIGITS = re.compile(r"[0-9]{1,9}")


class Outcome(StrEnum):
    """What became of one message."""

    ACCEPTED = "accepted"
    """The push service has it: it is on its way to the user agent, or waits there until its TTL."""
    GONE = "gone"
    """The subscription is no more (RFC 8030 section 7.3)."""
    CREDENTIALS = "credentials"
    """Our VAPID token or key is refused: ours to mend, and no reason to remove anybody."""
    MESSAGE = "message"
    """This request is refused as it is: the same again would be as wrong."""
    THROTTLED = "throttled"
    """Later, says the push service."""
    TRANSIENT = "transient"
    """No answer, or a fault of the push service: worth another try."""


class Verdict(NamedTuple):
    """An outcome, and the seconds to wait when the push service named them."""

    outcome: Outcome
    retry_after_seconds: int | None = None


STATUSES: Mapping[int, Outcome] = {
    401: Outcome.CREDENTIALS,
    403: Outcome.CREDENTIALS,
    404: Outcome.GONE,
    406: Outcome.THROTTLED,  # how WNS says 429
    408: Outcome.TRANSIENT,
    410: Outcome.GONE,
    425: Outcome.TRANSIENT,
    429: Outcome.THROTTLED,
}
CLASSES: Mapping[int, Outcome] = {2: Outcome.ACCEPTED, 4: Outcome.MESSAGE}
"""By the first digit, for what has no line of its own. A redirect (3) is not followed."""
LATER = frozenset({Outcome.THROTTLED, Outcome.TRANSIENT})
REFUSALS = frozenset({Outcome.CREDENTIALS, Outcome.MESSAGE})


def judge(status: int | None, headers: Mapping[str, str], now: int) -> Verdict:
    """The verdict on an answer; `status` is None when there was none.

    `now` (UTC seconds) turns a Retry-After that names a date into seconds; header names are in
    lower case.
    """
    if status is None:
        return Verdict(Outcome.TRANSIENT)
    outcome = STATUSES.get(status) or CLASSES.get(status // 100, Outcome.TRANSIENT)
    if outcome not in LATER:
        return Verdict(outcome)
    wait = parse_retry_after(headers.get("retry-after", ""), now)
    return Verdict(outcome if wait is None else Outcome.THROTTLED, wait)


def parse_retry_after(text: str, now: int) -> int | None:
    """Seconds from `now` of a Retry-After in seconds or as an HTTP date (RFC 9110 section
    10.2.3), from 0 to a day; None when there is none that can be read.
    """
    if DIGITS.fullmatch(text):
        return min(int(text), LONGEST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):  # a year or an offset that no calendar has
        return None
    return min(max(at - now, 0), LONGEST_RETRY_AFTER_SECONDS)


def retry_seconds(attempts: int, retry_after_seconds: int | None, chance: float) -> int:
    """How long to wait after `attempts` retries so far; `chance` from 0 to 1 is the jitter.

    Never shorter than a push service asked for, nor than a minute.
    """
    own = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS) - 1)]
    delay = own if retry_after_seconds is None else max(retry_after_seconds, BACKOFF_SECONDS[0])
    return round(delay * (1 + JITTER * chance))
