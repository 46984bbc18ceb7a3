"""What becomes of one due message: late or not, how long it may wait, and what follows an answer.

Pure rules over the store's values. They never remove a subscriber but for *gone*, or for 60 days
of nothing but failures; refused credentials and a refused message are ours and count for nothing.
Only where others are accepted do they speak of a subscription that never was: most likely nobody
made it in a browser of ours, and it goes after a week of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from functools import lru_cache

from webapp.push.origin import Origin
from webapp.push.outcome import REFUSALS
from webapp.push.outcome import Outcome
from webapp.push.outcome import Verdict
from webapp.push.outcome import retry_seconds
from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.schedule import next_due
from webapp.store import Advance
from webapp.store import Due
from webapp.store import LastTest
from webapp.store import Remove
from webapp.store import Retry
from webapp.store import Settlement
from webapp.store.values import TEST

TEST_SECONDS = 300
"""A reader who asked for a test looks at the phone now; after this it would only startle."""
FAILING_SECONDS = 60 * 86_400
UNPROVEN_SECONDS = 7 * 86_400
"""How long a subscription is tried that its push service never accepts, while it accepts others."""
CREDENTIALS_SECONDS = 900
"""Until a message that met refused credentials tries again; someone has to mend something."""


@dataclass(frozen=True, slots=True)
class Window:
    """How long after its instant a message is still sent, and how long it may then wait."""

    late_seconds: int
    ttl_seconds: int

    def is_late(self, due: Due, now: int) -> bool:
        """Whether it is too late to send it at `now`."""
        return now > due.first_due_at + self._late_seconds(due)

    def ttl(self, due: Due, now: int) -> int:
        """The seconds a push service may keep it: to the end of the window, and over 0."""
        if due.kind == TEST:
            return TEST_SECONDS
        end = due.first_due_at + max(self.ttl_seconds, self.late_seconds)
        return max(min(self.ttl_seconds, end - now), 1)

    def following(self, due: Due, now: int) -> Occurrence | None:
        """The next occurrence that is not too late: today's, when yesterday's was missed.

        A test has none.
        """
        if due.kind == TEST:
            return None
        return _next_due(due.reminder, max(due.first_due_at, now - self.late_seconds - 1))

    def _late_seconds(self, due: Due) -> int:
        return TEST_SECONDS if due.kind == TEST else self.late_seconds


def skip(due: Due, window: Window, now: int) -> Settlement:
    """On to the next occurrence: days are never replayed."""
    return Advance(due, window.following(due, now), accepted=False)


def leave(due: Due, window: Window, now: int) -> Settlement:
    """Not sent, since the key its subscription was made with is gone: it would be refused.

    It is kept as long as one that fails, for the key may be brought back.
    """
    settlement = _give_up(due, window, now, FAILING_SECONDS)
    if due.kind != TEST or isinstance(settlement, Remove):
        return settlement
    return replace(settlement, test=LastTest(now, Outcome.CREDENTIALS.value, 0))


def hold(due: Due, window: Window, until: int, now: int, chance: float) -> Settlement:
    """Not sent, since its origin is out until about `until`."""
    delay = max(until - now, retry_seconds(due.attempts, None, chance))
    return _again(due, window, now + delay, now)


def is_lone_refusal(due: Due, verdict: Verdict, origin: Origin) -> bool:
    """Whether a refusal speaks of this subscription alone, and not of our key or our messages."""
    is_refusal = verdict.outcome in REFUSALS
    return is_refusal and origin.has_accepted and not due.has_been_accepted


def settle(
    due: Due,
    verdict: Verdict,
    window: Window,
    now: int,
    chance: float,
    status: int | None = None,
    *,
    is_lone: bool = False,
) -> Settlement:
    """What follows from a push service's answer, which had this HTTP `status`.

    `chance` from 0 to 1 is the jitter; `is_lone` is what `is_lone_refusal` says.
    """
    if is_lone:
        settlement = _give_up(due, window, now, UNPROVEN_SECONDS)
    else:
        settlement = _follow(due, verdict, window, now, chance)
    if due.kind != TEST or isinstance(settlement, Remove):
        return settlement
    return replace(settlement, test=LastTest(now, verdict.outcome.value, status or 0))


def _follow(due: Due, verdict: Verdict, window: Window, now: int, chance: float) -> Settlement:
    match verdict.outcome:
        case Outcome.ACCEPTED:
            return Advance(due, window.following(due, now), accepted=True)
        case Outcome.GONE:
            return Remove(due)
        case Outcome.MESSAGE:
            return skip(due, window, now)
        case Outcome.CREDENTIALS:
            delay = retry_seconds(due.attempts, CREDENTIALS_SECONDS, chance)
            return _again(due, window, now + delay, now)
        case Outcome.THROTTLED:
            delay = retry_seconds(due.attempts, verdict.retry_after_seconds, chance)
            return _again(due, window, now + delay, now)
        case Outcome.TRANSIENT:
            return _fail(due, window, now, chance)


def _give_up(due: Due, window: Window, now: int, patience_seconds: int) -> Settlement:
    """On to the next occurrence, or away with a row that had nothing but failures for so long."""
    since = now if due.failing_since is None else due.failing_since
    if now - since >= patience_seconds:
        return Remove(due)
    return Advance(due, window.following(due, now), accepted=False, failing_since=since)


def _fail(due: Due, window: Window, now: int, chance: float) -> Settlement:
    """One more failure of a row that may be having nothing else."""
    since = now if due.failing_since is None else due.failing_since
    if now - since >= FAILING_SECONDS:
        return Remove(due)
    return _again(due, window, now + retry_seconds(due.attempts, None, chance), now, since)


def _again(
    due: Due, window: Window, at: int, now: int, failing_since: int | None = None
) -> Settlement:
    """The same occurrence at `at`, or the next one when that would be too late."""
    if window.is_late(due, at):
        return Advance(due, window.following(due, now), False, failing_since)
    return Retry(due, at, failing_since)


@lru_cache(maxsize=4_096)
def _next_due(reminder: Reminder, after: int) -> Occurrence:
    """Thousands share one minute of one zone; the sum is done once for them."""
    return next_due(reminder, datetime.fromtimestamp(after, UTC))
