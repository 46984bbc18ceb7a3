"""What a sending would do now, by push service. It claims, seals and sends nothing.

It knows no breaker: which push service is out, only the worker that met it knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.config import Settings
from webapp.push.counts import lane
from webapp.push.counts import name_services
from webapp.push.settlement import Window
from webapp.store import Due


@dataclass(slots=True)
class Planned:
    """How many messages to one push service would be sent, and how many are too late for it."""

    sent: int = 0
    too_late: int = 0


def plan(dues: Iterable[Due], settings: Settings, now: int) -> dict[str, Planned]:
    """Count what is due at `now` (UTC seconds) by the name of its push service, in order."""
    name = name_services(settings)
    window = Window(settings.push_late_seconds, settings.push_ttl_seconds)
    planned: dict[str, Planned] = {}
    for due in dues:
        one = planned.setdefault(name(lane(due)), Planned())
        if window.is_late(due, now):
            one.too_late += 1
        else:
            one.sent += 1
    return dict(sorted(planned.items()))
