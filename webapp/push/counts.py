"""How many of what: the only thing about readers that the sender ever tells."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass

from webapp.push.outcome import Outcome


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
    """Too late: on to the next day."""
    held: int = 0
    """Not sent, since their origin is out."""
    faulty: int = 0
    """Could not be made: a fault of ours, or of one row."""

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        told = (f"{name} {number}" for name, number in asdict(self).items() if number)
        return ", ".join(told) or "nothing was due"
