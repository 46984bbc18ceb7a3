"""What the store hands out and takes back: frozen values, no rows and no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from webapp.schedule import Occurrence
from webapp.schedule import Reminder
from webapp.subscription import PushSubscription

DAILY = "daily"
TEST = "test"


@dataclass(frozen=True, slots=True)
class LastTest:
    """What a push service said to the last test: when, an outcome's value, the HTTP status or 0."""

    at: int
    outcome: str
    status: int


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known about one subscription, and what comes next for it.

    `accepted_at` says since when its push service takes our messages, `failing_since` since when
    it does not, `last_accepted_at` when it last took a daily one; None: not so. `application_key`
    is the public key it was made with, None for one from before that was kept.
    """

    id: int
    subscription: PushSubscription
    reminder: Reminder
    created_at: int
    accepted_at: int | None
    failing_since: int | None
    last_accepted_at: int | None
    last_test: LastTest | None
    application_key: str | None
    next: Occurrence


class Due(NamedTuple):
    """One claimed message, ours until `lease`.

    `occurrence` is the local date, or a test's own text; `first_due_at` its own instant, which
    stays through leases and retries; `attempts` counts the retries so far.
    """

    subscription_id: int
    kind: str
    lease: int
    occurrence: str
    first_due_at: int
    attempts: int
    subscription: PushSubscription
    reminder: Reminder
    has_been_accepted: bool
    failing_since: int | None
    application_key: str | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Done with this occurrence: on to `next`; None ends it (a test).

    `accepted` ends a run of failures; `failing_since` begins one, None leaves it as it is.
    `test` is what the push service said, when this was one.
    """

    due: Due
    next: Occurrence | None
    accepted: bool
    failing_since: int | None = None
    test: LastTest | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The same occurrence again at the instant `at`.

    `failing_since` begins a run of failures; None leaves it as it is. `test` as above.
    """

    due: Due
    at: int
    failing_since: int | None = None
    test: LastTest | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """The push service says gone: forget this subscription, by id and endpoint."""

    due: Due


Settlement = Advance | Retry | Remove
