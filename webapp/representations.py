"""What the API answers, as JSON: what is known of a subscription, and cards.

It shows; it never looks anything up. Instants are RFC 3339 in UTC, dates are the reader's own.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC
from datetime import date
from datetime import datetime

from webapp.deck import Affirmation
from webapp.deck import typeset
from webapp.editions import Edition
from webapp.schedule import Reminder
from webapp.store import LastTest
from webapp.store import Record


def write_json(data: object) -> str:
    """Return compact JSON with its text as it is, not escaped to ASCII."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def write_saved(record: Record, current_key: str) -> dict[str, object]:
    """The reminder as stored, when it comes next, and the key that new subscriptions need."""
    return {
        "reminder": _write_reminder(record.reminder),
        "next": {"date": record.next.date.isoformat(), "at": write_instant(record.next.due_at)},
        "application_server_key": current_key,
    }


def write_known(record: Record, current_key: str) -> dict[str, object]:
    """All that is stored about a subscription, for its owner."""
    subscription = record.subscription
    return {
        "subscription": {
            "endpoint": subscription.endpoint,
            "keys": {
                "p256dh": _write_key(subscription.p256dh),
                "auth": _write_key(subscription.auth),
            },
            "application_server_key": record.application_key,
        },
        **write_saved(record, current_key),
        "utc_offset_minutes": record.reminder.utc_offset_minutes,
        "created_at": write_instant(record.created_at),
        "accepted_at": _write_optional(record.accepted_at),
        "failing_since": _write_optional(record.failing_since),
        "last_accepted_at": _write_optional(record.last_accepted_at),
        "test": None if record.last_test is None else _write_test(record.last_test),
    }


def write_card(card: Affirmation, day: date, edition: Edition) -> dict[str, object]:
    """One day's card, typeset as on its page."""
    return {
        "date": day.isoformat(),
        "id": card.id,
        "text": typeset(card.text),
        "topic": card.topic,
        "step": typeset(card.step),
        "gentle": typeset(card.gentle),
        "url": f"{edition.home}/affirmations/{card.id}",
    }


def write_instant(seconds: int) -> str:
    """An instant of UTC seconds by RFC 3339."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _write_reminder(reminder: Reminder) -> dict[str, object]:
    """`time` is for pages of the release before, which know one time only."""
    times = [f"{minute // 60:02}:{minute % 60:02}" for minute in reminder.minutes]
    until = reminder.pause_until
    return {
        "times": times,
        "time": times[0],
        "zone": reminder.zone,
        "days": list(reminder.days),
        "pause_until": None if until is None else until.isoformat(),
        "level": reminder.level.value,
        "source": reminder.source.value,
        "sound": reminder.sound,
        "language": reminder.language,
        "topics": list(reminder.topics),
    }


def _write_test(test: LastTest) -> dict[str, object]:
    return {"at": write_instant(test.at), "outcome": test.outcome, "status": test.status}


def _write_optional(seconds: int | None) -> str | None:
    return None if seconds is None else write_instant(seconds)


def _write_key(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
